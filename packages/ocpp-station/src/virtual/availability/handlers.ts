/** What a station answers to ChangeAvailability, ReserveNow, CancelReservation and UnlockConnector (G03, G04, H01, H02, F05). */
import type { ReserveNowRequest, ReserveNowStatusEnumType, UnlockStatusEnumType } from "@wattline/ocpp-v201"
import { andThen, type Refusal, refuse } from "@wattline/ocpp-core"
import * as Effect from "effect/Effect"
import type { StationHandlers } from "../../client/Client.ts"
import type { Availability } from "../Availability.ts"
import type { VirtualStation } from "../VirtualStation.ts"
import { isInUse } from "./Lock.ts"
import { reservationOf } from "./Reservations.ts"

/** See the head of the file. New statuses are told when the answer is out. */
export const handlersOf = (station: VirtualStation, availability: Availability): StationHandlers => {
  const refresh = Effect.sync(() => availability.refresh())
  return {
    ChangeAvailability: ({ evse, operationalStatus }) =>
      Effect.sync(() => {
        const place = { evseId: evse?.id, connectorId: evse?.connectorId }
        if (!availability.isKnown(place)) return { status: "Rejected" } as const
        return andThen({ status: availability.change(place, operationalStatus) }, refresh)
      }),
    ReserveNow: (request) =>
      reserving(station, () => andThen({ status: reserveNow(station, availability, request) }, refresh)),
    CancelReservation: ({ reservationId }) =>
      reserving(station, () =>
        availability.removeReservation(reservationId)
          ? andThen({ status: "Accepted" } as const, refresh)
          : ({ status: "Rejected" } as const)
      ),
    UnlockConnector: ({ connectorId, evseId }) =>
      Effect.sync(() => ({ status: unlockStatus(station, availability, evseId, connectorId) }))
  }
}

/** Without its controller the station never knew of reservations. */
const reserving = <A>({ model }: VirtualStation, answer: () => A): Effect.Effect<A, Refusal> =>
  Effect.suspend(() =>
    model.value("ReservationCtrlr", "Available") === undefined
      ? Effect.fail(refuse("NotSupported", "no reservations"))
      : Effect.succeed(answer())
  )

const isOff = (station: VirtualStation, variable: string): boolean =>
  station.model.value("ReservationCtrlr", variable)?.toLowerCase() === "false"

const reserveNow = (
  station: VirtualStation,
  availability: Availability,
  request: ReserveNowRequest
): ReserveNowStatusEnumType => {
  if (isOff(station, "Available") || isOff(station, "Enabled")) return "Rejected" // H01.FR.01
  if (request.evseId === undefined && !station.model.flag("ReservationCtrlr", "NonEvseSpecific")) return "Rejected" // H01.FR.19
  const wanted = reservationOf(request)
  return wanted.expiresAt > station.now() ? availability.reserve(wanted) : "Rejected"
}

const unlockStatus = (
  station: VirtualStation,
  availability: Availability,
  evseId: number,
  connectorId: number
): UnlockStatusEnumType => {
  const evse = station.evse(evseId)
  if (evse === undefined || !availability.isKnown({ evseId, connectorId })) return "UnknownConnector" // F05.FR.03
  return isInUse(evse, connectorId) ? "OngoingAuthorizedTransaction" : availability.unlock(evseId, connectorId)
}
