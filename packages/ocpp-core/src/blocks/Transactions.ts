/**
 * Block E: the transactions of one station.
 *
 * Held per station: running transactions, and the last ended ones for late and repeated events; how many and how much of
 * each is limited, so that no station can fill the memory.
 */
import type {
  GetTransactionStatusRequest,
  GetTransactionStatusResponse,
  TransactionEventRequest
} from "@wattline/ocpp-v201"
import type { Block, Exchange } from "./Block.ts"
import { add } from "./SequenceRanges.ts"
import { isBefore } from "./Timestamp.ts"
import { fold, type GivenUp, isComplete, missingEvents, settled, type Transaction } from "./Transaction.ts"
import { progressEvent, type TransactionsEvent } from "./TransactionEvents.ts"
import { addPrint, isUnseenEnd, noveltyOf, printOf } from "./TransactionPrint.ts"

export type * from "./TransactionEvents.ts"

/** State of block E for one station. Plain data. */
export interface TransactionsState {
  /** Not ended, in the order they were first heard of. */
  readonly running: ReadonlyArray<Transaction>
  /** Ended or given up, in the order the CSMS learned it. */
  readonly ended: ReadonlyArray<Transaction>
}

/** How much is held of the transactions of one station. */
export interface TransactionLimits {
  /** Ended transactions, for late and repeated events. */
  readonly maxEnded: number
  /** Running ones; beyond, the one that was silent for longest is given up. */
  readonly maxRunning: number
  /** Points of the timeline of a running transaction. */
  readonly timelineLength: number
}

/** The limits of a CSMS that sets none. */
export const defaultLimits: TransactionLimits = Object.freeze({ maxEnded: 20, maxRunning: 100, timelineLength: 32 })

/** Which transaction a station says is over and told completely, if any; `undefined` also without an answer (E-23). */
export const transactionFoundOver = (
  { transactionId }: GetTransactionStatusRequest,
  response: GetTransactionStatusResponse | undefined
): string | undefined => (response?.ongoingIndicator === false && !response.messagesInQueue ? transactionId : undefined)

/** The transaction, running or among the last ended, or `undefined` (E-9). */
export const findTransaction = (state: TransactionsState, transactionId: string): Transaction | undefined => {
  // Loops, because this runs for each event.
  const { ended, running } = state
  for (const known of running) if (known.transactionId === transactionId) return known
  for (const known of ended) if (known.transactionId === transactionId) return known
  // Only a new one gets here, or one in another spelling.
  for (const known of running) if (isSameTransactionId(known.transactionId, transactionId)) return known
  for (const known of ended) if (isSameTransactionId(known.transactionId, transactionId)) return known
  return undefined
}

/** The transaction that runs at an EVSE; of several, the one heard of last (E-19). */
export const runningTransactionAt = ({ running }: TransactionsState, evseId: number): Transaction | undefined =>
  running.findLast(({ evse }) => evse?.id === evseId)

/** Whether two transactionIds are the same: they compare without case. */
export const isSameTransactionId = (one: string, other: string): boolean =>
  one === other ||
  // The first character first: most that differ do so there, and nothing is allocated.
  (one.length === other.length &&
    (one.charCodeAt(0) | 32) === (other.charCodeAt(0) | 32) &&
    one.toLowerCase() === other.toLowerCase())

/**
 * The transaction as it is with an event that is not answered yet: what its handler sees. Changes nothing. A repeated or
 * conflicting event counts no more than it will when it is answered (E-5, E-6).
 */
export const transactionWith = (
  state: TransactionsState,
  request: TransactionEventRequest,
  at: number,
  { timelineLength }: TransactionLimits = defaultLimits
): Transaction => {
  const before = findTransaction(state, request.transactionInfo.transactionId)
  return before === undefined || noveltyOf(before, request) === "New" || isUnseenEnd(before, request)
    ? fold(before, request, unanswered, at, timelineLength)
    : before
}

const unanswered = Object.freeze({})

type Emit = (event: TransactionsEvent) => void

