/**
 * Payloads that almost conform, put right: what `validation: lenient` accepts. Driven by what the validator refuses, one
 * violation after the other, so that nothing is changed that was valid. Pure; the payload that is given is never changed.
 */
import type { PayloadValidator, Violation } from "./Protocol.ts"

/** A payload that conforms now, and the violations that it had. */
export interface Repaired {
  readonly payload: unknown
  /** In the order they were found, the same field of several list elements once. Empty: nothing was wrong. */
  readonly violations: ReadonlyArray<Violation>
}

/** Kinds of violation in one payload; with more it is another message, not one that almost conforms. */
const maxRepairs = 32

/** Repairs a payload; `undefined` where a violation has no repair, or there are too many. Never throws. */
export const repair = (validate: PayloadValidator, payload: unknown): Repaired | undefined => {
  const violations: Array<Violation> = []
  let current = payload
  while (!validate(current)) {
    const violation = validate.errors?.[0]
    if (violation === undefined || violations.length === maxRepairs) return undefined
    const path = violation.instancePath.split("/").slice(1)
    const next = edit(current, path, 0, (value) => repaired(violation, path.at(-1), value))
    if (next === current || next === left) return undefined
    violations.push(violation)
    current = next
  }
  return { payload: current, violations }
}

/** Stands for a value that is left out. */
const left = Symbol("left out")

/** Replaces what a path leads to, in every element of the lists on its way; the same value where nothing changes. */
const edit = (
  value: unknown,
  path: ReadonlyArray<string>,
  at: number,
  change: (value: unknown) => unknown
): unknown => {
  const key = path[at]
  if (key === undefined) return change(value)
  if (Array.isArray(value)) {
    const list: ReadonlyArray<unknown> = value
    const changed = list.map((element) => {
      const next = edit(element, path, at + 1, change)
      return next === left ? element : next // an element is not optional
    })
    return changed.some((element, i) => element !== list[i]) ? changed : value
  }
  if (!isFields(value) || !Object.hasOwn(value, key)) return value
  const next = edit(value[key], path, at + 1, change)
  if (next === value[key]) return value
  if (next !== left) return { ...value, [key]: next }
  return without(value, key)
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const without = (value: Fields, key: string): Fields => {
  const { [key]: _, ...rest } = value
  return rest
}

/** One repair: the better value, or the same where it knows none. */
const repaired = ({ keyword, params = {} }: Violation, field: string | undefined, value: unknown): unknown => {
  switch (keyword) {
    case "type":
      return value === null ? left : numberOf(params["type"], value) // R-123
    case "minItems":
      return Array.isArray(value) && value.length === 0 ? left : value // R-123
    case "format":
      return typeof value === "string" ? dateTimeOf(value) : value
    case "enum":
      return typeof value === "string" ? allowedOf(params["allowedValues"], value) : value
    case "maxLength":
      return typeof value === "string" && trimmable.has(field ?? "") ? trimmed(value, params["limit"]) : value
    case "additionalProperties": {
      const name = params["additionalProperty"]
      return typeof name === "string" && isFields(value) && Object.hasOwn(value, name) ? without(value, name) : value
    }
    default:
      return value // `required`, `minimum` and `maximum`: whatever we put there would be invented
  }
}

/** Longest text that is read as a number or a time; longer ones are neither. */
const maxScalar = 40

const numberOf = (wanted: unknown, value: unknown): unknown => {
  if ((wanted !== "integer" && wanted !== "number") || typeof value !== "string" || value.length > maxScalar)
    return value
  return /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value) && Number.isFinite(Number(value)) ? Number(value) : value
}

const looseTime =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?(?:[.,](\d+))? ?(?:([Zz]|UTC|GMT)|([+-]\d\d)(?::?(\d\d))?)?$/

/**
 * A time with a space for T, without an offset (then it is UTC), with an offset without colon or minutes, without seconds, or
 * with a comma before the fraction.
 */
const dateTimeOf = (value: string): string => {
  const match = value.length > maxScalar ? null : looseTime.exec(value)
  if (match === null) return value
  const [, date, time, seconds = ":00", fraction, , hours, minutes = "00"] = match
  return `${date}T${time}${seconds}${fraction === undefined ? "" : `.${fraction}`}${hours === undefined ? "Z" : `${hours}:${minutes}`}`
}

/** Names of OCPP 1.6 for what 2.0.1 calls otherwise, and other spellings; both without case and punctuation. */
const aliases: ReadonlyMap<string, ReadonlyArray<string>> = new Map(
  Object.entries({
    preparing: ["Occupied"], // ChargePointStatus
    charging: ["Occupied"],
    suspendedev: ["Occupied"],
    suspendedevse: ["Occupied"],
    finishing: ["Occupied"],
    hardreset: ["ImmediateReset"], // Reason
    deauthorised: ["DeAuthorized", "Deauthorized"],
    stopauthorised: ["StopAuthorized"],
    authorised: ["Authorized"],
    evdisconnect: ["EVDisconnected"],
    acceptedcancelled: ["AcceptedCanceled"] // LogStatus, UpdateFirmwareStatus
  })
)

const folded = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "")

/** The one allowed value that differs in case and punctuation only, or the alias of one. */
const allowedOf = (allowed: unknown, value: string): string => {
  if (!Array.isArray(allowed) || value.length > 100) return value
  const values = allowed as ReadonlyArray<unknown>
  const wanted = folded(value)
  const same = values.filter((one): one is string => typeof one === "string" && folded(one) === wanted)
  if (same.length > 0) return same.length === 1 ? (same[0] ?? value) : value
  return aliases.get(wanted)?.find((alias) => values.includes(alias)) ?? value
}

/**
 * Fields whose text is for people, and may be cut. Never what names something (tokens, serial numbers, ids, components), is
 * compared, or is signed.
 */
const trimmable: ReadonlySet<string> = new Set([
  "additionalInfo",
  "content",
  "firmwareVersion",
  "model",
  "reasonCode",
  "salesTariffDescription",
  "techCode",
  "techInfo",
  "vendorName"
])

/** Cut to a number of code points (R-130). */
const trimmed = (value: string, limit: unknown): string =>
  typeof limit === "number"
    ? Array.from(value.slice(0, limit * 2))
        .slice(0, limit)
        .join("")
    : value
