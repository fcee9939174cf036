/** Our CALLs on the way out: one at a time, in order, with deadlines (R-100…R-107). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { CallOptions } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { outcomeOf, sent, start, withStation, type World } from "./support.ts"

/** Starts a CALL whose payload shows which one it is. */
const cancel = ({ station }: Pick<World, "station">, reservationId: number, options?: CallOptions) =>
  start(station.call("CancelReservation", { reservationId }, options))

/** Which of these CALLs have been sent, in order. */
const order = ({ fake }: Pick<World, "fake">): ReadonlyArray<unknown> =>
  fake.calls.map(([, , , payload]) => (payload as { readonly reservationId: unknown }).reservationId)

const accepted = { status: "Accepted" }
const heartbeat = [3, "a", { currentTime: "1970-01-01T00:00:00Z" }]

describe("one at a time", () => {
  it.effect("R-100: the next CALL is sent after a CALLRESULT, a CALLERROR or a timeout, not before", () =>
    withStation((world) =>
      Effect.gen(function* () {
        for (const id of [1, 2, 3, 4]) yield* cancel(world, id)
        assert.deepStrictEqual(order(world), [1])
        world.fake.reply(accepted)
        assert.deepStrictEqual(order(world), [1, 2])
        world.fake.say(JSON.stringify([4, world.fake.lastCall[1], "GenericError", "", {}]))
        assert.deepStrictEqual(order(world), [1, 2, 3])
        yield* TestClock.adjust("29 seconds")
        assert.deepStrictEqual(order(world), [1, 2, 3])
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(order(world), [1, 2, 3, 4])
      })
    )
  )

  it.effect("R-101: while our CALL is outstanding, inbound CALLs are answered at once", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const call = yield* cancel(world, 1)
        sent(world.fake)
        world.fake.call("Heartbeat", {}, "a")
        assert.deepStrictEqual([sent(world.fake), call.pollUnsafe()], [[heartbeat], undefined])
      })
    )
  )

  it.effect("R-101: while an inbound CALL is being handled, ours are sent and settled at once", () =>
    withStation(
      (world) =>
        Effect.gen(function* () {
          world.fake.call("Heartbeat", {}, "a")
          const call = yield* cancel(world, 1)
          world.fake.reply(accepted)
          assert.deepStrictEqual(outcomeOf(call), accepted)
          assert.isUndefined(world.fake.answerTo("a"))
        }),
      { Heartbeat: () => Effect.never }
    )
  )

  it.effect("R-102: stations do not wait for each other, in either direction", () =>
    withStation(
      (one) =>
        Effect.gen(function* () {
          const station = yield* one.csms.addStation({ identity: "CS-2", securityProfile: 0 })
          const two = { station, fake: yield* FakeStation.connect("CS-2") }
          two.fake.boot()
          yield* cancel(one, 1)
          one.fake.call("DataTransfer", { vendorId: "V" })
          yield* cancel(two, 2)
          assert.deepStrictEqual(order(two), [2])
          two.fake.call("Heartbeat", {}, "a")
          assert.deepStrictEqual(two.fake.answerTo("a"), heartbeat.slice(2))
        }),
      { DataTransfer: () => Effect.never }
    )
  )

  it.effect("R-091, R-222: every CALL has an id of its own, a UUID of 36 characters, over all connections", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const ids: Array<unknown> = []
        let { fake } = world
        for (let i = 0; i < 60; i++) {
          if (i % 20 === 19) fake = yield* FakeStation.connect("CS-1")
          if (i % 20 === 19) fake.boot()
          yield* start(world.station.call("ClearCache", {}))
          ids.push(fake.lastCall[1])
          fake.reply(accepted)
        }
        for (const id of ids) assert.match(String(id), /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
        assert.lengthOf([...new Set(ids)], 60)
      })
    )
  )
})

describe("deadlines", () => {
  it.effect("R-104: a station has 30 seconds to answer, and not less", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const call = yield* cancel(world, 1)
        yield* TestClock.adjust("29999 millis")
        assert.isUndefined(call.pollUnsafe())
        yield* TestClock.adjust("251 millis")
        assert.strictEqual(outcomeOf(call), "OutcomeUnknown Timeout")
      })
    )
  )

  it.effect("R-104: the time to answer is set for the CSMS and for each CALL", () =>
    withStation(
      (world) =>
        Effect.gen(function* () {
          const usual = yield* cancel(world, 1)
          const patient = yield* cancel(world, 2, { timeout: "2 minutes" })
          yield* TestClock.adjust("10 seconds")
          assert.deepStrictEqual([outcomeOf(usual), outcomeOf(patient)], ["OutcomeUnknown Timeout", undefined])
          yield* TestClock.adjust("119 seconds")
          assert.isUndefined(outcomeOf(patient))
          yield* TestClock.adjust("1 second")
          assert.strictEqual(outcomeOf(patient), "OutcomeUnknown Timeout")
        }),
      {},
      { callTimeout: "10 seconds" }
    )
  )

  it.effect("R-105: the time to answer starts when the CALL is sent, not when it is made", () =>
    withStation((world) =>
      Effect.gen(function* () {
        yield* cancel(world, 1)
        const second = yield* cancel(world, 2)
        yield* TestClock.adjust("20 seconds")
        world.fake.reply(accepted)
        yield* TestClock.adjust("29 seconds")
        assert.isUndefined(second.pollUnsafe())
        yield* TestClock.adjust("1250 millis")
        assert.strictEqual(outcomeOf(second), "OutcomeUnknown Timeout")
      })
    )
  )

  it.effect("R-105: a CALL that waits longer than it may was not sent, and never is", () =>
    withStation((world) =>
      Effect.gen(function* () {
        yield* cancel(world, 1)
        const second = yield* cancel(world, 2, { queueTimeout: "5 seconds" })
        yield* TestClock.adjust("4999 millis")
        assert.isUndefined(second.pollUnsafe())
        yield* TestClock.adjust("251 millis")
        assert.strictEqual(outcomeOf(second), "NotSent QueueTimeout")
        world.fake.reply(accepted)
        assert.deepStrictEqual(order(world), [1])
      })
    )
  )

  it.effect("R-105: the limit for waiting ends with the sending", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const at = yield* cancel(world, 1, { queueTimeout: 0 })
        const after = yield* cancel(world, 2, { queueTimeout: "5 seconds" })
        yield* TestClock.adjust("4 seconds")
        world.fake.reply(accepted)
        yield* TestClock.adjust("20 seconds")
        world.fake.reply({ status: "Rejected" })
        assert.deepStrictEqual([outcomeOf(at), outcomeOf(after)], [accepted, { status: "Rejected" }])
      })
    )
  )

  it.effect("R-105: a CALL whose turn comes in the moment its waiting ends is sent, and has all its time", () =>
    withStation((world) =>
      Effect.gen(function* () {
        yield* cancel(world, 1, { timeout: "10 seconds" })
        const second = yield* cancel(world, 2, { queueTimeout: "10 seconds" })
        yield* TestClock.adjust("39 seconds")
        assert.deepStrictEqual([order(world), second.pollUnsafe()], [[1, 2], undefined])
        yield* TestClock.adjust("1250 millis")
        assert.strictEqual(outcomeOf(second), "OutcomeUnknown Timeout")
      })
    )
  )
})

