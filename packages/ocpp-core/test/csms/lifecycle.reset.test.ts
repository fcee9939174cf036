/** A reset over the wire: what is owed, what a station does before and after it, and what is kept (B11, B12). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { ResetEnumType } from "@wattline/ocpp-v201"
import { Csms, type Handlers } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, bootsAs, Recorder, settle, statusNotification, transactionEvent } from "./support.ts"

const layer = (handlers: Handlers = {}) =>
  Csms.layer(handlers, { inventory: "off", resetTimeout: "10 minutes", drain: { grace: 0 } })

type World = Effect.Success<ReturnType<typeof booted>>

const reset = Effect.fnUntraced(function* (
  { fake, station }: World,
  status: "Accepted" | "Scheduled" = "Accepted",
  type: ResetEnumType = "Immediate"
) {
  const call = yield* begin(station.call("Reset", { type }))
  fake.reply({ status })
  yield* Fiber.join(call)
})

const reboot = Effect.fnUntraced(function* (fake: FakeStation, reason = "RemoteReset") {
  fake.vanish()
  yield* TestClock.adjust("30 seconds")
  const back = yield* FakeStation.connect("CS-1")
  back.boot(reason)
  return back
})

const running = (fake: FakeStation): void => {
  for (const seqNo of [0, 1]) fake.call("TransactionEvent", transactionEvent(seqNo))
}

const ended = (fake: FakeStation, more: object = {}): string =>
  fake.call(
    "TransactionEvent",
    transactionEvent(2, {
      eventType: "Ended",
      triggerReason: "ResetCommand",
      transactionInfo: { transactionId: "T1", stoppedReason: "ImmediateReset" },
      ...more
    })
  )

describe("B-29: transactions and a reset", () => {
  it.effect("B-29, B12.FR.03, B12.FR.04: Immediate: they end first, then the station reboots", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const world = yield* booted()
      running(world.fake)
      yield* reset(world)
      assert.deepStrictEqual(world.fake.answerTo(ended(world.fake)), [{}])
      yield* reboot(world.fake)
      yield* TestClock.adjust("1 hour")
      const { mirror, state } = yield* world.station.snapshot
      assert.strictEqual(state, "Accepted")
      assert.lengthOf(mirror.transactions.running, 0)
      assert.deepInclude(mirror.transactions.ended[0], { transactionId: "T1", stoppedReason: "ImmediateReset" })
      assert.deepStrictEqual([recorder.count("ResetDone"), recorder.count("TransactionUnconfirmed")], [1, 0])
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  it.effect(
    "B-29, B12.FR.01, B12.FR.05: OnIdle, Scheduled: the reset waits for the end, which is an ordinary one",
    () =>
      Effect.gen(function* () {
        const world = yield* booted()
        running(world.fake)
        yield* reset(world, "Scheduled", "OnIdle")
        assert.strictEqual((yield* world.station.snapshot).state, "ResetScheduled")
        ended(world.fake, {
          triggerReason: "EVCommunicationLost",
          transactionInfo: { transactionId: "T1", stoppedReason: "EVDisconnected" }
        })
        yield* reboot(world.fake, "ScheduledReset")
        const { mirror, state } = yield* world.station.snapshot
        assert.deepStrictEqual([state, mirror.provisioning.pendingReset], ["Accepted", undefined])
        assert.deepInclude(mirror.transactions.ended[0], { stoppedReason: "EVDisconnected" })
      }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  for (const when of ["before", "after"] as const)
    it.effect(`B-29, B12.FR.07, B12.FR.08: the end comes only after the reboot, ${when} the statuses`, () =>
      Effect.gen(function* () {
        const recorder = yield* Recorder.start
        const world = yield* booted()
        running(world.fake)
        yield* reset(world)
        const back = yield* reboot(world.fake)
        const [before] = (yield* world.station.snapshot).mirror.transactions.running
        assert.deepInclude(before, { transactionId: "T1", unconfirmed: true })
        if (when === "after") back.call("StatusNotification", statusNotification())
        assert.deepStrictEqual(back.answerTo(ended(back, { offline: true })), [{}])
        if (when === "before") back.call("StatusNotification", statusNotification())
        yield* TestClock.adjust("1 hour")
        const { mirror } = yield* world.station.snapshot
        assert.lengthOf(mirror.transactions.running, 0)
        assert.deepInclude(mirror.transactions.ended[0], {
          transactionId: "T1",
          received: [0, 2],
          stoppedReason: "ImmediateReset"
        })
        assert.strictEqual(recorder.count("TransactionUnconfirmed"), 0)
        assert.strictEqual(recorder.count("TransactionEnded"), 1)
      }).pipe(Effect.provide(layer()), Effect.scoped)
    )

  it.effect("B-29, E-29: an end that never comes is told, and the transaction is not made up to have ended", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const world = yield* booted()
      running(world.fake)
      yield* reset(world)
      yield* reboot(world.fake)
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(recorder.count("TransactionUnconfirmed"), 1)
      assert.lengthOf((yield* world.station.snapshot).mirror.transactions.running, 1)
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )
})

describe("B-30: what is kept over a reset", () => {
  const unavailable = { ...statusNotification(), connectorStatus: "Unavailable" }

  it.effect(
    "B-30, B11.FR.02, B12.FR.06, ST-4: a connector that was Unavailable still is: nothing is sent, and it says so",
    () =>
      Effect.gen(function* () {
        const recorder = yield* Recorder.start
        const world = yield* booted()
        const change = yield* begin(
          world.station.call("ChangeAvailability", { operationalStatus: "Inoperative", evse: { id: 1 } })
        )
        world.fake.reply({ status: "Accepted" })
        yield* Fiber.join(change)
        world.fake.call("StatusNotification", unavailable)
        yield* reset(world)
        const back = yield* reboot(world.fake)
        const connector = Effect.map(world.station.snapshot, ({ mirror }) => mirror.availability.connectors)
        assert.deepInclude((yield* connector)[0], { evseId: 1, connectorId: 1, status: "Unknown" }) // it stays known
        back.call("StatusNotification", unavailable)
        yield* TestClock.adjust("1 hour")
        assert.deepInclude((yield* connector)[0], { status: "Unavailable" })
        assert.lengthOf(yield* connector, 1)
        assert.lengthOf(back.calls, 0)
        assert.strictEqual(recorder.count("ConnectorsUnreported"), 0)
        assert.notInclude(
          recorder.of("ConnectorStatusChanged").map(({ to }) => to),
          "Available"
        )
      }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  it.effect("B-30, B11.FR.05: a reset of one EVSE leaves every status as it is", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.call("StatusNotification", unavailable)
      const before = (yield* station.snapshot).mirror
      const call = yield* begin(station.call("Reset", { type: "Immediate", evseId: 1 }))
      fake.reply({ status: "Accepted" })
      yield* Fiber.join(call)
      yield* settle
      const { mirror, state } = yield* station.snapshot
      assert.strictEqual(state, "Accepted")
      assert.deepStrictEqual(mirror.availability, before.availability)
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )
})

describe("B-28: a triggered BootNotification is no reboot", () => {
  for (const [status, state] of [
    ["Accepted", "Resetting"],
    ["Scheduled", "ResetScheduled"]
  ] as const)
    it.effect(`B-28, LC-16: a reset that is ${status} is still owed after it, and lapses in its time`, () =>
      Effect.gen(function* () {
        const recorder = yield* Recorder.start
        const world = yield* booted()
        yield* reset(world, status)
        yield* TestClock.adjust("9 minutes")
        world.fake.boot("Triggered")
        const view = yield* world.station.snapshot
        assert.deepStrictEqual([view.state, view.resetPending], [state, true])
        assert.isDefined(view.mirror.provisioning.pendingReset)
        yield* TestClock.adjust("61 seconds")
        const after = yield* world.station.snapshot
        assert.deepStrictEqual([after.state, after.mirror.provisioning.pendingReset], ["Accepted", undefined])
        assert.deepStrictEqual([recorder.count("ResetLapsed"), recorder.count("ResetDone")], [1, 0])
      }).pipe(Effect.provide(layer()), Effect.scoped)
    )

  it.effect("B-28: the reboot that follows it closes the reset", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const world = yield* booted()
      yield* reset(world)
      world.fake.boot("Triggered")
      world.fake.boot("RemoteReset")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* world.station.snapshot).state, "Accepted")
      assert.deepStrictEqual([recorder.count("ResetLapsed"), recorder.count("ResetDone")], [0, 1])
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  it.effect("B-28: one that is answered Pending leaves it owed too, until it lapses", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const world = yield* booted()
      yield* reset(world)
      world.fake.boot("Triggered")
      assert.strictEqual((yield* world.station.snapshot).state, "Pending")
      yield* TestClock.adjust("11 minutes")
      const { mirror, state } = yield* world.station.snapshot
      assert.deepStrictEqual([state, mirror.provisioning.pendingReset], ["Pending", undefined])
      assert.strictEqual(recorder.count("ResetLapsed"), 1)
    }).pipe(Effect.provide(layer({ BootNotification: bootsAs("Accepted", "Pending") })), Effect.scoped)
  )

  it.effect("B-28: one that is being handled while the time runs out gives it the time again", () => {
    const decide = bootsAs("Accepted")
    return Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const world = yield* booted()
      yield* reset(world)
      yield* TestClock.adjust("595 seconds")
      world.fake.boot("Triggered")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* world.station.snapshot).state, "Resetting")
      yield* TestClock.adjust("9 minutes")
      assert.strictEqual(recorder.count("ResetLapsed"), 0)
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* world.station.snapshot).state, "Accepted")
      assert.strictEqual(recorder.count("ResetLapsed"), 1)
    }).pipe(
      Effect.provide(
        layer({
          BootNotification: (request) => (request.reason === "Triggered" ? Effect.delay(decide(), 10_000) : decide())
        })
      ),
      Effect.scoped
    )
  })
})
