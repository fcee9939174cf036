/** `ocpp-sim fleet`: runs a scenario, shows how it goes, and writes the report. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import path from "node:path"
import { Stations } from "@wattline/ocpp-station"
import type * as Scope from "effect/Scope"
import { WsDialer } from "@wattline/ocpp-ws"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { recordDialer, writeFile } from "../lint/recorder.ts"
import { Recorder } from "../report/Recorder.ts"
import { toHtml } from "../report/html.ts"
import { toJson } from "../report/json.ts"
import type { Report } from "../report/Report.ts"
import { toText } from "../report/text.ts"
import { flagsHelp, parseFlags } from "../scenario/parseFlags.ts"
import { readScenario } from "../scenario/readScenario.ts"
import type { Scenario } from "../scenario/Scenario.ts"
import type { Output } from "../terminal/Block.ts"
import { coloursFor } from "../terminal/colours.ts"
import { Live, Rate } from "../terminal/Live.ts"
import { type Demands, readDemands, unmet } from "./demands.ts"
import { FleetFailed, type FleetOptions, runFleet } from "./Fleet.ts"
import { layer as network } from "./Network.ts"
import { unaccepted, withAdvice } from "./unaccepted.ts"
import { runVirtual } from "./VirtualTime.ts"

/** The text of `ocpp-sim fleet --help`. */
export const fleetHelp = `ocpp-sim fleet [SCENARIO.yaml] [options]   run many stations against a CSMS, and report

  ocpp-sim fleet --url ws://localhost:9000 --password secret-of-the-fleet --stations 200 --duration 5m
  ocpp-sim fleet site.yaml --time virtual --html report.html

What the scenario file says can be said or overridden here:
${flagsHelp()}

Reports
  --json FILE    the report as JSON, byte for byte the same for the same scenario and seed under virtual time
  --html FILE    the report as one HTML page with charts
  --text FILE    the report as text; it is printed in any case
  --report DIR   all three: report.json, report.html, report.txt
  --record FILE  every frame as a line of JSON, appended, for ocpp-sim lint and replay; not with virtual time
  --quiet        no progress
  -h, --help     this text

For CI: exit code 1
  --max-failed PERCENT  when more of the CALLs failed: CALLERROR, no answer, a wrong one
  --min-sessions N      when fewer sessions ended

The password may be in the variable OCPP_PASSWORD instead. With --time virtual stations and a CSMS run in memory, as fast as
the machine can; --url is not used then. A CALL counts when its outcome is known: what is not answered yet when the run ends
is not in the report. Ctrl-C ends a run early: drivers leave and what is queued is delivered, for 5 s at most, and the report
is about what there was; twice ends it at once, without a report.
Exit code 0; 1 when no station was accepted, a demand for CI was not met or a file could not be written, 2 when the scenario
or a flag is wrong, 130 after Ctrl-C.
`

const own = {
  "--json": "value",
  "--html": "value",
  "--text": "value",
  "--report": "value",
  "--record": "value",
  "--max-failed": "value",
  "--min-sessions": "value",
  "--quiet": "none",
  "--help": "none",
  "-h": "none"
} as const

/** Where the program writes, and what it knows of its terminal. */
export interface Streams {
  readonly out: Output
  readonly err: Output
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Files to write, where they are wanted. */
interface Outputs {
  readonly json: string | undefined
  readonly html: string | undefined
  readonly text: string | undefined
  readonly record: string | undefined
}

/** Runs it; the result is the exit code. Interrupting it ends the run, and the report is written all the same. */
export const fleetCommand = Effect.fn("ocpp-sim fleet")(function* (args: ReadonlyArray<string>, streams: Streams) {
  const password = streams.env["OCPP_PASSWORD"]
  const parsed = parseFlags(password ? [`--password=${password}`, ...args] : args, own)
  if (Result.isFailure(parsed)) return complain(streams, parsed.failure.message)
  const { flags, own: mine, positionals } = parsed.success
  if (mine.has("--help") || mine.has("-h")) {
    streams.out.write(fleetHelp)
    return 0
  }
  const [file, ...more] = positionals
  if (more.length > 0)
    return complain(streams, `One scenario file, not ${positionals.length}: ${positionals.join(", ")}`)
  const yaml = file === undefined ? undefined : yield* Effect.result(read(file))
  if (yaml !== undefined && Result.isFailure(yaml)) return complain(streams, yaml.failure.message)
  const scenario = readScenario({ yaml: yaml?.success, file, flags })
  if (Result.isFailure(scenario)) return complain(streams, scenario.failure.message)
  const text = (name: string): string | undefined => {
    const value = mine.get(name)
    return typeof value === "string" ? value : undefined
  }
  const folder = text("--report")
  const outputs: Outputs = {
    json: text("--json") ?? (folder && path.join(folder, "report.json")),
    html: text("--html") ?? (folder && path.join(folder, "report.html")),
    text: text("--text") ?? (folder && path.join(folder, "report.txt")),
    record: text("--record")
  }
  if (outputs.record !== undefined && scenario.success.time === "virtual")
    return complain(streams, "--record: there are no frames on a wire with --time virtual.")
  const demands = readDemands(text("--max-failed"), text("--min-sessions"))
  if (Result.isFailure(demands)) return complain(streams, demands.failure.message)
  const problem = yield* Effect.result(prepare(outputs))
  if (Result.isFailure(problem)) return complain(streams, problem.failure.message, 1)
  return yield* run(scenario.success, outputs, demands.success, mine.has("--quiet"), streams)
})

const run = (scenario: Scenario, outputs: Outputs, demands: Demands, isQuiet: boolean, streams: Streams) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const live = new Live(streams.err, streams.env)
      const view = makeView(scenario, live, isQuiet)
      const startedAt = new Date()
      let recorder: Recorder | undefined
      let refusal: string | undefined
      const onRefused: NonNullable<FleetOptions["onRefused"]> = (identity, detail, status) => {
        if (refusal !== undefined) return
        refusal = withAdvice(detail, status)
        if (!isQuiet) live.print(`${identity} cannot connect: ${refusal}`)
      }
      const recordOn = (clock: "real" | "virtual", now: () => number): Recorder =>
        (recorder = new Recorder({ now, virtual: clock === "virtual" }))
      const running =
        scenario.time === "virtual"
          ? runVirtual({ scenario, recorder: (now) => recordOn("virtual", now), onStep: view })
          : runReal(scenario, outputs.record, (now) => recordOn("real", now), view, onRefused)
      const exit = yield* Effect.exit(restore(Effect.scoped(Effect.asVoid<unknown, Error, Scope.Scope>(running))))
      live.end()
      const isInterrupted = Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
      if (Exit.isFailure(exit) && !isInterrupted) {
        const error = Cause.findErrorOption(exit.cause)
        return Option.isSome(error) ? complain(streams, error.value.message, 1) : yield* Effect.failCause(exit.cause)
      }
      if (recorder === undefined) return 130
      const report = recorder.report(scenario, scenario.time === "virtual" ? undefined : runOf(startedAt))
      streams.out.write(toText(report, coloursFor({ env: streams.env, isTTY: streams.out.isTTY === true })))
      const problem = yield* Effect.result(write(report, outputs))
      if (Result.isFailure(problem)) return complain(streams, problem.failure.message, 1)
      if (isInterrupted) return 130
      const problems = report.connections.accepted > 0 ? unmet(report, demands) : [unaccepted(report, refusal)]
      return problems.length === 0 ? 0 : complain(streams, problems.join("\n"), 1)
    })
  )

