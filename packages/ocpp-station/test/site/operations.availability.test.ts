/** Blocks G and H: what is in service, and what is reserved. */
import { assert } from "@effect/vitest"
import { Availability, Reservation, reservationStatus } from "@wattline/ocpp-core"
import { Effect, Fiber } from "effect"
import { at, card, charging, ev, failure, pass, within } from "./Observed.ts"
import { tryOperations } from "./tryOperations.ts"

const two = { evses: [{}, {}] }
const outOfUse = { operationalStatus: "Inoperative" } as const
const intoUse = { operationalStatus: "Operative" } as const

tryOperations("Availability", Availability, {
  changeAvailability: {
    "G03.FR.01, G04.FR.01, G03.FR.04: at once where nothing charges, also when it was so before": {
      station: two,
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const places = [{ id: 1 }, { id: 2, connectorId: 1 }]
          for (const evse of places) {
            for (const change of [outOfUse, outOfUse]) {
              const { _tag } = yield* within(Availability.changeAvailability(station, { ...change, evse }))
              assert.strictEqual(_tag, "Accepted")
            }
            yield* pass(2)
            assert.strictEqual(controls.availability.statusOf(evse.id, 1), "Unavailable")
          }
          for (const evse of places) yield* within(Availability.changeAvailability(station, { ...intoUse, evse }))
          yield* pass(2)
          assert.strictEqual(controls.availability.statusOf(2, 1), "Available")
        })
    },
    "G03.FR.07: an EVSE or connector that there is not is Rejected": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const evses = [{ id: 9 }, { id: 1, connectorId: 9 }]
          for (const evse of evses)
            assert.deepInclude(yield* within(Availability.changeAvailability(station, { ...outOfUse, evse })), {
              _tag: "Rejected"
            })
          const problem = yield* failure(Availability.changeAvailability(station, { ...outOfUse, evse: { id: 0 } }))
          assert.strictEqual(problem?._tag, "CheckFailed")
        })
    },
    "G03.FR.08, G04.FR.09: what is out of use stays so over a reboot": {
      station: two,
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          yield* within(Availability.changeAvailability(station, { ...outOfUse, evse: { id: 2 } }))
          controls.powerCycle()
          yield* pass(30)
          assert.strictEqual(controls.availability.statusOf(2, 1), "Unavailable")
        })
    }
  },
  followAvailability: {
    "G04.FR.06: the station as a whole waits for its transaction": {
      station: two,
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          yield* charging(site)
          const asked = yield* within(Availability.changeAvailability(station, outOfUse, { follow: false }))
          assert.strictEqual(asked._tag, "Scheduled")
          const following = yield* Effect.forkChild(Availability.followAvailability(station, outOfUse))
          yield* pass(5)
          assert.isUndefined(following.pollUnsafe())
          controls.present(card(), 1)
          yield* pass(5)
          controls.unplug(1)
          assert.deepStrictEqual(yield* within(Fiber.join(following)), { _tag: "Reached" })
        })
    },
    "G03.FR.05: another change takes the place of one that is Scheduled": {
      run: (site) =>
        Effect.gen(function* () {
          const { station } = site
          yield* charging(site)
          const evse = { id: 1 }
          yield* within(Availability.changeAvailability(station, { ...outOfUse, evse }, { follow: false }))
          const following = yield* Effect.forkChild(Availability.followAvailability(station, { ...outOfUse, evse }))
          yield* pass(2)
          const back = yield* within(Availability.changeAvailability(station, { ...intoUse, evse }, { follow: false }))
          assert.strictEqual(back._tag, "Accepted")
          assert.deepStrictEqual(yield* within(Fiber.join(following)), { _tag: "Replaced", by: "Operative" })
        })
    }
  }
})

