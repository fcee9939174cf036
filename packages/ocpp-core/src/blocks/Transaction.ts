/**
 * One transaction as its events tell it, folded by seqNo whatever the order of arrival: every fact remembers the seqNo it
 * is from, and the lowest or the highest seqNo decides.
 */
import type {
  AuthorizationStatusEnumType,
  ChargingStateEnumType,
  EVSEType,
  IdTokenType,
  ReasonEnumType,
  TransactionEventRequest,
  TransactionEventResponse,
  TriggerReasonEnumType
} from "@wattline/ocpp-v201"
import type { Draft } from "./Draft.ts"
import { addReadings, latestReading, type Energy, type LatestReading } from "./TransactionEnergy.ts"
import { add, covers, gaps, includes, type SequenceRange, type SequenceRanges } from "./SequenceRanges.ts"

/** One transaction of a station (E-9). Plain data; the same whatever order its events came in (E-10). */
export interface Transaction {
  readonly transactionId: string
  /** The seqNos that were received (E-12). */
  readonly received: SequenceRanges
  /** Station clock, ISO 8601: of Started. Absent until that has come (E-13). */
  readonly startedAt?: string
  /** Station clock, ISO 8601: of Ended. Absent while it is running; never taken back (E-10). */
  readonly endedAt?: string
  /** Present once ended; Local where the station gives none (E-20). */
  readonly stoppedReason?: ReasonEnumType
  /** Station clock, ISO 8601: of the event with the highest seqNo. */
  readonly updatedAt: string
  /** Of the event with the highest seqNo. */
  readonly triggerReason: TriggerReasonEnumType
  /** CSMS clock in milliseconds since 1970: the last receipt of an event that counted (ST-5). */
  readonly receivedAt: number
  /** True when any event happened offline (E-22). */
  readonly offline: boolean
  /** The latest one given (E-21). */
  readonly chargingState?: ChargingStateEnumType
  /** The first one given with a connector, else the first one given (E-16, E-17). */
  readonly evse?: EVSEType
  /** The first token that was not presented to stop (E-16, E-18). */
  readonly idToken?: IdTokenType
  /** The last token that was presented to stop (E-18). */
  readonly stopIdToken?: IdTokenType
  /** The first one given (E-16). */
  readonly reservationId?: number
  /** The first one given (E-16). */
  readonly remoteStartId?: number
  /** `idTokenInfo.status` of our latest answer that had one (E-3). */
  readonly verdict?: AuthorizationStatusEnumType
  /** In the currency of the station: of our latest answer, or of CostUpdated (E-7). */
  readonly totalCost?: number
  /** First and last reading of the energy import register. */
  readonly energy?: Energy
  /** The latest reading as received; dropped when the transaction has ended. */
  readonly latest?: LatestReading
  /** seqNo of the event that each of these facts is from. */
  readonly origin: Origin
}

/** Facts that the event with the lowest or the highest seqNo decides. */
export type Origin = { readonly [K in "started" | "ended" | "evse" | Learned]?: number }

/** Started with seqNo a, Ended with seqNo o > a, and every number between (E-12). */
export const isComplete = ({ received, origin: { started, ended } }: Transaction): boolean =>
  started !== undefined && ended !== undefined && started < ended && covers(received, started, ended)

/** The seqNos that are missing between Started and Ended, as far as these have come (E-12). */
export const missingEvents = ({ received, origin }: Transaction): ReadonlyArray<SequenceRange> =>
  gaps(received, origin.started ?? received[0] ?? 0, origin.ended ?? received.at(-1) ?? -1)

/** Energy imported between the first and the last reading, in Wh; `undefined` before the first reading. */
export const energyWh = ({ energy }: Transaction): number | undefined =>
  energy === undefined ? undefined : energy.last.wh - energy.first.wh

/**
 * An event that is known already (E-5). By seqNo alone, since events are not held; but a Started or an Ended that was
 * never seen is no repetition, even if a careless station reuses a number (E-6).
 */
export const isRepeated = (before: Transaction, { eventType, seqNo }: TransactionEventRequest): boolean =>
  includes(before.received, seqNo) &&
  !(eventType === "Ended" && before.origin.ended === undefined) &&
  !(eventType === "Started" && before.origin.started === undefined)

