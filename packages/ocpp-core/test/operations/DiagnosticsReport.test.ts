/** Reports of monitors, asked for by the application, and by the library after a reboot (N02, N-11). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms, Diagnostics, monitorsOf } from "../../src/index.ts"
import { at, begin, booted, lastRequestId, Recorder, settle } from "../csms/support.ts"
import { FakeStation } from "../support/FakeStation.ts"

const place = (name: string) => ({ component: { name }, variable: { name: "V" } })
const monitored = (id: number, name: string) => ({
  ...place(name),
  variableMonitoring: [{ id, transaction: false, value: 1, type: "Delta", severity: 8 }]
})
const part = (requestId: number, seqNo: number, tbc: boolean, ...monitor: ReadonlyArray<object>) => ({
  requestId,
  seqNo,
  tbc,
  generatedAt: at,
  monitor
})

describe("Diagnostics.getMonitoringReport", () => {
  it.effect("TC_N_47_CSMS, N-5, N-6, N02.FR.11: all monitors, from all parts, whatever their order", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const seen: Array<number> = []
      const report = yield* begin(
        Diagnostics.getMonitoringReport(
          station,
          { componentVariable: [], monitoringCriteria: [] },
          { onProgress: ({ parts }) => void seen.push(parts) }
        )
      )
      const requestId = lastRequestId(fake)
      assert.deepStrictEqual(fake.lastCall.slice(2), ["GetMonitoringReport", { requestId }])
      fake.reply({ status: "Accepted" })
      const order = [
        [1, false, "B"],
        [0, true, "A"]
      ] as const
      for (const [seqNo, tbc, name] of order) {
        const id = fake.call("NotifyMonitoringReport", part(requestId, seqNo, tbc, monitored(seqNo, name)))
        assert.deepStrictEqual(fake.answerTo(id), [{}])
      }
      const { monitors, requests, status } = yield* Fiber.join(report)
      assert.deepStrictEqual([status, monitors], ["Complete", [monitored(0, "A"), monitored(1, "B")]])
      assert.deepStrictEqual([requests[0]?.parts, seen], [2, [1, 2]])
      assert.lengthOf(monitorsOf((yield* station.snapshot).mirror.diagnostics.monitors), 2)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "TC_N_01_CSMS, TC_N_03_CSMS, N-5, N02.FR.10: nothing that fits is a result, and nothing is waited for",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const query = { monitoringCriteria: ["DeltaMonitoring"], componentVariable: [place("A")] } as const
        const report = yield* begin(Diagnostics.getMonitoringReport(station, query))
        assert.deepStrictEqual(fake.lastCall[3], { requestId: lastRequestId(fake), ...query })
        fake.reply({ status: "EmptyResultSet", statusInfo: { reasonCode: "X" } })
        const { monitors, requests, status } = yield* Fiber.join(report)
        assert.deepStrictEqual([status, monitors, requests[0]?.statusInfo], ["EmptyResultSet", [], { reasonCode: "X" }])
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_N_60_CSMS, N-5, N02.FR.08: more variables than the station takes become several requests", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const limit = {
        component: { name: "DeviceDataCtrlr" },
        variable: { name: "ItemsPerMessage", instance: "GetReport" }
      }
      const reading = yield* begin(station.call("GetVariables", { getVariableData: [limit] }))
      fake.reply({ getVariableResult: [{ ...limit, attributeStatus: "Accepted", attributeValue: "2" }] })
      yield* Fiber.join(reading)
      const componentVariable = ["A", "B", "C"].map(place)
      const report = yield* begin(Diagnostics.getMonitoringReport(station, { componentVariable }))
      for (const [statusOfAnswer, count] of [
        ["Accepted", 2],
        ["EmptyResultSet", 1]
      ] as const) {
        const requestId = lastRequestId(fake)
        assert.lengthOf(
          (fake.lastCall[3] as { readonly componentVariable: ReadonlyArray<unknown> }).componentVariable,
          count
        )
        fake.reply({ status: statusOfAnswer })
        if (statusOfAnswer === "Accepted")
          fake.call("NotifyMonitoringReport", part(requestId, 0, false, monitored(1, "A")))
        yield* settle
      }
      const { monitors, requests, status } = yield* Fiber.join(report)
      assert.deepStrictEqual([status, monitors.length, requests.length], ["Complete", 1, 2])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["Rejected", "NotSupported"] as const)("N-5: %s is a value", (status) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const report = yield* begin(Diagnostics.getMonitoringReport(station))
      fake.reply({ status })
      assert.deepInclude(yield* Fiber.join(report), { status, monitors: [] })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("N-5, CE-4, CE-5: after the deadline what came is there, with what is missing", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const report = yield* begin(Diagnostics.getMonitoringReport(station))
      const requestId = lastRequestId(fake)
      fake.reply({ status: "Accepted" })
      fake.call("NotifyMonitoringReport", part(requestId, 1, false, monitored(1, "A")))
      yield* TestClock.adjust("61 seconds")
      const { monitors, requests, status } = yield* Fiber.join(report)
      assert.deepStrictEqual([status, monitors.length, requests[0]?.missing], ["Incomplete", 1, [[0, 0]]])
    }).pipe(Effect.provide(Csms.layer({}, { inventory: "off" })))
  )
})

/** A station with one monitor, which is known from a report. */
const withMonitor = Effect.fnUntraced(function* () {
  const all = yield* booted()
  const report = yield* begin(Diagnostics.getMonitoringReport(all.station))
  const requestId = lastRequestId(all.fake)
  all.fake.reply({ status: "Accepted" })
  all.fake.call("NotifyMonitoringReport", part(requestId, 0, false, monitored(1, "A")))
  yield* Fiber.join(report)
  return all
})

