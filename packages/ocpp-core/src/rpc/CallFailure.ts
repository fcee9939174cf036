/** How a CALL of ours can fail: it was not sent, its outcome is unknown, or the station said no. */
import * as Data from "effect/Data"
import type { ErrorCode } from "./ErrorCode.ts"

/** The station answered with a CALLERROR. */
export class CallError extends Data.TaggedError("CallError")<{
  readonly identity: string
  readonly action: string
  readonly messageId: string
  /** One of the twelve codes; unknown ones count as GenericError. */
  readonly errorCode: ErrorCode
  /** The code as it was on the wire. */
  readonly rawErrorCode: string
  readonly errorDescription: string
  readonly errorDetails: Readonly<Record<string, unknown>>
}> {
  override get message(): string {
    return `${this.identity} answered ${this.action} with CALLERROR ${this.rawErrorCode || this.errorCode}: ${this.errorDescription}`
  }
}

/**
 * The CALL did not leave this process; the station knows nothing of it.
 *
 * - `Offline`: the station is not connected.
 * - `NotAllowed`: its registration does not allow this CALL now (R-155, B02.FR.05, B03.FR.03).
 * - `InvalidRequest`: the payload breaks the schema; `detail` names path and keyword.
 * - `QueueFull`: too many CALLs wait for this station.
 * - `QueueTimeout`: it waited longer than its own limit.
 * - `ConnectionLost`: the connection closed while it waited.
 * - `InsideBoot`: called from a handler that a BootNotification waits for, first of all its own: the CALL would wait for
 *   the answer to the boot, and that for the handler.
 * - `UnknownStation`: no such station was added.
 * - `UnknownAction`: not an action that a CSMS sends.
 * - `NotStored`: a new password that could not be kept first; sending it could lock the station out.
 */
export class NotSent extends Data.TaggedError("NotSent")<{
  readonly identity: string
  readonly action: string
  readonly reason:
    | "Offline"
    | "NotAllowed"
    | "InvalidRequest"
    | "QueueFull"
    | "QueueTimeout"
    | "ConnectionLost"
    | "InsideBoot"
    | "UnknownStation"
    | "UnknownAction"
    | "NotStored"
  readonly detail: string
}> {
  override get message(): string {
    return `${this.action} was not sent to ${this.identity}: ${this.detail}`
  }
}

/**
 * The CALL was sent, and what the station made of it is not known.
 *
 * - `Timeout`: no answer within the call timeout.
 * - `ConnectionLost`: the connection closed before the answer.
 * - `InvalidResponse`: an answer came, but breaks the frame or the schema; `detail` says where.
 */
export class OutcomeUnknown extends Data.TaggedError("OutcomeUnknown")<{
  readonly identity: string
  readonly action: string
  readonly messageId: string
  readonly reason: "Timeout" | "ConnectionLost" | "InvalidResponse"
  readonly detail: string
}> {
  override get message(): string {
    return `The outcome of ${this.action} at ${this.identity} is unknown: ${this.detail}`
  }
}

/** Every way a CALL of ours can fail. A negative status in a response is a value, never one of these. */
export type CallFailure = CallError | NotSent | OutcomeUnknown
