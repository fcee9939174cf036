/**
 * How reads, writes and events change the device model (DM-23…DM-26); reports are in DeviceModelReport.ts. Every function
 * returns the same model when nothing changed, and tells each changed value: these messages carry few.
 */
import type {
  AttributeEnumType,
  ComponentType,
  EventDataType,
  GetVariablesResponse,
  SetVariablesRequest,
  SetVariablesResponse,
  StatusNotificationRequest,
  VariableType
} from "@wattline/ocpp-v201"
import {
  componentKey,
  isSecret,
  maxVariables,
  variableKey,
  type Attribute,
  type Attributes,
  type ComponentNode,
  type DeviceModel,
  type VariableNode
} from "./DeviceModel.ts"
import type { Draft } from "./Draft.ts"
import { isBefore } from "./Timestamp.ts"

/** The mirrored value of an attribute changed by a read, a write or an event (ST-2); absent `to` = no longer known. */
export interface VariableChanged {
  readonly _tag: "VariableChanged"
  readonly component: ComponentType
  readonly variable: VariableType
  readonly attribute: AttributeEnumType
  readonly from?: string
  readonly to?: string
}

/** Told of each changed value, in order. */
export type OnChange = (change: VariableChanged) => void

/** What stays pending over a read: before the reboot it shows the old value and settles nothing (DM-25). */
export const stillPending = (before: Attribute | undefined): Attribute["pending"] =>
  before?.pending?.rebooted === false ? before.pending : undefined

/**
 * Applies the results of GetVariables (DM-23). Rejected leaves everything; the value of a WriteOnly variable or a
 * secret is not stored even if a station tells it. `at` is CSMS time in milliseconds.
 */
export const applyGetVariables = (
  model: DeviceModel,
  { getVariableResult }: GetVariablesResponse,
  at: number,
  onChange?: OnChange
): DeviceModel => {
  let next = model
  for (const { component, variable, attributeType = "Actual", attributeStatus, attributeValue } of getVariableResult) {
    const place = placeOf(next, component, variable)
    const before = place.known?.attributes[attributeType]
    switch (attributeStatus) {
      case "Accepted":
        if (isHeld(variable, before))
          next = put(next, place, attributeType, learned(before, "get", attributeValue, at), onChange)
        break
      case "UnknownComponent":
      case "UnknownVariable":
        next = removePair(next, place, onChange)
        break
      case "NotSupportedAttributeType":
        next = put(next, place, attributeType, undefined, onChange)
        break
      case "Rejected":
        break
    }
  }
  return next
}

/**
 * Applies the results of SetVariables: Accepted is the value (DM-24), RebootRequired a pending one (DM-25). Never for
 * WriteOnly variables and secrets. Results and items are matched by key (B-3); `at` is CSMS time in milliseconds.
 */
export const applySetVariables = (
  model: DeviceModel,
  { setVariableData }: SetVariablesRequest,
  { setVariableResult }: SetVariablesResponse,
  at: number,
  onChange?: OnChange
): DeviceModel => {
  const asked = new Map(setVariableData.map((item) => [attributeKey(item), item.attributeValue]))
  let next = model
  for (const result of setVariableResult) {
    const { component, variable, attributeType = "Actual", attributeStatus } = result
    const value = asked.get(attributeKey(result))
    const place = placeOf(next, component, variable)
    const before = place.known?.attributes[attributeType]
    if (value === undefined || !isHeld(variable, before)) continue
    if (attributeStatus === "Accepted") {
      next = put(next, place, attributeType, learned(before, "set", value, at), onChange)
    } else if (attributeStatus === "RebootRequired") {
      const known: Attribute = before ?? { source: "set", at, stale: true }
      next = put(next, place, attributeType, { ...known, pending: { value, rebooted: false } }, onChange)
    }
  }
  return next
}

/**
 * Applies NotifyEvent data: Actual from `actualValue` with its timestamp, unless what is known is newer (DM-26). Reads
 * and writes of ours have no station timestamp; for them the CSMS time of the answer stands. Values of WriteOnly
 * variables and secrets are not stored (N07.FR.10, A-14). `at` is CSMS time in milliseconds.
 */
