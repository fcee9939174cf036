/** A CALL of the station from the moment it is asked for until its caller knows the outcome. */
import * as Exit from "effect/Exit"
import { CallError, type CallFailure, NotSent, OutcomeUnknown } from "@wattline/ocpp-core"
import type { ActionRule, CallErrorFrame, OutboundCall } from "@wattline/ocpp-core/engine"
import type { QueuedMessage } from "../queue/MessageQueue.ts"
import type { ClientProcess } from "./ClientProcess.ts"
import { timedOut } from "./Sending.ts"

/** What a caller is told. */
export type Outcome = Exit.Exit<object, CallFailure>

/** The other side, in the words of an error message. */
const csms = "the CSMS"

/** See the head of the file. It is the entry in the lane and in the wheel of deadlines. */
export class PendingCall implements OutboundCall {
  slot = 0
  state: "Waiting" | "Sent" | "Settled" = "Waiting"
  messageId = ""
  /** `Host.tick` when it was sent; 0 before. */
  sentAt = 0
  readonly waitForReconnect = false
  readonly rule: ActionRule
  readonly payload: object
  /** The message of the queue that it delivers. */
  readonly delivers: QueuedMessage | undefined
  private readonly client: ClientProcess
  private readonly done: ((outcome: Outcome) => void) | undefined

  constructor(
    client: ClientProcess,
    rule: ActionRule,
    payload: object,
    done: ((outcome: Outcome) => void) | undefined,
    delivers?: QueuedMessage
  ) {
    this.client = client
    this.rule = rule
    this.payload = payload
    this.done = done
    this.delivers = delivers
  }

  get action(): string {
    return this.rule.action
  }

  expire(): void {
    timedOut(this.client, this)
  }

  /** Whether this caller waits for it. */
  isFor(done: unknown): boolean {
    return this.done === done
  }

  /** Tells the caller, once. */
  settle(outcome: Outcome): void {
    if (this.state === "Settled") return
    this.state = "Settled"
    this.client.conclude(this.done, outcome)
  }

  /** It never left this process. */
  fail(reason: NotSent["reason"], detail: string): void {
    this.settle(notSent(this.action, reason, detail))
  }

  /** It was sent; nobody knows what became of it. */
  lose(reason: OutcomeUnknown["reason"], detail: string): void {
    const { action, messageId } = this
    this.settle(Exit.fail(new OutcomeUnknown({ identity: csms, action, messageId, reason, detail })))
  }

  /** The CSMS said no. */
  refuse({ errorCode, errorDescription, errorDetails, rawErrorCode }: CallErrorFrame): void {
    const { action, messageId } = this
    this.settle(
      Exit.fail(
        new CallError({ identity: csms, action, messageId, errorCode, rawErrorCode, errorDescription, errorDetails })
      )
    )
  }
}

/** The failure of a CALL that never left this process. */
export const notSent = (action: string, reason: NotSent["reason"], detail: string): Exit.Exit<never, NotSent> =>
  Exit.fail(new NotSent({ identity: csms, action, reason, detail }))
