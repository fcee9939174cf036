/**
 * Block H: reservations the station holds, and how the last ones ended. Kept over a reboot (B01.FR.13, B-30). Statuses of
 * connectors are not guessed from it: the station reports them (H-6, H-8).
 */
import type { IdTokenType, ReserveNowRequest } from "@wattline/ocpp-v201"
import type { Block, Exchange } from "./Block.ts"
import { doubted, doubtedIn, type Uncertain } from "./Uncertain.ts"

/**
 * One reservation the station accepted. Uncertain (ST-3): it may not have accepted it, or have another one under its id, or have
 * cancelled it. Plain data.
 */
export interface OpenReservation extends Uncertain {
  readonly reservationId: number
  readonly idToken: IdTokenType
  /** Whose tokens may use it too (H-7). */
  readonly groupIdToken?: IdTokenType
  /** ISO 8601. */
  readonly expiryDateTime: string
  /** Absent when any EVSE will do. */
  readonly evseId?: number
  /** The kind of connector it is for, when it is for a kind. */
  readonly connectorType?: NonNullable<ReserveNowRequest["connectorType"]>
  /** CSMS clock in milliseconds since 1970: when the station accepted it, or its answer was given up. */
  readonly at: number
}

/**
 * How a reservation ended: `Used` by a transaction (H-5), `Expired` or `Removed` as the station says (H-4), `Cancelled` by us,
 * or `Lost`: the station did not know it when it was to be cancelled (H-6).
 */
export type ReservationEnding =
  | { readonly end: "Used"; readonly transactionId: string }
  | { readonly end: "Expired" | "Removed" | "Cancelled" | "Lost" }

/** One reservation that has ended. Plain data, without its tokens. */
export type ClosedReservation = ReservationEnding & {
  readonly reservationId: number
  /** CSMS clock in milliseconds since 1970: when that was learned. */
  readonly at: number
  /** True when nothing was known of it: another system made it, or its end overtook the answer to ReserveNow. */
  readonly unknown?: true
}

/** State of block H for one station. Plain data; an id is in one of the lists at most. */
export interface ReservationState {
  /** In the order they were accepted; at most `maxOpen`. */
  readonly open: ReadonlyArray<OpenReservation>
  /** The last ones that ended, oldest first; at most `maxClosed`. */
  readonly closed: ReadonlyArray<ClosedReservation>
}

/** Open reservations that are held per station. Beyond, those past their expiry are forgotten, then the oldest. */
export const maxOpen = 256

/** Ended reservations that are held per station. */
export const maxClosed = 32

/** What block H says happened. No token is in it. */
export type ReservationEvent = ReservationAccepted | ReservationClosed

/** The station holds a reservation (H-1). */
export interface ReservationAccepted {
  readonly _tag: "ReservationAccepted"
  readonly reservationId: number
  /** ISO 8601. */
  readonly expiryDateTime: string
  readonly evseId?: number
  readonly connectorType?: NonNullable<ReserveNowRequest["connectorType"]>
  /** True when it took the place of one with the same id (H-2, H01.FR.02), or may have, if that one was uncertain (ST-3). */
  readonly replaced: boolean
}

/** A reservation has ended (H-4 to H-6); also one that was not known here. */
export type ReservationClosed = ReservationEnding & {
  readonly _tag: "ReservationClosed"
  readonly reservationId: number
}

type Emit = (event: ReservationEvent) => void
type State = ReservationState

/** A reservation the station holds, or `undefined`. */
export const findReservation = ({ open }: State, reservationId: number): OpenReservation | undefined =>
  open.find((known) => known.reservationId === reservationId)

/**
 * How a reservation stands. `PresumedExpired`: its time is over, and no message has said so (H-9). `Uncertain`: an answer about it
 * was lost, and the station may not have it (ST-3).
 */
export type ReservationStatus = "Reserved" | "PresumedExpired" | "Uncertain" | ReservationEnding["end"]

/**
 * How a reservation stands at `now`, the CSMS clock in milliseconds since 1970; `undefined` when nothing of it is held. Pure:
 * that an expiry has passed without a message is seen by whoever asks, also after a restart of the CSMS (H-9).
 *
 * @example
 * reservationStatus(mirror.reservations, 7, now) // "PresumedExpired"
 */
export const reservationStatus = (state: State, reservationId: number, now: number): ReservationStatus | undefined => {
  const open = findReservation(state, reservationId)
  if (open !== undefined && isPast(open, now)) return "PresumedExpired"
  if (open !== undefined) return open.uncertain === true ? "Uncertain" : "Reserved"
  return findClosed(state, reservationId)?.end
}

/** How a reservation ended, or `undefined` when it has not, or that is no longer held. */
export const findClosed = ({ closed }: State, reservationId: number): ClosedReservation | undefined =>
  closed.find((known) => known.reservationId === reservationId)

