/**
 * The device model of one station as the CSMS knows it: what it holds, how it is keyed, how it is read. How messages
 * change it is in DeviceModelChanges.ts and DeviceModelReport.ts.
 *
 * Two levels, component then variable, so that a change copies one component and not the whole model, and so that the
 * name of a component is held once.
 */
import type {
  AttributeEnumType,
  ComponentType,
  MutabilityEnumType,
  VariableCharacteristicsType,
  VariableType
} from "@wattline/ocpp-v201"
import { maximum, parse, type VariableValue } from "./VariableValue.ts"

/** Where the knowledge about an attribute came from; `configured` = supplied by the application (DM-30). */
export type Source = "report" | "get" | "set" | "event" | "configured"

/** What is known about one attribute of one variable (DM-10). */
export interface Attribute {
  /** As the station wrote it. Absent: WriteOnly, or not told; supported but unset is an empty string (DM-11). */
  readonly value?: string
  /** Absent until the attribute was reported; a report without it means ReadWrite (DM-10). */
  readonly mutability?: MutabilityEnumType
  /** Kept over a reboot. Absent until reported; then default false (DM-10). */
  readonly persistent?: boolean
  /** Can never change. Absent until reported; then default false (DM-10). */
  readonly constant?: boolean
  readonly source: Source
  /** Station clock, ISO 8601: of the event, or `generatedAt` of the report part; absent where the message has none. */
  readonly timestamp?: string
  /** CSMS clock, milliseconds since 1970: receipt of the message this is from. */
  readonly at: number
  /** True when the station may hold another value by now and a read is due (ST-3, DM-28). */
  readonly stale: boolean
  /** A value that was accepted but takes effect with a reboot (DM-25). */
  readonly pending?: { readonly value: string; readonly rebooted: boolean }
}

/** One component + variable pair, in the station's spelling (DM-03). */
export interface DeviceModelEntry {
  readonly component: ComponentType
  readonly variable: VariableType
  /** By attribute type; controller components have Actual only (DM-05). */
  readonly attributes: Attributes
  /** Known only from reports (DM-12). */
  readonly characteristics?: VariableCharacteristicsType
}

/** The attributes of a variable by type (DM-05). */
export type Attributes = { readonly [T in AttributeEnumType]?: Attribute }

/** A variable inside its component. */
export type VariableNode = Omit<DeviceModelEntry, "component">

/** A component with its variables by `variableKey`. */
export interface ComponentNode {
  readonly component: ComponentType
  readonly variables: { readonly [variableKey: string]: VariableNode }
}

/** The device model: components by `componentKey` (DM-01, DM-02). Plain data. */
export interface DeviceModel {
  readonly components: { readonly [componentKey: string]: ComponentNode }
  /** Pairs of component and variable in it; at most `maxVariables`. */
  readonly size: number
  /** True when pairs were left out because there was no room; until a full inventory fits. */
  readonly isTruncated?: true
  /** True when a FullInventory is recommended, until one is complete (DM-28, B-17). */
  readonly stale: boolean
  /** CSMS clock in milliseconds since 1970 when a report was last applied; absent before the first (DM-16). */
  readonly reportedAt?: number
  /** CSMS clock in milliseconds since 1970 of the last complete FullInventory that had room (DM-18, DM-20). */
  readonly inventoryAt?: number
}

/** Nothing known. Shared by all stations that reported nothing. */
export const empty: DeviceModel = Object.freeze({ components: Object.freeze({}), size: 0, stale: false })

/**
 * Pairs of component and variable that are held of one station; further ones are left out. Large stations report a few
 * thousand; without an end one broken station could fill the memory.
 */
export const maxVariables = 10_000

/** A component by name alone (station level), or spelled out with instance and EVSE (DM-01, DM-06). */
export type ComponentLike = string | ComponentType

/** A variable by name alone, or with its instance (DM-02). */
export type VariableLike = string | VariableType

/**
 * Names one attribute: `{ component: "OCPPCommCtrlr", variable: "HeartbeatInterval" }`. Names and instances compare
 * without case (DM-03).
 */
export interface VariableQuery {
  readonly component: ComponentLike
  readonly variable: VariableLike
  /** Instance of the variable, such as `GetReport` of `ItemsPerMessage`. */
  readonly instance?: string
  readonly componentInstance?: string
  readonly evseId?: number
  /** Means something only beside an EVSE id (DM-01). */
  readonly connectorId?: number
  /** Default Actual (DM-05). */
  readonly attribute?: AttributeEnumType
}

