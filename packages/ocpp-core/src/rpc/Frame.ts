/**
 * Text ↔ CALL, CALLRESULT, CALLERROR: rows 1–6 and 12–14 of the decision table of rpc.md §9, and the shapes that rows
 * 7–11 are decided on. Pure; never throws, whatever the text. Who is waiting for what is the session's business.
 */
import { type ErrorCode, readErrorCode } from "./ErrorCode.ts"

/** `[2, messageId, action, payload]`. */
export interface Call {
  readonly _tag: "Call"
  readonly messageId: string
  readonly action: string
  /** As parsed; `null` has become `{}`. Not yet known to be an object. */
  readonly payload: unknown
}

/** `[3, messageId, payload]`, or what was meant to be one. */
export interface CallResult {
  readonly _tag: "CallResult"
  /** `undefined` when the id cannot be read. */
  readonly messageId: string | undefined
  readonly payload: unknown
  /** Why this is no well-formed CALLRESULT; it then settles its call as an invalid response (row 9). */
  readonly malformed: string | undefined
}

/** `[4, messageId, errorCode, errorDescription, errorDetails]`, with missing elements filled in. */
export interface CallErrorFrame {
  readonly _tag: "CallError"
  readonly messageId: string | undefined
  readonly errorCode: ErrorCode
  /** The code as it was on the wire, also when it is none of the twelve. */
  readonly rawErrorCode: string
  readonly errorDescription: string
  readonly errorDetails: Readonly<Record<string, unknown>>
}

/** Not a frame. The CALLERROR to answer with is `errorCode` and `errorDescription` under `messageId`. */
export interface Malformed {
  readonly _tag: "Malformed"
  /** The id as far as it could be read, else `"-1"`. */
  readonly messageId: string
  readonly errorCode: ErrorCode
  readonly errorDescription: string
}

/** An empty text message: ignored and counted. */
export interface Empty {
  readonly _tag: "Empty"
}

/** What one text message turned out to be. */
export type Decoded = Call | CallResult | CallErrorFrame | Malformed | Empty

/** Message types of one OCPP version: element 0 → how to read the rest. 2.1 adds 5 and 6 here. */
export type FrameTable = { readonly [messageType: number]: (frame: ReadonlyArray<unknown>) => Decoded }

/** Stands in for a message id that cannot be read. */
export const unreadableId = "-1"

/** The longest message id the standard allows, in characters. */
export const maxMessageIdLength = 36

/** The longest errorDescription, in code points. */
export const maxErrorDescriptionLength = 255

const empty: Empty = { _tag: "Empty" }
const noDetails: Readonly<Record<string, unknown>> = {}

const malformed = (
  messageId: string,
  errorDescription: string,
  errorCode: ErrorCode = "RpcFrameworkError"
): Malformed => ({ _tag: "Malformed", messageId, errorCode, errorDescription })

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The id of a frame, when it can be read: a non-empty string of any length. */
const idOf = (frame: ReadonlyArray<unknown>): string | undefined => {
  const id = frame[1]
  return typeof id === "string" && id.length > 0 ? id : undefined
}

const readCall = (frame: ReadonlyArray<unknown>): Decoded => {
  const id = idOf(frame)
  if (id === undefined) return malformed(unreadableId, "The messageId of a CALL is a non-empty string")
  if (id.length > maxMessageIdLength && Array.from(id).length > maxMessageIdLength)
    return malformed(id, "A messageId has at most 36 characters")
  const action = frame[2]
  if (frame.length !== 4 || typeof action !== "string")
    return malformed(id, "A CALL is [2, messageId, action, payload]")
  return { _tag: "Call", messageId: id, action, payload: frame[3] ?? {} }
}

const readCallResult = (frame: ReadonlyArray<unknown>): Decoded => {
  const payload = frame[2] ?? {}
  return {
    _tag: "CallResult",
    messageId: idOf(frame),
    payload,
    malformed:
      frame.length !== 3
        ? "A CALLRESULT is [3, messageId, payload]"
        : isObject(payload)
          ? undefined
          : "The payload of a CALLRESULT is an object"
  }
}

const readCallError = (frame: ReadonlyArray<unknown>): Decoded => {
  const [, , code, description, details] = frame
  return {
    _tag: "CallError",
    messageId: idOf(frame),
    errorCode: readErrorCode(code),
    rawErrorCode: typeof code === "string" ? code : "",
    errorDescription: typeof description === "string" ? description : "",
    errorDetails: isObject(details) ? details : noDetails
  }
}

/** The message types of OCPP 2.0.1. */
export const frames: FrameTable = { 2: readCall, 3: readCallResult, 4: readCallError }

/** What can be told about a text that is not JSON: its type and id, when they stand at its beginning (row 3). */
const prefix = /^\s*\[\s*(-?\d+)\s*,\s*("(?:[^"\\]|\\.){1,512}")?/

const readPrefix = (text: string): Decoded => {
  const [, type, quotedId] = prefix.exec(text) ?? []
  const id = quotedId === undefined ? undefined : unquote(quotedId)
  // What was meant to be an answer is never answered, also when its id cannot be read.
  return Number(type) === 3 || Number(type) === 4
    ? { _tag: "CallResult", messageId: id, payload: undefined, malformed: "The answer is not JSON" }
    : malformed(id ?? unreadableId, "The message is not JSON")
}

const unquote = (quoted: string): string | undefined => {
  try {
    return JSON.parse(quoted) as string
  } catch {
    return undefined // an escape that does not exist
  }
}

/** Reads one WebSocket text message. Total: any text gives a verdict, none throws. */
export const decode = (text: string, table: FrameTable = frames): Decoded => {
  if (text.length === 0) return empty
  let frame: unknown
  try {
    frame = JSON.parse(text)
  } catch {
    return readPrefix(text)
  }
  if (!Array.isArray(frame) || frame.length === 0) return malformed(unreadableId, "A message is a non-empty JSON array")
  const type: unknown = frame[0]
  if (typeof type !== "number" || !Number.isInteger(type))
    return malformed(idOf(frame) ?? unreadableId, "The message type is an integer")
  const read = table[type]
  return read === undefined
    ? malformed(idOf(frame) ?? unreadableId, "The message type is not known", "MessageTypeNotSupported")
    : read(frame)
}

/** A CALL as text. */
export const encodeCall = (messageId: string, action: string, payload: unknown): string =>
  `[2,${JSON.stringify(messageId)},${JSON.stringify(action)},${JSON.stringify(payload)}]`

/** A CALLRESULT as text. */
export const encodeCallResult = (messageId: string, payload: unknown): string =>
  `[3,${JSON.stringify(messageId)},${JSON.stringify(payload)}]`

/** A CALLERROR as text, its description cut to 255 code points. */
export const encodeCallError = (
  messageId: string,
  errorCode: ErrorCode,
  errorDescription: string,
  errorDetails: Readonly<Record<string, unknown>> = noDetails
): string =>
  `[4,${JSON.stringify(messageId)},"${errorCode}",${JSON.stringify(cut(errorDescription))},${JSON.stringify(errorDetails)}]`

const cut = (text: string): string =>
  text.length <= maxErrorDescriptionLength ? text : Array.from(text).slice(0, maxErrorDescriptionLength).join("")
