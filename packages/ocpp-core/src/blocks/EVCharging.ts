/**
 * Block K, what the station brings: limits that others set (K11 to K14), what an EV needs and which schedule it chose (K15 to
 * K17). Needs and schedules name an EVSE only; they belong to the transaction that runs there (K-53).
 */
import type { ChargingNeedsType, ChargingScheduleType, Messages } from "@wattline/ocpp-v201"
import type { Block, Exchange } from "./Block.ts"
import { scheduleVerdict, type ScheduleVerdict } from "./EVSchedule.ts"
import { type ExternalLimit, type ExternalLimitEvent, limitCleared, limitNotified } from "./ExternalLimits.ts"
import { type HeldSchedule, heldSchedule, plain, withinBudget } from "./HeldSchedule.ts"
import type { StationMirror } from "./Mirror.ts"
import type { HeldProfile } from "./HeldProfile.ts"
import type { Transaction } from "./Transaction.ts"
import { runningTransactionAt } from "./Transactions.ts"

/** Charging needs of an EV, as they came last (K-40). Plain data. */
export interface EVNeeds {
  /** W, Wh, A, V, percent and an ISO 8601 departure time, as received; no customData. */
  readonly chargingNeeds: ChargingNeedsType
  /** Periods that a schedule for this EV may have; absent when the EV gave none. */
  readonly maxScheduleTuples?: number
  /** What the CSMS answered. */
  readonly status: NeedsStatus
  /** CSMS clock in milliseconds since 1970. */
  readonly receivedAt: number
}

/** The schedule an EV means to charge by, as it came last (K-43). Plain data. */
export interface EVSchedule {
  /** Station clock, ISO 8601: the periods count from here. */
  readonly timeBase: string
  /** The schedule, in A or W; absent with `cut`. */
  readonly chargingSchedule?: HeldSchedule
  /** True when the schedules of this station are too many to hold. */
  readonly cut?: true
  /** What the CSMS answered. */
  readonly status: Messages["NotifyEVChargingSchedule"]["response"]["status"]
  /** What a comparison with the last profile for that transaction gave. */
  readonly verdict: ScheduleVerdict
  /** CSMS clock in milliseconds since 1970. */
  readonly receivedAt: number
}

/** An EV that speaks ISO 15118, at its EVSE. Plain data. */
export interface EVSession {
  readonly evseId: number
  /** The transaction that runs there; absent while it is not known (K-53). */
  readonly transactionId?: string
  readonly needs?: EVNeeds
  readonly schedule?: EVSchedule
  /** Station clock, ISO 8601: when power delivery was first reported; Relative schedules count from here. */
  readonly chargingSince?: string
  /** CSMS clock in milliseconds since 1970: until when a charging profile should have been sent (K-41). */
  readonly profileDueAt?: number
}

/** State of the station-driven part of block K for one station. Plain data. */
export interface EVChargingState {
  /** Limits by others than the CSMS, oldest first; at most `maxExternalLimits` (K-39). */
  readonly limits: ReadonlyArray<ExternalLimit>
  /** One per EVSE, the one heard of last at the end; at most `maxSessions`. */
  readonly sessions: ReadonlyArray<EVSession>
}

/** EV sessions that are held per station. */
export const maxSessions = 100

/** Milliseconds from the needs to the charging profile (K-41). */
export const profileWindow = 60_000

type NeedsStatus = Messages["NotifyEVChargingNeeds"]["response"]["status"]

/** What is said of EVs and of limits by others. */
export type EVChargingEvent =
  | ExternalLimitEvent
  | EVChargingNeedsReceived
  | EVChargingNeedsLinked
  | EVChargingScheduleReceived
  | ChargingProfileOverdue

/** An EV said what it needs, and was answered. With Accepted or Processing it is owed a charging profile (K-40, K-42). */
export interface EVChargingNeedsReceived {
  readonly _tag: "EVChargingNeedsReceived"
  readonly evseId: number
  /** Absent while no transaction is known at that EVSE: no profile can be sent before. */
  readonly transactionId?: string
  readonly status: NeedsStatus
  /** W, Wh, A, V, percent and an ISO 8601 departure time. */
  readonly chargingNeeds: ChargingNeedsType
  /** Periods that a schedule for this EV may have. */
  readonly maxScheduleTuples?: number
}

/** The transaction of an EV that had said before what it needs is known now (K-53). */
export interface EVChargingNeedsLinked {
  readonly _tag: "EVChargingNeedsLinked"
  readonly evseId: number
  readonly transactionId: string
}

/** An EV told the schedule it means to charge by, and was answered. After Rejected a new profile is due (K-43, K-44). */
export interface EVChargingScheduleReceived {
  readonly _tag: "EVChargingScheduleReceived"
  readonly evseId: number
  readonly transactionId?: string
  readonly status: EVSchedule["status"]
  /** What the library makes of it, whoever answered. */
  readonly verdict: ScheduleVerdict
  /** Station clock, ISO 8601: the periods count from here. */
  readonly timeBase: string
  readonly chargingSchedule: ChargingScheduleType
}

