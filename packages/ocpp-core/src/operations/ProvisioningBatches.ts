/**
 * How many items go into one request: as many as the station takes by number and by bytes (B05.FR.11, B06.FR.05,
 * B08.FR.17/.18), in the order given. Pure.
 */
import {
  type DeviceModel,
  entry,
  limit,
  queriedComponent,
  queriedVariable,
  type VariableQuery
} from "../blocks/DeviceModel.ts"
import type { AttributeTarget } from "../blocks/DeviceModelChanges.ts"
import type { Draft } from "../blocks/Draft.ts"

/** What a station takes in one request; absent: no limit known. */
export interface RequestLimits {
  readonly items?: number
  /** Bytes of the whole CALL in UTF-8. */
  readonly bytes?: number
}

/** The messages with items that a station limits by `ItemsPerMessage` and `BytesPerMessage`. */
export type LimitedAction =
  | "GetVariables"
  | "SetVariables"
  | "GetReport" // and GetMonitoringReport
  | "SetVariableMonitoring"
  | "ClearVariableMonitoring"

/** The variables that state the limits of an action. */
export const limitVariables = (action: LimitedAction): readonly [VariableQuery, VariableQuery] => {
  const component = action.endsWith("Monitoring") ? "MonitoringCtrlr" : "DeviceDataCtrlr"
  return [
    { component, variable: "ItemsPerMessage", instance: action },
    { component, variable: "BytesPerMessage", instance: action }
  ]
}

/** What the device model says; `fallback` items before the first report (DM-16, B-6). A limit below 1 counts as 1. */
export const requestLimits = (model: DeviceModel, action: LimitedAction, fallback: number): RequestLimits => {
  const [itemsQuery, bytesQuery] = limitVariables(action)
  const items = limit(model, itemsQuery, fallback)
  const bytes = limit(model, bytesQuery, Infinity)
  const limits: Draft<RequestLimits> = {}
  if (items !== undefined) limits.items = Math.max(items, 1)
  if (bytes !== undefined && bytes > 0) limits.bytes = bytes
  return limits
}

/** Bytes of a CALL with these items, with a message id of 36 characters, the longest there is. */
export const callBytes = (action: string, field: string, items: ReadonlyArray<unknown>, rest = {}): number =>
  utf8.encode(JSON.stringify([2, "x".repeat(36), action, { ...rest, [field]: items }])).length

const utf8 = new TextEncoder()

/**
 * Splits `items`, of which `wire` is what is sent. `overhead` is the size of the CALL without items; one item always fits.
 */
export const batches = <A>(
  items: ReadonlyArray<A>,
  limits: RequestLimits,
  overhead: number,
  wire: (item: A) => unknown = (item) => item
): Array<Array<A>> => {
  const all: Array<Array<A>> = []
  let batch: Array<A> = []
  let size = overhead
  for (const item of items) {
    const bytes = utf8.encode(JSON.stringify(wire(item))).length + 1 // with its comma
    const isFull = batch.length >= (limits.items ?? Infinity) || size + bytes > (limits.bytes ?? Infinity)
    if (batch.length > 0 && isFull) {
      all.push(batch)
      batch = []
      size = overhead
    }
    batch.push(item)
    size += bytes
  }
  if (batch.length > 0) all.push(batch)
  return all
}

/**
 * What a query names, as it goes into a request: in the station's spelling where that is known (DM-03), without an empty
 * instance (DM-04), the attribute left out when it is Actual (DM-05).
 */
export const targetOf = (model: DeviceModel, query: VariableQuery): AttributeTarget => {
  const known = entry(model, query)
  const { component, variable } = known ?? asked(query)
  const { attribute = "Actual" } = query
  const { evse } = component
  return {
    component: {
      name: component.name,
      ...(component.instance && { instance: component.instance }),
      ...(evse && {
        evse: { id: evse.id, ...(evse.connectorId !== undefined && { connectorId: evse.connectorId }) }
      })
    },
    variable: { name: variable.name, ...(variable.instance && { instance: variable.instance }) },
    ...(attribute !== "Actual" && { attributeType: attribute })
  }
}

const asked = (query: VariableQuery): Pick<AttributeTarget, "component" | "variable"> => {
  const component = queriedComponent(query)
  const variable = queriedVariable(query)
  return {
    component: typeof component === "string" ? { name: component } : component,
    variable: typeof variable === "string" ? { name: variable } : variable
  }
}
