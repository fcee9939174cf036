import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { hash } from "../../src/transport/Password.ts"
import { PasswordCache } from "../../src/transport/PasswordCache.ts"

const password = "correct-horse-battery"
const quick = { iterations: 2 }

/** Counts the slow checks while `effect` runs, and how many went on at once. */
const counting = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.suspend(() => {
    const deriveBits = crypto.subtle.deriveBits.bind(crypto.subtle)
    let slow = 0
    let running = 0
    let most = 0
    crypto.subtle.deriveBits = async (...args: Parameters<typeof deriveBits>) => {
      slow++
      most = Math.max(most, ++running)
      try {
        return await deriveBits(...args)
      } finally {
        running--
      }
    }
    return effect.pipe(
      Effect.map((value) => ({ value, slow, most })),
      Effect.ensuring(Effect.sync(() => void Reflect.deleteProperty(crypto.subtle, "deriveBits")))
    )
  })

describe("PasswordCache", () => {
  it.effect("R-043: the right password is checked slowly once, then remembered; a wrong one is wrong both times", () =>
    Effect.gen(function* () {
      const cache = new PasswordCache({ size: 10, maxChecks: 4 })
      const stored = yield* hash(password, quick)
      const { slow, value } = yield* counting(
        Effect.forEach([password, password, password.toUpperCase(), `${password}\0`, password], (one) =>
          cache.verify(one, stored)
        )
      )
      assert.deepStrictEqual(value, [true, true, false, false, true])
      assert.strictEqual(slow, 1)
    })
  )

  it.effect("a wrong password is never remembered", () =>
    Effect.gen(function* () {
      const cache = new PasswordCache({ size: 10, maxChecks: 4 })
      const stored = yield* hash(password, quick)
      assert.isFalse(yield* cache.verify("wrong-password-wrong", stored))
      assert.strictEqual(cache.remembered, 0)
      assert.isTrue(yield* cache.verify(password, stored))
      assert.strictEqual(cache.remembered, 1)
    })
  )

  it.effect("R-047: another hash of the station is another entry", () =>
    Effect.gen(function* () {
      const cache = new PasswordCache({ size: 10, maxChecks: 4 })
      const before = yield* hash(password, quick)
      const changed = yield* hash("another-password-1", quick)
      assert.isTrue(yield* cache.verify(password, before))
      assert.isFalse(yield* cache.verify(password, changed))
      assert.isTrue(yield* cache.verify("another-password-1", changed))
    })
  )

  it.effect("is bounded: the one used longest ago goes first", () =>
    Effect.gen(function* () {
      const cache = new PasswordCache({ size: 2, maxChecks: 4 })
      const [a, b, c] = yield* Effect.forEach(["a", "b", "c"], () => hash(password, quick))
      if (a === undefined || b === undefined || c === undefined) return assert.fail()
      for (const one of [a, b, a, c]) yield* cache.verify(password, one)
      assert.strictEqual(cache.remembered, 2)
      assert.strictEqual((yield* counting(cache.verify(password, a))).slow, 0)
      assert.strictEqual((yield* counting(cache.verify(password, b))).slow, 1)
    })
  )

  it.effect("with size 0 nothing is remembered", () =>
    Effect.gen(function* () {
      const cache = new PasswordCache({ size: 0, maxChecks: 4 })
      const stored = yield* hash(password, quick)
      const { slow } = yield* counting(Effect.forEach([1, 2], () => cache.verify(password, stored)))
      assert.deepStrictEqual([slow, cache.remembered], [2, 0])
    })
  )

  it.live("R-189: of a storm only maxChecks are checked slowly at once, and all are answered", () =>
    Effect.gen(function* () {
      const cache = new PasswordCache({ size: 100, maxChecks: 3 })
      const stored = yield* Effect.forEach(Array.from({ length: 40 }), () => hash(password, quick))
      const { most, slow, value } = yield* counting(
        Effect.forEach(stored, (one) => cache.verify(password, one), { concurrency: "unbounded" })
      )
      assert.isTrue(value.every((matches) => matches))
      assert.deepStrictEqual([most, slow], [3, 40])
    })
  )

  it.live("a login that is given up frees its place", () =>
    Effect.gen(function* () {
      const cache = new PasswordCache({ size: 10, maxChecks: 1 })
      const slow = yield* hash(password, { iterations: 200_000 })
      const stored = yield* hash(password, quick)
      const first = yield* Effect.forkChild(cache.verify(password, slow), { startImmediately: true })
      const second = yield* Effect.forkChild(cache.verify(password, slow), { startImmediately: true })
      yield* Fiber.interrupt(second)
      yield* Fiber.interrupt(first)
      assert.isTrue(yield* cache.verify(password, stored))
    })
  )

  it.effect("R-046: an unreadable hash fails without quoting hash or password", () =>
    Effect.gen(function* () {
      const cache = new PasswordCache({ size: 10, maxChecks: 4 })
      const failure = yield* Effect.flip(cache.verify(password, "$md5$deadbeef"))
      assert.strictEqual(failure._tag, "UnreadablePasswordHash")
      assert.notInclude(failure.message, "deadbeef")
      assert.notInclude(failure.message, password)
    })
  )
})
