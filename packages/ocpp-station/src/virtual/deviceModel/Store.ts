/**
 * The values of one station: what differs from its inventory, and who wants to know of changes. Everything is made when it is
 * needed first, for most stations of a fleet differ in a handful of values.
 */
import type { AttributeEnumType, ComponentType, DataEnumType, VariableType } from "@wattline/ocpp-v201"
import type { ClientSettings } from "../../client/Client.ts"
import type { ComponentRef } from "../parts.ts"
import type { VirtualStation } from "../VirtualStation.ts"
import { readWrite, type Setting } from "./Definition.ts"
import { componentKey, type Inventory, type Item, itemKey, itemOf } from "./Inventory.ts"
import type { Refused } from "./Variables.ts"

/** Told of a change of an Actual value; `before` is the last one that was told or set. */
export type Observer = (item: Item, value: string, before: string | undefined) => void

type Watcher = (value: string) => void
type Guard = (value: string) => Refused | undefined
type Other = Exclude<AttributeEnumType, "Actual">

/** See the head of the file. */
export class Store {
  readonly #station: VirtualStation
  readonly #inventory: Inventory
  readonly #values = new Map<Item, string>()
  readonly #observers: Array<Observer> = []
  #added: Map<string, Item> | undefined
  #others: Map<string, string> | undefined
  #postponed: Map<Item, string> | undefined
  #watchers: Map<string, Array<Watcher>> | undefined
  #guards: Map<string, Array<Guard>> | undefined
  #depth = 0

  constructor(station: VirtualStation, inventory: Inventory) {
    this.#station = station
    this.#inventory = inventory
  }

  /** How many changes are being told right now, each because of the one before it. */
  get depth(): number {
    return this.#depth
  }

  /** All variables, those the station has added last. */
  get items(): ReadonlyArray<Item> {
    return this.#added === undefined ? this.#inventory.items : [...this.#inventory.items, ...this.#added.values()]
  }

