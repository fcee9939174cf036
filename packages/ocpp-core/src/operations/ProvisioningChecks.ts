/** What is checked and encoded before variables are set (B-2, B-5, DM-12 to DM-15). Pure. */
import type { SetVariableDataType, VariableCharacteristicsType } from "@wattline/ocpp-v201"
import { type DeviceModel, entry, limit, type VariableQuery } from "../blocks/DeviceModel.ts"
import { standardOf } from "../blocks/DeviceModelAccess.ts"
import { attributeKey } from "../blocks/DeviceModelChanges.ts"
import { encode, type Misfit, misfit, type VariableInput } from "../blocks/VariableValue.ts"
import { callBytes, type RequestLimits, targetOf } from "./ProvisioningBatches.ts"

/**
 * Why an item cannot be set.
 *
 * - `Duplicate`: the same component, variable and attribute is there before it (B05.FR.13)
 * - `NotANumber`: NaN, infinite, or no time
 * - `TooManyBytes`: the request would be larger than the station takes, even alone
 * - `ReadOnly`: as the station reported it, also for constants
 * - all others: see `Misfit`; by what the station reported, else by the data type of the standard
 */
export type SetVariableProblem =
  | Misfit
  | { readonly _tag: "Duplicate" | "NotANumber" | "ReadOnly" }
  | { readonly _tag: "TooManyBytes"; readonly maxBytes: number }

/** Problems that may be left to the station; the others are with the request, whatever the station thinks of it. */
export type AllowedProblems = ReadonlyArray<Misfit["_tag"] | "ReadOnly"> | "All"

/** A variable and the value that it is to have: `{ component: "OCPPCommCtrlr", variable: "HeartbeatInterval", value: 300 }`. */
export interface SetVariableItem extends VariableQuery {
  readonly value: VariableInput
}

/** Encodes the items, and looks at values and mutability unless that is allowed. Problems hold no values. */
export const prepare = (
  model: DeviceModel,
  items: ReadonlyArray<SetVariableItem>,
  allow: AllowedProblems = [],
  { bytes = Infinity }: RequestLimits
) => {
  const seen = new Set<string>()
  const data: Array<{ readonly item: VariableQuery; readonly data: SetVariableDataType }> = []
  const problems: Array<{ readonly item: VariableQuery; readonly problem: SetVariableProblem }> = []
  const maxLength = valueSize(model)
  for (const { value, ...item } of items) {
    const target = targetOf(model, item)
    const characteristics = characteristicsOf(model, item)
    const attributeValue = encode(value, characteristics?.dataType)
    const key = attributeKey(target)
    const problem: SetVariableProblem | undefined = seen.has(key)
      ? { _tag: "Duplicate" }
      : attributeValue === undefined
        ? { _tag: "NotANumber" }
        : valueProblem(model, item, attributeValue, characteristics, maxLength, allow)
    seen.add(key)
    const sent: SetVariableDataType = { ...target, attributeValue: attributeValue ?? "" }
    if (problem !== undefined) problems.push({ item, problem })
    else if (callBytes("SetVariables", "setVariableData", [sent]) > bytes)
      problems.push({ item, problem: { _tag: "TooManyBytes", maxBytes: bytes } })
    else data.push({ item, data: sent })
  }
  return { data, problems }
}

const valueProblem = (
  model: DeviceModel,
  item: VariableQuery,
  raw: string,
  characteristics: VariableCharacteristicsType | undefined,
  maxLength: number,
  allow: AllowedProblems
): SetVariableProblem | undefined => {
  if (allow === "All") return undefined
  const attribute = entry(model, item)?.attributes[item.attribute ?? "Actual"]
  const isReadOnly = attribute?.mutability === "ReadOnly" || attribute?.constant === true
  if (isReadOnly && !allow.includes("ReadOnly")) return { _tag: "ReadOnly" }
  if (raw.length > maxLength && !allow.includes("TooLong")) return { _tag: "TooLong", maxLength }
  const found = characteristics && misfit(raw, characteristics)
  return found === undefined || allow.includes(found._tag) ? undefined : found
}

const characteristicsOf = (model: DeviceModel, item: VariableQuery): VariableCharacteristicsType | undefined => {
  const reported = entry(model, item)?.characteristics
  if (reported !== undefined) return reported
  const dataType = standardOf(item)?.type
  return dataType && { dataType, supportsMonitoring: false }
}

/** The longest value, in characters (B-5). */
const valueSize = (model: DeviceModel): number => {
  const sizes = ["ConfigurationValueSize", "ValueSize"].map((variable) =>
    limit(model, { component: "DeviceDataCtrlr", variable }, Infinity)
  )
  return Math.min(1000, ...sizes.map((size) => size ?? Infinity))
}
