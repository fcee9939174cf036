/** What was put into the network connection profile slots of a station, which it does not tell itself (B09). */
import type { OCPPInterfaceEnumType, SetNetworkProfileRequest } from "@wattline/ocpp-v201"
import type { Exchange } from "./Block.ts"
import { doubted, type Uncertain } from "./Uncertain.ts"

/**
 * What the station accepted for one slot, without names and passwords of the network. Uncertain (ST-3): a further one may have
 * taken its place; or it was the first for its slot, and the station may not have taken it.
 */
export interface NetworkProfileSlot extends Uncertain {
  readonly ocppCsmsUrl: string
  readonly securityProfile: number
  readonly ocppInterface: OCPPInterfaceEnumType
  /** Seconds. */
  readonly messageTimeout: number
  /** CSMS clock in milliseconds since 1970: its answer, or when that was given up. */
  readonly at: number
}

/** By configuration slot. Plain data. */
export interface NetworkProfiles {
  readonly [slot: string]: NetworkProfileSlot
}

/** The slots after a SetNetworkProfile that was accepted; others leave them as they are (TC_B_44). */
export const withAccepted = (
  profiles: NetworkProfiles | undefined,
  { request, at }: Exchange<"SetNetworkProfile">
): NetworkProfiles => {
  return { ...profiles, [request.configurationSlot]: slotOf(request, at) }
}

const slotOf = ({ connectionData }: SetNetworkProfileRequest, at: number): NetworkProfileSlot => {
  const { messageTimeout, ocppCsmsUrl, ocppInterface, securityProfile } = connectionData
  return { ocppCsmsUrl, securityProfile, ocppInterface, messageTimeout, at }
}

/** The slots after a SetNetworkProfile whose outcome is not known; the same when its slot was uncertain already. */
export const withDoubted = (
  profiles: NetworkProfiles = {},
  request: SetNetworkProfileRequest,
  at: number
): NetworkProfiles => {
  const { configurationSlot } = request
  const before = profiles[configurationSlot]
  const after = doubted(before ?? slotOf(request, at))
  return after === before ? profiles : { ...profiles, [configurationSlot]: after }
}

/** All slots uncertain: other hardware has taken over. The same when they were. */
export const allDoubted = (profiles: NetworkProfiles): NetworkProfiles =>
  Object.values(profiles).every(({ uncertain }) => uncertain === true)
    ? profiles
    : Object.fromEntries(Object.entries(profiles).map(([slot, profile]) => [slot, doubted(profile)]))