const isFirst = (seqNo: number, known: number | undefined): boolean => known === undefined || seqNo < known
const isLast = (seqNo: number, known: number | undefined): boolean => known === undefined || seqNo > known

// A token on Ended stops, unless the event itself says that the token has only now been accepted for starting.
const isStopToken = ({ eventType, triggerReason }: TransactionEventRequest): boolean =>
  triggerReason === "StopAuthorized" ||
  (eventType === "Ended" && triggerReason !== "Authorized" && triggerReason !== "RemoteStart")

/** The transaction with one more event and our answer to it; `at` is CSMS time in milliseconds since 1970 (E-10). */
export const fold = (
  before: Transaction | undefined,
  request: TransactionEventRequest,
  response: TransactionEventResponse,
  at: number
): Transaction => {
  const { seqNo, timestamp, transactionInfo: info } = request
  const next: Draft<Transaction> = before === undefined ? first(request, at) : { ...before }
  const origin: Draft<Origin> = { ...next.origin }
  next.origin = origin
  if (before === undefined || seqNo > (before.received.at(-1) ?? -1)) {
    next.updatedAt = timestamp
    next.triggerReason = request.triggerReason
  }
  next.received = add(next.received, seqNo)
  if (at > next.receivedAt) next.receivedAt = at
  if (request.offline === true) next.offline = true

  if (request.eventType === "Started" && isFirst(seqNo, origin.started)) {
    origin.started = seqNo
    next.startedAt = timestamp
  }
  if (request.eventType === "Ended" && isLast(seqNo, origin.ended)) {
    origin.ended = seqNo
    next.endedAt = timestamp
    next.stoppedReason = info.stoppedReason ?? "Local"
  }
  if (request.evse !== undefined && isBetterEvse(request.evse, seqNo, next.evse, origin.evse)) {
    origin.evse = seqNo
    next.evse = request.evse
  }
  const stops = isStopToken(request)
  learn("idToken", stops ? undefined : request.idToken, isFirst, seqNo, next, origin)
  learn("stopIdToken", stops ? request.idToken : undefined, isLast, seqNo, next, origin)
  learn("reservationId", request.reservationId, isFirst, seqNo, next, origin)
  learn("remoteStartId", info.remoteStartId, isFirst, seqNo, next, origin)
  learn("chargingState", info.chargingState, isLast, seqNo, next, origin)
  learn("verdict", response.idTokenInfo?.status, isLast, seqNo, next, origin)
  learn("totalCost", response.totalCost, isLast, seqNo, next, origin)
  if (request.meterValue !== undefined) {
    const energy = addReadings(next.energy, request.meterValue, seqNo)
    if (energy !== undefined) next.energy = energy
    const latest = latestReading(next.latest, request.meterValue, seqNo)
    if (latest !== undefined) next.latest = latest
  }
  if (next.endedAt === undefined || next.latest === undefined) return next
  const { latest: _, ...ended } = next
  return ended
}

type Learned = "idToken" | "stopIdToken" | "reservationId" | "remoteStartId" | "chargingState" | "verdict" | "totalCost"

/** Takes a fact of one event if there is one and its seqNo decides. */
const learn = <K extends Learned>(
  fact: K,
  told: Transaction[K] | undefined,
  decides: (seqNo: number, known: number | undefined) => boolean,
  seqNo: number,
  next: Draft<Transaction>,
  origin: Draft<Origin>
): void => {
  if (told === undefined || !decides(seqNo, origin[fact])) return
  origin[fact] = seqNo
  next[fact] = told
}

const none: SequenceRanges = Object.freeze([])

const first = ({ transactionInfo, timestamp, triggerReason }: TransactionEventRequest, at: number): Transaction => ({
  transactionId: transactionInfo.transactionId,
  received: none,
  updatedAt: timestamp,
  triggerReason,
  receivedAt: at,
  offline: false,
  origin: {}
})

const isBetterEvse = (
  evse: EVSEType,
  seqNo: number,
  known: EVSEType | undefined,
  knownSeqNo: number | undefined
): boolean => {
  const gainsConnector = Number(evse.connectorId !== undefined) - Number(known?.connectorId !== undefined)
  return known === undefined || gainsConnector > 0 || (gainsConnector === 0 && isFirst(seqNo, knownSeqNo))
}
