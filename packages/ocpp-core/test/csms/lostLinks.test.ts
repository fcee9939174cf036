/** Links that are lost at the wrong moment: while a boot is decided on, waits, or is repeated. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms, type Handlers } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, bootsAs, connected, failureOf, Recorder, settle, statusNotification } from "./support.ts"

const accepted = { status: "Accepted", interval: 10, currentTime: "2026-01-01T00:00:00Z" } as const
const bootRequest = { reason: "PowerUp", chargingStation: { model: "M1", vendorName: "V" } }

describe("a link that is lost over a boot", () => {
  it.effect("R-182: the boot is given up, its handler interrupted, nothing is on record", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* connected()
      fake.boot()
      assert.strictEqual((yield* station.snapshot).state, "Booting")
      fake.vanish()
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* station.snapshot, { state: "Disconnected", registration: undefined })
      assert.deepStrictEqual([recorder.count("Booted"), recorder.count("HandlerFailed")], [0, 0])
      const again = yield* FakeStation.connect("CS-1")
      again.boot()
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(again.answerTo("s1")?.[0], accepted)
    }).pipe(Effect.provide(Csms.layer({ BootNotification: () => Effect.delay(Effect.succeed(accepted), "5 seconds") })))
  )

  it.effect("R-183: the registration before it still holds", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* station.disconnect()
      const again = yield* FakeStation.connect("CS-1")
      again.boot("Watchdog")
      assert.strictEqual((yield* station.snapshot).state, "Rebooting")
      again.vanish()
      assert.deepInclude(yield* station.snapshot, { state: "Offline", registration: "Accepted" })
      assert.strictEqual(fake.texts.length, 1)
    }).pipe(Effect.provide(Csms.layer({ BootNotification: firstAtOnce() })))
  )

  it.effect("R-182: a handler that closes the link itself decides nothing", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* connected()
      assert.isUndefined(fake.boot())
      const { mirror, registration } = yield* station.snapshot
      assert.deepStrictEqual([registration, mirror.provisioning.bootStatus], [undefined, undefined])
    }).pipe(
      Effect.provide(
        Csms.layer({ BootNotification: (_request, { station }) => Effect.as(station.disconnect(), accepted) })
      )
    )
  )

  it.effect("R-182, R-187: a boot that waited on the old link is dropped, what was before it is carried through", () =>
    Effect.gen(function* () {
      let boots = 0
      const handlers: Handlers = {
        StatusNotification: () => Effect.delay(Effect.void, "1 second"),
        BootNotification: () => Effect.sync(() => (boots++, accepted))
      }
      yield* Effect.gen(function* () {
        const { fake, station } = yield* connected()
        fake.call("StatusNotification", statusNotification())
        fake.boot()
        const newer = yield* FakeStation.connect("CS-1")
        newer.call("Heartbeat", {}, "h")
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual([boots, (yield* station.snapshot).registration], [0, undefined])
        assert.strictEqual((yield* station.snapshot).mirror.availability.connectors.length, 1)
        assert.isDefined(newer.answerTo("h"))
        assert.deepStrictEqual(fake.texts, [])
      }).pipe(Effect.provide(Csms.layer(handlers)))
    })
  )

  it.effect("R-155: a CALL that waited through it goes out on the next link, if it may", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* connected()
      fake.boot()
      const kept = yield* begin(station.call("GetLocalListVersion", {}, { waitForReconnect: true }))
      const lost = yield* begin(station.call("ClearCache", {}))
      fake.vanish()
      assert.deepInclude(yield* failureOf(lost), { _tag: "NotSent", reason: "ConnectionLost" })
      const again = yield* FakeStation.connect("CS-1")
      again.boot()
      yield* TestClock.adjust("5 seconds")
      again.reply({ versionNumber: 1 })
      assert.deepStrictEqual(yield* Fiber.join(kept), { versionNumber: 1 })
    }).pipe(Effect.provide(Csms.layer({ BootNotification: () => Effect.delay(Effect.succeed(accepted), "5 seconds") })))
  )
})

const firstAtOnce = (): NonNullable<Handlers["BootNotification"]> => {
  let boots = 0
  return () => (boots++ === 0 ? Effect.succeed(accepted) : Effect.never)
}

describe("repeats", () => {
  const counting = () => {
    const seen = { transfers: 0, boots: 0 }
    const handlers: Handlers = {
      DataTransfer: () => Effect.sync(() => (seen.transfers++, { status: "Accepted" as const })),
      BootNotification: () => Effect.sync(() => (seen.boots++, accepted))
    }
    return { seen, handlers }
  }

  it.effect("R-096: a CALL that was answered is not handled again, on this link or the next, until a boot", () =>
    Effect.gen(function* () {
      const { handlers, seen } = counting()
      yield* Effect.gen(function* () {
        const { fake } = yield* booted()
        for (let i = 0; i < 3; i++) fake.call("DataTransfer", { vendorId: "v" }, "d1")
        fake.vanish()
        const again = yield* FakeStation.connect("CS-1")
        again.call("DataTransfer", { vendorId: "v" }, "d1")
        assert.deepStrictEqual([seen.transfers, again.answerTo("d1")], [1, [{ status: "Accepted" }]])
        assert.strictEqual(fake.frames.filter(([, id]) => id === "d1").length, 3)
        again.boot()
        again.call("DataTransfer", { vendorId: "v" }, "d1")
        assert.strictEqual(seen.transfers, 2)
      }).pipe(Effect.provide(Csms.layer(handlers)))
    })
  )

  it.effect("R-096: a boot is decided on each time", () =>
    Effect.gen(function* () {
      const { handlers, seen } = counting()
      yield* Effect.gen(function* () {
        const { fake } = yield* connected()
        for (let i = 0; i < 3; i++) fake.call("BootNotification", bootRequest, "b1")
        assert.deepStrictEqual([seen.boots, fake.texts.length], [3, 3])
      }).pipe(Effect.provide(Csms.layer(handlers)))
    })
  )
})

it.effect("LC-6: what a lost CALL would have brought is expected no more", () =>
  Effect.gen(function* () {
    const { fake, station } = yield* booted()
    const trigger = yield* begin(station.call("TriggerMessage", { requestedMessage: "Heartbeat" }))
    fake.vanish()
    assert.deepInclude(yield* failureOf(trigger), { reason: "ConnectionLost" })
    const again = yield* FakeStation.connect("CS-1")
    assert.strictEqual(again.answerTo(again.call("Heartbeat", {}))?.[0], "SecurityError")
    yield* settle
  }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") })))
)
