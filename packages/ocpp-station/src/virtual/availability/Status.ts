/** The status of connectors, EVSEs and of the station as pure functions of what is so there (block G). */
import type { ConnectorStatusEnumType } from "@wattline/ocpp-v201"

/** What a status depends on. */
export interface Facts {
  /** Broken: the station, or the EVSE. */
  readonly faulted: boolean
  /** Set Inoperative here or around it, and no transaction holds that up (G03.FR.05). */
  readonly inoperative: boolean
  /** Kept for the holder of a reservation (H01.FR.20, H01.FR.23, H01.FR.24). */
  readonly reserved: boolean
  /** For a connector: a cable is in it. For an EVSE: a cable is in one of its connectors, or a transaction runs. */
  readonly occupied: boolean
}

/**
 * Which fact shows: the first that is so. A reserved connector stays Reserved when a cable comes, until its token does
 * (G03.FR.09); so Reserved goes before Occupied.
 */
const shown = [
  ["faulted", "Faulted"],
  ["inoperative", "Unavailable"],
  ["reserved", "Reserved"],
  ["occupied", "Occupied"]
] as const satisfies ReadonlyArray<readonly [keyof Facts, ConnectorStatusEnumType]>

/** The status that these facts make (G01.FR.01). */
export const statusFrom = (facts: Facts): ConnectorStatusEnumType => {
  for (const [fact, status] of shown) if (facts[fact]) return status
  return "Available"
}

/** What the station as a whole shows: the best of its EVSEs. */
const best = ["Available", "Occupied", "Reserved", "Unavailable", "Faulted"] as const

/** The status of the station from those of its EVSEs, when nothing is wrong with the station itself. */
export const stationStatus = (evses: ReadonlyArray<ConnectorStatusEnumType>): ConnectorStatusEnumType =>
  best.find((status) => evses.includes(status)) ?? "Available"
