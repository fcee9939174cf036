/** The other opinion: plain ajv at run time over the files in `schemas/v201`, one schema file at a time. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Ajv, type ValidateFunction } from "ajv"
import draft6 from "ajv/dist/refs/json-schema-draft-06.json" with { type: "json" }
import { validators, type Payloads, type ValidationError } from "../src/index.ts"
import { dateTime } from "../src/runtime.ts"

/** The keywords of a schema that these tests read. */
export interface Schema {
  readonly type?: string
  readonly $ref?: string
  readonly enum?: ReadonlyArray<string>
  readonly format?: string
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: ReadonlyArray<string>
  readonly additionalProperties?: boolean
}

export interface SchemaFile extends Schema {
  readonly definitions: Readonly<Record<string, Schema>>
}

const folder = join(import.meta.dirname, "../../../schemas/v201")

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const isSchemaFile = (value: unknown): value is SchemaFile => isRecord(value) && isRecord(value["definitions"])

const isPayload = (name: string): name is keyof Payloads => name in validators

const readSchemaFile = (file: string): readonly [keyof Payloads, SchemaFile] => {
  const name = file.replace(/\.json$/, "")
  const schema: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"))
  if (isPayload(name) && isSchemaFile(schema)) return [name, schema]
  throw new Error(`${file} is not the schema of a payload`)
}

/** Every schema file by payload name. */
export const schemaFiles: ReadonlyMap<keyof Payloads, SchemaFile> = new Map(readdirSync(folder).map(readSchemaFile))

/** Plain ajv for one payload: no option but those that let it read these files. */
export const compileReference = (schema: SchemaFile): ValidateFunction => {
  const ajv = new Ajv({ strict: false })
  ajv.addMetaSchema(draft6)
  ajv.addFormat("date-time", { type: "string", validate: dateTime })
  return ajv.compile(schema)
}

/** What must be equal in both opinions. */
export interface Verdict {
  readonly valid: boolean
  readonly errors: ReadonlyArray<Omit<ValidationError, "schemaPath">>
}

export const verdict = (
  validate: { (data: unknown): boolean; errors?: ReadonlyArray<ValidationError> | null },
  data: unknown
): Verdict => {
  const valid = validate(data)
  const errors = (validate.errors ?? []).map(({ schemaPath: _schemaPath, ...error }) => error)
  return { valid, errors }
}

/** The value a JSON pointer such as `#/definitions/ModemType/required` leads to. */
export const follow = (schema: SchemaFile, pointer: string): unknown => {
  let node: unknown = schema
  for (const key of pointer.split("/").slice(1)) node = isRecord(node) ? node[key] : undefined
  return node
}