  /** A variable, or `undefined`. */
  find(component: ComponentRef, variable: string, instance?: string): Item | undefined {
    const found = this.#inventory.find(component, variable, instance)
    if (found !== undefined || this.#added === undefined) return found
    return this.#added.get(itemKey(component, variable, instance).toLowerCase())
  }

  /** A variable as the CSMS names it, or what it does not know of it (B05.FR.04, B05.FR.05, B06.FR.15). */
  named(component: ComponentType, variable: VariableType): Item | "UnknownComponent" | "UnknownVariable" {
    const item = this.find(component, variable.name, variable.instance)
    if (item !== undefined) return item
    return this.of(componentKey(component).toLowerCase()).length > 0 ? "UnknownVariable" : "UnknownComponent"
  }

  /** The variables of the component with this key in lower case. */
  of(component: string): ReadonlyArray<Item> {
    const known = this.#inventory.of(component)
    if (this.#added === undefined) return known
    return [...known, ...[...this.#added.values()].filter((item) => item.componentKey === component)]
  }

  /** The Actual value. */
  read(item: Item): string {
    const { live, setting, value } = item.definition
    if (live !== undefined) {
      const { evse } = item.component
      return live(this.#station, evse && this.#station.evse(evse.id))
    }
    if (setting !== undefined) return `${this.#station.client.settings[setting]}`
    return this.#values.get(item) ?? value
  }

  /** The value of an attribute, empty when it is unset; `undefined` when the variable has no such attribute. */
  attribute(item: Item, type: AttributeEnumType): string | undefined {
    if (type === "Actual") return this.read(item)
    const initial = item.definition.others?.[type]
    return initial === undefined ? undefined : (this.#others?.get(`${item.key}\n\n${type}`) ?? initial)
  }

  /** Gives a variable another Actual value, and tells of it when it is another. */
  write(item: Item, value: string): void {
    const { live, setting, value: initial } = item.definition
    // What is read each time is told each time it is said to have changed: the last value is kept to compare with.
    const before = live === undefined ? this.read(item) : this.#values.get(item)
    if (before === value) return
    if (setting !== undefined) this.#station.client.configure(changeOf(setting, value))
    else if (value === initial && live === undefined) this.#values.delete(item)
    else this.#values.set(item, value)
    this.tell(item, value, before)
  }

  /** Sets a variable by its names; adds it, for reading only, when it was not there. */
  set(component: ComponentRef, variable: string, value: string | number | boolean, instance?: string): void {
    this.write(this.find(component, variable, instance) ?? this.#add(component, variable, value, instance), `${value}`)
  }

  #add(component: ComponentRef, name: string, value: string | number | boolean, instance: string | undefined): Item {
    const place = typeof component === "string" ? { name: component } : component
    const definition = { ...readWrite(typeOf(value), ""), mutability: "ReadOnly" as const }
    const item = itemOf({ ...place }, { name, ...(instance !== undefined && { instance }) }, definition)
    this.#added ??= new Map()
    this.#added.set(item.key, item)
    return item
  }

  /** Sets Target, MinSet or MaxSet; the Actual value follows the Target within the other two. */
  setOther(item: Item, type: Other, value: string): Refused {
    const of = (other: Other) => Number(other === type ? value : this.attribute(item, other))
    const [min, target, max] = [of("MinSet"), of("Target"), of("MaxSet")]
    if (min > max || (type === "Target" && (target < min || target > max)))
      return { status: "Rejected", reasonCode: "ValueOutOfRange" }
    this.#others ??= new Map()
    this.#others.set(`${item.key}\n\n${type}`, value)
    this.write(item, `${Math.min(Math.max(target, min), max)}`)
    return { status: "Accepted" }
  }

  /** Keeps a value for after the restart. */
  postpone(item: Item, value: string): void {
    this.#postponed ??= new Map()
    this.#postponed.set(item, value)
  }

  /** The restart: values that waited for it are in force. */
  restart(): void {
    const postponed = this.#postponed
    this.#postponed = undefined
    if (postponed !== undefined) for (const [item, value] of postponed) this.write(item, value)
  }

  /** Tells of a change that was made elsewhere. */
  tell(item: Item, value: string, before: string | undefined): void {
    this.#depth++
    try {
      for (const observer of this.#observers) observer(item, value, before)
      const watchers = this.#watchers?.get(item.key)
      if (watchers !== undefined) for (const watcher of watchers) watcher(value)
    } finally {
      this.#depth--
    }
  }

  /** Has every change told, before those who watch one variable hear of it. */
  observe(observer: Observer): void {
    this.#observers.push(observer)
  }

  /** Has the changes of one variable told, which may not exist yet. */
  watch(key: string, watcher: Watcher): void {
    this.#watchers ??= new Map()
    const known = this.#watchers.get(key)
    if (known === undefined) this.#watchers.set(key, [watcher])
    else known.push(watcher)
  }

  /** Adds a rule for what may be set. */
  guard(key: string, guard: Guard): void {
    this.#guards ??= new Map()
    const known = this.#guards.get(key)
    if (known === undefined) this.#guards.set(key, [guard])
    else known.push(guard)
  }

  /** What the rules say of a value: the first refusal, else that it needs a restart, else nothing. */
  guarded(item: Item, value: string): Refused | undefined {
    let found: Refused | undefined
    for (const guard of this.#guards?.get(item.key) ?? []) {
      const verdict = guard(value)
      if (verdict === undefined || verdict.status === "Accepted") continue
      if (verdict.status !== "RebootRequired") return verdict
      found = verdict
    }
    return found
  }
}

const changeOf = (setting: Setting, value: string): Partial<ClientSettings> => ({
  [setting]: setting === "queueAllMessages" ? value === "true" : Number(value)
})

const typeOf = (value: string | number | boolean): DataEnumType =>
  typeof value === "string" ? "string" : typeof value === "number" ? "decimal" : "boolean"
