/** getBaseReport and getReport: parts collected, with every way they can end as a value (B07, B08). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms, Jobs, Provisioning } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, bootsAs, failureOf, lastRequestId, reported, reportPart, settle } from "../csms/support.ts"

const data = (i: number) => [reported("OCPPCommCtrlr", `Variable${i}`, `${i}`)]
const criteria = ["Problem"] as const
const variables = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    component: { name: "EVSE", evse: { id: i + 1 } },
    variable: { name: "P" }
  }))

/** A custom report was asked for; the request is on the wire. */
const asked = Effect.fnUntraced(function* (query: Provisioning.ReportQuery = { componentCriteria: criteria }) {
  const all = yield* booted()
  const progress: Array<Provisioning.ReportProgress> = []
  const report = yield* begin(
    Provisioning.getReport(all.station, query, { onProgress: (step) => void progress.push(step) })
  )
  assert.strictEqual(all.fake.lastCall[2], "GetReport")
  return { ...all, report, progress, id: lastRequestId(all.fake) }
})

describe("Provisioning.getReport", () => {
  it.effect.each([
    ["Accepted", [0, 2, 2, 1]],
    ["Pending", [0, 1, 1, 2]]
  ] as const)(
    "TC_B_18_CSMS, B-12, B-14, B02.FR.01: criteria and variables go out, all parts come back, while %s",
    ([status, order]) =>
      Effect.gen(function* () {
        const componentVariable = [
          { component: { name: "EVSE", evse: { id: 1 } }, variable: { name: "AvailabilityState" } }
        ]
        const { fake, id, progress, report } = yield* asked({ componentCriteria: ["Available"], componentVariable })
        assert.deepStrictEqual(fake.lastCall[3], { requestId: id, componentVariable, componentCriteria: ["Available"] })
        fake.reply({ status: "Accepted" })
        for (const i of order) fake.call("NotifyReport", reportPart(id, i, i < 2, data(i)))
        const { reportData, requests, status: ended } = yield* Fiber.join(report)
        assert.strictEqual(ended, "Complete")
        assert.deepStrictEqual(
          reportData.map(({ variable }) => variable.name),
          ["Variable0", "Variable1", "Variable2"]
        )
        assert.deepInclude(requests[0], { requestId: id, parts: 3, duplicates: 1, missing: [] })
        assert.deepStrictEqual(progress, [
          { requestId: id, parts: 1, variables: 1, missing: [] },
          { requestId: id, parts: 2, variables: 2, missing: status === "Accepted" ? [[1, 1]] : [] },
          { requestId: id, parts: 3, variables: 3, missing: [] }
        ])
      }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs(status) })))
  )

  it.effect("TC_B_18_CSMS, B-16, B08.FR.15: EmptyResultSet is an empty report, and nothing is waited for", () =>
    Effect.gen(function* () {
      const { fake, report } = yield* asked()
      fake.reply({ status: "EmptyResultSet", statusInfo: { reasonCode: "NoError" } })
      const { reportData, requests, status } = yield* Fiber.join(report)
      assert.deepStrictEqual([status, reportData], ["EmptyResultSet", []])
      assert.deepStrictEqual(requests[0]?.statusInfo, { reasonCode: "NoError" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["Rejected", "NotSupported"] as const)("B-16: %s is a value", (status) =>
    Effect.gen(function* () {
      const { fake, report } = yield* asked()
      fake.reply({ status })
      assert.deepInclude(yield* Fiber.join(report), { status, reportData: [] })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-165, CE-1: parts and even the end may overtake the acknowledgement", () =>
    Effect.gen(function* () {
      const { fake, id, progress, report } = yield* asked()
      for (const i of [0, 1]) fake.call("NotifyReport", reportPart(id, i, i < 1, data(i)))
      assert.isUndefined(report.pollUnsafe())
      fake.reply({ status: "Accepted" })
      assert.lengthOf((yield* Fiber.join(report)).reportData, 2)
      assert.lengthOf(progress, 2)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-15, DM-22, CE-5: after the deadline what came is a partial result that names its gaps", () =>
    Effect.gen(function* () {
      const { fake, id, report, station } = yield* asked()
      fake.reply({ status: "Accepted" })
      fake.call("NotifyReport", reportPart(id, 3, true, data(3)))
      yield* TestClock.adjust("50 seconds")
      fake.call("NotifyReport", reportPart(id, 0, true, data(0)))
      yield* TestClock.adjust("59 seconds")
      assert.isUndefined(report.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      const { reportData, requests, status } = yield* Fiber.join(report)
      assert.strictEqual(status, "Incomplete")
      assert.deepStrictEqual(requests[0]?.missing, [[1, 2]])
      assert.deepStrictEqual(
        reportData.map(({ variable }) => variable.name),
        ["Variable0", "Variable3"]
      )
      assert.deepInclude(yield* station.variable("OCPPCommCtrlr", "Variable3"), { value: 3 })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("CE-7: a report that is forgotten here is Cancelled, and nothing of it is in the device model", () =>
    Effect.gen(function* () {
      const { fake, id, report, station } = yield* asked()
      fake.reply({ status: "Accepted" })
      fake.call("NotifyReport", reportPart(id, 0, true, data(0)))
      assert.isTrue(yield* Jobs.cancel(station, "Report", id))
      assert.deepInclude(yield* Fiber.join(report), { status: "Cancelled", reportData: [] })
      assert.isUndefined(yield* station.variable("OCPPCommCtrlr", "Variable0"))
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-20: parts go on after a reconnect", () =>
    Effect.gen(function* () {
      const { fake, id, report } = yield* asked()
      fake.reply({ status: "Accepted" })
      fake.call("NotifyReport", reportPart(id, 0, true, data(0)))
      fake.vanish()
      const again = yield* FakeStation.connect("CS-1")
      again.call("NotifyReport", reportPart(id, 1, false, data(1)), "n1")
      assert.deepInclude(yield* Fiber.join(report), { status: "Complete" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "B-18, B08.FR.17: more variables than the station takes become several requests with the same criteria",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const query = { componentCriteria: criteria, componentVariable: variables(3) }
        const report = yield* begin(Provisioning.getReport(station, query, { itemsPerMessage: 2 }))
        const first = lastRequestId(fake)
        fake.reply({ status: "Accepted" })
        fake.call("NotifyReport", reportPart(first, 0, false, data(0)))
        yield* settle
        const second = lastRequestId(fake)
        assert.notStrictEqual(second, first)
        assert.deepStrictEqual(fake.lastCall[3], {
          requestId: second,
          componentVariable: variables(3).slice(2),
          componentCriteria: criteria
        })
        fake.reply({ status: "EmptyResultSet" })
        const { reportData, requests, status } = yield* Fiber.join(report)
        assert.strictEqual(status, "Complete")
        assert.lengthOf(reportData, 1)
        assert.deepStrictEqual(
          requests.map((one) => [one.requestId, one.status]),
          [
            [first, "Complete"],
            [second, "EmptyResultSet"]
          ]
        )
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "B-18, B-7: when a later request fails, what came before is there; the first one fails as a CALL does",
    () =>
      Effect.gen(function* () {
        const { fake, report } = yield* asked({ componentVariable: variables(2) })
        fake.reply({ status: "Accepted" })
        fake.call("NotifyReport", reportPart(lastRequestId(fake), 0, false, data(0)))
        yield* settle
        fake.vanish()
        const result = yield* Fiber.join(report)
        assert.strictEqual(result.status, "Incomplete")
        assert.lengthOf(result.reportData, 1)
        assert.deepInclude(result.failure, { _tag: "OutcomeUnknown", reason: "ConnectionLost" })
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("CE-5: the report of a station that is removed ends with what came", () =>
    Effect.gen(function* () {
      const { csms, fake, id, report } = yield* asked()
      fake.reply({ status: "Accepted" })
      fake.call("NotifyReport", reportPart(id, 1, true, data(1)))
      yield* csms.removeStation("CS-1")
      const { requests, status } = yield* Fiber.join(report)
      assert.strictEqual(status, "Incomplete")
      assert.deepStrictEqual(requests[0]?.missing, [[0, 0]])
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("Provisioning.getBaseReport", () => {
  it.effect.each([
    ["TC_B_12_CSMS", "ConfigurationInventory"],
    ["TC_B_13_CSMS", "FullInventory"],
    ["TC_B_14_CSMS", "SummaryInventory"]
  ] as const)("%s: %s comes whole, and a part may be without data", ([_, reportBase]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const report = yield* begin(Provisioning.getBaseReport(station, reportBase))
      const id = lastRequestId(fake)
      assert.deepStrictEqual(fake.lastCall[3], { requestId: id, reportBase })
      fake.reply({ status: "Accepted" })
      fake.call("NotifyReport", { requestId: id, seqNo: 0, generatedAt: "2026-01-01T00:00:00Z", tbc: true })
      fake.call("NotifyReport", reportPart(id, 1, false, data(1)))
      assert.deepInclude(yield* Fiber.join(report), { status: "Complete", parts: 2, duplicates: 0 })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-16, TC_B_14_CSMS: NotSupported is a value; a CALLERROR is a failure", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const report = yield* begin(Provisioning.getBaseReport(station, "SummaryInventory"))
      fake.reply({ status: "NotSupported" })
      assert.deepInclude(yield* Fiber.join(report), { status: "NotSupported" })
      const failed = yield* begin(Provisioning.getBaseReport(station, "SummaryInventory"))
      fake.fail("NotImplemented")
      assert.deepInclude(yield* failureOf(failed), { _tag: "CallError", errorCode: "NotImplemented" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})