const transactionEvent = (
  state: TransactionsState,
  { request, response, at, limits = defaultLimits }: Exchange<"TransactionEvent">,
  emit: Emit
): TransactionsState => {
  const { seqNo, transactionInfo } = request
  const before = findTransaction(state, transactionInfo.transactionId)
  const novelty = before === undefined ? "New" : noveltyOf(before, request)
  if (before !== undefined && novelty === "Repeated") return placed(state, before, mentioned(before), limits, emit)
  let after = before
  if (before === undefined || novelty === "New" || isUnseenEnd(before, request)) {
    after = fold(before, request, response, at, limits.timelineLength)
    emit(progressEvent(before, request, after, at))
  }
  if (after === undefined) return state
  if (novelty === "Conflicting") {
    const { idToken: _, ...kept } = request
    emit({ _tag: "TransactionConflict", transactionId: after.transactionId, seqNo, request: kept })
    const prints = addPrint(after.prints ?? [], seqNo, printOf(request))
    after = { ...after, prints, conflicts: add(after.conflicts ?? [], seqNo).slice(0, maxConflicts) }
  }
  if (after.evse !== undefined && after.evse.id !== before?.evse?.id) tellOverlap(state, after, emit)
  return placed(state, before, mentioned(after), limits, emit)
}

// Pairs of ends; a station that contradicts itself more often than that has been told about.
const maxConflicts = 64

/** It was heard of: whatever spoke against its being there is forgotten (E-29). */
const mentioned = (transaction: Transaction): Transaction => {
  if (transaction.unconfirmed === undefined && transaction.givenUp === undefined) return transaction
  const { unconfirmed: _, givenUp: __, ...rest } = transaction
  return rest
}

/** At most one transaction runs on an EVSE (E-19). Told when a running one turns up where another one runs. */
const tellOverlap = (state: TransactionsState, after: Transaction, emit: Emit): void => {
  const evseId = after.evse?.id
  if (evseId === undefined || evseId === 0 || after.endedAt !== undefined) return
  for (const other of state.running) {
    if (other.evse?.id !== evseId || other.transactionId === after.transactionId) continue
    const isOlder = isBefore(after.startedAt ?? after.updatedAt, other.startedAt ?? other.updatedAt)
    const [older, newer] = isOlder ? [after, other] : [other, after]
    emit({ _tag: "TransactionsOverlap", evseId, older: older.transactionId, newer: newer.transactionId })
  }
}

/** The state with `after` in the place of `before`, where it belongs. */
const placed = (
  state: TransactionsState,
  before: Transaction | undefined,
  after: Transaction,
  limits: TransactionLimits,
  emit: Emit
): TransactionsState => {
  if (before === after) return state
  const { ended, running } = state
  const at = before === undefined ? -1 : running.indexOf(before)
  const isRunning = after.endedAt === undefined && after.givenUp === undefined
  if (isRunning && at >= 0) return { running: withAt(running, at, after), ended }
  const endedAt = before === undefined || at >= 0 ? -1 : ended.indexOf(before)
  if (!isRunning) {
    const over = settled(after)
    return {
      running: at < 0 ? running : running.toSpliced(at, 1),
      ended: endedAt < 0 ? withLast(ended, over, limits.maxEnded) : withAt(ended, endedAt, over)
    }
  }
  const rest = endedAt < 0 ? ended : ended.toSpliced(endedAt, 1)
  if (running.length < limits.maxRunning) return { running: [...running, after], ended: rest }
  const silent = running.reduce((a, b) => (b.receivedAt < a.receivedAt ? b : a), after)
  const next = { running: [...running, after], ended: rest }
  return placed(next, silent, abandoned(silent, "TooMany", emit), limits, emit)
}

const none: ReadonlyArray<Transaction> = Object.freeze([])

const withLast = (all: ReadonlyArray<Transaction>, last: Transaction, max: number): ReadonlyArray<Transaction> =>
  max === 0 ? none : [...(all.length < max ? all : all.slice(all.length - max + 1)), last]

const withAt = <A>(all: ReadonlyArray<A>, at: number, item: A): ReadonlyArray<A> => {
  const next = all.slice()
  next[at] = item
  return next
}

