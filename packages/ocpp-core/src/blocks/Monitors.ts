/** Monitors of variables, by id: what one is, what tells two apart, what a report covers (DM-40 to DM-46). Pure. */
import type {
  ComponentType,
  EventNotificationEnumType,
  GetMonitoringReportRequest,
  MonitorEnumType,
  MonitoringCriterionEnumType,
  MonitoringDataType,
  VariableType
} from "@wattline/ocpp-v201"
import { componentKey, variableKey } from "./DeviceModel.ts"

/** One monitor as the station has it (DM-40). Plain data. */
export interface Monitor {
  /** Given by the station; another one after a reboot, perhaps (DM-46). */
  readonly id: number
  readonly component: ComponentType
  readonly variable: VariableType
  readonly type: MonitorEnumType
  /** A threshold or a difference in the unit of the variable, seconds for a dateTime; periodic: seconds (DM-42). */
  readonly value: number
  /** 0 Danger to 9 Debug (DM-45). */
  readonly severity: number
  /** Only during transactions. */
  readonly transaction: boolean
  /** Who made it. Custom when it was set from here; else as its events say, absent before the first (DM-44). */
  readonly kind?: MonitorKind
  /** True when it may be gone, or have another id, until the next report (DM-46). */
  readonly stale: boolean
  /** CSMS clock in milliseconds since 1970: when it was set or reported. */
  readonly at: number
}

/** Hard-wired ones are fixed, preconfigured ones are the vendor's, custom ones are set by the CSMS (DM-44). */
export type MonitorKind = Exclude<EventNotificationEnumType, "HardWiredNotification">

/** By id. Plain data. */
export interface Monitors {
  readonly [id: number]: Monitor
}

/**
 * What changed while a report of monitors was open, in order: it holds whatever the report says. Plain data. `Doubted`: the
 * station may have others since (ST-3, DM-46).
 */
export type MonitorChange =
  | { readonly _tag: "Set"; readonly monitor: Monitor }
  | { readonly _tag: "Cleared"; readonly id: number }
  | { readonly _tag: "Doubted" }

/** A component and a variable of it. */
export interface Place {
  readonly component: ComponentType
  readonly variable: VariableType
}

/** Monitors that are held of one station; further ones are left out. */
export const maxMonitors = 1000

/** All monitors, by rising id. */
export const monitorsOf = (monitors: Monitors): ReadonlyArray<Monitor> => Object.values(monitors)

/** Names the variable; letters count without case (DM-03). */
export const placeKey = ({ component, variable }: Place): string =>
  `${componentKey(component)}\n${variableKey(variable)}`

/** There is one monitor per variable, type and severity (DM-43); this is also how results are matched (N-8). */
export const monitorKey = (monitor: Place & Pick<Monitor, "type" | "severity">): string =>
  `${placeKey(monitor)}\n${monitor.type}\n${monitor.severity}`

/** Without what a vendor adds. */
export const placeOf = ({ component, variable }: Place): Place => ({
  component: {
    name: component.name,
    ...(component.instance !== undefined && { instance: component.instance }),
    ...(component.evse && {
      evse: {
        id: component.evse.id,
        ...(component.evse.connectorId !== undefined && { connectorId: component.evse.connectorId })
      }
    })
  },
  variable: { name: variable.name, ...(variable.instance !== undefined && { instance: variable.instance }) }
})

/** Which types a criterion asks for (N02). */
const typesBy: { readonly [C in MonitoringCriterionEnumType]: ReadonlyArray<MonitorEnumType> } = {
  ThresholdMonitoring: ["UpperThreshold", "LowerThreshold"],
  DeltaMonitoring: ["Delta"],
  PeriodicMonitoring: ["Periodic", "PeriodicClockAligned"]
}

/** All types. */
export const monitorTypes: ReadonlyArray<MonitorEnumType> = Object.values(typesBy).flat()

/** The types of which a report has all monitors: none, when it was about some variables only. */
export const coveredBy = ({
  componentVariable,
  monitoringCriteria
}: Pick<GetMonitoringReportRequest, "componentVariable" | "monitoringCriteria">): ReadonlyArray<MonitorEnumType> => {
  if (componentVariable !== undefined) return []
  return monitoringCriteria?.flatMap((criterion) => typesBy[criterion]) ?? monitorTypes
}

/** The monitors in a report; who made them is known from before (DM-44). */
export const reportedMonitors = (
  known: Monitors,
  data: ReadonlyArray<MonitoringDataType>,
  at: number
): ReadonlyArray<Monitor> =>
  data.flatMap((one) =>
    one.variableMonitoring.map(({ id, severity, transaction, type, value }): Monitor => {
      const monitor: Monitor = { id, ...placeOf(one), type, value, severity, transaction, stale: false, at }
      const before = known[id]
      return before?.kind !== undefined && monitorKey(before) === monitorKey(monitor)
        ? { ...monitor, kind: before.kind }
        : monitor
    })
  )

/** Puts monitors in, as far as there is room. One with the same key and another id is gone (DM-43). */
export const withMonitors = (monitors: Monitors, more: ReadonlyArray<Monitor>): Monitors => {
  const keys = new Set(more.map(monitorKey))
  const kept = monitorsOf(monitors).filter((monitor) => !keys.has(monitorKey(monitor)))
  const next = new Map(kept.map((monitor) => [monitor.id, monitor]))
  for (const monitor of more) if (next.has(monitor.id) || next.size < maxMonitors) next.set(monitor.id, monitor)
  return Object.fromEntries(next)
}

/** The monitors for which `isKept` holds; the same when it holds for all. */
export const keep = (monitors: Monitors, isKept: (monitor: Monitor) => boolean): Monitors => {
  const all = monitorsOf(monitors)
  const kept = all.filter(isKept)
  return kept.length === all.length ? monitors : Object.fromEntries(kept.map((monitor) => [monitor.id, monitor]))
}

/** The monitors of a report, with those that were set since it was asked for, and without those that were cleared. */
export const withChanges = (
  reported: ReadonlyArray<Monitor>,
  changes: ReadonlyArray<MonitorChange> = []
): ReadonlyArray<Monitor> =>
  changes.reduce((monitors, change) => {
    switch (change._tag) {
      case "Set": {
        const key = monitorKey(change.monitor)
        const { id } = change.monitor
        return [...monitors.filter((one) => one.id !== id && monitorKey(one) !== key), change.monitor]
      }
      case "Cleared":
        return monitors.filter(({ id }) => id !== change.id)
      case "Doubted":
        return monitors
    }
  }, reported)

/** They may be other ones by now (DM-46). */
export const staleMonitors = (monitors: Monitors): Monitors =>
  Object.fromEntries(monitorsOf(monitors).map((monitor) => [monitor.id, { ...monitor, stale: true }]))
