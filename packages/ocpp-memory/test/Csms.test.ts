/** A test station at the real CSMS of the core. */
import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Fault, MemoryTransport, TestStation } from "../src/index.ts"

const password = "0123456789abcdef"
const network = Layer.provideMerge(MemoryTransport.layer, Csms.layer({}, { callTimeout: "10 seconds" }))

layer(network)((it) => {
  it.effect("R-040: a station gets in with its password, and with no other", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      yield* csms.addStation({ identity: "RDAM|123", securityProfile: 1, password })
      const refusal = yield* Effect.flip(TestStation.connect({ identity: "RDAM|123", password: "wrong-wrong-wrong" }))
      assert.strictEqual(refusal.status, 401)
      assert.include(refusal.headers["www-authenticate"], "Basic")
      const station = yield* TestStation.connect({ identity: "RDAM|123", password })
      assert.strictEqual((yield* station.boot()).status, "Accepted")
    })
  )

  it.effect("a call of the CSMS reaches the station and comes back typed", () =>
    Effect.gen(function* () {
      const inCsms = yield* (yield* Csms).addStation({ identity: "CS-1", securityProfile: 0 })
      const station = yield* TestStation.connect({ identity: "CS-1" })
      yield* station.boot()
      const calling = yield* Effect.forkChild(inCsms.call("Reset", { type: "OnIdle" }))
      const reset = yield* station.expectCall("Reset")
      assert.deepStrictEqual(reset.request, { type: "OnIdle" })
      yield* reset.reply({ status: "Scheduled" })
      assert.deepStrictEqual(yield* Fiber.join(calling), { status: "Scheduled" })
    })
  )

  it.effect("R-163: a lost answer is a call with unknown outcome, by the test's clock", () =>
    Effect.gen(function* () {
      const inCsms = yield* (yield* Csms).addStation({ identity: "CS-2", securityProfile: 0 })
      const station = yield* TestStation.connect({ identity: "CS-2" })
      yield* station.boot()
      yield* station.answer("ClearCache", { status: "Accepted" })
      yield* station.faults.inject(Fault.drop("toCsms"))
      const calling = yield* Effect.forkChild(Effect.flip(inCsms.call("ClearCache", {})))
      yield* TestClock.adjust("11 seconds")
      assert.strictEqual((yield* Fiber.join(calling))._tag, "OutcomeUnknown")
      assert.deepStrictEqual(yield* inCsms.call("ClearCache", {}), { status: "Accepted" })
    })
  )
})
