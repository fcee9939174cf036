/** Jobs over connections, silence and restarts (CE-1, CE-4, CE-5, CE-8), and at the boot gate (LC-6). */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { JobKind } from "../../src/blocks/JobKinds.ts"
import { Csms, type CsmsOptions, type Station } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, bootsAs, connected, Recorder, reported, reportPart, settle } from "./support.ts"
import { TestStore } from "./TestStore.ts"

const firmware = { location: "https://host/fw", retrieveDateTime: "1970-01-01T00:00:00Z" }
const log = { remoteLocation: "https://host/log" }
const jobs = (station: Station) => Effect.map(station.snapshot, ({ mirror }) => mirror.jobs)
const openOf = (station: Station) =>
  Effect.map(jobs(station), ({ open }) => open.map(({ kind, requestId }) => `${kind} ${requestId}`))

/** A log and a firmware job, accepted. */
const twoLong = Effect.fnUntraced(function* (fake: FakeStation, station: Station) {
  yield* begin(Effect.exit(station.call("GetLog", { requestId: 1, logType: "SecurityLog", log })))
  fake.reply({ status: "Accepted", filename: "a.log" })
  yield* begin(Effect.exit(station.call("UpdateFirmware", { requestId: 2, firmware })))
  fake.reply({ status: "Accepted" })
})

const askReport = Effect.fnUntraced(function* (fake: FakeStation, station: Station, requestId = 1) {
  yield* begin(Effect.exit(station.call("GetReport", { requestId, componentCriteria: ["Problem"] })))
  fake.reply({ status: "Accepted" })
})

const layer = (options: CsmsOptions = {}) => Csms.layer({}, { inventory: "off", ...options })
const pending = Csms.layer({ BootNotification: bootsAs("Pending") })
const isRefused = (answer: ReturnType<FakeStation["answerTo"]>) => answer?.[0] === "SecurityError"

describe("jobs at the boot gate", () => {
  it.effect("LC-6, B-14: a Pending station may send all parts, in any order, until the report is complete", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* askReport(fake, station)
      const passes = (seqNo: number) =>
        !isRefused(fake.answerTo(fake.call("NotifyReport", reportPart(1, seqNo, seqNo < 2))))
      assert.deepStrictEqual([passes(2), passes(0), passes(0), passes(1), passes(1)], [true, true, true, true, false])
    }).pipe(Effect.provide(pending))
  )

  it.effect("LC-6, B-15: or until its deadline", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* askReport(fake, station)
      yield* TestClock.adjust("59 seconds")
      assert.isFalse(isRefused(fake.answerTo(fake.call("NotifyReport", reportPart(1, 0, true)))))
      yield* TestClock.adjust("61 seconds")
      assert.isTrue(isRefused(fake.answerTo(fake.call("NotifyReport", reportPart(1, 1, false)))))
    }).pipe(Effect.provide(pending))
  )

  it.effect("LC-6: nothing passes that was refused, or whose answer was lost", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const isOpen = (requestId: number) =>
        !isRefused(fake.answerTo(fake.call("NotifyReport", reportPart(requestId, 0, true))))
      yield* begin(Effect.exit(station.call("GetReport", { requestId: 1 })))
      assert.isTrue(isOpen(1)) // before the answer
      fake.fail("InternalError")
      assert.isFalse(isOpen(1))
      yield* begin(Effect.exit(station.call("GetReport", { requestId: 2 })))
      yield* TestClock.adjust("31 seconds")
      assert.isFalse(isOpen(2))
    }).pipe(Effect.provide(pending))
  )
})

