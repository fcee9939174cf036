/**
 * The CSMS of a chaos run, in a process of its own that is killed again and again: everything that it must know afterwards is
 * in a SQLite database. Handler and store take their time, so that kills come between any two steps.
 */
import {
  type Acceptor,
  Csms,
  type CsmsEvent,
  findTransaction,
  type Handlers,
  type StationStoreShape,
  StationStore
} from "@wattline/ocpp-core"
import { WsServer } from "@wattline/ocpp-ws"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { answer, argumentsOf } from "./Answering.ts"
import type { CsmsArguments, Ledger, Present, Ready, Stopped } from "./contract.ts"
import { FiberCount } from "./FiberCount.ts"
import { Records } from "./Records.ts"
import { makeSqliteStore, openDatabase } from "./SqliteStore.ts"

const { database: file, identities, latency, port } = argumentsOf() as CsmsArguments
const database = openDatabase(file)
const records = new Records(database)

const anomalies: ReadonlySet<CsmsEvent["_tag"]> = new Set<CsmsEvent["_tag"]>([
  "EventsMissed",
  "Fenced",
  "HandlerFailed",
  "LimitReached",
  "MessageRefused",
  "StoreFailed",
  "TransactionConflict",
  "TransactionEventsLost",
  "TransactionGivenUp",
  "TransactionsOverlap"
])

const moment = Effect.suspend(() => Effect.sleep(Math.random() * latency))

/** A kill comes between the receipt and the write, or between the write and the answer. */
const slowed = (store: StationStoreShape): StationStoreShape => ({
  ...store,
  save: (snapshot, events) => moment.pipe(Effect.andThen(store.save(snapshot, events)), Effect.andThen(moment))
})

const handlers: Handlers = {
  authorize: () => Effect.succeed({ status: "Accepted" }),
  TransactionEvent: ({ seqNo, transactionInfo: { transactionId } }, { mirror, station, transaction }) => {
    const isKnown = findTransaction(mirror.transactions, transactionId) === transaction
    return Effect.andThen(
      moment,
      Effect.sync(() => {
        records.handled(station.identity, transactionId, seqNo, isKnown)
        return {}
      })
    )
  }
}

const main = Effect.gen(function* () {
  const scope = yield* Scope.make()
  const fibers = new FiberCount()
  const build = <A, E, R>(layer: Layer.Layer<A, E, R>) =>
    Layer.buildWithScope(layer, scope).pipe(fibers.of, Effect.provideService(References.MinimumLogLevel, "None"))
  const csmsLayer = Csms.layer(handlers, {
    // All stations come from one address, and at once.
    connectionAttemptsPerAddress: Infinity,
    failedAttemptsPerAddress: Infinity,
    inventory: "off",
    maxEndedTransactions: 8,
    transactionTimeline: 4
  })
  const store = slowed(makeSqliteStore(database))
  const core = yield* build(Layer.provide(csmsLayer, Layer.succeed(StationStore, store)))
  const csms = Context.get(core, Csms)
  const events = yield* Effect.provideService(csms.subscribe, Scope.Scope, scope)
  const watching = yield* Effect.forkDetach(
    Stream.runForEach(events, ({ _tag }) =>
      Effect.sync(() => {
        if (anomalies.has(_tag)) records.anomaly(_tag)
      })
    )
  )
  yield* Effect.forEach(identities, (identity) => csms.addStation({ identity, securityProfile: 0 }), { discard: true })
  const listener = WsServer.layer({ port, plain: true, path: "/ocpp", pingInterval: 5, closeTimeout: 2 })
  const server = Context.get(yield* Effect.provideContext(build(listener), core as Context.Context<Acceptor>), WsServer)

  const views = Effect.flatMap(
    csms.stations,
    Effect.forEach((station) => Effect.map(station.snapshot, (view) => [station.identity, view] as const))
  )
  const present = Effect.gen(function* () {
    const connected = (yield* views).filter(([, view]) => view.connected).length
    return { connected, links: yield* server.connections } satisfies Present
  })
  const ledger = Effect.map(views, (all): Ledger => {
    const mirrors = new Map(all.map(([identity, { mirror }]) => [identity, mirror]))
    return records.ledger((identity) => mirrors.get(identity))
  })
  const stop = Effect.gen(function* () {
    yield* Scope.close(scope, Exit.void)
    watching.interruptUnsafe()
    database.close()
    return { fibers: fibers.live } satisfies Stopped
  })
  const ready: Ready = { url: server.url, port: server.address.port }
  answer(ready, {
    ledger: () => Effect.runPromise(ledger),
    present: () => Effect.runPromise(present),
    stop: () => Effect.runPromise(stop)
  })
})

await Effect.runPromise(main)
