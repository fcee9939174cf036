/** Sampled values as the standard means them: defaults filled in, units and multipliers resolved (block J). */
import type {
  LocationEnumType,
  MeasurandEnumType,
  MeterValueType,
  PhaseEnumType,
  ReadingContextEnumType,
  SampledValueType
} from "@wattline/ocpp-v201"

/** One sampled value with its defaults, in a unit without prefix (J-3). */
export interface Sample {
  readonly measurand: MeasurandEnumType
  /** `Sample.Clock`: clock-aligned. `Transaction.Begin`, `Transaction.End`, `Sample.Periodic`: of a transaction. */
  readonly context: ReadingContextEnumType
  readonly location: LocationEnumType
  /** Absent: of the whole, not of one phase. */
  readonly phase?: PhaseEnumType
  /** In `unit`; multiplier and prefix are resolved. NaN when no number is that large or small. */
  readonly value: number
  /** Wh, W, A, V, Percent …: never kWh or kW. Absent for Power.Factor, which has none. */
  readonly unit?: string
  /** As received, with its signature if there is one (J-6). */
  readonly raw: SampledValueType
}

/** A sample with the time it was taken at (J-7). */
export interface Reading extends Sample {
  /** Station clock, ISO 8601, as the station wrote it. */
  readonly timestamp: string
}

/**
 * The samples of a `meterValue` list, as MeterValues and TransactionEvent have it, each with its time, its defaults, and its
 * value in Wh, W, A, V, Percent … (J-3, J-7). Signed data is in `raw`, untouched (J-6).
 *
 * @example
 * for (const { measurand, phase, unit, value } of readings(request.meterValue)) …
 */
export const readings = (meterValues: ReadonlyArray<MeterValueType>): ReadonlyArray<Reading> =>
  meterValues.flatMap(({ sampledValue, timestamp }) => sampledValue.map((raw) => ({ timestamp, ...sample(raw) })))

/** Applies the defaults of the standard to a sampled value, and resolves multiplier and prefix of its unit (J-3). */
export const sample = (raw: SampledValueType): Sample => {
  const measurand = raw.measurand ?? "Energy.Active.Import.Register"
  const { multiplier = 0, unit: given = unitOf[measurand] } = raw.unitOfMeasure ?? {}
  const [unit, exponent] = baseUnit.get(given ?? "") ?? [given, 0]
  return {
    measurand,
    context: raw.context ?? "Sample.Periodic",
    location: raw.location ?? "Outlet",
    ...(raw.phase !== undefined && { phase: raw.phase }),
    value: finite(scaled(raw.value, multiplier + exponent)) ?? Number.NaN,
    ...(unit !== undefined && { unit }),
    raw
  }
}

/**
 * Measurand → the unit where a station gives none. The standard sets Wh for all energies (J-3); for the others it is the one
 * that their quantity has without a prefix.
 */
const unitOf = {
  "Current.Export": "A",
  "Current.Import": "A",
  "Current.Offered": "A",
  "Energy.Active.Export.Register": "Wh",
  "Energy.Active.Import.Register": "Wh",
  "Energy.Reactive.Export.Register": "Wh",
  "Energy.Reactive.Import.Register": "Wh",
  "Energy.Active.Export.Interval": "Wh",
  "Energy.Active.Import.Interval": "Wh",
  "Energy.Active.Net": "Wh",
  "Energy.Reactive.Export.Interval": "Wh",
  "Energy.Reactive.Import.Interval": "Wh",
  "Energy.Reactive.Net": "Wh",
  "Energy.Apparent.Net": "Wh",
  "Energy.Apparent.Import": "Wh",
  "Energy.Apparent.Export": "Wh",
  Frequency: "Hz",
  "Power.Active.Export": "W",
  "Power.Active.Import": "W",
  "Power.Factor": undefined,
  "Power.Offered": "W",
  "Power.Reactive.Export": "var",
  "Power.Reactive.Import": "var",
  SoC: "Percent",
  Voltage: "V"
} as const satisfies { readonly [M in MeasurandEnumType]: string | undefined }

/** Units with a prefix or another name → the unit, and the power of ten. */
const baseUnit: ReadonlyMap<string, readonly [unit: string, exponent: number]> = new Map([
  ["kWh", ["Wh", 3]],
  ["kvarh", ["varh", 3]],
  ["kVAh", ["VAh", 3]],
  ["kW", ["W", 3]],
  ["kvar", ["var", 3]],
  ["kVA", ["VA", 3]],
  ["%", ["Percent", 0]]
])

/**
 * The reading of the energy import register in Wh; `undefined` for any other sample. Registers of a single phase are
 * not taken: they are parts of the whole, and which ones add up to it is not said.
 */
export const importRegisterWh = (raw: SampledValueType): number | undefined => {
  if (raw.measurand !== undefined && raw.measurand !== "Energy.Active.Import.Register") return undefined
  return raw.phase === undefined ? wattHours(raw) : undefined
}

/**
 * Energy imported in the interval that ends with the reading, in Wh; `undefined` for any other sample, and for a single
 * phase. What sums up, so it must not be counted twice (J-4).
 */
export const importIntervalWh = (raw: SampledValueType): number | undefined =>
  raw.measurand === "Energy.Active.Import.Interval" && raw.phase === undefined ? wattHours(raw) : undefined

const wattHours = (raw: SampledValueType): number | undefined => {
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
