/** What the port suites share: fresh implementations, equality as JSON, and saying aloud what does not apply. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { assert, it } from "@effect/vitest"

/** Builds a layer anew in the scope of the test, whoever built it before. */
export const build = <A, E, R>(
  layer: Layer.Layer<A, E, R>,
  context: Context.Context<R>
): Effect.Effect<Context.Context<A>, E, Scope.Scope> =>
  Effect.flatMap(Effect.scope, (scope) => provideAll(Layer.buildWithScope(Layer.fresh(layer), scope), context))

/** Provides everything an effect needs. */
export const provideAll = <A, E, R>(effect: Effect.Effect<A, E, R>, context: Context.Context<R>): Effect.Effect<A, E> =>
  // `Exclude<R, R>` is `never`, which the compiler cannot see while R is open.
  Effect.provideContext(effect, context) as Effect.Effect<A, E>

/** Names what an implementation does not have, as a test that is reported as skipped. */
export const notApplicable = (why: string): void => it.live.skipIf(true)(`not applicable: ${why}`, () => Effect.void)

/** What is left of a value after a trip through JSON. */
export const asJson = (value: unknown): unknown => {
  const text = JSON.stringify(value) as string | undefined
  return text === undefined ? undefined : JSON.parse(text)
}

/** Asserts that two values are the same JSON. */
export const assertSameJson = (actual: unknown, expected: unknown, message?: string): void =>
  assert.deepStrictEqual(asJson(actual), asJson(expected), message)

/** Freezes a value and everything in it. */
export const deepFreeze = <A>(value: A): A => {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part)
    Object.freeze(value)
  }
  return value
}

/** The numbers from 1 to `count`, not in order; the same at every call. */
export const shuffled = (count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, index) => index + 1).toSorted((a, b) => ((a * 7) % count) - ((b * 7) % count))

/**
 * Identities that an implementation may mistake for each other when it makes keys, patterns or subjects of them. No two
 * differ by case only. The last ones need `lenientIdentity`.
 */
export const confusableIdentities: ReadonlyArray<string> = [
  ..."*-_=:+|@.".split(""),
  "CS",
  "CS-1",
  "CS-10",
  "CS_1",
  "CS.1",
  "CS*1",
  "CS.*",
  "CS:1",
  "CS|1",
  "CS-1.CS-1",
  "__proto__",
  "constructor",
  "0",
  "00",
  "null",
  "x".repeat(48),
  `${"x".repeat(47)}y`,
  "CS 1",
  " CS-1",
  "CS%1",
  "CS%2D1",
  "CS'1",
  'CS"1',
  "CS\\1",
  "CS>",
  "ÇS-1",
  "充电站"
]
