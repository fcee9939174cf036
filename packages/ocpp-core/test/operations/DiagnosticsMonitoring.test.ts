/** Monitors set and cleared, base and level, over a station's link (N03 to N06). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { VariableCharacteristicsType } from "@wattline/ocpp-v201"
import { Csms, Diagnostics, type Station } from "../../src/index.ts"
import { begin, booted, failureOf, lastRequestId, reported, reportPart, settle } from "../csms/support.ts"
import type { FakeStation } from "../support/FakeStation.ts"

const delta = {
  component: "EVSE",
  evseId: 1,
  variable: "AvailabilityState",
  type: "Delta",
  value: 1,
  severity: 8
} as const
const ofSeverity = (severity: number): Diagnostics.MonitorItem => ({ ...delta, severity })
const power = { component: "ChargingStation", variable: "Power", type: "UpperThreshold", value: 40_000 } as const
const evse = { component: { name: "EVSE", evse: { id: 1 } }, variable: { name: "AvailabilityState" } }
const station0 = { component: { name: "ChargingStation" }, variable: { name: "Power" } }

const variable = (name: string, characteristics: Partial<VariableCharacteristicsType>) => ({
  component: { name },
  variable: { name: "V" },
  variableAttribute: [{ value: "" }],
  variableCharacteristics: { dataType: "decimal", supportsMonitoring: true, ...characteristics } as const
})

/** A station that has reported these variables. */
const reporting = Effect.fnUntraced(function* (...data: ReadonlyArray<Parameters<typeof reportPart>[3] & object>) {
  const all = yield* booted()
  const asked = yield* begin(all.station.call("GetReport", { requestId: 1, componentCriteria: ["Available"] }))
  all.fake.reply({ status: "Accepted" })
  yield* Fiber.join(asked)
  all.fake.call("NotifyReport", reportPart(1, 0, false, data.flat()))
  return all
})

const items = (instance: string, value: number, name = "ItemsPerMessage") => {
  const { component: _, variable: __, ...rest } = reported("", "", `${value}`)
  return [{ component: { name: "MonitoringCtrlr" }, variable: { name, instance }, ...rest }]
}

/** The CALL that is outstanding is taken: all its monitors get ids from `id` on. */
const takes = (fake: FakeStation, id: number) => {
  const { setMonitoringData } = fake.lastCall[3] as {
    readonly setMonitoringData: ReadonlyArray<{ readonly value: number; readonly transaction?: boolean }>
  }
  fake.reply({
    setMonitoringResult: setMonitoringData
      .map(({ transaction: _, value: __, ...named }, i) => Object.assign(named, { id: id + i, status: "Accepted" }))
      .toReversed()
  })
}

const brokenBy = (station: Station, monitors: ReadonlyArray<Diagnostics.MonitorItem>) =>
  Effect.map(Effect.flip(Diagnostics.setVariableMonitoring(station, monitors)), (failure) =>
    failure._tag === "CheckFailed" ? failure.broken.map(({ rule }) => rule) : failure._tag
  )

