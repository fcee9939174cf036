/** What several EVSEs get of a current that they have to share. Pure. */

/** One EVSE that wants some of it. */
export interface Claim {
  /** A that its EV would draw now. */
  readonly draws: number
  /** A below which its EV does not charge. */
  readonly least: number
}

/**
 * A that each may offer. Nobody gets more than anybody who wants more: those that draw less than an equal part leave the rest to
 * the others. Where an equal part would be too little to charge with, the last in the row waits (0 A) and the others share what
 * there is; Infinity where there is enough for all.
 */
export const shared = (total: number, claims: ReadonlyArray<Claim>): ReadonlyArray<number> => {
  const served = claims.map((_, index) => index)
  while (served.length > 0) {
    const level = levelOf(
      total,
      served.map((index) => claims[index]?.draws ?? 0)
    )
    const last = served.findLastIndex((index) => level < Math.max(claims[index]?.least ?? 0, trace))
    if (last < 0) return claims.map((_, index) => (served.includes(index) ? level : 0))
    served.splice(last, 1)
  }
  return claims.map(() => 0)
}

/** The same, where the claims have priorities: what one leaves is for the lower ones (K03.FR.04). */
export const sharedBy = (
  priorities: ReadonlyArray<number>,
  total: number,
  claims: ReadonlyArray<Claim>
): ReadonlyArray<number> => {
  const parts = claims.map(() => 0)
  let left = total
  for (const priority of [...new Set(priorities)].toSorted((a, b) => b - a)) {
    const group = claims.filter((_, index) => priorities[index] === priority)
    const levels = [...shared(left, group)]
    for (const [index, { draws }] of claims.entries()) {
      if (priorities[index] !== priority) continue
      const level = levels.shift() ?? 0
      parts[index] = level
      left = Math.max(0, left - Math.min(level, draws))
    }
  }
  return parts
}

const trace = 1e-9

const levelOf = (total: number, draws: ReadonlyArray<number>): number => {
  let left = total
  const rising = draws.toSorted((a, b) => a - b)
  for (const [index, draw] of rising.entries()) {
    const equal = left / (rising.length - index)
    if (draw > equal) return equal
    left -= draw
  }
  return Infinity
}
