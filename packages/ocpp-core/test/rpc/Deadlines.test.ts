import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import { Deadlines, type Expirable, resolution } from "../../src/rpc/Deadlines.ts"

/** A wheel on the TestClock, and how many fibers turn it. */
const wheel = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const context = yield* Effect.context()
  const turning = { now: 0, started: 0 }
  const deadlines = new Deadlines(
    () => clock.currentTimeMillisUnsafe(),
    (effect) => {
      turning.now++
      turning.started++
      return Effect.runForkWith(context)(
        Effect.ensuring(
          effect,
          Effect.sync(() => turning.now--)
        )
      )
    }
  )
  const now = (): number => clock.currentTimeMillisUnsafe()
  return { deadlines, turning, now }
})

/** Something that waits and notes when it expired. */
const waiting = (now: () => number, then: () => void = () => {}): Expirable & { readonly expired: Array<number> } => {
  const expired: Array<number> = []
  return {
    slot: 0,
    expired,
    expire: () => {
      expired.push(now())
      then()
    }
  }
}

describe("Deadlines", () => {
  it.effect("a stopped wheel expires nothing more and leaves no fiber behind", () =>
    Effect.gen(function* () {
      const { deadlines, now, turning } = yield* wheel
      const early = waiting(now)
      const late = waiting(now)
      deadlines.add(early, 1000)
      deadlines.stop()
      deadlines.add(late, 1000)
      assert.strictEqual(turning.now, 0)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual([early.expired, late.expired, turning.started], [[], [], 1])
    })
  )

  it.effect("R-104: a deadline never fires early, and at most one slot late", () =>
    Effect.gen(function* () {
      const { deadlines, now } = yield* wheel
      const plans = fc.sample(fc.tuple(fc.nat(900), fc.nat(2000)), { seed: 20_240_501, numRuns: 200 })
      const entries: Array<{ readonly due: number; readonly expired: Array<number> }> = []
      for (const [pause, milliseconds] of plans) {
        yield* TestClock.adjust(pause)
        const entry = waiting(now)
        deadlines.add(entry, milliseconds)
        entries.push({ due: now() + milliseconds, expired: entry.expired })
      }
      yield* TestClock.adjust("5 seconds")
      for (const { due, expired } of entries) {
        assert.strictEqual(expired.length, 1)
        assert.isAtLeast(expired[0] ?? 0, due)
        assert.isAtMost(expired[0] ?? Infinity, due + resolution)
      }
      assert.strictEqual(deadlines.size, 0)
    })
  )

  it.effect("R-104: it does not matter where between two slots the wheel starts", () =>
    Effect.gen(function* () {
      for (const offset of [1, 100, 249]) {
        yield* TestClock.adjust(offset)
        const { deadlines, now } = yield* wheel
        const entry = waiting(now)
        const due = now() + 251
        deadlines.add(entry, 251)
        yield* TestClock.adjust("2 seconds")
        assert.isAtMost((entry.expired[0] ?? Infinity) - due, resolution)
      }
    })
  )

  it.effect("a removed deadline does not fire, and removing it again does nothing", () =>
    Effect.gen(function* () {
      const { deadlines, now } = yield* wheel
      const [removed, kept] = [waiting(now), waiting(now)]
      deadlines.add(removed, 1000)
      deadlines.add(kept, 1000)
      deadlines.remove(removed)
      deadlines.remove(removed)
      assert.strictEqual(deadlines.size, 1)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual([removed.expired.length, kept.expired.length], [0, 1])
      deadlines.remove(kept)
      assert.strictEqual(deadlines.size, 0)
    })
  )

  it.effect("a deadline that is added again moves, later or earlier", () =>
    Effect.gen(function* () {
      const { deadlines, now } = yield* wheel
      const [later, earlier] = [waiting(now), waiting(now)]
      deadlines.add(later, 1000)
      deadlines.add(later, 3000)
      deadlines.add(earlier, 3000)
      deadlines.add(earlier, 1000)
      assert.strictEqual(deadlines.size, 2)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([later.expired, earlier.expired], [[3000], [1000]])
    })
  )

  it.effect("one fiber turns the wheel, and it ends when nothing waits", () =>
    Effect.gen(function* () {
      const { deadlines, now, turning } = yield* wheel
      for (let i = 0; i < 100; i++) deadlines.add(waiting(now), 500 + i)
      assert.deepStrictEqual(turning, { now: 1, started: 1 })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual({ ...turning, size: deadlines.size }, { now: 0, started: 1, size: 0 })
      const again = waiting(now)
      deadlines.add(again, 500)
      assert.deepStrictEqual(turning, { now: 1, started: 2 })
      deadlines.remove(again)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(turning, { now: 0, started: 2 })
    })
  )

  it.effect("a deadline of nothing fires in the next slot, not inside add", () =>
    Effect.gen(function* () {
      const { deadlines, now } = yield* wheel
      const entries = [0, -1000, Number.NEGATIVE_INFINITY].map((milliseconds) => {
        const entry = waiting(now)
        deadlines.add(entry, milliseconds)
        return entry
      })
      assert.isTrue(entries.every(({ expired }) => expired.length === 0))
      yield* TestClock.adjust(resolution)
      assert.isTrue(entries.every(({ expired }) => expired.length === 1))
    })
  )

  it.effect("what expires may add itself again, and again", () =>
    Effect.gen(function* () {
      const { deadlines, now } = yield* wheel
      const entry: Expirable & { times: number } = {
        slot: 0,
        times: 0,
        expire: () => {
          entry.times++
          deadlines.add(entry, 0)
        }
      }
      deadlines.add(entry, 0)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(entry.times, 4)
      assert.strictEqual(now(), 1000)
    })
  )

  it.effect("what expires can still remove what is due with it", () =>
    Effect.gen(function* () {
      const { deadlines, now } = yield* wheel
      const second = waiting(now)
      deadlines.add(
        waiting(now, () => deadlines.remove(second)),
        1000
      )
      deadlines.add(second, 1000)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual([second.expired, deadlines.size], [[], 0])
    })
  )

  it.effect("what expires can still put off what is due with it", () =>
    Effect.gen(function* () {
      const { deadlines, now } = yield* wheel
      const second = waiting(now)
      deadlines.add(
        waiting(now, () => deadlines.add(second, 1000)),
        1000
      )
      deadlines.add(second, 1000)
      yield* TestClock.adjust("1500 millis")
      assert.deepStrictEqual([second.expired, deadlines.size], [[], 1])
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual([second.expired, deadlines.size], [[2000], 0])
    })
  )

  it.effect("what is due together fires in the order of its deadlines, whatever was added first", () =>
    Effect.gen(function* () {
      let time = 0
      const deadlines = new Deadlines(() => time, Effect.runForkWith(yield* Effect.context()))
      const order: Array<string> = []
      deadlines.add({ slot: 0, expire: () => order.push("late") }, 60_000)
      deadlines.add({ slot: 0, expire: () => order.push("early") }, 1_000)
      time = 120_000
      yield* TestClock.adjust(resolution)
      assert.deepStrictEqual(order, ["early", "late"])
    })
  )

  it.effect("a clock that is set back, and forward again, keeps no deadline from firing", () =>
    Effect.gen(function* () {
      let time = 1_000_000
      const deadlines = new Deadlines(() => time, Effect.runForkWith(yield* Effect.context()))
      const turn = Effect.suspend(() => {
        time += resolution
        return TestClock.adjust(resolution)
      })
      const fired: Array<string> = []
      const note = (name: string): Expirable => ({ slot: 0, expire: () => fired.push(name) })
      deadlines.add(note("before"), resolution)
      deadlines.add(note("much later"), 3_600_000)
      yield* turn
      time = 500_000
      deadlines.add(note("while back"), 2 * resolution)
      time = 1_000_000 + resolution
      yield* turn
      assert.deepStrictEqual(fired, ["before", "while back"])
      time = 500_000
      yield* turn
      deadlines.add(note("back for good"), 2 * resolution)
      yield* turn
      yield* turn
      yield* turn
      assert.deepStrictEqual(fired, ["before", "while back", "back for good"])
    })
  )

  it.effect("after a long stall everything that is due fires at once", () =>
    Effect.gen(function* () {
      let time = 1000
      let turn: Effect.Effect<void> | undefined
      const deadlines = new Deadlines(
        () => time,
        (effect) => {
          turn ??= effect
          return Effect.runFork(Effect.void)
        }
      )
      const entries = [500, 1000, 1500].map((milliseconds) => {
        const entry = waiting(() => time)
        deadlines.add(entry, milliseconds)
        return entry
      })
      yield* Effect.forkChild(turn ?? Effect.void, { startImmediately: true })
      time += 60_000
      yield* TestClock.adjust(resolution)
      assert.deepStrictEqual(
        entries.map(({ expired }) => expired),
        [[61_000], [61_000], [61_000]]
      )
    })
  )

  it.effect("one that throws when its time comes holds none of the others up", () =>
    Effect.gen(function* () {
      const { deadlines, now } = yield* wheel
      const careless = waiting(now, () => {
        throw new Error("careless")
      })
      const others = [waiting(now), waiting(now)]
      deadlines.add(careless, 1_000)
      for (const [index, other] of others.entries()) deadlines.add(other, 1_000 * (index + 1))
      yield* TestClock.adjust(3_000)
      assert.deepStrictEqual(
        [careless, ...others].map(({ expired }) => expired),
        [[1_000], [1_000], [2_000]]
      )
      assert.strictEqual(deadlines.size, 0)
    }).pipe(Effect.provide(Logger.layer([])))
  )
})
