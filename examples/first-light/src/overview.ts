/** `--quiet`: one line every few seconds in place of one per message, for more stations than anybody can read along with. */
import { Effect } from "effect"
import { colours, type Entry, Log } from "./Log.ts"
import { Traffic } from "./Traffic.ts"

/** Seconds between two lines. */
const period = 5

/** What takes the place of the log, and tells what has happened meanwhile. */
export interface Overview {
  /** Prints what the CSMS says of itself; problems are kept for the next line, all else is left out. */
  readonly log: Log["Service"]
  /** Prints a line every few seconds, as long as something happens. */
  readonly run: (connections: Effect.Effect<number>) => Effect.Effect<never, never, Traffic>
}

/** Makes one that prints to the log of this environment. */
export const makeOverview: Effect.Effect<Overview, never, Log> = Effect.gen(function* () {
  const log = yield* Log
  let problems = 0
  let latest: Entry | undefined
  let before = ""

  const line = (entry: Entry): Effect.Effect<void> => {
    if (entry.mark !== "problem") return entry.who === "CSMS" ? log.line(entry) : Effect.void
    return Effect.sync(() => {
      problems++
      latest = entry
    })
  }

  const look = Effect.fnUntraced(function* (connections: number, received: number) {
    const { ended, received: total, refused, running } = yield* Traffic
    const rate = ((total - received) / period).toFixed(1)
    const now = `${connections} connected, ${running.size} in a transaction, ${ended} transactions over, ${total} CALLs in`
    if (now !== before)
      yield* log.line({ mark: "state", who: "CSMS", what: "overview", text: `${now}, ${rate}/s, ${refused} refused` })
    before = now
    if (latest !== undefined) {
      const { text = "", what, who } = latest
      const count = problems === 1 ? "" : colours.dim(` (the last of ${problems} problems)`)
      yield* log.line({ mark: "problem", who, what, text: `${text}${count}` })
    }
    problems = 0
    latest = undefined
    return total
  })

  const run = Effect.fnUntraced(function* (connections: Effect.Effect<number>) {
    for (let received = 0; ; received = yield* look(yield* connections, received)) yield* Effect.sleep(period * 1000)
  })

  return { log: Log.of({ ...log, line, live: () => Effect.void }), run }
})
