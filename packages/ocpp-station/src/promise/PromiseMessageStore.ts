/** The durable queue as promise users implement it, with plain or async functions. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { attempt, messageOf } from "@wattline/ocpp-core/engine"
import type { MaybePromise } from "@wattline/ocpp-core/promise"
import { MessageStore, MessageStoreError, type StoredMessage } from "../queue/MessageStore.ts"

/**
 * Where queued messages survive the end of the process. Calls for one station come one after the other. When a function throws,
 * that is told as `QueueNotStored`, and messages are kept in memory only.
 */
export interface PromiseMessageStore {
  /** What was appended and not removed, in the order of its numbers; what was kept is marked `isDone`. */
  load(identity: string): MaybePromise<ReadonlyArray<StoredMessage>>
  /** Ends when the message would survive the end of this process; it is sent then, and not before. */
  append(identity: string, message: StoredMessage): MaybePromise<unknown>
  /**
   * Marks a message that is done with and is the newest of a transaction that runs, so that the next process knows of it. It
   * takes the place of `former`, which is forgotten.
   */
  keep(identity: string, number: number, former?: number): MaybePromise<unknown>
  /** Forgets a message; it was delivered, given up or dropped. */
  remove(identity: string, number: number): MaybePromise<unknown>
}

/** A store as packages make them: `FileMessageStore.layer({ directory: "queue" })`. */
export type MessageStoreLayer = Layer.Layer<MessageStore>

/** The store as a layer; an empty one where there is none. */
export const storeLayer = (store: PromiseMessageStore | MessageStoreLayer | undefined): Layer.Layer<never> => {
  if (store === undefined) return Layer.empty
  if (!("load" in store)) return store
  return Layer.succeed(MessageStore, {
    load: (identity) => attempt(() => store.load(identity), storeError),
    append: (identity, message) => Effect.asVoid(attempt(() => store.append(identity, message), storeError)),
    keep: (identity, number, former) => Effect.asVoid(attempt(() => store.keep(identity, number, former), storeError)),
    remove: (identity, number) => Effect.asVoid(attempt(() => store.remove(identity, number), storeError))
  })
}

const storeError = (thrown: unknown): MessageStoreError =>
  thrown instanceof MessageStoreError ? thrown : new MessageStoreError({ message: messageOf(thrown) })
