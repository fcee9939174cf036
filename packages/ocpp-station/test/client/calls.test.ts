/** CALLs in both directions once the station is accepted. */
import { assert, describe, it } from "@effect/vitest"
import { andThen, refuse } from "@wattline/ocpp-station"
import type { MeterValueType } from "@wattline/ocpp-v201"
import { Effect, Fiber, Stream } from "effect"
import { accepted, pass } from "./FakeCsms.ts"

describe("CALLs of the CSMS", () => {
  it.effect(
    "an action without a handler gets NotSupported, an unknown one NotImplemented, a wrong direction NotSupported",
    () =>
      Effect.gen(function* () {
        const { csms } = yield* accepted()
        assert.strictEqual(csms.ask("ClearCache", {})?.[2], "NotSupported")
        assert.strictEqual(csms.ask("MakeCoffee", {})?.[2], "NotImplemented")
        assert.strictEqual(csms.ask("Heartbeat", {})?.[2], "NotSupported")
      })
  )

  it.effect("a payload that breaks the schema gets the code of its keyword, and no handler sees it", () =>
    Effect.gen(function* () {
      let seen = 0
      const { csms } = yield* accepted({
        handlers: { Reset: () => Effect.sync(() => ({ status: "Accepted" as const, seen: (seen += 1) })) }
      })
      assert.strictEqual(csms.ask("Reset", {})?.[2], "OccurrenceConstraintViolation")
      assert.strictEqual(csms.ask("Reset", { type: "Now" })?.[2], "PropertyConstraintViolation")
      assert.strictEqual(seen, 0)
    })
  )

  it.effect("R-077: a payload that is no object gets FormatViolation, but null counts as empty", () =>
    Effect.gen(function* () {
      const { csms } = yield* accepted({ handlers: { ClearCache: () => Effect.succeed({ status: "Accepted" }) } })
      for (const payload of [[], "text", 7])
        assert.strictEqual(csms.ask("ClearCache", payload as never)?.[2], "FormatViolation")
      assert.deepStrictEqual(csms.ask("ClearCache", null as never)?.[2], { status: "Accepted" })
    })
  )

  it.effect("R-096: a CALL that comes again gets the answer that it had, and no handler sees it twice", () =>
    Effect.gen(function* () {
      let seen = 0
      const { csms } = yield* accepted({
        handlers: { ClearCache: () => Effect.sync(() => ({ status: (seen += 1) === 1 ? "Accepted" : "Rejected" })) }
      })
      csms.say([2, "again", "ClearCache", {}])
      csms.say([2, "again", "ClearCache", {}])
      const answer = [3, "again", { status: "Accepted" }] as const
      assert.deepStrictEqual(csms.sent(), [answer, answer])
    })
  )

  it.effect("a handler answers; its follow-up runs once the answer is out", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const { csms } = yield* accepted({
        handlers: {
          Reset: () =>
            Effect.succeed(
              andThen(
                { status: "Accepted" },
                Effect.sync(() => order.push("follow-up"))
              )
            )
        }
      })
      assert.deepStrictEqual(csms.ask("Reset", { type: "Immediate" })?.[2], { status: "Accepted" })
      assert.deepStrictEqual(order, ["follow-up"])
    })
  )

  it.effect(
    "a refusal becomes its CALLERROR; a failure, a defect and an invalid answer become InternalError and are told",
    () =>
      Effect.gen(function* () {
        const { client, csms } = yield* accepted({
          handlers: {
            Reset: () => Effect.fail(refuse("NotSupported", "not today")),
            ClearCache: () => Effect.die(new Error("broken")),
            GetLocalListVersion: () => Effect.succeed({ versionNumber: "one" } as never),
            GetTransactionStatus: () => {
              throw new Error("thrown, not failed")
            },
            GetLog: () => Effect.succeed({ toJSON: () => assert.fail("a will of its own") } as never),
            CustomerInformation: () => Effect.succeed(andThen({ status: "Accepted" }, Effect.die("too late")))
          }
        })
        const told = yield* Effect.forkChild(
          client.events.pipe(
            Stream.filter(({ _tag }) => _tag === "HandlerFailed"),
            Stream.take(5),
            Stream.runCollect
          )
        )
        yield* pass(0)
        assert.deepStrictEqual(csms.ask("Reset", { type: "Immediate" })?.slice(2, 4), ["NotSupported", "not today"])
        assert.strictEqual(csms.ask("ClearCache", {})?.[2], "InternalError")
        assert.strictEqual(csms.ask("GetLocalListVersion", {})?.[2], "InternalError")
        assert.strictEqual(csms.ask("GetTransactionStatus", {})?.[2], "InternalError")
        const log = { requestId: 1, logType: "SecurityLog", log: { remoteLocation: "ftp://csms" } }
        assert.strictEqual(csms.ask("GetLog", log)?.[2], "InternalError")
        const ask = { requestId: 1, report: true, clear: false }
        assert.deepStrictEqual(csms.ask("CustomerInformation", ask)?.[2], { status: "Accepted" })
        assert.deepStrictEqual(
          Array.from(yield* Fiber.join(told), (one) => "action" in one && one.action),
          ["ClearCache", "GetLocalListVersion", "GetTransactionStatus", "GetLog", "CustomerInformation"]
        )
      })
  )

  it.effect("R-109: a CALL waits until the one before it is answered; a handler that hangs gets InternalError", () =>
    Effect.gen(function* () {
      let interrupted = 0
      const { csms } = yield* accepted({
        handlers: {
          Reset: () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => (interrupted += 1))),
          ClearCache: () => Effect.delay(Effect.succeed({ status: "Accepted" }), 1_000)
        }
      })
      assert.isUndefined(csms.ask("Reset", { type: "Immediate" }))
      assert.isUndefined(csms.ask("ClearCache", {}))
      yield* pass(24.5)
      assert.deepStrictEqual(csms.sent(), [])
      yield* pass(30)
      assert.deepStrictEqual(
        csms.sent().map((frame) => (frame[0] === 4 ? frame[2] : frame[0])),
        ["InternalError", 3]
      )
      assert.strictEqual(interrupted, 1)
    })
  )
})

