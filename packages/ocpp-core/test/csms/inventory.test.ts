/** A FullInventory that is asked for by itself (B-17): when, of whom, and when not. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms, type CsmsOptions, type Handlers } from "../../src/index.ts"
import { spread } from "../../src/station/AutomaticReport.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, bootsAs, connected, lastRequestId, Recorder, reported, reportPart, settle } from "./support.ts"
import { TestStore } from "./TestStore.ts"

/** A station may take longer to answer than until the test looks. */
const automatic: CsmsOptions = { inventory: "automatic", callTimeout: "2 minutes", drain: { grace: 0 } }

const layer = (handlers: Handlers = {}, options: CsmsOptions = {}) => Csms.layer(handlers, { ...automatic, ...options })

const minute = TestClock.adjust("1 minute")

/** How often it was asked for a FullInventory. */
const asked = (fake: FakeStation): number =>
  fake.calls.filter(
    ([, , action, payload]) =>
      action === "GetBaseReport" && (payload as { readonly reportBase: string }).reportBase === "FullInventory"
  ).length

/** The station gives the inventory that it was asked for last. */
const give = (fake: FakeStation): void => {
  const requestId = lastRequestId(fake)
  fake.reply({ status: "Accepted" })
  fake.call("NotifyReport", reportPart(requestId, 0, true))
  fake.call(
    "NotifyReport",
    reportPart(requestId, 1, false, [reported("OCPPCommCtrlr", "RetryBackOffWaitMinimum", "9")])
  )
}

const bootWith = (fake: FakeStation, firmwareVersion: string): void =>
  void fake.call("BootNotification", {
    reason: "FirmwareUpdate",
    chargingStation: { model: "M1", vendorName: "V", firmwareVersion }
  })

/** The link is lost, and the station is back. */
const reconnect = Effect.fnUntraced(function* (fake: FakeStation) {
  fake.vanish()
  return yield* FakeStation.connect("CS-1")
})

