/**
 * Operational states of station, EVSEs and connectors, which nest (G03, G04): each place has its own, and an Inoperative one
 * covers what is inside it without changing that. Plain data: the set of places that are Inoperative.
 */
import type { OperationalStatusEnumType } from "@wattline/ocpp-v201"

/** The station, an EVSE, or with both ids a connector. */
export interface Place {
  readonly evseId?: number | undefined
  readonly connectorId?: number | undefined
}

/** The places set Inoperative. */
export type Inoperative = ReadonlySet<string>

/** Everything is Operative; shared by all stations where that is so. */
export const allOperative: Inoperative = new Set()

const keyOf = ({ connectorId, evseId }: Place): string =>
  evseId === undefined ? "" : connectorId === undefined ? `${evseId}` : `${evseId}.${connectorId}`

/** The state that was set at this very place. */
export const ownState = (inoperative: Inoperative, place: Place): OperationalStatusEnumType =>
  inoperative.has(keyOf(place)) ? "Inoperative" : "Operative"

/** Sets the state of one place; the states of what is inside it remain as they are (G03.FR.07, G04.FR.08). */
export const withState = (inoperative: Inoperative, place: Place, state: OperationalStatusEnumType): Inoperative => {
  if (ownState(inoperative, place) === state) return inoperative
  const next = new Set(inoperative)
  if (state === "Inoperative") next.add(keyOf(place))
  else next.delete(keyOf(place))
  return next.size === 0 ? allOperative : next
}

/** Whether the place, or one around it, is set Inoperative (G03.FR.06, G04.FR.07). */
export const isCovered = (inoperative: Inoperative, { connectorId, evseId }: Place): boolean =>
  inoperative.size > 0 &&
  (inoperative.has("") ||
    (evseId !== undefined && inoperative.has(`${evseId}`)) ||
    (evseId !== undefined && connectorId !== undefined && inoperative.has(`${evseId}.${connectorId}`)))