describe("CALLs of the station", () => {
  it.effect("R-100: go one at a time, in order", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted()
      const first = yield* Effect.forkChild(client.call("Heartbeat", {}))
      yield* Effect.forkChild(client.call("MeterValues", { evseId: 1, meterValue: [meterValue] }))
      yield* pass(0)
      const heartbeat = csms.call("Heartbeat")
      assert.deepStrictEqual(csms.sent(), [])
      heartbeat.reply({ currentTime: "1970-01-01T00:00:00Z" })
      assert.deepStrictEqual(yield* Fiber.join(first), { currentTime: "1970-01-01T00:00:00Z" })
      csms.call("MeterValues")
    })
  )

  it.effect("R-121: a payload that breaks the schema is not sent, and the failure names the place", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted()
      const failure = yield* Effect.flip(client.call("MeterValues", { evseId: -1, meterValue: [] }))
      assert.include(failure.message, "/meterValue")
      assert.include(failure.message, "not sent to the CSMS")
      assert.propertyVal(failure, "reason", "InvalidRequest")
      const other = yield* Effect.flip(client.call("ClearCache" as never, {} as never))
      assert.propertyVal(other, "reason", "UnknownAction")
      assert.deepStrictEqual(csms.sent(), [])
    })
  )

  it.effect("R-235: no answer in time fails the CALL, drops the link and connects anew", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted({
        settings: { messageTimeout: 30, retryBackOffWaitMinimum: 5, retryBackOffRandomRange: 0 }
      })
      const calling = yield* Effect.forkChild(Effect.flip(client.call("Heartbeat", {})))
      yield* pass(30.25)
      const failure = yield* Fiber.join(calling)
      assert.strictEqual("reason" in failure && failure.reason, "Timeout")
      assert.strictEqual(csms.closedWith, "terminate")
      yield* pass(5.25)
      assert.strictEqual(yield* client.state, "Accepted")
    })
  )

  it.effect("R-181: a lost link fails what was sent with an unknown outcome, and what waited as not sent", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted()
      const sent = yield* Effect.forkChild(Effect.flip(client.call("Heartbeat", {})))
      const waiting = yield* Effect.forkChild(Effect.flip(client.call("Heartbeat", {})))
      yield* pass(0)
      csms.hangUp()
      assert.deepInclude(yield* Fiber.join(sent), { _tag: "OutcomeUnknown", reason: "ConnectionLost" })
      assert.deepInclude(yield* Fiber.join(waiting), { _tag: "NotSent", reason: "ConnectionLost" })
      assert.strictEqual((yield* Effect.flip(client.call("Heartbeat", {})))._tag, "NotSent")
    })
  )

  it.effect("R-162: an answer that breaks the schema is no answer, and is not answered", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted()
      const calling = yield* Effect.forkChild(Effect.flip(client.call("Heartbeat", {})))
      yield* pass(0)
      csms.call("Heartbeat").reply({ currentTime: 7 })
      const failure = yield* Fiber.join(calling)
      assert.strictEqual("reason" in failure && failure.reason, "InvalidResponse")
      assert.deepStrictEqual(csms.sent(), [])
    })
  )
})

describe("Heartbeat", () => {
  it.effect("G02.FR.02, G02.FR.06: comes after the interval of silence only", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted()
      csms.answers.set("MeterValues", () => ({}))
      yield* pass(250)
      yield* client.call("MeterValues", { evseId: 1, meterValue: [meterValue] })
      yield* pass(290)
      csms.ask("ClearCache", {}) // its answer is a sign of life as well
      yield* pass(290)
      assert.deepStrictEqual(csms.sent(), [])
      yield* pass(10.5)
      csms.call("Heartbeat")
    })
  )

  it.effect("G02.FR.07: comes once a day at least, for the clock", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted()
      let beats = 0
      csms.answers.set("MeterValues", () => ({}))
      csms.answers.set("Heartbeat", () => {
        beats += 1
        return { currentTime: "1970-01-02T00:00:00Z" }
      })
      for (let minutes = 0; minutes < 24 * 60; minutes += 4) {
        yield* client.call("MeterValues", { evseId: 1, meterValue: [meterValue] })
        yield* pass(240)
      }
      assert.isAtLeast(beats, 1)
      assert.isAtMost(beats, 2)
    })
  )

  it.effect("a change of the interval counts from now on", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted()
      yield* client.configure({ heartbeatInterval: 20, webSocketPingInterval: 7 })
      assert.strictEqual(csms.pingInterval, 7)
      yield* pass(20.5)
      csms.call("Heartbeat")
      yield* client.configure({ messageTimeout: 40 })
      assert.strictEqual(csms.pingInterval, 7)
    })
  )
})

const meterValue: MeterValueType = { timestamp: "1970-01-01T00:00:00Z", sampledValue: [{ value: 1 }] }
