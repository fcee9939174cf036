/** Block H, reservations: TC_H_01, 07, 08, 14, 15, 17, 19, 20, 22. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as DateTime from "effect/DateTime"
import { assert } from "@effect/vitest"
import { type Messages, Reservation, reservationStatus } from "@wattline/ocpp-core"
import { authorizes, isAcceptedIn, reports, reportsAll } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { groupId, tokens } from "./ReferenceCsms.ts"
import { accepted } from "./states.ts"
import type { Evse, World } from "./World.ts"

type Status = Messages["ReserveNow"]["response"]["status"]
type Target = Reservation.ReservationTarget & Pick<Reservation.ReservationRequest, "groupIdToken">

/** The cases, in the order of the standard. */
export const reservations: ReadonlyArray<OcaCase> = [
  {
    id: "TC_H_01_CSMS",
    title: "reserve an EVSE",
    certification: "M Reservation",
    requirements: ["H01.FR.03", "H01.FR.23"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* isOpen(world, yield* reservesEvse(world, evse))
    })
  },
  {
    id: "TC_H_07_CSMS",
    title: "the reservation of an EVSE expires",
    certification: "M Reservation",
    requirements: ["H04.FR.01", "H04.FR.03"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      const reservationId = yield* reservesEvse(world, evse)
      yield* world.passes("30 minutes")
      yield* reports(world, "Available", evse)
      yield* isClosedBy(world, reservationId, "Expired")
    })
  },
  {
    id: "TC_H_08_CSMS",
    title: "reserve any EVSE",
    certification: "C(R-2) Reservation",
    requirements: ["H01.FR.04", "H01.FR.18", "H01.FR.20"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* isOpen(world, yield* reserves(world, {})) // two EVSEs: none of them is Reserved
    })
  },
  {
    id: "TC_H_14_CSMS",
    title: "reserve any EVSE until none is free",
    certification: "C(R-2) Reservation",
    requirements: ["H01.FR.20", "H01.FR.02"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const ids = [yield* reserves(world, {}), yield* reserves(world, {})]
      assert.notStrictEqual(ids[0], ids[1])
      yield* reportsAll(world, "Reserved")
      for (const reservationId of ids) yield* isOpen(world, reservationId)
    })
  },
  {
    id: "TC_H_15_CSMS",
    title: "reserve a kind of connector",
    certification: "C(R-1) Reservation",
    requirements: ["H01.FR.06", "H01.FR.24"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const reservationId = yield* reserves(world, { connectorType: "cType2" })
      yield* reports(world, "Reserved", world.evses[0])
      yield* isOpen(world, reservationId)
    })
  },
  {
    id: "TC_H_17_CSMS",
    title: "cancel a reservation",
    certification: "M Reservation",
    requirements: ["H02.FR.02", "H02.FR.03", "H02.FR.04"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      const reservationId = yield* reservesEvse(world, evse)
      const cancelling = Reservation.cancelReservation(world.station, reservationId)
      const { status } = yield* world.operated(
        cancelling,
        "CancelReservation",
        { reservationId },
        { status: "Accepted" }
      )
      assert.strictEqual(status, "Accepted")
      yield* isNow(world, reservationId, "Cancelled")
      yield* reports(world, "Available", evse)
    })
  },
  {
    id: "TC_H_19_CSMS",
    title: "reserve for a group",
    certification: "M Reservation",
    requirements: ["H03.FR.04", "H03.FR.07"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      const groupIdToken = { idToken: groupId, type: "Central" } as const
      const reservationId = yield* reserves(world, { evseId: evse.id, groupIdToken })
      yield* reports(world, "Reserved", evse)
      yield* isOpen(world, reservationId)
      isAcceptedIn(yield* authorizes(world, tokens.b), groupId) // so the station can let it use the reservation
    })
  },
  {
    id: "TC_H_20_CSMS",
    title: "the station drops a reservation because the EVSE is faulted",
    certification: "M Reservation",
    requirements: ["H01.FR.16"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      const reservationId = yield* reservesEvse(world, evse)
      yield* reports(world, "Faulted", evse)
      yield* isClosedBy(world, reservationId, "Removed")
    })
  },
  {
    id: "TC_H_22_CSMS",
    title: "a reservation is rejected",
    certification: "M Reservation",
    requirements: ["H01.FR.01"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const reservationId = yield* reserves(world, { evseId: world.evses[0].id }, "Rejected")
      yield* isNow(world, reservationId, undefined)
    })
  }
]

/** CSMS → CS ReserveNow for token A and half an hour, with exactly this target; gives its id. */
const reserves = Effect.fnUntraced(function* (world: World, target: Target, status: Status = "Accepted") {
  const expiryDateTime = DateTime.formatIso(DateTime.add(DateTime.makeUnsafe(yield* world.now), { minutes: 30 }))
  const request = { idToken: tokens.a, expiryDateTime, ...target }
  const reserving = yield* world.starts(Reservation.reserveNow(world.station, request))
  const asked = yield* world.cs.asked("ReserveNow")
  const { id, ...rest } = asked.request
  assert.deepStrictEqual<unknown>(rest, request)
  yield* asked.answer({ status })
  const outcome = yield* Fiber.join(reserving)
  assert.deepInclude(outcome, { _tag: status, reservationId: id })
  return id
})

/** Reserved, the reusable state: the EVSE is reserved, and its connectors say so. */
const reservesEvse = Effect.fnUntraced(function* (world: World, evse: Evse) {
  const reservationId = yield* reserves(world, { evseId: evse.id })
  yield* reports(world, "Reserved", evse)
  return reservationId
})

/** CS → CSMS ReservationStatusUpdate; answered, and the reservation is over for the CSMS. */
const isClosedBy = Effect.fnUntraced(function* (world: World, reservationId: number, status: "Expired" | "Removed") {
  const update = { reservationId, reservationUpdateStatus: status }
  assert.deepStrictEqual<unknown>(yield* world.cs.call("ReservationStatusUpdate", update), {})
  yield* isNow(world, reservationId, status)
  assert.deepStrictEqual(yield* Reservation.followReservation(world.station, reservationId), { _tag: status })
})

const isOpen = (world: World, reservationId: number) => isNow(world, reservationId, "Reserved")

/** How the reservation stands for the CSMS. */
const isNow = Effect.fnUntraced(function* (
  world: World,
  reservationId: number,
  status: ReturnType<typeof reservationStatus>
) {
  const now = Date.parse(yield* world.now)
  assert.strictEqual(reservationStatus((yield* world.view).mirror.reservations, reservationId, now), status)
})
