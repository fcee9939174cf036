/** `ocpp-sim replay FILE`: sends what a station said in a recorded log to a CSMS. */
import { readFileSync } from "node:fs"
import type { Dialer } from "@wattline/ocpp-core/engine"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { isRecord, readLine } from "../lint/LogRecord.ts"
import { FileUnreadable, readLines } from "../lint/readLines.ts"
import { type Colours, noColours } from "../lint/report.ts"
import { type Recording, RecordingReader } from "./Recording.ts"
import { replay, type ReplayReport } from "./replay.ts"

/** Options for `parseArgs` of node:util. */
export const replayOptions = {
  url: { type: "string" },
  identity: { type: "string" },
  station: { type: "string" },
  password: { type: "string" },
  profile: { type: "string" },
  ca: { type: "string" },
  cert: { type: "string" },
  key: { type: "string" },
  speed: { type: "string" },
  "fresh-ids": { type: "boolean" },
  "call-timeout": { type: "string" },
  linger: { type: "string" },
  strict: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" }
} as const

/** What `parseArgs` makes of them. */
export interface ReplayArgs {
  readonly values: {
    readonly url?: string | undefined
    readonly identity?: string | undefined
    readonly station?: string | undefined
    readonly password?: string | undefined
    readonly profile?: string | undefined
    readonly ca?: string | undefined
    readonly cert?: string | undefined
    readonly key?: string | undefined
    readonly speed?: string | undefined
    readonly "fresh-ids"?: boolean | undefined
    readonly "call-timeout"?: string | undefined
    readonly linger?: string | undefined
    readonly strict?: boolean | undefined
    readonly json?: boolean | undefined
    readonly help?: boolean | undefined
  }
  readonly positionals: ReadonlyArray<string>
}

/** `ocpp-sim replay --help`. */
export const replayHelp = `ocpp-sim replay FILE --url URL [--identity ID]   send recorded frames of a station to a CSMS

FILE is a log as ocpp-sim --record writes it; see ocpp-sim lint --help for what else is read.

  --url URL            the CSMS, without the identity: ws://localhost:9000/ocpp
  --identity ID        connect as ID; default: the identity in the log
  --station ID         the station of the log to replay; default: ID, or the only one
  --password TEXT      Basic password (security profiles 1 and 2); or the variable OCPP_PASSWORD
  --profile N          security profile 0 to 3; default: what the rest calls for
  --ca FILE            CA certificates to trust, PEM
  --cert FILE          the station's certificate, PEM (security profile 3)
  --key FILE           its private key, PEM
  --speed N|max        times faster than recorded; default 1
  --fresh-ids          new message ids instead of the recorded ones
  --call-timeout S     seconds to wait for an answer; default 30
  --linger S           seconds to stay connected after the last message; default 1
  --strict             exit code 1 when an answer differs from the recorded one
  --json               the report as JSON
  -h, --help           this text

Order is kept, one CALL at a time. Compared are the kind of an answer, its error code and every status in it; times, ids,
costs and texts are not, nor what was not answered in the recording. A CALL that cannot be sent is a difference.
CALLs of the CSMS get the recorded answers; what the recording has none for, NotSupported.
Frames are sent as they were recorded, with their times and requestIds: where the CSMS asks with a requestId of its own, the
NotifyReport of the recording still has the old one, and a CSMS that minds the difference will not find its report complete.

Exit code: 0; 1 with --strict when an answer differs; 2 when the file has nothing of a station, the CSMS cannot be reached, or
an option is wrong.`

/** Reads the wanted station of a log; a string says why it cannot be. */
const readRecording = (
  file: string,
  wanted: string | undefined,
  fallback: string | undefined
): Effect.Effect<Recording | string, FileUnreadable> =>
  Effect.suspend(() => {
    const readers = new Map<string, RecordingReader>()
    let line = 0
    return readLines(file).pipe(
      Stream.runForEachArray((lines) =>
        Effect.sync(() => {
          for (const text of lines) {
            const record = readLine(text, ++line)
            if (record === undefined || !isRecord(record)) continue
            const key = record.identity.toLowerCase()
            if (wanted !== undefined && key !== wanted.toLowerCase()) continue
            let reader = readers.get(key)
            if (reader === undefined) readers.set(key, (reader = new RecordingReader(record.identity)))
            reader.push(record)
          }
        })
      ),
      Effect.map(() => {
        const recordings = Array.from(readers.values(), ({ recording }) => recording)
        const found =
          recordings.find(({ identity }) => identity.toLowerCase() === (wanted ?? fallback)?.toLowerCase()) ??
          (recordings.length === 1 ? recordings[0] : undefined)
        if (found !== undefined && found.steps.length > 0) return found
        if (found !== undefined)
          return `${file} has no frames that the station sent. Is the direction right? "in" comes from the station: ocpp-sim lint --help.`
        return recordings.length === 0
          ? `${file} has no frames${wanted === undefined ? "" : ` of ${wanted}`}. Wanted are JSON lines, one message each: ocpp-sim lint --help.`
          : `${file} has ${recordings.length} stations: choose one with --station.`
      })
    )
  })

