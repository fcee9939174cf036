/** What answering a TransactionEvent takes beyond other CALLs: resends under a new message id, and what its handler sees. */
import type { TransactionEventRequest, TransactionEventResponse } from "@wattline/ocpp-v201"
import type { StationMirror } from "../blocks/Mirror.ts"
import { includes } from "../blocks/SequenceRanges.ts"
import type { Transaction } from "../blocks/Transaction.ts"
import { findTransaction, transactionWith } from "../blocks/Transactions.ts"
import type { Standby } from "../csms/Authorize.ts"
import type { TransactionContext } from "../csms/Handlers.ts"
import type { Station } from "../csms/StationRef.ts"
import type { AnsweringCall } from "./Answering.ts"

/**
 * The answer that this very event was given under another message id, as long as it is kept for repeats (R-191, E-5);
 * `undefined` when it is new, says something else, or was answered too long ago: then its handler is asked.
 */
export const earlierAnswer = (call: AnsweringCall): TransactionEventResponse | undefined => {
  const { payload, receivedAt, station } = call
  const { seqNo, transactionInfo } = payload as TransactionEventRequest
  const known = findTransaction(station.mirror.transactions, transactionInfo.transactionId)
  if (known === undefined || !includes(known.received, seqNo)) return undefined
  const answer = station.inbound.answerLike(call.action, call.text, receivedAt, station.engine.inboundLimits)
  return answer as TransactionEventResponse | undefined
}

/** What the handler of a TransactionEvent knows. The transaction is put together when it is read first. */
export class TransactionEventContext implements TransactionContext, Standby {
  readonly station: Station
  readonly messageId: string
  readonly receivedAt: number
  readonly mirror: StationMirror
  readonly text: string
  readonly #call: AnsweringCall
  #transaction: Transaction | undefined = undefined

  constructor(call: AnsweringCall) {
    this.station = call.station.ref
    this.messageId = call.messageId
    this.receivedAt = call.receivedAt
    this.mirror = call.station.mirror
    this.text = call.text
    this.#call = call
  }

  get halfTime(): number {
    return this.#call.station.engine.settings.handlerTimeout / 2
  }

  standBy(response: TransactionEventResponse): void {
    this.#call.standby = response
  }

  get transaction(): Transaction {
    const { payload, receivedAt, station } = this.#call
    return (this.#transaction ??= transactionWith(
      this.mirror.transactions,
      payload as TransactionEventRequest,
      receivedAt,
      station.engine.settings.transactions
    ))
  }
}
