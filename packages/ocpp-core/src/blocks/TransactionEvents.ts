/** What block E says happened. Plain data. */
import type {
  ChargingStateEnumType,
  ReasonEnumType,
  TransactionEventRequest,
  TriggerReasonEnumType
} from "@wattline/ocpp-v201"
import type { Draft } from "./Draft.ts"
import type { SequenceRange } from "./SequenceRanges.ts"
import { isBefore, isFar } from "./Timestamp.ts"
import { energyWh, type GivenUp, isComplete, missingEvents, type Transaction } from "./Transaction.ts"

/** What block E says happened. A repeated event is none (E-5). */
export type TransactionsEvent =
  | TransactionStarted
  | TransactionUpdated
  | TransactionEnded
  | TransactionConflict
  | TransactionsOverlap
  | TransactionEventsLost
  | TransactionGivenUp
  | TransactionUnconfirmed
  | TransactionCostUpdated

interface TransactionProgress<Tag extends string> {
  readonly _tag: Tag
  readonly transactionId: string
  readonly seqNo: number
  /** Station clock, ISO 8601: of this event; authoritative even if it comes late (E-22). */
  readonly timestamp: string
  readonly triggerReason: TriggerReasonEnumType
  /** True when this event happened offline (E-22). */
  readonly offline: boolean
  /** False when it is told as it happens; true when it happened offline, or comes after an event with a higher seqNo. */
  readonly replayed: boolean
  /** Present when the station's clock is doubtful; what to believe is the app's (E-28). */
  readonly clock?: ClockDoubt
  /** Known so far of the transaction (E-16). */
  readonly evseId?: number
  /** Known so far of the transaction (E-16). */
  readonly connectorId?: number
  /** Known so far of the transaction (E-16): ties it to a remote start. */
  readonly remoteStartId?: number
  /** Known so far of the transaction (E-16): the reservation that is used by it. */
  readonly reservationId?: number
  /** Of the transaction now: a late event does not take it back (E-10). */
  readonly chargingState?: ChargingStateEnumType
  /** Imported so far in Wh; negative only if the meter was replaced (J-5). */
  readonly energyWh?: number
  /** Started, Ended and everything between are there (E-12). */
  readonly complete: boolean
  /** The seqNos known to be missing (E-12). */
  readonly missing: ReadonlyArray<SequenceRange>
}

/**
 * `BeforeKnown`: the timestamp is before that of an earlier event. `FarFromReceipt`: more than ten minutes from the CSMS
 * clock; of an event that happened offline, more than ten minutes ahead of it or thirty days behind.
 */
export type ClockDoubt = "BeforeKnown" | "FarFromReceipt"

/** A transaction began. Later than other events of it if the station sends so (E-13). */
export type TransactionStarted = TransactionProgress<"TransactionStarted">

/** An Updated arrived, in turn or late; possibly the first that is heard of its transaction (E-13). */
export type TransactionUpdated = TransactionProgress<"TransactionUpdated">

/** A transaction is over (E-20). If `complete` is false, a later TransactionUpdated may say true. */
export interface TransactionEnded extends TransactionProgress<"TransactionEnded"> {
  readonly stoppedReason: ReasonEnumType
}

/**
 * Another event has this seqNo already (E-6). The mirror goes by the first one, except that a Started or an Ended that was
 * never seen counts; this one is kept here, without its token.
 */
export interface TransactionConflict {
  readonly _tag: "TransactionConflict"
  readonly transactionId: string
  readonly seqNo: number
  readonly request: Omit<TransactionEventRequest, "idToken">
}

/** Two transactions run on one EVSE, which cannot be; the station is asked about the older one (E-19). */
export interface TransactionsOverlap {
  readonly _tag: "TransactionsOverlap"
  readonly evseId: number
  /** The one that began first, by the station's clock as far as known. */
  readonly older: string
  readonly newer: string
}

/** The station has nothing more to send: what is missing of a transaction is missing for good (E-14). */
export interface TransactionEventsLost {
  readonly _tag: "TransactionEventsLost"
  readonly transactionId: string
  readonly missing: ReadonlyArray<SequenceRange>
  /** Whether Started never came. */
  readonly started: boolean
  /** Whether Ended never came; false also while the transaction goes on. */
  readonly ended: boolean
}

/** A transaction is no longer counted as running although no Ended came. */
export interface TransactionGivenUp {
  readonly _tag: "TransactionGivenUp"
  readonly transactionId: string
  readonly why: GivenUp
}

/** The station restarted and has not mentioned this transaction since: ask it with GetTransactionStatus (E-29). */
export interface TransactionUnconfirmed {
  readonly _tag: "TransactionUnconfirmed"
  readonly transactionId: string
  readonly evseId?: number
}

/** A running cost was shown on the station (I-3). */
export interface TransactionCostUpdated {
  readonly _tag: "TransactionCostUpdated"
  readonly transactionId: string
  /** In the currency of the station. */
  readonly totalCost: number
}

/** What happened with one TransactionEvent that counts; `at` is CSMS time in milliseconds since 1970. */
export const progressEvent = (
  before: Transaction | undefined,
  request: TransactionEventRequest,
  after: Transaction,
  at: number
): TransactionStarted | TransactionUpdated | TransactionEnded => {
  switch (request.eventType) {
    case "Started":
      return progressOf("TransactionStarted", before, request, after, at)
    case "Updated":
      return progressOf("TransactionUpdated", before, request, after, at)
    case "Ended": {
      const stoppedReason = request.transactionInfo.stoppedReason ?? "Local"
      return { ...progressOf("TransactionEnded", before, request, after, at), stoppedReason }
    }
  }
}

const progressOf = <Tag extends string>(
  _tag: Tag,
  before: Transaction | undefined,
  request: TransactionEventRequest,
  after: Transaction,
  at: number
): TransactionProgress<Tag> => {
  const { seqNo, timestamp, triggerReason, offline = false } = request
  const progress: Draft<TransactionProgress<Tag>> = {
    _tag,
    transactionId: after.transactionId,
    seqNo,
    timestamp,
    triggerReason,
    offline,
    replayed: offline || seqNo < (before?.received.at(-1) ?? 0),
    complete: isComplete(after),
    missing: missingEvents(after)
  }
  const { chargingState, evse, remoteStartId, reservationId } = after
  if (evse !== undefined) progress.evseId = evse.id
  if (evse?.connectorId !== undefined) progress.connectorId = evse.connectorId
  if (remoteStartId !== undefined) progress.remoteStartId = remoteStartId
  if (reservationId !== undefined) progress.reservationId = reservationId
  if (chargingState !== undefined) progress.chargingState = chargingState
  const imported = energyWh(after)
  if (imported !== undefined) progress.energyWh = imported
  const clock = clockDoubt(before, request, at)
  if (clock !== undefined) progress.clock = clock
  return progress
}

const minutes = 60_000
const days = 1440 * minutes

/** Whether the timestamp of an event can be right (E-28). */
const clockDoubt = (
  before: Transaction | undefined,
  { offline, seqNo, timestamp }: TransactionEventRequest,
  at: number
): ClockDoubt | undefined => {
  if (before !== undefined && seqNo > before.received.at(-1)! && isBefore(timestamp, before.updatedAt))
    return "BeforeKnown"
  return isFar(timestamp, at, offline === true ? 30 * days : 10 * minutes, 10 * minutes) ? "FarFromReceipt" : undefined
}
