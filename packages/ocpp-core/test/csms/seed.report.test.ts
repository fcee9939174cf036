/** The seed's behaviours: base reports, in parts, out of order, refused, broken off. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, bootsAs, failureOf, lastRequestId, Recorder, reported, reportPart, settle } from "./support.ts"

const names = ["HeartbeatInterval", "RetryBackOffRepeatTimes", "WebSocketPingInterval"] as const
const integer = (value: number) => ({ _tag: "integer", raw: `${value}`, value }) as const
const data = (i: 0 | 1 | 2) => [reported("OCPPCommCtrlr", names[i], `${i}`)]

/** Booted, and a full inventory was asked for; the request is on the wire. */
const asked = Effect.gen(function* () {
  const recorder = yield* Recorder.start
  const all = yield* booted()
  const report = yield* begin(all.station.getBaseReport("FullInventory"))
  assert.strictEqual(all.fake.lastCall[2], "GetBaseReport")
  return { ...all, recorder, report, id: lastRequestId(all.fake) }
})

describe("seed: base report", () => {
  it.effect.each(["Accepted", "Pending"] as const)(
    "B07.FR.10, B-12, B02.FR.01: in several parts, while %s, and the device model has it",
    (status) =>
      Effect.gen(function* () {
        const { fake, id, recorder, report, station } = yield* asked
        assert.isAbove(id, 0)
        fake.reply({ status: "Accepted" })
        for (const i of [0, 1, 2] as const)
          assert.deepStrictEqual(fake.answerTo(fake.call("NotifyReport", reportPart(id, i, i < 2, data(i)))), [{}])
        const received = yield* Fiber.join(report)
        assert.deepInclude(received, { _tag: "ReportReceived", requestId: id, variables: 3 })
        assert.deepStrictEqual(
          received.reportData.map(({ variable }) => variable.name),
          [...names]
        )
        assert.deepStrictEqual(yield* station.variable("OCPPCommCtrlr", "WebSocketPingInterval"), integer(2))
        yield* settle
        assert.strictEqual(recorder.count("ReportReceived"), 1)
        const further = fake.answerTo(fake.call("NotifyReport", reportPart(id, 3, false)))
        assert.strictEqual(further?.[0] === "SecurityError", status === "Pending") // B-13, LC-7
      }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs(status) })))
  )

  it.effect("R-165, CE-1: parts and even the end may overtake the acknowledgement", () =>
    Effect.gen(function* () {
      const { fake, id, report, station } = yield* asked
      for (const i of [0, 1] as const)
        assert.deepStrictEqual(fake.answerTo(fake.call("NotifyReport", reportPart(id, i, i < 1, data(i)))), [{}])
      assert.isUndefined(report.pollUnsafe())
      fake.reply({ status: "Accepted" })
      assert.strictEqual((yield* Fiber.join(report)).variables, 2)
      assert.deepStrictEqual(yield* station.variable("OCPPCommCtrlr", "HeartbeatInterval"), integer(0))
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") })))
  )

  it.effect("B-14: parts in any order, and twice", () =>
    Effect.gen(function* () {
      const { fake, id, report } = yield* asked
      fake.reply({ status: "Accepted" })
      for (const i of [2, 0, 0, 2, 1] as const) fake.call("NotifyReport", reportPart(id, i, i < 2, data(i)))
      assert.deepStrictEqual(
        (yield* Fiber.join(report)).reportData.map(({ variable }) => variable.name),
        [...names]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-19: two reports at once", () =>
    Effect.gen(function* () {
      const { fake, id, report, station } = yield* asked
      fake.reply({ status: "Accepted" })
      const other = yield* begin(station.getBaseReport("SummaryInventory"))
      const otherId = lastRequestId(fake)
      assert.notStrictEqual(otherId, id)
      fake.reply({ status: "Accepted" })
      fake.call("NotifyReport", reportPart(id, 0, true, data(0)))
      fake.call("NotifyReport", reportPart(otherId, 0, false, data(2)))
      fake.call("NotifyReport", reportPart(id, 1, false, data(1)))
      assert.deepInclude(yield* Fiber.join(report), { requestId: id, variables: 2, reportBase: "FullInventory" })
      assert.deepInclude(yield* Fiber.join(other), {
        requestId: otherId,
        variables: 1,
        reportBase: "SummaryInventory"
      })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-16: an empty result set is a report without data", () =>
    Effect.gen(function* () {
      const { fake, report } = yield* asked
      fake.reply({ status: "EmptyResultSet" })
      assert.deepInclude(yield* Fiber.join(report), { variables: 0, reportData: [] })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["Rejected", "NotSupported"] as const)("B-16, LC-6: %s", (status) =>
    Effect.gen(function* () {
      const { fake, id, recorder, report } = yield* asked
      fake.reply({ status })
      assert.deepInclude(yield* failureOf(report), { _tag: "ReportNotReceived", reason: status, requestId: id })
      assert.strictEqual(fake.answerTo(fake.call("NotifyReport", reportPart(id, 0, false)))?.[0], "SecurityError")
      yield* settle
      assert.deepInclude(recorder.of("ReportFailed")[0], { requestId: id, reason: status })
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") })))
  )

  it.effect("B-15, DM-22: one that stops in the middle is given up, and what came is kept", () =>
    Effect.gen(function* () {
      const { fake, id, recorder, report, station } = yield* asked
      fake.reply({ status: "Accepted" })
      yield* TestClock.adjust("50 seconds")
      fake.call("NotifyReport", reportPart(id, 0, true, data(0)))
      yield* TestClock.adjust("50 seconds") // each part gives it more time
      fake.call("NotifyReport", reportPart(id, 2, false, data(2)))
      yield* TestClock.adjust("59 seconds")
      assert.isUndefined(report.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      assert.deepInclude(yield* failureOf(report), { _tag: "ReportNotReceived", reason: "Incomplete" })
      assert.deepStrictEqual(recorder.of("ReportFailed")[0]?.missing, [[1, 1]])
      assert.deepStrictEqual(yield* station.variable("OCPPCommCtrlr", "HeartbeatInterval"), integer(0))
      assert.isUndefined(yield* station.variable("OCPPCommCtrlr", "RetryBackOffRepeatTimes"))
      assert.deepStrictEqual((yield* station.snapshot).mirror.jobs.open, [])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-15: one that is acknowledged and never comes is given up", () =>
    Effect.gen(function* () {
      const { fake, report } = yield* asked
      fake.reply({ status: "Accepted" })
      yield* TestClock.adjust("61 seconds")
      assert.deepInclude(yield* failureOf(report), { _tag: "ReportNotReceived", reason: "Incomplete" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-20, B02.FR.02: parts go on after a reconnect, also while Pending", () =>
    Effect.gen(function* () {
      const { fake, id, report } = yield* asked
      fake.reply({ status: "Accepted" })
      fake.call("NotifyReport", reportPart(id, 0, true, data(0)))
      fake.vanish()
      const again = yield* FakeStation.connect("CS-1")
      assert.deepStrictEqual(again.answerTo(again.call("NotifyReport", reportPart(id, 1, false, data(1)), "n1")), [{}])
      assert.strictEqual((yield* Fiber.join(report)).variables, 2)
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") })))
  )

  it.effect("B-13, CE-6: a report nobody asked for is acknowledged", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      assert.deepStrictEqual(fake.answerTo(fake.call("NotifyReport", reportPart(99, 0, false))), [{}])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-163: what becomes of the request is told: timeout, CALLERROR, lost link", () =>
    Effect.gen(function* () {
      const late = yield* asked
      yield* TestClock.adjust("31 seconds")
      assert.deepInclude(yield* failureOf(late.report), { _tag: "OutcomeUnknown", reason: "Timeout" })
      const error = yield* begin(late.station.getBaseReport("FullInventory"))
      late.fake.fail("NotSupported", "no reports here")
      assert.deepInclude(yield* failureOf(error), { _tag: "CallError", errorCode: "NotSupported" })
      const lost = yield* begin(late.station.getBaseReport("FullInventory"))
      late.fake.vanish()
      assert.deepInclude(yield* failureOf(lost), { _tag: "OutcomeUnknown", reason: "ConnectionLost" })
      const offline = yield* Effect.flip(late.station.getBaseReport("FullInventory"))
      assert.deepInclude(offline, { _tag: "NotSent", reason: "Offline" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("CE-5: a report of a station that is removed ends too", () =>
    Effect.gen(function* () {
      const { csms, fake, report } = yield* asked
      fake.reply({ status: "Accepted" })
      yield* csms.removeStation("CS-1")
      assert.deepInclude(yield* failureOf(report), { _tag: "ReportNotReceived", reason: "Incomplete" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})
