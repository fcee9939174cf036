/**
 * The second chaos run: the process of the stations is killed, with durable queues; every second time while the CSMS is gone
 * too. What was queued is delivered by the next process, which also ends the transactions that ran at the kill (PowerLoss).
 */
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { Book } from "./Book.ts"
import { Child } from "./Child.ts"
import type { CsmsArguments, FleetCounts, Ledger, StationsArguments, Stopped } from "./contract.ts"
import { judge } from "./judge.ts"
import {
  type ChaosOptions,
  type ChaosReport,
  defaults,
  identitiesOf,
  leftoversOf,
  patience,
  temporary,
  wait
} from "./run.ts"
import { openDatabase } from "./SqliteStore.ts"

/** Runs it. Fails when a process does what it should not, or the end is not reached; what else is wrong is in the report. */
export const killStations = Effect.fn("killStations")(
  function* (options: ChaosOptions) {
    const { away, between, kills, latency, seed, stations, tell } = { ...defaults, ...options }
    const began = yield* Clock.currentTimeMillis
    const identities = identitiesOf(stations)
    const directory = yield* temporary
    const given: CsmsArguments = { port: 0, database: join(directory, "csms.sqlite"), identities, latency }
    const first = yield* Child.start("csmsProgram", given)
    const { port, url } = first.ready
    let csms = first.child
    const lives = Array.from({ length: kills + 1 }, (_, life) => `${seed}/${life}`)
    const common = { url, queues: join(directory, "queues"), book: join(directory, "stations.sqlite"), identities }
    const start = (life: string) =>
      Child.start("stationsProgram", { ...common, seed: life } satisfies StationsArguments)

    let { child: fleet } = yield* start(`${seed}/0`)
    tell?.(`${stations} stations with durable queues begin to charge`)
    for (const [kill, life] of lives.slice(1).entries()) {
      yield* wait(between)
      const isCsmsGone = kill % 2 === 1
      if (isCsmsGone) {
        yield* csms.kill
        yield* wait([1.5, 1])
      }
      yield* fleet.kill
      tell?.(`kill ${kill + 1}: the stations are gone${isCsmsGone ? ", and so was the CSMS" : ""}`)
      yield* wait(away)
      if (isCsmsGone) csms = (yield* Child.start("csmsProgram", { ...given, port })).child
      fleet = (yield* start(life)).child
    }
    yield* wait(between)
    const { givenUp } = yield* fleet.ask<FleetCounts>("finish", patience)
    const ledger = yield* csms.ask<Ledger>("ledger", patience)
    const { fibers } = yield* fleet.stop<Stopped>()
    const left = yield* leftoversOf(csms)
    const book = new Book(openDatabase(common.book))
    const report: ChaosReport = {
      ...judge(book.read(lives.slice(0, -1)), ledger),
      stations,
      kills,
      seconds: ((yield* Clock.currentTimeMillis) - began) / 1000,
      resent: book.restored,
      leftovers: [
        ...left,
        ...(fibers > 0 ? [`${fibers} fibers of the stations`] : []),
        ...(givenUp > 0 ? [`${givenUp} messages that were given up`] : [])
      ]
    }
    return report
  },
  (self, { seed }) => Effect.scoped(Random.withSeed(self, seed))
)
