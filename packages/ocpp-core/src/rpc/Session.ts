/**
 * One link of one station: texts in, frames out, and the pairing of answers with CALLs (rows 1–15 of rpc.md §9). The two
 * directions never wait for each other. What a CALL means is decided by the station that owns the session.
 */
import type { Link, LinkHandler } from "../transport/Link.ts"
import { after, tooMuch } from "../transport/Rate.ts"
import type { Admitted } from "../transport/Transport.ts"
import { type ConnectionLimit, reasonOf } from "./ConnectionLimits.ts"
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
import type { OutboundCall } from "./OutboundLane.ts"
import type { SessionOwner } from "./SessionOwner.ts"

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
  /** Whether the link is gone, or is being closed so that what still comes is nobody's. */
  isClosed = false
  /** Whether the link is kept only until nothing is in flight: no new CALL of ours goes out. */
  isDraining = false
  /** CSMS clock in milliseconds: the last sign of life. */
  lastSeen: number
  /** Texts that came before the claim; `undefined` stands for a binary message. */
  private early: Array<string | undefined> | undefined = undefined
  /** What is remembered of the paces of `ConnectionRates`. */
  private messagesDue = 0
  private bytesDue = 0
  private invalidDue = 0
  private readonly owner: SessionOwner
  readonly link: Link
  readonly admitted: Admitted

  constructor(owner: SessionOwner, link: Link, admitted: Admitted) {
    this.owner = owner
    this.link = link
    this.admitted = admitted
    this.lastSeen = owner.now()
  }

  /** Starts the session under its epoch: what came early is handled now. */
  claimed(epoch: number): void {
    this.epoch = epoch
    const { early } = this
    this.early = undefined
    if (early === undefined) return
    this.lastSeen = this.owner.now()
    for (const text of early) {
      if (this.isClosed) return
      if (text === undefined) this.receiveBinary()
      else this.receive(text)
    }
  }

  onText(text: string): void {
    if (this.isClosed || !this.isInPace(text.length)) return // replaced: what still comes is nobody's
    if (this.epoch === 0) return this.keep(text)
    this.receive(text)
  }

  onBinary(): void {
    if (this.isClosed || !this.isInPace(0)) return
    if (this.epoch === 0) return this.keep(undefined)
    this.receiveBinary()
  }

  onClose(code: number, reason: string): void {
    this.isClosed = true
    this.early = undefined
    this.owner.counters.linkClosed(code)
    this.owner.closed(this, code, reason)
  }

  /** Closes the link; what still comes is dropped, what is in flight ends as when the connection is lost. */
  end(code: number | "terminate", reason: string): void {
    if (this.isClosed) return
    this.isClosed = true
    this.early = undefined
    if (code === "terminate") this.link.terminate()
    else this.link.close(code, reason)
  }

  /** Keeps the link only until nothing is in flight. */
  drain(): void {
    this.isDraining = true
    this.outboundOpen = false
  }

  /** Whether nothing is in flight, in either direction. */
  get isIdle(): boolean {
    if (this.isClosed || this.epoch === 0) return true
    const { inbound, outbound } = this.owner
    return inbound.depth === 0 && outbound.outstanding === undefined
  }

  /** nothing has come within the grace time. */
  expire(): void {
    this.owner.opened(this)
  }

  /** Sends a CALL; `false` when the link is closing. */
  sendCall(messageId: string, action: string, payload: unknown): boolean {
    if (!this.write(encodeCall(messageId, action, payload))) return false
    this.owner.counters.callsOut++
    return true
  }

  /** Sends an answer; it is discarded when the link is gone. */
  sendAnswer(text: string): void {
    if (this.write(text)) this.owner.counters.callResultsOut++
  }

  private write(text: string): boolean {
    if (this.isClosed || !this.link.send(text)) return false
    this.owner.counters.bytesOut += text.length
    return true
  }

  /** Answers with a CALLERROR. */
  refuse(messageId: string, action: string | undefined, code: ErrorCode, description: string, details?: object): void {
    if (this.write(encodeCallError(messageId, code, description, details as Readonly<Record<string, unknown>>))) {
      const { counters } = this.owner
      counters.callErrorsOut++
      counters.errorsOut[code]++
    }
    this.owner.refused(messageId, action, code, description)
  }

  /** The same for a message that makes no sense; one too many of those is not answered, but closes the link. */
  refuseInvalid(
    messageId: string,
    action: string | undefined,
    code: ErrorCode,
    description: string,
    details?: object
  ): void {
    const due = after(this.owner.rates.invalid, this.invalidDue, this.lastSeen, 1)
    if (due === tooMuch) return this.cut("invalidMessagesPerMinute")
    this.invalidDue = due
    this.refuse(messageId, action, code, description, details)
  }

  /** Counts a message, and closes the link when it is one too many. */
  private isInPace(length: number): boolean {
    const { owner } = this
    const { bytes, messages } = owner.rates
    const now = owner.now()
    this.lastSeen = now
    owner.counters.bytesIn += length
    const messagesDue = after(messages, this.messagesDue, now, 1)
    const bytesDue = after(bytes, this.bytesDue, now, length)
    if (messagesDue !== tooMuch && bytesDue !== tooMuch) {
      this.messagesDue = messagesDue
      this.bytesDue = bytesDue
      return true
    }
    this.cut(messagesDue === tooMuch ? "messagesPerSecond" : "bytesPerSecond")
    return false
  }

  /** Closes the link because of a limit. */
  private cut(limit: ConnectionLimit): void {
    if (this.isClosed) return
    this.owner.limitReached(this, limit)
    this.end(1008, reasonOf(limit))
  }

  private keep(text: string | undefined): void {
    if ((this.early?.length ?? 0) >= this.owner.maxEarlyFrames) return this.cut("maxEarlyFrames")
    ;(this.early ??= []).push(text)
  }

  private receiveBinary(): void {
    this.owner.counters.unreadableIn++
    this.refuseInvalid(unreadableId, undefined, "RpcFrameworkError", "OCPP-J messages are text, not binary") // row 2
  }

  private receive(text: string): void {
    const frame = decode(text, this.owner.protocol.frames)
    switch (frame._tag) {
      case "Call":
        return this.onCall(frame, text)
      case "CallResult":
        return this.onResult(frame)
      case "CallError":
        return this.onError(frame)
      case "Malformed":
        this.owner.counters.unreadableIn++
        return this.refuseInvalid(frame.messageId, undefined, frame.errorCode, frame.errorDescription) // rows 3–6, 12–14
      case "Empty": // row 1
    }
  }

  /** Row 15, and the order of the wire. */
  private onCall(frame: Call, text: string): void {
    const { owner } = this
    owner.counters.callsIn++
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
        return this.refuseInvalid(
          frame.messageId,
          frame.action,
          "RpcFrameworkError",
          "This messageId belongs to another CALL that is still being handled"
        )
      case "Overflow":
        return this.cut("maxUnansweredCalls")
      case "Wait":
      case "Attach":
    }
  }

  /** Rows 8–10. */
  private onResult(frame: CallResult): void {
    this.owner.counters.callResultsIn++
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
    const { counters } = this.owner
    counters.callErrorsIn++
    counters.errorsIn[frame.errorCode]++
    const call = this.settle(frame.messageId, frame)
    if (call !== undefined) this.owner.settled(call, frame)
  }

  private settle(messageId: string | undefined, error?: CallErrorFrame): OutboundCall | undefined {
    const call = this.owner.outbound.settle(messageId)
    if (call === undefined) this.owner.strayed(messageId, error)
    return call
  }
}
