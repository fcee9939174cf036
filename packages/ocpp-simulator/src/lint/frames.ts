/** What is wrong with the form of a frame: rows 3 to 6 and 12 to 14 of the decision table, R-070 to. Pure. */
import { errorCodes, maxMessageIdLength } from "@wattline/ocpp-core/engine"
import type { Severity } from "./Finding.ts"

/** A broken rule of form. */
export interface FrameProblem {
  readonly severity: Severity
  readonly rules: ReadonlyArray<string>
  readonly message: string
}

const error = (rules: ReadonlyArray<string>, message: string): FrameProblem => ({ severity: "error", rules, message })
const warning = (rules: ReadonlyArray<string>, message: string): FrameProblem => ({
  severity: "warning",
  rules,
  message
})

const parse = (text: string): { readonly json: unknown } | undefined => {
  try {
    return { json: JSON.parse(text) }
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value)

const shapes: { readonly [type: number]: { readonly rule: string; readonly length: number; readonly form: string } } = {
  2: { rule: "R-071", length: 4, form: "a CALL is [2, messageId, action, payload]" },
  3: { rule: "R-072", length: 3, form: "a CALLRESULT is [3, messageId, payload]" },
  4: { rule: "R-073", length: 5, form: "a CALLERROR is [4, messageId, errorCode, errorDescription, errorDetails]" }
}

/** Codes as 1.6 spells them. */
const oldCodes: { readonly [code: string]: string } = {
  FormationViolation: "FormatViolation",
  OccurenceConstraintViolation: "OccurrenceConstraintViolation"
}

const idProblems = (id: unknown): ReadonlyArray<FrameProblem> => {
  if (typeof id !== "string" || id.length === 0)
    return [error(["R-090", "R-145"], "the messageId is no string of 1 to 36 characters")]
  return Array.from(id).length > maxMessageIdLength
    ? [error(["R-090"], `the messageId has ${Array.from(id).length} characters; 36 are allowed`)]
    : []
}

const codeProblems = (code: unknown): ReadonlyArray<FrameProblem> => {
  if ((errorCodes as ReadonlyArray<unknown>).includes(code)) return []
  if (typeof code !== "string") return [error(["R-143"], "the errorCode is no string")]
  const meant = Object.hasOwn(oldCodes, code) ? oldCodes[code] : undefined
  return [
    error(
      ["R-143"],
      meant === undefined
        ? `${JSON.stringify(code.slice(0, 40))} is none of the twelve error codes`
        : `${code} is the code of OCPP 1.6; in 2.0.1 it is ${meant}`
    )
  ]
}

const callErrorProblems = ([, , code, description, details]: ReadonlyArray<unknown>): ReadonlyArray<FrameProblem> => [
  ...codeProblems(code),
  ...(description === undefined || typeof description === "string"
    ? typeof description === "string" && Array.from(description).length > 255
      ? [error(["R-074"], "the errorDescription has more than 255 characters")]
      : []
    : [error(["R-074"], 'the errorDescription is a string, "" when there is nothing to say')]),
  ...(details === undefined || isObject(details)
    ? []
    : [error(["R-074"], "the errorDetails are an object, {} when empty")])
]

const payloadProblems = (payload: unknown): ReadonlyArray<FrameProblem> =>
  payload === null
    ? [warning(["R-077", "R-076"], "the payload is null; an empty payload is {}")]
    : isObject(payload)
      ? []
      : [error(["R-076"], "the payload is no JSON object")]

/** What many a CSMS takes as one message, in bytes; the standard has no maximum. */
const usualLimit = 1_048_576

const sizeProblems = (text: string): ReadonlyArray<FrameProblem> => {
  const bytes = text.length > usualLimit / 3 ? new TextEncoder().encode(text).byteLength : 0
  if (bytes <= usualLimit) return []
  const message = `the message has ${bytes} bytes; the standard has no maximum, but above 1 MiB many a peer closes with 1009`
  return [{ severity: "note", rules: ["R-012"], message }]
}

/** Every problem of form that a text message has. Never throws. */
export const frameProblems = (text: string): ReadonlyArray<FrameProblem> => {
  if (text.length === 0) return [warning(["R-080"], "an empty text message is no frame")]
  const parsed = parse(text)
  if (parsed === undefined) return [error(["R-070"], "the message is not JSON")]
  const { json } = parsed
  if (!Array.isArray(json) || json.length === 0)
    return [error(["R-070", "R-080"], "the message is no JSON array; each WebSocket message is one frame")]
  const frame: ReadonlyArray<unknown> = json
  const type = frame[0]
  if (typeof type !== "number" || !Number.isInteger(type))
    return [error(["R-070"], "the first element of a frame is the message type: 2, 3 or 4")]
  const shape = Object.hasOwn(shapes, type) ? shapes[type] : undefined
  if (shape === undefined)
    return [error(["R-070", "R-148"], `message type ${type} is not known in 2.0.1: 2, 3 and 4 are`)]
  const problems: Array<FrameProblem> = [...sizeProblems(text), ...idProblems(frame[1])]
  if (frame.length !== shape.length)
    problems.push(error([shape.rule], `${shape.form}: ${shape.length} elements, not ${frame.length}`))
  if (type === 4) problems.push(...callErrorProblems(frame))
  else if (type === 2 && typeof frame[2] !== "string") problems.push(error(["R-071"], "the action is a string"))
  else if (frame.length === shape.length) problems.push(...payloadProblems(frame[shape.length - 1]))
  return problems
}
