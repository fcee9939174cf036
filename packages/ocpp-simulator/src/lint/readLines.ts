/** The lines of a file, one at a time, however long the file is. */
import { createReadStream } from "node:fs"
import { createInterface } from "node:readline"
import * as Data from "effect/Data"
import * as Stream from "effect/Stream"

/** The file could not be read. */
export class FileUnreadable extends Data.TaggedError("FileUnreadable")<{
  readonly file: string
  readonly cause: unknown
}> {
  override get message(): string {
    return `${this.file} cannot be read: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === "-" ? process.stdin : createReadStream(file, "utf8")
  const lines = createInterface({ input, crlfDelay: Infinity })
  // A stream that fails would otherwise end the process, not the iteration.
  let failure: { readonly cause: unknown } | undefined
  const fail = (cause: unknown): void => {
    failure = { cause }
    lines.close()
  }
  input.once("error", fail)
  try {
    yield* lines
    if (failure !== undefined) throw failure.cause
  } finally {
    input.off("error", fail)
    if (file !== "-") input.destroy()
  }
}

/** The lines of `file`, `-` being standard input. */
export const readLines = (file: string): Stream.Stream<string, FileUnreadable> =>
  Stream.fromAsyncIterable(linesOf(file), (cause) => new FileUnreadable({ file, cause }))
