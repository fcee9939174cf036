/** Valid requests of a CSMS, made from the schemas: with what must be in them, with all there may be, and with what means something. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as fc from "fast-check"

interface Schema {
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
}

interface SchemaFile extends Schema {
  readonly definitions: Readonly<Record<string, Schema>>
}

/** What is in a request besides what must be: nothing, everything, or as chance has it. */
export type Fullness = "minimal" | "maximal" | "any"

/** Values that mean something to a station, by the name of the member that has them. */
export type Hints = Readonly<Record<string, ReadonlyArray<unknown>>>

interface Wanted {
  readonly file: SchemaFile
  readonly fullness: Fullness
  readonly hints: Hints
}

const folder = join(import.meta.dirname, "../../../../schemas/v201")

/** Requests of an action, all valid. */
export const requests = (action: string, fullness: Fullness, hints: Hints = {}): fc.Arbitrary<object> => {
  const file = JSON.parse(readFileSync(join(folder, `${action}Request.json`), "utf8")) as SchemaFile
  return made(file, { file, fullness, hints }) as fc.Arbitrary<object>
}

const made = (schema: Schema, wanted: Wanted): fc.Arbitrary<unknown> => {
  if (schema.$ref !== undefined)
    return made(wanted.file.definitions[schema.$ref.slice("#/definitions/".length)] ?? {}, wanted)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case "object":
      return object(schema, wanted)
    case "array":
      return array(schema, wanted)
    case "string":
      return schema.format === "date-time" ? moments : text(schema.maxLength ?? 20)
    case "integer":
      return integer(schema)
    case "number":
      return fc.oneof(
        integer(schema),
        fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true })
      )
    case "boolean":
      return fc.boolean()
    default:
      return fc.constantFrom<unknown>("any", 1, { x: [] })
  }
}

const object = (schema: Schema, wanted: Wanted): fc.Arbitrary<unknown> => {
  const required = schema.required ?? []
  const members = Object.entries(schema.properties ?? {})
    .filter(([name]) => wanted.fullness !== "minimal" || required.includes(name))
    .map(([name, member]) => [name, hinted(name, member, wanted)] as const)
  const names = members.map(([name]) => name)
  return fc.record(Object.fromEntries(members), {
    requiredKeys: wanted.fullness === "maximal" ? names : names.filter((name) => required.includes(name))
  })
}

const hinted = (name: string, member: Schema, wanted: Wanted): fc.Arbitrary<unknown> => {
  const arbitrary = made(member, wanted)
  const type = typeOf(member, wanted)
  const values = (wanted.hints[name] ?? []).filter((value) =>
    type === "integer" ? Number.isInteger(value) : typeof value === type
  )
  return values.length === 0
    ? arbitrary
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary })
}

const typeOf = ({ $ref, type }: Schema, { file }: Wanted): string | undefined =>
  $ref === undefined ? type : file.definitions[$ref.slice("#/definitions/".length)]?.type

const array = (schema: Schema, wanted: Wanted): fc.Arbitrary<unknown> => {
  const least = schema.minItems ?? 0
  const most = Math.min(schema.maxItems ?? least + 3, wanted.fullness === "minimal" ? Math.max(least, 1) : least + 3)
  return fc.array(made(schema.items ?? {}, wanted), { minLength: Math.max(least, 1), maxLength: Math.max(most, 1) })
}

const integer = ({ maximum = 2 ** 31 - 1, minimum = -(2 ** 31) }: Schema): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: Math.max(minimum, -3), max: Math.min(maximum, 12) }),
    fc.integer({ min: minimum, max: maximum })
  )

const text = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ maxLength: Math.min(maxLength, 12) }),
    fc.constantFrom("", "x".repeat(maxLength), "é".repeat(Math.min(maxLength, 200)))
  )

const moments = fc
  .date({ min: new Date("2025-12-01"), max: new Date("2026-03-01"), noInvalidDate: true })
  .map((moment) => moment.toISOString())
