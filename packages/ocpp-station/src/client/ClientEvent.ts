/** What a client tells of itself: a closed union of plain data. No event holds a payload or a secret. */
import type { BootNotificationResponse } from "@wattline/ocpp-v201"
import type { ErrorCode } from "@wattline/ocpp-core"
import type { DialFailed } from "@wattline/ocpp-core/engine"
import type { StationState } from "./StationState.ts"

/** How a CALL of the station ended. */
export type CallEnd =
  | "CALLRESULT"
  | ErrorCode // it was answered with this CALLERROR
  | "Timeout" // no answer within MessageTimeout
  | "ConnectionLost" // the link went before the answer came
  | "InvalidResponse" // the answer breaks the schema

/** One event. */
export type ClientEvent =
  | { readonly _tag: "StateChanged"; readonly state: StationState; readonly previous: StationState }
  /** The link is open. */
  | { readonly _tag: "Connected"; readonly url: string; readonly protocol: string }
  /** An attempt failed; the next one comes in `retryIn` seconds. */
  | {
      readonly _tag: "ConnectFailed"
      readonly reason: DialFailed["reason"]
      readonly status: number | undefined
      /** The security event that the standard has for this failure (A04). */
      readonly securityEvent: DialFailed["securityEvent"]
      readonly detail: string
      readonly retryIn: number
    }
  /** The link is gone; the next attempt comes in `retryIn` seconds, `undefined` when there is to be none. */
  | {
      readonly _tag: "Disconnected"
      readonly code: number
      readonly reason: string
      readonly retryIn: number | undefined
    }
  /** BootNotification was answered. */
  | {
      readonly _tag: "BootAnswered"
      readonly status: BootNotificationResponse["status"]
      /** Seconds: the heartbeat interval, or the wait before the next BootNotification. */
      readonly interval: number
    }
  /** A CALL of the station has ended. */
  | {
      readonly _tag: "CallEnded"
      readonly action: string
      readonly end: CallEnd
      /** The status in the answer, where it has one. */
      readonly status: string | undefined
      /** With `InvalidResponse`: what is wrong with the answer, by path and keyword. */
      readonly detail?: string
      readonly milliseconds: number
    }
  /** A CALL of the CSMS was answered. */
  | {
      readonly _tag: "Answered"
      readonly action: string
      readonly with: "CALLRESULT" | ErrorCode
      /** The status in the answer, where it has one. */
      readonly status: string | undefined
    }
  /** A handler failed with something that is no `Refusal`; the CSMS got InternalError. */
  | { readonly _tag: "HandlerFailed"; readonly action: string; readonly message: string }
  /** A queued message was given up after its last attempt (E13.FR.04). */
  | { readonly _tag: "MessageGivenUp"; readonly action: string; readonly attempts: number; readonly end: CallEnd }
  /** A queued message was dropped because the queue is full (E04.FR.07). */
  | { readonly _tag: "MessageDropped"; readonly action: string }
  /** The durable queue could not be read or written; messages are kept in memory only. */
  | { readonly _tag: "QueueNotStored"; readonly message: string }
  /** An answer that belongs to no CALL, or came too late. */
  | { readonly _tag: "StrayAnswer"; readonly messageId: string | undefined }