/** Key of a component: name, instance (absent = empty), EVSE id, connector id; folded (DM-01, DM-03, DM-04). */
export const componentKey = (component: ComponentLike): string =>
  typeof component === "string" ? keyOf(component) : keyOf(component.name, component.instance, component.evse)

/** Key of a variable inside its component: name and instance (absent = empty), folded (DM-02, DM-03, DM-04). */
export const variableKey = (variable: VariableLike): string =>
  (typeof variable === "string" ? `${variable}\n` : `${variable.name}\n${variable.instance ?? ""}`).toLowerCase()

// A line feed is in no identifier and makes sure that no key is a member of Object.prototype.
const keyOf = (name: string, instance = "", evse?: { readonly id: number; readonly connectorId?: number }): string =>
  `${name}\n${instance}\n${evse?.id ?? ""}\n${evse?.connectorId ?? ""}`.toLowerCase()

/** True for variables whose value is never held: SecurityCtrlr.BasicAuthPassword, on whatever component. */
export const isSecret = (variable: VariableType): boolean => variable.name.toLowerCase() === "basicauthpassword"

/** The pair, or `undefined` when the station never mentioned it (DM-01…DM-04). */
export const find = (
  model: DeviceModel,
  component: ComponentLike,
  variable: VariableLike
): DeviceModelEntry | undefined => {
  const node = model.components[componentKey(component)]
  const found = node?.variables[variableKey(variable)]
  return node === undefined || found === undefined ? undefined : { component: node.component, ...found }
}

/** The pair that a query names, whatever its attribute. */
export const entry = (model: DeviceModel, query: VariableQuery): DeviceModelEntry | undefined =>
  find(model, queriedComponent(query), queriedVariable(query))

/** The raw value of an attribute, or `undefined` when it is not known (DM-11). */
export const value = (model: DeviceModel, query: VariableQuery): string | undefined =>
  entry(model, query)?.attributes[query.attribute ?? "Actual"]?.value

/** The value of an attribute parsed by its data type, or `undefined` when it is not known (DM-14). */
export const typedValue = (model: DeviceModel, query: VariableQuery): VariableValue | undefined => {
  const found = entry(model, query)
  const raw = found?.attributes[query.attribute ?? "Actual"]?.value
  return raw === undefined ? undefined : parse(raw, found?.characteristics)
}

/**
 * A limit that a variable states by its value, such as `ItemsPerMessage`; `undefined` = no limit known. `fallback`
 * stands in only before the first report (DM-16).
 */
export const limit = (model: DeviceModel, query: VariableQuery, fallback: number): number | undefined => {
  const typed = typedValue(model, query)
  if (typed?._tag === "integer") return typed.value
  // Read by GetVariables before any report: the data type is not known yet, the number is (DM-12).
  if (typed?._tag === "Untyped" && /^\d{1,15}$/.test(typed.raw)) return Number(typed.raw)
  return unlimited(model, fallback)
}

/** What a counter such as `Entries` can hold: its maxLimit (DM-13); absent as for `limit` (DM-16). */
export const capacity = (model: DeviceModel, query: VariableQuery, fallback: number): number | undefined => {
  const characteristics = entry(model, query)?.characteristics
  const most = characteristics === undefined ? undefined : maximum(characteristics)
  return most ?? unlimited(model, fallback)
}

const unlimited = (model: DeviceModel, fallback: number): number | undefined =>
  model.reportedAt === undefined ? fallback : undefined

/** Every pair, components in the order they were first reported. */
export const entries = (model: DeviceModel): ReadonlyArray<DeviceModelEntry> =>
  Object.values(model.components).flatMap(({ component, variables }) =>
    Object.values(variables).map(({ variable, attributes, characteristics }): DeviceModelEntry =>
      characteristics === undefined
        ? { component, variable, attributes }
        : { component, variable, attributes, characteristics }
    )
  )

/** The component that a query names. */
export const queriedComponent = (query: VariableQuery): ComponentLike => {
  const { component, componentInstance, evseId, connectorId } = query
  if (typeof component === "string" && componentInstance === undefined && evseId === undefined) return component
  const { name, instance, evse } = typeof component === "string" ? { name: component } : component
  return {
    name,
    instance: componentInstance ?? instance ?? "",
    ...(evseId === undefined
      ? evse && { evse }
      : { evse: { id: evseId, ...(connectorId !== undefined && { connectorId }) } })
  }
}

/** The variable that a query names, with its instance. */
export const queriedVariable = ({ variable, instance }: VariableQuery): VariableLike =>
  instance === undefined ? variable : { name: typeof variable === "string" ? variable : variable.name, instance }
