/** One line being typed: pure, from key to key. */
import { width } from "../terminal/printable.ts"

/** The line, what was typed before, and where in that one is. */
export interface EditedLine {
  /** Text left of the cursor. */
  readonly before: string
  /** Text right of it. */
  readonly after: string
  /** Lines that were entered, oldest first. */
  readonly history: ReadonlyArray<string>
  /** Which of them is shown; their number: none of them. */
  readonly at: number
}

/** A key as `readline.emitKeypressEvents` tells it. */
export interface Key {
  readonly sequence?: string | undefined
  readonly name?: string | undefined
  readonly ctrl?: boolean | undefined
  readonly meta?: boolean | undefined
}

/** What Tab makes of the text before the cursor. */
export type Completer = (before: string) => { readonly typed: string; readonly choices: ReadonlyArray<string> }

/** Lines that are remembered. */
const maxHistory = 200

/** Nothing typed yet. */
export const emptyLine: EditedLine = { before: "", after: "", history: [], at: 0 }

/** Whether nothing is typed. */
export const isEmpty = ({ after, before }: EditedLine): boolean => before === "" && after === ""

/** The whole text. */
export const textOf = ({ after, before }: EditedLine): string => before + after

/** The line, entered: it goes into the history, and a new one begins. */
export const entered = (line: EditedLine): EditedLine => {
  const text = textOf(line)
  const isNew = text.trim() !== "" && line.history.at(-1) !== text
  const history = isNew ? [...line.history, text].slice(-maxHistory) : line.history
  return { before: "", after: "", history, at: history.length }
}

const edits: Readonly<Record<string, (line: EditedLine) => EditedLine>> = {
  left: (line) => moved(line, -1),
  right: (line) => moved(line, 1),
  home: (line) => ({ ...line, before: "", after: textOf(line) }),
  end: (line) => ({ ...line, before: textOf(line), after: "" }),
  backspace: (line) => ({ ...line, before: Array.from(line.before).slice(0, -1).join("") }),
  delete: (line) => ({ ...line, after: Array.from(line.after).slice(1).join("") }),
  up: (line) => recalled(line, line.at - 1),
  down: (line) => recalled(line, line.at + 1),
  escape: (line) => ({ ...line, before: "", after: "", at: line.history.length })
}

const controls: Readonly<Record<string, (line: EditedLine) => EditedLine>> = {
  a: (line) => ({ ...line, before: "", after: textOf(line) }),
  e: (line) => ({ ...line, before: textOf(line), after: "" }),
  u: (line) => ({ ...line, before: "" }),
  k: (line) => ({ ...line, after: "" }),
  w: (line) => ({ ...line, before: line.before.replace(/\S+\s*$/u, "") }),
  h: (line) => ({ ...line, before: Array.from(line.before).slice(0, -1).join("") })
}

/** The line after a key; the same line when the key means nothing here. Enter and Ctrl-C are for the caller. */
export const press = (line: EditedLine, key: Key, complete: Completer): EditedLine => {
  const { ctrl, meta, name = "", sequence = "" } = key
  if (name === "tab") return completed(line, complete)
  if (ctrl === true) return Object.hasOwn(controls, name) ? (controls[name]?.(line) ?? line) : line
  if (Object.hasOwn(edits, name)) return edits[name]?.(line) ?? line
  return meta === true || !isText(sequence) ? line : { ...line, before: line.before + sequence }
}

/** Whether a key writes something. */
export const isText = (sequence: string): boolean => sequence !== "" && !/[\p{Cc}\p{Cf}]/u.test(sequence)

/** The part of the line that fits into so many columns, and the column of the cursor in it. */
export const visible = (
  { after, before }: EditedLine,
  columns: number
): { readonly text: string; readonly caret: number } => {
  const room = Math.max(1, columns)
  const left = Array.from(before)
  while (width(left.join("")) >= room) left.shift()
  const right = Array.from(after)
  while (width(left.join("")) + width(right.join("")) > room) right.pop()
  return { text: left.join("") + right.join(""), caret: width(left.join("")) }
}

const moved = (line: EditedLine, by: 1 | -1): EditedLine => {
  const all = Array.from(textOf(line))
  const at = Array.from(line.before).length + by
  return at < 0 || at > all.length
    ? line
    : { ...line, before: all.slice(0, at).join(""), after: all.slice(at).join("") }
}

const recalled = (line: EditedLine, at: number): EditedLine =>
  at < 0 || at > line.history.length ? line : { ...line, before: line.history[at] ?? "", after: "", at }

const completed = (line: EditedLine, complete: Completer): EditedLine => {
  const { choices, typed } = complete(line.before)
  const [only] = choices
  if (only === undefined) return line
  const shared = choices.length === 1 ? `${only} ` : commonStart(choices)
  return shared.length <= typed.length
    ? line
    : { ...line, before: line.before.slice(0, line.before.length - typed.length) + shared }
}

const commonStart = (texts: ReadonlyArray<string>): string =>
  texts.reduce((shared, text) => {
    let length = 0
    while (length < shared.length && shared[length]?.toLowerCase() === text[length]?.toLowerCase()) length++
    return shared.slice(0, length)
  })
