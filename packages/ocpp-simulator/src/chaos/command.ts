/** `ocpp-sim chaos`: shows that nothing is lost when processes are killed. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { killCsms } from "./killCsms.ts"
import { killStations } from "./killStations.ts"
import { type ChaosOptions, type ChaosReport, isProven } from "./run.ts"
import { summary } from "./summary.ts"

/** Options for `parseArgs` of node:util. */
export const chaosOptions = {
  kill: { type: "string" },
  stations: { type: "string" },
  kills: { type: "string" },
  latency: { type: "string" },
  seed: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" }
} as const

/** What `parseArgs` makes of them. */
export interface ChaosArgs {
  readonly values: {
    readonly kill?: string | undefined
    readonly stations?: string | undefined
    readonly kills?: string | undefined
    readonly latency?: string | undefined
    readonly seed?: string | undefined
    readonly json?: boolean | undefined
    readonly help?: boolean | undefined
  }
}

/** `ocpp-sim chaos --help`. */
export const chaosHelp = `ocpp-sim chaos                kill a CSMS in the middle of sessions, and compare in the end

Starts a CSMS of this library with a durable store, and stations that charge all the time; kills a process (SIGKILL) at random
moments and starts it again. In the end every TransactionEvent that a station made must count in the CSMS, once.

  --kill WHO           csms (default), or stations: these have durable queues then, and the CSMS dies now and then too
  --stations N         default 200; with --kill stations 20
  --kills N            default 3
  --latency MS         what handlers and store of the CSMS take at most, each; default 200
  --seed TEXT          decides when it is killed, and what drivers do
  --json               the report as JSON
  -h, --help           this text

Exit code: 0 when nothing was lost, doubled or left behind, 1 when something was, 2 when an option is wrong.`

const runs = {
  csms: { run: killCsms, stations: 200 },
  stations: { run: killStations, stations: 20 }
} as const satisfies Record<
  string,
  { run: (options: ChaosOptions) => Effect.Effect<ChaosReport, unknown>; stations: number }
>

/** A whole number from the command line; `undefined` when it is none. */
const wholeOf = (text: string | undefined, fallback: number, least: number): number | undefined => {
  const number = text === undefined ? fallback : Number(text)
  return text?.trim() === "" || !Number.isInteger(number) || number < least ? undefined : number
}

/** Runs the command; the result is the exit code. */
export const chaosCommand = Effect.fn("ocpp-sim chaos")(function* ({ values }: ChaosArgs) {
  if (values.help === true) {
    yield* Console.log(chaosHelp)
    return 0
  }
  const who = values.kill ?? "csms"
  const wanted = who === "csms" || who === "stations" ? runs[who] : undefined
  const stations = wholeOf(values.stations, wanted?.stations ?? 1, 1)
  const kills = wholeOf(values.kills, 3, 0)
  const latency = wholeOf(values.latency, 200, 0)
  if (wanted === undefined) {
    yield* Console.error(`--kill cannot be ${who}. Allowed: csms, stations.`)
    return 2
  }
  if (stations === undefined || kills === undefined || latency === undefined) {
    const flag = stations === undefined ? "--stations" : kills === undefined ? "--kills" : "--latency"
    yield* Console.error(`${flag} must be a whole number, ${flag === "--stations" ? 1 : 0} or more.`)
    return 2
  }
  const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31))
  const console = yield* Console.Console
  const tell = (text: string): void => (values.json === true ? undefined : console.log(text))
  tell(`seed ${seed}`)
  return yield* wanted.run({ stations, kills, latency, seed, tell }).pipe(
    Effect.matchEffect({
      onFailure: ({ message }) => Effect.as(Console.error(message), 1),
      onSuccess: (report) =>
        Effect.as(
          Console.log(values.json === true ? JSON.stringify({ seed, ...report }) : summary(who, report)),
          isProven(report) ? 0 : 1
        )
    })
  )
})
