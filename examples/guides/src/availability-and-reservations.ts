/** Guide "Availability and reservations": close an EVSE for repair, show what is free, keep one for a driver. */
import { Availability, Reservation, type Station, usability } from "@wattline/ocpp-core"
import { DateTime, Effect } from "effect"

export const closeForRepair = (station: Station, evseId: number) =>
  Availability.changeAvailability(
    station,
    { operationalStatus: "Inoperative", evse: { id: evseId } },
    { changeTimeout: "4 hours" }
  ).pipe(
    Effect.retry({ times: 2, while: (failure) => failure._tag === "OutcomeUnknown" }), // asking again does no harm
    Effect.map((outcome) => {
      switch (outcome._tag) {
        case "Accepted": // at once
        case "Reached": // when the last transaction there had ended
          return "closed"
        case "Replaced":
          return "opened again by somebody"
        case "Rejected":
          return "the station will not"
        default:
          return "still in use"
      }
    })
  )

/** After a restart of the CSMS: goes on with what waits for transactions to end. */
export const awaitClosed = Effect.fnUntraced(function* (station: Station) {
  const { requested = [] } = (yield* station.snapshot).mirror.availability
  return yield* Effect.forEach(
    requested.filter(({ scheduled }) => scheduled),
    (change) =>
      Effect.map(Availability.followAvailability(station, change), ({ _tag }) => ({ evseId: change.evseId, _tag })),
    { concurrency: "unbounded" }
  )
})

/** What the map of the app shows: the connectors that the next driver can use. */
export const freeConnectors = Effect.fnUntraced(function* (station: Station) {
  const { connected, mirror } = yield* station.snapshot
  if (!connected) return []
  return mirror.availability.connectors.filter(
    ({ connectorId, evseId }) => usability(mirror.availability, evseId, connectorId) === "Usable"
  )
})

export const reserve = Effect.fnUntraced(function* (station: Station, evseId: number, account: string) {
  const request = {
    id: yield* station.nextRequestId, // known before it is sent, so that asking again reserves nothing twice
    evseId,
    idToken: { idToken: account, type: "Central" as const },
    expiryDateTime: DateTime.add(yield* DateTime.now, { minutes: 30 })
  }
  const outcome = yield* Reservation.reserveNow(station, request).pipe(
    Effect.retry({ times: 1, while: (failure) => failure._tag === "OutcomeUnknown" })
  )
  switch (outcome._tag) {
    case "Accepted":
      return { reservationId: outcome.reservationId, until: outcome.expiryDateTime }
    case "Occupied":
      return { sorry: "somebody was faster" }
    default:
      return { sorry: "this charger cannot be reserved now" }
  }
})

/** Waits for the end of a reservation: who came, and who pays for not coming. */
export const settleReservation = (station: Station, reservationId: number) =>
  Effect.map(Reservation.followReservation(station, reservationId), (end) => {
    if (end._tag === "Used") return { charging: end.transactionId }
    return { fee: end._tag === "Expired" || end._tag === "PresumedExpired" ? 5 : 0 }
  })
