/**
 * `pnpm soak`, in two parts (`--part adapters,chaos`). The adapters under all faults at once, for minutes: good stations
 * exchange CALLs in both directions the whole time, thousands come back in storms, and random faults are committed beside
 * them. Exit code 1 when a CALL of a good station is lost, anybody is refused, a fault does not end, something is left behind,
 * or the heap grows without bound. And chaos: the CSMS process is killed in the middle of sessions, for as long; exit code 1
 * when a TransactionEvent is lost or counts twice.
 */
import { type ChildProcess, fork } from "node:child_process"
import path from "node:path"
import { parseArgs } from "node:util"
import { random } from "@wattline/ocpp-conformance/raw"
import { Effect } from "effect"
import { progress } from "./report.ts"
import { chaos } from "./soak/chaos.ts"
import type { SoakStats } from "./soak/contract.ts"
import { commit } from "./soak/faults.ts"
import { Failed, goodStation, storms, type Tally } from "./soak/stations.ts"

const { values } = parseArgs({
  options: {
    part: { type: "string", default: "adapters,chaos" },
    minutes: { type: "string", default: "3" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    adapter: { type: "string", default: "ws,uws" },
    stations: { type: "string", default: "200" },
    storm: { type: "string", default: "5000" },
    "storm-interval": { type: "string", default: "20" },
    culprits: { type: "string", default: "20" }
  }
})
const minutes = Number(values.minutes)
const culprits = Number(values.culprits)

/** The server process. */
class SoakServer {
  private readonly child: ChildProcess
  /** The end of the process, which none of its questions survives. */
  private readonly ended: Promise<never>

  constructor(adapter: string) {
    const file = path.join(import.meta.dirname, "servers", "soak.ts")
    this.child = fork(file, [adapter], { execArgv: [...process.execArgv, "--expose-gc"] })
    this.ended = new Promise((_, reject) => {
      this.child.once("exit", (code) => reject(new Error(`the server process ended with exit code ${code}`)))
    })
    this.ended.catch(() => undefined) // it is told where somebody waits
  }

  /** What the server says next; after `question` when there is one. */
  listen<A>(question?: string): Effect.Effect<A, Failed> {
    return Effect.tryPromise({
      try: () => {
        const answer = new Promise<A>((resolve) => this.child.once("message", (message) => resolve(message as A)))
        if (question !== undefined) this.child.send(question)
        return Promise.race([answer, this.ended])
      },
      catch: (error) => new Failed({ message: String(error) })
    })
  }

  /** No more CALLs to the good stations. */
  hush(): void {
    this.child.send("hush")
  }

  kill(): void {
    this.child.kill("SIGKILL")
  }
}

const MiB = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`

const line = (seconds: number, tally: Tally, faulted: ReadonlyMap<string, number>, stats: SoakStats): string => {
  const time = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`
  const faults = Array.from(faulted.values()).reduce((sum, count) => sum + count, 0)
  return [
    `${time}  ${tally.messages} CALLs in`,
    `${stats.callsToStations} out`,
    `${tally.reconnects} reconnects`,
    `${faults} faults`,
    `${tally.storms} storms (last ${tally.lastStorm.toFixed(1)} s)`,
    `${stats.refused} refused`,
    `${stats.links} links`,
    `${stats.fibers} fibers`,
    `RSS ${MiB(stats.rss)}`,
    `heap ${MiB(stats.heap)}`
  ].join(", ")
}

/** What must hold at any time. */
const check = ({ lastLoss, lastRefusal, lostCalls, refused }: SoakStats): Effect.Effect<void, Failed> => {
  if (refused > 0)
    return Effect.fail(new Failed({ message: `${refused} requests were refused, at last ${lastRefusal}` }))
  if (lostCalls > 0) {
    return Effect.fail(new Failed({ message: `${lostCalls} CALLs to good stations were lost, at last: ${lastLoss}` }))
  }
  return Effect.void
}

/** The heap of the last third of the soak against that of the middle third: its smallest figures, so that no storm counts. */
const grown = (heaps: ReadonlyArray<number>): string | undefined => {
  const third = Math.floor(heaps.length / 3)
  if (third === 0) return undefined
  const middle = Math.min(...heaps.slice(third, 2 * third))
  const last = Math.min(...heaps.slice(2 * third))
  return last > middle * 1.25 + 32 * 2 ** 20 ? `the heap grew from ${MiB(middle)} to ${MiB(last)}` : undefined
}