const off = { inventory: "off" } as const

const reportsAsked = (fake: FakeStation) => fake.calls.filter(([, , action]) => action === "GetMonitoringReport").length

/** Time passes until the station is asked for something, a minute at most. */
const untilAsked = Effect.fnUntraced(function* (fake: FakeStation) {
  const before = fake.calls.length
  for (let second = 0; second < 60 && fake.calls.length === before; second++) yield* TestClock.adjust("1 second")
})

/** It is restarted and comes back on a new link. */
const rebooted = Effect.fnUntraced(function* (fake: FakeStation, status?: string) {
  fake.vanish()
  const again = yield* FakeStation.connect("CS-1")
  again.boot(status)
  return again
})

describe("N-11: monitors are read again", () => {
  it.effect("N-11, N04.FR.19, DM-46: after each reboot, at a moment of its own; what it tells is in the mirror", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* withMonitor()
      const again = yield* rebooted(fake)
      assert.lengthOf(again.calls, 0)
      yield* untilAsked(again)
      const requestId = lastRequestId(again)
      assert.deepStrictEqual(again.lastCall.slice(2), ["GetMonitoringReport", { requestId }])
      again.reply({ status: "Accepted" })
      again.call("NotifyMonitoringReport", part(requestId, 0, false, monitored(5, "A")), "n1")
      const { monitors, stale } = (yield* station.snapshot).mirror.diagnostics
      assert.deepStrictEqual([Object.keys(monitors), stale], [["5"], false])
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(reportsAsked(again), 1)
    }).pipe(Effect.provide(Csms.layer({}, off)))
  )

  it.effect("N-11: not of a station of which none is known, nor where the application does it by itself", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const again = yield* rebooted(fake)
      yield* TestClock.adjust("1 hour")
      assert.lengthOf(again.calls, 0)
    }).pipe(Effect.provide(Csms.layer({}, off)))
  )

  it.effect("N-11: switched off", () =>
    Effect.gen(function* () {
      const { fake } = yield* withMonitor()
      const again = yield* rebooted(fake)
      yield* TestClock.adjust("1 hour")
      assert.lengthOf(again.calls, 0)
    }).pipe(Effect.provide(Csms.layer({}, { ...off, monitoringReport: "off" })))
  )

  it.effect("N-11: a reconnect is no reboot; a report of the application is as good", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* withMonitor()
      fake.vanish()
      const back = yield* FakeStation.connect("CS-1")
      back.call("Heartbeat", {})
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(back.calls, [])
      const again = yield* rebooted(back)
      const report = yield* begin(Diagnostics.getMonitoringReport(station))
      again.reply({ status: "EmptyResultSet" })
      yield* Fiber.join(report)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(reportsAsked(again), 1)
    }).pipe(Effect.provide(Csms.layer({}, off)))
  )

  it.effect("N-7, N-11: after a new monitoring base, without a reboot", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* withMonitor()
      const set = yield* begin(Diagnostics.setMonitoringBase(station, "FactoryDefault"))
      fake.reply({ status: "Accepted" })
      yield* Fiber.join(set)
      yield* untilAsked(fake)
      assert.strictEqual(reportsAsked(fake), 2)
      fake.reply({ status: "Rejected" })
    }).pipe(Effect.provide(Csms.layer({}, off)))
  )

  it.effect.each(["CALLERROR", "Rejected"])(
    "N-11: a station that answers with %s is asked no more until it reboots",
    (how) =>
      Effect.gen(function* () {
        const { fake } = yield* withMonitor()
        const again = yield* rebooted(fake)
        yield* untilAsked(again)
        if (how === "Rejected") again.reply({ status: "Rejected" })
        else again.fail("NotImplemented")
        yield* settle
        again.vanish()
        const back = yield* FakeStation.connect("CS-1")
        back.call("Heartbeat", {})
        yield* TestClock.adjust("10 minutes")
        assert.deepStrictEqual(back.calls, [])
        const third = yield* rebooted(back)
        yield* untilAsked(third)
        assert.strictEqual(reportsAsked(third), 1)
        third.reply({ status: "Rejected" }) // a CALL without its answer would hold up the end
      }).pipe(Effect.provide(Csms.layer({}, off)))
  )

  it.effect("N-11, B-17: after the inventory, not beside it", () =>
    Effect.gen(function* () {
      const { fake } = yield* withMonitor()
      const again = yield* rebooted(fake)
      yield* untilAsked(again)
      assert.deepStrictEqual(
        again.calls.map(([, , action]) => action),
        ["GetBaseReport"]
      )
      const requestId = lastRequestId(again)
      again.reply({ status: "Accepted" })
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(reportsAsked(again), 0)
      again.call(
        "NotifyReport",
        {
          requestId,
          seqNo: 0,
          generatedAt: at,
          reportData: [{ ...place("MonitoringCtrlr"), variableAttribute: [{ value: "1" }] }]
        },
        "n1"
      )
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(reportsAsked(again), 1)
      again.reply({ status: "Rejected" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})

it.effect("N-15, N07.FR.07, N08.FR.04: parts of an event burst are told one by one, as they come", () =>
  Effect.gen(function* () {
    const { fake } = yield* booted()
    const recorder = yield* Recorder.start
    const event = (seqNo: number, tbc: boolean) => ({
      generatedAt: at,
      seqNo,
      tbc,
      eventData: [
        {
          ...place("A"),
          eventId: seqNo,
          timestamp: at,
          trigger: "Alerting",
          actualValue: "",
          eventNotificationType: "CustomMonitor",
          variableMonitoringId: seqNo
        }
      ]
    })
    for (const seqNo of [0, 1]) {
      const id = fake.call("NotifyEvent", event(seqNo, seqNo === 0))
      assert.deepStrictEqual(fake.answerTo(id), [{}], "N-6, TC_N_48_CSMS: answered empty")
    }
    yield* settle
    assert.deepStrictEqual(
      recorder.of("NotificationReceived").map(({ request }) => "seqNo" in request && request.seqNo),
      [0, 1]
    )
    assert.deepStrictEqual(
      recorder.of("AlertOpened").map(({ alert }) => alert.monitorId),
      [0, 1]
    )
  }).pipe(Effect.provide(Csms.layer()))
)
