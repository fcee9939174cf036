/** Jobs.run, start, follow, cancel: asking, waiting, looking on and forgetting, for any kind (CE-1 to CE-8). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { ReportChargingProfilesRequest } from "@wattline/ocpp-v201"
import { Csms, type CsmsOptions, Jobs, type Station } from "../../src/index.ts"
import { begin, booted, failureOf, lastRequestId, Recorder, reportPart, settle } from "../csms/support.ts"
import { TestStore } from "../csms/TestStore.ts"

const at = "2026-01-01T00:00:00Z"
const log = { remoteLocation: "https://host/log" }
const firmware = { location: "https://host/fw", retrieveDateTime: at }
const layer = (options: CsmsOptions = {}) => Csms.layer({}, { inventory: "off", ...options })

const profiles = (requestId: number, evseId: number, tbc: boolean): ReportChargingProfilesRequest => ({
  requestId,
  evseId,
  tbc,
  chargingLimitSource: "CSO",
  chargingProfile: [
    {
      id: evseId,
      stackLevel: 0,
      chargingProfilePurpose: "TxDefaultProfile",
      chargingProfileKind: "Recurring",
      chargingSchedule: [{ id: 1, chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] }]
    }
  ]
})

const askProfiles = (station: Station, options?: Jobs.JobOptions<"ChargingProfiles">) =>
  Jobs.run(
    station,
    "ChargingProfiles",
    (requestId) => station.call("GetChargingProfiles", { requestId, evseId: 0, chargingProfile: { stackLevel: 0 } }),
    options
  )
const startLog = (station: Station) =>
  Jobs.start(station, "Log", (requestId) => station.call("GetLog", { requestId, logType: "SecurityLog", log }))

describe("Jobs.run", () => {
  it.effect("CE-3, CE-7, K-34: parts without seqNo, one by one and all at the end, also those before the answer", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const seen: Array<Jobs.JobSeen> = []
      const job = yield* begin(askProfiles(station, { onMessage: (_, now) => void seen.push(now) }))
      const requestId = lastRequestId(fake)
      fake.call("ReportChargingProfiles", profiles(requestId, 1, true))
      fake.reply({ status: "Accepted" })
      fake.call("ReportChargingProfiles", profiles(requestId, 2, false))
      const { outcome, response } = yield* Fiber.join(job)
      assert.deepStrictEqual(response, { status: "Accepted" })
      assert.deepStrictEqual(outcome._tag === "Complete" && outcome.parts.map(({ message }) => message.evseId), [1, 2])
      assert.deepStrictEqual(
        seen.map(({ parts }) => parts),
        [1, 2]
      )
    }).pipe(Effect.provide(layer()))
  )

  it.effect("CE-3, N-17: numbered parts in any order; duplicates are counted", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      const customer = { report: true, clear: false, customerIdentifier: "C1" }
      const job = yield* begin(
        Jobs.run(station, "CustomerInformation", (requestId) =>
          station.call("CustomerInformation", { requestId, ...customer })
        )
      )
      const requestId = lastRequestId(fake)
      fake.reply({ status: "Accepted" })
      for (const seqNo of [1, 0, 0, 2])
        fake.call("NotifyCustomerInformation", {
          requestId,
          seqNo,
          data: `${seqNo}`,
          generatedAt: at,
          tbc: seqNo < 2
        })
      const { duplicates, outcome } = yield* Fiber.join(job)
      const text = outcome._tag === "Complete" && outcome.parts.map(({ message }) => message.data).join("")
      assert.deepStrictEqual([text, duplicates], ["012", 1])
      yield* settle
      assert.deepInclude(recorder.of("JobEnded")[0], { durable: false, requestId })
      assert.notInclude(JSON.stringify((yield* station.snapshot).mirror), "C1")
    }).pipe(Effect.provide(layer()))
  )

  it.effect.each([
    ["NoProfiles", { _tag: "Complete", parts: [] }],
    ["Accepted", { _tag: "Partial", parts: [], missing: [] }]
  ] as const)("CE-5, K-34: answered %s and then silence", ([status, outcome]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const job = yield* begin(askProfiles(station))
      fake.reply({ status })
      yield* TestClock.adjust("61 seconds")
      assert.deepStrictEqual((yield* Fiber.join(job)).outcome, outcome)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("B-16, N-16: a refusal is an outcome, a CALLERROR a failure without a job", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const ask = () =>
        Jobs.run(station, "CustomerInformation", (requestId) =>
          station.call("CustomerInformation", { requestId, report: false, clear: true, customerIdentifier: "C1" })
        )
      const refused = yield* begin(ask())
      fake.reply({ status: "Invalid" })
      assert.deepStrictEqual((yield* Fiber.join(refused)).outcome, { _tag: "Failed", reason: "Invalid" })
      const failed = yield* begin(ask())
      fake.fail("NotSupported")
      assert.deepInclude(yield* failureOf(failed), { _tag: "CallError" })
      assert.deepStrictEqual((yield* station.snapshot).mirror.jobs.open, [])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("CE-5: with the station removed it is unfinished, with what came", () =>
    Effect.gen(function* () {
      const { csms, fake, station } = yield* booted()
      const job = yield* begin(askProfiles(station))
      fake.reply({ status: "Accepted" })
      fake.call("ReportChargingProfiles", profiles(lastRequestId(fake), 1, true))
      yield* csms.removeStation("CS-1")
      const { outcome } = yield* Fiber.join(job)
      assert.deepStrictEqual([outcome._tag, "parts" in outcome && outcome.parts.length], ["Unfinished", 1])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("CE-5: events that were missed lose no part of a job that is still open", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const job = yield* begin(
        Jobs.run(station, "Report", (requestId) =>
          station.call("GetReport", { requestId, componentCriteria: ["Problem"] })
        )
      )
      const requestId = lastRequestId(fake)
      for (let seqNo = 0; seqNo < 6; seqNo++) fake.call("NotifyReport", reportPart(requestId, seqNo, true))
      fake.reply({ status: "Accepted" })
      yield* settle
      fake.call("NotifyReport", reportPart(requestId, 6, false))
      const { outcome } = yield* Fiber.join(job)
      assert.deepStrictEqual([outcome._tag, "parts" in outcome && outcome.parts.length], ["Complete", 7])
    }).pipe(Effect.provide(layer({ eventBuffer: 2 })))
  )
})

describe("Jobs.start and Jobs.follow", () => {
  it.effect("N-1, CE-7: a log goes on by itself, is watched status by status, and is waited for later", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const starting = yield* begin(startLog(station))
      fake.reply({ status: "Accepted", filename: "a.log" })
      const { ended, requestId, response } = yield* Fiber.join(starting)
      assert.strictEqual(response.filename, "a.log")
      const statuses: Array<string> = []
      const following = yield* begin(
        Jobs.follow(station, "Log", requestId, { onMessage: ({ status }) => void statuses.push(status) })
      )
      for (const status of ["Uploading", "Uploaded"]) fake.call("LogStatusNotification", { requestId, status })
      const message = { requestId, status: "Uploaded" } as const
      assert.deepStrictEqual((yield* Fiber.join(following)).outcome, { _tag: "Complete", message })
      assert.deepStrictEqual((yield* ended).outcome, { _tag: "Complete", message })
      assert.deepStrictEqual(statuses, ["Uploading", "Uploaded"])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("L-5, N-3, CE-7: a new request takes the place of the one before", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const first = yield* begin(startLog(station))
      fake.reply({ status: "Accepted" })
      const old = yield* begin((yield* Fiber.join(first)).ended)
      const second = yield* begin(startLog(station))
      const by = lastRequestId(fake)
      fake.reply({ status: "AcceptedCanceled" })
      yield* Fiber.join(second)
      assert.deepStrictEqual((yield* Fiber.join(old)).outcome, { _tag: "Cancelled", by })
    }).pipe(Effect.provide(layer()))
  )

  it.effect("L-1: a refusal is there at once", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const starting = yield* begin(
        Jobs.start(station, "Firmware", (requestId) => station.call("UpdateFirmware", { requestId, firmware }))
      )
      fake.reply({ status: "InvalidCertificate" })
      const { ended } = yield* Fiber.join(starting)
      assert.deepStrictEqual((yield* ended).outcome, { _tag: "Failed", reason: "InvalidCertificate" })
    }).pipe(Effect.provide(layer()))
  )

  it.effect("CE-8: a job that was restored after a restart can be waited for", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const requestId = yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          const starting = yield* begin(
            Jobs.start(station, "PublishFirmware", (id) =>
              station.call("PublishFirmware", { requestId: id, location: "https://host/fw", checksum: "0".repeat(32) })
            )
          )
          fake.reply({ status: "Accepted" })
          return (yield* Fiber.join(starting)).requestId
        })
      )
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          const following = yield* begin(Jobs.follow(station, "PublishFirmware", requestId))
          fake.call("PublishFirmwareStatusNotification", { requestId, status: "Published", location: ["http://lc/fw"] })
          const { outcome } = yield* Fiber.join(following)
          assert.deepStrictEqual(outcome._tag === "Complete" && outcome.message.location, ["http://lc/fw"])
        })
      )
    })
  )

  it.effect("CE-8, B-20: of parts that came before the restart none is lost", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const requestId = yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          yield* begin(Effect.exit(askProfiles(station)))
          fake.reply({ status: "Accepted" })
          fake.call("ReportChargingProfiles", profiles(lastRequestId(fake), 1, true))
          return lastRequestId(fake)
        })
      )
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          const following = yield* begin(Jobs.follow(station, "ChargingProfiles", requestId))
          fake.call("ReportChargingProfiles", profiles(requestId, 2, false))
          const { outcome } = yield* Fiber.join(following)
          assert.deepStrictEqual(
            outcome._tag === "Complete" && outcome.parts.map(({ message }) => message.evseId),
            [1, 2]
          )
        })
      )
    })
  )

  it.effect("CE-5: what nobody knows of is UnknownJob", () =>
    Effect.gen(function* () {
      const { station } = yield* booted()
      const unknown = yield* Effect.flip(Jobs.follow(station, "Log", 9))
      assert.deepInclude(unknown, { _tag: "UnknownJob", kind: "Log", requestId: 9 })
    }).pipe(Effect.provide(layer()))
  )
})

describe("Jobs.cancel", () => {
  it.effect("CE-7: parts are forgotten; what still comes is answered and belongs to no job", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const job = yield* begin(askProfiles(station))
      fake.reply({ status: "Accepted" })
      const requestId = lastRequestId(fake)
      assert.isTrue(yield* Jobs.cancel(station, "ChargingProfiles", requestId))
      assert.deepStrictEqual((yield* Fiber.join(job)).outcome, { _tag: "Cancelled" })
      assert.deepStrictEqual(fake.answerTo(fake.call("ReportChargingProfiles", profiles(requestId, 1, false))), [{}])
      assert.isFalse(yield* Jobs.cancel(station, "ChargingProfiles", requestId))
    }).pipe(Effect.provide(layer()))
  )

  it.effect.each(["Log", "Firmware", "PublishFirmware"] as const)(
    "CE-7, L01.FR.24, N01.FR.12: %s ends at the station only",
    (kind) =>
      Effect.gen(function* () {
        const { station } = yield* booted()
        assert.deepInclude(yield* Effect.flip(Jobs.cancel(station, kind, 1)), { _tag: "JobNotCancellable", kind })
      }).pipe(Effect.provide(layer()))
  )
})
