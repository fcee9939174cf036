import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Links, sliceCount, type WatchedLink } from "../../src/adapter/Links.ts"

const fake = (checks: Array<number> = []): WatchedLink => ({
  slice: -1,
  handler: undefined,
  checkLife: (limit) => void checks.push(limit),
  close: () => undefined,
  terminate: () => undefined
})

describe("Links", () => {
  it.effect("R-172: every link is looked at exactly once in an interval", () =>
    Effect.gen(function* () {
      const links = new Links()
      const checks = Array.from({ length: 200 }, (): Array<number> => [])
      for (const list of checks) links.add(fake(list))
      yield* Effect.forkChild(links.watch(60, 3), { startImmediately: true })
      yield* TestClock.adjust("60 seconds")
      assert.deepStrictEqual(
        checks,
        checks.map(() => [3])
      )
      yield* TestClock.adjust("120 seconds")
      assert.deepStrictEqual(
        checks,
        checks.map(() => [3, 3, 3])
      )
    })
  )

  it.effect("R-171: the pings of one interval are spread evenly over it", () =>
    Effect.gen(function* () {
      const links = new Links()
      const checks: Array<number> = []
      for (let i = 0; i < 10 * sliceCount; i++) links.add(fake(checks))
      yield* Effect.forkChild(links.watch(64, 2), { startImmediately: true })
      for (let second = 1; second <= 64; second++) {
        yield* TestClock.adjust("1 second")
        assert.strictEqual(checks.length, 10 * second)
      }
    })
  )

  it("R-171: links that come together are not looked at together, and each round deals anew", () => {
    const slicesOf = (links: Links) =>
      [0, 1].map(() =>
        Array.from({ length: sliceCount }, () => {
          const link = fake()
          links.add(link)
          return link.slice
        })
      )
    const all = Array.from({ length: sliceCount }, (_, slice) => slice)
    let seed = 1
    const [first = [], second = []] = slicesOf(
      new Links(() => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647)
    )
    for (const round of [first, second]) {
      assert.deepStrictEqual(
        round.toSorted((a, b) => a - b),
        all
      )
      assert.notDeepEqual(round, all)
    }
    assert.notDeepEqual(first, second)
  })

  it.effect("R-172: a link that is gone is not looked at any more", () =>
    Effect.gen(function* () {
      const links = new Links()
      const checks: Array<number> = []
      const link = fake(checks)
      links.add(link)
      links.delete(link)
      links.delete(link)
      assert.strictEqual(links.size, 0)
      yield* Effect.forkChild(links.watch(1, 2), { startImmediately: true })
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(checks, [])
    })
  )

  it.effect("empty ends when the last link is gone, and at once when there is none", () =>
    Effect.gen(function* () {
      const links = new Links()
      yield* links.empty
      const [first, second] = [fake(), fake()]
      links.add(first)
      links.add(second)
      const waiting = yield* Effect.forkChild(links.empty, { startImmediately: true })
      links.delete(first)
      assert.isUndefined(waiting.pollUnsafe())
      links.delete(second)
      yield* Fiber.join(waiting)
    })
  )
})
