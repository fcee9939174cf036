/** The three ways to say what a station does: a script, a pipe, a terminal. Each gives the exit code. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { type FileUnreadable, readLines } from "../lint/readLines.ts"
import { readLine } from "./StationCommand.ts"
import { commands } from "./commands.ts"
import type { Conversation } from "./Conversation.ts"
import type { Play } from "./Play.ts"
import type { ScriptInvalid, ScriptLine } from "./script.ts"
import { answer, complaint } from "./story.ts"

/** Carries out a script; the first command that is refused ends it, with 1. */
export const runScript = (
  lines: Stream.Stream<ScriptLine, FileUnreadable | ScriptInvalid>,
  play: Play,
  conversation: Conversation
): Effect.Effect<number, FileUnreadable | ScriptInvalid> =>
  lines.pipe(
    Stream.mapEffect(({ ready, text }) => conversation.carryOut(text, ready)),
    Stream.takeUntil((wentWell) => !wentWell),
    (outcomes) => exitCode(outcomes, play)
  )

/** Carries out the lines of a pipe until it ends, also after one that went wrong; then the exit code is 1. */
export const runPipe = (play: Play, conversation: Conversation): Effect.Effect<number, FileUnreadable> =>
  readLines("-").pipe(
    Stream.mapEffect((text) => attempt(text, play, conversation)),
    (outcomes) => exitCode(outcomes, play)
  )

/** Whether each line went well, until the last or until somebody leaves: 0 when all did, else 1. */
const exitCode = <E>(outcomes: Stream.Stream<boolean, E>, play: Play): Effect.Effect<number, E> =>
  outcomes.pipe(
    Stream.takeUntil(() => play.isLeaving),
    Stream.runFold(
      () => true,
      (wentWell, next) => wentWell && next
    ),
    Effect.map((wentWell) => {
      play.isLeaving = true
      return wentWell ? 0 : 1
    })
  )

/** Carries out what somebody types: a mistake is told, and the next line comes. Whether it went well. */
const attempt = (text: string, play: Play, conversation: Conversation): Effect.Effect<boolean> =>
  Effect.suspend(() => {
    const read = readLine(text, commands, play.vocabulary)
    if (Result.isFailure(read)) {
      conversation.say(complaint(read.failure))
      return Effect.succeed(false)
    }
    return read.success === undefined ? Effect.succeed(true) : conversation.carryOut(text, read.success)
  })

/** What keys and lines do, with one line at a time. */
export interface Typing {
  /** A line: it waits for those before it. */
  readonly line: (text: string) => void
  /** A key: it does not wait. */
  readonly key: (text: string) => void
  /** Ends what is waiting; leaves when nothing is. */
  readonly stop: () => void
  /** Leaves. */
  readonly leave: () => void
  /** Runs until the user leaves. */
  readonly run: Effect.Effect<number>
}

/** Makes ready for what is typed. */
export const makeTyping = Effect.fnUntraced(function* (play: Play, conversation: Conversation) {
  const lines = yield* Queue.unbounded<string>()
  const keys = yield* Queue.unbounded<string>()
  let running: Fiber.Fiber<boolean> | undefined
  const leave = (): void => {
    play.isLeaving = true
    running?.interruptUnsafe()
    Queue.offerUnsafe(keys, "")
  }
  const workLines = Effect.gen(function* () {
    running = yield* Effect.forkChild(attempt(yield* Queue.take(lines), play, conversation), { startImmediately: true })
    yield* Fiber.await(running)
    running = undefined
    if (play.isLeaving) leave()
  }).pipe(Effect.forever)
  const workKeys = Effect.gen(function* () {
    while (!play.isLeaving) yield* attempt(yield* Queue.take(keys), play, conversation)
    return 0
  })
  const typing: Typing = {
    line: (text) => void Queue.offerUnsafe(lines, text),
    key: (text) => void Queue.offerUnsafe(keys, text),
    stop: () => {
      if (running === undefined) return leave()
      running.interruptUnsafe()
      conversation.say(answer("Stopped"))
    },
    leave,
    run: Effect.raceFirst(workKeys, workLines)
  }
  return typing
})
