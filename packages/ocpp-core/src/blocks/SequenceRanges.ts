/**
 * Sets of sequence numbers as ascending ranges, flat: first, last, first, last … with a gap between any two ranges. A
 * sequence without gaps costs two numbers however long it is (E-12).
 */
export type SequenceRanges = ReadonlyArray<number>

/** First and last number of a run of consecutive sequence numbers. */
export type SequenceRange = readonly [first: number, last: number]

const none: ReadonlyArray<SequenceRange> = Object.freeze([])

/** True when `n` is in one of the ranges. */
export const includes = (ranges: SequenceRanges, n: number): boolean => {
  const i = rangeUpTo(ranges, n)
  return i >= 0 && n <= ranges[i + 1]!
}

/** True when `first` to `last` is there without a gap. */
export const covers = (ranges: SequenceRanges, first: number, last: number): boolean => {
  const i = rangeUpTo(ranges, first)
  return i >= 0 && last <= ranges[i + 1]!
}

/** The ranges with `n` in them. */
export const add = (ranges: SequenceRanges, n: number): SequenceRanges => {
  const i = rangeUpTo(ranges, n)
  if (i >= 0 && n <= ranges[i + 1]!) return ranges
  const joinsLeft = i >= 0 && ranges[i + 1] === n - 1
  const joinsRight = ranges[i + 2] === n + 1
  const next = ranges.slice()
  if (joinsLeft && joinsRight) next.splice(i + 1, 2)
  else if (joinsLeft) next[i + 1] = n
  else if (joinsRight) next[i + 2] = n
  else next.splice(i + 2, 0, n, n)
  return next
}

/** The same with the lowest gap closed, as if what is missing there had come: memory is finite, gaps are not. */
export const withoutLowestGap = (ranges: SequenceRanges): SequenceRanges => ranges.toSpliced(1, 2)

/** What lies between the ranges, from `first` to `last` inclusive. */
export const gaps = (ranges: SequenceRanges, first: number, last: number): ReadonlyArray<SequenceRange> => {
  if (first > last || covers(ranges, first, last)) return none
  const found: Array<SequenceRange> = []
  let next = first
  for (let i = 0; i < ranges.length && next <= last; i += 2) {
    const from = ranges[i]!
    if (from > next) found.push([next, Math.min(from - 1, last)])
    next = Math.max(next, ranges[i + 1]! + 1)
  }
  if (next <= last) found.push([next, last])
  return found
}

/** Index of the last range that begins at or before `n`; −2 when there is none. From the end, where news arrives. */
const rangeUpTo = (ranges: SequenceRanges, n: number): number => {
  let i = ranges.length - 2
  while (i >= 0 && ranges[i]! > n) i -= 2
  return i
}
