/** What survives a restart of the CSMS. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms } from "../../src/index.ts"
import {
  begin,
  booted,
  connected,
  lastRequestId,
  Recorder,
  reported,
  reportPart,
  settle,
  statusNotification,
  transactionEvent
} from "./support.ts"
import { TestStore } from "./TestStore.ts"

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
