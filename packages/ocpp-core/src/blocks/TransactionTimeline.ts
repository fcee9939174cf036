/**
 * The course of a transaction in numbers: energy register, power and state of charge at each meter value. Bounded: the
 * last points by the station's time, whatever the order they came in (E-10). Dropped when the transaction has ended.
 */
import type { MeterValueType } from "@wattline/ocpp-v201"
import type { Draft } from "./Draft.ts"
import { type MeterPoint, measure } from "./MeterPoint.ts"
import { isBefore } from "./Timestamp.ts"

/** One meter value, in short. What a station does not measure is absent. */
export interface TimelinePoint extends MeterPoint {
  /** Of the transaction event it came with. */
  readonly seqNo: number
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

const pointOf = ({ timestamp, sampledValue }: MeterValueType, seqNo: number): TimelinePoint | undefined => {
  const point: Draft<TimelinePoint> = { seqNo, timestamp }
  return measure(point, sampledValue) ? point : undefined
}
