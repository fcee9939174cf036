/** One charging schedule in time: what it says at a moment, and until when (K01.FR.10 to K01.FR.13, K01.FR.30, K01.FR.36). Pure. */
import type { ChargingRateUnitEnumType, ChargingSchedulePeriodType } from "@wattline/ocpp-v201"
import type { HeldSchedule } from "../blocks/HeldSchedule.ts"
import type { HeldProfile } from "../blocks/HeldProfile.ts"

/** One schedule in time. Milliseconds. */
export interface Track {
  readonly stackLevel: number
  readonly validFrom: number
  readonly validTo: number
  readonly start: number
  /** Of one round. */
  readonly duration: number
  /** Until it begins again; Infinity: never. */
  readonly every: number
  readonly unit: ChargingRateUnitEnumType
  readonly periods: ReadonlyArray<ChargingSchedulePeriodType>
}

const rounds = { Daily: 86_400_000, Weekly: 604_800_000 }

/**
 * The schedule of a profile; none when it has no such schedule, or one whose start cannot be told. Relative ones begin at
 * `relativeFrom`, milliseconds since 1970.
 */
export const trackOf = (profile: HeldProfile, index: number, relativeFrom: number): ReadonlyArray<Track> => {
  const { chargingProfileKind: kind, chargingSchedule, recurrencyKind, stackLevel, validFrom, validTo } = profile
  const schedule = chargingSchedule[index]
  if (schedule === undefined) return []
  const start = kind === "Relative" ? relativeFrom : momentOf(schedule.startSchedule, Number.NaN)
  const every = kind === "Recurring" && recurrencyKind !== undefined ? rounds[recurrencyKind] : Infinity
  return track(schedule, start, every, stackLevel, momentOf(validFrom, -Infinity), momentOf(validTo, Infinity))
}

/** A schedule that came without a profile; without a startSchedule it begins at `from`, milliseconds since 1970. */
export const limitTrack = (schedule: HeldSchedule, from: number): ReadonlyArray<Track> =>
  track(schedule, momentOf(schedule.startSchedule, from), Infinity, 0, -Infinity, Infinity)

const track = (
  { chargingRateUnit: unit, chargingSchedulePeriod: periods, duration = Infinity }: HeldSchedule,
  start: number,
  every: number,
  stackLevel: number,
  validFrom: number,
  validTo: number
): ReadonlyArray<Track> =>
  Number.isNaN(start) || Number.isNaN(validFrom) || Number.isNaN(validTo)
    ? []
    : [{ stackLevel, validFrom, validTo, start, duration: duration * 1000, every, unit, periods }]

const momentOf = (timestamp: string | undefined, absent: number): number =>
  timestamp === undefined ? absent : Date.parse(timestamp)

/** The period of a schedule at `t`, if it has one then, and until when that is so. */
export interface Reading {
  readonly period: ChargingSchedulePeriodType | undefined
  readonly until: number
}

const nothing = (until: number): Reading => ({ period: undefined, until })

/** What a schedule says at `t`, milliseconds since 1970. */
export const read = ({ duration, every, periods, start, validFrom, validTo }: Track, t: number): Reading => {
  if (t >= validTo) return nothing(Infinity)
  if (t < validFrom) return nothing(validFrom)
  if (t < start) return nothing(Math.min(start, validTo))
  const round = every === Infinity ? start : start + Math.floor((t - start) / every) * every
  const nextRound = Math.min(round + every, validTo)
  const elapsed = t - round
  if (elapsed >= duration) return nothing(nextRound)
  let period: ChargingSchedulePeriodType | undefined
  let until = Math.min(round + duration, nextRound)
  for (const one of periods) {
    const from = one.startPeriod * 1000
    if (from > elapsed) until = Math.min(until, round + from)
    else if (period === undefined || one.startPeriod >= period.startPeriod) period = one
  }
  return { period, until }
}
