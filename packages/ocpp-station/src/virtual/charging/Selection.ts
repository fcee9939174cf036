/** Which charging profiles a CSMS asks for or clears (K09, K10). Pure. */
import type {
  ChargingLimitSourceEnumType,
  ClearChargingProfileRequest,
  GetChargingProfilesRequest,
  ReportChargingProfilesRequest
} from "@wattline/ocpp-v201"
import type { Installed } from "./Rules.ts"

/** Charging profiles by others, with who set them. */
export interface Sourced extends Installed {
  readonly source: Exclude<ChargingLimitSourceEnumType, "CSO">
}

const isAsked = <A>(asked: A | undefined, is: A): boolean => asked === undefined || asked === is

/** Whether ClearChargingProfile is about a profile of the CSMS: its id, or all criteria (K10.FR.03, K10.FR.04). */
export const isCleared = (
  { chargingProfileCriteria: criteria = {}, chargingProfileId: id }: ClearChargingProfileRequest,
  { evseId, profile }: Installed
): boolean =>
  id === undefined
    ? isAsked(criteria.evseId, evseId) &&
      isAsked(criteria.stackLevel, profile.stackLevel) &&
      isAsked(criteria.chargingProfilePurpose, profile.chargingProfilePurpose)
    : profile.id === id

/** Profiles in one ReportChargingProfiles at most. */
const perMessage = 10

/**
 * The reports that answer a GetChargingProfiles, in order: each of one EVSE and one source, with tbc on all but the last
 * (K09.FR.01 to K09.FR.06). None when nothing matches.
 */
export const reportsOf = (
  { chargingProfile: criteria, evseId: wanted, requestId }: GetChargingProfilesRequest,
  installed: ReadonlyArray<Installed>,
  external: ReadonlyArray<Sourced>
): ReadonlyArray<ReportChargingProfilesRequest> => {
  const { chargingLimitSource, chargingProfileId, chargingProfilePurpose, stackLevel } = criteria
  const groups = new Map<string, Array<ReportChargingProfilesRequest>>()
  const ours = installed.map((one) => ({ ...one, source: "CSO" as const }))
  for (const { evseId, profile, source } of [...ours, ...external]) {
    const matches =
      isAsked(wanted, evseId) &&
      (chargingProfileId === undefined || chargingProfileId.includes(profile.id)) &&
      isAsked(chargingProfilePurpose, profile.chargingProfilePurpose) &&
      isAsked(stackLevel, profile.stackLevel) &&
      (chargingLimitSource === undefined || chargingLimitSource.includes(source))
    if (!matches) continue
    const group = groups.get(`${evseId}/${source}`) ?? []
    groups.set(`${evseId}/${source}`, group)
    const last = group.at(-1)
    if (last !== undefined && last.chargingProfile.length < perMessage) last.chargingProfile.push(profile)
    else group.push({ requestId, chargingLimitSource: source, evseId, chargingProfile: [profile] })
  }
  const reports = [...groups.values()].flat()
  for (const report of reports.slice(0, -1)) report.tbc = true
  return reports
}
