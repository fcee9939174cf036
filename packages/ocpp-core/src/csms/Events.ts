/**
 * What a CSMS tells about its stations: a closed union of plain, serialisable, numbered events, and the hub that hands
 * them to whoever listens.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { BootNotificationRequest, BootNotificationResponse, Messages } from "@wattline/ocpp-v201"
import type { AuthorizationDoubtful } from "../blocks/AuthorizationDoubts.ts"
import type { MirrorEvent } from "../blocks/Mirror.ts"
import type { TxPointsDoubtful } from "../blocks/TxPoints.ts"
import type { ConnectorsUnreported } from "../blocks/UnreportedConnectors.ts"
import type { ErrorCode } from "../rpc/ErrorCode.ts"
import type { CsmsHappening } from "./CsmsHappening.ts"
import type { NotificationAction } from "./Handlers.ts"
import type { ValidationPolicy } from "./ValidationPolicy.ts"
import type { SecurityProfile } from "../transport/Transport.ts"
import type { LifecycleEvent, Registration, StationState } from "../station/StationState.ts"

export type * from "./CsmsHappening.ts"

/** A station was added with `addStation`, or found in the directory when it connected. */
export interface Added {
  readonly _tag: "Added"
}

/** A station was removed; its link is closed and its snapshot deleted. */
export interface Removed {
  readonly _tag: "Removed"
}

/** A link to the station opened. */
export interface Connected {
  readonly _tag: "Connected"
  readonly connectionId: string
  readonly remoteAddress: string | undefined
  /** The subprotocol in use. */
  readonly protocol: string
  /** The security profile in use. */
  readonly securityProfile: SecurityProfile
  /** What is on record from before: the station continues there. */
  readonly registration: Registration
}

/** The link is gone. 1006: without a close frame. */
export interface Disconnected {
  readonly _tag: "Disconnected"
  readonly connectionId: string
  readonly code: number
  readonly reason: string
}

/** A newer link of the same identity took the place of this one. Two devices may be sharing one identity. */
export interface Replaced {
  readonly _tag: "Replaced"
  readonly connectionId: string
  readonly by: string
}

/** A newer connection exists on another node; this one was closed. */
export interface Fenced {
  readonly _tag: "Fenced"
  readonly connectionId: string
}

/** The lifecycle table made a step. */
export interface StateChanged {
  readonly _tag: "StateChanged"
  readonly from: StationState
  readonly to: StationState
  readonly event: LifecycleEvent
}

/** A BootNotification was answered. Stored before the answer is sent. */
export interface Booted {
  readonly _tag: "Booted"
  readonly reason: BootNotificationRequest["reason"]
  readonly status: BootNotificationResponse["status"]
  /** Seconds: heartbeat interval when Accepted, else the wait before the next BootNotification. */
  readonly interval: number
  readonly chargingStation: BootNotificationRequest["chargingStation"]
  /** Whether the station has restarted; `false` for a retry or a triggered boot on the same link (LC-16). */
  readonly rebooted: boolean
}

/** The station is Accepted and connected, and CALLs to it go out now. The seed's `station_ready`. */
export interface Ready {
  readonly _tag: "Ready"
  /** `true` when it came back without a BootNotification. */
  readonly resumed: boolean
}

/** A message that needs no decision arrived and was acknowledged; what it says is for the app. */
export type NotificationReceived = {
  readonly [A in NotificationAction]: {
    readonly _tag: "NotificationReceived"
    readonly action: A
    readonly request: Messages[A]["request"]
  }
}[NotificationAction]

/** An inbound CALL was answered with a CALLERROR, or a text was no frame at all. */
export interface MessageRefused {
  readonly _tag: "MessageRefused"
  readonly messageId: string
  readonly action: string | undefined
  readonly errorCode: ErrorCode
  readonly errorDescription: string
}

/** A CALL of the station, or its answer to one of ours, is not as the schema wants it; `policy` decided what became of it. */
export interface NonConformingMessage {
  readonly _tag: "NonConformingMessage"
  readonly action: string
  /** `request`: a CALL of the station. `response`: its answer to a CALL of ours. */
  readonly direction: "request" | "response"
  /** Where, as JSON pointers, and which keyword of the schema; no values. All that was repaired, else the first. */
  readonly errors: ReadonlyArray<{ readonly path: string; readonly keyword: string }>
  readonly policy: ValidationPolicy
  /** Whether it was repaired, and handled as if it had come so. */
  readonly repaired: boolean
}

/** A handler failed, was late, or gave an answer that cannot be sent; the default answer took its place. */
export interface HandlerFailed {
  readonly _tag: "HandlerFailed"
  readonly action: string
  readonly messageId: string
  readonly why: "Failure" | "Defect" | "Deadline" | "InvalidAnswer" | "FollowUp"
  /** For the log of the CSMS; never sent to a station. */
  readonly message: string
}

/** An answer to a CALL that had timed out already. */
export interface LateAnswer {
  readonly _tag: "LateAnswer"
  readonly messageId: string
  readonly action: string
}

/** An answer that belongs to no CALL of ours; dropped. */
export interface AnswerDropped {
  readonly _tag: "AnswerDropped"
  readonly messageId: string | undefined
  /** Of a CALLERROR; with the id `"-1"` the station could not read a frame of ours (row 7 of the decision table). */
  readonly errorCode?: ErrorCode
  readonly errorDescription?: string
  /** Id of our outstanding CALL, which may be what a CALLERROR with the id `"-1"` is about. It still waits. */
  readonly outstanding?: string
}

