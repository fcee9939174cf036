/** Ending a transaction from here, followed to its end (F03, F04), and asking how one stands (E14). */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { StatusInfoType } from "@wattline/ocpp-v201"
import type { Transaction } from "../blocks/Transaction.ts"
import { findTransaction, isSameTransactionId } from "../blocks/Transactions.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { type Heard, listen, watch, within } from "./Following.ts"

/** How a remote stop is made and followed. */
export interface RemoteStopOptions extends CallOptions {
  /**
   * `"Ended"` (default): done when the transaction has ended. `"Stopped"`: already when the station tells that it stopped
   * charging for this request, which need not end the transaction (F03.FR.02, F03.FR.03). `false`: when it has answered.
   */
  readonly follow?: "Ended" | "Stopped" | false
  /**
   * How long that may take, from the answer. It starts anew when the station was offline at its end (CE-4). A driver who has
   * to pull the plug can take long. Default 60 seconds.
   */
  readonly stopTimeout?: Duration.Input
}

/** What became of a remote stop (F-7). */
export type RemoteStopOutcome =
  /** The station said no: it does not know the transaction, or it is over (F03.FR.08). */
  | { readonly _tag: "Rejected"; readonly statusInfo?: StatusInfoType }
  /** It said yes; not followed. */
  | { readonly _tag: "Accepted" }
  /** Charging was stopped for this request; the transaction goes on, for example until the cable is out (F03.FR.03). */
  | { readonly _tag: "Stopped"; readonly transactionId: string }
  /** The transaction is over. */
  | { readonly _tag: "Ended"; readonly transaction: Transaction }
  /** It said yes, and what was waited for did not come in time, or the station was removed. */
  | { readonly _tag: "StillRunning"; readonly stopped: boolean; readonly transaction?: Transaction }

/**
 * Ends a transaction and waits until it is over (F-7). Accepted alone does not mean ended: how far to follow is an option.
 * A transaction that had ended before counts as Ended once the station accepts. Refused locally unless the station is
 * Accepted (LC-10).
 *
 * @example
 * const outcome = yield* RemoteControl.requestStopTransaction(station, "T1", { stopTimeout: "5 minutes" })
 * if (outcome._tag === "StillRunning") yield* Effect.logWarning("the cable is still in")
 */
export const requestStopTransaction = (
  station: Station,
  transactionId: string,
  options: RemoteStopOptions = {}
): Effect.Effect<RemoteStopOutcome, CallFailure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { follow = "Ended", stopTimeout = "60 seconds" } = options
      let stopped = false
      const stop = yield* listen(station, (heard) => {
        if (!stops(heard, transactionId)) return undefined
        stopped = true
        return true
      })
      const { status, statusInfo } = yield* station.call("RequestStopTransaction", { transactionId }, options)
      if (status === "Rejected") return { _tag: "Rejected", ...(statusInfo && { statusInfo }) } as const
      if (follow === false) return { _tag: "Accepted" } as const
      const end = watch(station, ({ mirror }) => ended(findTransaction(mirror.transactions, transactionId)))
      const done = yield* within(
        station,
        stopTimeout,
        follow === "Ended" ? end : Effect.raceFirst(end, Effect.as(stop, undefined))
      )
      if (done !== undefined) return { _tag: "Ended", transaction: done } as const
      const transaction = findTransaction((yield* station.snapshot).mirror.transactions, transactionId)
      if (transaction?.endedAt !== undefined) return { _tag: "Ended", transaction } as const
      if (stopped && follow === "Stopped") return { _tag: "Stopped", transactionId } as const
      return { _tag: "StillRunning", stopped, ...(transaction && { transaction }) } as const
    })
  )

const ended = (transaction: Transaction | undefined): Transaction | undefined =>
  transaction?.endedAt === undefined ? undefined : transaction

const stops = (heard: Heard, transactionId: string): boolean =>
  (heard._tag === "TransactionUpdated" || heard._tag === "TransactionEnded") &&
  isSameTransactionId(heard.transactionId, transactionId) &&
  heard.triggerReason === "RemoteStop"

/** How a transaction stands, as the station says (E-26). */
export interface TransactionStatus {
  /** Whether it is still running. Absent when no transaction was named (E14.FR.06). */
  readonly ongoing?: boolean
  /** Whether messages about it, or about any transaction when none was named, have still to be delivered. */
  readonly messagesInQueue: boolean
}

/**
 * Asks whether a transaction is still running and whether messages about it are still to come; without `transactionId`
 * whether any are (E-26, E14.FR.01 to E14.FR.08). A transaction that the station does not know is not running and has none.
 *
 * @example
 * const { messagesInQueue, ongoing } = yield* RemoteControl.getTransactionStatus(station, "T1")
 */
export const getTransactionStatus = (
  station: Station,
  transactionId?: string,
  options?: CallOptions
): Effect.Effect<TransactionStatus, CallFailure> =>
  Effect.map(
    station.call("GetTransactionStatus", transactionId === undefined ? {} : { transactionId }, options),
    ({ messagesInQueue, ongoingIndicator }) => ({
      ...(ongoingIndicator !== undefined && { ongoing: ongoingIndicator }),
      messagesInQueue
    })
  )
