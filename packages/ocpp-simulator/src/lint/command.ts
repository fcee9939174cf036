/** `ocpp-sim lint FILE…`: checks recorded logs. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Finding, severities, type Severity } from "./Finding.ts"
import { Linter } from "./Lint.ts"
import { readLine } from "./LogRecord.ts"
import { readLines } from "./readLines.ts"
import { type Colours, line as lineOf, type LintSummary, noColours, summary } from "./report.ts"

/** Options for `parseArgs` of node:util. */
export const lintOptions = {
  json: { type: "boolean" },
  severity: { type: "string" },
  ignore: { type: "string", multiple: true },
  "call-timeout": { type: "string" },
  max: { type: "string" },
  help: { type: "boolean", short: "h" }
} as const

/** What `parseArgs` makes of them. */
export interface LintArgs {
  readonly values: {
    readonly json?: boolean | undefined
    readonly severity?: string | undefined
    readonly ignore?: ReadonlyArray<string> | undefined
    readonly "call-timeout"?: string | undefined
    readonly max?: string | undefined
    readonly help?: boolean | undefined
  }
  readonly positionals: ReadonlyArray<string>
}

/** `ocpp-sim lint --help`. */
export const lintHelp = `ocpp-sim lint FILE…          check recorded OCPP 2.0.1 logs against the rules

FILE is JSON lines, one message each; - is standard input:
  {"at":"2026-01-01T00:00:00Z","identity":"CS-1","direction":"in","text":"[2,\\"1\\",\\"Heartbeat\\",{}]"}
"in" comes from the station, "out" from the CSMS; so do received and sent, rx and tx: these are words of the CSMS. A log of a
station, where they mean the opposite, needs "from": "station" or "csms" instead. ocpp-sim --record FILE writes such logs; bare
frames, one a line, do too. A file that is one JSON list: jq -c '.[]' FILE | ocpp-sim lint -

  --severity LEVEL     show error, warning (and errors), or note (all); default note
  --ignore ID          leave out findings whose first requirement is this, such as R-202; may be repeated
  --call-timeout S     seconds after which a CALL without an answer has failed; default 30
  --max N              show the first N findings only; all are counted
  --json               one JSON object for each finding, and one for the summary
  -h, --help           this text

Exit code: 0 when there is no error, 1 when there is one, 2 when a file cannot be read or has no frames, or an option is wrong.`

interface Run {
  readonly least: number
  readonly ignored: ReadonlySet<string>
  readonly max: number
  readonly json: boolean
  readonly colours: Colours
}

interface Tally {
  lines: number
  shown: number
  readonly counts: Record<Severity, number>
  readonly byRule: Map<string, number>
}

const say = (file: string, findings: ReadonlyArray<Finding>, run: Run, tally: Tally): Effect.Effect<void> => {
  const texts: Array<string> = []
  for (const finding of findings) {
    const rule = finding.rules[0] ?? ""
    if (severities.indexOf(finding.severity) > run.least || run.ignored.has(rule)) continue
    tally.counts[finding.severity]++
    tally.byRule.set(rule, (tally.byRule.get(rule) ?? 0) + 1)
    if (++tally.shown > run.max) continue
    texts.push(run.json ? JSON.stringify({ file, ...finding }) : lineOf(file, finding, run.colours))
  }
  return texts.length === 0 ? Effect.void : Console.log(texts.join("\n"))
}

const summaryOf = ({ byRule, counts, lines }: Tally, stations: number): LintSummary => ({
  lines,
  stations,
  counts,
  byRule: Array.from(byRule).toSorted((one, other) => other[1] - one[1])
})

/** A number from the command line that is not negative; `undefined` when it is none. */
const numberOf = (text: string | undefined, fallback: number): number | undefined => {
  const number = text === undefined ? fallback : Number(text)
  return text?.trim() === "" || !(number >= 0) ? undefined : number
}

/** Runs the command; the result is the exit code. `colours` are those of the terminal. */
export const lintCommand = Effect.fn("ocpp-sim lint")(function* (args: LintArgs, colours: Colours = noColours) {
  const { values } = args
  if (values.help === true) {
    yield* Console.log(lintHelp)
    return 0
  }
  const least = severities.indexOf((values.severity ?? "note") as Severity)
  const seconds = numberOf(values["call-timeout"], 30)
  const max = numberOf(values.max, Infinity)
  if (args.positionals.length === 0 || least < 0 || seconds === undefined || max === undefined) {
    yield* Console.error(
      args.positionals.length === 0
        ? "Which FILE? Try ocpp-sim lint --help."
        : least < 0
          ? `--severity cannot be ${values.severity}. Allowed: ${severities.join(", ")}.`
          : `${seconds === undefined ? "--call-timeout" : "--max"} must be a number, 0 or more.`
    )
    return 2
  }
  const json = values.json === true
  const run: Run = { least, ignored: new Set(values.ignore), max, json, colours: json ? noColours : colours }
  const tally: Tally = { lines: 0, shown: 0, counts: { error: 0, warning: 0, note: 0 }, byRule: new Map() }
  let stations = 0
  for (const file of args.positionals) {
    const linter = new Linter({ callTimeout: seconds * 1_000 })
    const readable = yield* lintFile(file, linter, run, tally)
    if (!readable) return 2
    stations += linter.stations
  }
  if (stations === 0) {
    yield* Console.error(
      `${args.positionals.join(", ")}: there is no frame of OCPP in it. Wanted are JSON lines, one message each: ocpp-sim lint --help.`
    )
    return 2
  }
  const result = summaryOf(tally, stations)
  yield* Console.log(json ? JSON.stringify({ summary: result }) : summary(result, run.colours))
  return tally.counts.error > 0 ? 1 : 0
})

/** Whether the file could be read to its end. */
const lintFile = (file: string, linter: Linter, run: Run, tally: Tally): Effect.Effect<boolean> => {
  let line = 0
  return readLines(file).pipe(
    Stream.runForEachArray((lines) => {
      const findings: Array<Finding> = []
      for (const text of lines) {
        tally.lines++
        const record = readLine(text, ++line)
        if (record !== undefined) findings.push(...linter.push(record))
      }
      return say(file, findings, run, tally)
    }),
    Effect.andThen(Effect.suspend(() => say(file, linter.end(), run, tally))),
    Effect.as(true),
    Effect.catchTag("FileUnreadable", ({ message }) => Effect.as(Console.error(message), false))
  )
}