const numberOf = (text: string | undefined, fallback: number): number | undefined => {
  const number = text === undefined ? fallback : Number(text)
  return text?.trim() === "" || !(number >= 0) ? undefined : number
}

const profiles = { "0": 0, "1": 1, "2": 2, "3": 3 } as const

const profileOf = ({ cert, profile, url = "" }: ReplayArgs["values"], password: string | undefined) => {
  if (profile !== undefined)
    return Object.hasOwn(profiles, profile) ? profiles[profile as keyof typeof profiles] : undefined
  if (cert !== undefined) return 3
  return password === undefined ? 0 : /^wss:/i.test(url) ? 2 : 1
}

const readText = (file: string | undefined): Effect.Effect<string | undefined, FileUnreadable> =>
  file === undefined
    ? Effect.undefined
    : Effect.try({ try: () => readFileSync(file, "utf8"), catch: (cause) => new FileUnreadable({ file, cause }) })

const text = (report: ReplayReport, colours: Colours): string => {
  const {
    callErrors,
    connections,
    csmsCalls,
    csmsCallsRefused,
    differences,
    notSent,
    results,
    sent,
    texts,
    unanswered
  } = report
  return [
    ...differences.map(
      ({ action, line, path, recorded, replayed }) =>
        `${colours.dim(`line ${line}`)} ${colours.bold(action)} ${path}: ${colours.red(recorded)} then, ${colours.yellow(replayed)} now`
    ),
    `${report.identity}: ${sent} CALLs sent, ${results} answered, ${callErrors} refused, ${unanswered} without answer` +
      (texts > 0 ? `, ${texts} ${texts === 1 ? "text that is no frame" : "texts that are no frames"}` : "") +
      (notSent > 0 ? `, ${notSent} not sent` : ""),
    `${csmsCalls} ${csmsCalls === 1 ? "CALL" : "CALLs"} of the CSMS, ${csmsCallsRefused} of them not in the recording`,
    `${connections} ${connections === 1 ? "connection" : "connections"}, ${Math.round(report.duration / 100) / 10} s, ${differences.length} ${differences.length === 1 ? "difference" : "differences"}`
  ].join("\n")
}

/** Runs the command; the result is the exit code. `colours` are those of the terminal. */
export const replayCommand: (args: ReplayArgs, colours?: Colours) => Effect.Effect<number, never, Dialer> = Effect.fn(
  "ocpp-sim replay"
)(
  function* ({ positionals, values }: ReplayArgs, colours: Colours = noColours) {
    if (values.help === true) {
      yield* Console.log(replayHelp)
      return 0
    }
    const [file, ...more] = positionals
    const speed = values.speed === "max" ? Infinity : numberOf(values.speed, 1)
    const seconds = numberOf(values["call-timeout"], 30)
    const linger = numberOf(values.linger, 1)
    const password = values.password ?? (process.env["OCPP_PASSWORD"] || undefined)
    const securityProfile = profileOf(values, password)
    if (file === undefined || more.length > 0 || values.url === undefined) {
      yield* Console.error("replay needs one FILE and --url. Try ocpp-sim replay --help.")
      return 2
    }
    if (speed === undefined || speed === 0 || securityProfile === undefined) {
      yield* Console.error(
        securityProfile === undefined ? "--profile must be 0, 1, 2 or 3." : "--speed must be a number above 0, or max."
      )
      return 2
    }
    if (seconds === undefined || linger === undefined) {
      yield* Console.error(`${seconds === undefined ? "--call-timeout" : "--linger"} must be seconds, 0 or more.`)
      return 2
    }
    const recording = yield* readRecording(file, values.station, values.identity)
    const identity = values.identity ?? (typeof recording === "string" ? "" : recording.identity)
    if (typeof recording === "string" || identity === "") {
      yield* Console.error(typeof recording === "string" ? recording : "The log names no station: say --identity.")
      return 2
    }
    const [ca, certificate, key] = yield* Effect.all([values.ca, values.cert, values.key].map(readText))
    const report = yield* replay(recording, {
      request: {
        url: values.url,
        identity,
        protocols: ["ocpp2.0.1"],
        securityProfile,
        password: password === undefined ? undefined : Redacted.make(password),
        tls: { ca, certificate, key: key === undefined ? undefined : Redacted.make(key) },
        timeout: seconds * 1_000
      },
      speed,
      freshIds: values["fresh-ids"] === true,
      callTimeout: seconds * 1_000,
      linger: linger * 1_000
    })
    yield* Console.log(values.json === true ? JSON.stringify(report) : text(report, colours))
    return values.strict === true && report.differences.length > 0 ? 1 : 0
  },
  Effect.catchTag(["FileUnreadable", "DialFailed"], ({ message }) => Effect.as(Console.error(message), 2))
)