const abandoned = (transaction: Transaction, why: GivenUp, emit: Emit): Transaction => {
  emit({ _tag: "TransactionGivenUp", transactionId: transaction.transactionId, why })
  return { ...transaction, givenUp: why }
}

/** A cost sent on its own counts until an answer to a later event brings another (E-7, I-3). */
const costUpdated = (
  state: TransactionsState,
  { request, limits = defaultLimits }: Exchange<"CostUpdated">,
  emit: Emit
): TransactionsState => {
  const { totalCost } = request
  const before = findTransaction(state, request.transactionId)
  if (before === undefined || before.totalCost === totalCost || !state.running.includes(before)) return state
  const { transactionId } = before
  emit({ _tag: "TransactionCostUpdated", transactionId, totalCost })
  const latest = before.received.at(-1)
  const origin = latest === undefined ? before.origin : { ...before.origin, totalCost: latest }
  return placed(state, before, { ...before, totalCost, origin }, limits, emit)
}

/** The station says how it stands with one transaction, or with all: gaps may be final (E-14), an Ended lost. */
const transactionStatus = (
  state: TransactionsState,
  { request, response, limits = defaultLimits }: Exchange<"GetTransactionStatus">,
  emit: Emit
): TransactionsState => {
  const { transactionId } = request
  const { messagesInQueue, ongoingIndicator } = response
  const asked = transactionId === undefined ? undefined : findTransaction(state, transactionId)
  const concerned =
    transactionId === undefined ? [...state.running, ...state.ended] : asked === undefined ? none : [asked]
  let next = state
  for (const before of concerned) {
    let after = ongoingIndicator === true ? confirmed(before) : before
    if (!messagesInQueue) {
      const isOver = ongoingIndicator === false && before.endedAt === undefined
      after = finished(after, isOver, emit)
      if (isOver && before.givenUp === undefined) after = abandoned(confirmed(after), "NotOngoing", emit)
    }
    next = placed(next, before, after, limits, emit)
  }
  return next
}

const confirmed = (transaction: Transaction): Transaction => {
  if (transaction.unconfirmed === undefined) return transaction
  const { unconfirmed: _, ...rest } = transaction
  return rest
}

/** What has not come by now will not come (E-14). Told once for what is missing. */
const finished = (transaction: Transaction, isOver: boolean, emit: Emit): Transaction => {
  const { finalUpTo = -1, origin, received, transactionId } = transaction
  const last = received.at(-1) ?? -1
  const missing = missingEvents(transaction)
  const isKnown = finalUpTo >= last && !isOver
  if (isKnown || isComplete(transaction)) return transaction
  const started = origin.started === undefined
  if (missing.length === 0 && !started && !isOver) return transaction
  emit({ _tag: "TransactionEventsLost", transactionId, missing, started, ended: isOver })
  return finalUpTo >= last ? transaction : { ...transaction, finalUpTo: last }
}

/** A station that restarts has to mention what still runs (E-29). */
const booted = (state: TransactionsState, { rebooted }: Exchange<"BootNotification">): TransactionsState =>
  rebooted === true && state.running.length > 0
    ? { running: state.running.map((known) => ({ ...known, unconfirmed: true })), ended: state.ended }
    : state

/** Tells of the transactions that a station has not mentioned since its restart; there is nothing to change (E-29). */
export const tellUnconfirmed = ({ running }: TransactionsState, emit: Emit): void => {
  for (const { evse, transactionId, unconfirmed } of running)
    if (unconfirmed === true)
      emit({ _tag: "TransactionUnconfirmed", transactionId, ...(evse !== undefined && { evseId: evse.id }) })
}

/** Block E, Transactions. */
export const transactions: Block<TransactionsState, TransactionsEvent> = {
  initial: Object.freeze({ running: none, ended: none }),
  reduce: {
    BootNotification: booted,
    TransactionEvent: transactionEvent,
    CostUpdated: costUpdated,
    GetTransactionStatus: transactionStatus
  }
}
