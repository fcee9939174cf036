/** Network connection profiles: what may be put into a slot, and which slots may be used (B09, B10, A05). Pure. */
import type { NetworkConnectionProfileType, SetNetworkProfileRequest } from "@wattline/ocpp-v201"
import type { Refused } from "./Variables.ts"

/** Profiles by slot. */
export type Profiles = ReadonlyMap<number, NetworkConnectionProfileType>

/** How secure the station is, and whether it may become less so. */
export interface SecurityNow {
  readonly securityProfile: number
  readonly mayDowngrade: boolean
}

/** The reason code of a refusal of SetNetworkProfile, or `undefined` when it is stored (B09.FR.02 to .05, B09.FR.31). */
export const profileProblem = (
  { configurationSlot, connectionData }: SetNetworkProfileRequest,
  slots: ReadonlyArray<string>,
  now: SecurityNow
): "InvalidConfSlot" | "NoSecurityDowngrade" | "InvalidNetworkConf" | undefined => {
  if (!slots.includes(`${configurationSlot}`)) return "InvalidConfSlot"
  if (isDowngrade(connectionData.securityProfile, now)) return "NoSecurityDowngrade"
  return isUsable(connectionData) ? undefined : "InvalidNetworkConf"
}

/** Only from 3 to 2, and only where the station allows it; never to 1 (B09.FR.04, B09.FR.31). */
export const isDowngrade = (to: number, { mayDowngrade, securityProfile }: SecurityNow): boolean =>
  to < securityProfile && !(mayDowngrade && securityProfile === 3 && to === 2)

const isUsable = (profile: NetworkConnectionProfileType): boolean => {
  const { messageTimeout, ocppCsmsUrl, ocppTransport, ocppVersion, securityProfile } = profile
  if (ocppTransport !== "JSON" || ocppVersion !== "OCPP20") return false
  if (messageTimeout < 1 || securityProfile < 0 || securityProfile > 3) return false
  if (!URL.canParse(ocppCsmsUrl)) return false
  // Profiles 2 and 3 are TLS, 1 is not (part 2, A00).
  return new URL(ocppCsmsUrl).protocol === (securityProfile >= 2 ? "wss:" : "ws:")
}

/**
 * Judges a NetworkConfigurationPriority: every slot in it has a profile, and none is less secure than the station is now
 * (B10.FR.01, B10.FR.02, A05.FR.04). It counts from the next restart on (B10.FR.04).
 */
export const priorityVerdict = (value: string, profiles: Profiles, now: SecurityNow): Refused => {
  const slots = slotsIn(value)
  if (slots.length === 0) return { status: "Rejected", reasonCode: "InvalidValue" }
  for (const slot of slots) {
    const profile = profiles.get(slot)
    if (profile === undefined) return { status: "Rejected", reasonCode: "InvalidNetworkConf" }
    if (isDowngrade(profile.securityProfile, now)) return { status: "Rejected", reasonCode: "NoSecurityDowngrade" }
  }
  return { status: "RebootRequired" }
}

/** The slots of a list, in its order. */
export const slotsIn = (value: string): ReadonlyArray<number> =>
  value
    .split(",")
    .filter((slot) => slot.trim() !== "")
    .map(Number)
