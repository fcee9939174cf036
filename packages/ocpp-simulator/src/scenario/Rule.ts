/** How one setting is read: rules for single values, and `group` and `list` to put them together. Strict: nothing is guessed. */
import * as Result from "effect/Result"
import { type Given, type GivenEntry, givenText, type Place, ScenarioInvalid } from "./Given.ts"
import { similar } from "./Similar.ts"

/** What reading gives. */
export type Read<T> = Result.Result<T, ScenarioInvalid>

/** Reads a setting from what is given, weakest first (file, then flags); an empty list when nothing is. */
export type Rule<T> = (given: ReadonlyArray<Given>, path: string, parent: Place) => Read<T>

/** A rule for one value that says why a value is wrong; `undefined` is the value when it is absent. */
const single =
  <T>(
    allowed: string,
    read: (value: string | number | boolean, fromFlag: boolean, source?: string) => T | undefined
  ): Rule<T | undefined> =>
  (layers, path) => {
    const given = layers.at(-1)
    if (given === undefined || (given.kind === "scalar" && given.value === null)) return Result.succeed(undefined)
    const value =
      given.kind === "scalar" && given.value !== null
        ? read(given.value, "flag" in given.place, given.source)
        : undefined
    if (value !== undefined) return Result.succeed(value)
    return Result.fail(
      new ScenarioInvalid({ place: given.place, path, problem: `cannot be ${givenText(given)}`, allowed })
    )
  }

/** What `number` and `quantity` allow. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

const inBounds = (value: number | undefined, { max, min }: Bounds): number | undefined =>
  value !== undefined && value >= min && value <= max ? value : undefined

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu

const toNumber = (value: string | number | boolean, fromFlag: boolean): number | undefined => {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined
  return fromFlag && typeof value === "string" && decimal.test(value.trim()) ? Number(value) : undefined
}

/** A number. */
export const number = (bounds: Bounds): Rule<number | undefined> =>
  single(`a number from ${bounds.min} to ${bounds.max}`, (value, fromFlag) =>
    inBounds(toNumber(value, fromFlag), bounds)
  )

/** A whole number. */
export const whole = (bounds: Bounds): Rule<number | undefined> =>
  single(`a whole number from ${bounds.min} to ${bounds.max}`, (value, fromFlag) => {
    const read = inBounds(toNumber(value, fromFlag), bounds)
    return read !== undefined && Number.isSafeInteger(read) ? read : undefined
  })

/** A number with a unit, in the unit that counts 1 when none is written: `90`, `90s`, `1.5 h`. */
export const quantity = (
  units: Readonly<Record<string, number>>,
  bounds: Bounds,
  example: string
): Rule<number | undefined> =>
  single(`${example}; ${quantityRange(units, bounds)}`, (value, fromFlag) => {
    const plain = toNumber(value, fromFlag)
    if (plain !== undefined) return inBounds(plain, bounds)
    const [, amount, unit] = typeof value === "string" ? (/^\s*([\d.]+)\s*([A-Za-z]+)\s*$/u.exec(value) ?? []) : []
    const factor = unit === undefined || !Object.hasOwn(units, unit) ? undefined : units[unit]
    return factor === undefined || amount === undefined || !decimal.test(amount)
      ? undefined
      : inBounds(Number(amount) * factor, bounds)
  })

const quantityRange = (units: Readonly<Record<string, number>>, { max, min }: Bounds): string => {
  const text = (value: number): string => {
    const [unit, factor] = Object.entries(units).findLast((entry) => value >= entry[1] && value % entry[1] === 0) ?? [
      "",
      1
    ]
    return `${value / factor}${value === 0 ? "" : ` ${unit}`}`
  }
  return `from ${text(min)} to ${text(max)}, in ${Object.keys(units).join(", ")}`
}

/** Seconds. */
export const seconds = (bounds: Bounds): Rule<number | undefined> =>
  quantity({ s: 1, m: 60, h: 3600, d: 86_400 }, bounds, "seconds, or with a unit like 90s, 5m, 2h, 1d")

/** Wh. */
export const wattHours = (bounds: Bounds): Rule<number | undefined> =>
  quantity({ Wh: 1, kWh: 1000 }, bounds, "Wh, or with a unit like 12kWh")

/** W. */
export const watts = (bounds: Bounds): Rule<number | undefined> =>
  quantity({ W: 1, kW: 1000 }, bounds, "W, or with a unit like 11kW")

/** Text, not empty; `check` may ask for more. Numbers in YAML are text too where text is asked for, as they are written. */
export const text = (allowed: string, check: (value: string) => boolean = () => true): Rule<string | undefined> =>
  single(allowed, (value, _, source) => {
    const read = typeof value === "number" ? (source ?? String(value)) : value
    return typeof read === "string" && read.trim() !== "" && check(read) ? read : undefined
  })

