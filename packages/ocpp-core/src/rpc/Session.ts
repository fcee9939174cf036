/**
 * One link of one station: texts in, frames out, and the pairing of answers with CALLs (rows 1–15 of rpc.md §9). The two
 * directions never wait for each other. What a CALL means is decided by the station that owns the session.
 */
import type { Link, LinkHandler } from "../transport/Link.ts"
import type { Expirable } from "./Deadlines.ts"
import type { ErrorCode } from "./ErrorCode.ts"
import {
  type Call,
  type CallErrorFrame,
  type CallResult,
  decode,
  encodeCall,
  encodeCallError,
  unreadableId
} from "./Frame.ts"
import type { InboundCall, InboundLane, InboundLimits } from "./InboundLane.ts"
import type { OutboundCall, OutboundLane } from "./OutboundLane.ts"
import type { ActionRule, Protocol } from "./Protocol.ts"

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
}

const tooManyFrames = "too many unanswered messages"

/** See the head of the file. One per connection, so it has fields only for what it needs. */
export class Session implements LinkHandler, Expirable {
  /** For the grace time of R-112. */
  slot = 0
  /** Number of this connection; 0 until the station is claimed. */
  epoch = 0
  /** Whether our CALLs may go out. */
  outboundOpen = false
  /** Whether a BootNotification was answered on this link (LC-16). */
  booted = false
  /** Whether the link is gone. */
  isClosed = false
  /** CSMS clock in milliseconds: the last sign of life. */
  lastSeen: number
  /** Texts that came before the claim; `undefined` stands for a binary message. */
  private early: Array<string | undefined> | undefined = undefined
  private readonly owner: SessionOwner
  readonly link: Link
  readonly remoteAddress: string | undefined

  constructor(owner: SessionOwner, link: Link, remoteAddress: string | undefined) {
    this.owner = owner
    this.link = link
    this.remoteAddress = remoteAddress
    this.lastSeen = owner.now()
  }

  /** Starts the session under its epoch: what came early is handled now. */
  claimed(epoch: number): void {
    this.epoch = epoch
    const { early } = this
    this.early = undefined
    for (const text of early ?? [])
      if (text === undefined) this.onBinary()
      else this.onText(text)
  }

  onText(text: string): void {
    if (this.isClosed) return // replaced: what still comes is nobody's
    if (this.epoch === 0) return this.keep(text)
    this.receive(text)
  }

  onBinary(): void {
    if (this.isClosed) return
    if (this.epoch === 0) return this.keep(undefined)
    this.lastSeen = this.owner.now()
    this.refuse(unreadableId, undefined, "RpcFrameworkError", "OCPP-J messages are text, not binary") // row 2
  }

  onClose(code: number, reason: string): void {
    this.isClosed = true
    this.early = undefined
    this.owner.closed(this, code, reason)
  }

  /** nothing has come within the grace time. */
  expire(): void {
    this.owner.opened(this)
  }

  /** Sends a CALL; `false` when the link is closing. */
  sendCall(messageId: string, action: string, payload: unknown): boolean {
    return !this.isClosed && this.link.send(encodeCall(messageId, action, payload))
  }

  /** Sends an answer; it is discarded when the link is gone. */
  sendAnswer(text: string): void {
    if (!this.isClosed) this.link.send(text)
  }

  /** Answers with a CALLERROR. */
  refuse(messageId: string, action: string | undefined, code: ErrorCode, description: string, details?: object): void {
    this.sendAnswer(encodeCallError(messageId, code, description, details as Readonly<Record<string, unknown>>))
    this.owner.refused(messageId, action, code, description)
  }

  private keep(text: string | undefined): void {
    if ((this.early?.length ?? 0) >= this.owner.maxEarlyFrames) return this.link.close(1008, tooManyFrames)
    ;(this.early ??= []).push(text)
  }

  private receive(text: string): void {
    this.lastSeen = this.owner.now()
    const frame = decode(text, this.owner.protocol.frames)
    switch (frame._tag) {
      case "Call":
        return this.onCall(frame, text)
      case "CallResult":
        return this.onResult(frame)
      case "CallError":
        return this.onError(frame)
      case "Malformed":
        return this.refuse(frame.messageId, undefined, frame.errorCode, frame.errorDescription) // rows 3–6, 12–14
      case "Empty": // row 1
    }
  }

  /** Row 15, and the order of the wire. */
  private onCall(frame: Call, text: string): void {
    const { owner } = this
    const rule = owner.protocol.actions.get(frame.action)
    const call = owner.callOf(this, frame, rule, text)
    const offer = owner.inbound.offer(call, rule?.repeatable ?? true, owner.inboundLimits)
    switch (offer._tag) {
      case "Handle":
        return owner.handle(call)
      case "Repeat":
        this.sendAnswer(offer.answer)
        return owner.opened(this) // an answer from memory is an answer
      case "Conflict":
        return this.refuse(
          frame.messageId,
          frame.action,
          "RpcFrameworkError",
          "This messageId belongs to another CALL that is still being handled"
        )
      case "Overflow":
        return this.link.close(1008, tooManyFrames)
      case "Wait":
      case "Attach":
    }
  }

  /** Rows 8–10. */
  private onResult(frame: CallResult): void {
    const call = this.settle(frame.messageId)
    if (call === undefined) return
    const { malformed } = frame
    this.owner.settled(
      call,
      malformed === undefined
        ? { _tag: "Response", payload: frame.payload as object }
        : { _tag: "Invalid", detail: malformed }
    )
  }

  /** Rows 7, 8 and 11: `"-1"` is never the id of a CALL of ours, so row 7 is a stray. */
  private onError(frame: CallErrorFrame): void {
    const call = this.settle(frame.messageId, frame)
    if (call !== undefined) this.owner.settled(call, frame)
  }

  private settle(messageId: string | undefined, error?: CallErrorFrame): OutboundCall | undefined {
    const call = this.owner.outbound.settle(messageId)
    if (call === undefined) this.owner.strayed(messageId, error)
    return call
  }
}
