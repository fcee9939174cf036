/** The link of the station as it is watched: records it, reads its messages, and knows when it is closed. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Recorded } from "../lint/LogRecord.ts"
import { type Message, Messages } from "./messages.ts"
import type { Play } from "./Play.ts"

/** Milliseconds that the CSMS has to answer the close frame. */
const goodbye = 2_000

/** See the head of the file. */
export class Wire {
  /** Told of each message. */
  onMessage: (message: Message) => void = () => undefined
  private readonly record: (recorded: Recorded) => void
  private readonly messages = new Messages()
  private closed: Deferred.Deferred<void> | undefined

  constructor(record: (recorded: Recorded) => void) {
    this.record = record
  }

  /** For `watchDialer`. */
  readonly note = (recorded: Recorded): void => {
    this.record(recorded)
    if (recorded.event === "open") this.closed = Deferred.makeUnsafe()
    if (recorded.event === "close") {
      if (this.closed !== undefined) Deferred.doneUnsafe(this.closed, Effect.void)
      this.closed = undefined
    }
    const message = this.messages.read(recorded)
    if (message !== undefined) this.onMessage(message)
  }

  /** Closes the link, with 1000 when the user wants to leave and 1001 when the program has to, and waits for the other side. */
  leave({ controls, isLeaving }: Play): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { closed } = this
      controls.client.stop(isLeaving ? 1000 : 1001, isLeaving ? "" : "the station stops")
      return closed === undefined
        ? Effect.void
        : Effect.timeoutOrElse(Deferred.await(closed), { duration: goodbye, orElse: () => Effect.void })
    })
  }
}
