/**
 * The connectors that a station has, by all that is known of it, and that have no status (LC-12): in block G or in the device
 * model. Beside the blocks, because it looks into two of them.
 */
import type { AvailabilityState, ConnectorState } from "./Availability.ts"
import type { DeviceModel } from "./DeviceModel.ts"

/** Which connector of which EVSE. */
export interface ConnectorId {
  readonly evseId: number
  readonly connectorId: number
}

/**
 * The station was Accepted, or came back, and has not told the status of these connectors in time (`statusTimeout`); they are
 * Unknown until it does (LC-12, B01.FR.05). One event for all of them; a status that comes later is told as usual.
 */
export interface ConnectorsUnreported {
  readonly _tag: "ConnectorsUnreported"
  readonly connectors: ReadonlyArray<ConnectorId>
}

/** Every connector whose status is Unknown, or that only the device model knows (LC-12). */
export const unreportedConnectors = (
  availability: AvailabilityState,
  deviceModel: DeviceModel
): ReadonlyArray<ConnectorId> => {
  const known = new Map<string, ConnectorId>()
  for (const { component } of Object.values(deviceModel.components)) {
    const { evse, name } = component
    if (evse?.connectorId === undefined || name.toLowerCase() !== "connector") continue
    known.set(`${evse.id} ${evse.connectorId}`, { evseId: evse.id, connectorId: evse.connectorId })
  }
  for (const { connectorId, evseId, status } of availability.connectors) {
    if (status === "Unknown") known.set(`${evseId} ${connectorId}`, { evseId, connectorId })
    else known.delete(`${evseId} ${connectorId}`)
  }
  return [...known.values()]
}

/** Adds those that block G does not know, as Unknown (LC-12). `at` is CSMS time in milliseconds since 1970. */
export const markUnreported = (
  state: AvailabilityState,
  unreported: ReadonlyArray<ConnectorId>,
  at: number
): AvailabilityState => {
  const known = new Set(state.connectors.map(({ connectorId, evseId }) => `${evseId} ${connectorId}`))
  const added = unreported
    .filter(({ connectorId, evseId }) => !known.has(`${evseId} ${connectorId}`))
    .map(({ connectorId, evseId }): ConnectorState => ({ evseId, connectorId, status: "Unknown", receivedAt: at }))
  return added.length === 0 ? state : { ...state, connectors: [...state.connectors, ...added] }
}
