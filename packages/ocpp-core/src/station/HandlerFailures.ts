/** Says that a handler did not do its part: as an event, and in the log. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { HandlerFailed } from "../csms/Events.ts"
import type { AnsweringCall } from "./Answering.ts"

/** Tells of it; what the station is answered is decided elsewhere. */
export const tellFailure = (
  { action, messageId, station }: AnsweringCall,
  why: HandlerFailed["why"],
  message: string
): void => {
  const { connectionId, identity } = station
  station.emit({ _tag: "HandlerFailed", action, messageId, why, message })
  const line = Effect.logError(`${identity}: handler of ${action} (${messageId}): ${why}: ${message}`)
  station.run(Effect.annotateLogs(line, { station: identity, connectionId }))
}

/** Runs what was to happen after an answer. */
export const follow = (call: AnsweringCall, followUp: Effect.Effect<unknown, unknown>): void =>
  void call.station.run(
    Effect.catchCause(followUp, (cause) => Effect.sync(() => tellFailure(call, "FollowUp", Cause.pretty(cause))))
  )
