/** When a station gets a CALLERROR, and what becomes of one that it sends. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Csms } from "../../src/index.ts"
import { requests, stationActions } from "./requests.ts"
import { begin, booted, bootsAs, failureOf, reported, reportPart, settle, token } from "./support.ts"

describe("CALLERROR", () => {
  it.effect("R-142: never for a message that is proper, whatever is decided on it", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      for (const action of stationActions) {
        const answer = fake.answerTo(fake.call(action, requests[action]))
        assert.lengthOf(answer ?? [], 1, action)
      }
      assert.isTrue(fake.frames.every(([type]) => type === 3))
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-142: for content that is not a proper message, and where it cannot be handled at all", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const codes = [
        ["Authorize", {}, "OccurrenceConstraintViolation"],
        ["NoSuchAction", {}, "NotImplemented"],
        ["Reset", { type: "OnIdle" }, "NotSupported"],
        ["DataTransfer", requests.DataTransfer, "InternalError"]
      ] as const
      for (const [action, payload, code] of codes)
        assert.strictEqual(fake.answerTo(fake.call(action, payload))?.[0], code, action)
    }).pipe(Effect.provide(Csms.layer({ DataTransfer: () => Effect.fail("out of order") })))
  )

  it.effect("R-142, R-150: and while the station is not let in", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      assert.strictEqual(fake.answerTo(fake.call("Authorize", token))?.[0], "SecurityError")
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") })))
  )

  it.effect(
    "R-149: no message type beyond CALL, CALLRESULT, CALLERROR is sent: MessageTypeNotSupported ends that CALL only",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const first = yield* begin(station.call("ClearCache", {}))
        fake.fail("MessageTypeNotSupported")
        assert.deepInclude(yield* failureOf(first), { _tag: "CallError", errorCode: "MessageTypeNotSupported" })
        const second = yield* begin(station.call("ClearCache", {}))
        fake.reply({ status: "Accepted" })
        assert.deepStrictEqual(yield* Fiber.join(second), { status: "Accepted" })
        fake.say(JSON.stringify([9, "x", {}]))
        yield* settle
        assert.isTrue(fake.frames.every(([type]) => type === 2 || type === 3 || type === 4))
        assert.isUndefined(fake.closed)
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-193: who tries again does so under a fresh id", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const clear = station.call("ClearCache", {})
      const times = 20
      for (let n = 0; n < times; n++) {
        const trying = yield* begin(clear) // the very same effect, as Effect.retry runs it
        fake.fail(n % 2 === 0 ? "InternalError" : "GenericError")
        yield* failureOf(trying)
      }
      assert.strictEqual(new Set(fake.calls.map(([, id]) => id)).size, times)
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("acknowledgements", () => {
  const reports = [
    ["GetBaseReport", { reportBase: "FullInventory" }],
    ["GetReport", {}]
  ] as const
  it.effect.each(reports)(
    "R-164: the answer to %s is none yet, the result comes with its requestId",
    ([action, more]) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const requestId = yield* station.nextRequestId
        const asking = yield* begin(station.call(action, { ...more, requestId }))
        fake.reply({ status: "Accepted" })
        yield* Fiber.join(asking)
        assert.isUndefined(yield* station.variable("Own", "V"))
        for (const [id, name] of [
          [requestId + 1, "Stranger"],
          [requestId, "Own"]
        ] as const)
          fake.call("NotifyReport", reportPart(id, 0, false, [reported(name, "V", "1")]))
        assert.deepInclude(yield* station.variable("Own", "V"), { value: 1 })
        assert.isUndefined(yield* station.variable("Stranger", "V"))
      }).pipe(Effect.provide(Csms.layer()))
  )
})
