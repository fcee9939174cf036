/** What happens around an answer: CALLs that wait for it, and what follows it. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { andThen, Csms } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { requests } from "./requests.ts"
import { begin, booted, connected, Recorder, settle, statusNotification } from "./support.ts"

const data = (from: string) => ({ status: "Accepted", data: { from } }) as const

const transfer = (fake: FakeStation) => fake.answerTo(fake.call("DataTransfer", requests.DataTransfer))?.[0]

const accepted = { status: "Accepted", interval: 10, currentTime: "2026-01-01T00:00:00Z" } as const

describe("after the answer", () => {
  it.effect("B01, R-155: what follows a boot is sent after its answer", () =>
    Effect.gen(function* () {
      const { fake } = yield* connected()
      fake.boot()
      assert.deepStrictEqual(
        fake.frames.map((frame) => (frame[0] === 3 ? "answer" : frame[2])),
        ["answer", "SetVariables"]
      )
    }).pipe(
      Effect.provide(
        Csms.layer(
          {
            BootNotification: (_request, { station }) =>
              Effect.succeed(andThen(accepted, station.call("SetVariables", requestOfSet)))
          },
          { drain: { grace: 0 } }
        )
      )
    )
  )

  it.effect("a follow-up does not hold up the next message", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      assert.deepStrictEqual(transfer(fake), data("first"))
      assert.deepStrictEqual(fake.answerTo(fake.call("StatusNotification", statusNotification())), [{}])
    }).pipe(Effect.provide(Csms.layer({ DataTransfer: () => Effect.succeed(andThen(data("first"), Effect.never)) })))
  )

  it.effect("R-155: a CALL made while the boot is being decided on waits for its answer", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const csms = yield* Csms
      const station = yield* csms.addStation({
        identity: "CS-1",
        securityProfile: 0,
        handlers: { BootNotification: () => Effect.as(Deferred.await(gate), accepted) }
      })
      const fake = yield* FakeStation.connect("CS-1")
      fake.boot()
      const call = yield* begin(station.call("GetLocalListVersion", {}))
      yield* TestClock.adjust("10 seconds") // longer than the grace time of R-112
      assert.deepStrictEqual(fake.texts, [])
      yield* Deferred.succeed(gate, undefined)
      yield* settle
      assert.deepStrictEqual(
        fake.frames.map(([type]) => type),
        [3, 2]
      )
      fake.reply({ versionNumber: 1 })
      yield* Fiber.join(call)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-155: from the moment a boot has arrived no CALL is sent, also while it waits for another handler", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.call("StatusNotification", statusNotification())
      fake.boot("Watchdog")
      const call = yield* begin(station.call("GetLocalListVersion", {}))
      assert.deepStrictEqual(fake.calls, [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(
        fake.frames.slice(1).map(([type]) => type),
        [3, 3, 2]
      )
      fake.reply({ versionNumber: 1 })
      yield* Fiber.join(call)
    }).pipe(Effect.provide(Csms.layer({ StatusNotification: () => Effect.delay(Effect.void, "1 second") })))
  )

  it.effect("R-108: a CALL from a handler that a boot waits for is refused at once, and both are answered", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      fake.call("DataTransfer", requests.DataTransfer, "d")
      fake.call("BootNotification", requests.BootNotification, "b")
      assert.isUndefined(fake.answerTo("b"))
      yield* TestClock.adjust("1 second") // now it calls
      assert.deepStrictEqual(fake.answerTo("d")?.[0], data("InsideBoot"))
      assert.deepInclude(fake.answerTo("b")?.[0], { status: "Accepted" })
      assert.deepStrictEqual(fake.calls, [])
    }).pipe(
      Effect.provide(
        Csms.layer({
          DataTransfer: (_request, { station }) =>
            station.call("GetLocalListVersion", {}).pipe(
              Effect.delay("1 second"),
              Effect.match({
                onFailure: (failure) => data("reason" in failure ? failure.reason : failure._tag),
                onSuccess: () => data("sent")
              })
            )
        }).pipe(Layer.provideMerge(Logger.layer([])))
      )
    )
  )

  it.effect("R-108: so is one made in the first tick of a handler that starts with a boot behind it", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      fake.call("StatusNotification", statusNotification())
      fake.call("DataTransfer", requests.DataTransfer, "d")
      fake.call("BootNotification", requests.BootNotification, "b")
      yield* TestClock.adjust("1 second") // the first is answered, the second starts and calls
      assert.deepStrictEqual(fake.answerTo("d")?.[0], data("InsideBoot"))
      assert.deepInclude(fake.answerTo("b")?.[0], { status: "Accepted" })
    }).pipe(
      Effect.provide(
        Csms.layer({
          StatusNotification: () => Effect.delay(Effect.void, "1 second"),
          DataTransfer: (_request, { station }) =>
            Effect.match(station.call("GetLocalListVersion", {}), {
              onFailure: (failure) => data("reason" in failure ? failure.reason : failure._tag),
              onSuccess: () => data("sent")
            })
        }).pipe(Layer.provideMerge(Logger.layer([])))
      )
    )
  )

  it.effect("R-108: a CALL from inside the boot handler is refused at once", () =>
    Effect.gen(function* () {
      const { fake } = yield* connected()
      assert.deepStrictEqual(fake.boot(), { ...accepted, status: "Rejected" })
      assert.deepStrictEqual(fake.calls, [])
    }).pipe(
      Effect.provide(
        Csms.layer({
          BootNotification: (_request, { station }) =>
            Effect.match(station.call("GetLocalListVersion", {}), {
              onFailure: (failure) =>
                failure._tag === "NotSent" && failure.reason === "InsideBoot"
                  ? { ...accepted, status: "Rejected" }
                  : accepted,
              onSuccess: () => accepted
            })
        })
      )
    )
  )

  it.effect("R-154: a follow-up that fails is reported, and changes nothing for the station", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake } = yield* booted()
      const id = fake.call("DataTransfer", requests.DataTransfer)
      assert.deepStrictEqual(fake.answerTo(id), [data("x")])
      yield* settle
      assert.deepInclude(recorder.of("HandlerFailed")[0], {
        action: "DataTransfer",
        messageId: id,
        why: "FollowUp"
      })
    }).pipe(
      Effect.provide(
        Csms.layer({ DataTransfer: () => Effect.succeed(andThen(data("x"), Effect.die("oops"))) }).pipe(
          Layer.provideMerge(Logger.layer([]))
        )
      )
    )
  )

  it.effect("a follow-up fails like any CALL when the station has gone", () =>
    Effect.gen(function* () {
      const failed = yield* Deferred.make<string>()
      const csms = yield* Csms
      yield* csms.addStation({
        identity: "CS-1",
        securityProfile: 0,
        handlers: {
          DataTransfer: (_request, { station }) =>
            Effect.delay(
              Effect.succeed(
                andThen(
                  data("x"),
                  Effect.catch(station.call("ClearCache", {}), ({ _tag }) => Deferred.succeed(failed, _tag))
                )
              ),
              "1 second"
            )
        }
      })
      const fake = yield* FakeStation.connect("CS-1")
      fake.boot()
      transfer(fake)
      fake.vanish()
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Deferred.await(failed), "NotSent")
    }).pipe(Effect.provide(Csms.layer()))
  )
})

const requestOfSet = {
  setVariableData: [
    { component: { name: "OCPPCommCtrlr" }, variable: { name: "HeartbeatInterval" }, attributeValue: "60" }
  ]
}
