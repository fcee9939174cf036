/** Random that is the same in every run. */

/** Numbers from 0 up to, not including, 1 (mulberry32). */
export const random = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Bytes of any value. */
export const garbage = (seed: number, length: number): Buffer => {
  const next = random(seed)
  return Buffer.from(Array.from({ length }, () => Math.floor(next() * 256)))
}