export const applyEvents = (
  model: DeviceModel,
  eventData: ReadonlyArray<Pick<EventDataType, "component" | "variable" | "timestamp" | "actualValue">>,
  at: number,
  onChange?: OnChange
): DeviceModel => {
  let next = model
  for (const { component, variable, timestamp, actualValue } of eventData)
    next = told(next, placeOf(next, component, variable), actualValue, timestamp, at, onChange)
  return next
}

/**
 * Sets Connector.AvailabilityState to a connectorStatus, unless what is known is newer (DM-27, DM-26). Tells no change: the
 * event of block G does. `at` is CSMS time in milliseconds.
 */
export const applyStatus = (
  model: DeviceModel,
  { connectorId, connectorStatus, evseId, timestamp }: StatusNotificationRequest,
  at: number
): DeviceModel => {
  // As componentKey and variableKey make them; there are too many of these messages to fold the same names each time.
  const ofComponent = `connector\n\n${evseId}\n${connectorId}`
  const node = model.components[ofComponent]
  const known = node?.variables["availabilitystate\n"]
  const component = node?.component ?? { name: "Connector", evse: { id: evseId, connectorId } }
  const place = { component, variable: availabilityState, ofComponent, ofVariable: "availabilitystate\n", node, known }
  return told(model, place, connectorStatus, timestamp, at)
}

// Shared by all stations.
const availabilityState = Object.freeze({ name: "AvailabilityState" })

/** A value that the station tells by itself. */
const told = (
  model: DeviceModel,
  place: Place,
  value: string,
  timestamp: string,
  at: number,
  onChange?: OnChange
): DeviceModel => {
  const before = place.known?.attributes.Actual
  return isHeld(place.variable, before) && (before === undefined || !isOlder(timestamp, before))
    ? put(model, place, "Actual", learned(before, "event", value, at, timestamp), onChange)
    : model
}

const isHeld = (variable: VariableType, before: Attribute | undefined): boolean =>
  before?.mutability !== "WriteOnly" && !isSecret(variable)

const isOlder = (timestamp: string, known: Attribute): boolean =>
  known.timestamp === undefined ? Date.parse(timestamp) < known.at : isBefore(timestamp, known.timestamp)

/** A new value, with what only a report tells kept from before. */
const learned = (
  before: Attribute | undefined,
  source: "get" | "set" | "event",
  value: string | undefined,
  at: number,
  timestamp?: string
): Attribute => {
  const next: Draft<Attribute> = { source, at, stale: false }
  if (value !== undefined) next.value = value
  if (timestamp !== undefined) next.timestamp = timestamp
  if (before?.mutability !== undefined) next.mutability = before.mutability
  if (before?.persistent !== undefined) next.persistent = before.persistent
  if (before?.constant !== undefined) next.constant = before.constant
  const pending = source === "set" ? undefined : stillPending(before)
  if (pending !== undefined) next.pending = pending
  return next
}

/** Names one attribute in a request or a result. */
export interface AttributeTarget {
  readonly component: ComponentType
  readonly variable: VariableType
  readonly attributeType?: AttributeEnumType
}

/**
 * Marks what the station may hold otherwise by now: the attributes of a write with unknown outcome (ST-3), or without
 * `targets` the whole model (DM-28).
 */
export const markStale = (model: DeviceModel, targets?: ReadonlyArray<AttributeTarget>): DeviceModel => {
  if (targets === undefined) return { ...mapAttributes(model, stale), stale: true }
  let next = model
  for (const { component, variable, attributeType = "Actual" } of targets) {
    const place = placeOf(next, component, variable)
    const before = place.known?.attributes[attributeType]
    if (before !== undefined) next = put(next, place, attributeType, stale(before))
  }
  return next
}

/** After a reboot pending values are in force, or not: they count once they are read again (DM-25). */
export const afterReboot = (model: DeviceModel): DeviceModel =>
  mapAttributes(model, (attribute) =>
    attribute.pending === undefined || attribute.pending.rebooted
      ? attribute
      : { ...attribute, stale: true, pending: { ...attribute.pending, rebooted: true } }
  )

