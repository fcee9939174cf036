/**
 * The course of a transaction in numbers: energy register, power and state of charge at each meter value. Bounded: the
 * last points by the station's time, whatever the order they came in (E-10). Dropped when the transaction has ended.
 */
import type { MeterValueType } from "@wattline/ocpp-v201"
import type { Draft } from "./Draft.ts"
import { importRegisterWh, importWatts, locationRank } from "./Metering.ts"
import { isBefore } from "./Timestamp.ts"

/** One meter value, in short. What a station does not measure is absent. */
export interface TimelinePoint {
  /** Of the transaction event it came with. */
  readonly seqNo: number
  /** Station clock, ISO 8601. */
  readonly timestamp: string
  /** The energy import register in Wh, as the meter counts. */
  readonly wh?: number
  /** Imported power in W. */
  readonly watts?: number
  /** State of charge of the EV in percent. */
  readonly soc?: number
}

/** In the order of the station's time. */
export type Timeline = ReadonlyArray<TimelinePoint>

/** The timeline with the meter values of one event, the last `length` points of it. */
export const addPoints = (
  before: Timeline | undefined,
  meterValues: ReadonlyArray<MeterValueType>,
  seqNo: number,
  length: number
): Timeline | undefined => {
  let timeline = before
  for (const meterValue of meterValues) {
    const point = pointOf(meterValue, seqNo)
    if (point !== undefined) timeline = withPoint(timeline, point, length)
  }
  return timeline
}

const withPoint = (before: Timeline | undefined, point: TimelinePoint, length: number): Timeline | undefined => {
  if (length === 0) return before
  if (before === undefined) return [point]
  const next = before.length > length ? before.slice(-length) : before.slice()
  let at = next.length
  while (at > 0 && isAfter(next[at - 1]!, point)) at--
  if (next.length < length) {
    if (at === next.length) next.push(point)
    else next.splice(at, 0, point)
    return next
  }
  if (at === 0) return before
  // The first point goes, and those up to the new one move up.
  for (let i = 1; i < at; i++) next[i - 1] = next[i]!
  next[at - 1] = point
  return next
}

const isAfter = (a: TimelinePoint, b: TimelinePoint): boolean =>
  isBefore(b.timestamp, a.timestamp) || (a.seqNo > b.seqNo && !isBefore(a.timestamp, b.timestamp))

/** Of each quantity the reading nearest to what the driver pays for; single phases are parts, and not taken. */
const pointOf = ({ timestamp, sampledValue }: MeterValueType, seqNo: number): TimelinePoint | undefined => {
  let wh: number | undefined
  let watts: number | undefined
  let soc: number | undefined
  let whRank = 9
  let wattsRank = 9
  for (const raw of sampledValue) {
    const rank = raw.location === undefined ? 0 : locationRank[raw.location]
    switch (raw.measurand) {
      case undefined:
      case "Energy.Active.Import.Register": {
        const read = rank < whRank ? importRegisterWh(raw) : undefined
        if (read === undefined) break
        wh = read
        whRank = rank
        break
      }
      case "Power.Active.Import": {
        const read = rank < wattsRank ? importWatts(raw) : undefined
        if (read === undefined) break
        watts = read
        wattsRank = rank
        break
      }
      case "SoC":
        soc ??= raw.value
    }
  }
  if (wh === undefined && watts === undefined && soc === undefined) return undefined
  const point: Draft<TimelinePoint> = { seqNo, timestamp }
  if (wh !== undefined) point.wh = wh
  if (watts !== undefined) point.watts = watts
  if (soc !== undefined) point.soc = soc
  return point
}
