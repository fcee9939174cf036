/** A CALL of ours from the moment it is asked for until its caller knows the outcome. */
import * as Exit from "effect/Exit"
import type { CallRequest } from "../csms/Cluster.ts"
import { CallError, type CallFailure, NotSent, OutcomeUnknown } from "../rpc/CallFailure.ts"
import type { OutboundCall } from "../rpc/OutboundLane.ts"
import type { ActionRule } from "../rpc/Protocol.ts"
import type { Admitted } from "../transport/Transport.ts"
import type { CallErrorFrame } from "../rpc/Frame.ts"

/** What the caller gets. */
export type Outcome = Exit.Exit<object, CallFailure>

/** What a CALL changes in the station's security record, by what becomes of it. */
export interface CallChange {
  /** The CALL, once it is in the queue. */
  pending: PendingCall | undefined
  /** Called right before it is sent over a link, with how the station came in. */
  readonly sentOver?: ((admitted: Admitted) => void) | undefined
  /** Called once with what became of the CALL, before its caller knows. */
  concluded(outcome: Outcome): void
  /** The caller waits no more. */
  givenUp(): void
  /** A text of the station, without a secret that it may quote. */
  hide(text: string): string
  /** The same for the details of a CALLERROR. */
  hideIn(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>
}

/** See the head of the file. Mutable: it is the entry in the lane and in the wheel of deadlines. */
export class PendingCall implements OutboundCall {
  slot = 0
  state: "Waiting" | "Sent" | "Settled" = "Waiting"
  messageId = ""
  /** CSMS clock in milliseconds; 0 before. */
  sentAt = 0
  /** The change of a password or a certificate that it carries. */
  change: CallChange | undefined = undefined
  readonly request: CallRequest
  readonly rule: ActionRule
  private readonly resume: (outcome: Outcome) => void
  private readonly onExpire: (call: PendingCall) => void

  constructor(
    request: CallRequest,
    rule: ActionRule,
    resume: (outcome: Outcome) => void,
    onExpire: (call: PendingCall) => void
  ) {
    this.request = request
    this.rule = rule
    this.resume = resume
    this.onExpire = onExpire
  }

  get action(): string {
    return this.request.action
  }

  get waitForReconnect(): boolean {
    return this.request.waitForReconnect
  }

  expire(): void {
    this.onExpire(this)
  }

  /** Tells the caller, once. Resumes it in this very call: finish your own changes first. */
  settle(outcome: Outcome): void {
    if (this.state === "Settled") return
    this.state = "Settled"
    this.change?.concluded(outcome)
    this.resume(outcome)
  }

  /** It never left this process. */
  fail(reason: NotSent["reason"], detail: string): void {
    this.settle(notSent(this.request, reason, detail))
  }

  /** It was sent; nobody knows what became of it. */
  lose(reason: OutcomeUnknown["reason"], detail: string): void {
    const { action, identity } = this.request
    this.settle(Exit.fail(new OutcomeUnknown({ identity, action, messageId: this.messageId, reason, detail })))
  }

  /** The station said no. */
  refuse(frame: CallErrorFrame): void {
    const { errorCode, rawErrorCode } = frame
    const errorDescription = this.change?.hide(frame.errorDescription) ?? frame.errorDescription
    const errorDetails = this.change?.hideIn(frame.errorDetails) ?? frame.errorDetails
    const { action, identity } = this.request
    this.settle(
      Exit.fail(
        new CallError({
          identity,
          action,
          messageId: this.messageId,
          errorCode,
          rawErrorCode,
          errorDescription,
          errorDetails
        })
      )
    )
  }
}

/** The failure of a CALL that never left this process. */
export const notSent = (
  request: Pick<CallRequest, "identity" | "action">,
  reason: NotSent["reason"],
  detail: string
): Exit.Exit<never, NotSent> =>
  Exit.fail(new NotSent({ identity: request.identity, action: request.action, reason, detail }))
