/**
 * Prints `validators.ts` with ajv's standalone code: one ESM module, every definition compiled once as a schema of its
 * own, first error only. What ajv would import at run time is replaced by `src/runtime.ts` of the target.
 *
 * The text of ajv is rewritten by pattern. `assertClean` is the guard: whatever a pattern missed stops the build.
 */
import { _, Ajv } from "ajv"
import standalone from "ajv/dist/standalone/index.js"
import { isObject, parse, type Json, type JsonObject } from "./Json.ts"
import type { Model } from "./Model.ts"
import { banner, payloadDoc } from "./types.ts"

export const renderValidators = (model: Model): string => {
  const names = [...model.definitions.keys(), ...model.payloads.keys()]
  const code = [nameFunctions, useRuntime, passPathOnly, shrinkConstants].reduce(
    (text, rewrite) => rewrite(text),
    standalone.default(makeAjv(model), Object.fromEntries(names.map((name) => [name, name])))
  )
  const located = names.reduce(locateSchemaPaths, code)
  assertClean(located, names)
  return [
    "// @ts-nocheck",
    banner,
    'import { dateTime, ucs2length, type Validator } from "../runtime.ts"',
    `import type { ${[...model.payloads.keys()].join(", ")} } from "./types.ts"`,
    "",
    ...[...model.payloads.keys()].map((name) => exportOf(model, name)),
    located
  ].join("\n")
}

/** `export const validateX: Validator<X> = check_X`: an alias of a function, so bundlers may drop it. */
const exportOf = (model: Model, name: string): string => {
  const action = name.replace(/(Request|Response)$/, "")
  return [
    `/** Validates: ${payloadDoc(name, action, model.actions.get(action)!)} */`,
    `export const validate${name}: Validator<${name}> = check_${name}`,
    ""
  ].join("\n")
}

const makeAjv = (model: Model): Ajv => {
  const ajv = new Ajv({
    strict: true,
    inlineRefs: false,
    messages: true,
    code: { source: true, esm: true, lines: true, formats: _`formats` }
  })
  ajv.addFormat("date-time", { type: "string", validate: () => true })
  for (const [name, schema] of [...model.definitions, ...model.payloads])
    ajv.addSchema({ ...prepareObject(schema), $id: name })
  return ajv
}

const annotations = new Set(["$schema", "$id", "$comment", "comment", "description", "javaType", "default"])

/** Annotations out, `#/definitions/X` to `X`: every definition is a schema of its own. */
const prepareObject = (node: JsonObject, isMap = false): JsonObject => {
  const entries = Object.entries(node).filter(([key]) => isMap || !annotations.has(key))
  return Object.fromEntries(entries.map(([key, value]) => [key, prepareValue(key, value, isMap)]))
}

const prepareValue = (key: string, value: Json, isMap: boolean): Json => {
  if (key === "$ref" && !isMap && typeof value === "string") return value.replace("#/definitions/", "")
  return isObject(value) ? prepareObject(value, !isMap && key === "properties") : value
}

/** `validate17` to `check_ModemType`, and ajv's own exports out. */
const nameFunctions = (code: string): string => {
  const names = new Map<string, string>()
  for (const [, name, id] of code.matchAll(/^export const (\w+) = (validate\d+);$/gm)) names.set(id!, `check_${name!}`)
  return code
    .replace(/^"use strict";\n/, "")
    .replace(/^\/\*# sourceURL=.*\n/gm, "")
    .replace(/^export const \w+ = validate\d+;\n/gm, "")
    .replace(/\bvalidate\d+\b/g, (id) => names.get(id) ?? id)
}

/** Our own date-time and length functions; code points are counted only when the length is already over the limit. */
const useRuntime = (code: string): string =>
  code
    .replace(/^const func\d+ = require\("ajv\/dist\/runtime\/ucs2length"\)\.default;\n?/gm, "")
    .replace(/^const func\d+ = Object\.prototype\.hasOwnProperty;\n?/gm, "")
    .replace(/func\d+\.call\(/g, "Object.hasOwn(")
    .replace(/^const formats\d+ = .*;\n/gm, "")
    .replace(/formats\d+(?:\.validate)?\((\w+)\)/g, "dateTime($1)")
    .replace(/func\d+\((\w+)\) > (\d+)/g, "$1.length > $2 && ucs2length($1) > $2")

/** Our schemas use nothing of ajv's call context but the path, so the path is passed alone. */
const passPathOnly = (code: string): string =>
  code
    .replaceAll('{instancePath="", parentData, parentDataProperty, rootData=data}={}', 'instancePath = ""')
    .replace(/\{instancePath:([^,{}]+),parentData:\w+,parentDataProperty:[^,{}]+,rootData\}/g, "$1")

/** The schema constants are read in two ways: an enum's values, and the names of an object of more than 8 properties. */
const shrinkConstants = (code: string): string => {
  const reads = new Map<string, Set<string>>()
  for (const [, id, key] of code.matchAll(/\b(schema\d+)\.(\w+)/g)) {
    reads.set(id!, (reads.get(id!) ?? new Set()).add(key!))
  }
  return code.replace(/^const (schema\d+) = (.*);\n/gm, (_line, id: string, text: string) => {
    const members = [...(reads.get(id) ?? [])].map((key) => constantMember(parse(id, text), key))
    return members.length === 0 ? "" : `const ${id} = { ${members.join(", ")} };\n`
  })
}

const constantMember = (schema: JsonObject, key: string): string => {
  const value = schema[key]
  if (key === "enum") return `enum: ${JSON.stringify(value)}`
  if (key !== "properties" || !isObject(value)) throw new Error(`ajv reads schema.${key}, which is not known here`)
  return `properties: { ${Object.keys(value)
    .map((name) => `${name}: 1`)
    .join(", ")} }`
}

/** Inside a definition ajv counts from the definition; make it a pointer into the payload's schema file. */
const locateSchemaPaths = (code: string, name: string): string => {
  const start = code.indexOf(`function check_${name}(`)
  const end = code.indexOf("\nfunction ", start)
  const at = /(Request|Response)$/.test(name) ? "#/" : `#/definitions/${name}/`
  const body = code.slice(start, end === -1 ? undefined : end)
  return (
    code.slice(0, start) + body.replaceAll('schemaPath:"#/', `schemaPath:"${at}`) + (end === -1 ? "" : code.slice(end))
  )
}

const assertClean = (code: string, names: ReadonlyArray<string>): void => {
  const left = /require\(|\bfunc\d|\bformats\d|parentData|rootData|\bvalidate\d|^export|^import/m.exec(code)
  const functions = code.match(/^function check_\w+\(/gm)?.length
  if (left !== null) throw new Error(`ajv printed something unexpected: ${code.slice(left.index, left.index + 80)}`)
  if (functions !== names.length) throw new Error(`ajv printed ${functions ?? 0} functions for ${names.length} schemas`)
}
