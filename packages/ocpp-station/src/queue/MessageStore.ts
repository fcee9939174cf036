/** Where queued messages survive a restart of the process: a port with an in-memory default. `./file` keeps them in files. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { StationAction, TransactionEventRequest } from "@wattline/ocpp-v201"

/** A message that is to be delivered whatever happens (E04, A04.FR.02). */
export interface StoredMessage {
  /** Its place in the order of this station; grows, is never used twice. */
  readonly number: number
  readonly action: StationAction
  /** The payload as it is to go out. */
  readonly request: object
  /** It is done with, and `keep` was called for it. */
  readonly isDone?: boolean
}

/** The TransactionEvent that a message is; `undefined` when it is another. */
export const transactionEventOf = ({ action, request }: StoredMessage): TransactionEventRequest | undefined =>
  action === "TransactionEvent" ? (request as TransactionEventRequest) : undefined

/** The store could not be read or written. `message` says why and holds no secret. */
export class MessageStoreError extends Data.TaggedError("MessageStoreError")<{ readonly message: string }> {}

/** What a store does. Calls for one station come one after the other. */
export interface MessageStoreShape {
  /** What was appended and not removed, in the order of its numbers; what was kept is marked `isDone`. */
  readonly load: (identity: string) => Effect.Effect<ReadonlyArray<StoredMessage>, MessageStoreError>
  /** Ends when the message would survive the end of this process. */
  readonly append: (identity: string, message: StoredMessage) => Effect.Effect<void, MessageStoreError>
  /**
   * Marks a message that is done with and is the newest of a transaction that runs, so that the next process knows of it. It
   * takes the place of `former`, which is forgotten.
   */
  readonly keep: (identity: string, number: number, former?: number) => Effect.Effect<void, MessageStoreError>
  /** Forgets a message; it was delivered, given up or dropped. */
  readonly remove: (identity: string, number: number) => Effect.Effect<void, MessageStoreError>
}

/** See the head of the file. Default: nothing survives the process. */
export class MessageStore extends Context.Service<MessageStore, MessageStoreShape>()(
  "@wattline/ocpp-station/MessageStore"
) {}

const nothing = Effect.succeed([])

/** The default: a queue in memory needs no second copy of it. */
export const forgetful: MessageStoreShape = {
  load: () => nothing,
  append: () => Effect.void,
  keep: () => Effect.void,
  remove: () => Effect.void
}