describe("jobs in time", () => {
  it.effect("CE-4: a deadline that passes while the station is offline starts anew when it is back", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      yield* askReport(fake, station)
      fake.call("NotifyReport", reportPart(1, 0, true))
      fake.vanish()
      yield* TestClock.adjust("10 minutes")
      yield* FakeStation.connect("CS-1")
      yield* TestClock.adjust("59 seconds")
      assert.deepStrictEqual(yield* openOf(station), ["Report 1"])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* openOf(station), [])
      assert.deepInclude(recorder.of("ReportFailed")[0], { requestId: 1, reason: "Incomplete" })
    }).pipe(Effect.provide(layer()))
  )

  it.effect("CE-4: each job has a deadline of its own, and each message moves it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* askReport(fake, station, 1)
      yield* TestClock.adjust("30 seconds")
      yield* askReport(fake, station, 2)
      yield* TestClock.adjust("20 seconds")
      fake.call("NotifyReport", reportPart(1, 0, true)) // at 50 s
      yield* TestClock.adjust("41 seconds")
      assert.deepStrictEqual(yield* openOf(station), ["Report 1"])
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(yield* openOf(station), [])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("CE-4: a log or an update has no such deadline; silent for longer than longJobTimeout it has failed", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      yield* twoLong(fake, station)
      yield* TestClock.adjust("90 seconds")
      fake.call("FirmwareStatusNotification", { requestId: 2, status: "Downloading" })
      yield* TestClock.adjust("31 seconds")
      assert.deepStrictEqual(yield* openOf(station), ["Firmware 2"])
      yield* TestClock.adjust("90 seconds")
      const ends = recorder.of("JobEnded").map(({ kind, outcome, durable }) => ({ kind, outcome, durable }))
      assert.deepStrictEqual(ends, [
        { kind: "Log", durable: true, outcome: { _tag: "Failed", reason: "Silent" } },
        {
          kind: "Firmware",
          durable: true,
          outcome: { _tag: "Failed", reason: "Silent", message: { requestId: 2, status: "Downloading" } }
        }
      ])
    }).pipe(Effect.provide(layer({ longJobTimeout: "2 minutes" })))
  )

  it.effect("CE-4: longJobTimeout can be switched off", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* twoLong(fake, station)
      yield* TestClock.adjust("25 hours")
      assert.lengthOf(yield* openOf(station), 2)
    }).pipe(Effect.provide(layer({ longJobTimeout: Infinity })))
  )

  it.effect("CE-1: an answer that was lost: what follows in time is a job, else there never was one", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      for (const requestId of [1, 2]) yield* begin(Effect.exit(station.call("GetReport", { requestId })))
      yield* TestClock.adjust("31 seconds")
      yield* TestClock.adjust("31 seconds")
      fake.call("NotifyReport", reportPart(2, 0, false))
      yield* TestClock.adjust("61 seconds")
      assert.deepStrictEqual(yield* openOf(station), [])
      assert.deepStrictEqual(
        recorder.of("ReportReceived").map(({ requestId }) => requestId),
        [2]
      )
      assert.strictEqual(recorder.count("ReportFailed"), 0)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("CE-6: what belongs to no job is answered and told, and nothing else", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      const before = (yield* station.snapshot).mirror
      yield* settle
      const from = recorder.events.length
      for (const [action, request] of [
        ["NotifyMonitoringReport", { requestId: 9, seqNo: 0, generatedAt: "2026-01-01T00:00:00Z" }],
        ["NotifyDisplayMessages", { requestId: 9 }],
        ["LogStatusNotification", { status: "Idle" }],
        ["FirmwareStatusNotification", { status: "Installed", requestId: 9 }]
      ] as const)
        assert.deepStrictEqual(fake.answerTo(fake.call(action, request)), [{}])
      yield* settle
      assert.deepStrictEqual(recorder.tags.slice(from), Array(4).fill("NotificationReceived"))
      assert.strictEqual((yield* station.snapshot).mirror, before)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("DM-28: a firmware update that is installed makes the device model stale", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* askReport(fake, station)
      fake.call("NotifyReport", reportPart(1, 0, false, [reported("A", "x", "1")]))
      yield* twoLong(fake, station)
      const isStale = Effect.map(station.snapshot, ({ mirror }) => mirror.provisioning.deviceModel.stale)
      fake.call("FirmwareStatusNotification", { requestId: 2, status: "InstallationFailed" })
      assert.isFalse(yield* isStale)
      yield* begin(Effect.exit(station.call("UpdateFirmware", { requestId: 3, firmware })))
      fake.reply({ status: "Accepted" })
      fake.call("FirmwareStatusNotification", { requestId: 3, status: "Installed" })
      assert.isTrue(yield* isStale)
    }).pipe(Effect.provide(layer()))
  )
})

describe("CE-8: jobs and the store", () => {
  it.effect("LC-18, CE-8: long jobs are on record as soon as they are accepted, and go on after a crash", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      let crashed = new Map<string, string>()
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          yield* twoLong(fake, station)
          crashed = new Map(store.texts) // what a CSMS that stops here leaves behind
        })
      )
      assert.deepStrictEqual(
        store.events.flatMap((event) => (event._tag === "JobStarted" ? [event.kind] : [])),
        ["Log", "Firmware"]
      )
      store.texts.clear()
      for (const [identity, text] of crashed) store.texts.set(identity, text)
      yield* store.csms(
        Effect.gen(function* () {
          const recorder = yield* Recorder.start
          const { fake, station } = yield* connected()
          assert.deepStrictEqual(yield* openOf(station), ["Log 1", "Firmware 2"])
          assert.deepInclude((yield* jobs(station)).open[0]?.about, { filename: "a.log" })
          fake.call("LogStatusNotification", { requestId: 1, status: "Uploaded" })
          fake.call("FirmwareStatusNotification", { requestId: 2, status: "InvalidSignature" })
          yield* settle
          assert.deepStrictEqual(
            recorder.of("JobEnded").map(({ kind, outcome }) => [kind as JobKind, outcome._tag]),
            [
              ["Log", "Complete"],
              ["Firmware", "Failed"]
            ]
          )
        })
      )
      assert.strictEqual(store.events.filter(({ _tag }) => _tag === "JobEnded").length, 2)
    })
  )

  it.effect("CE-8: the end of a long job is stored before its message is answered", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          yield* twoLong(fake, station)
          store.isSlow = true
          const id = fake.call("LogStatusNotification", { requestId: 1, status: "Uploaded" })
          assert.isUndefined(fake.answerTo(id))
          yield* store.release
          assert.deepStrictEqual(fake.answerTo(id), [{}])
          store.isSlow = false
        })
      )
    })
  )

  it.effect("B-20, CE-4, CE-8: after a restart a deadline waits for the station", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          yield* askReport(fake, station)
          fake.call("NotifyReport", reportPart(1, 0, true))
        })
      )
      yield* store.csms(
        Effect.gen(function* () {
          const csms = yield* Csms
          const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
          yield* TestClock.adjust("10 minutes")
          assert.deepStrictEqual(yield* openOf(station), ["Report 1"])
          const fake = yield* FakeStation.connect("CS-1")
          fake.call("NotifyReport", reportPart(1, 1, false))
          assert.deepStrictEqual(yield* openOf(station), [])
          assert.strictEqual((yield* station.variable("OCPPCommCtrlr", "Variable0"))?.raw, "1")
        })
      )
    })
  )
})
