/** A payload with one thing changed: mostly wrong, sometimes still right. */
import * as fc from "fast-check"

/** One changed copy of `payload`. */
export const mutationsOf = (payload: unknown): fc.Arbitrary<unknown> =>
  fc
    .constantFrom(...placesIn(payload))
    .chain((place) =>
      fc.constantFrom(...variantsOf(place.value)).map((variant) => replaceAt(payload, place.path, variant))
    )

/** A copy for every change at every place of `payload`. */
export const everyMutationOf = (payload: unknown): ReadonlyArray<unknown> =>
  placesIn(payload).flatMap(({ path, value }) => variantsOf(value).map((variant) => replaceAt(payload, path, variant)))

interface Place {
  readonly path: ReadonlyArray<string>
  readonly value: unknown
}

const placesIn = (value: unknown, path: ReadonlyArray<string> = []): ReadonlyArray<Place> => [
  { path, value },
  ...(isObject(value) || Array.isArray(value)
    ? Object.entries(value).flatMap(([key, child]) => placesIn(child, [...path, key]))
    : [])
]

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Stands for a member that is left out. */
const nothing = Symbol("nothing")

const others: ReadonlyArray<unknown> = [nothing, null, true, 0, -1, 1.5, 1e300, "", "Unknown", [], {}]

/** What may stand in the place of a value. */
const variantsOf = (value: unknown): ReadonlyArray<unknown> => {
  if (typeof value === "string") return [...others, ...textsLike(value)]
  if (typeof value === "number") return [...others, value + 0.5, value * 2 ** 40, -value]
  if (Array.isArray(value)) return [...others, ...listsLike(value)]
  return isObject(value) ? [...others, ...objectsLike(value)] : others
}

const textsLike = (text: string): ReadonlyArray<unknown> => [
  text + "x",
  text + "😀",
  text + "x".repeat(10_000),
  text.toLowerCase(),
  text.replace(/Z$/i, ""),
  text.replace(/^(\d{4})-\d\d-\d\d/, "$1-02-29"),
  text.replace(/T\d\d/, "T24"),
  [text]
]

const listsLike = (list: ReadonlyArray<unknown>): ReadonlyArray<unknown> => [
  [...list, ...list, ...list, ...list, ...list],
  list.slice(1),
  [...list, null],
  list[0]
]

const objectsLike = (object: Readonly<Record<string, unknown>>): ReadonlyArray<unknown> => [
  { ...object, unknown: 1 },
  { ...object, customData: { vendorId: "v", anything: [1] } },
  { ...object, customData: { anything: 1 } },
  [object]
]

const replaceAt = (value: unknown, [key, ...rest]: ReadonlyArray<string>, variant: unknown): unknown => {
  if (key === undefined) return variant === nothing ? undefined : variant
  const replaced = (child: unknown): ReadonlyArray<unknown> => {
    if (rest.length === 0) return variant === nothing ? [] : [variant]
    return [replaceAt(child, rest, variant)]
  }
  if (Array.isArray(value)) return value.flatMap((item, i) => (String(i) === key ? replaced(item) : [item]))
  if (!isObject(value)) return value
  const entries = Object.entries(value)
  return Object.fromEntries(
    entries.flatMap(([name, child]) => (name === key ? replaced(child) : [child]).map((kept) => [name, kept]))
  )
}
