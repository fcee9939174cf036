/** reset: the answer, and the way to the reboot or to the EVSE that comes back (B11, B12). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms, Provisioning } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, failureOf, lastRequestId, reportPart, settle, statusNotification } from "../csms/support.ts"

/** A reset was asked for and answered. */
const answered = Effect.fnUntraced(function* (
  request: { readonly type: "Immediate" | "OnIdle"; readonly evseId?: number },
  status: "Accepted" | "Scheduled"
) {
  const all = yield* booted()
  const resetting = yield* begin(Provisioning.reset(all.station, request))
  assert.deepStrictEqual(all.fake.lastCall.slice(2), ["Reset", request])
  all.fake.reply({ status })
  const result = yield* Fiber.join(resetting)
  if (result.status === "Rejected") return assert.fail("Rejected")
  assert.strictEqual(result.status, status)
  return { ...all, followUp: result.followUp }
})

const event = (name: string, evse: { readonly id: number; readonly connectorId?: number }, actualValue: string) => ({
  generatedAt: "2026-01-01T00:00:00Z",
  seqNo: 0,
  eventData: [
    {
      eventId: 1,
      timestamp: "2026-01-01T00:00:00Z",
      trigger: "Delta",
      actualValue,
      component: { name, evse },
      variable: { name: "AvailabilityState" },
      eventNotificationType: "HardWiredNotification"
    }
  ]
})

describe("Provisioning.reset", () => {
  it.effect.each([
    ["TC_B_20_CSMS", "OnIdle", "Accepted", "RemoteReset"],
    ["TC_B_21_CSMS", "OnIdle", "Scheduled", "ScheduledReset"],
    ["TC_B_22_CSMS", "Immediate", "Accepted", "RemoteReset"],
    ["B-28", "Immediate", "Accepted", "PowerUp"]
  ] as const)("%s: %s, %s, then a boot with %s on a new link", ([_, type, status, reason]) =>
    Effect.gen(function* () {
      const { fake, followUp } = yield* answered({ type }, status)
      fake.vanish()
      const again = yield* FakeStation.connect("CS-1")
      again.boot(reason)
      assert.deepStrictEqual(yield* followUp, { _tag: "Rebooted", reason })
      assert.deepStrictEqual(yield* followUp, { _tag: "Rebooted", reason })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-27: Rejected is a value, with its reason", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const resetting = yield* begin(Provisioning.reset(station, { type: "Immediate" }))
      fake.reply({ status: "Rejected", statusInfo: { reasonCode: "FwUpdateInProgress" } })
      assert.deepStrictEqual(yield* Fiber.join(resetting), {
        status: "Rejected",
        statusInfo: { reasonCode: "FwUpdateInProgress" }
      })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-28: a reboot that does not come has lapsed, after resetTimeout", () =>
    Effect.gen(function* () {
      const { followUp } = yield* answered({ type: "OnIdle" }, "Accepted")
      const waiting = yield* begin(followUp)
      yield* TestClock.adjust("59 seconds")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Fiber.join(waiting), { _tag: "Lapsed" })
    }).pipe(Effect.provide(Csms.layer({}, { resetTimeout: "1 minute" })))
  )

  it.effect("CE-5: a station that is removed is gone, and a CALL that fails fails", () =>
    Effect.gen(function* () {
      const { csms, fake, followUp, station } = yield* answered({ type: "OnIdle" }, "Scheduled")
      const failing = yield* begin(Provisioning.reset(station, { type: "OnIdle" }))
      fake.fail("InternalError")
      assert.deepInclude(yield* failureOf(failing), { _tag: "CallError" })
      yield* csms.removeStation("CS-1")
      assert.deepStrictEqual(yield* followUp, { _tag: "Gone" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each([
    ["TC_B_25_CSMS", "OnIdle", "Accepted"],
    ["TC_B_26_CSMS", "OnIdle", "Scheduled"],
    ["TC_B_27_CSMS", "Immediate", "Accepted"]
  ] as const)("%s: EVSE 1, %s, %s: no boot, and it is back with a status of its own", ([_, type, status]) =>
    Effect.gen(function* () {
      const { fake, followUp, station } = yield* answered({ type, evseId: 1 }, status)
      const waiting = yield* begin(followUp)
      fake.call("StatusNotification", statusNotification(2))
      fake.call("StatusNotification", { ...statusNotification(1), connectorStatus: "Unavailable" })
      yield* settle
      assert.isUndefined(waiting.pollUnsafe())
      fake.call("StatusNotification", statusNotification(1))
      assert.deepStrictEqual(yield* Fiber.join(waiting), { _tag: "EvseBack", status: "Available", connectorId: 1 })
      assert.strictEqual((yield* station.snapshot).state, "Accepted")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("G-2: NotifyEvent says that an EVSE is back, too", () =>
    Effect.gen(function* () {
      const { fake, followUp } = yield* answered({ type: "OnIdle", evseId: 1 }, "Accepted")
      fake.call("NotifyEvent", event("EVSE", { id: 2 }, "Available"))
      fake.call("NotifyEvent", event("EVSE", { id: 1 }, "Faulted"))
      fake.call("NotifyEvent", event("EVSE", { id: 1 }, "Occupied"))
      assert.deepStrictEqual(yield* followUp, { _tag: "EvseBack", status: "Occupied" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B11.FR.08: an EVSE that says nothing has lapsed; a station that reboots instead is told", () =>
    Effect.gen(function* () {
      const { fake, followUp, station } = yield* answered({ type: "OnIdle", evseId: 1 }, "Accepted")
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(yield* followUp, { _tag: "Lapsed" })
      const resetting = yield* begin(Provisioning.reset(station, { type: "Immediate", evseId: 1 }))
      fake.reply({ status: "Accepted" })
      const result = yield* Fiber.join(resetting)
      fake.vanish()
      const again = yield* FakeStation.connect("CS-1")
      again.boot("LocalReset")
      if (result.status === "Rejected") return assert.fail("Rejected")
      assert.deepStrictEqual(yield* result.followUp, { _tag: "Rebooted", reason: "LocalReset" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-27, B11.FR.09: an EVSE with AllowReset = false is refused before sending; unknown is no refusal", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const report = yield* begin(station.getBaseReport("FullInventory"))
      fake.reply({ status: "Accepted" })
      const allowReset = {
        component: { name: "EVSE", evse: { id: 1 } },
        variable: { name: "AllowReset" },
        variableAttribute: [{ value: "false" }],
        variableCharacteristics: { dataType: "boolean" as const, supportsMonitoring: false }
      }
      fake.call("NotifyReport", reportPart(lastRequestId(fake), 0, false, [allowReset]))
      yield* Fiber.join(report)
      const refused = yield* Effect.flip(Provisioning.reset(station, { type: "OnIdle", evseId: 1 }))
      assert.deepInclude(refused, { _tag: "CheckFailed", action: "Reset" })
      const resetting = yield* begin(Provisioning.reset(station, { type: "OnIdle", evseId: 2 }))
      fake.reply({ status: "Rejected" })
      assert.deepInclude(yield* Fiber.join(resetting), { status: "Rejected" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})
