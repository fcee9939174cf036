/**
 * Operations as promise users meet them: `station.provisioning.setVariables(items)` for the core's
 * `Provisioning.setVariables(station, items)`. Their types derive from those of the core, but for the few in `OwnOperations`.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Station } from "../csms/StationRef.ts"
import type { Bridge } from "./Bridge.ts"
import { isErrorClass, namespaces } from "./namespaces.ts"
import { type OwnOperations, translations } from "./OwnOperations.ts"
import type { Abortable, OperationName, Promises } from "./Promised.ts"

type Namespaces = typeof namespaces

/** Namespaces of operations, by their names in the core with a small first letter. */
export type PromiseOperations = { readonly [Name in keyof Namespaces]: NamespaceOf<Name> }

type NamespaceOf<Name extends keyof Namespaces> = Name extends keyof OwnOperations
  ? OwnOperations[Name] &
      Promises<Namespaces[Name], Exclude<OperationName<Namespaces[Name]>, keyof OwnOperations[Name]>>
  : Promises<Namespaces[Name]>

/** Whose operations they are, and how they are run. */
export interface Operator {
  readonly bridge: Bridge
  readonly station: Station
  /** To be applied to every effect when the user calls. */
  readonly marked: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

type Translation = (...args: ReadonlyArray<unknown>) => ReadonlyArray<unknown>

type Operation = (station: Station, ...args: ReadonlyArray<unknown>) => Effect.Effect<unknown, unknown>

/** The operations of one namespace. Its pure functions become methods too, which no type shows and every call of rejects. */
export const operationsOf = <Name extends keyof PromiseOperations>(
  name: Name,
  operator: Operator
): PromiseOperations[Name] => {
  const { bridge, station } = operator
  const made: Record<string, unknown> = {}
  for (const [key, exported] of Object.entries(namespaces[name])) {
    if (typeof exported !== "function" || isErrorClass(exported)) continue
    const operation = exported as Operation // the types of arguments and results are those of `PromiseOperations`
    const translate = translations[`${name}.${key}`] as Translation | undefined
    made[key] = (...args: ReadonlyArray<unknown>): Promise<unknown> => {
      const run = Effect.suspend(() => operation(station, ...(translate === undefined ? args : translate(...args))))
      return bridge.run(plain(run, operator), signalOf(args))
    }
  }
  return made as PromiseOperations[Name]
}

const signalOf = (args: ReadonlyArray<unknown>): AbortSignal | undefined =>
  (args.at(-1) as Abortable | null | undefined)?.signal

const plain = <E>(run: Effect.Effect<unknown, E>, operator: Operator): Effect.Effect<unknown, E> =>
  operator.marked(Effect.map(run, (result) => withoutEffects(result, operator)))

/** What `PromiseResult` says of results. */
const withoutEffects = (result: unknown, operator: Operator): unknown => {
  if (typeof result !== "object" || result === null || Array.isArray(result)) return result
  const { bridge } = operator
  const shown = Object.entries(result).flatMap(([name, value]): ReadonlyArray<readonly [string, unknown]> => {
    if (Redacted.isRedacted(value)) return [[name, () => Redacted.value(value)]]
    if (!Effect.isEffect(value) || value instanceof Error) return []
    const later = value as Effect.Effect<unknown, unknown> // no operation leaves needs to its result
    return [[name, (options?: Abortable) => bridge.run(plain(later, operator), options?.signal)]]
  })
  return shown.length === 0 ? result : { ...result, ...Object.fromEntries(shown) }
}
