/** The seed's behaviours: CALLs to a station, what becomes of them, and what they leave in the device model. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, connected, failureOf, Recorder, settle, statusNotification } from "./support.ts"

const interval = { component: { name: "OCPPCommCtrlr" }, variable: { name: "OfflineThreshold" } }

const set = (value: string) => ({ setVariableData: [{ ...interval, attributeValue: value }] })

describe("seed: variables", () => {
  it.effect("B06, B-9: what GetVariables reads is in the device model", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      assert.isUndefined(yield* station.variable("OCPPCommCtrlr", "OfflineThreshold"))
      const call = yield* begin(station.call("GetVariables", { getVariableData: [interval] }))
      const result = { getVariableResult: [{ ...interval, attributeStatus: "Accepted", attributeValue: "240" }] }
      fake.reply(result)
      assert.deepStrictEqual<unknown>(yield* Fiber.join(call), result)
      assert.strictEqual((yield* station.variable("OCPPCommCtrlr", "OfflineThreshold"))?.raw, "240")
      assert.strictEqual((yield* station.variable("ocppcommctrlr", "offlinethreshold"))?.raw, "240")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B05, B-4, ST-1: what SetVariables writes is in the device model once it is Accepted", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const [attributeStatus, expected] of [
        ["Rejected", undefined],
        ["Accepted", "60"]
      ] as const) {
        const call = yield* begin(station.call("SetVariables", set("60")))
        assert.isUndefined(yield* station.variable("OCPPCommCtrlr", "OfflineThreshold"))
        fake.reply({ setVariableResult: [{ ...interval, attributeStatus }] })
        yield* Fiber.join(call)
        assert.strictEqual((yield* station.variable("OCPPCommCtrlr", "OfflineThreshold"))?.raw, expected)
      }
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B05.FR.10: RebootRequired is told as an event", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      const call = yield* begin(station.call("SetVariables", set("60")))
      fake.reply({ setVariableResult: [{ ...interval, attributeStatus: "RebootRequired" }] })
      yield* Fiber.join(call)
      yield* settle
      assert.deepInclude(recorder.of("RebootRequired")[0], interval)
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("seed: calls", () => {
  it.effect("R-141: a negative status is a value", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const call = yield* begin(station.call("UnlockConnector", { evseId: 1, connectorId: 1 }))
      fake.reply({ status: "UnlockFailed" })
      assert.deepStrictEqual(yield* Fiber.join(call), { status: "UnlockFailed" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-104, R-161: no answer in time, and the late one is told", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      const call = yield* begin(station.call("ClearCache", {}, { timeout: "10 seconds" }))
      yield* TestClock.adjust("9900 millis")
      assert.isUndefined(call.pollUnsafe())
      yield* TestClock.adjust("600 millis")
      const failure = yield* failureOf(call)
      assert.deepInclude(failure, { _tag: "OutcomeUnknown", reason: "Timeout", action: "ClearCache" })
      fake.reply({ status: "Accepted" })
      fake.say('[3,"nobodys",{}]')
      yield* settle
      assert.deepInclude(recorder.of("LateAnswer")[0], { action: "ClearCache", messageId: fake.lastCall[1] })
      assert.deepInclude(recorder.of("AnswerDropped")[0], { messageId: "nobodys" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-073, R-163: CALLERROR, with the code as it was", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const call = yield* begin(station.call("ClearCache", {}))
      fake.fail("OccurenceConstraintViolation", "too many", { at: 1 })
      assert.deepInclude(yield* failureOf(call), {
        _tag: "CallError",
        identity: "CS-1",
        errorCode: "OccurrenceConstraintViolation",
        rawErrorCode: "OccurenceConstraintViolation",
        errorDescription: "too many",
        errorDetails: { at: 1 }
      })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-162: an answer that breaks the schema", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const call = yield* begin(station.call("ClearCache", {}))
      fake.reply({ status: "Perhaps" })
      const failure = yield* failureOf(call)
      assert.deepInclude(failure, { _tag: "OutcomeUnknown", reason: "InvalidResponse" })
      assert.match(failure.message, /\/status.*enum/)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-121: a request that breaks the schema is not sent", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const failure = yield* Effect.flip(station.call("UnlockConnector", { evseId: -1, connectorId: 1.5 }))
      assert.deepInclude(failure, { _tag: "NotSent", reason: "InvalidRequest" })
      assert.match(failure.message, /connectorId/)
      assert.deepStrictEqual(fake.calls, [])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-100, R-106: while one is outstanding, the next are queued instead of refused, first in first out", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const calls = [
        yield* begin(station.call("ClearCache", {})),
        yield* begin(station.call("GetLocalListVersion", {})),
        yield* begin(station.call("ClearCache", {}))
      ]
      const sent = () => fake.calls.map(([, , action]) => action)
      assert.deepStrictEqual([sent(), (yield* station.snapshot).queuedCalls], [["ClearCache"], 2])
      assert.deepStrictEqual(fake.answerTo(fake.call("StatusNotification", statusNotification())), [{}])
      fake.reply({ status: "Rejected" })
      assert.deepStrictEqual(sent(), ["ClearCache", "GetLocalListVersion"])
      fake.fail("InternalError")
      assert.deepStrictEqual(sent(), ["ClearCache", "GetLocalListVersion", "ClearCache"])
      yield* TestClock.adjust("31 seconds")
      assert.deepStrictEqual(
        (yield* Fiber.awaitAll(calls)).map(({ _tag }) => _tag),
        ["Success", "Failure", "Failure"]
      )
      assert.strictEqual(new Set(fake.calls.map(([, id]) => id)).size, 3)
    }).pipe(Effect.provide(Csms.layer({}, { inventory: "off" })))
  )

  it.effect("R-106: beyond maxQueuedCalls the newest fails", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (let i = 0; i < 3; i++) yield* begin(Effect.exit(station.call("ClearCache", {})))
      const failure = yield* Effect.flip(station.call("ClearCache", {}))
      assert.deepInclude(failure, { _tag: "NotSent", reason: "QueueFull" })
      assert.strictEqual(fake.calls.length, 1)
    }).pipe(Effect.provide(Csms.layer({}, { maxQueuedCalls: 2, drain: { grace: 0 } })))
  )

  it.effect("R-105: the time in the queue has its own limit, the call timeout starts with the sending", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* begin(Effect.exit(station.call("ClearCache", {}, { timeout: "20 seconds" })))
      const impatient = yield* begin(station.call("ClearCache", {}, { queueTimeout: "5 seconds" }))
      const patient = yield* begin(station.call("GetLocalListVersion", {}, { timeout: "10 seconds" }))
      yield* TestClock.adjust("6 seconds")
      assert.deepInclude(yield* failureOf(impatient), { _tag: "NotSent", reason: "QueueTimeout" })
      yield* TestClock.adjust("15 seconds") // the first has timed out
      yield* TestClock.adjust("8 seconds")
      assert.isUndefined(patient.pollUnsafe())
      fake.reply({ versionNumber: 7 })
      assert.deepStrictEqual(yield* Fiber.join(patient), { versionNumber: 7 })
    }).pipe(Effect.provide(Csms.layer({}, { inventory: "off" })))
  )

  it.effect("R-107: who gives up while waiting is forgotten, after the sending the slot stays taken", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const sent = yield* begin(station.call("ClearCache", {}))
      const waiting = yield* begin(station.call("GetLocalListVersion", {}))
      const last = yield* begin(station.call("ClearCache", {}))
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(sent)
      assert.deepStrictEqual([fake.calls.length, (yield* station.snapshot).queuedCalls], [1, 1])
      fake.reply({ status: "Accepted" })
      fake.reply({ status: "Accepted" })
      assert.deepStrictEqual(yield* Fiber.join(last), { status: "Accepted" })
      assert.strictEqual(fake.calls.length, 2)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-181: offline, a CALL fails at once, or waits for the station to come back", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const outstanding = yield* begin(station.call("ClearCache", {}))
      const queued = yield* begin(station.call("ClearCache", {}))
      const kept = yield* begin(station.call("GetLocalListVersion", {}, { waitForReconnect: true }))
      fake.vanish()
      assert.deepInclude(yield* failureOf(outstanding), { _tag: "OutcomeUnknown", reason: "ConnectionLost" })
      assert.deepInclude(yield* failureOf(queued), { _tag: "NotSent", reason: "ConnectionLost" })
      assert.deepInclude(yield* Effect.flip(station.call("ClearCache", {})), { _tag: "NotSent", reason: "Offline" })
      const again = yield* FakeStation.connect("CS-1")
      again.boot()
      again.reply({ versionNumber: 2 })
      assert.deepStrictEqual(yield* Fiber.join(kept), { versionNumber: 2 })
      assert.strictEqual(again.calls.length, 1) // nothing that was sent is sent again
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-163: calls that can never be sent say why", () =>
    Effect.gen(function* () {
      const { csms, station } = yield* connected()
      const unknown = station.call("Heartbeat" as "ClearCache", {})
      assert.deepInclude(yield* Effect.flip(unknown), { _tag: "NotSent", reason: "UnknownAction" })
      yield* csms.removeStation("CS-1")
      assert.deepInclude(yield* Effect.flip(station.call("ClearCache", {})), {
        _tag: "NotSent",
        reason: "UnknownStation"
      })
    }).pipe(Effect.provide(Csms.layer()))
  )
})
