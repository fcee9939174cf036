/** What has to be stored before a station is answered, and what if it cannot be. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Acceptor, Csms, StaleEpoch, StationStore, StoreError } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, connected, Recorder, settle, statusNotification, transactionEvent } from "./support.ts"
import { TestStore } from "./TestStore.ts"

describe("habit 6: a durable event is stored before the answer", () => {
  it.effect("with a slow store the answer waits, and the events come after the write, in order", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      store.isSlow = true
      yield* store.csms(
        Effect.gen(function* () {
          const recorder = yield* Recorder.start
          const { fake, station } = yield* connected()
          assert.isUndefined(fake.boot())
          const early = fake.call("StatusNotification", statusNotification())
          yield* settle
          assert.deepStrictEqual([fake.texts, recorder.count("Booted")], [[], 0])
          assert.deepStrictEqual(store.log, ["save Booted"])
          assert.strictEqual((yield* station.snapshot).registration, "Accepted") // LC-2
          yield* store.release
          assert.deepStrictEqual(
            fake.frames.map(([, id]) => id),
            ["s1", early]
          )
          assert.deepStrictEqual(recorder.tags.slice(3), [
            "StateChanged",
            "Booted",
            "StateChanged",
            "Ready",
            "NotificationReceived",
            "ConnectorStatusChanged"
          ])
          assert.deepInclude(store.events[0], { _tag: "Booted", durable: true })
          assert.deepStrictEqual<unknown>(recorder.of("Booted"), store.events)
          fake.call("TransactionEvent", transactionEvent(0), "t")
          assert.isUndefined(fake.answerTo("t"))
          yield* store.release
          assert.deepStrictEqual(fake.answerTo("t"), [{}])
          store.isSlow = false
        })
      )
    })
  )

  it.effect("R-155: no CALL is sent while the answer to a boot waits for the store", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          store.isSlow = true
          fake.call("BootNotification", { reason: "Watchdog", chargingStation: { model: "M", vendorName: "V" } }, "b2")
          const call = yield* begin(station.call("GetLocalListVersion", {}))
          yield* TestClock.adjust("10 seconds")
          assert.deepStrictEqual(fake.calls, [])
          store.isSlow = false
          yield* store.release
          assert.deepStrictEqual(
            fake.frames.slice(-2).map(([type]) => type),
            [3, 2]
          )
          fake.reply({ versionNumber: 1 })
          yield* Fiber.join(call)
        })
      )
    })
  )

  it.effect("R-155, R-112: nor is it forgotten when the link was replaced meanwhile", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          store.isSlow = true
          fake.boot("Watchdog")
          const newer = yield* FakeStation.connect("CS-1")
          const call = yield* begin(station.call("GetLocalListVersion", {}))
          yield* TestClock.adjust("10 seconds")
          store.isSlow = false
          yield* store.release
          newer.reply({ versionNumber: 1 })
          assert.deepStrictEqual(yield* Fiber.join(call), { versionNumber: 1 })
        })
      )
    })
  )

  it.effect("R-154: a store that fails is reported, and the station is answered all the same", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      store.refuseWith = () => new StoreError({ detail: "disk full" })
      yield* store.csms(
        Effect.gen(function* () {
          const recorder = yield* Recorder.start
          const { fake } = yield* connected()
          assert.deepInclude(fake.boot(), { status: "Accepted" })
          assert.deepStrictEqual(fake.answerTo(fake.call("TransactionEvent", transactionEvent(0))), [{}])
          yield* settle
          assert.deepStrictEqual(
            recorder.of("StoreFailed").map(({ message }) => message),
            ["disk full", "disk full"]
          )
          assert.strictEqual(recorder.count("TransactionStarted"), 1)
        })
      )
    })
  )

  it.effect("R-154: a store that hangs is reported after a while, and the station is answered", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      store.isSlow = true
      yield* store.csms(
        Effect.gen(function* () {
          const recorder = yield* Recorder.start
          const { fake } = yield* connected()
          assert.isUndefined(fake.boot())
          yield* TestClock.adjust("2250 millis")
          assert.deepInclude(fake.answerTo("s1")?.[0], { status: "Accepted" })
          yield* settle
          assert.match(recorder.of("StoreFailed")[0]?.message ?? "", /longer than 2 s/)
          store.isSlow = false
        }),
        { storeTimeout: "2 seconds" }
      )
    })
  )

  it.effect("habit 7: a write that is refused as stale fences the connection", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const recorder = yield* Recorder.start
          const { fake, station } = yield* booted()
          store.refuseWith = ({ epoch, identity }) => new StaleEpoch({ identity, epoch, current: epoch + 1 })
          const unstored = fake.call("TransactionEvent", transactionEvent(0))
          yield* settle
          assert.isUndefined(fake.answerTo(unstored)) // the station sends it again, to the node that has it
          assert.deepStrictEqual(fake.closed, { code: 1000, reason: "replaced" })
          assert.strictEqual((yield* station.snapshot).state, "Offline")
          assert.strictEqual(recorder.count("Fenced"), 1)
        })
      )
    })
  )

  it.effect("a station whose snapshot cannot be loaded is not added", () =>
    Effect.gen(function* () {
      const broken = Layer.succeed(StationStore, {
        load: () => Effect.fail(new StoreError({ detail: "no disk" })),
        save: () => Effect.void,
        remove: () => Effect.void
      })
      yield* Effect.gen(function* () {
        const csms = yield* Csms
        const exit = yield* Effect.exit(csms.addStation({ identity: "CS-1", securityProfile: 0 }))
        assert.isTrue(Exit.isFailure(exit))
        const request = { target: "/CS-1", protocols: "ocpp2.0.1", authorization: undefined, remoteAddress: undefined }
        assert.deepInclude(yield* (yield* Acceptor).admit({ ...request, secure: false }), { status: 404 })
      }).pipe(Effect.provide(Csms.layer().pipe(Layer.provide(broken))))
    })
  )
})
