/** Block K looked at from what is known of a station: its profiles, checks before sending, the schedule to expect. Pure. */
import type { ChargingLimitSourceEnumType, ChargingProfileType, ChargingRateUnitEnumType } from "@wattline/ocpp-v201"
import { DeviceModel } from "../blocks/DeviceModelAccess.ts"
import { needsOf, sessionAt } from "../blocks/EVCharging.ts"
import type { HeldProfile } from "../blocks/HeldProfile.ts"
import type { StationMirror } from "../blocks/Mirror.ts"
import type { ExternalProfile } from "../blocks/ReportedProfiles.ts"
import { type InstalledProfile, isLapsed, type PendingProfile } from "../blocks/SmartCharging.ts"
import { findTransaction } from "../blocks/Transactions.ts"
import { type ProfileCarrier, type ProfileVerdict, verdictOn } from "./ChargingProfileRules.ts"
import { type CompositePeriod, type EvseContext, evseSchedule, stationSchedule } from "./CompositeSchedule.ts"

/**
 * `Valid` by its validFrom and validTo, whether or not it has a period now. `Expired` ones stay on the station until they are
 * cleared (K-30). `Pending`: of a remote start whose transaction has not come (K-57).
 */
export type ProfileState = "Valid" | "NotYetValid" | "Expired" | "Pending"

/** One charging profile that a station has. */
export interface KnownProfile {
  readonly state: ProfileState
  /** 0: the station, or every EVSE for a TxDefaultProfile. Absent: pending, and the station may choose the EVSE. */
  readonly evseId?: number
  readonly profile: HeldProfile
  /** Who set it; CSO is the CSMS (K-39). */
  readonly source: ChargingLimitSourceEnumType
  /** CSMS clock in milliseconds since 1970: when the station accepted it. Absent when only a report told of it. */
  readonly acceptedAt?: number
  /** Of a pending one. */
  readonly remoteStartId?: number
  /** Present when an answer about it was lost: the station may not have it, or have another one under its id (ST-3). */
  readonly uncertain?: true
}

/**
 * The charging profiles that a station has, as far as is known; `now` is CSMS time in milliseconds since 1970. Profiles stay
 * in force while the station is offline (K-49).
 *
 * @example
 * const { mirror } = yield* station.snapshot
 * const expired = SmartCharging.profilesOf(mirror, Date.now()).filter(({ state }) => state === "Expired")
 */
export const profilesOf = (mirror: StationMirror, now: number): ReadonlyArray<KnownProfile> => {
  const { external, pending, profiles } = mirror.smartCharging
  const told = (one: InstalledProfile | ExternalProfile): KnownProfile => ({
    state: stateOf(one.profile, now),
    source: "CSO",
    ...one
  })
  const waiting = (one: PendingProfile): KnownProfile => ({ state: "Pending", source: "CSO", ...one })
  const current = pending.filter((one) => !isLapsed(one, now, mirror))
  return [...profiles.map(told), ...external.map(told), ...current.map(waiting)]
}

const stateOf = ({ validFrom, validTo }: HeldProfile, now: number): ProfileState => {
  if (validTo !== undefined && Date.parse(validTo) <= now) return "Expired"
  return validFrom !== undefined && Date.parse(validFrom) > now ? "NotYetValid" : "Valid"
}

/** A profile as it would be sent. */
export interface ProfileRequest {
  /** 0: the station. Absent only for a remote start that leaves the EVSE to the station. */
  readonly evseId?: number
  readonly chargingProfile: ChargingProfileType
  /** Default SetChargingProfile. */
  readonly carrier?: ProfileCarrier
}

/**
 * What speaks against sending a profile, without sending it: rules it breaks, warnings, and checks that were skipped because
 * their data is not known (K-1 to K-27, K-50 to K-52, K-56). `now` is CSMS time in milliseconds since 1970.
 *
 * @example
 * const { broken } = SmartCharging.checkChargingProfile(mirror, { evseId: 1, chargingProfile }, Date.now())
 */
export const checkChargingProfile = (
  mirror: StationMirror,
  { carrier = "SetChargingProfile", chargingProfile: profile, evseId }: ProfileRequest,
  now: number
): ProfileVerdict => verdictOn({ carrier, profile, evseId, mirror, needs: needsFor(profile, mirror), now })

