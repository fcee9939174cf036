import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryTransport, type TestStation } from "@wattline/ocpp-memory"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { expectedAmps, handlers, limitSite, planOverdue, slowDown } from "../src/smart-charging.ts"
import { accepted, now, settle, transactionEvent } from "./support.ts"

const needs = Effect.fnUntraced(function* (station: TestStation) {
  return yield* station.call("NotifyEVChargingNeeds", {
    evseId: 1,
    chargingNeeds: {
      requestedEnergyTransfer: "AC_three_phase",
      departureTime: new Date(Date.parse(yield* now) + 4 * 3_600_000).toISOString(),
      acChargingParameters: { energyAmount: 24_000, evMinCurrent: 6, evMaxCurrent: 32, evMaxVoltage: 400 }
    }
  })
})

const started = (station: TestStation) =>
  transactionEvent(station, "Started", 0, { triggerReason: "Authorized", wh: 0 })

// Before anything waits for a time.
const midsummer = Layer.effectDiscard(TestClock.setTime(Date.parse("2026-07-01T00:00:00Z")))
const csms = Layer.provide(Csms.layer(handlers, { inventory: "off" }), midsummer)

layer(Layer.provideMerge(MemoryTransport.layer, csms))("smart charging", (it) => {
  it.effect("K-28, K08: the limits of a site and of a transaction are set, and foreseen", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-1")
      yield* station.answer("SetChargingProfile", { status: "Accepted" })
      assert.deepStrictEqual(yield* limitSite(inCsms, { grid: 63, night: 80, day: 16 }), [])
      assert.deepStrictEqual(yield* expectedAmps(inCsms, 1, 12), [
        { startPeriod: 0, limit: 63, numberPhases: 3 },
        { startPeriod: 21_600, limit: 16, numberPhases: 3 }
      ])
      yield* started(station)
      assert.deepStrictEqual(yield* slowDown(inCsms, "T1", 6), [])
      assert.deepStrictEqual(yield* expectedAmps(inCsms, 1, 12), [{ startPeriod: 0, limit: 6, numberPhases: 3 }])
    })
  )

  it.effect("K-17, K-28: a profile that breaks a rule is not sent; a station may refuse, or do no smart charging", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-2")
      assert.deepStrictEqual(yield* slowDown(inCsms, "T1", 6), ["no such transaction"])
      yield* started(station)
      const [problem = ""] = yield* slowDown(inCsms, "T1", -1) // nothing answers: it is not sent
      assert.match(problem, /^K-17: /)
      yield* station.answer("SetChargingProfile", { status: "Rejected", statusInfo: { reasonCode: "TxNotFound" } })
      assert.deepStrictEqual(yield* slowDown(inCsms, "T1", 6), ["TxNotFound"])
      const setting = yield* Effect.forkChild(limitSite(inCsms, { grid: 63, night: 32, day: 16 }))
      yield* station.answer("SetChargingProfile", () => {
        throw new Error("no smart charging")
      })
      assert.strictEqual((yield* Effect.flip(Fiber.join(setting)))._tag, "CallError")
    })
  )

  it.effect("K-40: an EV tells its needs, and gets its profile when the transaction has begun", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-3")
      assert.deepStrictEqual(yield* needs(station), { status: "Accepted" })
      yield* started(station)
      const { request, ...call } = yield* station.expectCall("SetChargingProfile")
      assert.deepStrictEqual(
        [request.chargingProfile.transactionId, request.chargingProfile.chargingSchedule[0]?.chargingSchedulePeriod],
        ["T1", [{ startPeriod: 0, limit: 6_000 }]]
      )
      yield* call.reply({ status: "Accepted" })
      yield* settle
      const { evCharging } = (yield* inCsms.snapshot).mirror
      assert.isUndefined(evCharging.sessions[0]?.profileDueAt)
    })
  )

  it.effect("K-41: a station that has no profile a minute later is sent one again", () =>
    Effect.gen(function* () {
      const { station } = yield* accepted("CS-4")
      yield* Effect.forkScoped(planOverdue)
      yield* settle
      yield* started(station)
      yield* needs(station)
      yield* (yield* station.expectCall("SetChargingProfile")).reply({ status: "Rejected" })
      yield* settle
      yield* TestClock.adjust("1 minute")
      yield* (yield* station.expectCall("SetChargingProfile")).reply({ status: "Accepted" })
    })
  )
})
