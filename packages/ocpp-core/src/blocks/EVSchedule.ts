/** Whether the schedule an EV has chosen keeps within the charging profile the CSMS has sent for its transaction (K-43). */
import type { ChargingProfileType, ChargingSchedulePeriodType } from "@wattline/ocpp-v201"
import type { HeldSchedule } from "./HeldSchedule.ts"

/**
 * `Within` and `Exceeds` are certain. Not decidable: `NoProfile`, nothing was sent for that transaction; `UnknownStart`, it
 * depends on when the schedule of the CSMS starts, and that is not known; `OtherUnit`, one is in A and the other in W.
 */
export type ScheduleVerdict = "Within" | "Exceeds" | "NoProfile" | "UnknownStart" | "OtherUnit"

/** What of a charging profile the comparison looks at. */
export interface ComparedProfile extends Pick<ChargingProfileType, "chargingProfileKind"> {
  readonly chargingSchedule: ReadonlyArray<HeldSchedule>
}

/**
 * Compares the schedule of an EV, whose periods count from `timeBase`, with the schedule of the same id in the profile; when
 * there is none, any schedule of the profile it keeps within will do. `chargingSince`, an ISO 8601 date-time, is the start of
 * power delivery, from which Relative schedules count.
 */
export const scheduleVerdict = (
  schedule: HeldSchedule,
  timeBase: string,
  profile: ComparedProfile | undefined,
  chargingSince: string | undefined
): ScheduleVerdict => {
  if (profile === undefined) return "NoProfile"
  const ours = profile.chargingSchedule
  const chosen = ours.filter(({ id }) => id === schedule.id)
  const verdicts = new Set(
    (chosen.length === 0 ? ours : chosen).map((one) =>
      compared(schedule, Date.parse(timeBase), one, startOf(profile, one, chargingSince))
    )
  )
  return order.find((verdict) => verdicts.has(verdict)) ?? "NoProfile"
}

/** Which verdict counts when there are several schedules to choose from. */
const order: ReadonlyArray<ScheduleVerdict> = ["Within", "UnknownStart", "OtherUnit", "Exceeds"]

/** Milliseconds since 1970, NaN when it is not known. */
const startOf = (
  { chargingProfileKind: kind }: ComparedProfile,
  { startSchedule }: HeldSchedule,
  chargingSince: string | undefined
): number =>
  kind === "Recurring" ? Number.NaN : Date.parse((kind === "Relative" ? chargingSince : startSchedule) ?? "")

const compared = (ev: HeldSchedule, evStart: number, ours: HeldSchedule, start: number): ScheduleVerdict => {
  if (ev.chargingRateUnit !== ours.chargingRateUnit) return "OtherUnit"
  const isInAmperes = ev.chargingRateUnit === "A"
  if (Number.isNaN(start) || Number.isNaN(evStart)) return whateverTheStart(ev, ours, isInAmperes)
  const limits = spansOf(ours, start)
  let first = 0
  for (const span of spansOf(ev, evStart)) {
    while ((limits[first]?.to ?? Infinity) <= span.from) first++
    for (let at = first; (limits[at]?.from ?? Infinity) < span.to; at++)
      if (isAbove(span.period, limits[at]?.period, isInAmperes)) return "Exceeds"
  }
  return "Within"
}

/** What is true of any period against any period needs no start. */
const whateverTheStart = (ev: HeldSchedule, ours: HeldSchedule, isInAmperes: boolean): ScheduleVerdict => {
  const highest = highestOf(ev)
  const above = ours.chargingSchedulePeriod.filter((limit) => isAbove(highest, limit, isInAmperes))
  if (above.length === 0) return "Within"
  return above.length < ours.chargingSchedulePeriod.length ? "UnknownStart" : "Exceeds"
}

const highestOf = ({ chargingSchedulePeriod: periods }: HeldSchedule): Pick<ChargingSchedulePeriodType, "limit"> => ({
  limit: Math.max(...periods.map(({ limit }) => limit))
})

/** A is per phase, so more phases are more. A phase number that nobody gives is not compared. */
const isAbove = (
  ev: Pick<ChargingSchedulePeriodType, "limit" | "numberPhases">,
  ours: Pick<ChargingSchedulePeriodType, "limit" | "numberPhases"> | undefined,
  isInAmperes: boolean
): boolean =>
  ours !== undefined &&
  (ev.limit > ours.limit + tolerance ||
    (isInAmperes && (ev.numberPhases ?? 0) > (ours.numberPhases ?? Number.POSITIVE_INFINITY)))

// Limits have one decimal place; what a station calculates may miss it by a rounding error.
const tolerance = 1e-6

interface Span {
  readonly from: number
  readonly to: number
  readonly period: ChargingSchedulePeriodType
}

/** When each period is in force, in milliseconds; sorted, one after the other. After `duration` there is no limit. */
const spansOf = ({ chargingSchedulePeriod, duration = Infinity }: HeldSchedule, start: number): ReadonlyArray<Span> =>
  chargingSchedulePeriod
    .toSorted((a, b) => a.startPeriod - b.startPeriod)
    .map((period, at, all) => ({
      from: start + period.startPeriod * 1000,
      to: start + Math.min(all[at + 1]?.startPeriod ?? Infinity, duration) * 1000,
      period
    }))
    .filter(({ from, to }) => from < to)
