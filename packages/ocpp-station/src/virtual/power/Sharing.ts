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
