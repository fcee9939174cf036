/**
 * The store as one station uses it: one call after the other, and of each transaction that runs the newest event is kept. What
 * fails is told; the queue in memory goes on without it.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { TransactionEventRequest } from "@wattline/ocpp-v201"
import { type Run, runInline } from "@wattline/ocpp-core/engine"
import {
  forgetful,
  type MessageStoreError,
  type MessageStoreShape,
  type StoredMessage,
  transactionEventOf
} from "./MessageStore.ts"

/** What an earlier process has left. */
export interface Left {
  /** In the order of their numbers. */
  readonly messages: ReadonlyArray<StoredMessage>
  /** The newest event of each transaction that has no Ended. */
  readonly unfinished: ReadonlyArray<TransactionEventRequest>
}

/** See the head of the file. */
export class StoreAccess {
  private readonly identity: string
  private readonly run: Run
  private readonly complain: (message: string) => void
  private store: MessageStoreShape
  private isBusy = false
  private waiting: Array<() => void> | undefined = undefined
  /** By transaction: the number of the message that is kept. */
  private kept: Map<string, number> | undefined = undefined

  constructor(store: MessageStoreShape, identity: string, run: Run, complain: (message: string) => void) {
    this.store = store
    this.identity = identity
    this.run = run
    this.complain = complain
  }

  /** A store that cannot be read is not written to either: the next process may have more luck. */
  load(done: (left: Left) => void): void {
    const load = Effect.tapError(this.store.load(this.identity), (error) =>
      Effect.sync(() => (this.store = { ...forgetful, append: () => Effect.fail(error) }))
    )
    this.call(load, (messages = []) => {
      for (const message of messages) {
        const event = message.isDone === true ? transactionEventOf(message) : undefined
        if (event !== undefined) this.note(event.transactionInfo.transactionId, message.number)
      }
      done({ messages, unfinished: unfinishedOf(messages) })
    })
  }

  /** `done` is called when the message would survive this process, or when that is not to be had. */
  append(message: StoredMessage, done: () => void): void {
    const { action, number, request } = message
    this.call(this.store.append(this.identity, { action, number, request }), done)
  }

  /** A message is done with. */
  forget(message: StoredMessage): void {
    const event = transactionEventOf(message)
    if (event === undefined) return this.remove(message.number)
    const { transactionId } = event.transactionInfo
    if (event.eventType !== "Ended") return this.keep(transactionId, message.number)
    const number = this.kept?.get(transactionId)
    this.kept?.delete(transactionId)
    if (number !== undefined) this.remove(number)
    this.remove(message.number)
  }

  /** Of a transaction the newest is kept. */
  private keep(transactionId: string, number: number): void {
    const former = this.kept?.get(transactionId)
    if (former !== undefined && former > number) return this.remove(number)
    this.note(transactionId, number)
    this.call(this.store.keep(this.identity, number, former))
  }

  private note(transactionId: string, number: number): void {
    this.kept ??= new Map()
    this.kept.set(transactionId, number)
  }

  private remove(number: number): void {
    this.call(this.store.remove(this.identity, number))
  }

  /** Calls the store once it has done with what it was asked before; `undefined` when it fails. */
  private call<A>(operation: Effect.Effect<A, MessageStoreError>, done?: (value: A | undefined) => void): void {
    this.waiting ??= []
    this.waiting.push(() => {
      let isLate = false
      this.isBusy = true
      runInline(this.run, operation, (exit) => {
        if (Exit.isFailure(exit)) this.complain(problemOf(exit))
        done?.(Exit.isSuccess(exit) ? exit.value : undefined)
        this.isBusy = false
        if (isLate) this.proceed()
      })
      isLate = true
    })
    this.proceed()
  }

  private proceed(): void {
    while (!this.isBusy) {
      const next = this.waiting?.shift()
      if (next === undefined) return
      next()
    }
  }
}

const unfinishedOf = (messages: ReadonlyArray<StoredMessage>): ReadonlyArray<TransactionEventRequest> => {
  const newest = new Map<string, TransactionEventRequest>()
  for (const message of messages) {
    const event = transactionEventOf(message)
    if (event !== undefined) newest.set(event.transactionInfo.transactionId, event)
  }
  return [...newest.values()].filter(({ eventType }) => eventType !== "Ended")
}

const problemOf = ({ cause }: Exit.Failure<unknown, MessageStoreError>): string => {
  const [problem] = cause.reasons
  return problem?._tag === "Fail" ? problem.error.message : "the store failed"
}
