/**
 * Block G: what follows from what is mirrored. Read it when somebody asks; nothing of it is stored, and a status that the
 * station reported is never changed by it (G-3).
 */
import type { ConnectorStatusEnumType, OperationalStatusEnumType } from "@wattline/ocpp-v201"
import { type AvailabilityState, connector } from "./Availability.ts"
import { type AvailabilityPlace, covers, isInoperative, requestedAt } from "./RequestedAvailability.ts"

/** The operational status of one place, by what was asked for there and around it (G-7). */
export interface OperationalStatus {
  /** What was asked for at this place itself; Operative when nothing was. A change around it leaves it as it is. */
  readonly requested: OperationalStatusEnumType
  /** Inoperative when this place, or the EVSE or station around it, is. */
  readonly operationalStatus: OperationalStatusEnumType
  /** True when that still waits for a transaction to end. */
  readonly scheduled: boolean
  /** Present when an answer about this place, or what is around it, was lost: it may be otherwise (ST-3). */
  readonly uncertain?: true
}

/**
 * The operational status of the station (`{}`), of an EVSE or of a connector (G-7, G03.FR.06, G03.FR.07, G04.FR.07, G04.FR.08).
 *
 * @example
 * operationalStatus(mirror.availability, { evseId: 1 }) // { requested: "Operative", operationalStatus: "Inoperative", … }
 */
export const operationalStatus = (state: AvailabilityState, place: AvailabilityPlace): OperationalStatus => {
  const status = isInoperative(state, place) ? "Inoperative" : "Operative"
  const around = (state.requested ?? []).filter((known) => covers(known, place))
  const causes = around.filter((known) => known.operationalStatus === status)
  return {
    requested: requestedAt(state, place)?.operationalStatus ?? "Operative",
    operationalStatus: status,
    scheduled: causes.length > 0 && causes.every(({ scheduled }) => scheduled),
    ...(around.some(({ uncertain }) => uncertain === true) && { uncertain: true })
  }
}

/**
 * `Usable`, or what stands between a driver and a connector: its own status; `EvseOccupied`: another connector of its EVSE is in
 * use; `Inoperative`: asked to be, although it does not report it yet; `Unknown`: not reported since the last reboot, or never.
 */
export type Usability =
  | "Usable"
  | "EvseOccupied"
  | "Inoperative"
  | "Unknown"
  | Exclude<ConnectorStatusEnumType, "Available">

/**
 * Whether a connector can be used by the next driver (G-3, G01.FR.08): it stays Available while another connector of its EVSE
 * is Occupied, and cannot be used all the same. Occupied is what connectors and EVSEs report, not what transactions suggest
 * (E-21). Pure.
 *
 * @example
 * const { mirror } = yield* station.snapshot
 * if (usability(mirror.availability, 1, 2) === "Usable") …
 */
export const usability = (state: AvailabilityState, evseId: number, connectorId: number): Usability => {
  const { status } = connector(state, evseId, connectorId) ?? { status: "Unknown" }
  if (status !== "Available") return status
  if (isInoperative(state, { evseId, connectorId })) return "Inoperative"
  const station = state.station?.status
  if (station === "Unavailable" || station === "Faulted") return station
  const evse = state.evses.find((known) => known.evseId === evseId)?.status
  if (evse === "Unavailable" || evse === "Faulted" || evse === "Reserved") return evse
  const isOccupied =
    evse === "Occupied" || state.connectors.some((known) => known.evseId === evseId && known.status === "Occupied")
  return isOccupied ? "EvseOccupied" : "Usable"
}
