/** Requests that have more items or bytes than the station takes (B06.FR.16, B06.FR.17, B08.FR.17, B08.FR.18, N06.FR.06). */
import type { ModelPart } from "../parts.ts"
import { jsonBytes } from "./Parts.ts"

/** The actions whose items are counted, and where. */
const itemsIn = {
  GetVariables: "getVariableData",
  SetVariables: "setVariableData",
  GetReport: "componentVariable",
  GetMonitoringReport: "componentVariable",
  SetVariableMonitoring: "setMonitoringData",
  ClearVariableMonitoring: "id"
} as const

/** The variables that state the limits have the name of the action as instance; that of GetReport is for both reports. */
const instanceOf = (action: keyof typeof itemsIn): string => (action === "GetMonitoringReport" ? "GetReport" : action)

/** The CALLERROR for a request that is too large, or `undefined`. */
export const limitProblem = (
  model: ModelPart,
  controller: "DeviceDataCtrlr" | "MonitoringCtrlr",
  action: keyof typeof itemsIn,
  request: object,
  messageId: string
):
  | { readonly errorCode: "OccurrenceConstraintViolation" | "FormatViolation"; readonly description: string }
  | undefined => {
  const instance = instanceOf(action)
  const items = Object.entries(request).find(([name]) => name === itemsIn[action])?.[1]
  const count = Array.isArray(items) ? items.length : 0
  const maxItems = model.number(controller, "ItemsPerMessage", instance, Infinity)
  if (count > maxItems)
    return { errorCode: "OccurrenceConstraintViolation", description: `${count} items, at most ${maxItems} are taken` }
  const maxBytes = model.number(controller, "BytesPerMessage", instance, Infinity)
  const bytes = jsonBytes([2, messageId, action, request])
  return bytes > maxBytes
    ? { errorCode: "FormatViolation", description: `${bytes} bytes, at most ${maxBytes} are taken` }
    : undefined
}
