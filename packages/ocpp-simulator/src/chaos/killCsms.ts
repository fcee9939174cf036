/** The first chaos run: the CSMS process is killed in the middle of sessions and started again, while the stations live on. */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Stations } from "@wattline/ocpp-station"
import { WsDialer } from "@wattline/ocpp-ws"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import { Book } from "./Book.ts"
import { Child } from "./Child.ts"
import type { CsmsArguments, FleetCounts, Ledger } from "./contract.ts"
import { FiberCount } from "./FiberCount.ts"
import { Fleet } from "./Fleet.ts"
import { judge } from "./judge.ts"
import {
  type ChaosOptions,
  type ChaosReport,
  defaults,
  identitiesOf,
  leftoversOf,
  patience,
  temporary,
  until,
  wait
} from "./run.ts"

/** What a run has shown, with what became of the messages. */
export interface CsmsKilled extends ChaosReport {
  readonly counts: FleetCounts
}

/** Runs it. Fails when a process does what it should not, or the end is not reached; what else is wrong is in the report. */
export const killCsms = Effect.fn("killCsms")(
  function* (options: ChaosOptions) {
    const { away, between, kills, latency, stations, tell } = { ...defaults, ...options }
    const began = yield* Clock.currentTimeMillis
    const identities = identitiesOf(stations)
    const database = join(yield* temporary, "csms.sqlite")
    const given: CsmsArguments = { port: 0, database, identities, latency }
    const first = yield* Child.start("csmsProgram", given)
    const { port, url } = first.ready
    let csms = first.child

    const scope = yield* Effect.acquireRelease(Scope.make(), (made) => Scope.close(made, Exit.void))
    const fibers = new FiberCount()
    const context = yield* Layer.buildWithScope(Layer.provide(Stations.layer, WsDialer.layer()), scope).pipe(fibers.of)
    const book = new Book(new DatabaseSync(":memory:"))
    const { host } = Context.get(context, Stations)
    const fleet = new Fleet({ host, url, identities, book, life: options.seed })
    yield* until("connecting all stations", patience, () => fleet.isOnline)
    tell?.(`${stations} stations are connected and begin to charge`)

    for (let kill = 1; kill <= kills; kill++) {
      yield* wait(between)
      yield* csms.kill
      tell?.(`kill ${kill}: the CSMS is gone after ${fleet.counts.acknowledged} acknowledged TransactionEvents`)
      yield* wait(away)
      csms = (yield* Child.start("csmsProgram", { ...given, port })).child
      tell?.(`it is back; ${fleet.undelivered} TransactionEvents wait for it`)
    }
    yield* wait(between)
    fleet.finish()
    yield* until("delivering everything", patience, () => fleet.isDone)
    const ledger = yield* csms.ask<Ledger>("ledger", patience)
    fleet.dispose()
    const left = yield* leftoversOf(csms)
    yield* Scope.close(scope, Exit.void)
    const { counts } = fleet
    const report: CsmsKilled = {
      ...judge(book.read(), ledger),
      stations,
      kills,
      seconds: ((yield* Clock.currentTimeMillis) - began) / 1000,
      resent: counts.lostOnTheWire,
      acknowledged: counts.acknowledged,
      counts,
      leftovers: [
        ...left,
        ...(fibers.live > 0 ? [`${fibers.live} fibers of the stations`] : []),
        ...(counts.givenUp > 0 ? [`${counts.givenUp} messages that were given up`] : [])
      ]
    }
    return report
  },
  (self, { seed }) => Effect.scoped(Random.withSeed(self, seed))
)
