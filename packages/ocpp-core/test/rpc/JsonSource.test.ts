import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { sourceAt } from "../../src/rpc/JsonSource.ts"

type Json = string | number | boolean | null | ReadonlyArray<Json> | { readonly [key: string]: Json }

const space = fc.array(fc.constantFrom(" ", "\t", "\n", "\r"), { maxLength: 2 }).map((all) => all.join(""))

/** The same value as text, with white space that says nothing. */
const spaced = (value: Json): fc.Arbitrary<string> => {
  if (typeof value !== "object" || value === null) return fc.constant(JSON.stringify(value))
  const parts = Array.isArray(value)
    ? (value as ReadonlyArray<Json>).map(spaced)
    : Object.entries(value).map(([key, part]) =>
        fc.tuple(space, space, spaced(part)).map(([a, b, text]) => `${JSON.stringify(key)}${a}:${b}${text}`)
      )
  const [open, close] = Array.isArray(value) ? "[]" : "{}"
  return fc
    .tuple(space, ...parts.map((part) => fc.tuple(space, part, space).map((all) => all.join(""))))
    .map(([first, ...rest]) => `${open}${first}${rest.join(",")}${close}`)
}

const pathsOf = (
  value: unknown,
  path: ReadonlyArray<string | number> = []
): ReadonlyArray<ReadonlyArray<string | number>> =>
  typeof value !== "object" || value === null
    ? [path]
    : [
        path,
        ...(Array.isArray(value)
          ? value.flatMap((part, i) => pathsOf(part, [...path, i]))
          : Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key])))
      ]

const at = (value: unknown, path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>((part, key) => (part as { readonly [K in string | number]: unknown })[key], value)

describe("sourceAt", () => {
  it("P-5: gives every part of a text as it was written", () => {
    const texts = fc.jsonValue({ maxDepth: 4 }).chain((value) => fc.tuple(spaced(value as Json), space, space))
    fc.assert(
      fc.property(texts, ([inner, before, behind]) => {
        const text = before + inner + behind
        const value: unknown = JSON.parse(text)
        for (const path of pathsOf(value)) {
          const source = sourceAt(text, path)
          expect(text).toContain(source)
          expect(source).toBe(source?.trim())
          expect(JSON.parse(source ?? "")).toEqual(at(value, path))
        }
      }),
      { seed: 20_240_501, numRuns: 300 }
    )
  })

  it.each([
    ['{"a":1.10}', ["a"], "1.10"],
    ['{"a":[0, -0.0 ,1E+2]}', ["a", 1], "-0.0"],
    ['[2,"id","X",{"n":12345678901234567890}]', [3, "n"], "12345678901234567890"],
    ['{"a":"}\\"{","b":{"c":"\\u0041"}}', ["b", "c"], '"\\u0041"'],
    ['{"a":1,"\\u0061":2}', ["a"], "2"],
    ['{"":{}}', [""], "{}"]
  ] as const)("P-5: %s at %j is %s", (text, path, source) => {
    expect(sourceAt(text, path)).toBe(source)
  })

  it.each([
    ["{}", ["a"]],
    ['{"a":1}', ["b"]],
    ['{"a":1}', ["a", "b"]],
    ["[1]", [1]],
    ["[]", [0]],
    ["[1]", ["a"]],
    ['{"0":1}', [0]]
  ] as const)("in %s there is nothing at %j", (text, path) => {
    expect(sourceAt(text, path)).toBeUndefined()
  })
})
