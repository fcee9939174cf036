/**
 * The structure of a schema: what is left when everything that cannot change a verdict or a type is taken away. Two
 * schemas with one structure accept the same values.
 */
import { isDeepStrictEqual } from "node:util"
import { byName, isList, isObject, type Json, type JsonObject } from "./Json.ts"
import { sha256 } from "./manifest.ts"

/** Keywords without effect: annotations, and `additionalItems`, which needs a tuple to mean something. */
const annotations = new Set(["$comment", "$schema", "comment", "description", "javaType", "additionalItems"])

/** Keywords whose members are names, not keywords. */
const maps = new Set(["properties", "definitions"])

export const structureOf = (node: Json, isMap = false): Json => {
  if (isList(node)) return node.map((item) => structureOf(item))
  if (!isObject(node)) return node
  const isEnum = !isMap && node["type"] === "string"
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => isMap || !(annotations.has(key) || (isEnum && key === "additionalProperties")))
      .toSorted(([a], [b]) => byName(a, b))
      .map(([key, value]) => [key, structureOf(value, !isMap && maps.has(key))])
  )
}

/** SHA-256 of the structure written as JSON with sorted names. */
export const fingerprint = (schema: JsonObject): string => sha256(JSON.stringify(structureOf(schema)))

/** The path of the first place where two structures differ, or `undefined` when they are equal. */
export const firstDifference = (a: Json | undefined, b: Json | undefined, path = ""): string | undefined => {
  if (isDeepStrictEqual(a, b)) return undefined
  if (!isObject(a) || !isObject(b)) return path === "" ? "/" : path
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = firstDifference(a[key], b[key], `${path}/${key}`)
    if (found !== undefined) return found
  }
  return path
}
