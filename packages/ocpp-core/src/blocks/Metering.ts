/** Sampled values as the standard means them: defaults filled in, units and multipliers resolved (block J). */
import type {
  LocationEnumType,
  MeasurandEnumType,
  PhaseEnumType,
  ReadingContextEnumType,
  SampledValueType
} from "@wattline/ocpp-v201"

/** One sampled value with its defaults (J-3). */
export interface Sample {
  readonly measurand: MeasurandEnumType
  readonly context: ReadingContextEnumType
  readonly location: LocationEnumType
  /** Absent: of the whole, not of one phase. */
  readonly phase?: PhaseEnumType
  /** In `unit`; the multiplier is resolved. */
  readonly value: number
  /** Absent where a station gives none and none is standard. */
  readonly unit?: string
  /** As received, with its signature if there is one (J-6). */
  readonly raw: SampledValueType
}

/** Applies the defaults of the standard to a sampled value (J-3). */
export const sample = (raw: SampledValueType): Sample => {
  const measurand = raw.measurand ?? "Energy.Active.Import.Register"
  const unit = raw.unitOfMeasure?.unit ?? (measurand.startsWith("Energy.") ? "Wh" : undefined)
  return {
    measurand,
    context: raw.context ?? "Sample.Periodic",
    location: raw.location ?? "Outlet",
    ...(raw.phase !== undefined && { phase: raw.phase }),
    value: scaled(raw.value, raw.unitOfMeasure?.multiplier ?? 0),
    ...(unit !== undefined && { unit }),
    raw
  }
}

/**
 * The reading of the energy import register in Wh; `undefined` for any other sample. Registers of a single phase are
 * not taken: they are parts of the whole, and which ones add up to it is not said.
 */
export const importRegisterWh = (raw: SampledValueType): number | undefined => {
  if (raw.measurand !== undefined && raw.measurand !== "Energy.Active.Import.Register") return undefined
  if (raw.phase !== undefined) return undefined
  const unit = raw.unitOfMeasure
  if (unit === undefined) return finite(raw.value)
  const multiplier = unit.multiplier ?? 0
  if (unit.unit === undefined || unit.unit === "Wh") return finite(scaled(raw.value, multiplier))
  return unit.unit === "kWh" ? finite(scaled(raw.value, multiplier + 3)) : undefined
}

/** Imported active power in W; `undefined` for any other sample, and for a single phase, which is a part of the whole. */
export const importWatts = (raw: SampledValueType): number | undefined => {
  if (raw.measurand !== "Power.Active.Import" || raw.phase !== undefined) return undefined
  const { unit = "W", multiplier = 0 } = raw.unitOfMeasure ?? {}
  if (unit === "W") return finite(scaled(raw.value, multiplier))
  return unit === "kW" ? finite(scaled(raw.value, multiplier + 3)) : undefined
}

/** Preference among the places where one and the same energy is measured: what the driver pays for comes first. */
export const locationRank = {
  Outlet: 0,
  Cable: 1,
  Body: 2,
  Inlet: 3,
  EV: 4
} as const satisfies { readonly [L in LocationEnumType]: number }

/** value × 10^exponent, without the noise that binary fractions add: 2.3 kWh are 2300 Wh. */
const scaled = (value: number, exponent: number): number => {
  if (exponent === 0) return value
  const result = exponent > 0 ? value * 10 ** exponent : value / 10 ** -exponent
  return Number.isInteger(result) ? result : Number(result.toPrecision(15))
}

// A multiplier may be any integer, and JSON has no infinity.
const finite = (value: number): number | undefined => (Number.isFinite(value) ? value + 0 : undefined)