/** Once all stations are gone: what is there that was not there before the first one came. */
const leftovers = (before: SoakStats, after: SoakStats): ReadonlyArray<string> => [
  ...(after.links === 0 ? [] : [`${after.links} links`]),
  ...(after.connected === 0 ? [] : [`${after.connected} connected stations`]),
  ...(after.fibers <= before.fibers ? [] : [`${after.fibers - before.fibers} fibers`]),
  ...Object.entries(after.resources).flatMap(([kind, count]) => {
    const more = count - (before.resources[kind] ?? 0)
    return more > 0 ? [`${more} ${kind}`] : []
  })
]

const soak = Effect.fnUntraced(function* (adapter: string) {
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => new SoakServer(adapter)),
    (started) => Effect.sync(() => started.kill())
  )
  const { port } = yield* server.listen<{ readonly port: number }>()
  const stats = server.listen<SoakStats>("stats")
  const before = yield* stats

  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  const isStopped = (): boolean => seconds() > minutes * 60
  const tally: Tally = { messages: 0, reconnects: 0, storms: 0, lastStorm: 0 }
  const faulted = new Map<string, number>()
  const heaps: Array<number> = []
  const seed = Number(values.seed)

  const good = Effect.forEach(
    Array.from({ length: Number(values.stations) }, (_, index) => index),
    (index) => goodStation(port, `GOOD-${index}`, random(seed + index), tally, isStopped),
    { concurrency: "unbounded", discard: true }
  )
  const bad = Effect.forEach(
    Array.from({ length: culprits }, (_, index) => random(seed + 100_000 + index)),
    Effect.fnUntraced(function* (next) {
      while (!isStopped()) {
        const { ended, name } = yield* commit(port, next)
        if (!ended) return yield* new Failed({ message: `the fault "${name}" did not end within 60 seconds` })
        faulted.set(name, (faulted.get(name) ?? 0) + 1)
        yield* Effect.sleep(next() * 100)
      }
    }),
    { concurrency: "unbounded", discard: true }
  )
  const report = Effect.gen(function* () {
    for (let tick = 1; !isStopped(); tick++) {
      yield* Effect.sleep("5 seconds")
      const now = yield* stats
      heaps.push(now.heap)
      const text = line(seconds(), tally, faulted, now)
      if (process.stderr.isTTY) progress(text)
      else if (tick % 2 === 0) console.log(text)
      yield* check(now)
    }
  })
  const stormy = storms(port, Number(values.storm), Number(values["storm-interval"]), tally, isStopped)
  yield* Effect.all([good, bad, stormy, report], { concurrency: "unbounded", discard: true })
  progress()

  server.hush()
  let last = yield* stats
  for (let tries = 0; tries < 80 && leftovers(before, last).length > 0; tries++) {
    yield* Effect.sleep("1 second")
    last = yield* stats
  }
  console.log(line(seconds(), tally, faulted, last))
  console.log(Array.from(faulted, ([name, count]) => `${count} × ${name}`).join(", "))
  yield* check(last)
  const left = leftovers(before, last)
  if (left.length > 0)
    return yield* new Failed({ message: `left behind when all stations were gone: ${left.join(", ")}` })
  const growth = grown(heaps)
  if (growth !== undefined) return yield* new Failed({ message: growth })
  const end = yield* server.listen<Pick<SoakStats, "fibers" | "resources">>("stop")
  if (end.fibers > 0) return yield* new Failed({ message: `left behind by the closed server: ${end.fibers} fibers` })
}, Effect.scoped)

/** Says how a part of the soak ended. */
const outcome = async (name: string, part: Effect.Effect<void, Failed>): Promise<boolean> => {
  const failure = await Effect.runPromise(
    part.pipe(
      Effect.as(undefined),
      Effect.catchTag("Failed", ({ message }) => Effect.succeed(message))
    )
  )
  progress()
  console.log(
    failure === undefined ? `${name}: nothing was lost, nothing was left behind` : `${name} FAILED: ${failure}`
  )
  return failure === undefined
}

const parts = values.part.split(",")
const unknown = parts.find((part) => part !== "adapters" && part !== "chaos")
if (unknown !== undefined) {
  console.error(`--part ${unknown}: there are adapters and chaos`)
  process.exit(2)
}
let failed = false
for (const adapter of parts.includes("adapters") ? values.adapter.split(",") : []) {
  console.log(
    `${adapter}: ${minutes} minutes, ${values.stations} good stations, storms of ${values.storm}, ${culprits} culprits, seed ${values.seed}`
  )
  failed = !(await outcome(adapter, soak(adapter))) || failed
}
if (parts.includes("chaos")) {
  console.log(`chaos: ${minutes} minutes, ${values.stations} stations, seed ${values.seed}`)
  failed = !(await outcome("chaos", chaos(minutes, Number(values.stations), Number(values.seed)))) || failed
}
process.exit(failed ? 1 : 0)
