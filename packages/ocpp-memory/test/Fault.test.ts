/** Faults between a station and its CSMS, on a clock that the test drives. */
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Fault } from "../src/index.ts"
import { connected, start, told } from "./setup.ts"

const abc = ["a", "b", "c", "d"]

it.effect("drop loses the texts it picks, in its direction only, and nothing after them", () =>
  Effect.gen(function* () {
    const { peer, server } = yield* connected()
    yield* peer.faults.inject(Fault.drop("toCsms", Fault.nth(2)))
    yield* peer.faults.inject(Fault.drop("toStation", Fault.next(3)))
    yield* Effect.forEach(abc, peer.send)
    for (const text of abc) assert.isTrue(server.link.send(text))
    assert.strictEqual(yield* peer.receive, "d")
    assert.deepStrictEqual(told(server), ["a", "c", "d"])
  })
)

it.effect("a fault set later counts from then; clear takes faults back", () =>
  Effect.gen(function* () {
    const { peer, server } = yield* connected()
    yield* peer.send("a")
    yield* peer.faults.inject(Fault.drop("toCsms"))
    yield* peer.faults.inject(
      Fault.duplicate(
        "toCsms",
        Fault.when((text) => text === "c")
      )
    )
    yield* Effect.forEach(["b", "c"], peer.send)
    yield* peer.faults.clear
    yield* peer.send("c")
    yield* Effect.yieldNow
    assert.deepStrictEqual(told(server), ["a", "c", "c", "c"])
  })
)

it.effect("R-096: duplicate makes a text arrive twice, in its place", () =>
  Effect.gen(function* () {
    const { acceptor, network } = yield* start()
    const peer = yield* network.dial({ identity: "CS-1", faults: [Fault.duplicate("toCsms", Fault.nth(2))] })
    yield* Effect.forEach(abc, peer.send)
    yield* Effect.yieldNow
    assert.deepStrictEqual(acceptor.links.map(told), [["a", "b", "b", "c", "d"]])
  })
)

it.effect("delay holds a text for its time on Effect's clock; what follows, a close included, waits behind it", () =>
  Effect.gen(function* () {
    const { peer, server } = yield* connected()
    yield* peer.faults.inject(Fault.delay("toCsms", "2 seconds", Fault.next()))
    yield* Effect.forEach(["slow", "fast"], peer.send)
    yield* peer.close(1000, "")
    yield* TestClock.adjust("1999 millis")
    assert.deepStrictEqual(told(server), [])
    yield* TestClock.adjust("1 milli")
    assert.deepStrictEqual(told(server), ["slow", "fast", "closed 1000"])
  })
)

it.effect("delays on the same text add up, and leave the other direction alone", () =>
  Effect.gen(function* () {
    const { peer, server } = yield* connected()
    yield* peer.faults.inject(Fault.delay("toStation", "2 seconds"))
    yield* peer.faults.inject(Fault.delay("toStation", "3 seconds"))
    server.link.send("question")
    yield* peer.send("meanwhile")
    const received = yield* Effect.forkChild(peer.receive)
    yield* TestClock.adjust("4999 millis")
    assert.deepStrictEqual(told(server), ["meanwhile"])
    assert.isUndefined(received.pollUnsafe())
    yield* TestClock.adjust("1 milli")
    assert.strictEqual(yield* Fiber.join(received), "question")
  })
)

it.effect.prop(
  "whatever the delays, texts arrive in the order they were sent",
  { delays: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5000 }))) },
  ({ delays }) =>
    Effect.gen(function* () {
      const { peer, server } = yield* connected()
      for (const [n, millis] of delays.entries()) {
        yield* peer.faults.inject(Fault.delay("toCsms", millis, Fault.next()))
        yield* peer.send(String(n))
        yield* TestClock.adjust("100 millis")
      }
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(
        told(server),
        delays.map((_, n) => String(n))
      )
    }).pipe(Effect.scoped)
)

it.effect("R-186: on a half-open link nothing arrives either way and nobody is told", () =>
  Effect.gen(function* () {
    const { peer, server } = yield* connected()
    const received = yield* Effect.forkChild(peer.receive, { startImmediately: true })
    yield* peer.faults.halfOpen
    yield* Effect.forEach(abc, peer.send)
    assert.isTrue(server.link.send("are you there"))
    yield* TestClock.adjust("1 day")
    assert.deepStrictEqual(told(server), [])
    assert.isUndefined(received.pollUnsafe())
  })
)

it.effect("heal delivers what a half-open link held back, in order", () =>
  Effect.gen(function* () {
    const { peer, server } = yield* connected()
    yield* peer.faults.halfOpen
    yield* Effect.forEach(abc, peer.send)
    server.link.send("are you there")
    yield* peer.faults.heal
    assert.strictEqual(yield* peer.receive, "are you there")
    assert.deepStrictEqual(told(server), abc)
  })
)

it.effect("terminate and cut end a half-open link with 1006; what was held back is lost", () =>
  Effect.gen(function* () {
    const first = yield* connected()
    yield* first.peer.faults.halfOpen
    yield* first.peer.send("lost")
    yield* first.peer.terminate
    assert.strictEqual((yield* first.peer.closed).code, 1006)
    assert.deepStrictEqual(told(first.server), ["closed 1006"])

    const second = yield* connected()
    yield* second.peer.faults.halfOpen
    second.server.link.send("lost")
    yield* second.peer.faults.cut
    assert.strictEqual((yield* Effect.flip(second.peer.receive)).code, 1006)
    yield* Effect.yieldNow
    assert.deepStrictEqual(told(second.server), ["closed 1006"])
  })
)

it.effect("a link can fall silent with a text of either side", () =>
  Effect.gen(function* () {
    const { peer, server } = yield* connected()
    yield* peer.faults.inject(
      Fault.halfOpen(
        "toStation",
        Fault.when((text) => text.includes("Reset"))
      )
    )
    server.link.send("Heartbeat")
    yield* peer.receive
    yield* peer.send("heard")
    yield* Effect.yieldNow
    server.link.send("Reset")
    yield* peer.send("not heard")
    yield* Effect.yieldNow
    assert.deepStrictEqual(told(server), ["heard"])
  })
)

it.effect("R-181: cut breaks the connection in the place of a text: those before arrive, both ends see 1006", () =>
  Effect.gen(function* () {
    const { peer, server } = yield* connected()
    yield* peer.faults.inject(Fault.cut("toStation", Fault.nth(3)))
    for (const text of abc) server.link.send(text)
    assert.deepStrictEqual(yield* Effect.all([peer.receive, peer.receive]), ["a", "b"])
    assert.strictEqual((yield* Effect.flip(peer.receive)).code, 1006)
    yield* Effect.yieldNow
    assert.deepStrictEqual(told(server), ["closed 1006"])
    assert.isFalse(server.link.send("too late"))
  })
)
