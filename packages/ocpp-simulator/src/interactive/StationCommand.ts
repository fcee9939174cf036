/** What a command of the interactive station is, and how a line becomes one. Pure. */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { similar } from "../scenario/Similar.ts"
import type { Argument, Vocabulary } from "./Argument.ts"
import type { Play } from "./Play.ts"

/** The command cannot be carried out now, or an expectation is not met; a script ends with it. */
export class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}

/** What carrying out a command gives: a line to show, or nothing. */
export type Outcome = Effect.Effect<string | void, Refused>

/** A command of the table. */
export interface Command {
  readonly name: string
  /** The key that does it with no arguments while the line is empty. */
  readonly key: string | undefined
  readonly args: Readonly<Record<string, Argument<unknown>>>
  /** One sentence without a full stop. */
  readonly help: string
  /** Whether it changes something: what `sent` and `received` count begins anew. */
  readonly acts: boolean
  readonly run: (values: never, play: Play) => Outcome
}

type Values<A> = { readonly [K in keyof A]: A[K] extends Argument<infer T> ? T : never }

/** Makes a command; the types of its arguments reach `run`. */
export const command = <const A extends Readonly<Record<string, Argument<unknown>>>>(
  name: string,
  args: A,
  help: string,
  run: (values: Values<A>, play: Play) => Outcome,
  options: { readonly key?: string; readonly acts?: boolean } = {}
): Command => ({ name, key: options.key, args, help, acts: options.acts ?? true, run })

/** A line that was understood. */
export interface Ready {
  readonly command: Command
  readonly run: (play: Play) => Outcome
}

/** `plug [EVSE] [EV]`. */
export const usage = ({ args, name }: Command): string =>
  [name, ...Object.values(args).map(({ isOptional, kind }) => (isOptional ? `[${kind.word}]` : kind.word))].join(" ")

/** Reads a line; `undefined` for a blank one or a comment. A failure says what is allowed. */
export const readLine = (
  line: string,
  commands: ReadonlyArray<Command>,
  vocabulary: Vocabulary
): Result.Result<Ready | undefined, string> => {
  const typed = line.trim().replace(/^:\s*/u, "")
  if (typed === "" || typed.startsWith("#")) return Result.succeed(undefined)
  const [word = ""] = typed.split(/\s/u)
  const found = commandOf(word, commands)
  if (found === undefined) {
    const names = commands.map(({ name }) => name)
    const near = similar(word, names)
    const guess = near === undefined ? "." : `; did you mean ${near}?`
    return Result.fail(`There is no command ${JSON.stringify(word)}${guess} Commands: ${names.join(", ")}`)
  }
  return Result.map(readArguments(found, typed.slice(word.length).trim(), vocabulary), (values) => ({
    command: found,
    run: (play) => found.run(values as never, play)
  }))
}

/** By name, or by its key alone. */
const commandOf = (word: string, commands: ReadonlyArray<Command>): Command | undefined =>
  commands.find(({ key, name }) => name === word.toLowerCase() || key === word)

/** Each word goes to the first argument that is still without a value and can read it, so that the order is free. */
const readArguments = (
  found: Command,
  typed: string,
  vocabulary: Vocabulary
): Result.Result<Readonly<Record<string, unknown>>, string> => {
  const values: Record<string, unknown> = {}
  const open = new Map(Object.entries(found.args))
  let left = typed
  while (left !== "") {
    const [word = ""] = left.split(/\s/u)
    const taken = take(open, word, left, vocabulary)
    if (Result.isFailure(taken)) return Result.fail(taken.failure ?? wrongWord(found, open, word, vocabulary))
    const { isRest, name, value } = taken.success
    values[name] = value
    open.delete(name)
    left = isRest ? "" : left.slice(word.length).trim()
  }
  for (const { isOptional, kind } of open.values())
    if (!isOptional) return Result.fail(`${found.name} needs ${kind.allowed(vocabulary)}. It is: ${usage(found)}`)
  return Result.succeed(values)
}

interface Taken {
  readonly name: string
  readonly value: unknown
  readonly isRest: boolean
}

const take = (
  open: ReadonlyMap<string, Argument<unknown>>,
  word: string,
  left: string,
  vocabulary: Vocabulary
): Result.Result<Taken, string | undefined> => {
  let problem: string | undefined
  for (const [name, { isOptional, kind }] of open) {
    const isRest = kind.isRest === true
    const read = kind.read(isRest ? left : word, vocabulary)
    if (Result.isSuccess(read)) return Result.succeed({ name, value: read.success, isRest })
    problem ??= read.failure
    if (!isOptional) break
  }
  return Result.fail(problem === undefined ? undefined : capital(problem))
}

const wrongWord = (
  found: Command,
  open: ReadonlyMap<string, Argument<unknown>>,
  word: string,
  vocabulary: Vocabulary
): string => {
  if (open.size === 0) return `${found.name} takes no ${JSON.stringify(word)}. It is: ${usage(found)}`
  const kinds = Array.from(open.values(), ({ kind }) => kind)
  const near = similar(
    word,
    kinds.flatMap((kind) => kind.choices?.(vocabulary) ?? [])
  )
  const guess = near === undefined ? "." : `; did you mean ${near}?`
  const allowed = kinds.map((kind) => kind.allowed(vocabulary)).join("; ")
  return `${found.name} cannot take ${JSON.stringify(word)}${guess} Allowed: ${allowed}.`
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** What can be typed where the cursor is. */
export interface Completion {
  /** The beginning of the word, as it is. */
  readonly typed: string
  readonly choices: ReadonlyArray<string>
}

/** What `before`, the line up to the cursor, can be continued with. */
export const complete = (before: string, commands: ReadonlyArray<Command>, vocabulary: Vocabulary): Completion => {
  const line = before.replace(/^\s*:?\s*/u, "")
  const words = line.split(/\s+/u)
  const typed = words.at(-1) ?? ""
  const all =
    words.length <= 1
      ? commands.map(({ name }) => name)
      : Object.values(commandOf(words[0] ?? "", commands)?.args ?? {}).flatMap(
          ({ kind }) => kind.choices?.(vocabulary) ?? []
        )
  return { typed, choices: all.filter((choice) => choice.toLowerCase().startsWith(typed.toLowerCase())) }
}
