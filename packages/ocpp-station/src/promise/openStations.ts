/** The ways in for promise users: many stations on one way to the network, or a single one. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { Dialer, DialTls } from "@wattline/ocpp-core/engine"
import * as Redacted from "effect/Redacted"
import { type StationConnection, type StationOptions, Stations } from "../client/Stations.ts"
import type { VirtualStationOptions } from "../virtual/VirtualStationOptions.ts"
import { VirtualStations } from "../virtual/VirtualStations.ts"
import { type PromiseStationHandlers, toHandlers } from "./Handlers.ts"
import { type Lifetime, live, makeBridge } from "./Lifetime.ts"
import { type MessageStoreLayer, type PromiseMessageStore, storeLayer } from "./PromiseMessageStore.ts"
import { type PromisePlayableStation, PlayableStationFacade } from "./PromisePlayableStation.ts"
import { type PromiseStationClient, StationClientFacade } from "./PromiseStationClient.ts"

/** A way to the network, as adapters make it: `WsDialer.layer()`. It lasts until the stations are closed. */
export type DialerLayer = Layer.Layer<Dialer, unknown>

/** What stations share. */
export interface PromiseStationsOptions {
  /** How they connect. */
  readonly dialer: DialerLayer
  /** Where messages survive the end of the process. Default: nowhere. */
  readonly store?: PromiseMessageStore | MessageStoreLayer | undefined
}

/** What a station shows and trusts in a TLS handshake (security profiles 2 and 3). All are PEM. */
export interface PromiseDialTls extends Omit<DialTls, "key"> {
  /** The private key of `certificate`. Reaches no log and no error. */
  readonly key?: string | undefined
}

/** Where a station connects, and how it proves who it is. */
export interface PromiseStationConnection extends Omit<StationConnection, "password" | "tls"> {
  /** The Basic password of profiles 1 and 2. Reaches no log and no error. */
  readonly password?: string | undefined
  /** What the station shows and trusts with `wss:`. */
  readonly tls?: PromiseDialTls | undefined
}

/** A station to make. */
export interface PromiseStationOptions
  extends PromiseStationConnection, Omit<StationOptions, "handlers" | keyof StationConnection> {
  /** Answers to what the CSMS asks, by action. What is missing is answered NotSupported. */
  readonly handlers?: PromiseStationHandlers | undefined
}

/** A virtual station to build. */
export interface PromiseVirtualStationOptions
  extends PromiseStationConnection, Omit<VirtualStationOptions, keyof StationConnection> {}

/** Stations that share a clock, a way to the network and a store. After `close`, calls are rejected with `StationClosed`. */
export interface PromiseStations extends AsyncDisposable {
  /**
   * Starts a station: it connects, boots and stays connected until it is closed. Wait for `station.accepted()` where that
   * matters: a station that cannot connect goes on trying, and logs why. Rejects with `InvalidStation` when it cannot be made as
   * it is.
   */
  connect(options: PromiseStationOptions): Promise<PromiseStationClient>
  /** Builds a station with behaviour and switches it on. Rejects with `InvalidStation`. */
  virtual(options: PromiseVirtualStationOptions): Promise<PromisePlayableStation>
  /** Closes all of them. Calling it again gives the same promise. */
  close(): Promise<void>
}

/**
 * Opens a way to the network for any number of stations. Close it with `close()` or `await using`. Rejects with the error of the
 * dialer when its options are wrong.
 *
 * @example
 * await using stations = await openStations({ dialer: WsDialer.layer() })
 * const station = await stations.connect({ identity: "CS-1", url, password, chargingStation })
 */
export const openStations = (options: PromiseStationsOptions): Promise<PromiseStations> =>
  makeBridge().run(
    Effect.flatMap(Scope.make(), (scope) =>
      live(scope, (lifetime) =>
        Effect.map(shared(options, scope), (context) => new StationsFacade(context, lifetime, scope))
      )
    )
  )

/** A single station: `openStations` and `connect` in one. Closing it closes both. */
export const connectStation = ({
  dialer,
  store,
  ...options
}: PromiseStationOptions & PromiseStationsOptions): Promise<PromiseStationClient> =>
  makeBridge().run(alone({ dialer, store }, (lifetime) => connected(options, lifetime)))

/** A single virtual station: `openStations` and `virtual` in one. Closing it closes both. */
export const startVirtualStation = ({
  dialer,
  store,
  ...options
}: PromiseVirtualStationOptions & PromiseStationsOptions): Promise<PromisePlayableStation> =>
  makeBridge().run(alone({ dialer, store }, (lifetime) => started(options, lifetime)))

const shared = ({ dialer, store }: PromiseStationsOptions, scope: Scope.Scope) =>
  Effect.suspend(() => {
    const given: unknown = dialer
    if (!Layer.isLayer(given))
      throw new TypeError("`dialer` must be a layer, such as WsDialer.layer() of @wattline/ocpp-ws.")
    return Layer.buildWithScope(Layer.provide(Stations.layer, Layer.merge(dialer, storeLayer(store))), scope)
  })

const alone = <A, E>(
  options: PromiseStationsOptions,
  start: (lifetime: Lifetime) => Effect.Effect<A, E, Stations | Scope.Scope>
) =>
  Effect.flatMap(Scope.make(), (scope) =>
    live(scope, (lifetime) =>
      Effect.flatMap(shared(options, scope), (context) => Effect.provide(start(lifetime), context))
    )
  )

const connected = Effect.fnUntraced(function* (
  { handlers = {}, tls, ...options }: PromiseStationOptions,
  lifetime: Lifetime
) {
  let station: PromiseStationClient | undefined = undefined
  const self = (): PromiseStationClient => {
    if (station === undefined) throw new Error("The station is not connected yet")
    return station
  }
  const { connect } = yield* Stations
  const client = yield* connect({ ...options, tls: toTls(tls), handlers: toHandlers(handlers, self) })
  station = new StationClientFacade(client, lifetime)
  return station
})

const started = ({ tls, ...options }: PromiseVirtualStationOptions, lifetime: Lifetime) =>
  Effect.map(
    VirtualStations.start({ ...options, tls: toTls(tls) }),
    (station): PromisePlayableStation => new PlayableStationFacade(station, lifetime)
  )

const toTls = (tls: PromiseDialTls | undefined): DialTls | undefined =>
  tls && { ...tls, key: tls.key === undefined ? undefined : Redacted.make(tls.key) }

/** See `PromiseStations`. */
class StationsFacade implements PromiseStations {
  private readonly context: Context.Context<Stations>
  private readonly lifetime: Lifetime
  private readonly scope: Scope.Scope

  constructor(context: Context.Context<Stations>, lifetime: Lifetime, scope: Scope.Scope) {
    this.context = context
    this.lifetime = lifetime
    this.scope = scope
  }

  connect(options: PromiseStationOptions): Promise<PromiseStationClient> {
    return this.lifetime.bridge.run(this.within((lifetime) => connected(options, lifetime)))
  }

  virtual(options: PromiseVirtualStationOptions): Promise<PromisePlayableStation> {
    return this.lifetime.bridge.run(this.within((lifetime) => started(options, lifetime)))
  }

  private within<A, E>(start: (lifetime: Lifetime) => Effect.Effect<A, E, Stations | Scope.Scope>) {
    return Effect.flatMap(Scope.fork(this.scope), (scope) =>
      live(scope, (lifetime) => Effect.provide(start(lifetime), this.context))
    )
  }

  close(): Promise<void> {
    return this.lifetime.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
