/** Taking leave of links: what is in flight ends, then they are closed in waves. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Logger, Scope } from "effect"
import { TestClock } from "effect/testing"
import {
  Acceptor,
  type Admitted,
  Csms,
  type CsmsOptions,
  type Handlers,
  type LinkHandler,
  StationStore,
  StoreError
} from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, failureOf, Recorder, settle, statusNotification } from "./support.ts"

/** A station on a link of which the test holds the core's side, as an adapter does. */
const opened = Effect.fnUntraced(function* (identity: string) {
  const csms = yield* Csms
  const acceptor = yield* Acceptor
  const station = yield* csms.addStation({ identity, securityProfile: 0 })
  const fake = new FakeStation()
  const handler = acceptor.open(admitted(identity), fake)
  fake.attach(handler)
  fake.boot()
  return { fake, handler, station }
})

const admitted = (identity: string): Admitted => ({
  _tag: "Admitted",
  identity,
  protocol: "ocpp2.0.1",
  remoteAddress: undefined,
  securityProfile: 0
})

const drain = (...handlers: ReadonlyArray<LinkHandler>) =>
  Effect.flatMap(Acceptor, (acceptor) => acceptor.drain(handlers))

const csmsWith = (options: CsmsOptions = {}, handlers: Handlers = {}) =>
  Layer.merge(Csms.layer(handlers, options), Logger.layer([]))

/** A handler that answers when the test says so. */
const gated = () => {
  const gate = Deferred.makeUnsafe<void>()
  const handlers: Handlers = {
    DataTransfer: () => Effect.as(Deferred.await(gate), { status: "Accepted" as const })
  }
  return { handlers, release: Effect.asVoid(Deferred.succeed(gate, undefined)) }
}

const goingAway = { code: 1001, reason: "going away" }

describe("an idle link", () => {
  it.effect("is closed at once with 1001, and both events tell of it", () =>
    Effect.gen(function* () {
      const { fake, handler } = yield* opened("CS-1")
      const recorder = yield* Recorder.start
      yield* drain(handler)
      assert.deepStrictEqual(fake.closed, goingAway)
      yield* settle
      assert.deepStrictEqual(recorder.of("DrainStarted"), [{ _tag: "DrainStarted", connections: 1, at: 0 }])
      assert.deepStrictEqual(recorder.of("DrainEnded"), [{ _tag: "DrainEnded", connections: 1, unfinished: 0, at: 0 }])
      assert.deepStrictEqual(
        recorder.of("Disconnected").map(({ code }) => code),
        [1001]
      )
    }).pipe(Effect.provide(csmsWith()))
  )

  it.effect("is closed with the code of the setting", () =>
    Effect.gen(function* () {
      const { fake, handler } = yield* opened("CS-1")
      yield* drain(handler)
      assert.strictEqual(fake.closed?.code, 1012)
    }).pipe(Effect.provide(csmsWith({ drain: { code: 1012 } })))
  )

  it.effect("is cut off with terminate", () =>
    Effect.gen(function* () {
      const { fake, handler } = yield* opened("CS-1")
      yield* drain(handler)
      assert.deepStrictEqual(fake.closed, { code: 1006, reason: "" })
    }).pipe(Effect.provide(csmsWith({ drain: { code: "terminate" } })))
  )

  it.effect("links that were not named stay, and nothing happens when there are none", () =>
    Effect.gen(function* () {
      const { handler } = yield* opened("CS-1")
      const { fake: other, station } = yield* opened("CS-2")
      const recorder = yield* Recorder.start
      yield* drain()
      yield* settle
      assert.deepStrictEqual(recorder.tags, [])
      yield* drain(handler)
      assert.isUndefined(other.closed)
      const call = yield* begin(station.call("GetLocalListVersion", {}))
      other.reply({ versionNumber: 1 })
      assert.deepStrictEqual(yield* Fiber.join(call), { versionNumber: 1 })
    }).pipe(Effect.provide(csmsWith()))
  )

  it.effect("that is gone already is not waited for", () =>
    Effect.gen(function* () {
      const { fake, handler } = yield* opened("CS-1")
      fake.vanish()
      yield* drain(handler)
      assert.strictEqual(fake.closed?.code, 1006)
    }).pipe(Effect.provide(csmsWith()))
  )
})

