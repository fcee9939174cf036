/** Operations of block H. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms, EventLog, Reservation, reservationStatus, type Station } from "../../src/index.ts"
import { begin, booted, connected, Recorder, settle, transactionEvent } from "../csms/support.ts"
import { TestStore } from "../csms/TestStore.ts"
import type { FakeStation } from "../support/FakeStation.ts"

const idToken = { idToken: "0123ABCD", type: "ISO14443" } as const
const groupIdToken = { idToken: "FLEET", type: "Central" } as const
/** Half an hour after the TestClock starts. */
const expiryDateTime = "1970-01-01T00:30:00.000Z"

/** Makes a reservation that is accepted. */
const accepted = Effect.fnUntraced(function* (
  fake: FakeStation,
  station: Station,
  more: { readonly id?: number } = {}
) {
  const reserving = yield* begin(Reservation.reserveNow(station, { idToken, evseId: 1, expiryDateTime, ...more }))
  fake.reply({ status: "Accepted" })
  return (yield* Fiber.join(reserving)).reservationId
})

const statusOf = (station: Station, reservationId: number) =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const { reservations } = (yield* station.snapshot).mirror
    return reservationStatus(reservations, reservationId, DateTime.toEpochMillis(now))
  })

/** The station reports variables of its ReservationCtrlr. */
const reports = Effect.fnUntraced(function* (
  fake: FakeStation,
  station: Station,
  ...[variable, attributeValue]: readonly [string, string]
) {
  const about = { component: { name: "ReservationCtrlr" }, variable: { name: variable } }
  const reading = yield* begin(station.call("GetVariables", { getVariableData: [about] }))
  fake.reply({ getVariableResult: [{ attributeStatus: "Accepted", attributeValue, ...about }] })
  yield* Fiber.join(reading)
})

const brokenBy = (failure: Effect.Success<ReturnType<typeof refused>>) =>
  failure._tag === "CheckFailed" ? failure.broken.map(({ rule }) => rule) : failure._tag
const refused = (station: Station, more: Partial<Parameters<typeof Reservation.reserveNow>[1]>) =>
  Effect.flip(Reservation.reserveNow(station, { idToken, expiryDateTime, ...more } as Reservation.ReservationRequest))

