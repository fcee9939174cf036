/**
 * What a station will allow at any moment, from the profiles it has: a preview of the composite schedule (K08, SC.01). Pure.
 *
 * - per purpose the profile with the highest stackLevel counts among those that are valid and have a period for the moment
 * - a TxProfile that counts takes the place of the TxDefaultProfiles, for as long as it has a period
 * - of the purposes, and of limits by others, the lowest limit holds; where nothing counts there is no limit
 *
 * A is per phase, W is the sum of the phases (K01.FR.50, K01.FR.51). A period without numberPhases means 3 (K01.FR.49, K-48).
 */
import type { ChargingRateUnitEnumType, ChargingSchedulePeriodType } from "@wattline/ocpp-v201"
import type { HeldSchedule } from "../blocks/HeldSchedule.ts"
import type { HeldProfile } from "../blocks/HeldProfile.ts"
import { limitTrack, read, type Track, trackOf } from "./ScheduleTrack.ts"

/** A charging profile where it is installed; EVSE 0 is the station. */
export interface PlacedProfile {
  readonly evseId: number
  readonly profile: HeldProfile
}

/** A limit that came without a profile; without `evseId`, or with 0, it is for the whole station (K11). */
export interface PlacedLimit {
  readonly evseId?: number
  readonly schedules: ReadonlyArray<HeldSchedule>
  /** Milliseconds since 1970: where a schedule without startSchedule begins. */
  readonly from: number
}

/** What a charging schedule is calculated for. */
export interface EvseContext {
  /** Greater than 0. */
  readonly evseId: number
  /** The transaction that runs there; without one it is as if one began with the window, without TxProfiles (K08.FR.06). */
  readonly transaction?: {
    readonly transactionId: string
    /** Milliseconds since 1970: when the EVSE was ready to deliver energy; Relative schedules count from here (K01.FR.42). */
    readonly energyFrom: number
  }
  /** AC phases of the EVSE, 1 to 3; 0 is DC. Default 3. */
  readonly phases?: number
  /** Set voltage in V between phase and neutral, or of a DC EVSE. Default 230. */
  readonly voltage?: number
}

/** Which time, in which unit. */
export interface ScheduleWindow {
  /** Milliseconds since 1970. */
  readonly start: number
  /** Seconds. */
  readonly duration: number
  readonly unit: ChargingRateUnitEnumType
  /** Which schedule of TxProfiles with several: 0, the first of them, to 2 (K15.FR.22). Default 0. */
  readonly scheduleIndex?: number
}

/** What holds from a moment on, up to the next period or the end of the window. */
export interface CompositePeriod {
  /** Seconds from the start of the window; with a fraction where a schedule does not begin with a full second of it. */
  readonly startPeriod: number
  /** In A per phase, or W; absent: no limit. Not rounded. */
  readonly limit?: number
  /** AC phases that may be used, the lowest of what counts; absent without a limit, and for DC. */
  readonly numberPhases?: number
  readonly phaseToUse?: number
  /** True when what counts names different phases: a station rejects such profiles (K-25). */
  readonly phaseConflict?: true
}

