/**
 * The live view of a run: a block of lines that is drawn over where the output is a terminal, a line now and then where not.
 *
 * To drive it: `const live = new Live(process.stderr, process.env)`, `live.show(state)` as often as you like (a few times a
 * second; `Rate` gives its `perSecond` from `recorder.totals()`), `live.print(text)` for lines that stay above the block, and
 * `live.end()` at the end and on every way out (a finalizer): it gives the cursor back. It starts no timer and reads no clock
 * but the one it is given.
 */
import { Block, type Output } from "./Block.ts"
import { coloursFor, isLive, type Colours, type Terminal } from "./colours.ts"
import { frame, type LiveState, plainLine } from "./frame.ts"

export type { Output } from "./Block.ts"

/** Milliseconds between lines where the output is no terminal. */
const plainEvery = 10_000

/** See the head of the file. */
export class Live {
  /** The colours that fit the output. */
  readonly colours: Colours
  private readonly output: Output
  private readonly live: boolean
  private readonly now: () => number
  private readonly block: Block
  private plainAt = -Infinity
  private lastPlain: string | undefined

  /** `now` in milliseconds of the wall clock. */
  constructor(output: Output, env: Terminal["env"], now: () => number = () => Date.now()) {
    const terminal = { env, isTTY: output.isTTY === true }
    this.output = output
    this.block = new Block(output)
    this.live = isLive(terminal)
    this.now = now
    this.colours = coloursFor(terminal)
  }

  /** Shows where the run stands. */
  show(state: LiveState): void {
    if (!this.live) return this.showPlain(state)
    const { columns, rows } = this.block.size
    this.block.draw(frame(state, columns, this.colours).slice(0, Math.max(1, rows - 1)))
  }

  /** Writes a text that stays; the block moves below it. */
  print(text: string): void {
    this.block.print(text)
  }

  /** Takes the block away and gives the cursor back. May be called more than once. */
  end(): void {
    this.block.end()
    if (this.lastPlain !== undefined) this.output.write(`${this.lastPlain}\n`)
    this.lastPlain = undefined
  }

  private showPlain(state: LiveState): void {
    const line = plainLine(state)
    const now = this.now()
    if (now - this.plainAt < plainEvery) {
      this.lastPlain = line
      return
    }
    this.plainAt = now
    this.lastPlain = undefined
    this.output.write(`${line}\n`)
  }
}

/** Messages per second over the last few seconds, from totals that only grow. */
export class Rate {
  private readonly window: number
  private readonly points: Array<readonly [at: number, total: number]> = []

  /** Milliseconds to look back. */
  constructor(window = 5000) {
    this.window = window
  }

  /** The rate, with the total at this moment in milliseconds; 0 the first time. */
  next(at: number, total: number): number {
    const { points } = this
    points.push([at, total])
    while (points.length > 2 && at - points[1]![0] >= this.window) points.shift()
    const [first, before] = points[0]!
    return at > first ? ((total - before) * 1000) / (at - first) : 0
  }
}
