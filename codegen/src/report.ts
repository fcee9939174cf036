/** Prints `api.md`: what a reviewer compares to see what a change in `schemas/` does. */
import { blocks } from "./directions.ts"
import { children, isList, type Schema } from "./Json.ts"
import type { Model } from "./Model.ts"
import { fingerprint } from "./structure.ts"

const short = (schema: Schema): string => `\`${fingerprint(schema).slice(0, 10)}\``

export const renderReport = (model: Model, origin: string): string => {
  const actions = [...model.actions].map(([action, { direction, block }]) => {
    const [request, response] = [`${action}Request`, `${action}Response`].map((name) =>
      short(model.payloads.get(name)!)
    )
    return [action, direction, `${block} ${blocks[block]}`, request!, response!]
  })
  const definitions = [...model.definitions].map(([name, schema]) => [name, kindOf(schema), short(schema)])
  return [
    "# API report of @wattline/ocpp-v201",
    "",
    `Printed by \`wattline-codegen --update-report\` from ${origin} and \`schemas/\`; do not edit.`,
    "A fingerprint is the beginning of the SHA-256 of a schema's structure (without descriptions); it does not cover the",
    "definitions a schema refers to, which have their own.",
    "",
    `## ${actions.length} actions`,
    "",
    ...table([["action", "direction", "block", "request", "response"], ...actions]),
    "",
    `## ${definitions.length} definitions`,
    "",
    ...table([["definition", "kind", "fingerprint"], ...definitions]),
    ""
  ].join("\n")
}

/** A Markdown table with aligned columns, as the formatter wants it; the first row is the head. */
const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = rows[0]!.map((_head, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`)
  return lines.toSpliced(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`)
}

const kindOf = (schema: Schema): string => {
  if (isList(schema["enum"])) return `enum of ${schema["enum"].length}`
  const open = schema["additionalProperties"] === false ? "" : ", open"
  return `object of ${Object.keys(children(schema, "properties")).length}${open}`
}
