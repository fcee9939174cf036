/** The seed's behaviours: links that come, go, come back and replace each other, and stations that reset. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms, type Handlers } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import {
  begin,
  booted,
  bootsAs,
  connected,
  failureOf,
  Recorder,
  settle,
  statusNotification,
  transactionEvent
} from "./support.ts"

const resetAs = Effect.fnUntraced(function* (status: "Accepted" | "Scheduled" | "Rejected", evseId?: number) {
  const all = yield* booted()
  const reset = yield* begin(all.station.call("Reset", { type: "OnIdle", ...(evseId !== undefined && { evseId }) }))
  all.fake.reply({ status })
  yield* Fiber.join(reset)
  return all
})

describe("seed: offline and back", () => {
  it.effect("B04, R-183: a station that comes back without a boot is Accepted and Ready as before", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      fake.vanish()
      assert.deepInclude(yield* station.snapshot, { state: "Offline", connected: false, registration: "Accepted" })
      const again = yield* FakeStation.connect("CS-1")
      assert.deepInclude(yield* station.snapshot, { state: "Accepted", connected: true, epoch: 2 })
      assert.deepStrictEqual(again.answerTo(again.call("StatusNotification", statusNotification())), [{}])
      yield* settle
      assert.deepStrictEqual(
        recorder.of("Connected").map(({ registration, connectionId }) => [registration, connectionId]),
        [
          [undefined, "CS-1#1"],
          ["Accepted", "CS-1#2"]
        ]
      )
      assert.deepInclude(recorder.of("Disconnected")[0], { code: 1006, connectionId: "CS-1#1" })
      assert.deepStrictEqual(
        recorder.of("Ready").map(({ resumed }) => resumed),
        [false, true]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["Pending", "Rejected"] as const)("R-183: %s still holds after a reconnect", (status) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.vanish()
      const again = yield* FakeStation.connect("CS-1")
      assert.strictEqual((yield* station.snapshot).state, status)
      assert.strictEqual(again.answerTo(again.call("Heartbeat", {}))?.[0], "SecurityError")
      assert.deepInclude(again.boot(), { status: "Accepted" })
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs(status, "Accepted") })))
  )

  it.effect("LC-16: a station that rebooted while it was offline boots, and nobody called it before", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      fake.vanish()
      const again = yield* FakeStation.connect("CS-1")
      const call = yield* begin(station.call("GetLocalListVersion", {}))
      assert.deepStrictEqual(again.calls, [])
      assert.deepInclude(again.boot("PowerUp"), { status: "Accepted" })
      assert.deepStrictEqual(
        again.frames.map(([type]) => type),
        [3, 2]
      )
      again.reply({ versionNumber: 3 })
      assert.deepStrictEqual(yield* Fiber.join(call), { versionNumber: 3 })
      yield* settle
      assert.strictEqual(recorder.of("Booted").at(-1)?.rebooted, true)
      assert.deepStrictEqual(
        recorder.of("Ready").map(({ resumed }) => resumed),
        [false, false]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-112: a station that says nothing is called after the grace time", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      fake.vanish()
      const again = yield* FakeStation.connect("CS-1")
      yield* begin(station.call("GetLocalListVersion", {}))
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual([again.calls.length, recorder.count("Ready")], [0, 1])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual([again.calls.length, recorder.count("Ready")], [1, 2])
    }).pipe(Effect.provide(Csms.layer({}, { drain: { grace: 0 } })))
  )

  it.effect("LC-15, R-173: any message is a sign of life", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* TestClock.adjust("10 seconds")
      fake.call("StatusNotification", statusNotification())
      assert.strictEqual((yield* station.snapshot).lastSeen, 10_000)
      yield* TestClock.adjust("2 days")
      assert.deepInclude(yield* station.snapshot, { state: "Accepted", connected: true, lastSeen: 10_000 })
      fake.vanish()
      assert.isUndefined((yield* station.snapshot).lastSeen)
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("seed: two links of one station", () => {
  it.effect("R-186, R-187: the newer one wins, and the end of the older one changes nothing", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      const newer = yield* FakeStation.connect("cs-1")
      assert.deepStrictEqual(fake.closed, { code: 1000, reason: "replaced" })
      assert.isUndefined(newer.closed)
      fake.call("StatusNotification", statusNotification(), "too-late")
      assert.isUndefined(fake.answerTo("too-late"))
      assert.deepStrictEqual(newer.answerTo(newer.call("StatusNotification", statusNotification(2), "n1")), [{}])
      assert.deepInclude(yield* station.snapshot, { state: "Accepted", connected: true, epoch: 2 })
      yield* settle
      assert.deepInclude(recorder.of("Replaced")[0], { connectionId: "CS-1#1", by: "CS-1#2", epoch: 1 })
      assert.strictEqual(recorder.count("Disconnected"), 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-187: a close that is told late belongs to the old link", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.deaf = true // the old socket is half open: no close frame comes back
      const newer = yield* FakeStation.connect("CS-1")
      newer.call("Heartbeat", {})
      fake.deaf = false
      fake.closed = undefined
      fake.vanish()
      assert.deepInclude(yield* station.snapshot, { state: "Accepted", connected: true, epoch: 2 })
      assert.isUndefined(newer.closed)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-181, R-186: our outstanding CALL has an unknown outcome, a waiting one goes to the new link", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const sent = yield* begin(station.call("ClearCache", {}))
      const waiting = yield* begin(station.call("GetLocalListVersion", {}))
      const newer = yield* FakeStation.connect("CS-1")
      assert.deepInclude(yield* failureOf(sent), { _tag: "OutcomeUnknown", reason: "ConnectionLost" })
      newer.boot()
      newer.reply({ versionNumber: 1 })
      assert.deepStrictEqual(yield* Fiber.join(waiting), { versionNumber: 1 })
      assert.strictEqual(fake.calls.length, 1)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "R-182, R-094: what is still being handled is not answered on the new link, unless it is repeated there",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        fake.call("TransactionEvent", transactionEvent(0), "t1")
        fake.call("TransactionEvent", transactionEvent(1), "t2")
        const newer = yield* FakeStation.connect("CS-1")
        newer.call("TransactionEvent", transactionEvent(0), "t1")
        yield* TestClock.adjust("3 seconds")
        assert.deepStrictEqual([fake.answerTo("t1"), fake.answerTo("t2")], [undefined, undefined])
        assert.deepStrictEqual([newer.answerTo("t1"), newer.answerTo("t2")], [[{}], undefined])
        assert.strictEqual((yield* station.snapshot).mirror.transactions.running.length, 1)
      }).pipe(Effect.provide(Csms.layer(slowly)))
  )
})

const slowly: Handlers = { TransactionEvent: () => Effect.delay(Effect.succeed({}), "1 second") }

describe("seed: reset", () => {
  it.effect("B11.FR.03, B-28: Accepted → Resetting → the link goes → back → boot → Accepted", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* resetAs("Accepted")
      assert.deepInclude(yield* station.snapshot, { state: "Resetting", resetPending: true })
      fake.vanish()
      assert.deepInclude(yield* station.snapshot, { state: "Restarting", resetPending: true })
      const again = yield* FakeStation.connect("CS-1")
      assert.strictEqual((yield* station.snapshot).state, "Resetting")
      again.boot("RemoteReset")
      const view = yield* station.snapshot
      assert.deepInclude(view, { state: "Accepted", resetPending: false })
      assert.isUndefined(view.mirror.provisioning.pendingReset)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(
        [recorder.count("ResetPending"), recorder.count("ResetDone"), recorder.count("ResetLapsed")],
        [1, 1, 0]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B12.FR.01: Scheduled waits, and is told everything meanwhile", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* resetAs("Scheduled")
      assert.strictEqual((yield* station.snapshot).state, "ResetScheduled")
      const call = yield* begin(station.call("GetLocalListVersion", {}))
      fake.reply({ versionNumber: 0 })
      assert.deepStrictEqual(yield* Fiber.join(call), { versionNumber: 0 })
      fake.boot("ScheduledReset")
      assert.strictEqual((yield* station.snapshot).state, "Accepted")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B11.FR.03: Rejected, and the reset of one EVSE, are no reset of the station", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* (yield* resetAs("Rejected")).station.snapshot).state, "Accepted")
      assert.strictEqual((yield* (yield* resetAs("Accepted", 1)).station.snapshot).state, "Accepted")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each([true, false])("LC-16: a reboot that does not come is given up (link open: %s)", (linked) =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* resetAs("Accepted")
      if (!linked) fake.vanish()
      yield* TestClock.adjust("9 minutes")
      assert.strictEqual(recorder.count("ResetLapsed"), 0)
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(recorder.count("ResetLapsed"), 1)
      const { mirror, state } = yield* station.snapshot
      assert.strictEqual(state, linked ? "Accepted" : "Offline")
      assert.isUndefined(mirror.provisioning.pendingReset)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-28: an acceptance that arrives when the station is Pending again starts no wait", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      const reset = yield* begin(station.call("Reset", { type: "Immediate" }))
      fake.boot("Watchdog")
      fake.reply({ status: "Accepted" })
      yield* Fiber.join(reset)
      assert.strictEqual((yield* station.snapshot).state, "Pending")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(recorder.count("ResetLapsed"), 0)
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Accepted", "Pending") })))
  )

  it.effect("B-28: while the boot is being decided on, the wait for it has no lapse", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* resetAs("Accepted")
      yield* TestClock.adjust("9 minutes")
      fake.call("BootNotification", { reason: "RemoteReset", chargingStation: { model: "M1", vendorName: "V" } })
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* station.snapshot).state, "Rebooting")
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* station.snapshot).state, "Accepted")
      assert.strictEqual(recorder.count("ResetLapsed"), 0)
    }).pipe(Effect.provide(Csms.layer({ BootNotification: slowSecondBoot() }, { handlerTimeout: "1 hour" })))
  )
})

const slowSecondBoot = (): NonNullable<Handlers["BootNotification"]> => {
  let boots = 0
  return () =>
    Effect.delay(
      Effect.succeed({ status: "Accepted", interval: 10, currentTime: "2026-01-01T00:00:00Z" }),
      boots++ === 0 ? 0 : "5 minutes"
    )
}

it.effect("R-180: the CSMS closes a link when it is told to", () =>
  Effect.gen(function* () {
    const { fake, station } = yield* connected()
    yield* station.disconnect(1012, "maintenance")
    assert.deepStrictEqual(fake.closed, { code: 1012, reason: "maintenance" })
    assert.strictEqual((yield* station.snapshot).state, "Disconnected")
    yield* station.disconnect()
  }).pipe(Effect.provide(Csms.layer()))
)
