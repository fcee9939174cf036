/**
 * Block G: what ChangeAvailability asked for and the station took on, for the station, an EVSE or a connector. Stations keep it
 * over a reboot (G03.FR.08, G04.FR.09, B-30), so nothing here is forgotten with one.
 */
import type { ChangeAvailabilityRequest, OperationalStatusEnumType } from "@wattline/ocpp-v201"
import type { AvailabilityState, Status } from "./Availability.ts"
import type { Exchange } from "./Block.ts"
import type { Uncertain } from "./Uncertain.ts"

/** The station as a whole, an EVSE, or with both ids a connector. */
export interface AvailabilityPlace {
  readonly evseId?: number
  readonly connectorId?: number
}

/**
 * What was last asked for and not refused at one place. Uncertain (ST-3): the station may not have taken it on, and have what
 * was asked for before; until it answers again, or reports the place so. Plain data.
 */
export interface RequestedAvailability extends AvailabilityPlace, Uncertain {
  readonly operationalStatus: OperationalStatusEnumType
  /** True when it waits for a transaction to end, until the station reports it (G03.FR.05, G04.FR.06). */
  readonly scheduled: boolean
  /** CSMS clock in milliseconds since 1970: when the station answered, or that was given up. */
  readonly at: number
}

/** Places that are held per station; beyond, the oldest request is forgotten. */
export const maxRequested = 512

/** The station took on a ChangeAvailability, as it answered; or reports so after the answer was lost (G-6, ST-3). */
export interface AvailabilityRequested extends AvailabilityPlace {
  readonly _tag: "AvailabilityRequested"
  readonly operationalStatus: OperationalStatusEnumType
  /** True for the answer Scheduled; `ScheduledAvailabilityReached` follows. */
  readonly scheduled: boolean
}

/** A ChangeAvailability that had to wait for a transaction is in force, as the station reports (G-6). */
export interface ScheduledAvailabilityReached extends AvailabilityPlace {
  readonly _tag: "ScheduledAvailabilityReached"
  readonly operationalStatus: OperationalStatusEnumType
}

type Emit = (event: AvailabilityRequested | ScheduledAvailabilityReached) => void

/** What was last asked for at exactly this place; `undefined`: nothing, which counts as Operative. */
export const requestedAt = (
  { requested = [] }: AvailabilityState,
  { connectorId, evseId }: AvailabilityPlace
): RequestedAvailability | undefined =>
  requested.find((known) => known.evseId === evseId && known.connectorId === connectorId)

/** True when what holds at `outer` holds at `inner` as well: the same place, or one in it (G-7). */
export const covers = (outer: AvailabilityPlace, inner: AvailabilityPlace): boolean =>
  outer.evseId === undefined ||
  (outer.evseId === inner.evseId && (outer.connectorId === undefined || outer.connectorId === inner.connectorId))

/** An answered ChangeAvailability: of one place only, whatever was asked for at others (G03.FR.06, G03.FR.07). */
export const availabilityChanged = (
  state: AvailabilityState,
  { at, request, response }: Exchange<"ChangeAvailability">,
  emit: Emit
): AvailabilityState => {
  if (response.status === "Rejected") return state
  const { operationalStatus } = request
  const place = placeOf(request)
  const scheduled = response.status === "Scheduled"
  emit({ _tag: "AvailabilityRequested", ...place, operationalStatus, scheduled })
  // The report may have overtaken the answer.
  return reached(withRequested(state, { ...place, operationalStatus, scheduled, at }), emit)
}

/** A ChangeAvailability whose outcome is not known (ST-3). What was in force at that place already still is, either way. */
export const availabilityDoubted = (
  state: AvailabilityState,
  request: ChangeAvailabilityRequest,
  at: number
): AvailabilityState => {
  const { operationalStatus } = request
  const place = placeOf(request)
  return requestedAt(state, place)?.operationalStatus === operationalStatus
    ? state
    : withRequested(state, { ...place, operationalStatus, scheduled: false, at, uncertain: true })
}

const placeOf = ({ evse }: ChangeAvailabilityRequest): AvailabilityPlace => ({
  ...(evse !== undefined && { evseId: evse.id }),
  ...(evse?.connectorId !== undefined && { connectorId: evse.connectorId })
})

const withRequested = (state: AvailabilityState, next: RequestedAvailability): AvailabilityState => {
  const before = requestedAt(state, next)
  const others = (state.requested ?? []).filter((known) => known !== before)
  return { ...state, requested: [...others, next].slice(-maxRequested) }
}

/** Ends what was scheduled, or uncertain, and is reported by now. */
export const reached = (state: AvailabilityState, emit: Emit): AvailabilityState => {
  const isReached = (known: RequestedAvailability): boolean =>
    known.uncertain === true ? isConfirmed(state, known) : known.scheduled && isShown(state, known)
  if (state.requested === undefined || !state.requested.some(isReached)) return state
  const requested = state.requested.map((known) => {
    if (!isReached(known)) return known
    const { at, scheduled: _scheduled, uncertain, ...place } = known
    if (uncertain === true) emit({ _tag: "AvailabilityRequested", ...place, scheduled: false })
    else emit({ _tag: "ScheduledAvailabilityReached", ...place })
    return { ...place, scheduled: false, at }
  })
  return { ...state, requested }
}

/**
 * Whether the whole place was reported so since then. An Occupied connector says nothing: it may wait for the end of its
 * transaction to be Inoperative.
 */
const isConfirmed = (state: AvailabilityState, wanted: RequestedAvailability): boolean => {
  const isOut = wanted.operationalStatus === "Inoperative"
  const expected = isOut ? "Unavailable" : "Available"
  const isSo = (known: Status | undefined): boolean => known?.status === expected && known.receivedAt >= wanted.at
  const inside = state.connectors.filter((known) => covers(wanted, known) && (isOut || !isInoperative(state, known)))
  return isSo(own(state, wanted)) || (inside.length > 0 && inside.every(isSo))
}

/** Whether the station shows what was asked for. A connector that is Faulted says nothing about it, unless it is alone. */
const isShown = (state: AvailabilityState, wanted: RequestedAvailability): boolean => {
  const inside = state.connectors.filter((known) => covers(wanted, known))
  if (wanted.operationalStatus === "Inoperative")
    return (
      own(state, wanted)?.status === "Unavailable" ||
      (inside.some(({ status }) => status === "Unavailable") &&
        inside.every(({ status }) => status === "Unavailable" || status === "Faulted"))
    )
  const freed = inside.filter((known) => !isInoperative(state, known))
  return freed.length > 0 && freed.every(({ status }) => status !== "Unavailable" && status !== "Unknown")
}

/** What the station or the EVSE states of itself. */
const own = ({ evses, station }: AvailabilityState, { connectorId, evseId }: AvailabilityPlace): Status | undefined => {
  if (evseId === undefined) return station
  return connectorId === undefined ? evses.find((known) => known.evseId === evseId) : undefined
}

/** Whether this place, or one around it, was asked to be Inoperative (G-7). */
export const isInoperative = ({ requested }: AvailabilityState, place: AvailabilityPlace): boolean =>
  requested?.some((known) => known.operationalStatus === "Inoperative" && covers(known, place)) ?? false
