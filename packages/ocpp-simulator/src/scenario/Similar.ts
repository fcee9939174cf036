/** "Did you mean …?" */

/** The name that a misspelt one was probably meant to be; `undefined` when none is near. */
export const similar = (name: string, names: Iterable<string>): string | undefined => {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const steps = distance(name.toLowerCase(), candidate.toLowerCase())
    if (steps < least) {
      least = steps
      best = candidate
    }
  }
  return best
}

/** Letters to add, drop, change or swap with the next (optimal string alignment). */
const distance = (from: string, to: string): number => {
  let before: Array<number> = []
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = from[row - 2] === to[column - 1] && from[row - 1] === to[column - 2]
      current[column] = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
        row > 1 && column > 1 && swapped ? (before[column - 2] ?? 0) + 1 : Infinity
      )
    }
    before = above
    above = current
  }
  return above[to.length] ?? 0
}