describe("reserveNow", () => {
  const targets = [
    ["TC_H_01_CSMS, H01.FR.03: an EVSE", { evseId: 1 }],
    ["TC_H_08_CSMS, H01.FR.04: any EVSE", {}],
    ["TC_H_15_CSMS, H01.FR.06: a kind of connector", { connectorType: "cType2" }],
    ["TC_H_19_CSMS, H-7: for a group", { evseId: 1, groupIdToken }]
  ] as const
  it.effect.each(targets)("H-1, %s", ([, target]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const reserving = yield* begin(Reservation.reserveNow(station, { idToken, expiryDateTime, ...target }))
      const [, , action, request] = fake.lastCall
      const { id, ...rest } = request as { readonly id: number }
      assert.deepStrictEqual<unknown>([action, rest], ["ReserveNow", { idToken, expiryDateTime, ...target }])
      fake.reply({ status: "Accepted" })
      assert.deepStrictEqual(yield* Fiber.join(reserving), { _tag: "Accepted", reservationId: id, expiryDateTime })
      assert.strictEqual(yield* statusOf(station, id), "Reserved")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["Faulted", "Occupied", "Rejected", "Unavailable"] as const)(
    "H-1, TC_H_22_CSMS: %s is a value, and nothing is reserved",
    (status) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const reserving = yield* begin(Reservation.reserveNow(station, { idToken, evseId: 1, expiryDateTime, id: 7 }))
        fake.reply({ status, statusInfo: { reasonCode: "Why" } })
        assert.deepStrictEqual(yield* Fiber.join(reserving), {
          _tag: status,
          reservationId: 7,
          statusInfo: { reasonCode: "Why" }
        })
        assert.isUndefined(yield* statusOf(station, 7))
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("H-1: the expiry is given in any form and sent in UTC", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const expiry of [
        "1970-01-01T01:30:00+01:00",
        1_800_000,
        DateTime.add(yield* DateTime.now, { minutes: 30 })
      ]) {
        const reserving = yield* begin(Reservation.reserveNow(station, { idToken, evseId: 1, expiryDateTime: expiry }))
        assert.deepInclude(fake.lastCall[3], { expiryDateTime })
        fake.reply({ status: "Rejected" })
        yield* Fiber.join(reserving)
      }
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("H-1: a text is a token of type Central", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const reserving = yield* begin(
        Reservation.reserveNow(station, { evseId: 1, idToken: "app-1", groupIdToken: "G1", expiryDateTime })
      )
      assert.deepInclude(fake.lastCall[3], {
        idToken: { idToken: "app-1", type: "Central" },
        groupIdToken: { idToken: "G1", type: "Central" }
      })
      fake.reply({ status: "Accepted" })
      assert.strictEqual((yield* Fiber.join(reserving))._tag, "Accepted")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("H-2, TC_H_14_CSMS: ids are new, over a restart too, and not one that was given", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const life = Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const first = yield* accepted(fake, station)
        const given = yield* accepted(fake, station, { id: first + 1 })
        const next = yield* accepted(fake, station)
        const { open } = (yield* station.snapshot).mirror.reservations
        fake.vanish()
        return { ids: [first, given, next], open: open.map(({ reservationId }) => reservationId) }
      })
      const one = yield* store.csms(life)
      const two = yield* store.csms(life)
      const all = [...one.ids, ...two.ids]
      assert.strictEqual(new Set(all).size, 6)
      assert.deepStrictEqual(two.open, all)
    })
  )

  it.effect("H-2, H01.FR.02: the id of an open one replaces it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* accepted(fake, station, { id: 7 })
      yield* accepted(fake, station, { id: 7 })
      assert.lengthOf((yield* station.snapshot).mirror.reservations.open, 1)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("H-3: the expiry is in the future", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const expiry of ["1970-01-01T00:00:00Z", -1, "tomorrow"])
        assert.deepStrictEqual(brokenBy(yield* refused(station, { evseId: 1, expiryDateTime: expiry })), ["H-3"])
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("H-3, H01.FR.18, H01.FR.19: an EVSE is named where the station reported that it has to be", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* reports(fake, station, "NonEvseSpecific", "false")
      assert.deepStrictEqual(brokenBy(yield* refused(station, {})), ["H01.FR.18"])
      assert.deepStrictEqual(brokenBy(yield* refused(station, { connectorType: "cCCS2" })), ["H01.FR.18"])
      assert.lengthOf(fake.calls, 1)
      yield* accepted(fake, station)
      yield* reports(fake, station, "NonEvseSpecific", "true")
      const reserving = yield* begin(Reservation.reserveNow(station, { idToken, expiryDateTime }))
      assert.notProperty(fake.lastCall[3], "evseId")
      fake.reply({ status: "Accepted" })
      yield* Fiber.join(reserving)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("H-3, DM-17: nothing is sent where there are no reservations, or to EVSE 0", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      assert.deepStrictEqual(brokenBy(yield* refused(station, { evseId: 0 })), ["H-1"])
      yield* reports(fake, station, "Available", "false")
      assert.deepStrictEqual(brokenBy(yield* refused(station, { evseId: 1 })), ["DM-17"])
      assert.lengthOf(fake.calls, 1)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("H-1, H-7: no token is in an event or in a log line of it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      const reserving = yield* begin(
        Reservation.reserveNow(station, { idToken, groupIdToken, evseId: 1, expiryDateTime, id: 7 })
      )
      fake.reply({ status: "Accepted" })
      yield* Fiber.join(reserving)
      fake.call("ReservationStatusUpdate", { reservationId: 7, reservationUpdateStatus: "Removed" })
      yield* settle
      const [held] = recorder.of("ReservationAccepted")
      const [ended] = recorder.of("ReservationClosed")
      assert.isDefined(held)
      assert.notMatch(JSON.stringify(recorder.events), /0123ABCD|FLEET/)
      assert.deepInclude(ended && EventLog.annotationsOf(ended), { station: "CS-1", reservationId: 7, end: "Removed" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("cancelReservation", () => {
  it.effect("TC_H_17_CSMS, H-6, H02.FR.02: Accepted and Rejected are values, and close it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const [status, end] of [
        ["Accepted", "Cancelled"],
        ["Rejected", "Lost"]
      ] as const) {
        const reservationId = yield* accepted(fake, station)
        const cancelling = yield* begin(Reservation.cancelReservation(station, reservationId))
        assert.deepStrictEqual(fake.lastCall.slice(2), ["CancelReservation", { reservationId }])
        fake.reply({ status })
        assert.deepStrictEqual(yield* Fiber.join(cancelling), { status })
        assert.strictEqual(yield* statusOf(station, reservationId), end)
      }
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("followReservation", () => {
  it.effect.each(["Expired", "Removed"] as const)(
    "H-4, TC_H_07_CSMS, TC_H_20_CSMS: is answered, and ends as %s",
    (end) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const reservationId = yield* accepted(fake, station)
        const following = yield* begin(Reservation.followReservation(station, reservationId))
        yield* settle
        const update = { reservationId, reservationUpdateStatus: end }
        assert.deepStrictEqual(fake.answerTo(fake.call("ReservationStatusUpdate", update)), [{}])
        assert.deepStrictEqual(yield* Fiber.join(following), { _tag: end })
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("H-5, E-24, H01.FR.15: gives the transaction that used it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const reservationId = yield* accepted(fake, station)
      const following = yield* begin(Reservation.followReservation(station, reservationId))
      fake.call("TransactionEvent", transactionEvent(0)) // of somebody else
      yield* settle
      assert.isUndefined(following.pollUnsafe())
      fake.call("TransactionEvent", transactionEvent(1, { reservationId, eventType: "Updated" }))
      assert.deepStrictEqual(yield* Fiber.join(following), { _tag: "Used", transactionId: "T1" })
      assert.strictEqual(yield* statusOf(station, reservationId), "Used")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("H-9: is presumed expired when its time and a margin are over, offline or not, and may be used yet", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const reservationId = yield* accepted(fake, station)
      const following = yield* begin(Reservation.followReservation(station, reservationId))
      yield* settle
      fake.vanish()
      yield* TestClock.adjust("30 minutes")
      assert.strictEqual(yield* statusOf(station, reservationId), "PresumedExpired")
      assert.isUndefined(following.pollUnsafe())
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* Fiber.join(following), { _tag: "PresumedExpired" })
      const again = (yield* connected()).fake
      again.call("TransactionEvent", transactionEvent(0, { reservationId, offline: true }))
      assert.strictEqual(yield* statusOf(station, reservationId), "Used")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "H-9, B-30: after a restart of the CSMS and a reboot it is open, then presumed expired, without a timer",
    () =>
      Effect.gen(function* () {
        const store = new TestStore()
        const reservationId = yield* store.csms(
          Effect.flatMap(booted(), ({ fake, station }) => accepted(fake, station))
        )
        yield* store.csms(
          Effect.gen(function* () {
            const { station } = yield* booted()
            assert.strictEqual(yield* statusOf(station, reservationId), "Reserved")
            const following = yield* begin(Reservation.followReservation(station, reservationId))
            yield* TestClock.adjust("31 minutes")
            assert.strictEqual(yield* statusOf(station, reservationId), "PresumedExpired")
            assert.deepStrictEqual(yield* Fiber.join(following), { _tag: "PresumedExpired" })
          })
        )
      })
  )

  it.effect("H-2: one that was replaced is followed to its new expiry", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* accepted(fake, station, { id: 7 })
      const following = yield* begin(Reservation.followReservation(station, 7, { margin: 0 }))
      const later = DateTime.add(yield* DateTime.now, { days: 3 })
      const reserving = yield* begin(
        Reservation.reserveNow(station, { idToken, evseId: 1, expiryDateTime: later, id: 7 })
      )
      fake.reply({ status: "Accepted" })
      yield* Fiber.join(reserving)
      yield* TestClock.adjust("71 hours")
      assert.isUndefined(following.pollUnsafe())
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* Fiber.join(following), { _tag: "PresumedExpired" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("is gone when nothing is known of it, or with the station", () =>
    Effect.gen(function* () {
      const { csms, fake, station } = yield* booted()
      assert.deepStrictEqual(yield* Reservation.followReservation(station, 99), { _tag: "Gone" })
      const reservationId = yield* accepted(fake, station)
      const following = yield* begin(Reservation.followReservation(station, reservationId))
      yield* settle
      yield* csms.removeStation("CS-1")
      assert.deepStrictEqual(yield* Fiber.join(following), { _tag: "Gone" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("A group reservation", () => {
  it.effect(
    "H-7, H03.FR.07, H03.FR.08: the station learns the group of a token from Authorize, as the CSMS gives it",
    () =>
      Effect.gen(function* () {
        const { fake } = yield* booted()
        const group = (token: string) => {
          const id = fake.call("Authorize", { idToken: { idToken: token, type: "ISO14443" } })
          return fake.answerTo(id)?.[0] as { readonly idTokenInfo: object }
        }
        assert.deepStrictEqual(group("B-OF-FLEET").idTokenInfo, { status: "Accepted", groupIdToken })
        assert.deepStrictEqual(group("STRANGER").idTokenInfo, { status: "Accepted" })
      }).pipe(
        Effect.provide(
          Csms.layer({
            authorize: ({ idToken: token }) =>
              Effect.succeed({ status: "Accepted", ...(token === "B-OF-FLEET" && { groupIdToken }) })
          })
        )
      )
  )
})
