/** Descriptions of the schemas, cleaned up for a reader, with the bounds that TypeScript cannot say as JSDoc tags. */
import { isObject, type Json, type JsonObject, type Schema } from "./Json.ts"

/** Bounds in the order they are printed. */
const bounds = ["maxLength", "minimum", "maximum", "minItems", "maxItems", "format", "default"] as const

const entities: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&"
}

/** One description as plain text: markup, model paths and their urns removed. */
export const cleanText = (text: string): string =>
  text
    .replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity]!)
    .replace(/\r\n?/g, "\n")
    .replace(/^[^\n]*\nurn:x-[^\n]*(?:\n|$)/, "")
    .replace(/^urn:x-[^\n]*(?:\n|$)/gm, "")
    .replace(/<<[^,>]*,\s*([^>]*)>>/g, "$1")
    .replace(/<<([^>]*)>>/g, "$1")
    .replaceAll("\u00a0", " ")
    .replace(/[ \t]+\+?[ \t]*$/gm, "")
    .replaceAll("*/", "* /")
    .replace(/\n{2,}/g, "\n")
    .replace(/(?<=\S) {2,}/g, " ")
    .trim()

/** Breaks lines that are longer than a comment should be. */
const wrap = (text: string): string => text.replace(/(?![^\n]{1,110}$)([^\n]{1,110}) /gm, "$1\n")

const plain = (value: Json | undefined): string => (typeof value === "string" ? value : JSON.stringify(value))

const describe = (schema: JsonObject, fallback: string): string => {
  const text = typeof schema["description"] === "string" ? cleanText(schema["description"]) : ""
  const tags = bounds.flatMap((bound) => (bound in schema ? [`@${bound} ${plain(schema[bound])}`] : []))
  return [wrap(text === "" ? fallback : text), ...tags].filter((line) => line !== "").join("\n")
}

/** Keywords that the type printer must not see: it would name types after them, or make tuples. */
const hidden = new Set([
  "description",
  "$id",
  "$schema",
  "$comment",
  "comment",
  "javaType",
  "default",
  "format",
  "minItems",
  "maxItems",
  "additionalItems"
])

/** A schema as the type printer wants it: every node described, and nothing that would print twice. */
export const describeAll = (schema: Schema, fallback: string): Schema => {
  const isEnum = schema["type"] === "string"
  const kept = Object.entries(schema).filter(
    ([key]) => !(hidden.has(key) || (isEnum && key === "additionalProperties"))
  )
  const description = describe(schema, fallback)
  // Without a type anything goes (`DataTransfer.data`); the printer would make it an object.
  const isAnything = !("type" in schema) && !("$ref" in schema)
  return {
    ...Object.fromEntries(kept.map(([key, value]) => [key, inner(key, value)])),
    ...(description === "" ? {} : { description }),
    ...(isAnything ? { tsType: "unknown" } : {})
  }
}

const inner = (key: string, value: Json): Json => {
  if (!isObject(value)) return value
  if (key === "items") return describeAll(value, "")
  if (key !== "properties") return value
  const described = Object.entries(value).map(([name, property]) => [name, inner("items", property)] as const)
  return Object.fromEntries(described)
}
