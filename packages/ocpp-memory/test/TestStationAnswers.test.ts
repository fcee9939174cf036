/** What a test station does with the CALLs of a CSMS. */
import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { start } from "./setup.ts"

it.effect("a CALL of the CSMS can be answered with CALLERROR or with any text", () =>
  Effect.gen(function* () {
    const { station, acceptor } = yield* start()
    const cs = yield* station()
    const server = yield* acceptor.nextLink
    for (const id of ["1", "2", "3"]) server.link.send(`[2,"${id}","ClearCache",{}]`)
    yield* (yield* cs.expectCall("ClearCache")).fail("NotSupported")
    yield* (yield* cs.expectCall("ClearCache")).fail("InternalError", "disk full", { free: 0 })
    yield* (yield* cs.expectCall("ClearCache")).raw("garbage")
    const texts = yield* Effect.all([server.next, server.next, server.next])
    assert.deepStrictEqual(
      texts.map((call) => (call._tag === "Text" ? call.text : call._tag)),
      ['[4,"1","NotSupported","",{}]', '[4,"2","InternalError","disk full",{"free":0}]', "garbage"]
    )
  })
)

it.effect("expectCall shows what came instead, and leaves it for the next who asks", () =>
  Effect.gen(function* () {
    const { station, acceptor } = yield* start()
    const cs = yield* station()
    yield* cs.sendText("hello")
    acceptor.links[0]?.link.send('[2,"q","ClearCache",{}]')
    const error = yield* Effect.flip(cs.expectCall("Reset"))
    assert.strictEqual(
      error.message,
      [
        "CS-1: the CSMS did not send what was expected",
        '  - [2,…,"Reset",…]',
        '  + [2,"q","ClearCache",{}]',
        "the last frames (→ sent by the station, ← received):",
        "  → hello",
        '  ← [2,"q","ClearCache",{}]'
      ].join("\n")
    )
    assert.strictEqual((yield* cs.expectCall("ClearCache")).messageId, "q")
  })
)

it.effect("what had come before expectCall asked is judged the same way", () =>
  Effect.gen(function* () {
    const { station, acceptor } = yield* start()
    const cs = yield* station()
    acceptor.links[0]?.link.send('[2,"q","ClearCache",{}]')
    yield* Effect.yieldNow
    yield* Effect.flip(cs.expectCall("Reset"))
    assert.strictEqual((yield* cs.expectCall("ClearCache")).messageId, "q")
  })
)

it.effect("an expectation that has timed out takes nothing away from the next", () =>
  Effect.gen(function* () {
    const { station, acceptor } = yield* start()
    const cs = yield* station()
    const expecting = yield* Effect.forkChild(Effect.flip(cs.expectCall("Reset", { timeout: "1 second" })))
    yield* TestClock.adjust("1 second")
    yield* Fiber.join(expecting)
    acceptor.links[0]?.link.send('[2,"q","Reset",{"type":"OnIdle"}]')
    assert.strictEqual((yield* cs.expectCall("Reset")).messageId, "q")
  })
)

it.effect("expectCall and nextText fail when nothing comes in time, and with PeerClosed when nothing can come", () =>
  Effect.gen(function* () {
    const { station } = yield* start()
    const cs = yield* station({ timeout: "10 seconds" })
    const expecting = yield* Effect.forkChild(Effect.flip(cs.expectCall("Reset", { timeout: "2 seconds" })))
    yield* TestClock.adjust("2 seconds")
    assert.include((yield* Fiber.join(expecting)).message, "nothing within 2000 ms")
    const reading = yield* Effect.forkChild(Effect.flip(cs.nextText))
    yield* TestClock.adjust("10 seconds")
    assert.include((yield* Fiber.join(reading)).message, "nothing within 10000 ms")
    const waiting = yield* Effect.forkChild(Effect.flip(cs.expectCall("Reset")))
    yield* cs.close()
    assert.deepInclude(yield* Fiber.join(waiting), { _tag: "PeerClosed", code: 1000 })
    assert.deepInclude(yield* Effect.flip(cs.nextFrame), { _tag: "PeerClosed", code: 1000 })
  })
)

it.effect(
  "a standing answer serves every CALL of its action, those that wait already too; the last one set counts",
  () =>
    Effect.gen(function* () {
      const { station, acceptor } = yield* start()
      const cs = yield* station()
      const server = yield* acceptor.nextLink
      const ask = (id: string, action: string, payload: object) =>
        server.link.send(JSON.stringify([2, id, action, payload]))
      ask("1", "ClearCache", {})
      yield* Effect.yieldNow
      yield* cs.answer("ClearCache", { status: "Accepted" })
      ask("2", "ClearCache", {})
      yield* Effect.yieldNow
      yield* cs.answer("ClearCache", { status: "Rejected" })
      yield* cs.answer("Reset", ({ type }) => ({ status: type === "OnIdle" ? "Scheduled" : "Accepted" }))
      ask("3", "ClearCache", {})
      ask("4", "Reset", { type: "OnIdle" })
      yield* Effect.yieldNow
      assert.deepStrictEqual(
        server.calls.map((call) => (call._tag === "Text" ? call.text : call._tag)),
        [
          '[3,"1",{"status":"Accepted"}]',
          '[3,"2",{"status":"Accepted"}]',
          '[3,"3",{"status":"Rejected"}]',
          '[3,"4",{"status":"Scheduled"}]'
        ]
      )
    })
)

it.effect("a standing answer that throws is a CALLERROR with the reason, and the station goes on", () =>
  Effect.gen(function* () {
    const { station, acceptor } = yield* start()
    const cs = yield* station()
    const server = yield* acceptor.nextLink
    yield* cs.answer("ClearCache", () => {
      throw new Error("not today")
    })
    server.link.send('[2,"q","ClearCache",{}]')
    assert.deepStrictEqual(yield* server.next, { _tag: "Text", text: '[4,"q","InternalError","Error: not today",{}]' })
    server.link.send("next")
    assert.strictEqual(yield* cs.nextText, "next")
  })
)
