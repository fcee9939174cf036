/** The scripted station against a CSMS that is a few lines of this file. */
import { assert, it } from "@effect/vitest"
import type { RecordingOptions } from "@wattline/ocpp-conformance"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Fault } from "../src/index.ts"
import { start } from "./setup.ts"

/** Answers each text with what `answers` says to it. */
const answering = (answers: (text: string) => ReadonlyArray<string>): RecordingOptions => ({
  onCall: ({ link }, call) => {
    if (call._tag === "Text") for (const text of answers(call.text)) link.send(text)
  }
})
const boot =
  '[2,"1-1","BootNotification",{"reason":"PowerUp","chargingStation":{"model":"TestStation","vendorName":"Wattline"}}]'
const accepted = { currentTime: "2026-01-01T00:00:00Z", interval: 300, status: "Accepted" } as const
const heartbeat = { currentTime: "2026-01-01T00:00:00Z" }

it.effect("boot sends a BootNotification with defaults and gives the response", () =>
  Effect.gen(function* () {
    const { station } = yield* start(
      answering((text) => (text === boot ? [`[3,"1-1",${JSON.stringify(accepted)}]`] : []))
    )
    const cs = yield* station()
    assert.deepStrictEqual(yield* cs.boot(), accepted)
    assert.deepStrictEqual([cs.identity, cs.protocol], ["CS-1", "ocpp2.0.1"])
  })
)

it.effect("ids count up per connection, and connections per network: the same script makes the same frames", () =>
  Effect.gen(function* () {
    const { station } = yield* start(answering((text) => [`[3,${text.slice(3, 8)},${JSON.stringify(heartbeat)}]`]))
    const first = yield* station()
    const second = yield* station({ identity: "CS-2" })
    yield* first.call("Heartbeat", {})
    yield* second.call("Heartbeat", {})
    yield* first.boot({ reason: "RemoteReset" })
    const sent = [first, second].map(({ log }) =>
      log.filter(({ direction }) => direction === "sent").map(({ text }) => text)
    )
    assert.deepStrictEqual(sent, [
      ['[2,"1-1","Heartbeat",{}]', boot.replace("1-1", "1-2").replace("PowerUp", "RemoteReset")],
      ['[2,"2-1","Heartbeat",{}]']
    ])
  })
)

it.effect("a CALLERROR is a typed failure", () =>
  Effect.gen(function* () {
    const { station } = yield* start(answering(() => ['[4,"1-1","SecurityError","not accepted",{"hint":1}]']))
    const error = yield* Effect.flip((yield* station()).call("Heartbeat", {}))
    assert.deepInclude(error, {
      _tag: "StationCallError",
      action: "Heartbeat",
      messageId: "1-1",
      code: "SecurityError",
      description: "not accepted",
      details: { hint: 1 }
    })
    assert.strictEqual(error.message, "Heartbeat (1-1) was answered SecurityError: not accepted")
  })
)

it.effect(
  "R-104: a call that nobody answers fails after 30 seconds, or its own timeout; the late answer is a text like any other",
  () =>
    Effect.gen(function* () {
      const { station, acceptor } = yield* start()
      const cs = yield* station()
      const short = yield* Effect.forkChild(Effect.flip(cs.call("Heartbeat", {}, { timeout: "5 seconds" })))
      const long = yield* Effect.forkChild(Effect.flip(cs.call("Heartbeat", {}, { messageId: "mine" })))
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(yield* Fiber.join(short), { _tag: "CallTimeout", messageId: "1-1", millis: 5000 })
      yield* TestClock.adjust("24999 millis")
      assert.isUndefined(long.pollUnsafe())
      yield* TestClock.adjust("1 milli")
      assert.deepInclude(yield* Fiber.join(long), { _tag: "CallTimeout", messageId: "mine", millis: 30_000 })
      acceptor.links[0]?.link.send('[3,"mine",{}]')
      assert.deepInclude(yield* cs.nextFrame, { _tag: "CallResult", messageId: "mine" })
    })
)

it.effect("a call fails with PeerClosed when the connection ends under it, and on a connection that has ended", () =>
  Effect.gen(function* () {
    const { station } = yield* start({ onCall: ({ link }) => link.close(1008, "rate") })
    const cs = yield* station()
    assert.deepInclude(yield* Effect.flip(cs.call("Heartbeat", {})), { _tag: "PeerClosed", code: 1008, reason: "rate" })
    assert.deepInclude(yield* Effect.flip(cs.call("Heartbeat", {})), { _tag: "PeerClosed", code: 1008, reason: "rate" })
    assert.deepStrictEqual(yield* cs.closed, { code: 1008, reason: "rate" })
  })
)

