/** The CSMS: stations are added to it, adapters bring their links, handlers decide, events tell what happens. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { ocpp201 } from "../protocol/V201.ts"
import { Counters } from "../observability/Counters.ts"
import { LimitReports } from "../observability/LimitReports.ts"
import { registerMetrics } from "../observability/Metrics.ts"
import { ratesOf } from "../rpc/ConnectionLimits.ts"
import { Deadlines } from "../rpc/Deadlines.ts"
import { type Engine, type Run, runInline, wireTime } from "../station/Engine.ts"
import { Acceptor, type Endpoint } from "../transport/Transport.ts"
import { PasswordCache } from "../transport/PasswordCache.ts"
import { identityOf } from "../transport/Handshake.ts"
import { makeAcceptor } from "./Acceptance.ts"
import { Cluster, joinSingle } from "./Cluster.ts"
import { drain } from "./Drain.ts"
import { anyEvent, type CsmsEvent, EventHub } from "./Events.ts"
import { warnOfVendorIds } from "./Extensions.ts"
import { type Handlers, tableOf } from "./Handlers.ts"
import { type CsmsOptions, type Settings, settingsOf } from "./Settings.ts"
import { DirectoryError, makeMemoryDirectory, StationDirectory } from "./StationDirectory.ts"
import type { Station } from "./StationRef.ts"
import { credentialsOf, securityProblem, type StationSecurity } from "./StationSecurity.ts"
import { makeMemoryStore, StationStore, StoreError } from "./StationStore.ts"
import { Stations } from "./Stations.ts"
import { Sweeper } from "./Sweeper.ts"

/** The station to add cannot be added as it is; `detail` says what to change. */
export class InvalidStation extends Data.TaggedError("InvalidStation")<{
  readonly identity: string
  readonly detail: string
}> {
  override get message(): string {
    return `Station ${this.identity} was not added: ${this.detail}`
  }
}

/** No station with this identity was added, and none is in the directory. */
export class UnknownStation extends Data.TaggedError("UnknownStation")<{
  readonly identity: string
}> {
  override get message(): string {
    return `There is no station ${this.identity}; add it with addStation first`
  }
}

/** Handlers of one station: an object, or an effect that makes it when the station is added. */
export type StationHandlers<E, R> = Handlers<R> | Effect.Effect<Handlers<R>, E, R>

/** A station to add. */
export type NewStation<E = never, R = never> = StationSecurity & {
  /** Identifier of at most 48 characters `a-z A-Z 0-9 * - _ = : + | @ .`, compared without case. */
  readonly identity: string
  /**
   * Handlers for this station, on top of those of the CSMS. An effect is run by `addStation`; when it fails, `addStation`
   * fails with its error and the station is not added.
   */
  readonly handlers?: StationHandlers<E, R>
}

/** What a CSMS can do. */
export interface CsmsShape {
  /** Lets a station connect. What the store has of it is restored; adding a known one replaces credentials and handlers, and lowers neither its profile nor undoes a password change. */
  readonly addStation: <E = never, R = never>(
    station: NewStation<E, R>
  ) => Effect.Effect<Station, E | InvalidStation | DirectoryError | StoreError, R>
  /** Closes the station's link, forgets what is known of it, and lets it connect no more. */
  readonly removeStation: (identity: string) => Effect.Effect<void, UnknownStation | DirectoryError | StoreError>
  /** A station by identity, connected or not. */
  readonly station: (identity: string) => Effect.Effect<Station, UnknownStation>
  /** All stations this process knows. */
  readonly stations: Effect.Effect<ReadonlyArray<Station>>
  /** What happens at all stations, from the moment the stream starts; each run has its own buffer. */
  readonly events: Stream.Stream<CsmsEvent>
  /** The same, subscribed at once: nothing that happens after this effect is missed. */
  readonly subscribe: Effect.Effect<Stream.Stream<CsmsEvent>, never, Scope.Scope>
  /** Where stations can connect, as announced by the adapters. */
  readonly endpoints: Effect.Effect<ReadonlyArray<Endpoint>>
}

/** The CSMS as a service. */
export class Csms extends Context.Service<Csms, CsmsShape>()("@wattline/ocpp-core/Csms") {
  /**
   * A CSMS with these handlers. Provide it to adapters (`WsServer.layer`), which need its `Acceptor`. It uses
   * `StationDirectory`, `StationStore` and `Cluster` when they are provided, and keeps everything in memory when not.
   * Throws a `RangeError` at once when an option makes no sense.
   */
  static readonly layer = <R = never>(
    handlers: Handlers<R> = {},
    options: CsmsOptions = {}
  ): Layer.Layer<Csms | Acceptor, never, R> => Layer.effectContext(make(handlers, settingsOf(options)))
}

