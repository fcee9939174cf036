/** What the mirror of charging profiles becomes by a report of the station (K-34, K-35). */
import type {
  ChargingLimitSourceEnumType,
  GetChargingProfilesRequest,
  ReportChargingProfilesRequest
} from "@wattline/ocpp-v201"
import { heldProfile, type HeldProfile, maxProfiles } from "./HeldProfile.ts"
import { type ProfileChange, withChanges } from "./ProfileChanges.ts"
import type { ChargingProfilesReported, InstalledProfile, SmartChargingState } from "./SmartCharging.ts"
import type { Uncertain } from "./Uncertain.ts"

/** A profile that others than the CSMS have put on a station; its id is often negative (K-39). Plain data. */
export interface ExternalProfile extends Uncertain {
  readonly evseId: number
  readonly profile: HeldProfile
  /** Who put it there. */
  readonly source: ChargingLimitSourceEnumType
}

/** Which profiles a report is about: what GetChargingProfiles asked for. */
export type ProfileFilter = Pick<GetChargingProfilesRequest, "chargingProfile" | "evseId">

/** Periods of reported profiles that are held per station; profiles beyond are left out. */
export const maxReportedPeriods = 20_000

const allSources = 4

/**
 * The state after a complete report: all `parts` of one GetChargingProfiles, none for NoProfiles. What the filter covers is
 * replaced by what was reported, a filter that covers everything replaces all (K-35). `changes`: what came after it was asked
 * for, and holds. `at` is CSMS time in milliseconds since 1970.
 */
export const withReported = (
  state: SmartChargingState,
  filter: ProfileFilter,
  parts: ReadonlyArray<Pick<ReportChargingProfilesRequest, "chargingLimitSource" | "chargingProfile" | "evseId">>,
  at: number,
  emit: (event: ChargingProfilesReported) => void,
  changes: ReadonlyArray<ProfileChange> = []
): SmartChargingState => {
  const { isTruncated: isCut, reported } = within(
    parts.flatMap(({ chargingLimitSource: source, chargingProfile, evseId }) =>
      chargingProfile.map((profile) => ({ evseId, source, profile: heldProfile(profile) }))
    )
  )
  const before = new Map(state.profiles.map((known) => [known.profile.id, known]))
  const installed = ({ evseId, profile }: ExternalProfile): InstalledProfile => {
    const { acceptedAt } = before.get(profile.id) ?? {}
    return { evseId, profile, ...(acceptedAt !== undefined && { acceptedAt }) }
  }
  const told: SmartChargingState = {
    profiles: reported.filter(isOurs).map(installed),
    external: reported.filter((one) => !isOurs(one)),
    pending: []
  }
  const now = withChanges(told, changes)
  const ids = new Set([...now.profiles, ...now.external].map(({ profile }) => profile.id))
  const isKept = (known: InstalledProfile | ExternalProfile): boolean =>
    !ids.has(known.profile.id) && !covers(filter, known)
  const profiles = [...state.profiles.filter(isKept), ...now.profiles].slice(-maxProfiles)
  const external = [...state.external.filter(isKept), ...now.external].slice(-maxProfiles)
  const after = new Set(profiles.map(({ profile }) => profile.id))
  const added = [...after].filter((id) => !before.has(id))
  const removed = [...before.keys()].filter((id) => !after.has(id))
  emit({ _tag: "ChargingProfilesReported", added, removed })
  const { isTruncated: was, ...rest } = state
  const isWhole = coversAll(filter)
  const isTruncated = isCut || now.isTruncated === true
  return {
    ...rest,
    profiles,
    external,
    ...(isWhole && { reportedAt: at }),
    ...((isTruncated || (was === true && !isWhole)) && { isTruncated: true })
  }
}

const isOurs = ({ profile, source }: ExternalProfile): boolean =>
  source === "CSO" && profile.chargingProfilePurpose !== "ChargingStationExternalConstraints"

/** True when a report that was asked with this filter has to mention the profile. */
const covers = (
  { chargingProfile: criterion, evseId }: ProfileFilter,
  known: { readonly evseId: number; readonly profile: HeldProfile; readonly source?: ChargingLimitSourceEnumType }
): boolean => {
  const { chargingLimitSource, chargingProfileId, chargingProfilePurpose, stackLevel } = criterion
  return (
    (evseId === undefined || evseId === known.evseId) &&
    (chargingProfileId === undefined || chargingProfileId.includes(known.profile.id)) &&
    (chargingProfilePurpose === undefined || chargingProfilePurpose === known.profile.chargingProfilePurpose) &&
    (stackLevel === undefined || stackLevel === known.profile.stackLevel) &&
    (chargingLimitSource === undefined || chargingLimitSource.includes(known.source ?? "CSO"))
  )
}

/** All four sources are as good as none. */
const coversAll = ({ chargingProfile: criterion, evseId }: ProfileFilter): boolean =>
  evseId === undefined &&
  criterion.chargingProfileId === undefined &&
  criterion.chargingProfilePurpose === undefined &&
  criterion.stackLevel === undefined &&
  (criterion.chargingLimitSource === undefined || new Set(criterion.chargingLimitSource).size === allSources)

/** The last profile of each id, as many as there is room for. */
const within = (
  all: ReadonlyArray<ExternalProfile>
): { readonly reported: ReadonlyArray<ExternalProfile>; readonly isTruncated: boolean } => {
  const unique = [...new Map(all.map((one) => [one.profile.id, one])).values()]
  let left = maxReportedPeriods
  const reported = unique.slice(0, maxProfiles).filter(({ profile }) => {
    left -= profile.chargingSchedule.reduce((sum, { chargingSchedulePeriod }) => sum + chargingSchedulePeriod.length, 0)
    return left >= 0
  })
  return { reported, isTruncated: reported.length < unique.length }
}
