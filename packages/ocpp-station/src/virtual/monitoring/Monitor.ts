/** Monitors of a station: what one is, those it is built with, and a set of them. Sets are not changed, and shared (DM-40, DM-44). */
import type { EventNotificationEnumType, MonitorEnumType } from "@wattline/ocpp-v201"
import type { Inventory, Item } from "../deviceModel/Inventory.ts"

/** One monitor. Plain data. */
export interface Monitor {
  readonly id: number
  readonly item: Item
  readonly kind: Exclude<EventNotificationEnumType, "HardWiredNotification">
  readonly type: MonitorEnumType
  /** A threshold or a difference in the unit of the variable (dateTime: s); a period in s. */
  readonly value: number
  /** 0 Danger to 9 Debug. */
  readonly severity: number
  /** Only during transactions. */
  readonly transaction: boolean
}

/** The monitors that are active, and how they are found. */
export class MonitorSet {
  readonly all: ReadonlyMap<number, Monitor>
  /** Those that fire by the clock. */
  readonly periodic: ReadonlyArray<Monitor>
  /** Those whose variable does not tell when it changes, or that have to see when a transaction begins. */
  readonly polled: ReadonlyArray<Monitor>
  readonly #byItem = new Map<Item, Array<Monitor>>()

  constructor(monitors: Iterable<Monitor>) {
    const all = new Map<number, Monitor>()
    const periodic: Array<Monitor> = []
    const polled: Array<Monitor> = []
    for (const monitor of monitors) {
      all.set(monitor.id, monitor)
      if (isPeriodic(monitor)) periodic.push(monitor)
      else if (monitor.transaction || monitor.item.definition.live !== undefined) polled.push(monitor)
      const known = this.#byItem.get(monitor.item)
      if (known === undefined) this.#byItem.set(monitor.item, [monitor])
      else known.push(monitor)
    }
    this.all = all
    this.periodic = periodic
    this.polled = polled
  }

  /** The monitors of one variable. */
  of(item: Item): ReadonlyArray<Monitor> {
    return this.#byItem.get(item) ?? none
  }

  /** Whether another one has this variable, type and severity (N04.FR.10). */
  rivals({ id, item, severity, type }: Pick<Monitor, "id" | "item" | "severity" | "type">): boolean {
    return this.of(item).some((one) => one.id !== id && one.type === type && one.severity === severity)
  }
}

const none: ReadonlyArray<Monitor> = []

/** Fires by the clock, and not by the value. */
export const isPeriodic = ({ type }: Pick<Monitor, "type">): boolean => type.startsWith("Periodic")

/** The sets that a station has without the CSMS, for each monitoring base (N03). */
export interface BuiltIn {
  readonly all: MonitorSet
  readonly hardWired: MonitorSet
}

type Row = readonly [
  kind: "HardWiredMonitor" | "PreconfiguredMonitor",
  component: string,
  variable: string,
  type: MonitorEnumType,
  value: number,
  severity: number
]

const rows: ReadonlyArray<Row> = [
  ["HardWiredMonitor", "TemperatureSensor", "Temperature", "UpperThreshold", 85, 1],
  ["HardWiredMonitor", "ElectricalFeed", "Problem", "Delta", 1, 1],
  ["PreconfiguredMonitor", "TemperatureSensor", "Temperature", "UpperThreshold", 70, 5],
  ["PreconfiguredMonitor", "TemperatureSensor", "Temperature", "LowerThreshold", -25, 5],
  ["PreconfiguredMonitor", "ElectricalFeed", "ACVoltage", "UpperThreshold", 253, 4],
  ["PreconfiguredMonitor", "ElectricalFeed", "ACVoltage", "LowerThreshold", 207, 4],
  ["PreconfiguredMonitor", "CaseAccessSensor", "Active", "Delta", 1, 3]
]

const known = new WeakMap<Inventory, BuiltIn>()

/** What stations of one build are built with. */
export const builtIn = (inventory: Inventory): BuiltIn => {
  const found = known.get(inventory)
  if (found !== undefined) return found
  const monitors = rows.flatMap(([kind, component, variable, type, value, severity], at): ReadonlyArray<Monitor> => {
    const item = inventory.find(component, variable)
    return item === undefined ? [] : [{ id: at + 1, item, kind, type, value, severity, transaction: false }]
  })
  const sets: BuiltIn = {
    all: new MonitorSet(monitors),
    hardWired: new MonitorSet(monitors.filter(({ kind }) => kind === "HardWiredMonitor"))
  }
  known.set(inventory, sets)
  return sets
}

/** The first id of a monitor that the CSMS sets. */
export const firstCustomId = rows.length + 1