/** An EV said what it needs, and a minute later the station has accepted no TxProfile for its transaction (K-41). */
export interface ChargingProfileOverdue {
  readonly _tag: "ChargingProfileOverdue"
  readonly evseId: number
  readonly transactionId?: string
  readonly status: NeedsStatus
}

/** What the EV of a transaction needs (K-11, K-16, K-26); `undefined` when none were received. */
export const needsOf = ({ sessions }: EVChargingState, transactionId: string): EVNeeds | undefined =>
  sessions.find((known) => known.transactionId === transactionId)?.needs

/** The EV session at an EVSE. */
export const sessionAt = ({ sessions }: EVChargingState, evseId: number): EVSession | undefined =>
  sessions.find((known) => known.evseId === evseId)

/** Whether the schedule of an EV keeps within the last profile that was sent for its transaction (K-43). */
export const judgeSchedule = (
  mirror: StationMirror,
  { chargingSchedule, evseId, timeBase }: Messages["NotifyEVChargingSchedule"]["request"]
): ScheduleVerdict => {
  const transaction = runningAt(mirror, evseId)
  const profile = transaction && lastProfileOf(mirror, transaction.transactionId)
  const session = sessionOf(mirror.evCharging, evseId, transaction)
  return scheduleVerdict(chargingSchedule, timeBase, profile, session?.chargingSince)
}

/** Tells of the profiles that are overdue, and forgets that they were due (K-41). */
export const tellOverdue = (
  state: EVChargingState,
  now: number,
  emit: (event: ChargingProfileOverdue) => void
): EVChargingState => ({
  ...state,
  sessions: state.sessions.map((session) => {
    const { evseId, needs, profileDueAt, transactionId } = session
    if (profileDueAt === undefined || profileDueAt > now || needs === undefined) return session
    const { status } = needs
    emit({ _tag: "ChargingProfileOverdue", evseId, ...(transactionId !== undefined && { transactionId }), status })
    return settled(session)
  })
})

type Emit = (event: EVChargingEvent) => void

const runningAt = (mirror: StationMirror | undefined, evseId: number): Transaction | undefined =>
  mirror && runningTransactionAt(mirror.transactions, evseId)

/** The TxProfile that the station certainly accepted last for a transaction; of those only a report tells of, the last. */
const lastProfileOf = ({ smartCharging }: StationMirror, transactionId: string): HeldProfile | undefined =>
  smartCharging.profiles
    .filter(({ profile, uncertain }) => profile.transactionId === transactionId && uncertain !== true) // ST-3
    .reduce<(typeof smartCharging.profiles)[number] | undefined>(
      (last, known) => ((last?.acceptedAt ?? 0) > (known.acceptedAt ?? 0) ? last : known),
      undefined
    )?.profile

/** The session at an EVSE, unless it is that of another transaction. */
const sessionOf = (
  state: EVChargingState,
  evseId: number,
  transaction: Transaction | undefined
): EVSession | undefined => {
  const known = sessionAt(state, evseId)
  const isOther = known?.transactionId !== undefined && known.transactionId !== transaction?.transactionId
  return isOther ? undefined : known
}

/** The session that a message names by its EVSE, and the transaction that runs there. */
const begun = (state: EVChargingState, evseId: number, mirror: StationMirror | undefined): EVSession => {
  const transaction = runningAt(mirror, evseId)
  return {
    ...sessionOf(state, evseId, transaction),
    evseId,
    ...(transaction !== undefined && { transactionId: transaction.transactionId })
  }
}

const held = (state: EVChargingState, session: EVSession): EVChargingState => {
  const others = state.sessions.filter(({ evseId }) => evseId !== session.evseId)
  return { ...state, sessions: withinBudget([...others, session].slice(-maxSessions), schedulesOf, withoutSchedule) }
}

const schedulesOf = ({ schedule }: EVSession): ReadonlyArray<HeldSchedule> =>
  schedule?.chargingSchedule === undefined ? none : [schedule.chargingSchedule]

const withoutSchedule = ({ schedule, ...session }: EVSession): EVSession => {
  if (schedule === undefined) return session
  const { chargingSchedule: _, ...rest } = schedule
  return { ...session, schedule: { ...rest, cut: true } }
}

const settled = ({ profileDueAt: _, ...session }: EVSession): EVSession => session

const needsNotified = (
  state: EVChargingState,
  { at, request, response }: Exchange<"NotifyEVChargingNeeds">,
  emit: Emit,
  mirror?: StationMirror
): EVChargingState => {
  const { chargingNeeds, evseId, maxScheduleTuples } = request
  const { status } = response
  const session = settled(begun(state, evseId, mirror))
  const { transactionId } = session
  const tuples = maxScheduleTuples === undefined ? {} : { maxScheduleTuples }
  emit({
    _tag: "EVChargingNeedsReceived",
    evseId,
    ...(transactionId !== undefined && { transactionId }),
    status,
    chargingNeeds,
    ...tuples
  })
  return held(state, {
    ...session,
    needs: { chargingNeeds: heldNeeds(chargingNeeds), ...tuples, status, receivedAt: at },
    ...(status !== "Rejected" && { profileDueAt: at + profileWindow })
  })
}

