/** JSON values as types, and the few questions this generator asks about them. */
import { readFileSync } from "node:fs"
import { CodegenError } from "./CodegenError.ts"

export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

/** A JSON schema is plain JSON; the few keywords that matter are read where they matter. */
export type Schema = JsonObject

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const isList = (value: unknown): value is ReadonlyArray<Json> => Array.isArray(value)

/** The named children of an object under `key`, or none. */
export const children = (node: JsonObject, key: string): JsonObject => {
  const value = node[key]
  return isObject(value) ? value : {}
}

/** Code unit order: the same on every machine, whatever its locale. */
export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** `name` is what an error calls the file. */
export const parse = (name: string, text: string): JsonObject => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CodegenError([`${name}: not JSON (${String(cause)})`])
  }
  if (!isObject(value)) throw new CodegenError([`${name}: not a JSON object`])
  return value
}

const readText = (name: string, path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    throw new CodegenError([`${name}: cannot be read (${String(cause)})`])
  }
}

export const readJson = (name: string, path: string): JsonObject => parse(name, readText(name, path))