const mapAttributes = (model: DeviceModel, change: (attribute: Attribute) => Attribute): DeviceModel => {
  const components = mapValues(model.components, (component) => {
    const variables = mapValues(component.variables, (variable) => {
      const attributes: Attributes = mapValues(variable.attributes, change)
      return attributes === variable.attributes ? variable : { ...variable, attributes }
    })
    return variables === component.variables ? component : { ...component, variables }
  })
  return components === model.components ? model : { ...model, components }
}

/** The same record when `change` returns every value as it is. */
const mapValues = <A>(
  record: { readonly [key: string]: A },
  change: (value: A) => A
): { readonly [key: string]: A } => {
  let next: { [key: string]: A } | undefined
  for (const [key, before] of Object.entries(record)) {
    const after = change(before)
    if (after === before) continue
    next ??= { ...record }
    next[key] = after
  }
  return next ?? record
}

const stale = (attribute: Attribute): Attribute => (attribute.stale ? attribute : { ...attribute, stale: true })

/** Key of an attribute in a request or a result; an absent type is Actual (DM-05, B-3). */
export const attributeKey = ({ component, variable, attributeType = "Actual" }: AttributeTarget): string =>
  `${componentKey(component)}\n${variableKey(variable)}\n${attributeType}`

/** Where a pair is in the model, or would be. */
interface Place {
  readonly component: ComponentType
  readonly variable: VariableType
  readonly ofComponent: string
  readonly ofVariable: string
  readonly node: ComponentNode | undefined
  readonly known: VariableNode | undefined
}

const placeOf = (model: DeviceModel, component: ComponentType, variable: VariableType): Place => {
  const ofComponent = componentKey(component)
  const ofVariable = variableKey(variable)
  const node = model.components[ofComponent]
  return { component, variable, ofComponent, ofVariable, node, known: node?.variables[ofVariable] }
}

/** Puts or (`undefined`) removes one attribute; says so when its value changed. */
const put = (
  model: DeviceModel,
  place: Place,
  type: AttributeEnumType,
  attribute: Attribute | undefined,
  onChange?: OnChange
): DeviceModel => {
  const { component, variable, ofComponent, ofVariable, node, known } = place
  const before = known?.attributes[type]
  if (attribute === before) return model
  if (known === undefined && model.size >= maxVariables)
    return model.isTruncated ? model : { ...model, isTruncated: true }
  const attributes: Draft<Attributes> = { ...known?.attributes }
  if (attribute === undefined) delete attributes[type]
  else attributes[type] = attribute
  const variables: Draft<ComponentNode["variables"]> = { ...node?.variables }
  variables[ofVariable] = known === undefined ? { variable, attributes } : { ...known, attributes }
  if (before?.value !== attribute?.value) onChange?.(changed(place, type, before, attribute))
  const size = known === undefined ? model.size + 1 : model.size
  return withNode(model, ofComponent, { component: node?.component ?? component, variables }, size)
}

const removePair = (model: DeviceModel, place: Place, onChange?: OnChange): DeviceModel => {
  const { ofComponent, ofVariable, node, known } = place
  if (node === undefined || known === undefined) return model
  for (const type of attributeTypes) {
    const before = known.attributes[type]
    if (before?.value !== undefined) onChange?.(changed(place, type, before, undefined))
  }
  const { [ofVariable]: _, ...variables } = node.variables
  const size = model.size - 1
  if (Object.keys(variables).length > 0) return withNode(model, ofComponent, { ...node, variables }, size)
  const { [ofComponent]: __, ...components } = model.components
  return { ...model, components, size }
}

const withNode = (model: DeviceModel, ofComponent: string, node: ComponentNode, size: number): DeviceModel => {
  const components: Draft<DeviceModel["components"]> = { ...model.components }
  components[ofComponent] = node
  return { ...model, components, size }
}

const attributeTypes = ["Actual", "Target", "MinSet", "MaxSet"] as const satisfies ReadonlyArray<AttributeEnumType>

const changed = (
  { component, variable }: Place,
  attribute: AttributeEnumType,
  before: Attribute | undefined,
  after: Attribute | undefined
): VariableChanged => ({
  _tag: "VariableChanged",
  component,
  variable,
  attribute,
  ...(before?.value !== undefined && { from: before.value }),
  ...(after?.value !== undefined && { to: after.value })
})
