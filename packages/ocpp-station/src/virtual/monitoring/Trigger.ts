/** When a monitor fires (N07, N08). Pure. */
import type { Monitor } from "./Monitor.ts"

/** What a monitor remembers. */
export interface Memory {
  /** Its threshold is exceeded, and the CSMS was told. */
  readonly alerting: boolean
  /** The value that a Delta is counted from: when the monitor was set, or of its last event. */
  readonly baseline?: string
}

/** What a value means for a monitor that goes by values. */
export type Firing = "Alert" | "Clear" | "Delta"

/**
 * What the Actual value of its variable makes a monitor do: an alert beyond its threshold, and the all-clear once it is back; a
 * Delta when the value is more than that away from the baseline, or simply another one where it is no number (N07.FR.02, N07.FR.16
 * to .19). Without a baseline a Delta has nothing to compare with.
 */
export const firing = (monitor: Monitor, value: string, { alerting, baseline }: Memory): Firing | undefined => {
  if (monitor.type === "Delta") return baseline !== undefined && differs(monitor, baseline, value) ? "Delta" : undefined
  const exceeded = isExceeded(monitor, value)
  if (exceeded === alerting) return undefined
  return exceeded ? "Alert" : "Clear"
}

/** On the threshold is not beyond it; a variable without a value is within. */
const isExceeded = ({ type, value: threshold }: Monitor, value: string): boolean => {
  const number = value === "" ? Number.NaN : Number(value)
  return type === "UpperThreshold" ? number > threshold : type === "LowerThreshold" && number < threshold
}

const differs = ({ item, value: delta }: Monitor, before: string, now: string): boolean => {
  if (before === now) return false
  const difference = distance(item.definition.characteristics.dataType, before, now)
  return Number.isNaN(difference) || difference > delta
}

/** NaN where there is no number: any change counts. */
const distance = (dataType: string, before: string, now: string): number => {
  if (before === "" || now === "") return Number.NaN
  switch (dataType) {
    case "integer":
    case "decimal":
      return Math.abs(Number(now) - Number(before))
    case "dateTime":
      return Math.abs(Date.parse(now) - Date.parse(before)) / 1000
    default:
      return Number.NaN
  }
}

/**
 * When a periodic monitor fires next, in milliseconds since 1970: a period after `from`, or at the next multiple of the period
 * since midnight UTC (N08.FR.06, N08.FR.07).
 */
export const nextFiring = ({ type, value }: Pick<Monitor, "type" | "value">, from: number): number => {
  const period = value * 1000
  if (type !== "PeriodicClockAligned") return from + period
  const midnight = Math.floor(from / day) * day
  return Math.min(midnight + (Math.floor((from - midnight) / period) + 1) * period, midnight + day)
}

const day = 86_400_000