tryOperations("Reservation", Reservation, {
  reserveNow: {
    "H01.FR.04, H01.FR.23: an EVSE is Reserved, and nobody else may use it": {
      station: two,
      run: ({ controls, station, view }) =>
        Effect.gen(function* () {
          const wanted = { evseId: 1, idToken: card("R"), expiryDateTime: at(3600) }
          const outcome = yield* within(Reservation.reserveNow(station, wanted))
          assert.strictEqual(outcome._tag, "Accepted")
          yield* pass(2)
          assert.strictEqual(controls.availability.statusOf(1, 1), "Reserved")
          assert.strictEqual(controls.availability.admits(1, card("A")), "Reserved")
          assert.strictEqual(controls.availability.admits(1, card("R")), "Yes")
          assert.lengthOf((yield* view).mirror.reservations.open, 1)
        })
    },
    "H01.FR.02: the same id replaces": {
      station: two,
      run: ({ controls, station, view }) =>
        Effect.gen(function* () {
          for (const evseId of [1, 2]) {
            const wanted = { id: 7, evseId, idToken: card("R"), expiryDateTime: at(3600) }
            assert.strictEqual((yield* within(Reservation.reserveNow(station, wanted)))._tag, "Accepted")
          }
          yield* pass(2)
          assert.strictEqual(controls.availability.statusOf(1, 1), "Available")
          assert.strictEqual(controls.availability.statusOf(2, 1), "Reserved")
          assert.lengthOf((yield* view).mirror.reservations.open, 1)
        })
    },
    "H01.FR.11 to H01.FR.14: Occupied, Faulted, Unavailable, and reserved already": {
      station: { evses: [{}, {}, {}, {}] },
      run: ({ controls, station, view }) =>
        Effect.gen(function* () {
          controls.plugIn(1, ev())
          controls.availability.setFault(true, 2)
          controls.availability.setOperational("Inoperative", 3)
          yield* pass(2)
          const reserve = (evseId: number, idToken = card("R")) =>
            Effect.map(
              within(Reservation.reserveNow(station, { evseId, idToken, expiryDateTime: at(3600) })),
              ({ _tag }) => _tag
            )
          assert.strictEqual(yield* reserve(1), "Occupied")
          assert.strictEqual(yield* reserve(2), "Faulted")
          assert.strictEqual(yield* reserve(3), "Unavailable")
          assert.strictEqual(yield* reserve(4), "Accepted")
          assert.strictEqual(yield* reserve(4, card("S")), "Occupied")
          assert.strictEqual(yield* reserve(9), "Rejected")
          assert.lengthOf((yield* view).mirror.reservations.open, 1)
        })
    },
    "H01.FR.18: what cannot be is not sent": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const past = { evseId: 1, idToken: card(), expiryDateTime: at(-3600) }
          assert.strictEqual((yield* failure(Reservation.reserveNow(station, past)))?._tag, "CheckFailed")
        })
    }
  },
  cancelReservation: {
    "H02.FR.01, H02.FR.02: once it is Accepted, then there is none": {
      run: ({ controls, station, view }) =>
        Effect.gen(function* () {
          const wanted = { id: 7, evseId: 1, idToken: card("R"), expiryDateTime: at(3600) }
          yield* within(Reservation.reserveNow(station, wanted))
          for (const status of ["Accepted", "Rejected"])
            assert.strictEqual((yield* within(Reservation.cancelReservation(station, 7))).status, status)
          yield* pass(2)
          assert.strictEqual(controls.availability.statusOf(1, 1), "Available")
          assert.deepStrictEqual((yield* view).mirror.reservations.open, [])
        })
    }
  },
  followReservation: {
    "H03.FR.09: used by its token": {
      run: (site) =>
        Effect.gen(function* () {
          const { station } = site
          const wanted = { id: 7, evseId: 1, idToken: card("R"), expiryDateTime: at(3600) }
          yield* within(Reservation.reserveNow(station, wanted))
          const following = yield* Effect.forkChild(Reservation.followReservation(station, 7))
          const transactionId = yield* charging(site, 1, card("R"))
          assert.deepStrictEqual(yield* within(Fiber.join(following)), { _tag: "Used", transactionId })
        })
    },
    "H04.FR.01: expires when its time is over": {
      run: ({ controls, station, view }) =>
        Effect.gen(function* () {
          const wanted = { id: 7, evseId: 1, idToken: card("R"), expiryDateTime: at(600) }
          yield* within(Reservation.reserveNow(station, wanted))
          const following = yield* Effect.forkChild(Reservation.followReservation(station, 7))
          yield* pass(600)
          assert.deepStrictEqual(yield* within(Fiber.join(following)), { _tag: "Expired" })
          assert.strictEqual(controls.availability.statusOf(1, 1), "Available")
          assert.strictEqual(reservationStatus((yield* view).mirror.reservations, 7, controls.now()), "Expired")
        })
    },
    "H01.FR.16: Removed when its EVSE breaks": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const wanted = { id: 7, evseId: 1, idToken: card("R"), expiryDateTime: at(3600) }
          yield* within(Reservation.reserveNow(station, wanted))
          controls.availability.setFault(true, 1)
          assert.deepStrictEqual(yield* within(Reservation.followReservation(station, 7)), { _tag: "Removed" })
        })
    }
  }
})