it.effect("R-094: two CALLs with one id share the one answer", () =>
  Effect.gen(function* () {
    let copies = 0
    const { station } = yield* start(answering(() => (++copies === 2 ? [`[3,"x",${JSON.stringify(heartbeat)}]`] : [])))
    const cs = yield* station()
    const call = cs.call("Heartbeat", {}, { messageId: "x" })
    assert.deepStrictEqual(yield* Effect.all([call, call], { concurrency: 2 }), [heartbeat, heartbeat])
  })
)

it.effect("R-101: a CALL of the CSMS can be taken and answered while the station's own CALL waits", () =>
  Effect.gen(function* () {
    const { station } = yield* start(
      answering((text) =>
        text.startsWith("[2") ? ['[2,"q","Reset",{"type":"OnIdle"}]'] : [`[3,"1-1",${JSON.stringify(heartbeat)}]`]
      )
    )
    const cs = yield* station()
    const own = yield* Effect.forkChild(cs.call("Heartbeat", {}))
    const reset = yield* cs.expectCall("Reset")
    assert.deepStrictEqual([reset.messageId, reset.request], ["q", { type: "OnIdle" }])
    assert.isUndefined(own.pollUnsafe())
    yield* reset.reply({ status: "Scheduled" })
    assert.deepStrictEqual(yield* Fiber.join(own), heartbeat)
    assert.deepStrictEqual(
      cs.log.map(({ direction, text }) => `${direction} ${text}`),
      [
        'sent [2,"1-1","Heartbeat",{}]',
        'received [2,"q","Reset",{"type":"OnIdle"}]',
        'sent [3,"q",{"status":"Scheduled"}]',
        `received [3,"1-1",${JSON.stringify(heartbeat)}]`
      ]
    )
  })
)

it.effect("the raw level sends anything and reads everything, frame or not", () =>
  Effect.gen(function* () {
    const { station, acceptor } = yield* start()
    const cs = yield* station()
    const server = yield* acceptor.nextLink
    yield* cs.sendText("{")
    yield* cs.sendBinary
    assert.deepStrictEqual(yield* Effect.all([server.next, server.next]), [
      { _tag: "Text", text: "{" },
      { _tag: "Binary" }
    ])
    const texts = [
      '[4,"-1","RpcFrameworkError","not JSON",{}]',
      '[3,"nobody asked",{}]',
      '[2,"q","Reset",{},"surplus"]',
      '[4,"q","InternalError"]',
      "[3,7,{}]",
      "null"
    ]
    for (const text of texts) server.link.send(text)
    const tags = yield* Effect.forEach(texts, () => cs.nextFrame)
    assert.deepStrictEqual(
      tags.map(({ _tag, text }) => [_tag, text]),
      ["CallError", "CallResult", "Unreadable", "Unreadable", "Unreadable", "Unreadable"].map((tag, n) => [
        tag,
        texts[n]
      ])
    )
  })
)

it.effect("the log has the time of Effect's clock; a text that a fault lost was sent all the same", () =>
  Effect.gen(function* () {
    const { station, acceptor } = yield* start(answering((text) => [`${text}!`]))
    const cs = yield* station({ faults: [Fault.drop("toCsms"), Fault.delay("toStation", "2 seconds")] })
    yield* cs.sendText("lost")
    yield* TestClock.adjust("1 second")
    yield* cs.sendText("heard")
    yield* TestClock.adjust("2 seconds")
    assert.deepStrictEqual(cs.log, [
      { direction: "sent", text: "lost", at: 0 },
      { direction: "sent", text: "heard", at: 1000 },
      { direction: "received", text: "heard!", at: 3000 }
    ])
    assert.strictEqual(acceptor.links[0]?.calls.length, 1)
    yield* cs.terminate
    assert.strictEqual((yield* cs.closed).code, 1006)
    yield* cs.sendText("not sent, not logged")
    assert.strictEqual(cs.log.length, 3)
  })
)

it.effect("R-015: a refused station fails with the status", () =>
  Effect.gen(function* () {
    const { station } = yield* start({
      admit: () =>
        Effect.succeed({ _tag: "Refused", status: 401, reason: "no", headers: { "WWW-Authenticate": "Basic" } })
    })
    const refusal = yield* Effect.flip(station({ password: "wrong" }))
    assert.deepInclude(refusal, { status: 401, body: "no", headers: { "www-authenticate": "Basic" } })
  })
)
