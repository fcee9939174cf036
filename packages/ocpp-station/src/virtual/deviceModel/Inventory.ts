/**
 * All components and variables of stations of one build: shared by all of them, so that a station holds nothing but the values
 * that differ.
 */
import type { ComponentType, VariableType } from "@wattline/ocpp-v201"
import type { ComponentRef } from "../parts.ts"
import { charging } from "./charging.ts"
import { communication } from "./communication.ts"
import type { ComponentDefinition, Definition } from "./Definition.ts"
import { connectorHardware, type EvseBuild, evseHardware, stationHardware, stationLock } from "./hardware.ts"

/** A variable of a component in an inventory. */
export interface Item {
  /** Names it, in lower case (DM-01 to DM-04). */
  readonly key: string
  /** Names its component, in lower case. */
  readonly componentKey: string
  readonly component: ComponentType
  readonly variable: VariableType
  readonly definition: Definition
}

/** What makes the inventories of two stations differ. */
export interface Build {
  readonly evses: ReadonlyArray<EvseBuild>
  /**
   * Actual values that the station has from the beginning: `{ "TxCtrlr.TxStartPoint": "EVConnected" }`, with an instance as
   * `"DeviceDataCtrlr.ItemsPerMessage[GetReport]"`. Those of an EVSE or connector are for all of them. Settings of the client are
   * not set here.
   */
  readonly values?: Readonly<Record<string, string>>
  /** Components that the station has not, such as `["ReservationCtrlr"]`. */
  readonly without?: ReadonlyArray<string>
}

/** The components and variables of one build. */
export class Inventory {
  readonly items: ReadonlyArray<Item>
  // By the standard's spelling and in lower case: the first is found without folding.
  readonly #items = new Map<string, Item>()
  readonly #components = new Map<string, Array<Item>>()
  // What the station itself asks for, most often by far: no key has to be put together.
  readonly #ofStation = new Map<string, Map<string, Item>>()

  constructor(items: ReadonlyArray<Item>) {
    this.items = items
    for (const item of items) {
      const { component, variable } = item
      if (component.evse === undefined && component.instance === undefined && variable.instance === undefined) {
        const variables = this.#ofStation.get(component.name) ?? new Map<string, Item>()
        this.#ofStation.set(component.name, variables.set(variable.name, item))
      }
      this.#items.set(item.key, item)
      this.#items.set(itemKey(item.component, item.variable.name, item.variable.instance), item)
      const known = this.#components.get(item.componentKey)
      if (known === undefined) this.#components.set(item.componentKey, [item])
      else known.push(item)
    }
  }

  /** A variable by its names, whatever their case. */
  find(component: ComponentRef, variable: string, instance?: string): Item | undefined {
    if (typeof component === "string" && !instance) {
      const item = this.#ofStation.get(component)?.get(variable)
      if (item !== undefined) return item
    }
    const key = itemKey(component, variable, instance)
    return this.#items.get(key) ?? this.#items.get(key.toLowerCase())
  }

  /** The variables of a component, by its key in lower case; empty when there is no such component. */
  of(component: string): ReadonlyArray<Item> {
    return this.#components.get(component) ?? none
  }
}

const none: ReadonlyArray<Item> = []

/** What names a component. */
export const componentKey = (component: ComponentRef): string => {
  if (typeof component === "string") return component
  const { evse, instance, name } = component
  if (evse === undefined) return instance ? `${name}\n${instance}` : name
  return `${name}\n${instance ?? ""}\n${evse.id}\n${evse.connectorId ?? ""}`
}

/** What names a variable of a component. */
export const itemKey = (component: ComponentRef, variable: string, instance?: string): string =>
  instance ? `${componentKey(component)}\t${variable}\n${instance}` : `${componentKey(component)}\t${variable}`

/** An item; its plain data is frozen, for it is shared and goes into messages as it is. */
export const itemOf = (component: ComponentType, variable: VariableType, definition: Definition): Item => ({
  key: itemKey(component, variable.name, variable.instance).toLowerCase(),
  componentKey: componentKey(component).toLowerCase(),
  component: Object.freeze(component),
  variable: Object.freeze(variable),
  definition: Object.freeze({ ...definition, characteristics: Object.freeze(definition.characteristics) })
})

/** Inventories that are remembered; a fleet has a few builds, and a station keeps its own in any case. */
const maxRemembered = 64

const remembered = new Map<string, Inventory>()

/** The inventory of a build: the same object for equal builds. */
export const inventoryOf = ({ evses, values, without }: Build): Inventory => {
  const key = JSON.stringify([
    evses.map(({ connectors, id, supply }) => [id, connectors, supply.phases, supply.voltage, supply.maxCurrent]),
    values,
    without
  ])
  const known = remembered.get(key)
  if (known !== undefined) return known
  if (remembered.size >= maxRemembered) remembered.clear()
  const inventory = new Inventory(build({ evses, ...(values && { values }), ...(without && { without }) }))
  remembered.set(key, inventory)
  return inventory
}

const build = ({ evses, values = {}, without = [] }: Build): ReadonlyArray<Item> => {
  const items: Array<Item> = []
  const left = new Set(without.map((name) => name.toLowerCase()))
  const add = (components: { readonly [name: string]: ComponentDefinition }, place: Pick<ComponentType, "evse">) => {
    for (const [name, variables] of Object.entries(components)) {
      if (left.has(name.toLowerCase())) continue
      const component = { name, ...place }
      for (const [text, definition] of Object.entries(variables)) {
        const value = values[`${name}.${text}`]
        items.push(itemOf(component, variableOf(text), value === undefined ? definition : { ...definition, value }))
      }
    }
  }
  add(communication, {})
  add({ OCPPCommCtrlr: stationLock(evses) }, {})
  add(charging, {})
  add(stationHardware(evses), {})
  for (const evse of evses) {
    add(evseHardware(evse), { evse: Object.freeze({ id: evse.id }) })
    for (const connector of evse.connectors) {
      add(connectorHardware(evse, connector), { evse: Object.freeze({ id: evse.id, connectorId: connector.id }) })
    }
  }
  return items
}

/** `MessageTimeout[Default]` as name and instance. */
const variableOf = (text: string): VariableType => {
  const at = text.indexOf("[")
  return at < 0 ? { name: text } : { name: text.slice(0, at), instance: text.slice(at + 1, -1) }
}