describe("Diagnostics.setVariableMonitoring", () => {
  it.effect("TC_N_08_CSMS, TC_N_09_CSMS, N-8, N04.FR.02, N04.FR.11: results in the order asked, with their ids", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const set = yield* begin(
        Diagnostics.setVariableMonitoring(station, [delta, { ...power, transaction: true }], { itemsPerMessage: 2 })
      )
      assert.deepStrictEqual(fake.lastCall.slice(2), [
        "SetVariableMonitoring",
        {
          setMonitoringData: [
            { ...evse, type: "Delta", value: 1, severity: 8 },
            { ...station0, type: "UpperThreshold", value: 40_000, severity: 5, transaction: true }
          ]
        }
      ])
      takes(fake, 11)
      const { outcomes, unexpected, warnings } = yield* Fiber.join(set)
      assert.deepStrictEqual(outcomes, [
        { item: delta, status: "Accepted", id: 11 },
        { item: { ...power, transaction: true }, status: "Accepted", id: 12 }
      ])
      assert.deepStrictEqual([unexpected, warnings], [[], []])
      const { monitors } = (yield* station.snapshot).mirror.diagnostics
      assert.deepInclude(monitors[12], { severity: 5, transaction: true, kind: "CustomMonitor" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("N-8, N04.FR.09: no request holds more items than the station takes; a negative status is a value", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* reporting(items("SetVariableMonitoring", 2))
      const monitors = [1, 2, 3].map(ofSeverity)
      const set = yield* begin(Diagnostics.setVariableMonitoring(station, monitors))
      takes(fake, 1)
      yield* settle
      const other = { ...evse, type: "Delta", severity: 9, status: "Accepted", id: 5 }
      const refused = { ...evse, type: "Delta", severity: 3, status: "Duplicate", statusInfo: { reasonCode: "X" } }
      fake.reply({ setMonitoringResult: [other, refused] })
      const { outcomes, unexpected } = yield* Fiber.join(set)
      assert.deepStrictEqual(
        outcomes.map(({ status }) => status),
        ["Accepted", "Accepted", "Duplicate"]
      )
      assert.deepStrictEqual(outcomes[2]?.statusInfo, { reasonCode: "X" })
      assert.deepStrictEqual<unknown>(unexpected, [other])
      assert.lengthOf(
        fake.calls.filter(([, , action]) => action === "SetVariableMonitoring"),
        2
      )
    }).pipe(Effect.provide(Csms.layer({}, { inventory: "off" })))
  )

  it.effect("N-8: limits that are not known are read first, when that is wanted; what is left out is Missing", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const monitors = [delta, power]
      const set = yield* begin(Diagnostics.setVariableMonitoring(station, monitors, { readLimits: true }))
      for (const attributeValue of ["5", "10000"]) {
        assert.strictEqual(fake.lastCall[2], "GetVariables")
        const { getVariableData } = fake.lastCall[3] as { readonly getVariableData: ReadonlyArray<object> }
        fake.reply({ getVariableResult: [{ ...getVariableData[0], attributeStatus: "Accepted", attributeValue }] })
        yield* settle
      }
      fake.reply({ setMonitoringResult: [{ ...evse, type: "Delta", severity: 8, status: "Accepted", id: 1 }] })
      const { outcomes } = yield* Fiber.join(set)
      assert.deepStrictEqual(
        outcomes.map(({ status }) => status),
        ["Accepted", "Missing"]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("N-8: when a further request fails, what was answered and what was not is in the error", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const monitors = [1, 2, 3].map(ofSeverity)
      const set = yield* begin(Diagnostics.setVariableMonitoring(station, monitors))
      takes(fake, 1)
      yield* settle
      fake.fail("InternalError")
      const failure = yield* failureOf(set)
      assert.deepInclude(failure, { _tag: "MonitorsPartlySet", identity: "CS-1" })
      if (failure._tag !== "MonitorsPartlySet") return
      assert.deepStrictEqual(
        [failure.outcomes.length, failure.unanswered, failure.notAttempted],
        [1, monitors.slice(1, 2), monitors.slice(2)]
      )
      assert.strictEqual(failure.failure._tag, "CallError")
      const only = yield* begin(Diagnostics.setVariableMonitoring(station, [delta]))
      fake.fail("InternalError")
      assert.strictEqual((yield* failureOf(only))._tag, "CallError")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("ST-3: after an outcome that is not known, what is known of monitors is stale", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const first = yield* begin(Diagnostics.setVariableMonitoring(station, [delta]))
      takes(fake, 1)
      yield* Fiber.join(first)
      const set = yield* begin(Diagnostics.setVariableMonitoring(station, [power]))
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual((yield* failureOf(set))._tag, "OutcomeUnknown")
      assert.isTrue((yield* station.snapshot).mirror.diagnostics.stale)
    }).pipe(Effect.provide(Csms.layer({}, { inventory: "off", monitoringReport: "off" })))
  )

  it.effect("N-9, DM-41, DM-42, DM-43, DM-45: what cannot be, by itself, is not sent", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const broken = (more: Partial<Diagnostics.MonitorItem>) => brokenBy(station, [{ ...power, ...more }])
      assert.deepStrictEqual(yield* broken({ type: "Delta", value: -1 }), ["N04.FR.14"])
      assert.deepStrictEqual(yield* broken({ type: "PeriodicClockAligned", value: 0 }), ["DM-42"])
      assert.deepStrictEqual(yield* broken({ severity: 10 }), ["DM-45"])
      assert.deepStrictEqual(yield* brokenBy(station, [power, { ...power, value: 3 }]), ["DM-43"])
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "N-9, N04.FR.06, DM-42, DM-43: thresholds lie within the limits of the variable, at a limit they warn",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* reporting([
          variable("A", { minLimit: 0, maxLimit: 100 }),
          variable("B", { supportsMonitoring: false })
        ])
        const upper = { component: "A", variable: "V", type: "UpperThreshold", value: 101 } as const
        assert.deepStrictEqual(yield* brokenBy(station, [upper]), ["N04.FR.06"])
        assert.deepStrictEqual(yield* brokenBy(station, [{ ...upper, type: "LowerThreshold", value: -1 }]), [
          "N04.FR.06"
        ])
        assert.deepStrictEqual(yield* brokenBy(station, [{ ...upper, component: "B" }]), ["DM-43"])
        const set = yield* begin(Diagnostics.setVariableMonitoring(station, [{ ...upper, value: 100 }]))
        takes(fake, 1)
        assert.deepStrictEqual(
          (yield* Fiber.join(set)).warnings.map(({ rule }) => rule),
          ["DM-42"]
        )
        const unchecked = yield* begin(Diagnostics.setVariableMonitoring(station, [upper], { allow: "All" }))
        takes(fake, 2)
        assert.lengthOf((yield* Fiber.join(unchecked)).outcomes, 1)
      }).pipe(Effect.provide(Csms.layer({}, { inventory: "off" })))
  )

  it.effect("N-10, N04.FR.16, N04.FR.18: only a monitor of the same variable that is not hard-wired is replaced", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const set = yield* begin(Diagnostics.setVariableMonitoring(station, [power]))
      takes(fake, 7)
      yield* Fiber.join(set)
      assert.deepStrictEqual(yield* brokenBy(station, [{ ...delta, id: 7 }]), ["N04.FR.16"])
      const replacing = yield* begin(Diagnostics.setVariableMonitoring(station, [{ ...power, id: 7, value: 1 }]))
      assert.deepNestedInclude(fake.lastCall[3], { "setMonitoringData[0].id": 7 })
      takes(fake, 7)
      yield* Fiber.join(replacing)
      fake.call("NotifyEvent", {
        generatedAt: "2026-01-01T00:00:00Z",
        seqNo: 0,
        eventData: [
          {
            ...station0,
            eventId: 1,
            timestamp: "2026-01-01T00:00:00Z",
            trigger: "Periodic",
            actualValue: "1",
            eventNotificationType: "HardWiredMonitor",
            variableMonitoringId: 7
          }
        ]
      })
      assert.deepStrictEqual(yield* brokenBy(station, [{ ...power, id: 7 }]), ["N04.FR.18"])
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("Diagnostics.clearVariableMonitoring", () => {
  it.effect("TC_N_18_CSMS, TC_N_44_CSMS, N-13, N06.FR.04, N06.FR.05: split, a result for each id, by id", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* reporting(items("ClearVariableMonitoring", 2))
      const clear = yield* begin(Diagnostics.clearVariableMonitoring(station, [0, 5, 5, 9]))
      assert.deepStrictEqual(fake.lastCall.slice(2), ["ClearVariableMonitoring", { id: [0, 5] }])
      fake.reply({ clearMonitoringResult: [5, 0].map((id) => ({ id, status: id === 0 ? "Rejected" : "Accepted" })) })
      yield* settle
      assert.deepStrictEqual(fake.lastCall[3], { id: [9] })
      fake.reply({ clearMonitoringResult: [{ id: 9, status: "NotFound" }] })
      assert.deepStrictEqual(yield* Fiber.join(clear), [
        { id: 0, status: "Rejected" },
        { id: 5, status: "Accepted" },
        { id: 9, status: "NotFound" }
      ])
      assert.deepStrictEqual(yield* Diagnostics.clearVariableMonitoring(station, []), [])
    }).pipe(Effect.provide(Csms.layer({}, { inventory: "off" })))
  )

  it.effect("N-13: when a further request fails, what was answered is in the error", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const clear = yield* begin(Diagnostics.clearVariableMonitoring(station, [1, 2, 3]))
      fake.reply({ clearMonitoringResult: [{ id: 1, status: "Accepted" }] })
      yield* settle
      fake.vanish()
      assert.deepInclude(yield* failureOf(clear), {
        _tag: "MonitorsPartlyCleared",
        outcomes: [{ id: 1, status: "Accepted" }],
        unanswered: [2],
        notAttempted: [3]
      })
    }).pipe(Effect.provide(Csms.layer()))
  )
})

