/** Commands in a file: read as a whole before anything starts, so that a mistake in the last line costs nothing. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { type FileUnreadable, readLines } from "../lint/readLines.ts"
import type { Vocabulary } from "./Argument.ts"
import { readLine, type Ready } from "./StationCommand.ts"
import { commands } from "./commands.ts"

/** A line with a command. */
export interface ScriptLine {
  readonly text: string
  readonly ready: Ready
}

/** A line of a script cannot be read. */
export class ScriptInvalid extends Data.TaggedError("ScriptInvalid")<{ readonly message: string }> {}

/** The commands of a file as they come; `-` is standard input. */
export const scriptLines = (
  file: string,
  vocabulary: Vocabulary
): Stream.Stream<ScriptLine, FileUnreadable | ScriptInvalid> =>
  readLines(file).pipe(
    Stream.zipWithIndex,
    Stream.mapEffect(([text, index]) => {
      const read = readLine(text, commands, vocabulary)
      if (Result.isFailure(read))
        return Effect.fail(
          new ScriptInvalid({ message: `${file === "-" ? "standard input" : file}:${index + 1}: ${read.failure}` })
        )
      return Effect.succeed(read.success === undefined ? [] : [{ text, ready: read.success }])
    }),
    Stream.flatMap(Stream.fromIterable)
  )

/** All of them. */
export const readScript = (
  file: string,
  vocabulary: Vocabulary
): Effect.Effect<ReadonlyArray<ScriptLine>, FileUnreadable | ScriptInvalid> =>
  Stream.runCollect(scriptLines(file, vocabulary))
