/**
 * One case of the fault suite: a real CSMS behind a started adapter, raw stations in front of it, and what must hold after
 * every fault, whatever it was: the next good station works, and nothing is left behind.
 */
import { assert, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  Acceptor,
  Csms,
  type CsmsEvent,
  type CsmsOptions,
  type CsmsShape,
  type Handlers,
  hashPassword,
  StationDirectory,
  type StationView
} from "@wattline/ocpp-core"
import { FiberCensus, leaked, resources, uncaughtErrors, until } from "./Census.ts"
import type { AdapterWishes, FaultHarness } from "./FaultHarness.ts"
import { type Manners, RawStation, type Request, upgradeRequest } from "./RawStation.ts"
import { watched, type WatchedLink } from "./watched.ts"

/** The password of every station here. It must never be in a log. */
export const password = "a-secret-of-the-fault-suite"

/** What the body of a case works with. */
export interface FaultBench {
  readonly csms: CsmsShape
  readonly port: number
  /** Everything the CSMS told so far. */
  readonly events: ReadonlyArray<CsmsEvent>
  /** The `messageId` of every DataTransfer that reached its handler. */
  readonly handled: ReadonlyArray<string>
  /** Handlers of DataTransfer wait here. Open at first. */
  readonly gate: Latch.Latch
  /** The links the adapter opened, in order. */
  readonly links: ReadonlyArray<WatchedLink>
  /** How many links the adapter says are open. */
  readonly connections: Effect.Effect<number>
  /** A station with a TCP connection and nothing more. */
  readonly tcp: (manners?: Manners) => Effect.Effect<RawStation, never, Scope.Scope>
  /** A station with a WebSocket. */
  readonly station: (identity: string, manners?: Manners) => Effect.Effect<RawStation, unknown, Scope.Scope>
  /** A station with a WebSocket whose BootNotification was accepted. */
  readonly booted: (identity: string, manners?: Manners) => Effect.Effect<RawStation, unknown, Scope.Scope>
  /** What the CSMS knows of a station. */
  readonly view: (identity: string) => Effect.Effect<StationView, unknown>
  /** Stops the adapter; ends when it has stopped. */
  readonly shutdown: Effect.Effect<void>
}

/** What a case may ask for. */
export interface FaultOptions extends Partial<AdapterWishes> {
  readonly csms?: CsmsOptions
  readonly skip?: boolean
  /** Whether the body stops the adapter by itself, so that no good station can come afterwards. */
  readonly stops?: boolean
}

const wishes: AdapterWishes = {
  pingInterval: 0,
  missedPings: 2,
  closeTimeout: 0.3,
  handshakeTimeout: 5,
  maxBufferedBytes: 4 * 1024 * 1024
}

/** Everything else is at its default: the limits of a CSMS must not be in the way of what follows a fault. */
const csmsOptions: CsmsOptions = { drain: { grace: "200 millis", interval: "10 millis" } }

/** What a BootNotification says. */
export const boot = { reason: "PowerUp", chargingStation: { model: "Fault 22", vendorName: "Wattline" } }

/** A DataTransfer, which the handler of every case counts. */
export const transfer = (data?: unknown): object =>
  data === undefined ? { vendorId: "wattline" } : { vendorId: "wattline", data }

/** Defines the test. */
export const faultCase = (
  harness: FaultHarness,
  title: string,
  body: (bench: FaultBench) => Effect.Effect<void, unknown, Scope.Scope>,
  { csms, skip, stops, ...asked }: FaultOptions = {}
): void =>
  it.live.skipIf(skip === true)(
    title,
    Effect.fnUntraced(function* () {
      const before = resources()
      const errors = yield* uncaughtErrors
      const census = new FiberCensus()
      const logs: Array<string> = []
      const scope = yield* Scope.make()
      yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
      const bench = yield* start(harness, { ...wishes, ...asked }, { ...csmsOptions, ...csms }, scope).pipe(
        census.of,
        Effect.provide(recordedLogs(logs))
      )
      yield* Effect.scoped(body(bench))
      if (stops !== true) yield* Effect.scoped(nextGoodStation(bench))
      yield* quiet(bench)
      yield* bench.shutdown
      yield* Scope.close(scope, Exit.void)
      yield* nothingLeft(census, before)
      assert.deepStrictEqual(errors, [], "errors that nobody caught")
      assert.deepStrictEqual(bench.breaches, [], "breaches of the LinkHandler contract")
      assert.deepStrictEqual(
        logs.filter((line) => secrets.some((secret) => line.includes(secret))),
        [],
        "log lines with a password"
      )
    }),
    30_000
  )

