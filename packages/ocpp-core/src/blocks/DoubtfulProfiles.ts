/** Charging profiles that a station may have, or not, because an answer about them was lost (ST-3). Pure. */
import { clearedBy, isOurs, type IsTouched, maxProfiles, type Placed } from "./HeldProfile.ts"
import type { ClearedProfiles } from "./ProfileChanges.ts"
import type { InstalledProfile, SmartChargingState } from "./SmartCharging.ts"
import { doubtedIn } from "./Uncertain.ts"

/** A SetChargingProfile whose outcome is not known: what has its id may be another by now, or it may be there since. */
export const setDoubted = (state: SmartChargingState, added: InstalledProfile): SmartChargingState => {
  const isOne: IsTouched = (_evseId, { id }) => id === added.profile.id
  if ([...state.profiles, ...state.external].some(({ profile }) => profile.id === added.profile.id))
    return withDoubted(state, isOne)
  const profiles = [...state.profiles, added]
  return {
    ...state,
    profiles: profiles.slice(-maxProfiles),
    ...(profiles.length > maxProfiles && { isTruncated: true })
  }
}

/** A ClearChargingProfile whose outcome is not known: what it asked for may be gone. */
export const clearDoubted = (state: SmartChargingState, request: ClearedProfiles): SmartChargingState =>
  withDoubted(state, clearedBy(request))

/** Other hardware has taken over: it need not have any of them, nor what limits it from outside. */
export const profilesDoubted = (state: SmartChargingState): SmartChargingState =>
  placed(state, doubtedIn(state.profiles), doubtedIn(state.external))

const withDoubted = (state: SmartChargingState, isTouched: IsTouched): SmartChargingState => {
  const matches = ({ evseId, profile }: Placed): boolean => isOurs(profile) && isTouched(evseId, profile)
  return placed(state, doubtedIn(state.profiles, matches), doubtedIn(state.external, matches))
}

const placed = (
  state: SmartChargingState,
  profiles: SmartChargingState["profiles"],
  external: SmartChargingState["external"]
): SmartChargingState =>
  profiles === state.profiles && external === state.external ? state : { ...state, profiles, external }
