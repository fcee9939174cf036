/** When the meter is read during a transaction, and what is kept of it for Ended (J02). Pure. */
import type { MeterValueType } from "@wattline/ocpp-v201"

/** The next moment of an interval in seconds that is counted from `start`; both in milliseconds since 1970. */
export const nextSampled = (start: number, now: number, seconds: number): number => {
  if (!(seconds > 0)) return Infinity
  const step = seconds * 1000
  return start + (Math.floor((now - start) / step) + 1) * step
}

/** Meter values that are kept for the Ended event of one transaction. */
export const mostKept = 96

/** The list with one more value; where it is full every other one goes first, never the oldest (E06.FR.13, J02.FR.20). */
export const kept = (values: Array<MeterValueType>, value: MeterValueType, most = mostKept): Array<MeterValueType> => {
  const next = values.length < most ? values : values.filter((_, at) => at % 2 === 0)
  next.push(value)
  return next
}
