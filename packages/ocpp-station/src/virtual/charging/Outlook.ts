/** A composite schedule laid out for the hours to come, and how it is told (K08). Pure. */
import type { CompositePeriod, ScheduleWindow } from "@wattline/ocpp-core/engine"
import type { ChargingRateUnitEnumType, ChargingSchedulePeriodType } from "@wattline/ocpp-v201"
import type { Limit } from "../parts.ts"

/** Nothing limits. */
export const unlimited: Limit = Object.freeze({
  power: undefined,
  current: undefined,
  phases: undefined,
  phaseToUse: undefined,
  until: undefined
})

/** Calculates a composite schedule, by the same calculator as a CSMS. */
export type Compose = (window: ScheduleWindow) => ReadonlyArray<CompositePeriod>

/** Seconds that an outlook covers; it is made anew after that. */
const horizon = 6 * 3600

/** See the head of the file. Made once, read many times, until a profile or a transaction changes. */
export class Outlook {
  readonly #start: number
  readonly #amperes: ReadonlyArray<CompositePeriod>
  readonly #watts: ReadonlyArray<CompositePeriod>

  /** `start` in milliseconds since 1970. */
  constructor(compose: Compose, start: number) {
    this.#start = start
    this.#amperes = compose({ start, duration: horizon, unit: "A" })
    this.#watts = compose({ start, duration: horizon, unit: "W" })
  }

  /** Whether it says something about this moment. */
  covers(now: number): boolean {
    return now >= this.#start && now < this.#start + horizon * 1000
  }

  /** What it says about a moment that it covers. */
  at(now: number): Limit {
    const second = (now - this.#start) / 1000
    const inAmperes = findAt(this.#amperes, second)
    const inWatts = findAt(this.#watts, second)
    return {
      power: inWatts.period?.limit,
      current: inAmperes.period?.limit,
      phases: inAmperes.period?.numberPhases,
      phaseToUse: inAmperes.period?.phaseToUse,
      until: this.#start + Math.min(inAmperes.until, inWatts.until) * 1000
    }
  }
}

const findAt = (
  periods: ReadonlyArray<CompositePeriod>,
  second: number
): { readonly period: CompositePeriod | undefined; readonly until: number } => {
  const at = periods.findLastIndex(({ startPeriod }) => startPeriod <= second)
  return { period: periods[at], until: periods[at + 1]?.startPeriod ?? horizon }
}

/**
 * The same as it goes onto the wire: limits down to one decimal, periods from full seconds on. Where a period starts within a
 * second, the lowest limit of that second holds for all of it (K08.FR.04).
 */
export const told = (periods: ReadonlyArray<CompositePeriod>): Array<ChargingSchedulePeriodType> => {
  const seconds = new Set(periods.flatMap(({ startPeriod: at }) => [Math.floor(at), Math.ceil(at)]))
  const rows: Array<ChargingSchedulePeriodType> = []
  for (const second of [...seconds].toSorted((a, b) => a - b)) {
    const { limit = 0, numberPhases, phaseToUse } = lowestWithin(periods, second)
    const row = {
      startPeriod: second,
      limit: Math.floor(limit * 10 + 1e-6) / 10,
      ...(numberPhases !== undefined && { numberPhases }),
      ...(phaseToUse !== undefined && numberPhases === 1 && { phaseToUse })
    }
    if (!isSame(row, rows.at(-1))) rows.push(row)
  }
  return rows
}

const lowestWithin = (periods: ReadonlyArray<CompositePeriod>, second: number): Partial<CompositePeriod> => {
  const first = periods.findLastIndex(({ startPeriod }) => startPeriod <= second)
  let lowest: Partial<CompositePeriod> = periods[first] ?? {}
  for (let at = first + 1; (periods[at]?.startPeriod ?? Infinity) < second + 1; at++) {
    const one = periods[at]
    if ((one?.limit ?? Infinity) < (lowest.limit ?? Infinity)) lowest = one ?? lowest
  }
  return lowest
}

const isSame = (a: ChargingSchedulePeriodType, b: ChargingSchedulePeriodType | undefined): boolean =>
  b !== undefined && a.limit === b.limit && a.numberPhases === b.numberPhases && a.phaseToUse === b.phaseToUse

/** Units in which a station tells, and the one it takes when the CSMS names none. */
export const unitFor = (
  wanted: ChargingRateUnitEnumType | undefined,
  rateUnits: ReadonlyArray<string>
): ChargingRateUnitEnumType | undefined => {
  const unit = wanted ?? rateUnits[0]
  return (unit === "A" || unit === "W") && rateUnits.includes(unit) ? unit : undefined
}
