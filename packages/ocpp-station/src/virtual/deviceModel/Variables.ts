/** What a station answers to GetVariables and SetVariables, item by item (B05, B06). Decides; what it decides on is in `Store`. */
import { misfit, type Misfit } from "@wattline/ocpp-core/engine"
import type {
  GetVariableDataType,
  GetVariableResultType,
  SetVariableDataType,
  SetVariableResultType,
  SetVariableStatusEnumType
} from "@wattline/ocpp-v201"
import type { Item } from "./Inventory.ts"
import type { Store } from "./Store.ts"

/** A status other than Accepted, and why. */
export interface Refused {
  readonly status: SetVariableStatusEnumType
  readonly reasonCode?: string
}

/** The result for one variable that the CSMS reads (B06.FR.02 to .15). */
export const getVariable = (
  store: Store,
  { attributeType = "Actual", component, variable }: GetVariableDataType
): GetVariableResultType => {
  const asked = { attributeType, component, variable }
  const item = store.named(component, variable)
  if (typeof item === "string") return { ...asked, attributeStatus: item }
  const value = store.attribute(item, attributeType)
  if (value === undefined) return { ...asked, attributeStatus: "NotSupportedAttributeType" }
  if (item.definition.mutability === "WriteOnly")
    return { ...asked, attributeStatus: "Rejected", attributeStatusInfo: { reasonCode: "WriteOnly" } }
  return { ...asked, attributeStatus: "Accepted", attributeValue: reported(value) }
}

/** ReportingValueSize: no station reports more. */
export const reported = (value: string): string => (value.length > 2500 ? value.slice(0, 2500) : value)

/**
 * Sets one variable if nothing speaks against it (B05.FR.04 to .10): its mutability, its characteristics, the guards of the
 * other parts. With RebootRequired the value is kept for after the restart.
 */
export const setVariable = (store: Store, data: SetVariableDataType): SetVariableResultType => {
  const { attributeType = "Actual", attributeValue, component, variable } = data
  const result = ({ reasonCode, status }: Refused): SetVariableResultType => ({
    attributeType,
    component,
    variable,
    attributeStatus: status,
    ...(reasonCode !== undefined && { attributeStatusInfo: { reasonCode } })
  })
  const item = store.named(component, variable)
  if (typeof item === "string") return result({ status: item })
  if (store.attribute(item, attributeType) === undefined) return result({ status: "NotSupportedAttributeType" })
  if (attributeType === "Actual" && item.definition.mutability === "ReadOnly")
    return result({ status: "Rejected", reasonCode: "ReadOnly" })
  const problem = valueProblem(item, attributeValue)
  if (problem !== undefined) return result({ status: "Rejected", reasonCode: problem })
  if (attributeType !== "Actual") return result(store.setOther(item, attributeType, attributeValue))
  const refused = store.guarded(item, attributeValue)
  if (refused?.status === "RebootRequired") store.postpone(item, attributeValue)
  if (refused !== undefined && refused.status !== "Accepted") return result(refused)
  store.write(item, attributeValue)
  return result({ status: "Accepted" })
}

/** Why a value cannot be that of a variable, as a reason code; `undefined` when it can (B05.FR.07, B05.FR.08). */
export const valueProblem = ({ definition }: Item, value: string): string | undefined => {
  const { dataType } = definition.characteristics
  if (value.length > 1000) return "TooLargeElement" // ConfigurationValueSize
  // Only what may be unset can be set to nothing.
  if (value === "" && mustHaveValue.has(dataType)) return "InvalidValue"
  const problem = misfit(value, definition.characteristics)
  return problem && reasons[problem._tag]
}

const mustHaveValue: ReadonlySet<string> = new Set(["boolean", "integer", "decimal", "OptionList"])

const reasons: { readonly [tag in Misfit["_tag"]]: string } = {
  WrongType: "InvalidValue",
  BelowMinimum: "ValueTooLow",
  AboveMaximum: "ValueTooHigh",
  TooLong: "TooLargeElement",
  NotListed: "InvalidValue",
  Repeated: "InvalidValue"
}
