/** What must hold of requests that name charging profiles: to clear them, to get them, to combine them. Pure. */
import type {
  ChargingProfilePurposeEnumType,
  ChargingRateUnitEnumType,
  ClearChargingProfileType
} from "@wattline/ocpp-v201"
import type { DeviceModel } from "../blocks/DeviceModel.ts"
import type { ProfileFilter } from "../blocks/ReportedProfiles.ts"
import { mostProfiles, rateUnits } from "./ChargingProfileLimits.ts"
import type { BrokenRule } from "./CheckFailed.ts"

/** Purposes of profiles that a CSMS sets and clears. */
export type OwnPurpose = Exclude<ChargingProfilePurposeEnumType, "ChargingStationExternalConstraints">

/** Which profiles to clear: one by its id, or all that meet every criterion, of which there is at least one (K-36). */
export type ClearTarget = { readonly chargingProfileId: number } | ClearCriteria

/** An evseId of 0 means profiles set on the station itself, absent means all EVSEs and the station. */
export interface ClearCriteria extends Pick<ClearChargingProfileType, "evseId" | "stackLevel"> {
  readonly chargingProfilePurpose?: OwnPurpose
}

/** What is wrong with a request to clear profiles; nothing when it may be sent (K-36). */
export const brokenByTarget = (target: ClearTarget): ReadonlyArray<BrokenRule> => {
  const { chargingProfileId, chargingProfilePurpose, evseId, stackLevel } = target as {
    readonly [K in "chargingProfileId" | "chargingProfilePurpose" | "evseId" | "stackLevel"]?: unknown
  }
  const criteria = [chargingProfilePurpose, evseId, stackLevel].filter((criterion) => criterion !== undefined)
  const rule = "K-36"
  return [
    ...((chargingProfileId === undefined) === (criteria.length === 0)
      ? [{ rule, detail: "name either a chargingProfileId, or at least one of purpose, stackLevel and evseId" }]
      : []),
    ...(chargingProfilePurpose === "ChargingStationExternalConstraints"
      ? [{ rule, detail: "a CSMS does not clear what others constrain" }]
      : [])
  ]
}

/** What is wrong with the filter of a GetChargingProfiles; nothing when it may be sent (K-33). */
export const brokenByFilter = ({ chargingProfile }: ProfileFilter, model: DeviceModel): ReadonlyArray<BrokenRule> => {
  const { chargingLimitSource, chargingProfileId: ids, chargingProfilePurpose, stackLevel } = chargingProfile
  const criteria = [chargingLimitSource, chargingProfilePurpose, stackLevel].filter((one) => one !== undefined)
  const most = mostProfiles(model)
  const rule = "K-33"
  return [
    ...((ids === undefined) === (criteria.length === 0)
      ? [{ rule, detail: "name either ids, or at least one of purpose, stackLevel and chargingLimitSource" }]
      : []),
    ...(ids !== undefined && most !== undefined && ids.length > most
      ? [{ rule, detail: `${ids.length} ids are more than the ${most} profiles that the station holds` }]
      : [])
  ]
}

/** What is wrong with the unit of a GetCompositeSchedule; nothing when it may be sent, or the station's units are not known. */
export const brokenByUnit = (
  unit: ChargingRateUnitEnumType | undefined,
  model: DeviceModel
): ReadonlyArray<BrokenRule> => {
  const units = rateUnits(model)
  return unit === undefined || units === undefined || units.includes(unit)
    ? []
    : [{ rule: "K-32", detail: `the station takes limits in ${units.join(", ")}, not in ${unit}` }]
}
