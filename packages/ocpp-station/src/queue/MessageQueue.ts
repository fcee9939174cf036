/**
 * The messages of one station that are to be delivered whatever happens, in order. Synchronous bookkeeping only: what is sent
 * when is the client's business.
 */
import type { TransactionEventResponse } from "@wattline/ocpp-v201"
import { type StoredMessage, transactionEventOf } from "./MessageStore.ts"

/** A message in the queue. */
export interface QueuedMessage extends StoredMessage {
  number: number
  /** How often it was sent and not processed (E13). */
  attempts: number
  /** Whether it would survive the process; it is not sent before. */
  isStored: boolean
  /** Who wants to know the answer; nobody for what an earlier process has queued. */
  readonly done: ((response: TransactionEventResponse | undefined) => void) | undefined
}

/** See the head of the file. */
export class MessageQueue {
  private messages: Array<QueuedMessage> = []
  private last = 0
  private readonly most: number

  /** `most`: from how many messages on something is dropped for each that comes. */
  constructor(most: number) {
    this.most = most
  }

  /** The number of the newest message that there ever was. */
  get newest(): number {
    return this.last
  }

  /** What is to be delivered next. */
  get head(): QueuedMessage | undefined {
    return this.messages[0]
  }

  /**
   * Takes over what an earlier process has left. Gives what has come meanwhile, with new numbers behind those of the other:
   * it is still to be stored.
   */
  restore(stored: ReadonlyArray<StoredMessage>): ReadonlyArray<QueuedMessage> {
    const meanwhile = this.messages
    this.messages = []
    this.last = 0
    for (const { action, isDone, number, request } of stored) {
      this.last = Math.max(this.last, number)
      if (isDone !== true) this.messages.push({ number, action, request, attempts: 0, isStored: true, done: undefined })
    }
    for (const message of meanwhile) {
      message.number = this.last += 1
      this.messages.push(message)
    }
    return meanwhile
  }

  /** Puts a message at the end. */
  push(
    action: StoredMessage["action"],
    request: object,
    done: ((response: TransactionEventResponse | undefined) => void) | undefined
  ): QueuedMessage {
    this.last += 1
    const message: QueuedMessage = { number: this.last, action, request, attempts: 0, isStored: false, done }
    this.messages.push(message)
    return message
  }

  /** Removes the head. */
  shift(): void {
    this.messages.shift()
  }

  /** Messages of a transaction that are still to be delivered; all TransactionEvents without an id (E14). */
  count(transactionId: string | undefined): number {
    let count = 0
    for (const message of this.messages) {
      const event = transactionEventOf(message)
      if (event === undefined) continue
      if (transactionId === undefined || event.transactionInfo.transactionId === transactionId) count++
    }
    return count
  }

  /**
   * When there are too many: removes what may be lost first and gives it. These are Updated events, every second of them
   * (E04.FR.07), then other notifications; never a Started or an Ended, nor `kept`, which is on the wire.
   */
  shrink(kept: QueuedMessage | undefined): ReadonlyArray<QueuedMessage> {
    if (this.messages.length <= this.most) return []
    const updated = this.messages.filter((message) => message !== kept && isUpdated(message))
    const victims =
      updated.length > 0
        ? updated.filter((_, index) => index % 2 === 0)
        : this.messages.filter((message) => message !== kept && message.action !== "TransactionEvent").slice(0, 1)
    const gone = new Set(victims)
    this.messages = this.messages.filter((message) => !gone.has(message))
    return victims
  }
}

const isUpdated = (message: QueuedMessage): boolean => transactionEventOf(message)?.eventType === "Updated"
