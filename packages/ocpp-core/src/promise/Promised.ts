/** From operations of the core to functions of promise users, as types: no Effect in what goes in, none in what comes out. */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Station } from "../csms/StationRef.ts"

/** What can be given up. */
export interface Abortable {
  /**
   * Gives it up: the promise is rejected with the signal's reason, and nothing more is sent. A CALL that waits for its turn
   * leaves the queue; one that was sent is left alone, its answer is dropped.
   */
  readonly signal?: AbortSignal | undefined
}

/** The functions of a namespace that are operations: of a station, giving an Effect. */
export type OperationName<Namespace> = {
  [Name in keyof Namespace]: Namespace[Name] extends (
    station: Station,
    ...args: never
  ) => Effect.Effect<unknown, unknown, unknown>
    ? Name
    : never
}[keyof Namespace]

/** The operations of a namespace, each without its station and with a promise for its Effect. */
export type Promises<Namespace, Name extends keyof Namespace = OperationName<Namespace>> = {
  readonly [N in Name]: Promised<Namespace[N]>
}

/** One operation; `never` where it needs services, and has to be written by hand. */
export type Promised<Operation> = Operation extends (
  station: Station,
  ...args: infer Args
) => Effect.Effect<infer Result, infer _Failure, infer Needs>
  ? [Needs] extends [never]
    ? (...args: WithSignal<Args>) => Promise<PromiseResult<Result>>
    : never
  : never

/** The options, a last parameter that may be left out as a whole and in its parts, take a signal besides. */
type WithSignal<Args extends ReadonlyArray<unknown>> = Args extends readonly [...infer _Init, infer _Last]
  ? [...PlainArgs<Args>, options?: Abortable]
  : Args extends readonly []
    ? [options?: Abortable]
    : Args extends readonly [...infer Init, (infer Last)?]
      ? {} extends NonNullable<Last>
        ? [...PlainArgs<Init>, options?: NonNullable<Last> & Abortable]
        : [...PlainArgs<Args>, options?: Abortable]
      : never

type PlainArgs<Args extends ReadonlyArray<unknown>> = {
  [Index in keyof Args]: [Extract<Args[Index], Redacted.Redacted<unknown>>] extends [never]
    ? Args[Index]
    : Exclude<Args[Index], Redacted.Redacted<unknown>>
}

/**
 * A result as it is, except for its fields that are Effects or Redacted: a function in their place runs the Effect, or gives
 * what must not be printed by accident.
 */
export type PromiseResult<Result> =
  Result extends ReadonlyArray<unknown>
    ? Result
    : Result extends object
      ? [HiddenName<Result>] extends [never]
        ? Result
        : { readonly [Name in keyof Result]: Shown<Result[Name]> }
      : Result

type HiddenName<Result> = {
  [Name in keyof Result]-?: NonNullable<Result[Name]> extends Shown<NonNullable<Result[Name]>> ? never : Name
}[keyof Result]

// An error of the core is an Effect too: the one that fails with it.
type Shown<Value> = Value extends Error
  ? Value
  : Value extends Redacted.Redacted<infer Secret>
    ? () => Secret
    : Value extends Effect.Effect<infer Later, infer _Failure>
      ? (options?: Abortable) => Promise<PromiseResult<Later>>
      : Value