describe("the queue", () => {
  it.effect("R-106: CALLs go out in the order in which they were made", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const ids = Array.from({ length: 20 }, (_, id) => id)
        for (const id of ids) yield* cancel(world, id)
        for (const _ of ids) world.fake.reply(accepted)
        assert.deepStrictEqual(order(world), ids)
      })
    )
  )

  it.effect("R-106: 64 CALLs may wait; the next one fails, and those that wait go on", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const ids = Array.from({ length: 65 }, (_, id) => id)
        for (const id of ids) yield* cancel(world, id)
        assert.strictEqual(outcomeOf(yield* cancel(world, 100)), "NotSent QueueFull")
        world.fake.reply(accepted)
        assert.isUndefined(outcomeOf(yield* cancel(world, 65)))
        for (const _ of ids) world.fake.reply(accepted)
        assert.deepStrictEqual(order(world), [...ids, 65])
      })
    )
  )

  it.effect("R-106: how many CALLs may wait can be set", () =>
    withStation(
      (world) =>
        Effect.gen(function* () {
          for (const id of [1, 2]) yield* cancel(world, id)
          assert.strictEqual(outcomeOf(yield* cancel(world, 3)), "NotSent QueueFull")
        }),
      {},
      { maxQueuedCalls: 1 }
    )
  )

  it.effect("R-107: a caller that gives up before its CALL is sent takes it out of the queue", () =>
    withStation((world) =>
      Effect.gen(function* () {
        for (const id of [1, 2, 3]) {
          const call = yield* cancel(world, id, { queueTimeout: "5 seconds" })
          if (id === 2) yield* Fiber.interrupt(call)
        }
        world.fake.reply(accepted)
        assert.deepStrictEqual(order(world), [1, 3])
        assert.strictEqual((yield* world.station.snapshot).queuedCalls, 0)
      })
    )
  )

  it.effect("R-107: a caller that gives up after its CALL was sent leaves its slot taken until the answer", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const first = yield* cancel(world, 1)
        yield* cancel(world, 2)
        yield* Fiber.interrupt(first)
        assert.deepStrictEqual(order(world), [1])
        world.fake.reply(accepted)
        assert.deepStrictEqual(order(world), [1, 2])
      })
    )
  )

  it.effect("R-107: … or until its timeout", () =>
    withStation((world) =>
      Effect.gen(function* () {
        yield* Fiber.interrupt(yield* cancel(world, 1))
        yield* cancel(world, 2)
        yield* TestClock.adjust("29 seconds")
        assert.deepStrictEqual(order(world), [1])
        yield* TestClock.adjust("1250 millis")
        assert.deepStrictEqual(order(world), [1, 2])
      })
    )
  )

  it.effect("R-106: callers that call again as soon as they are answered lose no CALL and keep the order", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const rounds = [1, 2, 3, 4]
        const caller = (id: number) =>
          Effect.forEach(rounds, (round) => world.station.call("CancelReservation", { reservationId: 10 * round + id }))
        const callers = yield* Effect.forEach([1, 2, 3], (id) => start(caller(id)))
        for (let i = 0; i < 12; i++) world.fake.reply(accepted)
        for (const fiber of callers) assert.lengthOf(yield* Fiber.join(fiber), 4)
        assert.deepStrictEqual(order(world), [11, 12, 13, 21, 22, 23, 31, 32, 33, 41, 42, 43])
      })
    )
  )

  it.effect("R-106: a station that answers while it is being written to loses no CALL either", () =>
    withStation((world) =>
      Effect.gen(function* () {
        world.fake.react = (text) => {
          const [type, id] = JSON.parse(text) as ReadonlyArray<unknown>
          if (type === 2) world.fake.say(JSON.stringify([3, id, accepted]))
        }
        for (const id of [1, 2, 3]) assert.deepStrictEqual(outcomeOf(yield* cancel(world, id)), accepted)
        assert.deepStrictEqual(order(world), [1, 2, 3])
        yield* TestClock.adjust("31 seconds")
        assert.strictEqual((yield* world.station.snapshot).queuedCalls, 0)
      })
    )
  )
})
