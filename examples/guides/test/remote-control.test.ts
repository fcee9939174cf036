import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryTransport } from "@wattline/ocpp-memory"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { freeConnector, startCharging, stopCharging } from "../src/remote-control.ts"
import { accepted, settle, transactionEvent } from "./support.ts"

layer(Layer.provideMerge(MemoryTransport.layer, Csms.layer()))("remote control", (it) => {
  it.effect("the app is told that it charges, and later how much was charged", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-1")
      const starting = yield* Effect.forkChild(startCharging(inCsms, 1, "app-4711"))
      const start = yield* station.expectCall("RequestStartTransaction")
      assert.deepStrictEqual(start.request.idToken, { idToken: "app-4711", type: "Central" })
      yield* start.reply({ status: "Accepted" })
      const { remoteStartId } = start.request
      yield* transactionEvent(station, "Started", 0, { triggerReason: "RemoteStart", remoteStartId, wh: 1000 })
      assert.deepStrictEqual(yield* Fiber.join(starting), { text: "charging", transactionId: "T1" })

      const stopping = yield* Effect.forkChild(stopCharging(inCsms, "T1"))
      yield* (yield* station.expectCall("RequestStopTransaction")).reply({ status: "Accepted" })
      yield* transactionEvent(station, "Ended", 1, { triggerReason: "RemoteStop", wh: 8500 })
      assert.strictEqual(yield* Fiber.join(stopping), 7500)
    })
  )

  it.effect("nobody plugs in, the station refuses, or it is not there", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-2")
      yield* station.answer("RequestStartTransaction", { status: "Accepted" })
      const starting = yield* Effect.forkChild(startCharging(inCsms, 1, "app-4711"))
      yield* settle
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(yield* Fiber.join(starting), { text: "not plugged in" })
      yield* station.answer("RequestStartTransaction", { status: "Rejected" })
      assert.deepStrictEqual(yield* startCharging(inCsms, 1, "app-4711"), { text: "refused" })
      yield* station.close()
      yield* station.closed
      yield* settle
      assert.deepStrictEqual(yield* startCharging(inCsms, 1, "app-4711"), { text: "the station is offline" })
    })
  )

  it.effect("a cable that stays locked is looked at again", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-3")
      yield* station.answer("UnlockConnector", { status: "UnlockFailed" })
      yield* station.answer("TriggerMessage", { status: "Accepted" })
      const freeing = yield* Effect.forkChild(freeConnector(inCsms, 1, 1))
      yield* settle
      const timestamp = "1970-01-01T00:00:01Z"
      yield* station.call("StatusNotification", { evseId: 1, connectorId: 1, connectorStatus: "Faulted", timestamp })
      assert.strictEqual(yield* Fiber.join(freeing), "call a technician")
    })
  )
})
