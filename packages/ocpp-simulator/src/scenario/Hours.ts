/** How a day goes: the weight of each hour, by name. */

/** Weights of the 24 hours from Monday to Friday, and on the weekend. */
export interface Week {
  readonly weekday: ReadonlyArray<number>
  readonly weekend: ReadonlyArray<number>
}

const flat = Array.from({ length: 24 }, () => 1)

/** By name, as in `arrivals: { pattern: office }`. Only the proportions count. */
export const patterns = {
  constant: { weekday: flat, weekend: flat },
  office: {
    weekday: [0, 0, 0, 0, 0, 1, 4, 12, 16, 9, 4, 3, 4, 5, 3, 2, 1, 1, 1, 0, 0, 0, 0, 0],
    weekend: [0, 0, 0, 0, 0, 0, 0, 0.2, 0.3, 0.5, 0.5, 0.4, 0.4, 0.3, 0.2, 0.2, 0.1, 0, 0, 0, 0, 0, 0, 0]
  },
  home: {
    weekday: [1, 0.5, 0.2, 0.1, 0.1, 0.2, 0.5, 0.5, 0.5, 0.5, 0.7, 1, 1.2, 1.2, 1.5, 2.5, 5, 8, 9, 7, 5, 4, 3, 2],
    weekend: [1.5, 1, 0.5, 0.2, 0.1, 0.1, 0.2, 0.5, 1, 1.5, 2, 2.5, 3, 3, 3, 3.5, 4, 5, 5, 4, 3.5, 3, 2.5, 2]
  },
  highway: {
    weekday: [1, 0.7, 0.5, 0.5, 0.7, 1.5, 3, 4.5, 5, 5, 5, 5.5, 6, 5.5, 5.5, 6, 6.5, 6.5, 6, 5, 4, 3, 2, 1.5],
    weekend: [1, 0.7, 0.5, 0.4, 0.5, 1, 2, 3.5, 5.5, 7.5, 9, 9, 8.5, 8, 8.5, 9, 9, 8.5, 7.5, 6, 4.5, 3, 2, 1.5]
  },
  shop: {
    weekday: [0, 0, 0, 0, 0, 0, 0.2, 1, 3, 5, 6, 6, 5, 5, 5, 6, 8, 9, 8, 5, 2, 0.5, 0, 0],
    weekend: [0, 0, 0, 0, 0, 0, 0, 0.5, 3, 7, 10, 11, 10, 10, 10, 9, 7, 5, 3, 1, 0.5, 0, 0, 0]
  }
} as const satisfies Record<string, Week>

/** The same with a mean of 1 over a weekday; the weekend stays in proportion. `undefined` when a weekday has no weight at all. */
export const normalized = ({ weekday, weekend }: Week): Week | undefined => {
  const mean = weekday.reduce((sum, weight) => sum + weight, 0) / weekday.length
  if (mean <= 0) return undefined
  return { weekday: weekday.map((weight) => weight / mean), weekend: weekend.map((weight) => weight / mean) }
}
