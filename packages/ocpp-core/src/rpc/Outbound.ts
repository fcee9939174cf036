/**
 * What the schemas cannot say about what we send: decimals have at most six places, so longer ones are rounded;
 * integers are 32-bit signed, so larger ones are refused rather than misread by a station; and what is not JSON
 * at all is refused before it is written, for open fields let anything through.
 */
import type { PayloadValidator, Violation } from "./Protocol.ts"

const maxInteger = 2_147_483_647

/** Deeper than any message of ours; a payload that contains itself ends here. */
const maxDepth = 100

type Fields = Readonly<Record<string, unknown>>

/** Fields that hold JSON of the vendor's making: what their numbers mean is between the two sides. */
const isOpen = (key: string): boolean => key === "customData" || key === "data"

/** The payload with its decimals rounded to six places; the same object when there is nothing to round. */
export const roundDecimals = (payload: unknown, depth = 0): unknown => {
  if (typeof payload === "number")
    return Number.isInteger(payload) || !Number.isFinite(payload) ? payload : Number(payload.toFixed(6))
  if (typeof payload !== "object" || payload === null || depth > maxDepth) return payload
  let copy: Record<string, unknown> | undefined
  for (const key in payload) {
    const part = (payload as Fields)[key]
    if (isOpen(key) || (typeof part !== "number" && (typeof part !== "object" || part === null))) continue
    const rounded = roundDecimals(part, depth + 1)
    if (rounded === part || Object.is(rounded, part)) continue
    copy ??= (Array.isArray(payload) ? [...payload] : { ...payload }) as Record<string, unknown>
    copy[key] = rounded
  }
  return copy ?? payload
}

/** The first number in a payload that no station can read, or value that cannot be written; `undefined` if there is none. */
export const unreadableNumber = (
  payload: unknown,
  instancePath = "",
  depth = 0,
  open = false
): Violation | undefined => {
  switch (typeof payload) {
    case "number":
      if (!Number.isFinite(payload)) return { instancePath, keyword: "type", message: "must be a finite number" }
      return !open && Number.isInteger(payload) && (payload > maxInteger || payload < -maxInteger - 1)
        ? { instancePath, keyword: "maximum", message: "must be a 32-bit signed integer" }
        : undefined
    case "bigint":
      return { instancePath, keyword: "type", message: "must be a number, not a bigint" }
    case "object":
      break
    default:
      return undefined
  }
  if (payload === null) return undefined
  if (depth > maxDepth) return { instancePath: "", keyword: "type", message: "must not contain itself" }
  for (const key in payload) {
    const part = (payload as Fields)[key]
    const violation = unreadableNumber(part, `${instancePath}/${key}`, depth + 1, open || isOpen(key))
    if (violation !== undefined) return violation
  }
  return undefined
}

/** A payload as it goes out, and why it cannot. */
export interface Outgoing {
  /** The payload with its decimals rounded; the same object when there is nothing to round. */
  readonly payload: unknown
  /** The first thing that breaks the schema, or that no station can read. */
  readonly violation: Violation | undefined
}

/** Prepares a payload and checks it. Nearly every one is as it should be, and one walk over it says so. */
export const outgoing = (payload: unknown, validate: PayloadValidator): Outgoing => {
  if (isPlain(payload, false, 0)) return { payload, violation: validate(payload) ? undefined : firstOf(validate) }
  const rounded = roundDecimals(payload)
  return { payload: rounded, violation: validate(rounded) ? unreadableNumber(rounded) : firstOf(validate) }
}

const unknown: Violation = { instancePath: "", keyword: "" }

const firstOf = ({ errors }: PayloadValidator): Violation => errors?.[0] ?? unknown

/** Whether there is nothing to round and nothing unreadable. May say no to what is well, never yes to what is not. */
const isPlain = (value: unknown, open: boolean, depth: number): boolean => {
  if (typeof value === "number") {
    if (Math.trunc(value) === value) return Math.abs(value) <= maxInteger || (open && Number.isFinite(value))
    return open ? Number.isFinite(value) : Math.abs(value) < maxInteger && Math.round(value * 1e6) / 1e6 === value
  }
  if (typeof value !== "object") return typeof value !== "bigint"
  if (value === null) return true
  if (depth > maxDepth) return false
  if (Array.isArray(value)) {
    for (const part of value) if (!isPlain(part, open, depth + 1)) return false
    return true
  }
  for (const key in value) if (!isPlain((value as Fields)[key], open || isOpen(key), depth + 1)) return false
  return true
}

/** A violation in words: `/chargingStation/model must NOT have more than 20 characters (maxLength)`. */
export const describe = (violation: Violation): string =>
  `${violation.instancePath === "" ? "the payload" : violation.instancePath} ${violation.message ?? "is invalid"} (${violation.keyword})`