const heldNeeds = ({
  acChargingParameters: ac,
  dcChargingParameters: dc,
  ...needs
}: ChargingNeedsType): ChargingNeedsType => ({
  ...plain(needs),
  ...(ac && { acChargingParameters: plain(ac) }),
  ...(dc && { dcChargingParameters: plain(dc) })
})

const scheduleNotified = (
  state: EVChargingState,
  { at, request, response }: Exchange<"NotifyEVChargingSchedule">,
  emit: Emit,
  mirror?: StationMirror
): EVChargingState => {
  const { chargingSchedule, evseId, timeBase } = request
  const { status } = response
  const session = begun(state, evseId, mirror)
  const { transactionId } = session
  const verdict = mirror === undefined ? "NoProfile" : judgeSchedule(mirror, request)
  emit({
    _tag: "EVChargingScheduleReceived",
    evseId,
    ...(transactionId !== undefined && { transactionId }),
    status,
    verdict,
    timeBase,
    chargingSchedule
  })
  const schedule = { timeBase, chargingSchedule: heldSchedule(chargingSchedule), status, verdict, receivedAt: at }
  return held(state, { ...session, schedule })
}

/** K-53: needs that were waiting find their transaction; a new one drops what came before, and its end drops its own. */
const transactionEvent = (
  state: EVChargingState,
  { request }: Exchange<"TransactionEvent">,
  emit: Emit,
  mirror?: StationMirror
): EVChargingState => {
  if (state.sessions.length === 0) return state
  const { offline, timestamp, transactionInfo } = request
  const { chargingState, transactionId } = transactionInfo
  const transaction = mirror?.transactions.running.find((known) => known.transactionId === transactionId)
  if (transaction === undefined) return without(state, (session) => session.transactionId === transactionId)
  const evseId = transaction.evse?.id
  const session = evseId === undefined ? undefined : sessionAt(state, evseId)
  if (evseId === undefined || session === undefined) return state
  const isCharging = chargingState === "Charging" && session.chargingSince === undefined
  const since = isCharging ? { chargingSince: timestamp } : {}
  if (session.transactionId === transactionId)
    return isCharging ? replaced(state, session, { ...session, ...since }) : state
  if (offline === true) return state // of an earlier time (K-56)
  if (session.transactionId === undefined) {
    emit({ _tag: "EVChargingNeedsLinked", evseId, transactionId })
    return replaced(state, session, { ...session, transactionId, ...since })
  }
  return runningAt(mirror, evseId) === transaction ? without(state, (known) => known === session) : state
}

/** What the station says is over, or was given up, is owed nothing (E-14). */
const transactionStatus = (
  state: EVChargingState,
  _exchange: Exchange<"GetTransactionStatus">,
  _emit: Emit,
  mirror?: StationMirror
): EVChargingState =>
  without(
    state,
    ({ transactionId }) =>
      transactionId !== undefined &&
      mirror?.transactions.running.some((known) => known.transactionId === transactionId) === false
  )

const without = (state: EVChargingState, isGone: (session: EVSession) => boolean): EVChargingState =>
  state.sessions.some(isGone) ? { ...state, sessions: state.sessions.filter((known) => !isGone(known)) } : state

const replaced = (state: EVChargingState, before: EVSession, after: EVSession): EVChargingState => ({
  ...state,
  sessions: state.sessions.map((known) => (known === before ? after : known))
})

/** K-41: a TxProfile for the transaction that the station accepts is what was owed. */
const profileSet = (state: EVChargingState, { request, response }: Exchange<"SetChargingProfile">): EVChargingState => {
  const { chargingProfilePurpose, transactionId } = request.chargingProfile
  if (response.status !== "Accepted" || chargingProfilePurpose !== "TxProfile" || transactionId === undefined)
    return state
  const session = state.sessions.find((known) => known.transactionId === transactionId)
  return session?.profileDueAt === undefined ? state : replaced(state, session, settled(session))
}

const limited = (state: EVChargingState, limits: EVChargingState["limits"]): EVChargingState =>
  limits === state.limits ? state : { ...state, limits }

const none: ReadonlyArray<never> = Object.freeze([])

/** The station-driven part of block K. */
export const evCharging: Block<EVChargingState, EVChargingEvent> = {
  initial: Object.freeze({ limits: none, sessions: none }),
  reduce: {
    NotifyChargingLimit: (state, exchange, emit) => limited(state, limitNotified(state.limits, exchange, emit)),
    ClearedChargingLimit: (state, exchange, emit) => limited(state, limitCleared(state.limits, exchange, emit)),
    NotifyEVChargingNeeds: needsNotified,
    NotifyEVChargingSchedule: scheduleNotified,
    TransactionEvent: transactionEvent,
    GetTransactionStatus: transactionStatus,
    SetChargingProfile: profileSet
  }
}
