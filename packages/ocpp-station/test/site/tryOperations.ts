/** Tries every operation of a namespace at a virtual station, from a table that has to name them all. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { assertTruthful, observe, type Observed, type SiteOptions } from "./Observed.ts"

/** One thing to try; at its end both sides must agree. */
export interface Trial extends SiteOptions {
  readonly run: (site: Observed) => Effect.Effect<void, unknown, Scope.Scope>
  /** Events that the trial is about, and that would be an anomaly else. */
  readonly allowed?: ReadonlyArray<string>
}

type OperationOf<N> = { [K in keyof N]: N[K] extends (...args: never) => unknown ? K : never }[keyof N]

/** Trials by operation, each with what it states. */
export type Trials<N> = { readonly [K in OperationOf<N> & string]: { readonly [statement: string]: Trial } }

const isErrorClass = (exported: unknown): boolean =>
  typeof exported === "function" && exported.prototype instanceof Error

/** What a namespace can do. */
export const operationsOf = (namespace: object): ReadonlyArray<string> =>
  Object.entries(namespace)
    .filter(([, exported]) => typeof exported === "function" && !isErrorClass(exported))
    .map(([name]) => name)
    .toSorted()

/** Tests of one namespace; the name is how it is exported. */
export const tryOperations = <N extends object>(name: string, namespace: N, trials: Trials<N>): void => {
  describe(`the operations of ${name}`, () => {
    it("has a trial for every operation", () =>
      assert.deepStrictEqual(Object.keys(trials).toSorted(), operationsOf(namespace)))
    for (const [operation, statements] of Object.entries<Trials<N>[keyof Trials<N>]>(trials))
      describe(`${name}.${operation}`, () => {
        for (const [statement, { allowed, run, ...options }] of Object.entries<Trial>(statements))
          it.effect(statement, () =>
            Effect.gen(function* () {
              const site = yield* observe(options)
              yield* run(site)
              yield* assertTruthful(site, allowed)
            })
          )
      })
  })
}