it.effect("N-8, N-13, N04.FR.09, N06.FR.04: no request is larger than the station takes", () =>
  Effect.gen(function* () {
    const bytes = (instance: string) => items(instance, 300, "BytesPerMessage")
    const { fake, station } = yield* reporting([...bytes("SetVariableMonitoring"), ...bytes("ClearVariableMonitoring")])
    const before = fake.texts.length
    const severities = Array.from({ length: 10 }, (_, severity) => ofSeverity(severity))
    const set = yield* begin(Diagnostics.setVariableMonitoring(station, severities))
    for (let i = 0; set.pollUnsafe() === undefined && i < 10; i++) {
      takes(fake, i)
      yield* settle
    }
    assert.lengthOf((yield* Fiber.join(set)).outcomes, 10)
    const ids = Array.from({ length: 100 }, (_, i) => 1000 + i)
    const clear = yield* begin(Diagnostics.clearVariableMonitoring(station, ids))
    for (let i = 0; clear.pollUnsafe() === undefined && i < 10; i++) {
      const { id } = fake.lastCall[3] as { readonly id: ReadonlyArray<number> }
      fake.reply({ clearMonitoringResult: id.map((one) => ({ id: one, status: "Accepted" })) })
      yield* settle
    }
    assert.deepStrictEqual(
      (yield* Fiber.join(clear)).map(({ id }) => id),
      ids
    )
    const sizes = fake.texts.slice(before).map((text) => text.length)
    assert.isAbove(sizes.length, 4)
    assert.isAtMost(Math.max(...sizes), 300)
  }).pipe(Effect.provide(Csms.layer({}, { inventory: "off" })))
)

