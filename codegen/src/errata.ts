/** Errata: what this distribution of the schemas got wrong, as reviewed JSON Patch operations. */
import { join } from "node:path"
import { CodegenError } from "./CodegenError.ts"
import { isList, isObject, parse, readJson, type Json, type Schema } from "./Json.ts"
import { apply, type Operation } from "./jsonPatch.ts"

export interface Erratum {
  readonly file: string
  readonly reason: string
  readonly source: string
  readonly patch: ReadonlyArray<Operation>
}

const isOperation = (value: Json): boolean =>
  isObject(value) &&
  typeof value["path"] === "string" &&
  (value["op"] === "remove" || ((value["op"] === "add" || value["op"] === "replace") && "value" in value))

const isErratum = (value: unknown): value is Erratum =>
  isObject(value) &&
  ["file", "reason", "source"].every((key) => typeof value[key] === "string" && value[key] !== "") &&
  isList(value["patch"]) &&
  value["patch"].length > 0 &&
  value["patch"].every(isOperation)

const form = "needs file, reason, source, and a patch of add, replace or remove operations"

export const readErrata = (schemas: string): ReadonlyArray<Erratum> => {
  const errata = readJson("errata.json", join(schemas, "errata.json"))["errata"]
  if (!isList(errata)) throw new CodegenError([`errata.json: "errata" is not a list`])
  return errata.map((erratum, i) => {
    if (isErratum(erratum)) return erratum
    throw new CodegenError([`errata.json: /errata/${i} ${form}`])
  })
}

/** Every schema by file name, with the errata applied. */
export const patchAll = (
  files: ReadonlyMap<string, Buffer>,
  errata: ReadonlyArray<Erratum>
): ReadonlyMap<string, Schema> => {
  const schemas = new Map([...files].map(([name, data]) => [name, parse(name, data.toString())]))
  for (const { file, patch } of errata) {
    for (const operation of patch) {
      const schema = schemas.get(file)
      const what = `${file}: the erratum "${operation.op} ${operation.path}" no longer applies`
      if (schema === undefined) throw new CodegenError([`${what}: there is no such file`])
      const patched = apply(schema, operation)
      if ("refused" in patched) throw new CodegenError([`${what}: ${patched.refused}`])
      if (!isObject(patched.value)) throw new CodegenError([`${what}: it would leave no schema`])
      schemas.set(file, patched.value)
    }
  }
  return schemas
}
