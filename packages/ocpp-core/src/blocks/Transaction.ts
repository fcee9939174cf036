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
import { addPrint, type EventPrints, printOf } from "./TransactionPrint.ts"
import { addPoints, type Timeline } from "./TransactionTimeline.ts"
import { add, covers, gaps, type SequenceRange, type SequenceRanges, withoutLowestGap } from "./SequenceRanges.ts"

/** One transaction of a station (E-9). Plain data; the same whatever order its events came in (E-10). */
export interface Transaction {
  readonly transactionId: string
  /** The seqNos that were received (E-12). */
  readonly received: SequenceRanges
  /** True when there were more than `maxRanges` gaps, and the lowest are forgotten: it will never be complete. */
  readonly gapsForgotten?: boolean
  /** Gaps up to this seqNo are final: the station has nothing more to send from before (E-14). */
  readonly finalUpTo?: number
  /** The seqNos under which events came that contradict each other; of each the first counts (E-6). */
  readonly conflicts?: SequenceRanges
  /** What tells a resend from another event under the same number (E-5, E-6); absent in what was stored before it existed. */
  readonly prints?: EventPrints
  /** True from a restart of the station until it mentions the transaction again (E-29). */
  readonly unconfirmed?: boolean
  /** Why it is not counted as running although no Ended came; another event of it takes this back. */
  readonly givenUp?: GivenUp
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
  /** The group of that token: `idTokenInfo.groupIdToken` of the first of our answers to it that had one (C-4). */
  readonly groupIdToken?: IdTokenType
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
  /** −9 to 9, of our latest answer that had one: overrides the priority of the token (E-8). */
  readonly chargingPriority?: number
  /** Seconds in which energy flowed, as the station counts them; the latest one given. */
  readonly timeSpentCharging?: number
  /** First and last reading of the energy import register. */
  readonly energy?: Energy
  /** The latest reading as received; dropped when the transaction has ended. */
  readonly latest?: LatestReading
  /** Energy, power and state of charge over time; the last points, dropped when the transaction has ended. */
  readonly timeline?: Timeline
  /** seqNo of the event that each of these facts is from. */
  readonly origin: Origin
}

/** Facts that the event with the lowest or the highest seqNo decides. */
export type Origin = { readonly [K in "started" | "ended" | "evse" | Learned]?: number }

/** `NotOngoing`: the station says so and has nothing more to send (E-14). `TooMany`: others began after it. */
export type GivenUp = "NotOngoing" | "TooMany"

/** Gaps that are held per transaction; a station that leaves out more is not counting. */
export const maxRanges = 256

/** Started with seqNo a, Ended with seqNo o > a, and every number between (E-12). */
export const isComplete = ({ gapsForgotten, received, origin: { started, ended } }: Transaction): boolean =>
  started !== undefined &&
  ended !== undefined &&
  started < ended &&
  gapsForgotten !== true &&
  covers(received, started, ended)

/** The seqNos that are missing between Started and Ended, as far as these have come (E-12). */
export const missingEvents = ({ received, origin }: Transaction): ReadonlyArray<SequenceRange> =>
  gaps(received, origin.started ?? received[0] ?? 0, origin.ended ?? received.at(-1) ?? -1)

/** Energy imported between the first and the last reading, in Wh; `undefined` before the first reading. */
export const energyWh = ({ energy }: Transaction): number | undefined =>
  energy === undefined ? undefined : energy.last.wh - energy.first.wh

const isFirst = (seqNo: number, known: number | undefined): boolean => known === undefined || seqNo < known
const isLast = (seqNo: number, known: number | undefined): boolean => known === undefined || seqNo > known

// A token on Ended stops, unless the event itself says that the token has only now been accepted for starting.
const isStopToken = ({ eventType, triggerReason }: TransactionEventRequest): boolean =>
  triggerReason === "StopAuthorized" ||
  (eventType === "Ended" && triggerReason !== "Authorized" && triggerReason !== "RemoteStart")

/**
 * The transaction with one more event and our answer to it (E-10). `at` is CSMS time in milliseconds since 1970,
 * `timelineLength` the number of points that are held.
 */
export const fold = (
  before: Transaction | undefined,
  request: TransactionEventRequest,
  response: TransactionEventResponse,
  at: number,
  timelineLength: number
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
  if (next.received.length > 2 * maxRanges) {
    next.received = withoutLowestGap(next.received)
    next.gapsForgotten = true
  }
  next.prints = addPrint(next.prints ?? none, seqNo, printOf(request))
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
  learn("timeSpentCharging", info.timeSpentCharging, isLast, seqNo, next, origin)
  learn("totalCost", response.totalCost, isLast, seqNo, next, origin)
  learn("chargingPriority", response.chargingPriority, isLast, seqNo, next, origin)
  const { idTokenInfo } = response
  if (idTokenInfo !== undefined) {
    learn("verdict", idTokenInfo.status, isLast, seqNo, next, origin)
    learn("groupIdToken", stops ? undefined : idTokenInfo.groupIdToken, isFirst, seqNo, next, origin)
  }
  if (request.meterValue !== undefined) {
    const energy = addReadings(next.energy, request.meterValue, seqNo)
    if (energy !== undefined) next.energy = energy
    const latest = latestReading(next.latest, request.meterValue, seqNo)
    if (latest !== undefined) next.latest = latest
    const timeline = addPoints(next.timeline, request.meterValue, seqNo, timelineLength)
    if (timeline !== undefined) next.timeline = timeline
  }
  return next
}

/** The transaction as it is held: what only a running one needs is dropped once it has ended. */
export const settled = (transaction: Transaction): Transaction => {
  const { endedAt, latest, timeline } = transaction
  if (endedAt === undefined || (latest === undefined && timeline === undefined)) return transaction
  const { latest: _, timeline: __, ...ended } = transaction
  return ended
}

type Learned =
  | "idToken"
  | "groupIdToken"
  | "stopIdToken"
  | "reservationId"
  | "remoteStartId"
  | "chargingState"
  | "timeSpentCharging"
  | "verdict"
  | "totalCost"
  | "chargingPriority"

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
  prints: none,
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
