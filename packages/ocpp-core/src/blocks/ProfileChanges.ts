/** How the charging profiles that a station has change: one is put in, some are taken out, some are in doubt (ST-3). Pure. */
import type { ClearChargingProfileRequest } from "@wattline/ocpp-v201"
import { clearDoubted, setDoubted } from "./DoubtfulProfiles.ts"
import { clearedBy, isOurs, type IsTouched, maxProfiles, type Placed } from "./HeldProfile.ts"
import type {
  ChargingProfileSet,
  ChargingProfilesRemoved,
  InstalledProfile,
  SmartChargingEvent,
  SmartChargingState
} from "./SmartCharging.ts"

/**
 * What changed while a report of charging profiles was open, in order: it holds whatever the report says. Plain data. A `Set`
 * of an uncertain profile, and a `Cleared` that is uncertain, may have been or not.
 */
export type ProfileChange =
  | { readonly _tag: "Set"; readonly installed: InstalledProfile }
  | { readonly _tag: "Cleared"; readonly criteria: ClearedProfiles; readonly uncertain?: true }
  | { readonly _tag: "TransactionEnded"; readonly transactionId: string }

/** Which profiles a ClearChargingProfile is about. */
export type ClearedProfiles = Pick<ClearChargingProfileRequest, "chargingProfileCriteria" | "chargingProfileId">

type Emit = (event: SmartChargingEvent) => void
type State = SmartChargingState

/** The same id takes the place, whatever else has changed (K01.FR.05); only what others constrain stays (K-50). */
export const withInstalled = (state: State, added: InstalledProfile, emit: Emit): State => {
  const { chargingProfilePurpose, id, stackLevel, transactionId } = added.profile
  const others = state.profiles.filter(({ profile }) => profile.id !== id)
  const event: ChargingProfileSet = {
    _tag: "ChargingProfileSet",
    evseId: added.evseId,
    chargingProfileId: id,
    chargingProfilePurpose,
    stackLevel,
    ...(transactionId !== undefined && { transactionId }),
    replaced: others.length < state.profiles.length
  }
  emit(event)
  const external = without(state.external, ({ profile }) => profile.id === id && isOurs(profile))
  const profiles = [...others, added]
  return {
    ...state,
    profiles: profiles.slice(-maxProfiles),
    external,
    ...(profiles.length > maxProfiles && { isTruncated: true })
  }
}

/** The same array when nothing is taken out. */
const without = <A>(all: ReadonlyArray<A>, isGone: (one: A) => boolean): ReadonlyArray<A> =>
  all.some(isGone) ? all.filter((one) => !isGone(one)) : all

/** Without the profiles of ours that are concerned; the same state when there are none. */
export const withoutProfiles = (
  state: State,
  isGone: IsTouched,
  why: ChargingProfilesRemoved["why"],
  emit: Emit
): State => {
  const matches = ({ evseId, profile }: Placed): boolean => isOurs(profile) && isGone(evseId, profile)
  const gone = [...state.profiles.filter(matches), ...state.external.filter(matches)]
  if (gone.length === 0) return state
  emit({ _tag: "ChargingProfilesRemoved", chargingProfileIds: gone.map(({ profile }) => profile.id), why })
  return { ...state, profiles: without(state.profiles, matches), external: without(state.external, matches) }
}

/** The profiles of one transaction. */
export const ofTransaction =
  (transactionId: string): IsTouched =>
  (_evseId, profile) =>
    profile.transactionId === transactionId

/** What a report tells, with the changes that came after it was asked for; those it knows of already change nothing. */
export const withChanges = (reported: State, changes: ReadonlyArray<ProfileChange> = []): State =>
  changes.reduce(changed, reported)

const changed = (state: State, change: ProfileChange): State => {
  switch (change._tag) {
    case "Set": {
      const { installed } = change
      return installed.uncertain === true ? setDoubted(state, installed) : withInstalled(state, installed, untold)
    }
    case "Cleared":
      return change.uncertain === true
        ? clearDoubted(state, change.criteria)
        : withoutProfiles(state, clearedBy(change.criteria), "Cleared", untold)
    case "TransactionEnded":
      return withoutProfiles(state, ofTransaction(change.transactionId), "TransactionEnded", untold)
  }
}

// They were told when they came.
const untold: Emit = () => {}
