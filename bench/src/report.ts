/** Figures and a table for the terminal. */

/** The middle value. */
export const median = (figures: ReadonlyArray<number>): number =>
  figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? Number.NaN

/** `16.4 µs`. */
export const microseconds = (figure: number): string => `${figure.toFixed(1)} µs`

/** `1.04 ×`. */
export const ratio = (figure: number): string => `${figure.toFixed(2)} ×`

/** `4.2 KiB`. */
export const bytes = (figure: number): string => `${(figure / 1024).toFixed(1)} KiB`

/** Columns as wide as they must be; the first one left, the others right. */
export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: ReadonlyArray<string>): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("   ")
  return [line(head), widths.map((width) => "─".repeat(width)).join("   "), ...rows.map(line)].join("\n")
}

/** `1840 /s`. */
export const perSecond = (figure: number): string => `${figure.toFixed(0)} /s`

/** Says on a terminal what is going on; without words the line goes away. Elsewhere nothing is printed. */
export const progress = (text?: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text ?? ""}`)
}