/** The composite schedule of one EVSE: at least one period, the first at 0, each different from the one before. */
export const evseSchedule = (
  profiles: ReadonlyArray<PlacedProfile>,
  limits: ReadonlyArray<PlacedLimit>,
  context: EvseContext,
  window: ScheduleWindow
): ReadonlyArray<CompositePeriod> => {
  const { evseId, transaction } = context
  const relativeFrom = transaction?.energyFrom ?? window.start
  const tracksOf = (wanted: (placed: PlacedProfile) => boolean, index = 0): Layer =>
    profiles.filter(wanted).flatMap(({ profile }) => trackOf(profile, index, relativeFrom))
  const isOf = ({ profile }: PlacedProfile, purpose: HeldProfile["chargingProfilePurpose"]): boolean =>
    profile.chargingProfilePurpose === purpose
  const has = (purpose: HeldProfile["chargingProfilePurpose"], ...at: ReadonlyArray<number>): Layer =>
    tracksOf((placed) => isOf(placed, purpose) && at.includes(placed.evseId))
  const isTransaction = (placed: PlacedProfile): boolean =>
    transaction !== undefined &&
    isOf(placed, "TxProfile") &&
    placed.evseId === evseId &&
    placed.profile.transactionId === transaction.transactionId
  const external = limits
    .filter((limit) => limit.evseId === undefined || limit.evseId === 0 || limit.evseId === evseId)
    .map(({ from, schedules }) => schedules.flatMap((schedule) => limitTrack(schedule, from)))
  return composed(
    [
      [tracksOf(isTransaction, window.scheduleIndex), has("TxDefaultProfile", 0, evseId)],
      [has("ChargingStationMaxProfile", 0)],
      [has("ChargingStationExternalConstraints", 0)],
      [has("ChargingStationExternalConstraints", evseId)],
      ...external.map((layer) => [layer])
    ],
    context,
    window
  )
}

/**
 * The composite schedule of the grid connection, EVSE 0 (K08.FR.03): what the EVSEs may use together, and never more than
 * what is set for the station, which is for all of them together.
 */
export const stationSchedule = (
  profiles: ReadonlyArray<PlacedProfile>,
  limits: ReadonlyArray<PlacedLimit>,
  evses: ReadonlyArray<EvseContext>,
  window: ScheduleWindow
): ReadonlyArray<CompositePeriod> => {
  const own = profiles.filter(
    ({ evseId, profile }) => evseId === 0 && profile.chargingProfilePurpose !== "TxDefaultProfile"
  )
  const ownLimits = limits.filter(({ evseId }) => evseId === undefined || evseId === 0)
  const phases = evses.length === 0 ? usualPhases : Math.max(...evses.map((one) => one.phases ?? usualPhases))
  const { voltage } = evses.find((one) => (one.phases ?? usualPhases) === phases) ?? {}
  const context = { evseId: 0, phases, ...(voltage !== undefined && { voltage }) }
  const station = evseSchedule(own, ownLimits, context, window)
  const each = evses.map((evse) => {
    const schedule = evseSchedule(profiles, limits, evse, window)
    if (window.unit === "W" || phases === 0 || evse.phases !== 0) return schedule
    // A of a DC output are fewer on each phase of the grid connection (K08.FR.03).
    const drawn = (evse.voltage ?? usualVoltage) / ((voltage ?? usualVoltage) * phases)
    return schedule.map(({ limit, startPeriod }) =>
      limit === undefined ? { startPeriod } : { startPeriod, limit: limit * drawn, numberPhases: phases }
    )
  })
  return merged(instants([station, ...each]).map(together(station, each)))
}

/** At a second of the window: the limit of the station, or what its EVSEs have together where that is less. */
const together =
  (station: ReadonlyArray<CompositePeriod>, each: ReadonlyArray<ReadonlyArray<CompositePeriod>>) =>
  (startPeriod: number): CompositePeriod => {
    const whole = periodAt(station, startPeriod)
    const parts = each.map((one) => periodAt(one, startPeriod))
    const sum = parts.reduce((total, { limit = Infinity }) => total + limit, 0)
    if (parts.length === 0 || sum >= (whole.limit ?? Infinity)) return { ...whole, startPeriod }
    const numberPhases = Math.max(...parts.map((one) => one.numberPhases ?? 0))
    return { startPeriod, limit: sum, ...(numberPhases > 0 && { numberPhases }) }
  }

/** Schedules of which the one with the highest stackLevel counts. */
type Layer = ReadonlyArray<Track>

const usualPhases = 3
const usualVoltage = 230

/** What holds at one moment. */
type Held = Omit<CompositePeriod, "startPeriod">

