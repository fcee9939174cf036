/** Patience by the clock of the machine, also where Effect's clock stands still. */
import * as Effect from "effect/Effect"

/** Dies and says so when `what` does not come within some real milliseconds. */
export const soon = <A, E, R>(what: string, wanted: Effect.Effect<A, E, R>, millis = 5_000): Effect.Effect<A, E, R> =>
  Effect.raceFirst(
    wanted,
    Effect.callback<never>((resume) => {
      const timer = setTimeout(() => resume(Effect.die(new Error(`${what} did not come`))), millis)
      return Effect.sync(() => clearTimeout(timer))
    })
  )
