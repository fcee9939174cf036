/** What a session asks of the station it belongs to. */
import type { Counters } from "../observability/Counters.ts"
import type { ConnectionLimit, ConnectionRates } from "./ConnectionLimits.ts"
import type { ErrorCode } from "./ErrorCode.ts"
import type { Call, CallErrorFrame } from "./Frame.ts"
import type { InboundCall, InboundLane, InboundLimits } from "./InboundLane.ts"
import type { OutboundCall, OutboundLane } from "./OutboundLane.ts"
import type { ActionRule, Protocol } from "./Protocol.ts"
import type { Session } from "./Session.ts"

/** An inbound CALL with what the engine knows of its action: nothing when nobody knows the action. */
export interface SessionCall extends InboundCall<Session> {
  readonly rule: ActionRule | undefined
}

/** What came for our outstanding CALL. */
export type Reply =
  | { readonly _tag: "Response"; readonly payload: object }
  | { readonly _tag: "Invalid"; readonly detail: string }
  | CallErrorFrame

/** The station a session belongs to. */
export interface SessionOwner {
  readonly protocol: Protocol
  readonly inbound: InboundLane<Session, SessionCall>
  readonly outbound: OutboundLane<OutboundCall>
  readonly inboundLimits: InboundLimits
  readonly maxEarlyFrames: number
  readonly rates: ConnectionRates
  readonly counters: Counters
  now(): number
  /** Makes the lane's entry for a CALL. */
  callOf(session: Session, frame: Call, rule: ActionRule | undefined, text: string): SessionCall
  /** Rows 16–21: gate, action, payload, handler. */
  handle(call: SessionCall): void
  /** Our outstanding CALL has its answer. */
  settled(call: OutboundCall, reply: Reply): void
  /** An answer that is nobody's, or whose CALL timed out. */
  strayed(messageId: string | undefined, error?: CallErrorFrame): void
  /** A CALLERROR was sent for something that never became a CALL to handle. */
  refused(messageId: string, action: string | undefined, code: ErrorCode, description: string): void
  /** The connection may be used for our CALLs now. */
  opened(session: Session): void
  closed(session: Session, code: number, reason: string): void
  /** The session is being closed because of it; told before the close starts. */
  limitReached(session: Session, limit: ConnectionLimit): void
}
