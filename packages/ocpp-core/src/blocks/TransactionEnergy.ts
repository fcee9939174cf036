/**
 * What block E holds of meter values: the energy import register at both ends of a transaction, and the latest reading.
 * Both are decided by the station's timestamps, then seqNo, so that the order of arrival does not matter (E-10, ST-5).
 */
import type { LocationEnumType, MeterValueType, SampledValueType } from "@wattline/ocpp-v201"
import { importRegisterWh, locationRank } from "./Metering.ts"
import { isBefore } from "./Timestamp.ts"

/** One reading of the energy import register. */
export interface RegisterReading {
  /** In Wh, as the meter counts; not re-based to the transaction (J-5). */
  readonly wh: number
  /** Station clock, ISO 8601. */
  readonly timestamp: string
  /** Of the transaction event it came with. */
  readonly seqNo: number
}

/**
 * The energy import register at the first and the last reading. All contexts count, they are readings of one register;
 * single phases do not. Readings of one location only: Outlet if there are any, else by `locationRank`.
 */
export interface Energy {
  readonly location: LocationEnumType
  readonly first: RegisterReading
  readonly last: RegisterReading
}

/** The latest meter value as received, without signatures: those are passed through to the application (J-6, J-7). */
export interface LatestReading extends MeterValueType {
  /** Of the transaction event it came with. */
  readonly seqNo: number
}

/** The register with the readings of one event (E-27). */
export const addReadings = (
  before: Energy | undefined,
  meterValues: ReadonlyArray<MeterValueType>,
  seqNo: number
): Energy | undefined => {
  let energy = before
  for (const { timestamp, sampledValue } of meterValues) {
    for (const raw of sampledValue) {
      const wh = importRegisterWh(raw)
      if (wh !== undefined) energy = withReading(energy, raw.location ?? "Outlet", { wh, timestamp, seqNo })
    }
  }
  return energy
}

const withReading = (energy: Energy | undefined, location: LocationEnumType, reading: RegisterReading): Energy => {
  if (energy === undefined) return { location, first: reading, last: reading }
  if (location !== energy.location)
    return locationRank[location] < locationRank[energy.location] ? { location, first: reading, last: reading } : energy
  const isFirst = precedes(reading, energy.first)
  const isLast = precedes(energy.last, reading)
  if (!isFirst && !isLast) return energy
  return { location, first: isFirst ? reading : energy.first, last: isLast ? reading : energy.last }
}

/** The latest meter value of one event, unless a later one is known; split readings (E-15) count as several. */
export const latestReading = (
  before: LatestReading | undefined,
  meterValues: ReadonlyArray<MeterValueType>,
  seqNo: number
): LatestReading | undefined => {
  let latest: MeterValueType | undefined
  for (const meterValue of meterValues)
    if (latest === undefined || !isBefore(meterValue.timestamp, latest.timestamp)) latest = meterValue
  if (latest === undefined) return before
  if (before !== undefined && precedes({ timestamp: latest.timestamp, seqNo }, before)) return before
  const { sampledValue, timestamp } = withoutSignatures(latest)
  return { seqNo, timestamp, sampledValue }
}

/** A meter value as it is held: signatures, which can be long, are passed through and not kept (J-6). */
export const withoutSignatures = ({ sampledValue, timestamp }: MeterValueType): MeterValueType => ({
  timestamp,
  sampledValue: sampledValue.some(isSigned) ? sampledValue.map(unsigned) : sampledValue
})

const isSigned = (sampled: SampledValueType): boolean => sampled.signedMeterValue !== undefined

const unsigned = (sampled: SampledValueType): SampledValueType => {
  const { signedMeterValue: _, ...plain } = sampled
  return plain
}

type Moment = Pick<RegisterReading, "timestamp" | "seqNo">

const precedes = (a: Moment, b: Moment): boolean =>
  isBefore(a.timestamp, b.timestamp) || (a.seqNo < b.seqNo && !isBefore(b.timestamp, a.timestamp))
