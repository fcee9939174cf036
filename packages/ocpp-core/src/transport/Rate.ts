/**
 * How much may come in how short a time: the generic cell rate algorithm (GCRA). What is remembered of the past is one
 * number, the time at which all that came would have been due at the allowed pace. Pure; allocates nothing.
 */

/** An allowed pace, with room for a burst. Times in milliseconds. */
export interface Rate {
  /** Between two units at the allowed pace; 0 where there is no limit, `Infinity` where nothing is allowed. */
  readonly interval: number
  /** How far ahead of the allowed pace one may be. */
  readonly burst: number
}

/** At most `units` in `period` milliseconds, and `burst` milliseconds' worth of them at once. `Infinity`: no limit. */
export const rateOf = (units: number, period: number, burst: number): Rate => ({ interval: period / units, burst })

/** What `after` gives instead of a time when it is too much. */
export const tooMuch = -1

/**
 * What to remember once `units` more have come at `now`, or `tooMuch`: then nothing has changed. `due` is what was
 * remembered before, 0 at the beginning.
 */
export const after = (rate: Rate, due: number, now: number, units: number): number => {
  const next = (due > now ? due : now) + units * rate.interval
  return next - now > rate.burst ? tooMuch : next
}

/** Milliseconds until one more unit is allowed; 0 when it is now. */
export const waitOf = (rate: Rate, due: number, now: number): number =>
  Math.max(0, (due > now ? due : now) + rate.interval - rate.burst - now)
