/** The report as JSON; the shape is `Report`. */
import type { Report } from "./Report.ts"

/** Two spaces of indent, lists of numbers on one line, a line break at the end. */
export const toJson = (report: Report): string => `${write(report, "")}\n`

const write = (value: unknown, indent: string): string => {
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    if (value.every((item) => item === null || typeof item !== "object")) return JSON.stringify(value)
    return `[\n${value.map((item) => inner + write(item, inner)).join(",\n")}\n${indent}]`
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  if (entries.length === 0) return "{}"
  const lines = entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${write(item, inner)}`)
  return `{\n${lines.join(",\n")}\n${indent}}`
}
