/** Operations of block H, Reservation: reserved, cancelled, and followed to the end (H01 to H04). */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CancelReservationResponse, IdTokenType, ReserveNowRequest, StatusInfoType } from "@wattline/ocpp-v201"
import { DeviceModel } from "../blocks/DeviceModelAccess.ts"
import { findClosed, findReservation, type ReservationEnding } from "../blocks/Reservation.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { type BrokenRule, CheckFailed } from "./CheckFailed.ts"
import { centralToken } from "./CentralToken.ts"
import { watch } from "./Following.ts"

/** What is reserved: an EVSE; or any EVSE with a kind of connector; or, with neither, any EVSE. */
export type ReservationTarget =
  | { readonly evseId?: number; readonly connectorType?: never }
  | { readonly connectorType: NonNullable<ReserveNowRequest["connectorType"]>; readonly evseId?: never }

/** What is asked for. */
export type ReservationRequest = ReservationTarget & {
  /** Who it is for. A text is a token of type Central: one that the CSMS makes up, for example for an app (C-11). */
  readonly idToken: IdTokenType | string
  /** Whoever has this group may use it too; a text is a token of type Central, as every group has it (C09.FR.13). */
  readonly groupIdToken?: IdTokenType | string
  /**
   * Default: a new one. The id of a reservation that is open replaces it (H01.FR.02). Give one of `station.nextRequestId` to
   * know it whatever becomes of the CALL.
   */
  readonly id?: number
  /** When it ends unless it is used: whatever DateTime reads. It goes out in UTC. */
  readonly expiryDateTime: DateTime.DateTime.Input
}

/** What the station says to a reservation (H-1). */
export type ReserveNowOutcome =
  | {
      readonly _tag: "Accepted"
      readonly reservationId: number
      /** ISO 8601, UTC. */
      readonly expiryDateTime: string
    }
  /** It said no: the EVSEs are Faulted, Occupied or reserved, or Unavailable; Rejected: it takes no reservations, or not these. */
  | {
      readonly _tag: "Faulted" | "Occupied" | "Rejected" | "Unavailable"
      readonly reservationId: number
      readonly statusInfo?: StatusInfoType
    }

/**
 * Reserves an EVSE for a token (H-1). Done when the station has answered: no connector need report Reserved, and with more than
 * one free EVSE none will (H-8). The id is new at this station, over restarts too (H-2). After `OutcomeUnknown` ask again with
 * the same id, or cancel it: an id is reserved once at most.
 *
 * Fails with `CheckFailed`, before anything is sent: expiry not in the future, or no EVSE named although the station reported
 * that it needs one (H-3, H01.FR.18), no reservations supported (DM-17), evseId not greater than 0.
 *
 * @example
 * const outcome = yield* Reservation.reserveNow(station, {
 *   evseId: 1,
 *   idToken: { idToken: "0F7D3B2A", type: "ISO14443" },
 *   expiryDateTime: DateTime.add(yield* DateTime.now, { minutes: 30 })
 * })
 * if (outcome._tag === "Accepted") {
 *   const end = yield* Reservation.followReservation(station, outcome.reservationId) // { _tag: "Used", transactionId: "T1" }
 * }
 */
export const reserveNow = Effect.fnUntraced(function* (
  station: Station,
  { expiryDateTime: expiry, groupIdToken, id, idToken, ...target }: ReservationRequest,
  options?: CallOptions
): Effect.fn.Return<ReserveNowOutcome, CallFailure | CheckFailed> {
  const { deviceModel } = (yield* station.snapshot).mirror.provisioning
  const expiresAt = DateTime.make(expiry)
  const broken = problemsOf(target, expiresAt, yield* Clock.currentTimeMillis, deviceModel)
  if (broken.length > 0 || Option.isNone(expiresAt))
    return yield* new CheckFailed({ identity: station.identity, action: "ReserveNow", broken })
  const reservationId = id ?? (yield* newId(station))
  const expiryDateTime = DateTime.formatIso(expiresAt.value)
  const request: ReserveNowRequest = {
    ...target,
    id: reservationId,
    expiryDateTime,
    idToken: centralToken(idToken),
    ...(groupIdToken !== undefined && { groupIdToken: centralToken(groupIdToken) })
  }
  const { status, statusInfo } = yield* station.call("ReserveNow", request, options)
  return status === "Accepted"
    ? { _tag: status, reservationId, expiryDateTime }
    : { _tag: status, reservationId, ...(statusInfo && { statusInfo }) }
})

