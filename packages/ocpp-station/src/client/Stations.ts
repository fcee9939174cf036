/** The station's side of this process: makes clients, which share one clock, one wheel of deadlines and one way to the network. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type { BootReasonEnumType, ChargingStationType } from "@wattline/ocpp-v201"
import {
  Counters,
  Deadlines,
  Dialer,
  type DialTls,
  ocpp201,
  ratesOf,
  type SecurityProfile,
  wireTime
} from "@wattline/ocpp-core/engine"
import { forgetful, MessageStore } from "../queue/MessageStore.ts"
import type { ClientSettings, StationHandlers } from "./Client.ts"
import { ClientProcess, type ConnectionProfile } from "./ClientProcess.ts"
import type { Host } from "./Host.ts"
import { makeStationClient, type StationClient } from "./StationClient.ts"
import type { AnyHandler } from "./Receiving.ts"
import { bootProblem, connectionProblem, handlersProblem, settingsProblem } from "./problems.ts"

/** The station cannot be made as it is; `detail` says what to change. */
export class InvalidStation extends Data.TaggedError("InvalidStation")<{
  readonly identity: string
  readonly detail: string
}> {
  override get message(): string {
    return `Station ${this.identity} was not started: ${this.detail}`
  }
}

/** Where a station connects, and how it proves who it is. */
export interface StationConnection {
  /** The CSMS without the identity: `ws://127.0.0.1:9000/ocpp`, or `wss:` for profiles 2 and 3. */
  readonly url: string
  /** Default: 2 or 1 with a password, by the scheme of the URL; 3 with `tls.certificate`; else 0. */
  readonly securityProfile?: SecurityProfile | undefined
  /** The Basic password of profiles 1 and 2. */
  readonly password?: string | Redacted.Redacted | undefined
  /** What the station shows and trusts with `wss:`. */
  readonly tls?: DialTls | undefined
}

/** A station to make. */
export interface StationOptions<R = never> extends StationConnection {
  /**
   * The name that the CSMS knows the station by, and the last segment of the URL: at most 48 characters `a-z A-Z 0-9 * - _ = : + |
   * @ .`, no `:` with a password. Two stations of one identity at a time replace each other at the CSMS, and spoil each
   * other's durable queue.
   */
  readonly identity: string
  /** What BootNotification says: `{ model, vendorName }` at least. */
  readonly chargingStation: ChargingStationType
  /** Answers to what the CSMS asks, by action. What is missing is answered NotSupported. */
  readonly handlers?: StationHandlers<R> | undefined
  /** Why the station starts; in the first BootNotification. Default PowerUp. */
  readonly bootReason?: BootReasonEnumType | undefined
  /** How the client behaves; see `ClientSettings`. */
  readonly settings?: Partial<ClientSettings> | undefined
  /** Messages in the queue from which Updated events are dropped (E04.FR.07). Default 10,000. */
  readonly maxQueuedMessages?: number | undefined
}

/** Makes clients. */
export class Stations extends Context.Service<
  Stations,
  {
    /**
     * Starts a station: it connects, boots and stays connected until the scope closes. Wait for `client.accepted` where that
     * matters: a station that cannot connect goes on trying, and logs why. What handlers need is taken from here.
     */
    readonly connect: <R = never>(
      options: StationOptions<R>
    ) => Effect.Effect<StationClient, InvalidStation, R | Scope.Scope>
    /** For stations with behaviour: what all clients of this process share. */
    readonly host: Host
  }
>()("@wattline/ocpp-station/Stations") {
  /** Stations on the adapter of this environment; the queue is kept by `MessageStore` when there is one. */
  static readonly layer: Layer.Layer<Stations, never, Dialer> = Layer.effect(
    Stations,
    Effect.suspend(() => make)
  )
}

/** A CSMS sends what it likes; a station has no reason to cut it off for its pace. */
const rates = ratesOf({
  messagesPerSecond: Number.POSITIVE_INFINITY,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  invalidMessagesPerMinute: 600
})

const make = Effect.gen(function* () {
  const dialer = yield* Dialer
  const store = Option.getOrElse(yield* Effect.serviceOption(MessageStore), () => forgetful)
  const context = Context.omit(Scope.Scope)(yield* Effect.context<Scope.Scope>())
  const run = Effect.runForkWith(context)
  const clock = yield* Clock.Clock
  const random = yield* Random.Random
  const now = (): number => clock.currentTimeMillisUnsafe()
  const tick = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  const host: Host = {
    protocol: ocpp201,
    deadlines: new Deadlines(() => Math.floor(tick()), run), // the clock of the machine may be set
    counters: new Counters(),
    rates,
    inboundLimits: { maxWaiting: 64, maxAnswers: 8, answerWindow: 300_000 },
    dialer,
    store,
    run,
    now,
    tick,
    timeOf: wireTime(),
    random: () => random.nextDoubleUnsafe(),
    nextMessageId: () => globalThis.crypto.randomUUID()
  }
  yield* Effect.addFinalizer(() => Effect.sync(() => host.deadlines.stop()))

  const connect = <R>(options: StationOptions<R>) =>
    Effect.gen(function* () {
      const { bootReason, chargingStation, handlers = {}, identity, settings = {} } = options
      const profile = connectionOf(options)
      const detail =
        connectionProblem(identity, profile) ??
        passwordProblem(profile) ??
        settingsProblem(settings) ??
        handlersProblem(handlers as StationHandlers) ??
        bootProblem(chargingStation, bootReason)
      if (detail !== undefined) return yield* new InvalidStation({ identity, detail })
      const own = Context.omit(Scope.Scope)(yield* Effect.context<R>())
      const client = yield* makeStationClient(
        (callbacks) =>
          new ClientProcess(
            { ...host, run: Effect.runForkWith(Context.merge(context, own) as Context.Context<never>) },
            {
              identity,
              connection: () => profile,
              chargingStation: () => chargingStation,
              handlers: tableOf(handlers as StationHandlers),
              settings,
              maxQueuedMessages: options.maxQueuedMessages ?? 10_000,
              ...callbacks
            }
          )
      )
      client.process.start(bootReason)
      return client.shape
    })
  return Stations.of({ connect, host })
})

/** The profile with its defaults. */
export const connectionOf = ({ password, securityProfile, tls, url }: StationConnection): ConnectionProfile => {
  const implied = tls?.certificate !== undefined ? 3 : password === undefined ? 0 : /^wss:/i.test(url) ? 2 : 1
  return {
    url,
    securityProfile: securityProfile ?? implied,
    password: typeof password === "string" ? Redacted.make(password) : password,
    tls
  }
}

/** A station that means to show a password, and would not. */
const passwordProblem = ({ password, securityProfile }: ConnectionProfile): string | undefined =>
  securityProfile === 0 && password !== undefined
    ? "Security profile 0 is without a password: leave out `securityProfile` or `password`."
    : undefined

/** Handlers as the client looks them up. */
export const tableOf = (...sets: ReadonlyArray<StationHandlers | undefined>): ReadonlyMap<string, AnyHandler> => {
  const table = new Map<string, AnyHandler>()
  for (const handlers of sets)
    for (const [action, handler] of Object.entries(handlers ?? {})) table.set(action, handler)
  return table
}
