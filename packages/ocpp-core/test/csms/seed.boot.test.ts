/** The seed's behaviours: who is let in, who has to wait, and what a boot does. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, bootsAs, connected, failureOf, Recorder, settle, statusNotification } from "./support.ts"

const securityError = (fake: FakeStation, action: string, payload: object = {}) =>
  assert.deepStrictEqual(fake.answerTo(fake.call(action, payload))?.[0], "SecurityError", action)

describe("seed: boot", () => {
  it.effect("B01.FR.02, LC-1, R-175: without a handler a boot is Accepted, with interval and CSMS time", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* connected()
      yield* TestClock.adjust("90 seconds")
      assert.deepStrictEqual(fake.boot(), { status: "Accepted", currentTime: "1970-01-01T00:01:30Z", interval: 300 })
      assert.strictEqual((yield* station.snapshot).state, "Accepted")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("LC-3: the heartbeat interval is a setting", () =>
    Effect.gen(function* () {
      const { fake } = yield* connected()
      assert.deepInclude(fake.boot(), { status: "Accepted", interval: 60 })
    }).pipe(Effect.provide(Csms.layer({}, { heartbeatInterval: "1 minute" })))
  )

  it.effect.each(["Accepted", "Pending", "Rejected"] as const)(
    "B01.FR.02, B02.FR.01, B03.FR.01: the handler's answer goes out as it is: %s",
    (status) =>
      Effect.gen(function* () {
        const recorder = yield* Recorder.start
        const { fake, station } = yield* connected()
        assert.deepStrictEqual(fake.boot(), { status, interval: 10, currentTime: "2026-01-01T00:00:00Z" })
        const view = yield* station.snapshot
        assert.deepStrictEqual([view.state, view.registration], [status, status])
        yield* settle
        const [event] = recorder.of("Booted")
        assert.deepInclude(event, { status, interval: 10, rebooted: true, durable: true, reason: "PowerUp" })
        assert.strictEqual(recorder.count("Ready"), status === "Accepted" ? 1 : 0)
      }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs(status) })))
  )

  it.effect("LC-8, LC-9: Pending, Pending, Accepted: a station that boots too early is answered like any other", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake } = yield* connected()
      const statuses = [fake.boot(), fake.boot(), fake.boot()].map((answer) => (answer as { status: string }).status)
      assert.deepStrictEqual(statuses, ["Pending", "Pending", "Accepted"])
      yield* settle
      assert.deepStrictEqual(
        recorder.of("Booted").map(({ rebooted }) => rebooted),
        [true, false, false]
      )
      assert.strictEqual(recorder.count("Ready"), 1)
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending", "Pending", "Accepted") })))
  )

  it.effect("LC-2: what follows the answer at once is judged by the new registration", () =>
    Effect.gen(function* () {
      const { fake } = yield* connected()
      fake.react = (text) => {
        fake.react = undefined
        assert.include(text, "Accepted")
        fake.call("StatusNotification", statusNotification(), "next")
      }
      fake.boot()
      assert.deepStrictEqual(fake.answerTo("next"), [{}])
    }).pipe(Effect.provide(Csms.layer({}, { unknownRegistration: "reject" })))
  )

  it.effect("LC-16, R-184, B10.FR.10: a boot is answered at any time, and Ready comes once for each", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      for (const reason of ["Watchdog", "Triggered", "FirmwareUpdate"])
        assert.deepInclude(fake.boot(reason), { status: "Accepted" })
      const reset = yield* begin(station.call("Reset", { type: "Immediate" }))
      fake.reply({ status: "Accepted" })
      yield* Fiber.join(reset)
      assert.strictEqual((yield* station.snapshot).state, "Resetting")
      assert.deepInclude(fake.boot("RemoteReset"), { status: "Accepted" })
      assert.strictEqual((yield* station.snapshot).state, "Accepted")
      yield* settle
      assert.deepStrictEqual([recorder.count("Booted"), recorder.count("Ready")], [5, 5])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("LC-16: a boot on a new link is a reboot, unless it was triggered", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake } = yield* booted()
      fake.vanish()
      const again = yield* FakeStation.connect("CS-1")
      again.boot("Triggered")
      again.vanish()
      const third = yield* FakeStation.connect("CS-1")
      third.boot("PowerUp")
      third.boot("PowerUp")
      yield* settle
      assert.deepStrictEqual(
        recorder.of("Booted").map(({ rebooted }) => rebooted),
        [true, false, true, false]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("seed: a message before the boot", () => {
  it.effect("R-185, §20-C: serve answers it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* connected()
      assert.deepStrictEqual(fake.answerTo(fake.call("StatusNotification", statusNotification())), [{}])
      assert.strictEqual((yield* station.snapshot).state, "Connected")
      assert.deepStrictEqual(fake.calls, [])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-185, B01.FR.10: reject answers SecurityError, and lets the boot in", () =>
    Effect.gen(function* () {
      const { fake } = yield* connected()
      securityError(fake, "StatusNotification", statusNotification())
      securityError(fake, "Heartbeat")
      assert.deepInclude(fake.boot(), { status: "Accepted" })
      assert.deepStrictEqual(fake.answerTo(fake.call("StatusNotification", statusNotification())), [{}])
    }).pipe(Effect.provide(Csms.layer({}, { unknownRegistration: "reject" })))
  )

  it.effect("R-185: triggerBoot answers it and asks for a boot, once for each link", () =>
    Effect.gen(function* () {
      const { fake } = yield* connected()
      assert.deepStrictEqual(fake.answerTo(fake.call("StatusNotification", statusNotification())), [{}])
      fake.call("StatusNotification", statusNotification(2))
      assert.deepStrictEqual(
        fake.calls.map(([, , action, payload]) => [action, payload]),
        [["TriggerMessage", { requestedMessage: "BootNotification" }]]
      )
      assert.deepStrictEqual(
        fake.frames.findIndex(([type]) => type === 2),
        1
      ) // the answer is first
      fake.vanish()
      const again = yield* FakeStation.connect("CS-1")
      again.call("StatusNotification", statusNotification(3))
      again.reply({ status: "Accepted" })
      assert.deepInclude(again.boot("Triggered"), { status: "Accepted" })
      again.call("StatusNotification", statusNotification(2))
      assert.strictEqual(again.calls.length, 1)
    }).pipe(Effect.provide(Csms.layer({}, { unknownRegistration: "triggerBoot" })))
  )

  it.effect("§2.1: it may be told nothing but to boot", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* connected()
      fake.call("Heartbeat", {})
      const failure = yield* Effect.flip(station.call("GetLocalListVersion", {}))
      assert.deepInclude(failure, { _tag: "NotSent", reason: "NotAllowed" })
      const trigger = yield* begin(station.call("TriggerMessage", { requestedMessage: "BootNotification" }))
      fake.reply({ status: "Accepted" })
      assert.deepStrictEqual(yield* Fiber.join(trigger), { status: "Accepted" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("seed: Pending and Rejected", () => {
  it.effect("B02.FR.09, R-150, R-151, LC-4: Pending answers SecurityError to whatever was not asked for", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake } = yield* booted()
      securityError(fake, "Heartbeat")
      securityError(fake, "StatusNotification", statusNotification())
      securityError(fake, "SecurityEventNotification", {
        type: "StartupOfTheDevice",
        timestamp: "2026-01-01T00:00:00Z"
      })
      securityError(fake, "NotifyReport", { nonsense: true })
      securityError(fake, "Reset")
      securityError(fake, "NobodyKnowsThis")
      assert.isUndefined(fake.closed)
      yield* settle
      assert.strictEqual(recorder.of("MessageRefused").length, 6)
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") })))
  )

  it.effect("B02.FR.05, LC-10, R-155: while Pending other CALLs are refused here", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const start = station.call("RequestStartTransaction", {
        remoteStartId: 1,
        idToken: { idToken: "A", type: "Central" }
      })
      assert.deepInclude(yield* Effect.flip(start), { _tag: "NotSent", reason: "NotAllowed" })
      const read = yield* begin(
        station.call("GetVariables", { getVariableData: [{ component: { name: "A" }, variable: { name: "B" } }] })
      )
      assert.deepStrictEqual(
        fake.calls.map(([, , action]) => action),
        ["GetVariables"]
      )
      yield* Fiber.interrupt(read)
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") }, { drain: { grace: 0 } })))
  )

  it.effect("B03.FR.03, B03.FR.07, LC-5: Rejected answers SecurityError, and is told nothing", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      securityError(fake, "Heartbeat")
      securityError(fake, "NobodyKnowsThis")
      for (const options of [{}, { waitForReconnect: true }])
        assert.deepInclude(
          yield* Effect.flip(station.call("TriggerMessage", { requestedMessage: "BootNotification" }, options)),
          { _tag: "NotSent", reason: "NotAllowed" }
        )
      assert.deepStrictEqual(fake.calls, [])
      fake.vanish(1000)
      assert.strictEqual((yield* station.snapshot).state, "Offline")
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Rejected") })))
  )

  it.effect("§20-I, TC_B_31: with the switch a Rejected station can be asked to boot", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const trigger = yield* begin(
        station.call("TriggerMessage", { requestedMessage: "BootNotification" }, { allowWhileRejected: true })
      )
      fake.reply({ status: "Accepted" })
      yield* Fiber.join(trigger)
      assert.deepInclude(fake.boot("Triggered"), { status: "Accepted" })
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Rejected", "Accepted") })))
  )

  it.effect("LC-5: CALLs that waited for the answer to a boot fail when it is Rejected", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* connected()
      const waiting = yield* begin(station.call("GetLocalListVersion", {}))
      assert.strictEqual((yield* station.snapshot).queuedCalls, 1)
      fake.boot()
      assert.deepInclude(yield* failureOf(waiting), { _tag: "NotSent", reason: "NotAllowed" })
      assert.deepStrictEqual(fake.calls, [])
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Rejected") })))
  )

  it.effect("F06, B02.FR.02, LC-7: a trigger lets exactly that message through, once", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const trigger = yield* begin(
        station.call("TriggerMessage", {
          requestedMessage: "StatusNotification",
          evse: { id: 1, connectorId: 1 }
        })
      )
      securityError(fake, "StatusNotification", statusNotification(2))
      const early = fake.call("StatusNotification", statusNotification(1)) // overtakes the answer (LC-6, R-165)
      assert.deepStrictEqual(fake.answerTo(early), [{}])
      fake.reply({ status: "Accepted" })
      yield* Fiber.join(trigger)
      securityError(fake, "StatusNotification", statusNotification(1))
      securityError(fake, "Heartbeat")
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") })))
  )

  it.effect.each<readonly [string, (fake: FakeStation) => void]>([
    ["is refused", (fake) => fake.reply({ status: "Rejected" })],
    ["is answered with CALLERROR", (fake) => fake.fail("InternalError")],
    [
      "is followed by a boot",
      (fake) => {
        fake.reply({ status: "Accepted" })
        fake.boot()
      }
    ]
  ])("LC-6, LC-7: nothing comes through when the trigger %s", ([, settleTrigger]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* begin(Effect.exit(station.call("TriggerMessage", { requestedMessage: "Heartbeat" })))
      settleTrigger(fake)
      securityError(fake, "Heartbeat")
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") })))
  )

  it.effect("LC-7: what was triggered may come for expectationTimeout", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const late of [false, true]) {
        const trigger = yield* begin(station.call("TriggerMessage", { requestedMessage: "Heartbeat" }))
        fake.reply({ status: "Accepted" })
        yield* Fiber.join(trigger)
        yield* TestClock.adjust(late ? 10_000 : 9999)
        assert.strictEqual(fake.answerTo(fake.call("Heartbeat", {}))?.[0] === "SecurityError", late)
      }
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") }, { expectationTimeout: "10 seconds" })))
  )
})
