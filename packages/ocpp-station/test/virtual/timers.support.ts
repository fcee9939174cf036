/** Timers on a clock that a test moves on. */

/** What is due, in the order of time; `world.now` is the clock, in milliseconds. */
export const makeTimers = (world: { now: number }) => {
  const timers = new Set<{ readonly due: number; readonly action: () => void }>()
  return {
    after: (milliseconds: number, action: () => void) => {
      const timer = { due: world.now + milliseconds, action }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer) }
    },
    /** Lets time pass, and what is due happen. */
    pass: (milliseconds: number): void => {
      const until = world.now + milliseconds
      for (;;) {
        const [next] = [...timers].filter(({ due }) => due <= until).toSorted((a, b) => a.due - b.due)
        if (next === undefined) break
        timers.delete(next)
        world.now = Math.max(world.now, next.due)
        next.action()
      }
      world.now = until
    },
    /** How many wait. */
    get size() {
      return timers.size
    }
  }
}
