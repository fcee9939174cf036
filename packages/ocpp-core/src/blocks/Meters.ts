/**
 * Block J: what the meters of a station say beside transactions: the last reading and the course of the readings, for each
 * EVSE and for the main meter. Clock-aligned readings of a running transaction come as MeterValues or as TransactionEvent,
 * and count once (J-4). The other readings of a transaction are held with it (block E).
 */
import type { MeterValueType, ReadingContextEnumType } from "@wattline/ocpp-v201"
import type { Block, Exchange } from "./Block.ts"
import type { Draft } from "./Draft.ts"
import { type MeterPoint, measure } from "./MeterPoint.ts"
import type { StationMirror } from "./Mirror.ts"
import { isBefore } from "./Timestamp.ts"
import { withoutSignatures } from "./TransactionEnergy.ts"
import { findTransaction } from "./Transactions.ts"

/** State of block J for one station. Plain data. */
export interface MeteringState {
  /** In the order they were first heard of; at most `maxMeters`. */
  readonly meters: ReadonlyArray<Meter>
}

/** One meter of a station. */
export interface Meter {
  /** 0: the main meter (J-2). */
  readonly evseId: number
  /** The latest reading by the station's time, as received but without signatures, which are passed to the application. */
  readonly latest: MeterValueType
  /** CSMS clock in milliseconds since 1970: when the last reading was received. */
  readonly receivedAt: number
  /** In the order of the station's time, one point for each time; the last `meterTimeline` of them. */
  readonly timeline: ReadonlyArray<EvseMeterPoint>
}

/** One reading of a meter, in short. */
export interface EvseMeterPoint extends MeterPoint {
  /** Sample.Clock: clock-aligned. Trigger: asked for. */
  readonly context: ReadingContextEnumType
  /** The transaction it came with; absent when it came as MeterValues (J-4). */
  readonly transactionId?: string
}

/** How much is held of the meters of one station. */
export interface MeteringLimits {
  /** Points of the timeline of a meter; the default when absent. */
  readonly meterTimeline?: number
}

/** Points of the timeline of a meter, where a CSMS sets none: four hours at one in a quarter of an hour. */
export const defaultMeterTimeline = 16

/** Meters that are held per station; beyond, the one that was silent for longest is forgotten. */
export const maxMeters = 128

/** What block J says happened. The readings themselves are told as NotificationReceived, and with their transactions. */
export type MeteringEvent = MeterRegisterFell

/** The energy import register of a meter reads less than before: it was replaced, or counts wrongly (J-5). */
export interface MeterRegisterFell {
  readonly _tag: "MeterRegisterFell"
  /** 0: the main meter. */
  readonly evseId: number
  readonly fromWh: number
  readonly toWh: number
  /** Station clock, ISO 8601: of the lower reading. */
  readonly timestamp: string
}

/** The meter of an EVSE, or with 0 the main meter; `undefined` when it has told nothing beside transactions. */
export const findMeter = ({ meters }: MeteringState, evseId: number): Meter | undefined => {
  for (const meter of meters) if (meter.evseId === evseId) return meter
  return undefined
}

/**
 * The latest reading at an EVSE by the station's time, or with 0 of the main meter, whichever message brought it: that of
 * the running transaction, or the one that came beside transactions. Without signatures.
 */
export const latestReading = (
  { metering, transactions }: Pick<StationMirror, "metering" | "transactions">,
  evseId: number
): MeterValueType | undefined => {
  let latest = findMeter(metering, evseId)?.latest
  for (const transaction of transactions.running) {
    if (transaction.evse?.id !== evseId || transaction.latest === undefined) continue
    const { sampledValue, timestamp } = transaction.latest
    if (latest === undefined || isBefore(latest.timestamp, timestamp)) latest = { timestamp, sampledValue }
  }
  return latest
}

type Emit = (event: MeteringEvent) => void

const meterValues = (
  state: MeteringState,
  { at, limits, request }: Exchange<"MeterValues">,
  emit: Emit
): MeteringState => {
  const { evseId, meterValue } = request
  const before = findMeter(state, evseId)
  let meter = before
  for (const one of meterValue) meter = withReading(meter, evseId, one, undefined, at, limits?.meterTimeline, emit)
  return placed(state, before, meter)
}

