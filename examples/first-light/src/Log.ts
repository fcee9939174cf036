/** What is printed while the program runs: one aligned line per happening, and one live line below them on a terminal. */
import { Context, Effect, Layer } from "effect"
import pc from "picocolors"

/** What a line is about; shown as a sign in front of it. */
export type Mark = "in" | "out" | "state" | "done" | "problem" | "note"

/** One line. */
export interface Entry {
  readonly mark: Mark
  /** Whose identity, or `CSMS`. */
  readonly who: string
  /** Action of the message, or what takes its place. */
  readonly what: string
  /** In a few words. May hold colours, not line breaks. */
  readonly text?: string
}

/** Colours, or none: `NO_COLOR`, a pipe and a dumb terminal get none, `FORCE_COLOR` gets them always. */
const wantsColour =
  (process.env["NO_COLOR"] ?? "") === "" &&
  ((process.env["FORCE_COLOR"] ?? "0") !== "0" || (process.stdout.isTTY && process.env["TERM"] !== "dumb"))

/** The colours of this program. */
export const colours = pc.createColors(wantsColour)

/** A terminal on which a line can be written over. */
const isLive = process.stdout.isTTY && process.env["TERM"] !== "dumb"
const eraseLine = "\r\u001B[2K"

const signs = {
  in: colours.cyan("←"),
  out: colours.magenta("→"),
  state: colours.yellow("◆"),
  done: colours.green("✓"),
  problem: colours.red("✗"),
  note: colours.dim("·")
} as const satisfies Record<Mark, string>

const paint = {
  in: colours.cyan,
  out: colours.magenta,
  state: colours.yellow,
  done: colours.green,
  problem: colours.red,
  note: colours.dim
} as const satisfies Record<Mark, (text: string) => string>

/** Text from a station, made safe for a terminal: no control characters, no right-to-left tricks, not too long. */
export const printable = (text: string, most = 80): string => {
  const safe = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?")
  return safe.length > most ? `${safe.slice(0, most - 1)}…` : safe
}

/** Prints. */
export class Log extends Context.Service<
  Log,
  {
    readonly line: (entry: Entry) => Effect.Effect<void>
    /** Replaces the live line, plain text; `undefined` takes it away. Nothing happens where the output is no terminal. */
    readonly live: (text: string | undefined) => Effect.Effect<void>
    /** Prints as it is. */
    readonly block: (text: string) => Effect.Effect<void>
  }
>()("first-light/Log") {
  static readonly layer = Layer.effect(
    Log,
    Effect.gen(function* () {
      let live: string | undefined
      const write = (text: string): void => {
        if (isLive && live !== undefined) process.stdout.write(`${eraseLine}${text}\n${live}`)
        else process.stdout.write(`${text}\n`)
      }
      const setLive = (text: string | undefined): void => {
        if (!isLive) return
        live = text === undefined ? undefined : colours.yellow(text.slice(0, Math.max(20, process.stdout.columns - 1)))
        process.stdout.write(`${eraseLine}${live ?? ""}`)
      }
      yield* Effect.addFinalizer(() => Effect.sync(() => setLive(undefined)))
      return Log.of({
        line: (entry) => Effect.sync(() => write(format(entry, new Date()))),
        live: (text) => Effect.sync(() => setLive(text)),
        block: (text) => Effect.sync(() => write(text))
      })
    })
  )
}

const format = ({ mark, text = "", what, who }: Entry, at: Date): string =>
  `${colours.dim(timeOfDay(at))}  ${signs[mark]}  ${printable(who, 20).padEnd(10)}  ${paint[mark](what.padEnd(23))} ${text}`.trimEnd()

const timeOfDay = (at: Date): string =>
  `${[at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":")}.${String(
    at.getMilliseconds()
  ).padStart(3, "0")}`
