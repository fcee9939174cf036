/** Delays on Effect's Clock for code that is not an Effect, so that `TestClock` drives them. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"

/** Timers as the links use them. */
export interface Timers {
  /** Runs `action` after `millis`; the result cancels it. */
  readonly after: (millis: number, action: () => void) => () => void
}

/** Timers on the Clock of the environment; all are cancelled when the scope closes. */
export const makeTimers: Effect.Effect<Timers, never, Scope.Scope> = Effect.gen(function* () {
  const fork = Effect.runForkWith(Context.omit(Scope.Scope)(yield* Effect.context<Scope.Scope>()))
  const running = new Set<Fiber.Fiber<void>>()
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const fiber of running) fiber.interruptUnsafe()
    })
  )
  const after = (millis: number, action: () => void) => {
    const fiber = fork(Effect.andThen(Effect.sleep(millis), Effect.sync(action)))
    running.add(fiber)
    fiber.addObserver(() => running.delete(fiber))
    return () => fiber.interruptUnsafe()
  }
  return { after }
})
