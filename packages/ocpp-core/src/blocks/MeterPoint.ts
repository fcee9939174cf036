/** One meter value in numbers, as timelines hold it: of a transaction, of an EVSE, of the main meter. */
import type { SampledValueType } from "@wattline/ocpp-v201"
import type { Draft } from "./Draft.ts"
import { importIntervalWh, importRegisterWh, importWatts, locationRank } from "./Metering.ts"

/** What a station does not measure is absent. */
export interface MeterPoint {
  /** Station clock, ISO 8601. */
  readonly timestamp: string
  /** The energy import register in Wh, as the meter counts. */
  readonly wh?: number
  /** Energy imported in the interval that ends here, in Wh. */
  readonly intervalWh?: number
  /** Imported power in W. */
  readonly watts?: number
  /** State of charge of the EV in percent. */
  readonly soc?: number
}

/**
 * Puts into `point` what the samples of one meter value say; `false` when that is nothing. Of each quantity the reading
 * nearest to what the driver pays for; single phases are parts, and not taken.
 */
export const measure = (point: Draft<MeterPoint>, sampledValue: ReadonlyArray<SampledValueType>): boolean => {
  let wh: number | undefined
  let intervalWh: number | undefined
  let watts: number | undefined
  let soc: number | undefined
  let whRank = 9
  let intervalRank = 9
  let wattsRank = 9
  for (const raw of sampledValue) {
    const rank = raw.location === undefined ? 0 : locationRank[raw.location]
    switch (raw.measurand) {
      case undefined:
      case "Energy.Active.Import.Register": {
        const read = rank < whRank ? importRegisterWh(raw) : undefined
        if (read === undefined) break
        wh = read
        whRank = rank
        break
      }
      case "Energy.Active.Import.Interval": {
        const read = rank < intervalRank ? importIntervalWh(raw) : undefined
        if (read === undefined) break
        intervalWh = read
        intervalRank = rank
        break
      }
      case "Power.Active.Import": {
        const read = rank < wattsRank ? importWatts(raw) : undefined
        if (read === undefined) break
        watts = read
        wattsRank = rank
        break
      }
      case "SoC":
        soc ??= raw.value
    }
  }
  if (wh === undefined && intervalWh === undefined && watts === undefined && soc === undefined) return false
  if (wh !== undefined) point.wh = wh
  if (intervalWh !== undefined) point.intervalWh = intervalWh
  if (watts !== undefined) point.watts = watts
  if (soc !== undefined) point.soc = soc
  return true
}
