/** What the author of a CSMS holds of a station: call it, look at it, listen to it. Works wherever the station is. */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { CsmsAction, Messages, ReportBaseEnumType } from "@wattline/ocpp-v201"
import { typedValue, type VariableQuery } from "../blocks/DeviceModel.ts"
import type { ReportFailed, ReportReceived } from "../blocks/Provisioning.ts"
import type { CollectedKind } from "../blocks/JobKinds.ts"
import type { VariableValue } from "../blocks/VariableValue.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import type { StationView } from "../station/StationView.ts"
import type { Membership } from "./Cluster.ts"
import { type EventHub, eventOf, type EventsMissed, type StationEvent } from "./Events.ts"
import type { Settings } from "./Settings.ts"

/** How one CALL is made. */
export interface CallOptions {
  /** How long the station may take to answer, from the sending. Default `callTimeout` of the CSMS, 30 seconds. */
  readonly timeout?: Duration.Input
  /** How long the CALL may wait for its turn; beyond, it fails as `NotSent` with `QueueTimeout`. Default: no limit. */
  readonly queueTimeout?: Duration.Input
  /** Keeps the CALL while the station is offline, and sends it when it is back. Default false. */
  readonly waitForReconnect?: boolean
  /** Lets TriggerMessage(BootNotification) go to a station that was Rejected (§20-I, TC_B_31). Default false. */
  readonly allowWhileRejected?: boolean
}

/** A report did not come, or not whole. */
export class ReportNotReceived extends Data.TaggedError("ReportNotReceived")<{
  readonly identity: string
  readonly requestId: number
  /**
   * `Rejected` and `NotSupported` are the station's answers; `Incomplete`: parts are missing after the deadline; `Cancelled`:
   * it was forgotten here (CE-7).
   */
  readonly reason: ReportFailed["reason"]
}> {
  override get message(): string {
    return `${this.identity} gave no complete report ${this.requestId}: ${this.reason}`
  }
}

/** The station that was waited for is none of this CSMS: it was removed, or never added. */
export class StationRemoved extends Data.TaggedError("StationRemoved")<{
  readonly identity: string
}> {
  override get message(): string {
    return `${this.identity} was removed`
  }
}

/** What to wait for; see `Station.waitFor`. */
export interface WaitFor {
  (wanted: (view: StationView) => boolean | undefined): Effect.Effect<StationView, StationRemoved>
  <T>(wanted: (view: StationView) => T | false | undefined): Effect.Effect<T, StationRemoved>
}

/** One station. Cheap to make, holds no connection: it stays valid while the station comes and goes. */
export interface Station {
  /** The identity, in the spelling it was added with. */
  readonly identity: string
  /**
   * Sends a CALL and gives the response. A negative status in it is a value; failures say whether the CALL was not sent
   * (`NotSent`), has an unknown outcome (`OutcomeUnknown`), or was answered with a CALLERROR (`CallError`). One CALL is
   * outstanding per station, others wait; nothing is ever sent twice.
   */
  readonly call: <A extends CsmsAction>(
    action: A,
    request: Messages[A]["request"],
    options?: CallOptions
  ) => Effect.Effect<Messages[A]["response"], CallFailure>
  /**
   * Asks for a base report and waits for all its parts (B07). Works while the station is Pending. An empty result set is a
   * report without data.
   */
  readonly getBaseReport: (
    reportBase: ReportBaseEnumType,
    options?: CallOptions
  ) => Effect.Effect<ReportReceived, CallFailure | ReportNotReceived>
  /** A requestId never used before at this station, for CALLs whose result comes later. */
  readonly nextRequestId: Effect.Effect<number>
  /**
   * Forgets a job whose result comes in parts; it ends as `Cancelled`, what still comes belongs to no job. `false` when there
   * is none (CE-7).
   */
  readonly cancelJob: (kind: CollectedKind, requestId: number) => Effect.Effect<boolean>
  /** Everything that is known of the station: plain data of this moment. */
  readonly snapshot: Effect.Effect<StationView>
  /** The present snapshot, then one after every event of the station. */
  readonly changes: Stream.Stream<StationView>
  /**
   * Waits until the station is as you want it, and gives the snapshot that was; at once when it is so already. With a function
   * that looks something up it waits until there is something, and gives that. Fails with `StationRemoved` once there is no such
   * station any more.
   * `station.waitFor((view) => view.state === "Accepted")`,
   * `station.waitFor(({ mirror }) => findTransaction(mirror.transactions, "T1"))`.
   */
  readonly waitFor: WaitFor
  /** What happens to the station, from the moment the stream starts. */
  readonly events: Stream.Stream<StationEvent | EventsMissed>
  /**
   * The same, subscribed at once and until the scope ends, for the events that `wanted` picks: what a CALL brings about may
   * overtake its answer, so subscribe before you call.
   */
  readonly subscribe: <E extends StationEvent>(
    wanted: (event: StationEvent) => event is E
  ) => Effect.Effect<Stream.Stream<E | EventsMissed>, never, Scope.Scope>
  /**
   * The value of a variable as the device model has it, read by its data type (DM-14); `undefined` when it is not known.
   * `station.variable("OCPPCommCtrlr", "HeartbeatInterval")`, `station.variable("EVSE", "Power", { evseId: 1 })`.
   */
  readonly variable: (
    component: VariableQuery["component"],
    variable: VariableQuery["variable"],
    where?: Omit<VariableQuery, "component" | "variable">
  ) => Effect.Effect<VariableValue | undefined>
  /** Closes the connection with a WebSocket close code, 1000 unless given. The station may come back. */
  readonly disconnect: (code?: number, reason?: string) => Effect.Effect<void>
}

