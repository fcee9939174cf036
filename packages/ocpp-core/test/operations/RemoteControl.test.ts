/** Operations of block F: stopping a transaction, asking for its status, unlocking. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms, RemoteControl } from "../../src/index.ts"
import { begin, booted, settle, transactionEvent } from "../csms/support.ts"

describe("requestStopTransaction", () => {
  const remoteStop = { triggerReason: "RemoteStop" }
  const ended = (more: object = {}) =>
    transactionEvent(9, {
      eventType: "Ended",
      transactionInfo: { transactionId: "T1", stoppedReason: "Remote" },
      ...remoteStop,
      ...more
    })
  /** A stop that the station has accepted. */
  const stopping = (options?: RemoteControl.RemoteStopOptions) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.call("TransactionEvent", transactionEvent())
      const stop = yield* begin(RemoteControl.requestStopTransaction(station, "T1", options))
      assert.deepStrictEqual(fake.lastCall.slice(2), ["RequestStopTransaction", { transactionId: "T1" }])
      fake.reply({ status: "Accepted" })
      yield* settle
      return { fake, stop }
    })

  it.effect("TC_E_21_CSMS, F-7, F03.FR.02: is done when the transaction has ended", () =>
    Effect.gen(function* () {
      const { fake, stop } = yield* stopping()
      assert.isUndefined(stop.pollUnsafe())
      fake.call("TransactionEvent", transactionEvent(1, remoteStop))
      yield* settle
      assert.isUndefined(stop.pollUnsafe())
      fake.call("TransactionEvent", ended())
      const outcome = yield* Fiber.join(stop)
      assert.strictEqual(outcome._tag === "Ended" && outcome.transaction.stoppedReason, "Remote")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("F-7, F03.FR.03: or already when it stopped charging, if that is enough", () =>
    Effect.gen(function* () {
      const { fake, stop } = yield* stopping({ follow: "Stopped" })
      fake.call("TransactionEvent", transactionEvent(1))
      yield* settle
      assert.isUndefined(stop.pollUnsafe())
      fake.call("TransactionEvent", transactionEvent(2, remoteStop))
      assert.deepStrictEqual(yield* Fiber.join(stop), { _tag: "Stopped", transactionId: "T1" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("F-7: Ended counts as stopped, also when it overtakes the answer", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.call("TransactionEvent", transactionEvent())
      const stop = yield* begin(RemoteControl.requestStopTransaction(station, "T1", { follow: "Stopped" }))
      fake.call("TransactionEvent", ended())
      fake.reply({ status: "Accepted" })
      assert.strictEqual((yield* Fiber.join(stop))._tag, "Ended")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("what does not end in time is told, with what is known of the transaction", () =>
    Effect.gen(function* () {
      const { fake, stop } = yield* stopping()
      fake.call("TransactionEvent", transactionEvent(1, remoteStop))
      yield* TestClock.adjust("60 seconds")
      const outcome = yield* Fiber.join(stop)
      assert.isTrue(outcome._tag === "StillRunning" && outcome.stopped && outcome.transaction?.transactionId === "T1")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-141, F03.FR.08: Rejected is a value, and Accepted too when nothing is followed", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const refused = yield* begin(RemoteControl.requestStopTransaction(station, "nobody"))
      fake.reply({ status: "Rejected" })
      assert.deepStrictEqual(yield* Fiber.join(refused), { _tag: "Rejected" })
      const taken = yield* begin(RemoteControl.requestStopTransaction(station, "T1", { follow: false }))
      fake.reply({ status: "Accepted" })
      assert.deepStrictEqual(yield* Fiber.join(taken), { _tag: "Accepted" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("getTransactionStatus", () => {
  const asked = (response: object, transactionId?: string) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const status = yield* begin(RemoteControl.getTransactionStatus(station, transactionId))
      const request = fake.lastCall[3]
      fake.reply(response)
      return { request, status: yield* Fiber.join(status) }
    }).pipe(Effect.provide(Csms.layer()))

  it.effect("TC_E_29_CSMS, TC_E_31_CSMS, E-26: with a transactionId, whether it runs and whether messages wait", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* asked({ ongoingIndicator: true, messagesInQueue: true }, "T1"), {
        request: { transactionId: "T1" },
        status: { ongoing: true, messagesInQueue: true }
      })
      assert.deepStrictEqual(yield* asked({ ongoingIndicator: false, messagesInQueue: true }, "T1"), {
        request: { transactionId: "T1" },
        status: { ongoing: false, messagesInQueue: true }
      })
    })
  )

  it.effect("TC_E_33_CSMS, TC_E_34_CSMS, E14.FR.06: without one, whether any messages wait", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* asked({ messagesInQueue: false }), {
        request: {},
        status: { messagesInQueue: false }
      })
    })
  )
})

describe("unlockConnector", () => {
  it.effect.each([["Unlocked"], ["UnlockFailed"], ["OngoingAuthorizedTransaction"], ["UnknownConnector"]] as const)(
    "TC_F_06_CSMS, F-8: %s is a value",
    ([status]) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const unlock = yield* begin(RemoteControl.unlockConnector(station, 1, 2))
        assert.deepStrictEqual(fake.lastCall.slice(2), ["UnlockConnector", { evseId: 1, connectorId: 2 }])
        fake.reply({ status })
        assert.deepStrictEqual(yield* Fiber.join(unlock), { status })
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("F-8: ids are greater than 0", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const [evseId, connectorId] of [
        [0, 1],
        [1, 0]
      ] as const) {
        const failure = yield* Effect.flip(RemoteControl.unlockConnector(station, evseId, connectorId))
        assert.strictEqual(failure._tag, "CheckFailed")
      }
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )
})
