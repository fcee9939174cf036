/** The report for a terminal: aligned columns, plain text unless colours are given. */
import { printable, width } from "../terminal/printable.ts"
import type { Report } from "./Report.ts"
import { facts, summary, type Table, tables } from "./sections.ts"

/** How parts of the text are painted; without it nothing is. */
export interface TextPaint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
}

const plain: TextPaint = { bold: String, dim: String, red: String }

/** The whole report, with a line break at the end. */
export const toText = (report: Report, paint: TextPaint = plain): string => {
  const all = facts(report)
  const wide = Math.max(...all.map(({ label }) => label.length))
  const lines = [
    paint.bold(printable(report.scenario.name, 100)),
    paint.dim(summary(report)),
    "",
    ...all.map(({ bad, label, note, value }) =>
      `  ${label.padEnd(wide)}  ${(bad === true ? paint.red : paint.bold)(value.padStart(10))}  ${paint.dim(note ?? "")}`.trimEnd()
    ),
    ...tables(report).flatMap((table) => tableLines(table, paint))
  ]
  return `${lines.join("\n")}\n`
}

const tableLines = ({ columns, rows, title }: Table, paint: TextPaint): ReadonlyArray<string> => {
  const cells = rows.map((row) => row.map((cell) => printable(cell, 60)))
  const widths = columns.map((column, index) => Math.max(width(column), ...cells.map((row) => width(row[index] ?? ""))))
  const isText = columns.map((column, index) => index === 0 || column === "Answer")
  const line = (row: ReadonlyArray<string>): string =>
    row
      .map((cell, index) => {
        const space = " ".repeat((widths[index] ?? 0) - width(cell))
        return isText[index] === true ? cell + space : space + cell
      })
      .join("  ")
      .trimEnd()
  return ["", paint.bold(title), `  ${paint.dim(line(columns))}`, ...cells.map((row) => `  ${line(row)}`)]
}
