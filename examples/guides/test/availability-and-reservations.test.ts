import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryTransport, type TestStation } from "@wattline/ocpp-memory"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import {
  awaitClosed,
  closeForRepair,
  freeConnectors,
  reserve,
  settleReservation
} from "../src/availability-and-reservations.ts"
import { accepted, now, settle } from "./support.ts"

/** The station tells the status of a connector of EVSE 1. */
const connector = Effect.fnUntraced(function* (
  station: TestStation,
  connectorStatus: "Available" | "Occupied" | "Unavailable",
  connectorId = 1
) {
  yield* TestClock.adjust("1 second")
  yield* station.call("StatusNotification", { evseId: 1, connectorId, connectorStatus, timestamp: yield* now })
})

layer(Layer.provideMerge(MemoryTransport.layer, Csms.layer({}, { inventory: "off" })))(
  "availability and reservations",
  (it) => {
    it.effect("G-6: an EVSE in use is closed when the transaction has ended, also after a restart of the CSMS", () =>
      Effect.gen(function* () {
        const { inCsms, station } = yield* accepted("CS-1")
        yield* connector(station, "Occupied")
        const closing = yield* Effect.forkChild(closeForRepair(inCsms, 1))
        const change = yield* station.expectCall("ChangeAvailability")
        assert.deepStrictEqual(change.request, { operationalStatus: "Inoperative", evse: { id: 1 } })
        yield* change.reply({ status: "Scheduled" })
        yield* settle
        const restarted = yield* Effect.forkChild(awaitClosed(inCsms))
        yield* settle
        assert.isUndefined(closing.pollUnsafe())
        yield* connector(station, "Unavailable")
        assert.strictEqual(yield* Fiber.join(closing), "closed")
        assert.deepStrictEqual(yield* Fiber.join(restarted), [{ evseId: 1, _tag: "Reached" }])
      })
    )

    it.effect("G-6: nobody leaves, the station refuses, no answer comes at first", () =>
      Effect.gen(function* () {
        const { inCsms, station } = yield* accepted("CS-2")
        yield* station.answer("ChangeAvailability", { status: "Scheduled" })
        const closing = yield* Effect.forkChild(closeForRepair(inCsms, 1))
        yield* settle
        yield* TestClock.adjust("4 hours")
        assert.strictEqual(yield* Fiber.join(closing), "still in use")
        yield* station.answer("ChangeAvailability", { status: "Rejected" })
        assert.strictEqual(yield* closeForRepair(inCsms, 1), "the station will not")
        const { inCsms: slow, station: slowStation } = yield* accepted("CS-3")
        const again = yield* Effect.forkChild(closeForRepair(slow, 1))
        yield* slowStation.expectCall("ChangeAvailability")
        yield* TestClock.adjust("30 seconds")
        yield* (yield* slowStation.expectCall("ChangeAvailability")).reply({ status: "Accepted" })
        assert.strictEqual(yield* Fiber.join(again), "closed")
      })
    )

    it.effect("G-3: a connector beside one in use is Available, and not shown as free", () =>
      Effect.gen(function* () {
        const { inCsms, station } = yield* accepted("CS-4")
        yield* connector(station, "Available", 1)
        yield* connector(station, "Available", 2)
        const ids = Effect.map(freeConnectors(inCsms), (free) => free.map(({ connectorId }) => connectorId))
        assert.deepStrictEqual(yield* ids, [1, 2])
        yield* connector(station, "Occupied", 2)
        assert.deepStrictEqual(yield* ids, [])
        yield* station.close()
        yield* station.closed
        yield* settle
        assert.deepStrictEqual(yield* ids, [])
      })
    )

    it.effect("H-1, H-5: a reservation is kept for the driver, who comes", () =>
      Effect.gen(function* () {
        const { inCsms, station } = yield* accepted("CS-5")
        const reserving = yield* Effect.forkChild(reserve(inCsms, 1, "app-4711"))
        const { request } = yield* station.expectCall("ReserveNow")
        yield* TestClock.adjust("30 seconds") // no answer: asked again, with the same id
        const again = yield* station.expectCall("ReserveNow")
        assert.strictEqual(again.request.id, request.id)
        yield* again.reply({ status: "Accepted" })
        assert.deepStrictEqual(yield* Fiber.join(reserving), {
          reservationId: request.id,
          until: request.expiryDateTime
        })
        const ending = yield* Effect.forkChild(settleReservation(inCsms, request.id))
        yield* settle
        yield* station.call("TransactionEvent", {
          eventType: "Started",
          seqNo: 0,
          timestamp: yield* now,
          triggerReason: "Authorized",
          transactionInfo: { transactionId: "T1" },
          reservationId: request.id
        })
        assert.deepStrictEqual(yield* Fiber.join(ending), { charging: "T1" })
      })
    )

    it.effect("H-9: the driver does not come, and the station does not say so; another is too late", () =>
      Effect.gen(function* () {
        const { inCsms, station } = yield* accepted("CS-6")
        yield* station.answer("ReserveNow", { status: "Accepted" })
        const { reservationId = 0 } = yield* reserve(inCsms, 1, "app-4711")
        const ending = yield* Effect.forkChild(settleReservation(inCsms, reservationId))
        yield* settle
        yield* TestClock.adjust("31 minutes")
        assert.deepStrictEqual(yield* Fiber.join(ending), { fee: 5 })
        yield* station.answer("ReserveNow", { status: "Occupied" })
        assert.deepStrictEqual(yield* reserve(inCsms, 1, "app-1"), { sorry: "somebody was faster" })
      })
    )
  }
)
