/** The network shuts down: the core drains its links first. */
import { assert, it } from "@effect/vitest"
import { Csms, type CsmsOptions } from "@wattline/ocpp-core"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Logger, Scope } from "effect"
import { TestClock } from "effect/testing"
import { MemoryNetwork, MemoryTransport, TestStation } from "../src/index.ts"

/** A station on a network that `shutdown` takes down alone; the CSMS above it stays. */
const booted = Effect.fnUntraced(function* (options: CsmsOptions = {}) {
  const answered = yield* Deferred.make<void>()
  const core = yield* Layer.build(
    Csms.layer({ DataTransfer: () => Effect.as(Deferred.await(answered), { status: "Accepted" as const }) }, options)
  )
  const scope = yield* Scope.fork(yield* Scope.Scope)
  const network = yield* Layer.buildWithScope(MemoryTransport.layer, scope).pipe(Effect.provideContext(core))
  const station = yield* Context.get(core, Csms).addStation({ identity: "CS-1", securityProfile: 0 })
  const peer = yield* TestStation.connect({ identity: "CS-1" }).pipe(
    Effect.provideService(MemoryNetwork, Context.get(network, MemoryNetwork))
  )
  yield* peer.boot()
  const answer = Deferred.succeed(answered, undefined)
  const shutdown = Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
  return { answer, network: Context.get(network, MemoryNetwork), peer, shutdown, station }
})

it.effect("what is in flight in both directions ends, then the link is closed with the code of the CSMS", () =>
  Effect.gen(function* () {
    const { answer, network, peer, shutdown, station } = yield* booted({ drain: { code: 1012 } })
    const fromStation = yield* Effect.forkChild(peer.call("DataTransfer", { vendorId: "V" }), {
      startImmediately: true
    })
    const fromCsms = yield* Effect.forkChild(station.call("ClearCache", {}), { startImmediately: true })
    const asked = yield* peer.expectCall("ClearCache")
    const closing = yield* shutdown
    assert.strictEqual((yield* Effect.flip(network.dial({ identity: "CS-1" }))).status, 0, "nobody is let in")
    yield* asked.reply({ status: "Accepted" })
    assert.deepStrictEqual(yield* Fiber.join(fromCsms), { status: "Accepted" })
    yield* TestClock.adjust("2 seconds")
    yield* answer
    assert.deepStrictEqual(yield* Fiber.join(fromStation), { status: "Accepted" })
    yield* TestClock.adjust("100 millis")
    assert.deepStrictEqual(yield* peer.closed, { code: 1012, reason: "going away" })
    yield* Fiber.join(closing)
  })
)

it.effect("what hangs is over after the grace time", () =>
  Effect.gen(function* () {
    const { peer, shutdown, station } = yield* booted({ drain: { grace: "3 seconds" } })
    const call = yield* Effect.forkChild(Effect.flip(station.call("ClearCache", {})), { startImmediately: true })
    yield* peer.expectCall("ClearCache")
    const closing = yield* shutdown
    yield* TestClock.adjust("2900 millis")
    assert.isUndefined(closing.pollUnsafe())
    yield* TestClock.adjust("100 millis")
    assert.strictEqual((yield* peer.closed).code, 1001)
    assert.strictEqual((yield* Fiber.join(call))._tag, "OutcomeUnknown")
    yield* Fiber.join(closing)
  }).pipe(Effect.provide(Logger.layer([])))
)

it.effect("a silent link does not keep the network", () =>
  Effect.gen(function* () {
    const { peer, shutdown } = yield* booted()
    yield* peer.faults.halfOpen
    yield* Fiber.join(yield* shutdown)
    assert.strictEqual((yield* peer.closed).code, 1006)
  })
)