const start = Effect.fnUntraced(function* (
  harness: FaultHarness,
  asked: AdapterWishes,
  options: CsmsOptions,
  scope: Scope.Scope
) {
  const events: Array<CsmsEvent> = []
  const handled: Array<string> = []
  const gate = yield* Latch.make(true)
  const handlers: Handlers = {
    DataTransfer: ({ data }, { messageId }) =>
      Effect.suspend(() => {
        handled.push(messageId)
        return Effect.as(
          gate.await,
          data === undefined ? ({ status: "Accepted" } as const) : { status: "Accepted", data }
        )
      })
  }
  const passwordHash = yield* hashPassword(password, { iterations: 1 })
  const directory = StationDirectory.fromLookup((identity) =>
    Effect.succeed({ identity, securityProfile: 1, passwordHash })
  )
  const context = yield* Layer.buildWithScope(
    Layer.provide(Csms.layer(handlers, { inventory: "off", ...options }), directory),
    scope
  )
  const csms = Context.get(context, Csms)
  const acceptor = watched(Context.get(context, Acceptor))
  const heard = yield* Scope.provide(csms.subscribe, scope)
  yield* Effect.forkIn(
    Stream.runForEach(heard, (event) => Effect.sync(() => events.push(event))),
    scope
  )
  const adapter = yield* Scope.make()
  yield* Scope.addFinalizer(scope, Scope.close(adapter, Exit.void))
  const { connections, port } = yield* harness
    .start(asked)
    .pipe(Effect.provideService(Acceptor, acceptor.service), Effect.provideService(Scope.Scope, adapter))
  const station = Effect.fnUntraced(function* (identity: string, manners?: Manners) {
    const raw = yield* RawStation.open(port, manners)
    yield* raw.upgrade({ identity, password })
    return raw
  })
  return {
    csms,
    port,
    events,
    handled,
    gate,
    links: acceptor.links,
    breaches: acceptor.breaches,
    connections,
    tcp: (manners?: Manners) => RawStation.open(port, manners),
    station,
    booted: Effect.fnUntraced(function* (identity: string, manners?: Manners) {
      const raw = yield* station(identity, manners)
      assert.deepInclude((yield* raw.call("BootNotification", boot))[2], { status: "Accepted" })
      return raw
    }),
    view: (identity: string) => Effect.flatMap(csms.station(identity), ({ snapshot }) => snapshot),
    shutdown: Scope.close(adapter, Exit.void)
  } satisfies FaultBench & { readonly breaches: ReadonlyArray<string> }
})

const recordedLogs = (lines: Array<string>): Layer.Layer<never> =>
  Layer.mergeAll(
    Logger.layer([Logger.map(Logger.formatLogFmt, (line) => void lines.push(line))]),
    Layer.succeed(References.MinimumLogLevel, "All")
  )

/** After every fault: a station that does nothing wrong connects, boots, sends a Heartbeat and leaves. */
const nextGoodStation = Effect.fnUntraced(function* (bench: FaultBench) {
  const good = yield* bench.booted("GOOD")
  assert.property((yield* good.call("Heartbeat", {}))[2], "currentTime")
  assert.strictEqual((yield* good.leave()).code, 1000)
})

/** After every fault: no link is open, neither at the adapter nor in the core, and no station is connected. */
const quiet = Effect.fnUntraced(function* ({ connections, csms, links }: FaultBench) {
  const open = (): ReadonlyArray<string> =>
    links.flatMap(({ code, identity }) => (code === undefined ? [identity] : []))
  yield* until(() => open().length === 0)
  assert.deepStrictEqual(open(), [], "stations whose link the core was not told the end of")
  yield* until(() => Effect.runSync(connections) === 0)
  assert.strictEqual(yield* connections, 0, "links the adapter says are open")
  const views = yield* Effect.flatMap(
    csms.stations,
    Effect.forEach(({ snapshot }) => snapshot)
  )
  assert.deepStrictEqual(
    views.filter(({ connected }) => connected).map(({ identity }) => identity),
    [],
    "stations that the CSMS says are connected"
  )
})

/** After the layer is closed: no fiber, socket, server or timer is left. */
const nothingLeft = Effect.fnUntraced(function* (census: FiberCensus, before: ReadonlyMap<string, number>) {
  yield* until(() => census.live === 0)
  assert.strictEqual(census.live, 0, "fibers that have not ended")
  yield* until(() => leaked(before).length === 0)
  assert.deepStrictEqual(leaked(before), [], "what keeps the process alive")
})

/** The upgrade request of a station, as bytes. */
export const requestOf = (identity: string, headers: Request["headers"] = {}): Buffer =>
  Buffer.from(upgradeRequest({ identity, password, headers }))

/** Waits until every link the adapter opened is closed. */
export const allClosed = ({ links }: FaultBench): Effect.Effect<void> =>
  Effect.map(
    until(() => links.every(({ code }) => code !== undefined)),
    (closed) => assert.isTrue(closed, "all links are closed")
  )

/** The close code that the CSMS told for a connection, once it does. */
export const endOf = ({ events }: FaultBench, connectionId: string): Effect.Effect<number | undefined> => {
  const end = (): number | undefined =>
    events.flatMap((event) =>
      event._tag === "Disconnected" && event.connectionId === connectionId ? [event.code] : []
    )[0]
  return Effect.map(
    until(() => end() !== undefined),
    () => end()
  )
}

/** The password as it is, and as it looks within an Authorization header, wherever it begins there. */
const secrets: ReadonlyArray<string> = [
  password,
  ...["", "-", "--"].map((before) =>
    Buffer.from(before + password)
      .toString("base64")
      .slice(4, -4)
  )
]
