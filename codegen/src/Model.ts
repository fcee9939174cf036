/** What the generators print: every definition once, every payload, every action with its facts. */
import { CodegenError, failOn } from "./CodegenError.ts"
import { pairActions, type ActionFacts } from "./directions.ts"
import { byName, children, isObject, type JsonObject, type Schema } from "./Json.ts"
import { firstDifference, structureOf } from "./structure.ts"

export interface Model {
  readonly definitions: ReadonlyMap<string, Schema>
  /** Payload name, such as `BootNotificationRequest` → its schema without definitions. */
  readonly payloads: ReadonlyMap<string, Schema>
  readonly actions: ReadonlyMap<string, ActionFacts>
}

export const buildModel = (
  schemas: ReadonlyMap<string, Schema>,
  facts: Readonly<Record<string, ActionFacts>>
): Model => {
  const definitions = mergeDefinitions(schemas)
  const payloads = new Map(
    [...schemas].map(([file, schema]) => [file.replace(/\.json$/, ""), without(schema, "definitions")])
  )
  failOn([...payloads.keys()].filter((n) => definitions.has(n)).map((n) => `${n}.json: a definition has this name too`))
  return { definitions, payloads, actions: pairActions([...payloads.keys()], facts) }
}

const without = (schema: Schema, keyword: string): Schema =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => key !== keyword))

interface Seen {
  readonly file: string
  readonly schema: JsonObject
}

/** One definition for each name; two structures under one name are an error. */
const mergeDefinitions = (schemas: ReadonlyMap<string, Schema>): ReadonlyMap<string, Schema> => {
  const seen = new Map<string, Array<Seen>>()
  for (const [file, document] of schemas) {
    for (const [name, schema] of Object.entries(children(document, "definitions"))) {
      if (!isObject(schema)) throw new CodegenError([`${file}: definition ${name} is not an object`])
      const copies = seen.get(name) ?? []
      const first = copies[0]
      const at = first && firstDifference(structureOf(first.schema), structureOf(schema))
      if (first !== undefined && at !== undefined)
        throw new CodegenError([`${file}: definition ${name} differs from the one in ${first.file} at ${at}`])
      seen.set(name, [...copies, { file, schema }])
    }
  }
  return new Map(
    [...seen]
      .toSorted(([a], [b]) => byName(a, b))
      .map(([name, copies]) => [name, describe(copies.map(({ schema }) => schema))])
  )
}

/** Copies may be described for one message only; the commonest text, then the shortest, is the least particular. */
const describe = (copies: ReadonlyArray<JsonObject>): Schema => {
  const count = new Map<string, number>()
  for (const { description } of copies)
    if (typeof description === "string") count.set(description, (count.get(description) ?? 0) + 1)
  const [best] = [...count].toSorted(([a, m], [b, n]) => n - m || a.trim().length - b.trim().length || byName(a, b))
  return best === undefined ? copies[0]! : { ...copies[0]!, description: best[0] }
}