describe("B-17: is asked for", () => {
  it.effect(
    "B-17, B07.FR.14: on first contact, once, and told like any report",
    () =>
      Effect.gen(function* () {
        const recorder = yield* Recorder.start
        const { fake, station } = yield* booted()
        assert.strictEqual(asked(fake), 0) // not in the storm
        yield* minute
        assert.strictEqual(asked(fake), 1)
        give(fake)
        yield* settle
        assert.deepInclude(recorder.of("ReportReceived")[0], { reportBase: "FullInventory", variables: 2 })
        assert.strictEqual((yield* station.variable("OCPPCommCtrlr", "RetryBackOffWaitMinimum"))?.raw, "9")
        yield* TestClock.adjust("1 day")
        assert.strictEqual(asked(fake), 1)
      }).pipe(Effect.provide(Csms.layer()), Effect.scoped) // by default
  )

  it.effect("B-17, LC-17: after a firmware change, and not after a boot with the same", () =>
    Effect.gen(function* () {
      const { fake } = yield* connected()
      bootWith(fake, "1.0")
      yield* minute
      give(fake)
      const second = yield* reconnect(fake)
      bootWith(second, "1.0")
      yield* minute
      assert.strictEqual(asked(second), 0)
      const third = yield* reconnect(second)
      bootWith(third, "1.1")
      yield* minute
      assert.strictEqual(asked(third), 1)
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  it.effect("B-17: again, once it is back, of a station whose report stayed incomplete", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      yield* minute
      fake.reply({ status: "Accepted" })
      fake.call("NotifyReport", reportPart(lastRequestId(fake), 0, true))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(asked(fake), 1)
      const back = yield* reconnect(fake)
      back.call("Heartbeat", {})
      yield* minute
      assert.strictEqual(asked(back), 1)
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  it.effect("B-17, R-181: again, of a station that was lost before it answered", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      yield* minute
      const back = yield* reconnect(fake)
      back.call("Heartbeat", {})
      yield* TestClock.adjust("3 minutes") // the parts may come yet, for `reportTimeout` (B-20)
      assert.strictEqual(asked(back), 1)
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  it.effect("B-17: behind the CALLs of the application, when nothing waits any more (R-100)", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* begin(Effect.exit(station.call("ClearCache", {}, { timeout: "10 minutes" })))
      const version = yield* begin(Effect.exit(station.call("GetLocalListVersion", {})))
      yield* minute
      assert.strictEqual(asked(fake), 0)
      fake.reply({ status: "Accepted" })
      fake.reply({ versionNumber: 1 })
      assert.strictEqual((yield* Fiber.join(version))._tag, "Success")
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(asked(fake), 1)
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )
})

describe("B-17: is not asked for", () => {
  it.effect("B-17: where it is switched off", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      yield* TestClock.adjust("1 hour")
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(layer({}, { inventory: "off" })), Effect.scoped)
  )

  for (const status of ["Pending", "Rejected"] as const)
    it.effect(`B-17, B02.FR.01, LC-5: of a station that is ${status}; once it is Accepted it is`, () =>
      Effect.gen(function* () {
        const { fake } = yield* booted()
        yield* minute
        assert.lengthOf(fake.calls, 0)
        fake.boot()
        yield* minute
        assert.strictEqual(asked(fake), 1)
      }).pipe(Effect.provide(layer({ BootNotification: bootsAs(status, "Accepted") })), Effect.scoped)
    )

  it.effect("B-17, R-185: of a station without registration", () =>
    Effect.gen(function* () {
      const { fake } = yield* connected()
      fake.call("Heartbeat", {})
      yield* minute
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  it.effect("B-17: of one whose onboarding while Pending has brought it (LC-9)", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const report = yield* begin(station.getBaseReport("FullInventory"))
      give(fake)
      yield* Fiber.join(report)
      fake.boot()
      yield* minute
      assert.strictEqual(asked(fake), 1) // that of the application
    }).pipe(Effect.provide(layer({ BootNotification: bootsAs("Pending", "Accepted") })), Effect.scoped)
  )

  it.effect("B-17: of one that the application has asked already, also when that takes long", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const report = yield* begin(station.getBaseReport("FullInventory"))
      const requestId = lastRequestId(fake)
      fake.reply({ status: "Accepted" })
      for (let seqNo = 0; seqNo < 6; seqNo++) {
        yield* TestClock.adjust("50 seconds")
        fake.call("NotifyReport", reportPart(requestId, seqNo, seqNo < 5))
      }
      yield* Fiber.join(report)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(asked(fake), 1)
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  for (const [how, answer] of [
    ["Rejected", (fake) => fake.reply({ status: "Rejected" })],
    ["NotSupported", (fake) => fake.reply({ status: "NotSupported" })],
    ["EmptyResultSet", (fake) => fake.reply({ status: "EmptyResultSet" })],
    ["a CALLERROR", (fake) => fake.fail("NotImplemented")]
  ] as ReadonlyArray<readonly [string, (fake: FakeStation) => void]>)
    it.effect(`B-17, B-16: again of one that answers with ${how}, before it reboots; also over a restart`, () =>
      Effect.gen(function* () {
        const store = new TestStore()
        yield* store.csms(
          Effect.gen(function* () {
            const { fake } = yield* booted()
            yield* minute
            answer(fake)
            const back = yield* reconnect(fake)
            back.call("Heartbeat", {})
            back.boot("Triggered")
            yield* TestClock.adjust("1 hour")
            assert.deepStrictEqual([asked(fake), asked(back)], [1, 0])
          }),
          automatic
        )
        yield* store.csms(
          Effect.gen(function* () {
            const { fake } = yield* connected()
            fake.call("Heartbeat", {})
            yield* minute
            assert.strictEqual(asked(fake), 0)
            const back = yield* reconnect(fake)
            back.boot()
            yield* minute
            assert.strictEqual(asked(back), 1)
          }),
          automatic
        )
      })
    )

  it.effect("B-17: twice at a time: a station that boots again and again, or is slow, is asked once", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      yield* minute
      for (let boots = 0; boots < 5; boots++) fake.boot()
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(asked(fake), 1)
    }).pipe(Effect.provide(layer({}, { callTimeout: "10 minutes", inventorySpread: 0 })), Effect.scoped)
  )

  it.effect("B-17, B-28: while a reset is owed; after the reboot it is", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* begin(Effect.exit(station.call("Reset", { type: "OnIdle" })))
      fake.reply({ status: "Scheduled" })
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(asked(fake), 0)
      const back = yield* reconnect(fake)
      back.boot("ScheduledReset")
      yield* minute
      assert.strictEqual(asked(back), 1)
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )
})

describe("B-17: thousands at once", () => {
  it.effect("LC-18: with a fresh model, none is asked again, over reconnects and a restart of the CSMS", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const names = Array.from({ length: 200 }, (_, i) => `CS-${i}`)
      yield* store.csms(
        Effect.gen(function* () {
          const worlds = yield* Effect.forEach(names, (name) => booted(name))
          yield* minute
          for (const { fake } of worlds) give(fake)
          for (const { fake } of worlds) fake.vanish()
          const back = yield* Effect.forEach(names, (name) => FakeStation.connect(name))
          for (const fake of back) fake.boot("RemoteReset")
          yield* minute
          for (const fake of back) assert.strictEqual(asked(fake), 0)
        }),
        automatic
      )
      yield* store.csms(
        Effect.gen(function* () {
          const worlds = yield* Effect.forEach(names, (name) => connected(name))
          for (const { fake } of worlds) fake.call("Heartbeat", {})
          yield* minute
          for (const { fake } of worlds) assert.strictEqual(asked(fake), 0)
        }),
        automatic
      )
    })
  )

  it("B-17: those that are asked are spread over the time there is", () => {
    const delays = Array.from({ length: 5000 }, (_, i) => spread(`CS-${i}`, 60_000))
    const perSecond = new Map<number, number>()
    for (const delay of delays) {
      assert.isTrue(delay >= 0 && delay < 60_000)
      const second = Math.floor(delay / 1000)
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
    }
    assert.strictEqual(perSecond.size, 60)
    assert.isBelow(Math.max(...perSecond.values()), 3 * (5000 / 60))
    assert.strictEqual(spread("CS-7", 60_000), spread("CS-7", 60_000))
  })
})
