/**
 * Block E: the transactions of one station.
 *
 * Held per station: all running transactions and the last `maxEnded` ended ones. Of meter values only the energy
 * register and the latest reading of running transactions are held; a timeline is not.
 */
import type {
  ChargingStateEnumType,
  ReasonEnumType,
  TransactionEventRequest,
  TriggerReasonEnumType
} from "@wattline/ocpp-v201"
import type { Block, Exchange } from "./Block.ts"
import type { Draft } from "./Draft.ts"
import type { SequenceRange } from "./SequenceRanges.ts"
import { energyWh, fold, isComplete, isRepeated, missingEvents, type Transaction } from "./Transaction.ts"

/** State of block E for one station. Plain data. */
export interface TransactionsState {
  /** Not ended, in the order they were first heard of. */
  readonly running: ReadonlyArray<Transaction>
  /** Ended, in the order the CSMS learned it; at most `maxEnded`. */
  readonly ended: ReadonlyArray<Transaction>
}

/** Ended transactions that are held per station, for late and repeated events. */
export const maxEnded = 20

/** What block E says happened. A repeated event is none (E-5). */
export type TransactionsEvent = TransactionStarted | TransactionUpdated | TransactionEnded | TransactionCostUpdated

interface TransactionProgress<Tag extends string> {
  readonly _tag: Tag
  readonly transactionId: string
  readonly seqNo: number
  /** Station clock, ISO 8601: of this event; authoritative even if it comes late (E-22). */
  readonly timestamp: string
  readonly triggerReason: TriggerReasonEnumType
  /** True when this event happened offline (E-22). */
  readonly offline: boolean
  /** Known so far of the transaction (E-16). */
  readonly evseId?: number
  /** Known so far of the transaction (E-16). */
  readonly connectorId?: number
  /** Of the transaction now: a late event does not take it back (E-10). */
  readonly chargingState?: ChargingStateEnumType
  /** Imported so far in Wh; negative only if the meter was replaced (J-5). */
  readonly energyWh?: number
  /** Started, Ended and everything between are there (E-12). */
  readonly complete: boolean
  /** The seqNos known to be missing (E-12). */
  readonly missing: ReadonlyArray<SequenceRange>
}

/** A transaction began. Later than other events of it if the station sends so (E-13). */
export type TransactionStarted = TransactionProgress<"TransactionStarted">

/** An Updated arrived, in turn or late; possibly the first that is heard of its transaction (E-13). */
export type TransactionUpdated = TransactionProgress<"TransactionUpdated">

/** A transaction is over (E-20). If `complete` is false, a later TransactionUpdated may say true. */
export interface TransactionEnded extends TransactionProgress<"TransactionEnded"> {
  readonly stoppedReason: ReasonEnumType
}

/** A running cost was shown on the station (I-3). */
export interface TransactionCostUpdated {
  readonly _tag: "TransactionCostUpdated"
  readonly transactionId: string
  /** In the currency of the station. */
  readonly totalCost: number
}

/** The transaction, running or among the last ended, or `undefined` (E-9). */
export const findTransaction = (state: TransactionsState, transactionId: string): Transaction | undefined =>
  state.running.find((known) => known.transactionId === transactionId) ??
  state.ended.find((known) => known.transactionId === transactionId)

type Emit = (event: TransactionsEvent) => void

const transactionEvent = (
  state: TransactionsState,
  { request, response, at }: Exchange<"TransactionEvent">,
  emit: Emit
): TransactionsState => {
  const { transactionId } = request.transactionInfo
  const before = findTransaction(state, transactionId)
  if (before !== undefined && isRepeated(before, request)) return state
  const after = fold(before, request, response, at)
  emit(eventOf(request, after))
  if (before?.endedAt !== undefined) return { running: state.running, ended: replaced(state.ended, before, after) }
  if (after.endedAt === undefined) return { running: replaced(state.running, before, after), ended: state.ended }
  return {
    running: state.running.filter((known) => known !== before),
    ended: [...(state.ended.length < maxEnded ? state.ended : state.ended.slice(1 - maxEnded)), after]
  }
}

const replaced = (
  all: ReadonlyArray<Transaction>,
  before: Transaction | undefined,
  after: Transaction
): ReadonlyArray<Transaction> => {
  const next = all.slice()
  if (before === undefined) next.push(after)
  else next[all.indexOf(before)] = after
  return next
}

const eventOf = (request: TransactionEventRequest, after: Transaction): TransactionsEvent => {
  switch (request.eventType) {
    case "Started":
      return progressOf("TransactionStarted", request, after)
    case "Updated":
      return progressOf("TransactionUpdated", request, after)
    case "Ended": {
      const stoppedReason = request.transactionInfo.stoppedReason ?? "Local"
      return { ...progressOf("TransactionEnded", request, after), stoppedReason }
    }
  }
}

const progressOf = <Tag extends string>(
  _tag: Tag,
  { seqNo, timestamp, triggerReason, offline = false }: TransactionEventRequest,
  after: Transaction
): TransactionProgress<Tag> => {
  const progress: Draft<TransactionProgress<Tag>> = {
    _tag,
    transactionId: after.transactionId,
    seqNo,
    timestamp,
    triggerReason,
    offline,
    complete: isComplete(after),
    missing: missingEvents(after)
  }
  const { evse, chargingState } = after
  if (evse !== undefined) progress.evseId = evse.id
  if (evse?.connectorId !== undefined) progress.connectorId = evse.connectorId
  if (chargingState !== undefined) progress.chargingState = chargingState
  const imported = energyWh(after)
  if (imported !== undefined) progress.energyWh = imported
  return progress
}

/** A cost sent on its own counts until an answer to a later event brings another (E-7, I-3). */
const costUpdated = (state: TransactionsState, { request }: Exchange<"CostUpdated">, emit: Emit): TransactionsState => {
  const { transactionId, totalCost } = request
  const before = state.running.find((known) => known.transactionId === transactionId)
  if (before === undefined || before.totalCost === totalCost) return state
  emit({ _tag: "TransactionCostUpdated", transactionId, totalCost })
  const latest = before.received.at(-1)
  const origin = latest === undefined ? before.origin : { ...before.origin, totalCost: latest }
  return { running: replaced(state.running, before, { ...before, totalCost, origin }), ended: state.ended }
}

/** Block E, Transactions. */
export const transactions: Block<TransactionsState, TransactionsEvent> = {
  initial: Object.freeze({ running: Object.freeze([]), ended: Object.freeze([]) }),
  reduce: { TransactionEvent: transactionEvent, CostUpdated: costUpdated }
}