const isPast = ({ expiryDateTime }: OpenReservation, now: number): boolean => Date.parse(expiryDateTime) <= now

/** Milliseconds by which the end of a reservation may overtake the answer to its ReserveNow. */
const overtaking = 5_000

/** Milliseconds by which it may come before the answer is given up: as long as a CALL may take. */
const unheard = 60_000

const reserved = (state: State, { at, request, response }: Exchange<"ReserveNow">, emit: Emit): State => {
  if (response.status !== "Accepted") return state
  const { connectorType, evseId, expiryDateTime, id: reservationId } = request
  const place = { ...(evseId !== undefined && { evseId }), ...(connectorType !== undefined && { connectorType }) }
  const replaced = findReservation(state, reservationId) !== undefined
  emit({ _tag: "ReservationAccepted", reservationId, expiryDateTime, ...place, replaced })
  const known = findClosed(state, reservationId)
  return known?.unknown === true && at - known.at <= overtaking ? state : opened(state, reservationOf(request, at))
}

const reservationOf = (
  { connectorType, evseId, expiryDateTime, groupIdToken, id: reservationId, idToken }: ReserveNowRequest,
  at: number
): OpenReservation => ({
  reservationId,
  idToken,
  ...(groupIdToken !== undefined && { groupIdToken }),
  expiryDateTime,
  ...(evseId !== undefined && { evseId }),
  ...(connectorType !== undefined && { connectorType }),
  at
})

const opened = (state: State, next: OpenReservation): State => {
  const { reservationId } = next
  const open = [...state.open.filter((other) => other.reservationId !== reservationId), next]
  const known = findClosed(state, reservationId)
  return {
    open: open.length <= maxOpen ? open : open.filter((other) => !isPast(other, next.at)).slice(-maxOpen),
    closed: known === undefined ? state.closed : state.closed.filter((other) => other !== known)
  }
}

/** It may be there; but what has ended while the answer was lost is over. */
const doubtful = (state: State, request: ReserveNowRequest, at: number): State => {
  const known = findClosed(state, request.id)
  if (known?.unknown === true && at - known.at <= unheard) return state
  return findReservation(state, request.id) === undefined
    ? opened(state, doubted(reservationOf(request, at)))
    : withDoubted(state, request.id)
}

const withDoubted = (state: State, reservationId?: number): State => {
  const isOne = (known: OpenReservation): boolean => (reservationId ?? known.reservationId) === known.reservationId
  const open = doubtedIn(state.open, isOne)
  return open === state.open ? state : { ...state, open }
}

/** The first end counts, except that Lost only means that the station knew nothing more. */
const close = (state: State, next: ClosedReservation, emit: Emit): State => {
  const { at: _at, unknown: _unknown, ...told } = next
  const open = findReservation(state, next.reservationId)
  const before = findClosed(state, next.reservationId)
  if (open === undefined && (next.end === "Lost" || (before !== undefined && before.end !== "Lost"))) return state
  emit({ _tag: "ReservationClosed", ...told })
  return {
    open: open === undefined ? state.open : state.open.filter((other) => other !== open),
    closed: [...state.closed.filter((other) => other !== before), next].slice(-maxClosed)
  }
}

/** Marks what the station tells of a reservation that nothing is known of. */
const unknownIn = (state: State, reservationId: number): { readonly unknown?: true } =>
  (findReservation(state, reservationId) ?? findClosed(state, reservationId)) ? {} : { unknown: true }

const updated = (state: State, { at, request }: Exchange<"ReservationStatusUpdate">, emit: Emit): State => {
  const { reservationId, reservationUpdateStatus: end } = request
  return close(state, { reservationId, end, at, ...unknownIn(state, reservationId) }, emit)
}

const used = (state: State, { at, request }: Exchange<"TransactionEvent">, emit: Emit): State => {
  const { reservationId, transactionInfo } = request
  if (reservationId === undefined) return state
  const { transactionId } = transactionInfo
  return close(state, { reservationId, end: "Used", transactionId, at, ...unknownIn(state, reservationId) }, emit)
}

const cancelled = (state: State, { at, request, response }: Exchange<"CancelReservation">, emit: Emit): State => {
  const end = response.status === "Accepted" ? "Cancelled" : "Lost"
  return close(state, { reservationId: request.reservationId, end, at }, emit)
}

/** Block H, Reservation. */
export const reservations: Block<ReservationState, ReservationEvent> = {
  initial: Object.freeze({ open: Object.freeze([]), closed: Object.freeze([]) }),
  reduce: {
    ReserveNow: reserved,
    CancelReservation: cancelled,
    ReservationStatusUpdate: updated,
    TransactionEvent: used
  },
  unanswered: {
    ReserveNow: doubtful,
    CancelReservation: (state, { reservationId }) => withDoubted(state, reservationId)
  },
  replaced: (state) => withDoubted(state)
}
