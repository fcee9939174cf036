import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { add, covers, gaps, includes, type SequenceRanges } from "../../src/blocks/SequenceRanges.ts"
import { property } from "./payloads.ts"

const rangesOf = (numbers: ReadonlyArray<number>): SequenceRanges => numbers.reduce<SequenceRanges>(add, [])
const numbers = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 30 })

describe("SequenceRanges", () => {
  it("E-12: a sequence without gaps takes two numbers", () => {
    expect(rangesOf([3, 4, 5, 6])).toEqual([3, 6])
    expect(rangesOf([3, 5, 4])).toEqual([3, 5])
    expect(rangesOf([9, 1, 0])).toEqual([0, 1, 9, 9])
  })

  it("a number that is there already gives the same ranges", () => {
    const ranges = rangesOf([1, 2, 5])
    expect(add(ranges, 2)).toBe(ranges)
  })

  it("E-12: gaps are what is missing between two ends", () => {
    const ranges = rangesOf([2, 3, 6, 9])
    expect(gaps(ranges, 2, 9)).toEqual([
      [4, 5],
      [7, 8]
    ])
    expect(gaps(ranges, 0, 4)).toEqual([
      [0, 1],
      [4, 4]
    ])
    expect(gaps(ranges, 7, 20)).toEqual([
      [7, 8],
      [10, 20]
    ])
    expect(gaps([], 1, 2)).toEqual([[1, 2]])
    expect(gaps(ranges, 3, 2)).toEqual([])
  })

  it("holds exactly the numbers that were added, in any order", () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 31 }), (added, n) => {
        const set = new Set(added)
        const ranges = rangesOf(added)
        expect(includes(ranges, n)).toBe(set.has(n))
        expect(ranges).toEqual(rangesOf([...set].toSorted((a, b) => a - b)))
        expect(ranges).toEqual(ranges.toSorted((a, b) => a - b))
      }),
      property
    )
  })

  it("gaps and ranges are complementary", () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 }), (added, a, b) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)]
        const ranges = rangesOf(added)
        const missing = gaps(ranges, first, last)
        const filled = missing.reduce((all, [from, to]) => {
          let next = all
          for (let n = from; n <= to; n++) next = add(next, n)
          return next
        }, ranges)
        expect(covers(filled, first, last)).toBe(true)
        expect(covers(ranges, first, last)).toBe(missing.length === 0)
        for (const [from, to] of missing) for (let n = from; n <= to; n++) expect(includes(ranges, n)).toBe(false)
      }),
      property
    )
  })
})
