/** Charging profiles as the mirror holds them: without prices and vendor data. */
import type { ChargingProfileType, ClearChargingProfileRequest } from "@wattline/ocpp-v201"
import { type HeldSchedule, heldSchedule } from "./HeldSchedule.ts"

/** A charging profile without its sales tariffs and vendor data. Limits in A or W, periods in seconds. */
export interface HeldProfile extends Omit<ChargingProfileType, "customData" | "chargingSchedule"> {
  readonly chargingSchedule: ReadonlyArray<HeldSchedule>
}

/** Profiles that are held per station, those of others apart; the oldest are left out. */
export const maxProfiles = 256

/** A charging profile as it is held. */
export const heldProfile = ({ customData: _, chargingSchedule, ...profile }: ChargingProfileType): HeldProfile => ({
  ...profile,
  chargingSchedule: chargingSchedule.map(heldSchedule)
})

/** A profile, and the EVSE it is on. */
export interface Placed {
  readonly evseId: number
  readonly profile: HeldProfile
}

/** Whether a profile on an EVSE is concerned. */
export type IsTouched = (evseId: number, profile: HeldProfile) => boolean

/** Whether a CSMS may replace or clear a profile: it is no constraint by others (K-37, K-50). */
export const isOurs = ({ chargingProfilePurpose }: HeldProfile): boolean =>
  chargingProfilePurpose !== "ChargingStationExternalConstraints"

/** What a ClearChargingProfile is about; criteria add up (K-37). */
export const clearedBy = ({
  chargingProfileCriteria: criteria = {},
  chargingProfileId: wanted
}: ClearChargingProfileRequest): IsTouched => {
  const isAsked = <A>(asked: A | undefined, is: A): boolean => asked === undefined || asked === is
  return (evseId, { chargingProfilePurpose, id, stackLevel }) =>
    wanted === undefined
      ? isAsked(criteria.evseId, evseId) &&
        isAsked(criteria.stackLevel, stackLevel) &&
        isAsked(criteria.chargingProfilePurpose, chargingProfilePurpose)
      : id === wanted
}