/**
 * The store did not take a snapshot; the station was answered all the same. It is offered again, with the durable events
 * that came with it: with the next durable event, when the station goes, when the CSMS closes, and after a while (1 s at first, at
 * most 60 s).
 */
export interface StoreFailed {
  readonly _tag: "StoreFailed"
  readonly message: string
  /** Durable events that the store will never get, the oldest ones: too many wait for it (more than 128). */
  readonly givenUp: number
}

/**
 * The station connected with another security profile than before: a higher one, or 2 instead of 3 as it was
 * told to. From here on it must use this one.
 */
export interface SecurityProfileChanged {
  readonly _tag: "SecurityProfileChanged"
  readonly from: SecurityProfile
  readonly to: SecurityProfile
}

/**
 * A new password is in force, and the old one works no more: the station accepted it (`Answer`), or it was open
 * whether it had, and it logged in with it (`Login`). Neither password nor hash is in an event.
 */
export interface PasswordChanged {
  readonly _tag: "PasswordChanged"
  readonly by: "Answer" | "Login"
}

/**
 * The station is in with a renewed certificate; the one before it lets nobody in any more. SHA-256 of the new one,
 * upper-case hex bytes, joined with `:`.
 */
export interface CertificateReplaced {
  readonly _tag: "CertificateReplaced"
  readonly fingerprint256: string
}

/** The reboot of an accepted Reset did not come. */
export interface ResetLapsed {
  readonly _tag: "ResetLapsed"
}

/** Everything that can happen to one station. */
export type StationHappening =
  | Added
  | Removed
  | Connected
  | Disconnected
  | Replaced
  | Fenced
  | StateChanged
  | Booted
  | Ready
  | NotificationReceived
  | MessageRefused
  | NonConformingMessage
  | HandlerFailed
  | LateAnswer
  | AnswerDropped
  | StoreFailed
  | SecurityProfileChanged
  | PasswordChanged
  | CertificateReplaced
  | ResetLapsed
  | TxPointsDoubtful
  | ConnectorsUnreported
  | AuthorizationDoubtful
  | MirrorEvent

/** What every event carries. */
export interface EventEnvelope {
  readonly identity: string
  /** The connection's number: rises with every connection of this identity, over all nodes and restarts. */
  readonly epoch: number
  /** Rises by one per event of this station within an epoch. */
  readonly seq: number
  /** CSMS clock in milliseconds since 1970. */
  readonly at: number
  /** Whether the event was handed to the store before the message that caused it was answered. */
  readonly durable: boolean
}

/** An event of one station. */
export type StationEvent = StationHappening & EventEnvelope

/** This subscriber was too slow: `missed` events were not delivered to it. */
export interface EventsMissed {
  readonly _tag: "EventsMissed"
  readonly missed: number
}

/** What the event streams of a CSMS carry. */
export type CsmsEvent = StationEvent | CsmsHappening | EventsMissed

/** What is told to subscribers. */
type Told = StationEvent | CsmsHappening

/** Picks everything. */
export const anyEvent = (_event: Told): _event is Told => true

/** Picks the events of one station. */
export const eventOf =
  (identity: string) =>
  (event: Told): event is StationEvent =>
    "epoch" in event && event.identity === identity

interface Subscriber<T> {
  readonly offer: (event: T) => void
  readonly end: () => void
}

/** Hands events to subscribers; costs one loop over an empty set when there are none. */
export class EventHub<T = Told> {
  private readonly subscribers = new Set<Subscriber<T>>()

  /** Whether anybody listens. */
  get active(): boolean {
    return this.subscribers.size > 0
  }

  /** Tells all subscribers. */
  publish(event: T): void {
    for (const subscriber of this.subscribers) subscriber.offer(event)
  }

  /** Ends all streams; the CSMS is closing. */
  close(): void {
    for (const subscriber of this.subscribers) subscriber.end()
    this.subscribers.clear()
  }

  /**
   * Subscribes now; the stream may be run later. It has its own buffer of `capacity` events: when that is full, events
   * are left out and an `EventsMissed` says how many. The subscription ends with the scope.
   */
  subscribe<E extends T>(
    capacity: number,
    wanted: (event: T) => event is E
  ): Effect.Effect<Stream.Stream<E | EventsMissed>, never, Scope.Scope> {
    return Effect.gen({ self: this }, function* () {
      // One place more, so that what was missed is told although no event may follow.
      const queue = yield* Queue.bounded<E | EventsMissed, Cause.Done>(capacity + 1)
      let last: { readonly _tag: "EventsMissed"; missed: number } | undefined
      const subscriber: Subscriber<T> = {
        offer: (event) => {
          if (!wanted(event)) return
          if (Queue.sizeUnsafe(queue) < capacity) {
            last = undefined // from here on it counts no more: it has been read, or events stand behind it
            Queue.offerUnsafe(queue, event)
          } else if (last === undefined) Queue.offerUnsafe(queue, (last = { _tag: "EventsMissed", missed: 1 }))
          else last.missed++
        },
        end: () => Queue.endUnsafe(queue)
      }
      yield* Effect.acquireRelease(
        Effect.sync(() => this.subscribers.add(subscriber)),
        () =>
          Effect.sync(() => {
            this.subscribers.delete(subscriber)
          })
      )
      return Stream.fromQueue(queue)
    })
  }

  /** Like `subscribe`, from the moment the stream starts. */
  stream<E extends T>(capacity: number, wanted: (event: T) => event is E): Stream.Stream<E | EventsMissed> {
    return Stream.unwrap(this.subscribe(capacity, wanted))
  }
}