/** Of each group the first layer that has something at a moment counts; of the groups, the lowest limit. */
const composed = (
  groups: ReadonlyArray<ReadonlyArray<Layer>>,
  context: EvseContext,
  { duration, start, unit }: ScheduleWindow
): ReadonlyArray<CompositePeriod> => {
  const periods: Array<CompositePeriod> = []
  const end = start + duration * 1000
  let t = start
  do {
    let until = end
    const counting = groups.flatMap((layers) => {
      let found: ReadonlyArray<Counting> = []
      for (const layer of layers) {
        const leading = leaders(layer, t)
        until = Math.min(until, leading.until)
        if (found.length === 0) found = leading.counting
      }
      return found
    })
    periods.push({ startPeriod: (t - start) / 1000, ...lowest(counting, context, unit) })
    t = until
  } while (t < end)
  return merged(periods)
}

/** A period that counts, with the unit of its schedule. */
interface Counting {
  readonly unit: ChargingRateUnitEnumType
  readonly period: ChargingSchedulePeriodType
}

/** The highest stackLevel that has a period. Two of the same level are not allowed; then both count. */
const leaders = (layer: Layer, t: number): { readonly counting: ReadonlyArray<Counting>; readonly until: number } => {
  let until = Infinity
  let level = -Infinity
  let counting: ReadonlyArray<Counting> = []
  for (const one of layer) {
    const reading = read(one, t)
    until = Math.min(until, reading.until)
    if (reading.period === undefined || one.stackLevel < level) continue
    const found = { unit: one.unit, period: reading.period }
    counting = one.stackLevel === level ? [...counting, found] : [found]
    level = one.stackLevel
  }
  return { counting, until }
}

const lowest = (counting: ReadonlyArray<Counting>, context: EvseContext, unit: ChargingRateUnitEnumType): Held => {
  if (counting.length === 0) return {}
  const limit = Math.min(...counting.map((one) => converted(one, context, unit)))
  const { phases = usualPhases } = context
  if (phases === 0) return { limit }
  const numberPhases = Math.min(phases, ...counting.map(({ period }) => period.numberPhases ?? usualPhases))
  const [phaseToUse, ...others] = new Set(counting.flatMap(({ period }) => period.phaseToUse ?? []))
  return {
    limit,
    numberPhases,
    ...(others.length > 0 ? { phaseConflict: true } : phaseToUse !== undefined && { phaseToUse })
  }
}

/** W is shared out over the phases of its period; A counts on no more phases than the EVSE has. */
const converted = (
  { period, unit: from }: Counting,
  { phases = usualPhases, voltage = usualVoltage }: EvseContext,
  to: ChargingRateUnitEnumType
): number => {
  const { limit, numberPhases = usualPhases } = period
  if (from === to) return limit
  const lines = phases === 0 ? 1 : from === "W" ? numberPhases : Math.min(phases, numberPhases)
  return from === "W" ? limit / (voltage * lines) : limit * voltage * lines
}

const merged = (periods: ReadonlyArray<CompositePeriod>): ReadonlyArray<CompositePeriod> =>
  periods.filter((period, at) => at === 0 || !isSame(period, periods[at - 1]))

const isSame = (a: CompositePeriod, b: CompositePeriod | undefined): boolean =>
  b !== undefined &&
  a.limit === b.limit &&
  a.numberPhases === b.numberPhases &&
  a.phaseToUse === b.phaseToUse &&
  a.phaseConflict === b.phaseConflict

const instants = (schedules: ReadonlyArray<ReadonlyArray<CompositePeriod>>): ReadonlyArray<number> =>
  [...new Set(schedules.flatMap((schedule) => schedule.map(({ startPeriod }) => startPeriod)))].toSorted(
    (a, b) => a - b
  )

/** The period at a moment. A schedule has one at 0. */
const periodAt = (schedule: ReadonlyArray<CompositePeriod>, second: number): Held =>
  schedule.findLast(({ startPeriod }) => startPeriod <= second) ?? {}
