/**
 * OCPP-J frames as a test station sees them. Reads and writes by itself, apart from the library's own codec, so that a
 * fault there does not cancel itself out.
 */

/** A text from the CSMS, read as far as it can be. */
export type StationFrame =
  /** */
  | {
      readonly _tag: "Call"
      readonly messageId: string
      readonly action: string
      readonly payload: unknown
      readonly text: string
    }
  /** */
  | { readonly _tag: "CallResult"; readonly messageId: string; readonly payload: unknown; readonly text: string }
  /** */
  | {
      readonly _tag: "CallError"
      readonly messageId: string
      readonly code: string
      readonly description: string
      readonly details: unknown
      readonly text: string
    }
  /** Not a frame of OCPP 2.0.1. */
  | { readonly _tag: "Unreadable"; readonly text: string }

/** Reads a text. Strict: exactly the elements of its frame type, of the right types. */
export const parse = (text: string): StationFrame => {
  const unreadable: StationFrame = { _tag: "Unreadable", text }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return unreadable
  }
  if (!Array.isArray(json)) return unreadable
  const [type, messageId, third, fourth, fifth]: ReadonlyArray<unknown> = json
  if (typeof messageId !== "string") return unreadable
  if (type === 2 && json.length === 4 && typeof third === "string") {
    return { _tag: "Call", messageId, action: third, payload: fourth, text }
  }
  if (type === 3 && json.length === 3) return { _tag: "CallResult", messageId, payload: third, text }
  if (type === 4 && json.length === 5 && typeof third === "string" && typeof fourth === "string") {
    return { _tag: "CallError", messageId, code: third, description: fourth, details: fifth, text }
  }
  return unreadable
}

/** The text of a CALL. */
export const call = (messageId: string, action: string, payload: unknown): string =>
  JSON.stringify([2, messageId, action, payload])

/** The text of a CALLRESULT. */
export const callResult = (messageId: string, payload: unknown): string => JSON.stringify([3, messageId, payload])

/** The text of a CALLERROR. */
export const callError = (messageId: string, code: string, description: string, details: unknown): string =>
  JSON.stringify([4, messageId, code, description, details])