/** Most events bring no clock-aligned reading, and change nothing here. */
const transactionEvent = (
  state: MeteringState,
  { at, limits, request }: Exchange<"TransactionEvent">,
  emit: Emit,
  mirror?: StationMirror
): MeteringState => {
  const { meterValue, transactionInfo } = request
  if (meterValue === undefined || !meterValue.some(isClockAligned)) return state
  const { transactionId } = transactionInfo
  const evseId =
    request.evse?.id ?? (mirror && findTransaction(mirror.transactions, transactionId)?.evse?.id) ?? undefined
  if (evseId === undefined) return state // the station has not said where it is
  const before = findMeter(state, evseId)
  let meter = before
  for (const one of meterValue)
    if (isClockAligned(one)) meter = withReading(meter, evseId, one, transactionId, at, limits?.meterTimeline, emit)
  return placed(state, before, meter)
}

const isClockAligned = ({ sampledValue }: MeterValueType): boolean => {
  for (const { context } of sampledValue) if (context === "Sample.Clock") return true
  return false
}

const none: ReadonlyArray<EvseMeterPoint> = Object.freeze([])

const withReading = (
  before: Meter | undefined,
  evseId: number,
  meterValue: MeterValueType,
  transactionId: string | undefined,
  receivedAt: number,
  length = defaultMeterTimeline,
  emit: Emit
): Meter => {
  const { timestamp } = meterValue
  const isLate = before !== undefined && isBefore(timestamp, before.latest.timestamp)
  const point = length === 0 ? undefined : pointOf(meterValue, transactionId)
  const timeline = before?.timeline ?? none
  if (point !== undefined && !isLate) tellFall(timeline, evseId, point, emit)
  return {
    evseId,
    latest: isLate ? before.latest : withoutSignatures(meterValue),
    receivedAt,
    timeline: point === undefined ? timeline : withPoint(timeline, point, length)
  }
}

const pointOf = (
  { sampledValue, timestamp }: MeterValueType,
  transactionId: string | undefined
): EvseMeterPoint | undefined => {
  const context = transactionId === undefined ? (sampledValue[0]?.context ?? "Sample.Periodic") : "Sample.Clock"
  const point: Draft<EvseMeterPoint> = { timestamp, context }
  if (transactionId !== undefined) point.transactionId = transactionId
  return measure(point, sampledValue) ? point : undefined
}

/** With one point more, or with more at a time that is there already: what is told twice counts once (J-4). */
const withPoint = (
  before: ReadonlyArray<EvseMeterPoint>,
  point: EvseMeterPoint,
  length: number
): ReadonlyArray<EvseMeterPoint> => {
  const { length: count } = before
  const newest = before[count - 1]
  if (newest === undefined || isBefore(newest.timestamp, point.timestamp)) {
    const next = count < length ? before.slice() : before.slice(count - length + 1)
    next.push(point)
    return next
  }
  let at = count
  while (at > 0 && isBefore(point.timestamp, before[at - 1]!.timestamp)) at--
  const earlier = before[at - 1]
  const isSame = earlier !== undefined && !isBefore(earlier.timestamp, point.timestamp)
  const next = isSame ? before.with(at - 1, { ...earlier, ...point }) : before.toSpliced(at, 0, point)
  return next.length > length ? next.slice(-length) : next
}

const tellFall = (
  timeline: ReadonlyArray<EvseMeterPoint>,
  evseId: number,
  { timestamp, wh }: EvseMeterPoint,
  emit: Emit
): void => {
  if (wh === undefined) return
  let at = timeline.length - 1
  while (at >= 0 && timeline[at]?.wh === undefined) at--
  const fromWh = timeline[at]?.wh
  if (fromWh !== undefined && wh < fromWh) emit({ _tag: "MeterRegisterFell", evseId, fromWh, toWh: wh, timestamp })
}

const placed = (state: MeteringState, before: Meter | undefined, after: Meter | undefined): MeteringState => {
  const { meters } = state
  if (after === undefined || after === before) return state
  if (before !== undefined) {
    const next = meters.slice() // faster than with()
    next[meters.indexOf(before)] = after
    return { meters: next }
  }
  if (meters.length < maxMeters) return { meters: [...meters, after] }
  const silent = meters.reduce((a, b) => (b.receivedAt < a.receivedAt ? b : a))
  return { meters: [...meters.filter((meter) => meter !== silent), after] }
}

/** Block J, MeterValues. */
export const metering: Block<MeteringState, MeteringEvent> = {
  initial: Object.freeze({ meters: Object.freeze([]) }),
  reduce: { MeterValues: meterValues, TransactionEvent: transactionEvent }
}
