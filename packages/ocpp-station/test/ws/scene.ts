/** A test before a CSMS of its own, and what holds in every one of them. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger, References, type Scope } from "effect"
import { Ground, type GroundOptions } from "./Ground.ts"

/** Defines the test. Whatever it does, no secret is in a log line, an event, a security log or a snapshot. */
export const scene = (
  title: string,
  steps: (ground: Ground) => Effect.Effect<void, unknown, Scope.Scope>,
  options?: GroundOptions
): void => {
  it.live(
    title,
    () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const logs = Layer.mergeAll(
          Logger.layer([Logger.map(Logger.formatLogFmt, (line) => void lines.push(line))]),
          Layer.succeed(References.MinimumLogLevel, "All")
        )
        const ground = yield* Effect.scoped(
          Effect.gen(function* () {
            const made = yield* Ground.make(options)
            yield* Effect.scoped(steps(made))
            return made
          })
        ).pipe(Effect.provide(logs))
        ground.texts.push(...lines)
        assert.deepStrictEqual(ground.leaks, [], "what was told with a secret in it")
      }),
    15_000
  )
}
