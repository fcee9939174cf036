/** The store: what survives a restart, and what has to be stored before a station is answered. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import {
  Acceptor,
  Csms,
  type CsmsOptions,
  StaleEpoch,
  type StationEvent,
  type StationSnapshot,
  StationStore,
  StoreError
} from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import {
  begin,
  booted,
  bootsAs,
  connected,
  lastRequestId,
  Recorder,
  reported,
  reportPart,
  settle,
  statusNotification,
  transactionEvent
} from "./support.ts"

/** A store that keeps JSON only, and whose writes are held back while `isSlow`. */
class TestStore {
  readonly texts = new Map<string, string>()
  readonly events: Array<StationEvent> = []
  readonly log: Array<string> = []
  isSlow = false
  private readonly waiting: Array<() => void> = []
  /** What becomes of the next writes. */
  refuseWith: ((snapshot: StationSnapshot) => StoreError | StaleEpoch) | undefined = undefined

  readonly layer = Layer.succeed(StationStore, {
    load: (identity) =>
      Effect.sync(() => {
        const text = this.texts.get(identity.toLowerCase())
        return text === undefined ? undefined : (JSON.parse(text) as StationSnapshot)
      }),
    save: (snapshot, events) => {
      this.log.push(`save ${events.map(({ _tag }) => _tag).join()}`)
      const write = Effect.suspend(() => {
        if (this.refuseWith !== undefined) return Effect.fail(this.refuseWith(snapshot))
        this.texts.set(snapshot.identity.toLowerCase(), JSON.stringify(snapshot))
        this.events.push(...events)
        return Effect.void
      })
      if (!this.isSlow) return write
      return Effect.andThen(
        Effect.callback<void>((resume) => void this.waiting.push(() => resume(Effect.void))),
        write
      )
    },
    remove: (identity) => Effect.sync(() => void this.texts.delete(identity.toLowerCase()))
  })

  /** Lets the oldest write that is held back go on. */
  readonly release = Effect.andThen(
    Effect.sync(() => this.waiting.shift()?.()),
    settle
  )

  /** One life of a CSMS over this store. */
  csms<A, E>(life: Effect.Effect<A, E, Csms | Acceptor | import("effect").Scope.Scope>, options: CsmsOptions = {}) {
    const layer = Csms.layer({ BootNotification: bootsAs("Accepted") }, options).pipe(
      Layer.provide(this.layer),
      Layer.provideMerge(Logger.layer([]))
    )
    return Effect.scoped(Effect.provide(life, layer))
  }
}

describe("R-185, LC-18: a restart", () => {
  it.effect("registration, mirror, epoch and requestId survive", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const before = yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          fake.call("TransactionEvent", transactionEvent(0))
          const report = yield* begin(station.getBaseReport("FullInventory"))
          const requestId = lastRequestId(fake)
          fake.reply({ status: "Accepted" })
          fake.call(
            "NotifyReport",
            reportPart(requestId, 0, false, [reported("OCPPCommCtrlr", "RetryBackOffRepeatTimes", "3")])
          )
          fake.call("StatusNotification", statusNotification())
          yield* Fiber.join(report)
          return { requestId, view: yield* station.snapshot }
        })
      )
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* connected()
          const view = yield* station.snapshot
          assert.deepInclude(view, { state: "Accepted", registration: "Accepted", epoch: before.view.epoch + 1 })
          assert.deepStrictEqual(view.mirror, before.view.mirror)
          assert.isAbove(yield* station.nextRequestId, before.requestId)
          assert.strictEqual((yield* station.variable("OCPPCommCtrlr", "RetryBackOffRepeatTimes"))?.raw, "3")
          assert.deepStrictEqual(fake.answerTo(fake.call("StatusNotification", statusNotification(2))), [{}])
        }),
        { unknownRegistration: "reject" }
      )
    })
  )

  it.effect("R-166: requestIds rise, within a second and over a restart right after", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const take = Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const ids = [yield* station.nextRequestId, yield* station.nextRequestId, yield* station.nextRequestId]
        fake.vanish()
        return ids
      })
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      const ids = [...(yield* store.csms(take)), ...(yield* store.csms(take))]
      assert.deepStrictEqual(
        ids,
        [...new Set(ids)].toSorted((a, b) => a - b)
      )
      assert.isTrue(ids.every((id) => id > 0 && id < 2 ** 31))
    })
  )

  it.effect("B-28, LC-16: a reset that was accepted is still owed, and lapses", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          const reset = yield* begin(station.call("Reset", { type: "Immediate" }))
          fake.reply({ status: "Accepted" })
          yield* Fiber.join(reset)
        })
      )
      yield* store.csms(
        Effect.gen(function* () {
          const csms = yield* Csms
          const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
          assert.strictEqual((yield* station.snapshot).state, "Restarting")
          yield* TestClock.adjust("11 minutes")
          assert.strictEqual((yield* station.snapshot).state, "Offline")
        })
      )
    })
  )

  it.effect("B-15, B-20: a report that was open is given up after its time, or goes on", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const requestId = yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          yield* begin(Effect.exit(station.getBaseReport("FullInventory")))
          fake.reply({ status: "Accepted" })
          fake.call("NotifyReport", reportPart(lastRequestId(fake), 0, true))
          return lastRequestId(fake)
        })
      )
      yield* store.csms(
        Effect.gen(function* () {
          const recorder = yield* Recorder.start
          const { fake } = yield* connected()
          yield* TestClock.adjust("50 seconds")
          fake.call("NotifyReport", reportPart(requestId, 2, false))
          yield* TestClock.adjust("50 seconds")
          assert.strictEqual(recorder.count("ReportFailed"), 0)
          yield* TestClock.adjust("11 seconds")
          assert.deepInclude(recorder.of("ReportFailed")[0], { requestId, missing: [[1, 1]] })
        })
      )
    })
  )

  it.effect("LC-18: a slow store has everything when the CSMS has closed", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const life = yield* begin(
        store.csms(
          Effect.gen(function* () {
            const { fake } = yield* booted()
            fake.call("StatusNotification", statusNotification())
            store.isSlow = true
          })
        )
      )
      yield* settle
      assert.notInclude(store.texts.get("cs-1") ?? "", "Available")
      assert.isUndefined(life.pollUnsafe())
      yield* store.release
      yield* Fiber.join(life)
      assert.include(store.texts.get("cs-1") ?? "", "Available")
    })
  )
})

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

  it.effect("habit 7: a write that is refused as stale fences the connection", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const recorder = yield* Recorder.start
          const { fake, station } = yield* booted()
          store.refuseWith = ({ epoch, identity }) => new StaleEpoch({ identity, epoch, current: epoch + 1 })
          fake.call("TransactionEvent", transactionEvent(0))
          yield* settle
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