/** What a `Station` is made from. */
export interface StationPorts {
  readonly membership: Membership
  readonly events: EventHub
  readonly settings: Settings
  readonly initialView: (identity: string) => StationView
}

/** See `Station`. */
export class StationRef implements Station {
  readonly identity: string
  private readonly ports: StationPorts

  constructor(ports: StationPorts, identity: string) {
    this.ports = ports
    this.identity = identity
  }

  call<A extends CsmsAction>(
    action: A,
    request: Messages[A]["request"],
    options: CallOptions = {}
  ): Effect.Effect<Messages[A]["response"], CallFailure> {
    const { membership, settings } = this.ports
    return Effect.flatMap(Clock.currentTimeMillis, (now) =>
      membership.call({
        callId: globalThis.crypto.randomUUID(),
        identity: this.identity,
        action,
        payload: request,
        timeout: options.timeout === undefined ? settings.callTimeout : toMillis(options.timeout),
        sendBefore: options.queueTimeout === undefined ? undefined : now + toMillis(options.queueTimeout),
        waitForReconnect: options.waitForReconnect ?? false,
        allowWhileRejected: options.allowWhileRejected ?? false
      })
    ) as Effect.Effect<Messages[A]["response"], CallFailure> // checked against the schema of the action's response
  }

  getBaseReport(
    reportBase: ReportBaseEnumType,
    options?: CallOptions
  ): Effect.Effect<ReportReceived, CallFailure | ReportNotReceived> {
    return Effect.scoped(
      Effect.gen({ self: this }, function* () {
        const requestId = yield* this.nextRequestId
        // Listening starts before the request is sent: parts and even the end may overtake the answer.
        const outcomes = yield* this.ports.events.subscribe(
          4,
          (event): event is StationEvent =>
            eventOf(this.identity)(event) &&
            (event._tag === "Removed" ||
              ((event._tag === "ReportReceived" || event._tag === "ReportFailed") && event.requestId === requestId))
        )
        yield* this.call("GetBaseReport", { requestId, reportBase }, options)
        const [outcome] = yield* Stream.runCollect(Stream.take(outcomes, 1))
        if (outcome?._tag === "ReportReceived") return outcome
        const reason = outcome?._tag === "ReportFailed" ? outcome.reason : "Incomplete" // removed, or the CSMS has closed
        return yield* new ReportNotReceived({ identity: this.identity, requestId, reason })
      })
    )
  }

  get nextRequestId(): Effect.Effect<number> {
    return this.ports.membership.nextRequestId(this.identity)
  }

  cancelJob(kind: CollectedKind, requestId: number): Effect.Effect<boolean> {
    return this.ports.membership.cancelJob(this.identity, kind, requestId)
  }

  get snapshot(): Effect.Effect<StationView> {
    return Effect.map(
      this.ports.membership.view(this.identity),
      (view) => view ?? this.ports.initialView(this.identity)
    )
  }

  get events(): Stream.Stream<StationEvent | EventsMissed> {
    return this.ports.events.stream(this.ports.settings.eventBuffer, eventOf(this.identity))
  }

  subscribe<E extends StationEvent>(
    wanted: (event: StationEvent) => event is E
  ): Effect.Effect<Stream.Stream<E | EventsMissed>, never, Scope.Scope> {
    const { events, settings } = this.ports
    const ofStation = eventOf(this.identity)
    return events.subscribe(settings.eventBuffer, (event): event is E => ofStation(event) && wanted(event))
  }

  get changes(): Stream.Stream<StationView> {
    return Stream.unwrap(
      Effect.map(this.ports.events.subscribe(this.ports.settings.eventBuffer, eventOf(this.identity)), (events) =>
        Stream.concat(
          Stream.fromEffect(this.snapshot),
          Stream.mapEffect(events, () => this.snapshot)
        )
      )
    )
  }

  waitFor(wanted: (view: StationView) => boolean | undefined): Effect.Effect<StationView, StationRemoved>
  waitFor<T>(wanted: (view: StationView) => T | false | undefined): Effect.Effect<T, StationRemoved>
  waitFor(wanted: (view: StationView) => unknown): Effect.Effect<unknown, StationRemoved> {
    const { events, membership, settings } = this.ports
    const { identity } = this
    const removed = new StationRemoved({ identity })
    const look = Effect.flatMap(membership.view(identity), (view) => {
      if (view === undefined) return Effect.fail(removed)
      const found = wanted(view)
      return Effect.succeed(found === true ? view : found)
    })
    const isFound = (found: unknown): boolean => found !== undefined && found !== false
    return Effect.scoped(
      Effect.gen(function* () {
        const heard = yield* events.subscribe(settings.eventBuffer, eventOf(identity))
        const now = yield* look
        if (isFound(now)) return now
        const later = Stream.mapEffect(heard, ({ _tag }) => (_tag === "Removed" ? Effect.fail(removed) : look))
        const found = yield* Stream.runHead(Stream.filter(later, isFound))
        return yield* Option.match(found, { onNone: () => Effect.interrupt, onSome: Effect.succeed }) // the CSMS is closing
      })
    )
  }

  variable(
    component: VariableQuery["component"],
    variable: VariableQuery["variable"],
    where?: Omit<VariableQuery, "component" | "variable">
  ): Effect.Effect<VariableValue | undefined> {
    return Effect.map(this.snapshot, (view) =>
      typedValue(view.mirror.provisioning.deviceModel, { ...where, component, variable })
    )
  }

  disconnect(code = 1000, reason = ""): Effect.Effect<void> {
    return this.ports.membership.disconnect(this.identity, code, reason)
  }
}

const toMillis = (input: Duration.Input): number => Duration.toMillis(Duration.fromInputUnsafe(input))
