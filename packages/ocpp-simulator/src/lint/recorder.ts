/** Records what goes over a link as lines of the log format (`LogRecord.ts`), for `--record FILE`. */
import { createWriteStream, type WriteStream } from "node:fs"
import { Dialer, type Link, type LinkHandler } from "@wattline/ocpp-core/engine"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { type Recorded, type Side, writeLine } from "./LogRecord.ts"
import { otherSide } from "./StationLog.ts"

/** Takes a line, without line feed. Must not throw. */
export type Write = (line: string) => void

/** Takes what went over a link, at that moment. Must not throw. */
export type Note = (recorded: Recorded) => void

/** How one link is recorded. */
export interface RecordOptions {
  readonly identity: string
  /** Whose end of the link this is. */
  readonly side: Side
  readonly note: Note
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The subprotocol, where it is known. */
  readonly protocol?: string
}

/** A link whose frames are recorded. `handlerOf` gives what is done with it; both ends see the same as without the recorder. */
export const recordLink = (
  link: Link,
  handlerOf: (link: Link) => LinkHandler,
  { identity, note: take, now, protocol, side }: RecordOptions
): LinkHandler => {
  const note = (what: Omit<Recorded, "at" | "identity">): void => take({ at: now(), identity, ...what })
  note({ event: "open", ...(protocol === undefined ? {} : { protocol }) })
  const handler = handlerOf({
    send: (text) => {
      const isSent = link.send(text)
      if (isSent) note({ from: side, text })
      return isSent
    },
    close: (code, reason) => link.close(code, reason),
    terminate: () => link.terminate()
  })
  return {
    onText: (text) => {
      note({ from: otherSide(side), text })
      handler.onText(text)
    },
    onBinary: () => {
      note({ from: otherSide(side), event: "binary" })
      handler.onBinary()
    },
    onClose: (code, reason) => {
      note({ event: "close", code })
      handler.onClose(code, reason)
    }
  }
}

/** Stations that dial through this are recorded, as lines of the log format. */
export const recordDialer = (write: Write): Layer.Layer<Dialer, never, Dialer> =>
  watchDialer((recorded) => write(writeLine(recorded)))

/** What goes over the links of stations that dial through this is told to `note`. */
export const watchDialer = (note: Note): Layer.Layer<Dialer, never, Dialer> =>
  Layer.effect(
    Dialer,
    Effect.gen(function* () {
      const dialer = yield* Dialer
      const clock = yield* Clock.Clock
      const now = () => clock.currentTimeMillisUnsafe()
      return Dialer.of({
        dial: (request, open) =>
          dialer.dial(request, (dialed) =>
            recordLink(
              dialed.link,
              (link) => open({ link, protocol: dialed.protocol, ping: (seconds) => dialed.ping(seconds) }),
              { identity: request.identity, side: "station", note, now, protocol: dialed.protocol }
            )
          )
      })
    })
  )

/** The file of a recording could not be opened. */
export class FileUnwritable extends Data.TaggedError("FileUnwritable")<{
  readonly file: string
  readonly cause: unknown
}> {
  override get message(): string {
    return `${this.file} cannot be written: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}

const openFile = (file: string): Effect.Effect<WriteStream, FileUnwritable> =>
  Effect.callback((resume) => {
    const stream = createWriteStream(file, { flags: "a" })
    stream.once("open", () => resume(Effect.succeed(stream)))
    // Stays on: a full disk ends the recording, not the stations.
    stream.on("error", (cause) => resume(Effect.fail(new FileUnwritable({ file, cause }))))
  })

/** Appends lines to a file until the scope closes. */
export const writeFile = (file: string): Effect.Effect<Write, FileUnwritable, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(openFile(file), (stream) =>
      Effect.callback<void>((resume) => void stream.end(() => resume(Effect.void)))
    ),
    (stream) => (line) => void stream.write(`${line}\n`)
  )
