/** The reservations of a station (block H) as plain data, and what becomes of them. Nothing here sends or reads a clock. */
import type { ConnectorEnumType, IdTokenType, ReserveNowRequest, ReserveNowStatusEnumType } from "@wattline/ocpp-v201"
import { isSameToken } from "@wattline/ocpp-core"
import { match, needed } from "./Matching.ts"

/** One reservation. Without `evseId` any EVSE will do, or any with a connector of `connectorType`. */
export interface Reservation {
  readonly id: number
  readonly idToken: IdTokenType
  readonly groupIdToken: IdTokenType | undefined
  readonly evseId: number | undefined
  readonly connectorType: ConnectorEnumType | undefined
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** In the order they were accepted. */
export type Reservations = ReadonlyArray<Reservation>

/** None; shared by all stations that have none. */
export const noReservations: Reservations = []

/** An EVSE as reservations see it. */
export interface Spot {
  readonly evseId: number
  /** Kinds of its connectors. */
  readonly types: ReadonlyArray<ConnectorEnumType>
  /** Kinds of its connectors that are operative. */
  readonly usable: ReadonlyArray<ConnectorEnumType>
  readonly faulted: boolean
  readonly inoperative: boolean
  /** Somebody is, or was, authorized there: a reservation cannot wait for it. */
  readonly charging: boolean
  /** A cable is in, a transaction runs, or somebody who may charge has yet to plug in. */
  readonly occupied: boolean
}

/** What `settle` finds. */
export interface Settled {
  readonly kept: Reservations
  /** What is over, and why (H04.FR.01, H01.FR.16, H01.FR.17). */
  readonly ended: ReadonlyArray<{ readonly id: number; readonly status: "Expired" | "Removed" }>
  /** EVSEs kept for reservations that name none; all their connectors are Reserved. */
  readonly held: ReadonlyArray<number>
}

/** The reservation as it is asked for. */
export const reservationOf = (request: ReserveNowRequest): Reservation => ({
  id: request.id,
  idToken: request.idToken,
  groupIdToken: request.groupIdToken,
  evseId: request.evseId,
  connectorType: request.connectorType,
  expiresAt: Date.parse(request.expiryDateTime)
})

const isAt = ({ evseId }: Reservation, spot: Spot): boolean => evseId === undefined || evseId === spot.evseId

const fitsAt = (reservation: Reservation, spot: Spot): boolean =>
  isAt(reservation, spot) &&
  (reservation.connectorType === undefined || spot.usable.includes(reservation.connectorType))

/** Whether an EVSE could be used at once by the holder of a reservation. `held` ones stay so when a stranger's cable comes. */
const isOpen = (reservations: Reservations, held: ReadonlyArray<number>, spot: Spot): boolean =>
  !spot.faulted &&
  !spot.inoperative &&
  (!spot.occupied || (held.includes(spot.evseId) && !spot.charging)) &&
  !reservations.some(({ evseId }) => evseId === spot.evseId)

const placed = (reservations: Reservations, spots: ReadonlyArray<Spot>): ReadonlyArray<ReadonlyArray<number>> =>
  reservations.map((reservation) => spots.filter((spot) => fitsAt(reservation, spot)).map(({ evseId }) => evseId))

/** Looks at all reservations at `now`, with what was held before: which are over, and which EVSEs nobody else may have. */
export const settle = (
  reservations: Reservations,
  spots: ReadonlyArray<Spot>,
  before: ReadonlyArray<number>,
  now: number
): Settled => {
  if (reservations.length === 0) return nothingReserved
  const ended: Array<Settled["ended"][number]> = []
  const isLive = (reservation: Reservation): boolean => {
    const { evseId, expiresAt, id } = reservation
    const spot = spots.find((other) => other.evseId === evseId)
    const broken = spot !== undefined && (spot.faulted || spot.inoperative || !fitsAt(reservation, spot))
    if (expiresAt > now && !broken) return true
    ended.push({ id, status: expiresAt > now ? "Removed" : "Expired" })
    return false
  }
  const live = reservations.filter(isLive)
  const free = live.filter(({ evseId }) => evseId === undefined)
  let open = spots.filter((spot) => isOpen(live, before, spot))
  const matched = match(placed(free, open))
  const lost = free.filter((_, index) => matched[index] === -1)
  for (const { id } of lost) ended.push({ id, status: "Removed" })
  const kept = lost.length === 0 ? live : live.filter((reservation) => !lost.includes(reservation))
  const unplaced = kept.filter(({ evseId }) => evseId === undefined)
  // An EVSE with a stranger's cable counts only as long as it is needed; another one may be needed when it no longer counts.
  for (;;) {
    const held = needed(placed(unplaced, open))
    const rest = open.filter(({ evseId, occupied }) => !occupied || held.includes(evseId))
    if (rest.length === open.length) return { kept, ended, held }
    open = rest
  }
}

const nothingReserved: Settled = { kept: noReservations, ended: [], held: [] }

/** Whether the EVSE is kept for somebody. */
export const isReserved = (reservations: Reservations, held: ReadonlyArray<number>, evseId: number): boolean =>
  reservations.some((reservation) => reservation.evseId === evseId) || held.includes(evseId)

/**
 * What the station answers to a reservation that it can take in principle (H01.FR.03 to H01.FR.14). One with the same id is left
 * out of account: it would be replaced (H01.FR.02).
 */
export const judge = (
  wanted: Reservation,
  reservations: Reservations,
  spots: ReadonlyArray<Spot>,
  held: ReadonlyArray<number>
): ReserveNowStatusEnumType => {
  const { connectorType } = wanted
  const targets = spots.filter(
    (spot) => isAt(wanted, spot) && (connectorType === undefined || spot.types.includes(connectorType))
  )
  if (targets.length === 0) return "Rejected"
  if (isPossible(wanted, reservations, spots, held)) return "Accepted"
  if (targets.every(({ faulted }) => faulted)) return "Faulted"
  return targets.every((spot) => spot.faulted || spot.inoperative || !fitsAt(wanted, spot)) ? "Unavailable" : "Occupied"
}

/** Whether an EVSE is left for it, and for every other reservation too. */
const isPossible = (
  wanted: Reservation,
  reservations: Reservations,
  spots: ReadonlyArray<Spot>,
  held: ReadonlyArray<number>
): boolean => {
  const others = reservations.filter(({ id }) => id !== wanted.id)
  const replaced = reservations.find(({ id }) => id === wanted.id)?.evseId
  const kept = replaced === undefined ? held : [...held, replaced]
  const open = spots.filter((spot) => isOpen(others, kept, spot))
  const unplaced = others.filter(({ evseId }) => evseId === undefined)
  if (wanted.evseId === undefined) return areServed([...unplaced, wanted], open)
  return (
    open.some((spot) => spot.evseId === wanted.evseId && fitsAt(wanted, spot)) &&
    areServed(
      unplaced,
      open.filter(({ evseId }) => evseId !== wanted.evseId)
    )
  )
}

const areServed = (reservations: Reservations, open: ReadonlyArray<Spot>): boolean =>
  match(placed(reservations, open)).every((evse) => evse >= 0)

/** Whether a reservation is for this token, or for its group (H03.FR.01 to H03.FR.06). */
export const isFor = (reservation: Reservation, idToken: IdTokenType, groupIdToken: IdTokenType | undefined): boolean =>
  isSameToken(reservation.idToken, idToken) ||
  (reservation.groupIdToken !== undefined &&
    groupIdToken !== undefined &&
    isSameToken(reservation.groupIdToken, groupIdToken))

/**
 * The reservation that a token uses at an EVSE: the one that names the EVSE, and where one does no other; then the one that is
 * closest to it, then the one that ends first.
 */
export const findUsable = (
  reservations: Reservations,
  spot: Spot,
  idToken: IdTokenType,
  groupIdToken: IdTokenType | undefined
): Reservation | undefined => {
  const named = reservations.find(({ evseId }) => evseId === spot.evseId)
  if (named !== undefined) return isFor(named, idToken, groupIdToken) ? named : undefined
  let found: Reservation | undefined
  for (const reservation of reservations) {
    if (!fitsAt(reservation, spot) || !isFor(reservation, idToken, groupIdToken)) continue
    if (found === undefined || goesBefore(reservation, found)) found = reservation
  }
  return found
}

const goesBefore = (one: Reservation, other: Reservation): boolean =>
  (one.connectorType === undefined) === (other.connectorType === undefined)
    ? one.expiresAt < other.expiresAt
    : one.connectorType !== undefined
