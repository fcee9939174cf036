/**
 * Lines at the bottom of a terminal that are drawn over, with text that stays scrolling away above them. It starts no timer;
 * whoever has one calls `end()` on every way out (a finalizer): that gives the cursor back.
 */
import { width } from "./printable.ts"

/** The part of a stream that is needed: `process.stdout` and `process.stderr` are one. */
export interface Output {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
  write(text: string): unknown
}

const hideCursor = "\u001B[?25l"
const showCursor = "\u001B[?25h"
const eraseBelow = "\u001B[0J"

/** See the head of the file. */
export class Block {
  private readonly output: Output
  private drawn: ReadonlyArray<string> = []
  /** Column of the cursor in the last line; `undefined`: hidden, below it. */
  private caret: number | undefined
  private isHidden = false

  constructor(output: Output) {
    this.output = output
  }

  /** Draws the lines in the place of those before. `caret` leaves the cursor in the last line, in this column from 0. */
  draw(lines: ReadonlyArray<string>, caret?: number): void {
    const { rows } = this.size
    const top = this.toTop()
    this.drawn = lines.slice(-Math.max(1, rows - 1))
    this.caret = caret
    this.output.write(`${top}${this.text()}`)
  }

  /** Writes a text that stays; the block moves below it. */
  print(text: string): void {
    this.output.write(`${this.toTop()}${text}\n${this.drawn.length > 0 ? this.text() : ""}`)
  }

  /** Takes the block away and gives the cursor back. May be called more than once. */
  end(): void {
    if (this.drawn.length > 0 || this.isHidden) this.output.write(`${this.toTop()}${this.isHidden ? showCursor : ""}`)
    this.drawn = []
    this.caret = undefined
    this.isHidden = false
  }

  /** Columns and rows to draw in. One column is left free: a full line makes some terminals break it. */
  get size(): { readonly columns: number; readonly rows: number } {
    return { columns: Math.max(10, this.columns - 1), rows: known(this.output.rows) ?? 24 }
  }

  private get columns(): number {
    return known(this.output.columns) ?? 80
  }

  private text(): string {
    const cursor = this.cursor(this.caret === undefined)
    const lines = this.drawn.join("\n")
    return this.caret === undefined ? `${cursor}${lines}\n` : `${lines}\r${right(this.caret)}${cursor}`
  }

  private cursor(hidden: boolean): string {
    if (this.isHidden === hidden) return ""
    this.isHidden = hidden
    return hidden ? hideCursor : showCursor
  }

  /** Where the block begins, and nothing below. A terminal that became narrower has broken the lines that do not fit. */
  private toTop(): string {
    if (this.drawn.length === 0) return ""
    const { columns } = this
    const above = this.caret === undefined ? this.drawn : this.drawn.slice(0, -1)
    const rows = above.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / columns)), 0)
    const broken = this.caret === undefined ? 0 : Math.floor(this.caret / columns)
    return `\r${up(rows + broken)}${eraseBelow}`
  }
}

/** A pseudo-terminal that nobody has given a size says 0. */
const known = (size: number | undefined): number | undefined => (size === 0 ? undefined : size)

const up = (rows: number): string => (rows > 0 ? `\u001B[${rows}A` : "")

const right = (columns: number): string => (columns > 0 ? `\u001B[${columns}C` : "")