/** One of some names or numbers. */
export const choice = <const T extends string | number>(names: ReadonlyArray<T>): Rule<T | undefined> => {
  const allowed = names.join(", ")
  return (layers, path, parent) => {
    const read = single(allowed, (value) => names.find((name) => String(name) === String(value)))(layers, path, parent)
    const given = layers.at(-1)
    const near = given?.kind === "scalar" ? similar(String(given.value), names.map(String)) : undefined
    if (Result.isSuccess(read) || near === undefined) return read
    const { place, problem } = read.failure
    return Result.fail(new ScenarioInvalid({ place, path, problem: `${problem}; did you mean ${near}?`, allowed }))
  }
}

/** `true` or `false`. */
export const flag: Rule<boolean | undefined> = single("true or false", (value, fromFlag) => {
  if (typeof value === "boolean") return value
  return fromFlag && (value === "true" || value === "false") ? value === "true" : undefined
})

/** A moment, in milliseconds since 1970. */
export const moment: Rule<number | undefined> = single("a time like 2026-01-05T00:00:00Z", (value) => {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/u.test(value))
    return undefined
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : at
})

/** The value where nothing is given. */
export const otherwise =
  <T>(rule: Rule<T | undefined>, fallback: T): Rule<T> =>
  (layers, path, parent) =>
    Result.map(rule(layers, path, parent), (value) => value ?? fallback)

/** Any number of the same; one alone may stand without a list, and in a flag they are separated by commas. */
export const list =
  <T>(rule: Rule<T>, size: Bounds): Rule<ReadonlyArray<T> | undefined> =>
  (layers, path) => {
    const given = layers.at(-1)
    if (given === undefined || (given.kind === "scalar" && given.value === null)) return Result.succeed(undefined)
    const items = itemsOf(given)
    if (items.length < size.min || items.length > size.max) {
      const allowed = size.min === size.max ? `exactly ${size.min}` : `from ${size.min} to ${size.max}`
      const problem = `has ${items.length} ${items.length === 1 ? "entry" : "entries"}`
      return Result.fail(new ScenarioInvalid({ place: given.place, path, problem, allowed: `${allowed} entries` }))
    }
    const values: Array<T> = []
    for (const [index, item] of items.entries()) {
      const read = rule([item], `${path}[${index}]`, item.place)
      if (Result.isFailure(read)) return Result.fail(read.failure)
      values.push(read.success)
    }
    return Result.succeed(values)
  }

const itemsOf = (given: Given): ReadonlyArray<Given> => {
  if (given.kind === "list") return given.items
  if (given.kind === "scalar" && "flag" in given.place && typeof given.value === "string") {
    const { place, value } = given
    return value.split(",").map((part) => ({ kind: "scalar", value: part.trim(), place }))
  }
  return [given]
}

/** What a group of rules reads. */
export type Fields<F> = { readonly [K in keyof F]: F[K] extends Rule<infer T> ? T : never }

/**
 * Settings under one key, by name. `shorthand` names the one that is meant when something else than a group is written:
 * `rampUp: 60s` is `rampUp: { over: 60s }`.
 */
export const group =
  <F extends Readonly<Record<string, Rule<unknown>>>>(fields: F, shorthand?: keyof F & string): Rule<Fields<F>> =>
  (layers, path, parent) => {
    const under = (key: string): string => (path === "" ? key : `${path}.${key}`)
    const byKey = new Map<string, Array<Given>>()
    for (const given of layers) {
      if (given.kind === "scalar" && given.value === null) continue
      const entries = entriesOf(given, shorthand)
      if (entries === undefined) {
        const problem = `cannot be ${givenText(given)}`
        return Result.fail(new ScenarioInvalid({ place: given.place, path, problem, allowed: settings(fields, path) }))
      }
      for (const [key, entry] of entries) {
        if (!Object.hasOwn(fields, key)) {
          const near = similar(key, Object.keys(fields))
          const problem = `is not a setting${near === undefined ? "" : `; did you mean ${under(near)}?`}`
          const allowed = settings(fields, path)
          return Result.fail(new ScenarioInvalid({ place: entry.place, path: under(key), problem, allowed }))
        }
        byKey.set(key, [...(byKey.get(key) ?? []), entry.given])
      }
    }
    const values: Record<string, unknown> = {}
    for (const [key, rule] of Object.entries(fields)) {
      const read = rule(byKey.get(key) ?? [], under(key), layers.at(-1)?.place ?? parent)
      if (Result.isFailure(read)) return Result.fail(read.failure)
      values[key] = read.success
    }
    return Result.succeed(values as Fields<F>)
  }

const entriesOf = (
  given: Given,
  shorthand: string | undefined
): Iterable<readonly [string, GivenEntry]> | undefined => {
  if (given.kind === "map") return given.entries
  return shorthand === undefined ? undefined : [[shorthand, { place: given.place, given }]]
}

const settings = (fields: object, path: string): string =>
  `${path === "" ? "" : `under ${path}: `}${Object.keys(fields).join(", ")}`