describe("what is in flight", () => {
  const inbound = gated()
  it.effect("a CALL of the station is answered, and one behind it; then the link is closed", () =>
    Effect.gen(function* () {
      const { fake, handler } = yield* opened("CS-1")
      const first = fake.call("DataTransfer", { vendorId: "V" })
      const second = fake.call("Heartbeat", {})
      const draining = yield* begin(drain(handler))
      yield* TestClock.adjust("3 seconds")
      assert.isUndefined(fake.closed)
      const third = fake.call("StatusNotification", statusNotification())
      yield* inbound.release
      yield* TestClock.adjust("100 millis")
      for (const id of [first, second, third]) assert.isDefined(fake.answerTo(id), id)
      assert.deepStrictEqual(fake.closed, goingAway)
      yield* Fiber.join(draining)
    }).pipe(Effect.provide(csmsWith({}, inbound.handlers)))
  )

  it.effect("our outstanding CALL is concluded; those behind it are not sent, and say so", () =>
    Effect.gen(function* () {
      const { fake, handler, station } = yield* opened("CS-1")
      const outstanding = yield* begin(station.call("GetLocalListVersion", {}))
      const queued = yield* begin(Effect.flip(station.call("ClearCache", {})))
      const draining = yield* begin(drain(handler))
      const late = yield* begin(Effect.flip(station.call("ClearCache", {})))
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(fake.calls.length, 1)
      fake.reply({ versionNumber: 7 })
      assert.deepStrictEqual(yield* Fiber.join(outstanding), { versionNumber: 7 })
      fake.call("Heartbeat", {})
      assert.strictEqual(fake.calls.length, 1, "no new CALL starts")
      yield* TestClock.adjust("100 millis")
      assert.deepStrictEqual(fake.closed, goingAway)
      for (const fiber of [queued, late]) assert.strictEqual((yield* Fiber.join(fiber))._tag, "NotSent")
      yield* Fiber.join(draining)
    }).pipe(Effect.provide(csmsWith()))
  )

  it.effect("what hangs is cut off after the grace time, and counted", () =>
    Effect.gen(function* () {
      const { fake, handler, station } = yield* opened("CS-1")
      const { fake: idle, handler: idleHandler } = yield* opened("CS-2")
      const recorder = yield* Recorder.start
      const call = yield* begin(Effect.flip(station.call("GetLocalListVersion", {})))
      const draining = yield* begin(drain(handler, idleHandler))
      assert.isDefined(idle.closed)
      yield* TestClock.adjust("9900 millis")
      assert.isUndefined(fake.closed)
      yield* TestClock.adjust("100 millis")
      assert.deepStrictEqual(fake.closed, goingAway)
      assert.strictEqual((yield* Fiber.join(call))._tag, "OutcomeUnknown")
      yield* Fiber.join(draining)
      yield* settle
      assert.deepInclude(recorder.of("DrainEnded")[0], { connections: 2, unfinished: 1, at: 10_000 })
    }).pipe(Effect.provide(csmsWith()))
  )

  it.effect("a boot that is being decided on is answered", () => {
    const { release, handlers } = gated()
    const boot: Handlers = {
      BootNotification: (request, context) =>
        Effect.as(handlers.DataTransfer?.({ vendorId: request.reason }, context) as Effect.Effect<unknown>, {
          status: "Accepted" as const,
          interval: 300,
          currentTime: "2026-01-01T00:00:00Z"
        })
    }
    return Effect.gen(function* () {
      const { fake, handler } = yield* opened("CS-1")
      const draining = yield* begin(drain(handler))
      assert.deepStrictEqual([fake.texts, fake.closed], [[], undefined])
      yield* release
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(fake.texts.length, 1)
      assert.deepStrictEqual(fake.closed, goingAway)
      yield* Fiber.join(draining)
    }).pipe(Effect.provide(csmsWith({}, boot)))
  })

  it.effect("a station that comes back by another way is called again", () =>
    Effect.gen(function* () {
      const { fake, handler, station } = yield* opened("CS-1")
      const outstanding = yield* begin(Effect.flip(station.call("GetLocalListVersion", {})))
      const waiting = yield* begin(station.call("ClearCache", {}, { waitForReconnect: true }))
      const draining = yield* begin(drain(handler))
      const again = yield* FakeStation.connect("CS-1")
      assert.strictEqual(fake.closed?.reason, "replaced")
      assert.strictEqual((yield* Fiber.join(outstanding))._tag, "OutcomeUnknown")
      again.call("Heartbeat", {})
      again.reply({ status: "Accepted" })
      assert.deepStrictEqual(yield* Fiber.join(waiting), { status: "Accepted" })
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(draining)
      assert.isUndefined(again.closed)
    }).pipe(Effect.provide(csmsWith()))
  )
})