const make = <R>(
  handlers: Handlers<R>,
  settings: Settings
): Effect.Effect<Context.Context<Csms | Acceptor>, never, R | Scope.Scope> =>
  Effect.gen(function* () {
    // The layer's own Scope must not reach handlers, or their finalizers would pile up on it.
    const context = Context.omit(Scope.Scope)(yield* Effect.context<R>())
    const run: Run = Effect.runForkWith(context)
    const directory = Option.getOrElse(yield* Effect.serviceOption(StationDirectory), makeMemoryDirectory)
    const store = Option.getOrElse(yield* Effect.serviceOption(StationStore), makeMemoryStore)
    const cluster = yield* Effect.serviceOption(Cluster)
    const clock = yield* Clock.Clock
    const now = (): number => clock.currentTimeMillisUnsafe()
    const timeOf = wireTime()
    const events = new EventHub()
    const counters = new Counters()
    const engine: Engine = {
      protocol: ocpp201,
      settings,
      inboundLimits: {
        maxWaiting: settings.maxUnansweredCalls,
        maxAnswers: settings.maxAnswers,
        answerWindow: settings.answerWindow
      },
      rates: ratesOf(settings),
      counters,
      limits: new LimitReports(events, counters, now, run),
      deadlines: new Deadlines(now, run),
      sweeper: new Sweeper(run, () => stations.sweep()),
      events,
      store,
      directory,
      passwords: new PasswordCache({
        size: settings.passwordCacheSize,
        maxChecks: settings.maxPasswordChecks,
        iterations: settings.passwordIterations
      }),
      now,
      currentTime: () => timeOf(now()),
      nextMessageId: () => globalThis.crypto.randomUUID(),
      run,
      release: (identity, epoch) => {
        runInline(run, stations.member().release(identity, epoch), () => {})
      }
    }
    const common = handlers as Handlers // run with the context captured above
    yield* warnOfVendorIds(common.dataTransfer)
    const stations = new Stations(engine, tableOf(common))
    stations.membership = yield* Option.match(cluster, {
      onNone: () => joinSingle(stations),
      onSome: ({ join }) => join(stations)
    })
    const endpoints = new Set<Endpoint>()

    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => drain(engine, settings.drain, stations.links())).pipe(
        Effect.andThen(
          Effect.timeoutOption(Effect.interruptible(stations.close()), "10 seconds") // a store that hangs must not keep the process
        ),
        Effect.andThen(
          Effect.sync(() => {
            engine.deadlines.stop()
            engine.sweeper.stop()
            events.close()
          })
        )
      )
    )

    yield* registerMetrics(counters, stations)

    const addStation = <E, R2>(
      station: NewStation<E, R2>
    ): Effect.Effect<Station, E | InvalidStation | DirectoryError | StoreError, R2> =>
      Effect.gen(function* () {
        const { identity } = station
        const problem = problemOf(station, settings.lenientIdentity)
        if (problem !== undefined) return yield* new InvalidStation({ identity, detail: problem })
        const own = station.handlers === undefined ? undefined : yield* handlersOf(station.handlers)
        yield* warnOfVendorIds(own?.dataTransfer)
        const stationContext = Context.omit(Scope.Scope)(yield* Effect.context<R2>())
        const known = usesPassword(station) ? yield* stations.recordOf(identity) : undefined
        const credentials = yield* credentialsOf(identity, station, known, engine.passwords)
        yield* directory.add(credentials)
        const process = yield* Effect.tapError(
          stations.add(
            identity,
            own === undefined ? stations.handlers : tableOf(common, own as Handlers),
            own === undefined
              ? run
              : Effect.runForkWith(Context.merge(context, stationContext) as Context.Context<never>)
          ),
          () => Effect.ignore(directory.remove(identity)) // not added, so it is not let in either
        )
        return process.ref
      })

    const csms = Csms.of({
      addStation,
      removeStation: (identity) =>
        Effect.gen(function* () {
          if (stations.find(identity) === undefined) return yield* new UnknownStation({ identity })
          yield* directory.remove(identity)
          yield* stations.remove(identity)
          yield* store.remove(identity)
        }),
      station: (identity) =>
        Effect.flatMap(stations.member().view(identity), (view) =>
          view === undefined
            ? Effect.fail(new UnknownStation({ identity }))
            : Effect.succeed(stations.find(identity)?.ref ?? stations.refOf(view.identity))
        ),
      stations: Effect.sync(() => stations.all()),
      events: events.stream(settings.eventBuffer, anyEvent),
      subscribe: events.subscribe(settings.eventBuffer, anyEvent),
      endpoints: Effect.sync(() => [...endpoints])
    })
    const acceptor = makeAcceptor(engine, stations, directory, endpoints)
    return Context.make(Csms, csms).pipe(Context.add(Acceptor, acceptor))
  })

const handlersOf = <E, R>(handlers: StationHandlers<E, R>): Effect.Effect<Handlers<R>, E, R> =>
  Effect.isEffect(handlers) ? handlers : Exit.succeed(handlers)

/** Only a password can be one that the library has replaced. */
const usesPassword = (station: StationSecurity): boolean =>
  station.securityProfile !== 0 && station.password !== undefined

/** Why a station cannot be added, or `undefined`. */
const problemOf = (station: NewStation<unknown, unknown>, lenientIdentity: boolean): string | undefined => {
  if (station.identity === "") return "the identity is empty"
  const path = identityOf(`/${encodeURIComponent(station.identity)}`, { lenientIdentity })
  if (path._tag === "Failure") return path.failure
  return securityProblem(station.identity, station)
}
