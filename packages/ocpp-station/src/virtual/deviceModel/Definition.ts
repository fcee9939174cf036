/** How a variable of the device model is declared: what is the same for all stations that have it. Plain data, shared by all. */
import type {
  AttributeEnumType,
  DataEnumType,
  MutabilityEnumType,
  VariableCharacteristicsType
} from "@wattline/ocpp-v201"
import type { ClientSettings } from "../../client/Client.ts"
import type { EVSE } from "../EVSE.ts"
import type { VirtualStation } from "../VirtualStation.ts"

/** Settings of the client that are variables: those that are numbers or booleans are all there are. */
export type Setting = keyof ClientSettings

/** One variable: its characteristics, its Actual attribute, and the further attributes it has (DM-10, DM-12). */
export interface Definition {
  readonly characteristics: VariableCharacteristicsType
  readonly mutability: MutabilityEnumType
  /** Whether its value survives a restart of the station. */
  readonly persistent: boolean
  /** Whether its value never changes. */
  readonly constant: boolean
  /** The Actual value until it is set. */
  readonly value: string
  /** Reads the value from the station itself, each time: nothing is stored. `evse` is that of its component. */
  readonly live?: (station: VirtualStation, evse: EVSE | undefined) => string
  /** The value is this setting of the client, and setting it configures the client. */
  readonly setting?: Setting
  /** Values, until they are set, of the attributes beside Actual; all of them can be set. */
  readonly others?: { readonly [A in Exclude<AttributeEnumType, "Actual">]?: string }
}

/** Variables of a component by name; with an instance as `MessageTimeout[Default]`. */
export interface ComponentDefinition {
  readonly [variable: string]: Definition
}

/** Unit, limits and list of a variable; all variables can be monitored unless it is said otherwise. */
export type Details = Partial<Omit<VariableCharacteristicsType, "dataType">>

const define = (
  dataType: DataEnumType,
  details: Details,
  rest: Pick<Definition, "mutability" | "value"> & Partial<Definition>
): Definition => ({
  characteristics: { dataType, supportsMonitoring: true, ...details },
  persistent: rest.mutability !== "ReadOnly",
  constant: false,
  ...rest
})

/** Set by the CSMS, and kept over a restart. */
export const readWrite = (dataType: DataEnumType, value: string, details: Details = {}): Definition =>
  define(dataType, details, { mutability: "ReadWrite", value })

/** Changed by the station only. */
export const readOnly = (dataType: DataEnumType, value: string, details: Details = {}): Definition =>
  define(dataType, details, { mutability: "ReadOnly", value })

/** What the station was built with. */
export const constant = (dataType: DataEnumType, value: string, details: Details = {}): Definition =>
  define(dataType, details, { mutability: "ReadOnly", persistent: true, constant: true, value })

/** Set by the CSMS and never told (B06.FR.09). */
export const writeOnly = (dataType: DataEnumType, details: Details = {}): Definition =>
  define(dataType, details, { mutability: "WriteOnly", value: "" })

/** Read from the station each time. */
export const live = (
  dataType: DataEnumType,
  read: NonNullable<Definition["live"]>,
  details: Details = {}
): Definition => define(dataType, details, { mutability: "ReadOnly", value: "", live: read })

/** A setting of the client. */
export const setting = (
  name: Setting,
  dataType: "integer" | "boolean",
  details: Details = {},
  mutability: MutabilityEnumType = "ReadWrite"
): Definition => define(dataType, details, { mutability, persistent: true, value: "", setting: name })

/** True as long as the station exists. */
export const present = constant("boolean", "true")

/** What is false until the station notices something. */
export const noticed = readOnly("boolean", "false")
