/** What was put into the network connection profile slots of a station, which it does not tell itself (B09). */
import type { OCPPInterfaceEnumType } from "@wattline/ocpp-v201"
import type { Exchange } from "./Block.ts"

/** What the station accepted for one slot, without names and passwords of the network. */
export interface NetworkProfileSlot {
  readonly ocppCsmsUrl: string
  readonly securityProfile: number
  readonly ocppInterface: OCPPInterfaceEnumType
  /** Seconds. */
  readonly messageTimeout: number
  /** CSMS clock in milliseconds since 1970: its answer. */
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
  const { messageTimeout, ocppCsmsUrl, ocppInterface, securityProfile } = request.connectionData
  const slot: NetworkProfileSlot = { ocppCsmsUrl, securityProfile, ocppInterface, messageTimeout, at }
  return { ...profiles, [request.configurationSlot]: slot }
}
