/** What a station said in a recorded log, ready to be said again. Pure. */
import { type CallErrorFrame, decode, type ErrorCode } from "@wattline/ocpp-core/engine"
import { guessSide } from "../lint/guessSide.ts"
import type { LogRecord, Side } from "../lint/LogRecord.ts"
import { otherSide } from "../lint/StationLog.ts"

/** How a CALL was answered. */
export type RecordedAnswer =
  | { readonly _tag: "Result"; readonly payload: unknown }
  | {
      readonly _tag: "Error"
      readonly errorCode: ErrorCode
      readonly errorDescription: string
      readonly errorDetails: Readonly<Record<string, unknown>>
    }

/** A CALL of the station. */
export interface CallStep {
  readonly _tag: "Call"
  readonly line: number
  /** Milliseconds since 1970. */
  readonly at: number | undefined
  readonly messageId: string
  readonly action: string
  readonly payload: unknown
  /** How it was answered then; `undefined` when it was not. */
  answer: RecordedAnswer | undefined
}

/** One thing that the station did, in order. */
export type Step =
  | CallStep
  /** A text that is no frame; it is sent as it was. */
  | { readonly _tag: "Text"; readonly line: number; readonly at: number | undefined; readonly text: string }
  /** It was connected anew. */
  | { readonly _tag: "Reconnect"; readonly line: number; readonly at: number | undefined }

/** A CALL of the CSMS, and what the station said to it. */
export interface Asked {
  readonly line: number
  readonly action: string
  readonly payload: unknown
  answer: RecordedAnswer | undefined
}

/** The recording of one station. */
export interface Recording {
  readonly identity: string
  readonly steps: ReadonlyArray<Step>
  readonly asked: ReadonlyArray<Asked>
}

const recordedError = ({ errorCode, errorDescription, errorDetails }: CallErrorFrame): RecordedAnswer => ({
  _tag: "Error",
  errorCode,
  errorDescription,
  errorDetails
})

/** Reads the records of one station, in order. */
export class RecordingReader {
  readonly #identity: string
  readonly #steps: Array<Step> = []
  readonly #asked: Array<Asked> = []
  // The last CALL of each id; also serves to guess who sent a bare frame.
  readonly #waiting = { station: new Map<string, CallStep>(), csms: new Map<string, Asked>() }

  constructor(identity: string) {
    this.#identity = identity
  }

  /** What was read so far. */
  get recording(): Recording {
    return { identity: this.#identity, steps: this.#steps, asked: this.#asked }
  }

  /** Reads one record of this station. */
  push({ action, at, event, from, line, text }: LogRecord): void {
    // Also without the end of the one before: a second connection replaces the first.
    if (event === "open" && this.#steps.length > 0) this.#steps.push({ _tag: "Reconnect", line, at })
    if (text === undefined) return
    const frame = decode(text)
    const side: Side = from ?? guessSide((one, id) => this.#waiting[one].has(id), frame, action)
    switch (frame._tag) {
      case "Empty":
        return
      case "Malformed":
        if (side === "station") this.#steps.push({ _tag: "Text", line, at, text })
        return
      case "Call":
        return this.#call(side, line, at, frame)
      default:
        return this.#answer(
          side,
          frame.messageId,
          frame._tag === "CallError" ? recordedError(frame) : { _tag: "Result", payload: frame.payload }
        )
    }
  }

  #call(
    side: Side,
    line: number,
    at: number | undefined,
    call: { readonly messageId: string; readonly action: string; readonly payload: unknown }
  ): void {
    const { action, messageId, payload } = call
    if (side === "station") {
      const step: CallStep = { _tag: "Call", line, at, messageId, action, payload, answer: undefined }
      this.#steps.push(step)
      this.#waiting.station.set(messageId, step)
    } else {
      const asked: Asked = { line, action, payload, answer: undefined }
      this.#asked.push(asked)
      this.#waiting.csms.set(messageId, asked)
    }
  }

  #answer(side: Side, messageId: string | undefined, answer: RecordedAnswer): void {
    if (messageId === undefined) return
    const call = this.#waiting[otherSide(side)].get(messageId)
    if (call !== undefined) call.answer ??= answer
  }
}