describe("monitoring base and level", () => {
  it.effect.each(["Accepted", "Rejected", "NotSupported"] as const)("TC_N_05_CSMS, N-7: a base is %s", (status) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const set = yield* begin(Diagnostics.setMonitoringBase(station, "HardWiredOnly"))
      assert.deepStrictEqual(fake.lastCall.slice(2), ["SetMonitoringBase", { monitoringBase: "HardWiredOnly" }])
      fake.reply({ status, statusInfo: { reasonCode: "X" } })
      assert.deepStrictEqual(yield* Fiber.join(set), { status, statusInfo: { reasonCode: "X" } })
      const { monitoringBase, stale } = (yield* station.snapshot).mirror.diagnostics
      assert.deepStrictEqual<unknown>(
        [monitoringBase, stale],
        status === "Accepted" ? ["HardWiredOnly", true] : [undefined, false]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_N_16_CSMS, TC_N_17_CSMS, N-12, ST-7: a level from 0 to 9", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const [severity, status] of [
        [0, "Accepted"],
        [9, "Rejected"]
      ] as const) {
        const set = yield* begin(Diagnostics.setMonitoringLevel(station, severity))
        assert.deepStrictEqual(fake.lastCall.slice(2), ["SetMonitoringLevel", { severity }])
        fake.reply({ status })
        assert.deepStrictEqual(yield* Fiber.join(set), { status })
      }
      assert.strictEqual((yield* station.snapshot).mirror.diagnostics.monitoringLevel, 0)
      for (const severity of [-1, 10, 1.5]) {
        const failure = yield* Effect.flip(Diagnostics.setMonitoringLevel(station, severity))
        assert.deepStrictEqual(failure._tag === "CheckFailed" && failure.broken.map(({ rule }) => rule), ["N-12"])
      }
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("DM-17, DM-18: a station without monitoring is asked for nothing, unless that is wanted", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const asked = yield* begin(station.call("GetBaseReport", { requestId: 1, reportBase: "FullInventory" }))
      fake.reply({ status: "Accepted" })
      yield* Fiber.join(asked)
      fake.call("NotifyReport", reportPart(1, 0, false, [reported("OCPPCommCtrlr", "HeartbeatInterval", "60")]))
      const rulesOf = (operation: Effect.Effect<unknown, { readonly _tag: string; readonly broken?: unknown }>) =>
        Effect.map(Effect.flip(operation), ({ _tag }) => _tag)
      for (const operation of [
        Diagnostics.setMonitoringBase(station, "All"),
        Diagnostics.setMonitoringLevel(station, 1),
        Diagnostics.clearVariableMonitoring(station, [1]),
        Diagnostics.setVariableMonitoring(station, [power]),
        Diagnostics.getMonitoringReport(station)
      ])
        assert.strictEqual(yield* rulesOf(operation), "CheckFailed")
      assert.strictEqual(lastRequestId(fake), 1)
      const set = yield* begin(Diagnostics.setMonitoringLevel(station, 1, { allow: "All" }))
      fake.reply({ status: "Rejected" })
      assert.deepStrictEqual(yield* Fiber.join(set), { status: "Rejected" })
    }).pipe(Effect.provide(Csms.layer({}, { inventory: "off" })))
  )
})
