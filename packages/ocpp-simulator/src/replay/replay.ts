/**
 * Says again to a CSMS what a station said in a recording: in its order, one CALL at a time, and tells in what the answers
 * differ. Time only by Clock, connections only by `Dialer`.
 */
import {
  decode,
  type Dialed,
  Dialer,
  type DialFailed,
  type DialRequest,
  encodeCall,
  encodeCallError,
  type LinkHandler
} from "@wattline/ocpp-core/engine"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { RecordedAnswers } from "./answering.ts"
import { type Difference, differences, type Outcome } from "./differences.ts"
import type { CallStep, Recording, Step } from "./Recording.ts"

/** How to replay. */
export interface ReplayOptions {
  /** Where to, and as whom. */
  readonly request: DialRequest
  /** How many times faster than recorded; `Infinity`: without waiting. */
  readonly speed: number
  /** New message ids instead of those of the recording, for a CSMS that has seen them. */
  readonly freshIds: boolean
  /** Milliseconds to wait for an answer. */
  readonly callTimeout: number
  /** Milliseconds that the CSMS gets after the last message for CALLs of its own. */
  readonly linger: number
}

/** What became of it. */
export interface ReplayReport {
  readonly identity: string
  /** CALLs that were sent, and how they were answered. */
  readonly sent: number
  readonly results: number
  readonly callErrors: number
  readonly unanswered: number
  /** Texts that are no frames, and were sent as they were. */
  readonly texts: number
  /** Steps that were not sent because the connection was gone. */
  readonly notSent: number
  /** CALLs of the CSMS, and those that the recording had no answer for. */
  readonly csmsCalls: number
  readonly csmsCallsRefused: number
  readonly connections: number
  /** Milliseconds. */
  readonly duration: number
  readonly differences: ReadonlyArray<Difference>
}

/** The station's end while it is replayed. */
class ReplayedStation {
  readonly answers: RecordedAnswers
  #dialed: Dialed | undefined = undefined
  #waiting: { readonly messageId: string; readonly outcome: Deferred.Deferred<Outcome> } | undefined = undefined

  constructor(answers: RecordedAnswers) {
    this.answers = answers
  }

  get isConnected(): boolean {
    return this.#dialed !== undefined
  }

  open(dialed: Dialed): LinkHandler {
    this.#dialed = dialed
    return {
      onText: (text) => this.#received(dialed, text),
      onBinary: () => undefined,
      onClose: () => {
        if (this.#dialed !== dialed) return
        this.#dialed = undefined
        this.#settle({ _tag: "NoAnswer", reason: "closed" })
      }
    }
  }

  close(): void {
    const dialed = this.#dialed
    this.#dialed = undefined
    dialed?.link.close(1000, "")
  }

  /** `false` when the connection is gone. */
  send(text: string): boolean {
    return this.#dialed?.link.send(text) ?? false
  }

  /** Sends a CALL; its outcome, also when the connection ends first. */
  call(messageId: string, text: string): Deferred.Deferred<Outcome> {
    const outcome = Deferred.makeUnsafe<Outcome>()
    this.#waiting = { messageId, outcome }
    if (!this.send(text)) this.#settle({ _tag: "NoAnswer", reason: "closed" })
    return outcome
  }

  #settle(outcome: Outcome): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) Deferred.doneUnsafe(waiting.outcome, Exit.succeed(outcome))
  }

  #received({ link }: Dialed, text: string): void {
    const frame = decode(text)
    if (frame._tag === "Call") link.send(this.answers.answer(frame.messageId, frame.action, frame.payload))
    else if (frame._tag === "Malformed")
      link.send(encodeCallError(frame.messageId, frame.errorCode, frame.errorDescription))
    else if (frame._tag !== "Empty" && frame.messageId === this.#waiting?.messageId)
      this.#settle(
        frame._tag === "CallResult"
          ? { _tag: "Result", payload: frame.payload }
          : {
              _tag: "Error",
              errorCode: frame.errorCode,
              errorDescription: frame.errorDescription,
              errorDetails: frame.errorDetails
            }
      )
  }
}

interface Tally {
  sent: number
  results: number
  callErrors: number
  unanswered: number
  texts: number
  notSent: number
  connections: number
  readonly differences: Array<Difference>
}

/** Fails only when the first connection cannot be made. */
export const replay = Effect.fn("replay")(function* (recording: Recording, options: ReplayOptions) {
  const dialer = yield* Dialer
  const station = new ReplayedStation(new RecordedAnswers(recording.asked))
  const tally: Tally = {
    sent: 0,
    results: 0,
    callErrors: 0,
    unanswered: 0,
    texts: 0,
    notSent: 0,
    connections: 0,
    differences: []
  }
  const dial = Effect.suspend((): Effect.Effect<void, DialFailed> => {
    tally.connections++
    return dialer.dial(options.request, (dialed) => station.open(dialed))
  })
  const startedAt = yield* Clock.currentTimeMillis
  yield* dial
  yield* Effect.gen(function* () {
    let before: number | undefined
    let since = startedAt
    for (const step of recording.steps) {
      yield* pause(before, step.at, options.speed, since)
      before = step.at ?? before
      since = yield* Clock.currentTimeMillis
      yield* take(step, station, tally, dial, options)
    }
    if (station.isConnected) yield* Effect.sleep(Duration.millis(options.linger))
  }).pipe(Effect.ensuring(Effect.sync(() => station.close())))
  const { connections, ...counts } = tally
  const report: ReplayReport = {
    identity: options.request.identity,
    ...counts,
    csmsCalls: station.answers.asked,
    csmsCallsRefused: station.answers.refused,
    connections,
    duration: (yield* Clock.currentTimeMillis) - startedAt
  }
  return report
})

/** The recorded gap, scaled, from the step before, which was taken at `since`: what its answer took is part of the gap. */
const pause = (
  before: number | undefined,
  at: number | undefined,
  speed: number,
  since: number
): Effect.Effect<void> => {
  const gap = before === undefined || at === undefined ? 0 : (at - before) / speed
  if (gap <= 0) return Effect.void
  return Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.sleep(Duration.millis(Math.max(0, since + gap - now))))
}

const take = Effect.fnUntraced(function* (
  step: Step,
  station: ReplayedStation,
  tally: Tally,
  dial: Effect.Effect<void, DialFailed>,
  options: ReplayOptions
) {
  if (step._tag === "Reconnect") station.close()
  if (!station.isConnected) yield* Effect.ignore(dial)
  if (step._tag === "Reconnect") return
  if (!station.isConnected) {
    tally.notSent++
    if (step._tag === "Call") tally.differences.push(...differences(step, { _tag: "NoAnswer", reason: "not sent" }))
    return
  }
  if (step._tag === "Call") return yield* call(step, station, tally, options)
  if (station.send(step.text)) tally.texts++
  else tally.notSent++
})

const call = Effect.fnUntraced(function* (
  step: CallStep,
  station: ReplayedStation,
  tally: Tally,
  { callTimeout, freshIds }: ReplayOptions
) {
  const messageId = freshIds ? crypto.randomUUID() : step.messageId
  const outcome = yield* Deferred.await(station.call(messageId, encodeCall(messageId, step.action, step.payload))).pipe(
    Effect.timeoutOrElse({
      duration: Duration.millis(callTimeout),
      orElse: () => Effect.succeed<Outcome>({ _tag: "NoAnswer", reason: "timeout" })
    })
  )
  tally.sent++
  if (outcome._tag === "Result") tally.results++
  else if (outcome._tag === "Error") tally.callErrors++
  else tally.unanswered++
  tally.differences.push(...differences(step, outcome))
})
