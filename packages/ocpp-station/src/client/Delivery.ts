/**
 * Delivers the queue of a station: one message after the other, each until it is processed or given up (E04, E13, R-190,
 * The client says when something may be sent.
 */
import * as Exit from "effect/Exit"
import type { TransactionEventResponse } from "@wattline/ocpp-v201"
import { runInline } from "@wattline/ocpp-core/engine"
import { MessageQueue, type QueuedMessage } from "../queue/MessageQueue.ts"
import { Alarm } from "./Alarm.ts"
import type { CallEnd } from "./ClientEvent.ts"
import type { ClientProcess } from "./ClientProcess.ts"
import { pump } from "./Sending.ts"

/** See the head of the file. */
export class Delivery {
  readonly queue: MessageQueue
  /** Whether what an earlier process has left is there; nothing is sent before. */
  private isLoaded = false
  /** The message on the wire. */
  private sent: QueuedMessage | undefined = undefined
  private readonly pause: Alarm
  private readonly client: ClientProcess

  constructor(client: ClientProcess, most: number) {
    this.client = client
    this.queue = new MessageQueue(most)
    this.pause = new Alarm(client.host.deadlines, () => pump(client))
  }

  /** Takes over what an earlier process has left. */
  load(): void {
    if (this.isLoaded) return
    const { host, identity } = this.client
    runInline(host.run, host.store.load(identity), (exit) => {
      if (Exit.isSuccess(exit)) this.queue.restore(exit.value)
      else this.complain(exit)
      this.isLoaded = true
      pump(this.client)
    })
  }

  /** Puts a message at the end of the queue. */
  push(
    action: QueuedMessage["action"],
    request: object,
    done?: (response: TransactionEventResponse | undefined) => void
  ): void {
    const { client } = this
    const message = this.queue.push(action, request, done)
    runInline(client.host.run, client.host.store.append(client.identity, message), (exit) => {
      if (Exit.isFailure(exit)) this.complain(exit) // better delivered without a copy than not at all
      message.isStored = true
      pump(client)
    })
    for (const dropped of this.queue.shrink(this.sent)) {
      this.forget(dropped)
      client.tell({ _tag: "MessageDropped", action: dropped.action })
      client.conclude(dropped.done, undefined)
    }
  }

  /** The message whose turn it is, when one may go out now. It counts as sent from here. */
  take(): QueuedMessage | undefined {
    if (!this.isLoaded || this.pause.isSet || this.sent !== undefined) return undefined
    const { head } = this.queue
    if (head === undefined || !head.isStored) return undefined
    this.sent = head
    return head
  }

  /** It was processed. */
  delivered(message: QueuedMessage, response: TransactionEventResponse): void {
    this.sent = undefined
    this.remove(message)
    this.client.conclude(message.done, response)
  }

  /** The link was lost before its answer came, or before it was sent: it is the next again, and that was no attempt. */
  lost(message: QueuedMessage): void {
    if (this.sent === message) this.sent = undefined
  }

  /** The CSMS did not process it: once more after a while, or never (E13.FR.02–.04). */
  failed(message: QueuedMessage, end: CallEnd): void {
    const { messageAttemptInterval, messageAttempts } = this.client.settings
    this.sent = undefined
    message.attempts += 1
    // A CSMS that refuses anything else has had it, and what stands behind it must not wait (E13 is about transactions).
    const isRefused = message.action !== "TransactionEvent" && end !== "Timeout"
    if (message.attempts < messageAttempts && !isRefused)
      return this.pause.set(messageAttemptInterval * message.attempts)
    this.discard(message, end)
  }

  /** It is not sent any more. */
  discard(message: QueuedMessage, end: CallEnd): void {
    this.sent = undefined
    this.remove(message)
    this.client.tell({ _tag: "MessageGivenUp", action: message.action, attempts: message.attempts, end })
    this.client.conclude(message.done, undefined)
  }

  /** The process ends; what is in the store stays there. */
  stop(): void {
    this.pause.cancel()
  }

  private remove(message: QueuedMessage): void {
    if (this.queue.remove(message)) this.forget(message)
  }

  private forget({ number }: QueuedMessage): void {
    const { host, identity } = this.client
    runInline(host.run, host.store.remove(identity, number), (exit) => {
      if (Exit.isFailure(exit)) this.complain(exit)
    })
  }

  private complain(exit: Exit.Failure<unknown, { readonly message: string }>): void {
    const problem = exit.cause.reasons[0]
    const message = problem?._tag === "Fail" ? problem.error.message : "the store failed"
    this.client.tell({ _tag: "QueueNotStored", message })
  }
}