describe("many links", () => {
  it.effect("idle ones are closed wave by wave, also when that takes longer than the grace time", () =>
    Effect.gen(function* () {
      const all = yield* Effect.forEach(
        Array.from({ length: 25 }, (_, i) => `CS-${i}`),
        opened
      )
      const closed = () => all.filter(({ fake }) => fake.closed !== undefined).length
      const draining = yield* begin(drain(...all.map(({ handler }) => handler)))
      const counts = [closed()]
      for (let i = 0; i < 3; i++) {
        yield* TestClock.adjust("500 millis")
        counts.push(closed())
      }
      assert.deepStrictEqual(counts, [10, 20, 25, 25])
      yield* Fiber.join(draining)
    }).pipe(Effect.provide(csmsWith({ drain: { wave: 10, interval: "500 millis", grace: "400 millis" } })))
  )

  it.effect("one that is still answered while others are closed takes part in a later wave", () =>
    Effect.gen(function* () {
      const all = yield* Effect.forEach(["CS-1", "CS-2", "CS-3"], opened)
      const draining = yield* begin(drain(...all.map(({ handler }) => handler)))
      const last = all[2]?.fake
      assert.isUndefined(last?.closed)
      const id = last?.call("Heartbeat", {}) ?? ""
      assert.isDefined(last?.answerTo(id))
      yield* TestClock.adjust("100 millis")
      yield* TestClock.adjust("100 millis")
      yield* Fiber.join(draining)
      assert.isTrue(all.every(({ fake }) => fake.closed?.code === 1001))
    }).pipe(Effect.provide(csmsWith({ drain: { wave: 1 } })))
  )
})

describe("links that are no station's yet", () => {
  const stored = () => {
    const answer = Deferred.makeUnsafe<undefined, StoreError>()
    const store = Layer.succeed(StationStore, {
      load: () => Deferred.await(answer),
      save: () => Effect.void,
      remove: () => Effect.void
    })
    return { answer, layer: Layer.provideMerge(Csms.layer(), Layer.merge(store, Logger.layer([]))) }
  }

  it.effect("a station that is still being loaded is closed like an idle one, and what it sent is nobody's", () => {
    const { answer, layer } = stored()
    return Effect.gen(function* () {
      const csms = yield* Csms
      const acceptor = yield* Acceptor
      const fake = new FakeStation()
      const handler = acceptor.open(admitted("CS-1"), fake)
      fake.attach(handler)
      fake.call("Heartbeat", {})
      yield* drain(handler)
      assert.deepStrictEqual(fake.closed, goingAway)
      yield* Deferred.succeed(answer, undefined)
      yield* settle
      assert.deepStrictEqual(fake.texts, [])
      assert.isDefined(yield* csms.stations)
    }).pipe(Effect.provide(layer))
  })

  it.effect("handlers that the core did not make are left alone", () =>
    Effect.gen(function* () {
      const { fake, handler } = yield* opened("CS-1")
      yield* drain({ onText: () => {}, onBinary: () => {}, onClose: () => {} }, handler)
      assert.deepStrictEqual(fake.closed, goingAway)
    }).pipe(Effect.provide(csmsWith()))
  )
})

describe("the CSMS closes", () => {
  it.effect("its links are drained: what is in flight ends, then they are closed", () => {
    const { release, handlers } = gated()
    return Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Csms.layer(handlers), scope)
      yield* Effect.gen(function* () {
        const { fake } = yield* booted()
        const id = fake.call("DataTransfer", { vendorId: "V" })
        const closing = yield* begin(Scope.close(scope, Exit.void))
        yield* TestClock.adjust("2 seconds")
        assert.isUndefined(fake.closed)
        yield* release
        yield* TestClock.adjust("100 millis")
        yield* Fiber.join(closing)
        assert.deepStrictEqual(fake.answerTo(id), [{ status: "Accepted" }])
        assert.deepStrictEqual(fake.closed, goingAway)
      }).pipe(Effect.provideContext(context))
    })
  })

  it.effect("a caller behind the outstanding CALL learns that its own was not sent", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Csms.layer({}, { drain: { grace: "1 second" } }), scope)
      yield* Effect.gen(function* () {
        const { station } = yield* booted()
        const sent = yield* begin(station.call("GetLocalListVersion", {}))
        const waiting = yield* begin(station.call("ClearCache", {}, { waitForReconnect: true }))
        const closing = yield* begin(Scope.close(scope, Exit.void))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(closing)
        assert.strictEqual((yield* failureOf(sent))._tag, "OutcomeUnknown")
        assert.strictEqual((yield* failureOf(waiting))._tag, "NotSent")
      }).pipe(Effect.provideContext(context))
    })
  )
})
