/**
 * The terminal of an interactive station: the log scrolls, below it stands the station with a line to type in. Draws with
 * `Block`, edits with `LineEditor`, and hands over what was typed; it carries nothing out and starts no timer.
 */
import { emitKeypressEvents } from "node:readline"
import type { Colours } from "../terminal/colours.ts"
import { Block, type Output } from "../terminal/Block.ts"
import { clip } from "../terminal/printable.ts"
import { complete, usage } from "./StationCommand.ts"
import { commands } from "./commands.ts"
import { keyHelp, lineOfKey } from "./keys.ts"
import { type EditedLine, emptyLine, entered, isEmpty, isText, type Key, press, textOf, visible } from "./LineEditor.ts"
import type { Play } from "./Play.ts"
import { stationFrame } from "./stationFrame.ts"

/** The part of `process.stdin` that is needed. */
export interface KeyInput extends NodeJS.ReadableStream {
  setRawMode?(raw: boolean): unknown
}

/** What the user wants. */
export interface Wishes {
  /** A line was entered. */
  readonly line: (text: string) => void
  /** A key was pressed that stands for this line; it does not wait for the lines before. */
  readonly key: (text: string) => void
  /** Ctrl-C. */
  readonly stop: () => void
  /** Ctrl-D. */
  readonly leave: () => void
}

const nothing = (): void => undefined
const none: Wishes = { line: nothing, key: nothing, stop: nothing, leave: nothing }

const prompt = "› "

/** See the head of the file. */
export class TerminalScreen {
  private readonly block: Block
  private readonly input: KeyInput
  private readonly play: Play
  private readonly colours: Colours
  private wishes: Wishes = none
  private line: EditedLine = emptyLine
  private keys: Array<Key> = []

  constructor(output: Output, input: KeyInput, play: Play, colours: Colours) {
    this.block = new Block(output)
    this.input = input
    this.play = play
    this.colours = colours
  }

  /** Columns that a line of the log may have. */
  get columns(): number {
    return this.block.size.columns
  }

  /** Begins to listen to keys. */
  begin(wishes: Wishes): void {
    this.wishes = wishes
    emitKeypressEvents(this.input)
    this.input.setRawMode?.(true)
    this.input.on("keypress", this.pressed)
    this.input.resume()
    this.refresh()
  }

  /** Gives the terminal back. May be called more than once. */
  end(): void {
    this.input.off("keypress", this.pressed)
    this.input.setRawMode?.(false)
    this.input.pause()
    this.block.end()
  }

  /** A line of the log. */
  print(text: string): void {
    this.block.print(text)
  }

  /** Draws the station and the line as they are now. */
  refresh(): void {
    const { columns, rows } = this.block.size
    const station = stationFrame(this.play.view(), { columns, rows: Math.floor(rows / 2) - 4 }, this.colours)
    const { caret, text } = visible(this.line, columns - prompt.length)
    const rule = this.colours.dim("─".repeat(columns))
    this.block.draw(
      [rule, ...station, this.hint(columns), `${this.colours.bold(prompt)}${text}`],
      prompt.length + caret
    )
  }

  /** What can be done now, or what the line that is being typed can become. */
  private hint(columns: number): string {
    const { colours, line } = this
    if (isEmpty(line)) return keyHelp(commands, columns, colours)
    const typed = textOf(line).replace(/^\s*:?\s*/u, "")
    const [name = ""] = typed.split(/\s/u)
    const found = commands.find((one) => one.name === name)
    const { choices, typed: word } = complete(line.before, commands, this.play.vocabulary)
    const all = choices.slice(0, 40).join("  ")
    if (found === undefined) return colours.dim(clip(`  ${all === "" ? `no command ${name}` : all}`, columns))
    const isChoosing = word !== "" && word !== name && choices.some((choice) => choice !== word)
    return colours.dim(clip(isChoosing ? `  ${all}` : `  ${usage(found)}: ${found.help}`, columns))
  }

  /** Keys that come in one piece are text, not keys: something was pasted. */
  private readonly pressed = (_text: string | undefined, key: Key): void => {
    this.keys.push(key)
    if (this.keys.length > 1) return
    queueMicrotask(() => {
      const keys = this.keys
      this.keys = []
      for (const one of keys) this.take(one, keys.length === 1)
      this.refresh()
    })
  }

  private take(key: Key, isAlone: boolean): void {
    const { ctrl, name, sequence = "" } = key
    if (ctrl === true && name === "c") return this.wishes.stop()
    if (ctrl === true && name === "d" && isEmpty(this.line)) return this.wishes.leave()
    if (name === "return" || name === "enter") {
      const text = textOf(this.line)
      this.line = entered(this.line)
      return this.wishes.line(text)
    }
    const meant =
      isAlone && isEmpty(this.line) && isText(sequence) ? lineOfKey(sequence, commands, this.play) : undefined
    if (meant !== undefined) return this.wishes.key(meant)
    this.line = press(this.line, key, (before) => complete(before, commands, this.play.vocabulary))
  }
}