/** Of a transaction whose beginning was not heard, the needs may have been sent before (K-11). */
const needsFor = ({ transactionId }: ChargingProfileType, { evCharging, transactions }: StationMirror) => {
  if (transactionId === undefined) return undefined
  const needs = needsOf(evCharging, transactionId)
  const transaction = findTransaction(transactions, transactionId)
  return needs === undefined && transaction !== undefined && transaction.origin.started === undefined
    ? "Unknown"
    : needs
}

/** Which composite schedule. */
export interface PreviewRequest {
  /** 0: the grid connection, all EVSEs together (K08.FR.03). */
  readonly evseId: number
  /** Milliseconds since 1970. */
  readonly start: number
  /** Seconds. */
  readonly duration: number
  readonly chargingRateUnit: ChargingRateUnitEnumType
  /** Set voltage in V between phase and neutral, or of a DC EVSE, for limits in the other unit. Default 230. */
  readonly voltage?: number
  /** Which schedule of TxProfiles that have several, 0 to 2 (K15.FR.22). Default 0. */
  readonly scheduleIndex?: number
}

/** The schedule to expect; like that of a GetCompositeSchedule, but without a limit where nothing limits. */
export interface CompositePreview {
  readonly evseId: number
  /** ISO 8601. */
  readonly scheduleStart: string
  /** Seconds. */
  readonly duration: number
  readonly chargingRateUnit: ChargingRateUnitEnumType
  /** Strictly rising startPeriods, the first 0. */
  readonly chargingSchedulePeriod: ReadonlyArray<CompositePeriod>
  /** Present when there are profiles of which it is not certain that the station has them: they are counted in (ST-3). */
  readonly uncertain?: true
}

/**
 * What the station will allow, from the profiles and limits that are known (K08, SC.01): a GetCompositeSchedule that asks
 * nobody. What the hardware cannot do, and what a station does among its EVSEs, is not in it.
 *
 * @example
 * const preview = SmartCharging.previewCompositeSchedule(mirror, {
 *   evseId: 1, start: Date.now(), duration: 3600, chargingRateUnit: "A"
 * })
 */
export const previewCompositeSchedule = (mirror: StationMirror, request: PreviewRequest): CompositePreview => {
  const { chargingRateUnit, duration, evseId, scheduleIndex, start, voltage } = request
  const { external, profiles } = mirror.smartCharging
  const placed = [...profiles, ...external]
  const limits = mirror.evCharging.limits.flatMap(({ evseId: at, receivedAt: from, schedules }) =>
    schedules === undefined ? [] : [{ ...(at !== undefined && { evseId: at }), schedules, from }]
  )
  const window = { start, duration, unit: chargingRateUnit, ...(scheduleIndex !== undefined && { scheduleIndex }) }
  const chargingSchedulePeriod =
    evseId === 0
      ? stationSchedule(
          placed,
          limits,
          evsesOf(mirror).map((id) => contextOf(mirror, id, voltage)),
          window
        )
      : evseSchedule(placed, limits, contextOf(mirror, evseId, voltage), window)
  return {
    evseId,
    scheduleStart: new Date(start).toISOString(),
    duration,
    chargingRateUnit,
    chargingSchedulePeriod,
    ...(placed.some(({ uncertain }) => uncertain === true) && { uncertain: true })
  }
}

const evsesOf = ({ availability, provisioning, transactions }: StationMirror): ReadonlyArray<number> => {
  const reported = Object.values(provisioning.deviceModel.components).map(({ component }) => component.evse?.id ?? 0)
  const connectors = availability.connectors.map(({ evseId }) => evseId)
  const occupied = transactions.running.map(({ evse }) => evse?.id ?? 0)
  return [...new Set([...reported, ...connectors, ...occupied])].filter((id) => id > 0)
}

/** Energy flows from when the station said so; where that was not told, from the start of the transaction. */
const contextOf = (mirror: StationMirror, evseId: number, voltage: number | undefined): EvseContext => {
  const transaction = mirror.transactions.running.findLast(({ evse }) => evse?.id === evseId)
  const phases = DeviceModel.read(mirror.provisioning.deviceModel, "EVSE", "SupplyPhases", { evseId })
  const session = sessionAt(mirror.evCharging, evseId)
  return {
    evseId,
    ...(voltage !== undefined && { voltage }),
    ...(phases !== undefined && phases >= 0 && phases <= 3 && { phases }),
    ...(transaction !== undefined && {
      transaction: {
        transactionId: transaction.transactionId,
        energyFrom: Date.parse(
          (session?.transactionId === transaction.transactionId ? session.chargingSince : undefined) ??
            transaction.startedAt ??
            transaction.updatedAt
        )
      }
    })
  }
}
