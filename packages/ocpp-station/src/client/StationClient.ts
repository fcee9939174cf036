/** A client as its users see it: calls and states as Effects, what happens as a stream. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type {
  Messages,
  SecurityEventNotificationRequest,
  StationAction,
  TransactionEventRequest,
  TransactionEventResponse
} from "@wattline/ocpp-v201"
import type { CallFailure, NotSent } from "@wattline/ocpp-core"
import { EventHub, type EventsMissed } from "@wattline/ocpp-core/engine"
import type { ClientSettings } from "./Client.ts"
import type { ClientEvent } from "./ClientEvent.ts"
import type { ClientParts, ClientProcess } from "./ClientProcess.ts"
import { notSent } from "./PendingCall.ts"
import { requestProblem, settingsProblem } from "./problems.ts"
import type { StationState } from "./StationState.ts"
import { troubleLog } from "./troubleLog.ts"

/** A charging station's client. */
export interface StationClient {
  readonly identity: string
  /** Where the client is now. */
  readonly state: Effect.Effect<StationState>
  /** Waits until the station is Accepted and connected; at once when it is. */
  readonly accepted: Effect.Effect<void>
  /**
   * Sends a CALL and waits for its outcome. CALLs go one at a time, in order. Fails with `NotSent` (offline, not
   * accepted, or a payload that breaks the schema), `CallError` (the CSMS answered with CALLERROR) or `OutcomeUnknown` (timeout,
   * link lost, invalid answer). Interrupted while it waits for its turn it is not sent. Use `transactionEvent` for
   * TransactionEvents.
   */
  readonly call: <A extends StationAction>(
    action: A,
    request: Messages[A]["request"]
  ) => Effect.Effect<Messages[A]["response"], CallFailure>
  /**
   * Delivers a TransactionEvent, whatever it takes: in order, again by the rules of MessageAttempts, later when offline
   * and then marked `offline`. It is in the queue when the effect starts; waiting for the answer is up to you.
   * `undefined`: it was given up. One that breaks the schema fails with `NotSent` and is not queued.
   */
  readonly transactionEvent: (
    request: TransactionEventRequest
  ) => Effect.Effect<TransactionEventResponse | undefined, NotSent>
  /** Queues a SecurityEventNotification, which is delivered as surely (A04.FR.02); fails as `transactionEvent` does. */
  readonly securityEvent: (request: SecurityEventNotificationRequest) => Effect.Effect<void, NotSent>
  /** TransactionEvents that the CSMS has not acknowledged yet. */
  readonly undelivered: Effect.Effect<number>
  /**
   * The newest event of each transaction that an earlier process of this station has begun and not ended: go on with its next
   * `seqNo`, or end it (`Ended`, stoppedReason PowerLoss). Waits until the durable queue is read; empty without one.
   */
  readonly unfinished: Effect.Effect<ReadonlyArray<TransactionEventRequest>>
  /** What happens from the moment the stream starts; its buffer holds 1,024 events. */
  readonly events: Stream.Stream<ClientEvent | EventsMissed>
  /** The same, from now on. */
  readonly subscribe: Effect.Effect<Stream.Stream<ClientEvent | EventsMissed>, never, Scope.Scope>
  /** Changes how the client behaves from now on; a value that cannot be is a defect: a RangeError. */
  readonly configure: (changes: Partial<ClientSettings>) => Effect.Effect<void>
  /** Restarts the station: offline for `seconds`, then a BootNotification with `reason`. */
  readonly reboot: ClientReboot
  /** Cuts the link off and stays away for `seconds`. */
  readonly outage: (seconds: number) => Effect.Effect<void>
  /** Connects now, where an outage or the back-off would wait longer. */
  readonly reconnect: Effect.Effect<void>
  /** Closes the link for good; the queue keeps what is not delivered. */
  readonly stop: Effect.Effect<void>
}

/** See `StationClient.reboot`. */
export type ClientReboot = (
  reason: Messages["BootNotification"]["request"]["reason"],
  seconds: number
) => Effect.Effect<void>

const bufferSize = 1_024
const any = (_event: ClientEvent): _event is ClientEvent => true

/** Puts a client around a process; it stops with the scope. */
export const makeStationClient = Effect.fnUntraced(function* (
  make: (callbacks: Pick<ClientParts, "tell" | "loaded">) => ClientProcess
) {
  const hub = new EventHub<ClientEvent>()
  const waiting = new Set<Deferred.Deferred<void>>()
  let log: ((event: ClientEvent) => void) | undefined
  const tell = (event: ClientEvent): void => {
    log?.(event)
    if (event._tag === "StateChanged" && event.state === "Accepted") {
      for (const deferred of waiting) Deferred.doneUnsafe(deferred, Effect.void)
      waiting.clear()
    }
    if (hub.active) hub.publish(event)
  }
  const unfinished = Deferred.makeUnsafe<ReadonlyArray<TransactionEventRequest>>()
  const process = make({ tell, loaded: (found) => Deferred.doneUnsafe(unfinished, Effect.succeed(found)) })
  log = troubleLog(process.identity, process.host.run)
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      process.dispose()
      hub.close()
    })
  )
  const shape: StationClient = {
    identity: process.identity,
    state: Effect.sync(() => process.state),
    accepted: Effect.suspend(() => {
      if (process.isOnline) return Effect.void
      const deferred = Deferred.makeUnsafe<void>()
      waiting.add(deferred)
      return Effect.onInterrupt(Deferred.await(deferred), () => Effect.sync(() => waiting.delete(deferred)))
    }),
    call: (action, request) =>
      Effect.callback((resume) => {
        process.call(action, request, resume)
        return Effect.sync(() => process.withdraw(resume))
      }),
    transactionEvent: (request) =>
      valid("TransactionEvent", request, () =>
        Effect.callback((resume) => process.transactionEvent(request, (response) => resume(Effect.succeed(response))))
      ),
    securityEvent: (request) =>
      valid("SecurityEventNotification", request, () => Effect.sync(() => process.securityEvent(request))),
    undelivered: Effect.sync(() => process.undelivered()),
    unfinished: Deferred.await(unfinished),
    events: hub.stream(bufferSize, any),
    subscribe: hub.subscribe(bufferSize, any),
    configure: (changes) =>
      Effect.suspend(() => {
        const problem = settingsProblem(changes)
        return problem === undefined
          ? Effect.sync(() => process.configure(changes))
          : Effect.die(new RangeError(`Station ${process.identity} is not configured: ${problem}`))
      }),
    reboot: (reason, seconds) => Effect.sync(() => process.reboot(reason, seconds)),
    outage: (seconds) => Effect.sync(() => process.outage(seconds)),
    reconnect: Effect.sync(() => process.reconnect()),
    stop: Effect.sync(() => process.stop())
  }
  return { process, shape }
})

/** What can never be delivered is not queued: whoever asks for it must hear why. */
const valid = <A>(action: StationAction, request: object, queue: () => Effect.Effect<A>): Effect.Effect<A, NotSent> =>
  Effect.suspend(() => {
    const problem = requestProblem(action, request)
    return problem === undefined ? queue() : notSent(action, "InvalidRequest", problem)
  })
