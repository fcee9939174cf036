/** The value of a variable, parsed by its data type. What cannot be parsed is kept raw and flagged, never dropped. */
import type { DataEnumType, VariableCharacteristicsType } from "@wattline/ocpp-v201"

/**
 * A value by data type (DM-14, DM-15). `raw` is always what the station said.
 *
 * - `dateTime` is in milliseconds since 1970
 * - `Unset` is an empty value where the type has no empty one (DM-11)
 * - `Untyped` is a value whose data type was never reported (DM-12)
 * - `Unparsable` does not fit its data type, or is not of the `valuesList`
 */
export type VariableValue =
  | { readonly _tag: "boolean"; readonly value: boolean; readonly raw: string }
  | { readonly _tag: "integer" | "decimal" | "dateTime"; readonly value: number; readonly raw: string }
  | { readonly _tag: "string" | "OptionList"; readonly value: string; readonly raw: string }
  | { readonly _tag: "SequenceList" | "MemberList"; readonly value: ReadonlyArray<string>; readonly raw: string }
  | { readonly _tag: "Unset"; readonly dataType: DataEnumType; readonly raw: string }
  | { readonly _tag: "Untyped"; readonly raw: string }
  | { readonly _tag: "Unparsable"; readonly dataType: DataEnumType; readonly raw: string }

/** Parses a raw value; without characteristics it stays `Untyped` (DM-12, DM-14, DM-15). */
export const parse = (raw: string, characteristics: VariableCharacteristicsType | undefined): VariableValue => {
  if (characteristics === undefined) return { _tag: "Untyped", raw }
  const { dataType, valuesList } = characteristics
  switch (dataType) {
    case "string":
      return { _tag: dataType, value: raw, raw }
    case "SequenceList":
    case "MemberList": {
      const value = members(raw)
      return isListed(value, valuesList) ? { _tag: dataType, value, raw } : { _tag: "Unparsable", dataType, raw }
    }
    default:
      return raw === "" ? { _tag: "Unset", dataType, raw } : parseScalar(raw, dataType, valuesList)
  }
}

const parseScalar = (
  raw: string,
  dataType: "boolean" | "integer" | "decimal" | "dateTime" | "OptionList",
  valuesList: string | undefined
): VariableValue => {
  if (dataType === "boolean" && (raw === "true" || raw === "false"))
    return { _tag: dataType, value: raw === "true", raw }
  if (dataType === "OptionList" && isListed([raw], valuesList)) return { _tag: dataType, value: raw, raw }
  if (dataType === "integer" && integer.test(raw) && Number.isSafeInteger(Number(raw)))
    return { _tag: dataType, value: Number(raw), raw }
  if (dataType === "decimal" && decimal.test(raw) && Number.isFinite(Number(raw)))
    return { _tag: dataType, value: Number(raw), raw }
  if (dataType === "dateTime" && dateTime.test(raw) && !Number.isNaN(Date.parse(raw)))
    return { _tag: dataType, value: Date.parse(raw), raw }
  return { _tag: "Unparsable", dataType, raw }
}

/** Maximum length in characters of a string or list value; `undefined` = no limit known (DM-13). */
export const maxLength = (characteristics: VariableCharacteristicsType): number | undefined => {
  switch (characteristics.dataType) {
    case "string":
    case "OptionList":
    case "SequenceList":
    case "MemberList":
      return characteristics.maxLimit
    default:
      return undefined
  }
}

/** Greatest number a numeric variable can hold, the capacity of counters; `undefined` = no limit known (DM-13). */
export const maximum = ({ dataType, maxLimit }: VariableCharacteristicsType): number | undefined =>
  dataType === "integer" || dataType === "decimal" ? maxLimit : undefined

// No plus sign, no leading zeros, a dot (DM-14).
const integer = /^(?:0|-?[1-9]\d*)$/
const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const dateTime = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/

const members = (csv: string): ReadonlyArray<string> => (csv === "" ? [] : csv.split(",").map((item) => item.trim()))

// The standard obliges list types to have a valuesList; where a station leaves it out there is nothing to hold against.
const isListed = (values: ReadonlyArray<string>, valuesList: string | undefined): boolean => {
  if (valuesList === undefined || valuesList === "") return true
  const listed = members(valuesList)
  return values.every((value) => listed.includes(value))
}

/** What an application may give as a value: by data type, lists as arrays, a dateTime as ISO 8601 or milliseconds since 1970. */
export type VariableInput = string | number | boolean | ReadonlyArray<string>

/**
 * A value as it travels (DM-14): `true`, digits without exponent, lists comma-separated, times in ISO 8601. `undefined` for
 * a number that has no such form.
 */
export const encode = (value: VariableInput, dataType?: DataEnumType): string | undefined => {
  if (typeof value === "string") return value
  if (typeof value === "boolean") return `${value}`
  if (typeof value !== "number") return value.join(",")
  if (!Number.isFinite(value)) return undefined
  if (dataType === "dateTime") return Math.abs(value) <= 8.64e15 ? new Date(value).toISOString() : undefined
  if (Number.isInteger(value)) return BigInt(value).toString()
  const text = `${value}`
  if (!text.includes("e")) return text
  // Below a millionth JavaScript writes an exponent, which the standard does not know.
  const digits = value.toFixed(20).replace(/\.?0+$/, "")
  return digits === "-0" ? "0" : digits
}

/** Why a value does not fit the characteristics of its variable (DM-12, DM-13, DM-15). */
export type Misfit =
  | { readonly _tag: "WrongType"; readonly dataType: DataEnumType }
  | { readonly _tag: "BelowMinimum"; readonly minLimit: number }
  | { readonly _tag: "AboveMaximum"; readonly maxLimit: number }
  | { readonly _tag: "TooLong"; readonly maxLength: number }
  | { readonly _tag: "NotListed"; readonly valuesList: string }
  | { readonly _tag: "Repeated"; readonly member: string }

/** The first reason why `raw` cannot be the value of such a variable, or `undefined` (DM-12 to DM-15). */
export const misfit = (raw: string, characteristics: VariableCharacteristicsType): Misfit | undefined => {
  const { dataType, maxLimit, minLimit, valuesList } = characteristics
  const length = maxLength(characteristics)
  if (length !== undefined && raw.length > length) return { _tag: "TooLong", maxLength: length }
  // Without the list first: a value that is of the type and not of the list has another reason.
  const parsed = parse(raw, { dataType, supportsMonitoring: false })
  if (parsed._tag === "Unparsable") return { _tag: "WrongType", dataType }
  if (valuesList !== undefined && parse(raw, characteristics)._tag === "Unparsable")
    return { _tag: "NotListed", valuesList }
  switch (parsed._tag) {
    case "integer":
    case "decimal":
      if (minLimit !== undefined && parsed.value < minLimit) return { _tag: "BelowMinimum", minLimit }
      return maxLimit !== undefined && parsed.value > maxLimit ? { _tag: "AboveMaximum", maxLimit } : undefined
    case "SequenceList":
    case "MemberList": {
      const member = parsed.value.find((value, at) => parsed.value.indexOf(value) < at)
      return member === undefined ? undefined : { _tag: "Repeated", member }
    }
    default:
      return undefined
  }
}
