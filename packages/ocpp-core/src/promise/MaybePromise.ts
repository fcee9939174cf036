/** Plain functions of users, async or not, as effects. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** A value now, or a promise of it. */
export type MaybePromise<A> = A | PromiseLike<A>

/** Whether it has to be awaited. */
export const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function"

/** Calls the function when it is run; in the same tick when it returns no promise. `failure` reads what was thrown. */
export const attempt = <A, E>(
  evaluate: () => MaybePromise<A>,
  failure: (thrown: unknown) => E
): Effect.Effect<Awaited<A>, E> =>
  Effect.suspend(() => {
    try {
      const result = evaluate()
      if (!isPromiseLike(result)) return Exit.succeed(result as Awaited<A>) // what is no promise is awaited already
      return Effect.callback<Awaited<A>, E>((resume) => {
        void Promise.resolve(result).then(
          (value) => resume(Exit.succeed(value)),
          (thrown: unknown) => resume(Exit.fail(failure(thrown)))
        )
      })
    } catch (thrown) {
      return Exit.fail(failure(thrown))
    }
  })

/** The words of whatever was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))