/** What tells this run from an equal one. */
const runOf = (startedAt: Date): NonNullable<Report["run"]> => ({
  startedAt: startedAt.toISOString(),
  wallSeconds: Math.round(Date.now() - startedAt.getTime()) / 1000,
  machine: `Node ${process.versions.node}, ${process.platform}, ${availableParallelism()} cores`
})

const runReal = Effect.fnUntraced(function* (
  scenario: Scenario,
  record: string | undefined,
  make: (now: () => number) => Recorder,
  view: (recorder: Recorder) => void,
  onRefused: NonNullable<FleetOptions["onRefused"]>
) {
  const clock = yield* Clock.Clock
  const recorder = make(() => clock.currentTimeMillisUnsafe())
  const stations = yield* stationsOver(record)
  yield* Effect.provide(runFleet({ scenario, recorder, onRefused, onSample: () => view(recorder) }), stations)
})

/** The stations' way out, recorded where that is wanted. */
const stationsOver = (record: string | undefined) =>
  Effect.gen(function* () {
    const dialer =
      record === undefined ? WsDialer.layer() : Layer.provide(recordDialer(yield* writeFile(record)), WsDialer.layer())
    return Layer.provideMerge(Stations.layer, Layer.provide(network, dialer))
  })

/** What is shown while it runs; drawn four times a second at most. */
const makeView = (scenario: Scenario, live: Live, isQuiet: boolean): ((recorder: Recorder) => void) => {
  const rate = new Rate(scenario.time === "virtual" ? (scenario.duration * 1000) / 20 : 5000)
  let drawnAt = 0
  let simulated = 0
  return (recorder) => {
    if (isQuiet) return
    const now = performance.now()
    const totals = recorder.totals()
    const perSecond = rate.next(totals.elapsed, totals.toCsms + totals.fromCsms)
    if (now - drawnAt < 250) return
    const speed = drawnAt === 0 ? undefined : (totals.elapsed - simulated) / (now - drawnAt)
    drawnAt = now
    simulated = totals.elapsed
    live.show({
      name: scenario.name,
      duration: scenario.duration,
      rampUp: scenario.rampUp.seconds,
      stations: scenario.stations.count,
      clock: scenario.time,
      totals,
      perSecond,
      speed
    })
  }
}

const read = (file: string): Effect.Effect<string, FleetFailed> =>
  Effect.try({
    try: () => readFileSync(file, "utf8"),
    catch: () => new FleetFailed({ message: `The scenario ${file} cannot be read; give the path of a YAML file.` })
  })

/** Finds out whether the reports can be written, before hours have gone by. */
const prepare = ({ html, json, text }: Outputs): Effect.Effect<void, FleetFailed> =>
  writing(() => {
    for (const file of [json, html, text]) {
      if (file === undefined) continue
      mkdirSync(path.dirname(file), { recursive: true })
      appendFileSync(file, "")
    }
  })

const write = (report: Report, { html, json, text }: Outputs): Effect.Effect<void, FleetFailed> =>
  writing(() => {
    if (json !== undefined) writeFileSync(json, toJson(report))
    if (html !== undefined) writeFileSync(html, toHtml(report))
    if (text !== undefined) writeFileSync(text, toText(report))
  })

const writing = (action: () => void): Effect.Effect<void, FleetFailed> =>
  Effect.try({
    try: action,
    catch: (error) =>
      new FleetFailed({
        message: `The report cannot be written: ${error instanceof Error ? error.message : String(error)}`
      })
  })

const complain = ({ err }: Streams, message: string, code = 2): number => {
  err.write(`${message}\n`)
  return code
}
