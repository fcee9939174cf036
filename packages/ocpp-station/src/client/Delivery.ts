/**
 * Delivers the queue of a station: one message after the other, each until it is processed or given up (E04, E13, R-190,
 * The client says when something may be sent.
 */
import type { TransactionEventRequest, TransactionEventResponse } from "@wattline/ocpp-v201"
import { MessageQueue, type QueuedMessage } from "../queue/MessageQueue.ts"
import { StoreAccess } from "../queue/StoreAccess.ts"
import { Alarm } from "./Alarm.ts"
import type { CallEnd } from "./ClientEvent.ts"
import type { ClientProcess } from "./ClientProcess.ts"
import { pump } from "./Sending.ts"

/** See the head of the file. */
export class Delivery {
  readonly queue: MessageQueue
  private readonly store: StoreAccess
  /** Whether what an earlier process has left is there; nothing is stored or sent before. */
  private isLoaded = false
  /** The message on the wire. */
  private sent: QueuedMessage | undefined = undefined
  /** The newest message that has seen the link lost, or an earlier process end. */
  private late = 0
  private readonly pause: Alarm
  private readonly client: ClientProcess

  constructor(client: ClientProcess, most: number) {
    this.client = client
    this.queue = new MessageQueue(most)
    this.store = new StoreAccess(client.host.store, client.identity, client.host.run, (message) =>
      client.tell({ _tag: "QueueNotStored", message })
    )
    this.pause = new Alarm(client.host.deadlines, () => pump(client))
  }

  /** Takes over what an earlier process has left; `done` is given the newest event of each transaction that it has not ended. */
  load(done: ((unfinished: ReadonlyArray<TransactionEventRequest>) => void) | undefined): void {
    if (this.isLoaded) return
    this.store.load(({ messages, unfinished }) => {
      const meanwhile = this.queue.restore(messages)
      this.late = this.queue.newest - meanwhile.length
      this.isLoaded = true
      for (const message of meanwhile) this.persist(message)
      this.client.conclude(done, unfinished)
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
    if (this.isLoaded) this.persist(message)
    for (const dropped of this.queue.shrink(this.sent)) {
      if (this.isLoaded) this.store.forget(dropped)
      client.tell({ _tag: "MessageDropped", action: dropped.action })
      client.conclude(dropped.done, undefined)
    }
  }

  /** The message whose turn it is, when one may go out now. It counts as sent from here. */
  take(): QueuedMessage | undefined {
    if (this.pause.isSet || this.sent !== undefined) return undefined
    const { head } = this.queue
    if (head === undefined || !head.isStored) return undefined
    this.sent = head
    return head
  }

  /** What a message says now: an event that was in the queue when the station went offline is of that time (E11.FR.07). */
  requestOf({ action, number, request }: QueuedMessage): object {
    return number <= this.late && action === "TransactionEvent" ? { ...request, offline: true } : request
  }

  /** The station goes offline. */
  linkLost(): void {
    this.late = this.queue.newest
  }

  /** It was processed. */
  delivered(message: QueuedMessage, response: TransactionEventResponse): void {
    this.sent = undefined
    this.remove(message)
    this.client.conclude(message.done, response)
  }

  /** The link was lost before its answer came, or before it was sent: it is the next again, and that was no attempt. */
  lost(): void {
    this.sent = undefined
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

  /** Stores it; then it may go out. */
  private persist(message: QueuedMessage): void {
    this.store.append(message, () => {
      message.isStored = true // better delivered without a copy than not at all
      pump(this.client)
    })
  }

  /** What is done with is the head: nothing else is sent, and what is on the wire is not dropped. */
  private remove(message: QueuedMessage): void {
    this.queue.shift()
    this.store.forget(message)
  }
}