/** An id that is on no reservation, not even on one whose id was given by the caller. */
const newId = (station: Station): Effect.Effect<number> =>
  Effect.gen(function* () {
    const { open } = (yield* station.snapshot).mirror.reservations
    let id = yield* station.nextRequestId
    while (open.some(({ reservationId }) => reservationId === id)) id = yield* station.nextRequestId
    return id
  })

const problemsOf = (
  { evseId }: ReservationTarget,
  expiresAt: Option.Option<DateTime.DateTime>,
  now: number,
  model: DeviceModel
): ReadonlyArray<BrokenRule> => {
  const broken: Array<BrokenRule> = []
  if (Option.isNone(expiresAt) || DateTime.toEpochMillis(expiresAt.value) <= now)
    broken.push({ rule: "H-3", detail: "expiryDateTime is in the future" })
  if (evseId !== undefined && evseId <= 0) broken.push({ rule: "H-1", detail: "evseId is greater than 0" })
  if (evseId === undefined && DeviceModel.read(model, "ReservationCtrlr", "NonEvseSpecific") === false)
    broken.push({ rule: "H01.FR.18", detail: "the station reported that a reservation has to name an EVSE" })
  if (DeviceModel.read(model, "ReservationCtrlr", "Available") === false)
    broken.push({ rule: "DM-17", detail: "the station reported that it has no reservations" })
  return broken
}

/** What the station says: `Accepted`, or `Rejected` when it does not know the reservation, which then is lost (H-6). */
export type CancelReservationResult = CancelReservationResponse

/**
 * Cancels a reservation (H-6). Both statuses are values, and after both it is open no more. That connectors are free again is
 * reported by the station.
 *
 * @example
 * const { status } = yield* Reservation.cancelReservation(station, outcome.reservationId)
 */
export const cancelReservation = (
  station: Station,
  reservationId: number,
  options?: CallOptions
): Effect.Effect<CancelReservationResult, CallFailure> => station.call("CancelReservation", { reservationId }, options)

/** Milliseconds. Timers cannot wait for months. */
const longestSleep = 24 * 3_600_000

/** How a reservation ended. */
export type ReservationFollowUp =
  | { readonly _tag: "Used"; readonly transactionId: string }
  | { readonly _tag: Exclude<ReservationEnding["end"], "Used"> }
  /** Its time is over, and no message has said so: the station may be offline, and have one yet (H-9). */
  | { readonly _tag: "PresumedExpired" }
  /** Nothing is known of it, or the station was removed. */
  | { readonly _tag: "Gone" }

/** How a reservation is followed. */
export interface FollowReservationOptions {
  /** How long after its expiry the message about it may take. Default 30 seconds. */
  readonly margin?: Duration.Input
}

/**
 * Waits for the end of a reservation, also after a restart of the CSMS: until it is used, expired, removed or cancelled, and not
 * longer than to its expiry and a margin (H-4 to H-6, H-9).
 *
 * @example
 * const end = yield* Reservation.followReservation(station, 7)
 * if (end._tag === "Used") yield* Effect.log(end.transactionId)
 */
export const followReservation = Effect.fnUntraced(function* (
  station: Station,
  reservationId: number,
  { margin = "30 seconds" }: FollowReservationOptions = {}
): Effect.fn.Return<ReservationFollowUp> {
  const end = watch(station, ({ mirror }): ReservationFollowUp | undefined => {
    if (findReservation(mirror.reservations, reservationId) !== undefined) return undefined
    const closed = findClosed(mirror.reservations, reservationId)
    if (closed === undefined) return { _tag: "Gone" }
    return closed.end === "Used" ? { _tag: "Used", transactionId: closed.transactionId } : { _tag: closed.end }
  })
  const late = Duration.toMillis(Duration.fromInputUnsafe(margin))
  const left = Effect.gen(function* () {
    const open = findReservation((yield* station.snapshot).mirror.reservations, reservationId)
    const now = yield* Clock.currentTimeMillis
    return open === undefined ? Infinity : Date.parse(open.expiryDateTime) + late - now
  })
  const presumed = Effect.gen(function* () {
    let millis = yield* left
    while (millis > 0) {
      yield* Effect.sleep(Math.min(millis, longestSleep))
      millis = yield* left // asked anew: it may have been replaced by a later one with the same id
    }
    return { _tag: "PresumedExpired" } as const
  })
  return (yield* Effect.raceFirst(end, presumed)) ?? { _tag: "Gone" }
})
