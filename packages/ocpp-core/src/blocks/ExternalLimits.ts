/**
 * Limits that others than the CSMS put on a station (K11 to K14): per source, for the whole station or one EVSE. Kept apart
 * from the charging profiles of the CSMS (K-39).
 */
import type { ChargingLimitSourceEnumType } from "@wattline/ocpp-v201"
import type { Exchange } from "./Block.ts"
import { type HeldSchedule, heldSchedule, withinBudget } from "./HeldSchedule.ts"

/** One limit in force, as the station told it last. Plain data. */
export interface ExternalLimit {
  /** Absent: the whole station. */
  readonly evseId?: number
  /** Who limits; never CSO, which is the CSMS itself (K-38). */
  readonly source: Exclude<ChargingLimitSourceEnumType, "CSO">
  /** Whether the grid needs it. */
  readonly isGridCritical?: boolean
  /** The limit over time, in A or W; absent when the station did not say. */
  readonly schedules?: ReadonlyArray<HeldSchedule>
  /** True when it has schedules, and there were too many to hold. */
  readonly cut?: true
  /** CSMS clock in milliseconds since 1970: when it was told. */
  readonly receivedAt: number
}

/** Limits that are held per station, oldest first. */
export const maxExternalLimits = 100

/** What is said of limits by others. */
export type ExternalLimitEvent = ExternalLimitSet | ExternalLimitCleared | ExternalLimitDoubtful

/** Another than the CSMS limits the station, or an EVSE of it, from now on (K11, K12). */
export interface ExternalLimitSet {
  readonly _tag: "ExternalLimitSet"
  readonly limit: ExternalLimit
}

/** A limit of another than the CSMS is gone (K13). Without `evseId`: on the whole station, its EVSEs included. */
export interface ExternalLimitCleared {
  readonly _tag: "ExternalLimitCleared"
  readonly evseId?: number
  readonly source: ExternalLimit["source"]
}

/** The station names the CSMS (CSO) as the source of a limit, which it must not (K-38); it is not counted as external. */
export interface ExternalLimitDoubtful {
  readonly _tag: "ExternalLimitDoubtful"
  readonly evseId?: number
  readonly source: "CSO"
}

type Emit = (event: ExternalLimitEvent) => void
type Limits = ReadonlyArray<ExternalLimit>

/** A new limit takes the place of the one of the same source at the same EVSE (K-38). */
export const limitNotified = (limits: Limits, { at, request }: Exchange<"NotifyChargingLimit">, emit: Emit): Limits => {
  const { chargingLimit, chargingSchedule } = request
  const { chargingLimitSource: source, isGridCritical } = chargingLimit
  const where = placeOf(request.evseId)
  if (source === "CSO") return doubtful(limits, where, emit)
  const limit: ExternalLimit = {
    ...where,
    source,
    ...(isGridCritical !== undefined && { isGridCritical }),
    ...(chargingSchedule !== undefined && { schedules: chargingSchedule.map(heldSchedule) }),
    receivedAt: at
  }
  emit({ _tag: "ExternalLimitSet", limit })
  const others = limits.filter((known) => known.source !== source || known.evseId !== where.evseId)
  return withinBudget([...others, limit].slice(-maxExternalLimits), ({ schedules = [] }) => schedules, withoutSchedules)
}

const withoutSchedules = ({ schedules: _, ...limit }: ExternalLimit): ExternalLimit => ({ ...limit, cut: true })

/** Gone at that EVSE; without one, on the whole station and all its EVSEs. */
export const limitCleared = (limits: Limits, { request }: Exchange<"ClearedChargingLimit">, emit: Emit): Limits => {
  const { chargingLimitSource: source } = request
  const where = placeOf(request.evseId)
  if (source === "CSO") return doubtful(limits, where, emit)
  emit({ _tag: "ExternalLimitCleared", ...where, source })
  const isGone = (known: ExternalLimit): boolean =>
    known.source === source && (where.evseId === undefined || known.evseId === where.evseId)
  return limits.some(isGone) ? limits.filter((known) => !isGone(known)) : limits
}

const doubtful = (limits: Limits, where: Pick<ExternalLimit, "evseId">, emit: Emit): Limits => {
  emit({ _tag: "ExternalLimitDoubtful", ...where, source: "CSO" })
  return limits
}

/** EVSE 0 is the station itself. */
const placeOf = (evseId: number | undefined): Pick<ExternalLimit, "evseId"> =>
  evseId === undefined || evseId === 0 ? {} : { evseId }
