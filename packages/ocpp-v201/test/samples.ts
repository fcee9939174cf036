/** Valid payloads of a schema, with the values at the edges of what it allows. */
import * as fc from "fast-check"
import type { Schema, SchemaFile } from "./reference.ts"

export const samples = (file: SchemaFile): fc.Arbitrary<unknown> => sample(file, { file, complete: false })

/** Payloads in which no optional member is left out. */
export const completeSamples = (file: SchemaFile): fc.Arbitrary<unknown> => sample(file, { file, complete: true })

interface Context {
  readonly file: SchemaFile
  readonly complete: boolean
}

const sample = (schema: Schema, context: Context): fc.Arbitrary<unknown> => {
  if (schema.$ref !== undefined)
    return sample(context.file.definitions[schema.$ref.slice("#/definitions/".length)]!, context)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case "object":
      return object(schema, context)
    case "array":
      return fc.array(sample(schema.items!, context), {
        minLength: Math.max(schema.minItems ?? 0, context.complete ? 1 : 0),
        maxLength: Math.min(schema.maxItems ?? 3, (schema.minItems ?? 0) + 2)
      })
    case "string":
      return schema.format === "date-time" ? dateTimes : text(schema.maxLength ?? 20)
    case "integer":
      return fc.integer({ min: schema.minimum ?? -(2 ** 31), max: schema.maximum ?? 2 ** 31 })
    case "number":
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true })
    case "boolean":
      return fc.boolean()
    default:
      return fc.constantFrom<unknown>(null, "any", 1, { x: [] })
  }
}

const object = (schema: Schema, context: Context): fc.Arbitrary<unknown> => {
  const members = Object.entries(schema.properties ?? {}).map(
    ([name, member]) => [name, sample(member, context)] as const
  )
  const closed = fc.record(Object.fromEntries(members), {
    requiredKeys: context.complete ? Object.keys(schema.properties ?? {}) : [...(schema.required ?? [])]
  })
  if (schema.additionalProperties === false) return closed
  return fc
    .tuple(closed, fc.constantFrom({}, { extra: 1 }, { extra: [null] }))
    .map(([known, more]) => Object.assign({}, more, known))
}

/** Code points outside the BMP count once: a full length of them is twice as many UTF-16 units. */
const text = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ maxLength: Math.min(maxLength, 12) }),
    fc.constantFrom("", "x".repeat(maxLength), "😀".repeat(maxLength), "😀".repeat(maxLength - 1) + "\ud83d")
  )

const dateTimes: fc.Arbitrary<string> = fc
  .tuple(
    fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
    fc.constantFrom("Z", "z", "+05:30", "-11:00"),
    fc.constantFrom("", ".1", ".123", ".123456789")
  )
  .map(([date, zone, fraction]) => date.toISOString().slice(0, 19) + fraction + zone)
