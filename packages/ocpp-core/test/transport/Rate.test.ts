/** GCRA: how much may come in how short a time. */
import { assert, describe, it } from "@effect/vitest"
import { after, rateOf, tooMuch, waitOf } from "../../src/transport/Rate.ts"

/** How many single units are taken in at once. */
const takenAtOnce = (rate: ReturnType<typeof rateOf>, due: number, now: number, tries: number) => {
  let taken = 0
  let next = due
  for (let i = 0; i < tries; i++) {
    const result = after(rate, next, now, 1)
    if (result === tooMuch) break
    next = result
    taken++
  }
  return { taken, due: next }
}

describe("Rate", () => {
  it("takes a burst, then the pace and no more", () => {
    const rate = rateOf(200, 1_000, 10_000)
    const { due, taken } = takenAtOnce(rate, 0, 5_000, 10_000)
    assert.strictEqual(taken, 2_000)
    assert.strictEqual(takenAtOnce(rate, due, 5_004, 10).taken, 0)
    assert.strictEqual(takenAtOnce(rate, due, 5_005, 10).taken, 1)
    assert.strictEqual(takenAtOnce(rate, due, 6_000, 1_000).taken, 200)
    assert.strictEqual(takenAtOnce(rate, due, 60_000, 10_000).taken, 2_000)
  })

  it("takes an even stream at the pace for ever", () => {
    const rate = rateOf(10, 1_000, 0.5)
    let due = 0
    for (let now = 0; now < 1_000_000; now += 100) {
      // A burst of less than one unit takes nothing at all; one of a unit takes one at a time.
      due = after({ ...rate, burst: 100 }, due, now, 1)
      assert.notStrictEqual(due, tooMuch)
    }
    assert.strictEqual(after(rate, 0, 0, 1), tooMuch)
  })

  it("weighs by units", () => {
    const rate = rateOf(1_000, 1_000, 10_000)
    assert.strictEqual(after(rate, 0, 1, 10_001), tooMuch)
    assert.notStrictEqual(after(rate, 0, 1, 10_000), tooMuch)
  })

  it("has no limit with Infinity, and takes nothing with 0", () => {
    const none = rateOf(Infinity, 1_000, 10_000)
    assert.strictEqual(takenAtOnce(none, 0, 0, 5_000).taken, 5_000)
    assert.strictEqual(after(none, 0, 7, 1e12), 7)
    assert.strictEqual(after(rateOf(0, 60_000, 60_000), 0, 0, 1), tooMuch)
  })

  it("says when one more may come", () => {
    const rate = rateOf(60, 60_000, 60_000)
    const { due } = takenAtOnce(rate, 0, 1_000, 100)
    assert.strictEqual(waitOf(rate, due, 1_000), 1_000)
    assert.strictEqual(waitOf(rate, due, 1_400), 600)
    assert.strictEqual(waitOf(rate, due, 9_000), 0)
    assert.notStrictEqual(after(rate, due, 1_000 + waitOf(rate, due, 1_000), 1), tooMuch)
  })
})
