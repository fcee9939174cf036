/**
 * Block N without its logs, which are jobs: the monitors of a station, its open alerts, monitoring base and level. Customer
 * information (N09, N10) is personal: nothing of it is held here.
 */
import type { MonitoringBaseEnumType } from "@wattline/ocpp-v201"
import { type Alert, type AlertClosed, type AlertOpened, concernsAlerts, withEvent, withoutMonitors } from "./Alerts.ts"
import type { Block, Exchange, Since } from "./Block.ts"
import type { JobEnd } from "./Job.ts"
import { confirmLimit, doubtLimit, levelSet, limitsRead } from "./MonitoringLimits.ts"
import {
  coveredBy,
  keep,
  type Monitor,
  type MonitorChange,
  monitorKey,
  type MonitorKind,
  type Monitors,
  monitorsOf,
  monitorTypes,
  placeKey,
  placeOf,
  reportedMonitors,
  staleMonitors,
  withChanges,
  withMonitors
} from "./Monitors.ts"

/** State of block N for one station. Plain data. Monitors and open alerts outlive a reboot (ST-4). */
export interface DiagnosticsState {
  /** By id, at most `maxMonitors`: what was set from here, and what the station reported. */
  readonly monitors: Monitors
  /** True when there may be others, or they may have other ids: a report of all is due (DM-46). */
  readonly stale: boolean
  /** CSMS clock in milliseconds since 1970: the last complete report of all monitors. */
  readonly reportedAt?: number
  /** The station gives no report of its monitors: it refused one since its last reboot. */
  readonly reportRefused?: true
  /** Oldest first, at most `maxAlerts`. */
  readonly alerts: ReadonlyArray<Alert>
  /** As last accepted, or read of MonitoringCtrlr.ActiveMonitoringBase while uncertain; absent before. */
  readonly monitoringBase?: MonitoringBaseEnumType
  /**
   * Events of a higher number are not sent (N05.FR.03). As last accepted, or read of MonitoringCtrlr.ActiveMonitoringLevel while
   * uncertain; absent before.
   */
  readonly monitoringLevel?: number
  /** Which of the two the station may have otherwise, until it answers or tells (ST-3). Absent: none. */
  readonly uncertain?: { readonly monitoringBase?: true; readonly monitoringLevel?: true }
}

/** What block N says happened. */
export type DiagnosticsEvent =
  | AlertOpened
  | AlertClosed
  | MonitorSet
  | MonitorsRemoved
  | MonitorsReported
  | MonitoringBaseSet
  | MonitoringLevelSet

/** The station took a monitor (N04). */
export interface MonitorSet {
  readonly _tag: "MonitorSet"
  readonly monitor: Monitor
  /** What was there under its id (N04.FR.12). */
  readonly replaced?: Monitor
}

/** Monitors are gone: cleared, or removed by a monitoring base (N06, DM-46). */
export interface MonitorsRemoved {
  readonly _tag: "MonitorsRemoved"
  readonly monitorIds: ReadonlyArray<number>
}

/** A report of monitors is in the mirror; it stands for all the changes it brought (N02). */
export interface MonitorsReported {
  readonly _tag: "MonitorsReported"
  readonly requestId: number
  /** In the report. */
  readonly monitors: number
  /** Whether the report was of all monitors, and came whole. */
  readonly isWhole: boolean
}

/** The station took a monitoring base, or was found to have after an answer was lost; the monitors are to be read again (N-7). */
export interface MonitoringBaseSet {
  readonly _tag: "MonitoringBaseSet"
  readonly from?: MonitoringBaseEnumType
  readonly to: MonitoringBaseEnumType
}

/** The station took a monitoring level, 0 to 9, or was found to have after an answer was lost (N-12). */
export interface MonitoringLevelSet {
  readonly _tag: "MonitoringLevelSet"
  readonly from?: number
  readonly to: number
}

type Emit = (event: DiagnosticsEvent) => void
type State = DiagnosticsState

/** Whether all monitors are to be asked for: some are known, may be others by now, and the station tells (N-11). */
export const isMonitoringReportDue = ({ monitors, reportedAt, reportRefused, stale }: State): boolean =>
  stale && reportRefused !== true && isAnyKnown({ monitors, reportedAt })

const isAnyKnown = ({ monitors, reportedAt }: Pick<State, "monitors"> & { readonly reportedAt?: number | undefined }) =>
  reportedAt !== undefined || monitorsOf(monitors).length > 0

/** The station reports no monitors until it reboots. */
export const refuseMonitoringReport = (state: State): State =>
  state.reportRefused === true ? state : { ...state, reportRefused: true }

/** What the station has may differ from what is known: it was set with an unknown outcome, or by a reboot (ST-3, DM-46). */
export const doubtMonitors = (state: State): State =>
  state.stale ? state : { ...state, stale: true, monitors: staleMonitors(state.monitors) }

/** Other hardware has its own; what was never told is not in doubt. */
const allDoubted = (state: State): State => {
  const base = state.monitoringBase === undefined ? state : doubtLimit(state, "monitoringBase")
  const next = base.monitoringLevel === undefined ? base : doubtLimit(base, "monitoringLevel")
  return isAnyKnown(next) ? doubtMonitors(next) : next
}

const boot = (state: State, { rebooted }: Exchange<"BootNotification">): State => {
  if (rebooted !== true) return state
  const { reportRefused, ...rest } = state
  const next = reportRefused === undefined ? state : rest
  return isAnyKnown(next) ? doubtMonitors(next) : next
}

const monitorsSet = (state: State, { at, request, response }: Exchange<"SetVariableMonitoring">, emit: Emit): State => {
  const asked = new Map(request.setMonitoringData.map((data) => [monitorKey(data), data]))
  const set = response.setMonitoringResult.flatMap((result): ReadonlyArray<Monitor> => {
    const data = asked.get(monitorKey(result))
    const { id, severity, status, type } = result
    if (data === undefined || id === undefined || status !== "Accepted") return []
    const { transaction = false, value } = data
    const kind = "CustomMonitor" // also in place of a preconfigured one (N04.FR.15)
    return [{ id, ...placeOf(result), type, value, severity, transaction, kind, stale: false, at }]
  })
  if (set.length === 0) return state
  for (const monitor of set) {
    const replaced = state.monitors[monitor.id]
    emit({ _tag: "MonitorSet", monitor, ...(replaced && { replaced }) })
  }
  return { ...state, monitors: withMonitors(state.monitors, set) }
}

/** NotFound says that there is no such monitor either. */
const monitorsCleared = (state: State, { response }: Exchange<"ClearVariableMonitoring">, emit: Emit): State => {
  const gone = new Set(response.clearMonitoringResult.filter(({ status }) => status !== "Rejected").map(({ id }) => id))
  return removed(
    state,
    ({ id }) => gone.has(id),
    ({ monitorId }) => monitorId !== undefined && gone.has(monitorId),
    emit
  )
}

const removed = (
  state: State,
  isGone: (monitor: Monitor) => boolean,
  isOver: (alert: Alert) => boolean,
  emit: Emit
): State => {
  const monitors = keep(state.monitors, (monitor) => !isGone(monitor))
  if (monitors !== state.monitors) {
    const monitorIds = monitorsOf(state.monitors).flatMap((monitor) => (isGone(monitor) ? [monitor.id] : []))
    emit({ _tag: "MonitorsRemoved", monitorIds })
  }
  const alerts = withoutMonitors(state.alerts, isOver, emit)
  return monitors === state.monitors && alerts === state.alerts ? state : { ...state, monitors, alerts }
}

/** The monitors that a base removes or switches off; what they had to say is over (DM-46, N03.FR.03 to .05). */
const endedBy: { readonly [B in MonitoringBaseEnumType]: ReadonlyArray<string> } = {
  All: [],
  FactoryDefault: ["CustomMonitor"],
  HardWiredOnly: ["CustomMonitor", "PreconfiguredMonitor"]
}

const baseSet = (state: State, { request, response }: Exchange<"SetMonitoringBase">, emit: Emit): State => {
  if (response.status !== "Accepted") return state
  const { monitoringBase: to } = request
  const { monitoringBase: from } = state
  emit({ _tag: "MonitoringBaseSet", ...(from !== undefined && { from }), to })
  const next = removed(
    state,
    ({ kind }) => to !== "All" && kind === "CustomMonitor", // preconfigured ones are switched off, not removed
    ({ eventNotificationType }) => endedBy[to].includes(eventNotificationType),
    emit
  )
  return { ...doubtMonitors(confirmLimit(next, "monitoringBase")), monitoringBase: to }
}

const notified = (state: State, { at, request }: Exchange<"NotifyEvent">, emit: Emit): State => {
  let { alerts, monitors } = state
  for (const event of request.eventData) {
    const { eventNotificationType: kind, variableMonitoringId: id } = event
    const monitor = id === undefined ? undefined : monitors[id]
    // Most events are of monitors whose kind is known, or of none, and open nothing.
    if (monitor !== undefined && monitor.kind !== kind && kind !== "HardWiredNotification")
      monitors = withKind(monitors, monitor, kind, placeKey(event))
    if (!concernsAlerts(event)) continue
    const named = monitor !== undefined && placeKey(monitor) === placeKey(event) ? monitor : undefined
    alerts = withEvent(alerts, event, named, state.stale, at, emit)
  }
  return alerts === state.alerts && monitors === state.monitors ? state : { ...state, alerts, monitors }
}

/** An event of another variable is of another monitor: the ids have moved. */
const withKind = (monitors: Monitors, monitor: Monitor, kind: MonitorKind, place: string): Monitors =>
  placeKey(monitor) === place ? { ...monitors, [monitor.id]: { ...monitor, kind } } : monitors

const monitorsReported = (state: State, { at, job, outcome }: JobEnd<"MonitoringReport">, emit: Emit): State => {
  if (outcome._tag === "Cancelled") return state
  const covered = coveredBy(job.about)
  const isOfAll = monitorTypes.every((type) => covered.includes(type))
  if (outcome._tag === "Failed") return isOfAll ? refuseMonitoringReport(state) : state
  const data = outcome.parts.flatMap(({ message }) => message.monitor ?? [])
  const told = reportedMonitors(state.monitors, data, at)
  const reported = withChanges(told, job.changes)
  const isWhole = isOfAll && outcome._tag === "Complete"
  emit({ _tag: "MonitorsReported", requestId: job.requestId, monitors: told.length, isWhole })
  const isCovered = (monitor: Monitor): boolean => outcome._tag === "Complete" && covered.includes(monitor.type)
  const monitors = withMonitors(
    keep(state.monitors, (monitor) => !isCovered(monitor)),
    reported
  )
  const moved = movedAlerts(state, reported)
  const places = new Map(reported.map((monitor) => [monitor.id, placeKey(monitor)]))
  // What is fixed cannot have been removed, whether it is reported or not.
  const isOver = (alert: Alert): boolean => {
    const { eventNotificationType, monitorId } = alert
    if (monitorId === undefined || eventNotificationType.startsWith("HardWired")) return false
    const place = places.get(monitorId)
    if (place !== undefined) return place !== placeKey(alert)
    const monitor = state.monitors[monitorId]
    return isWhole || (monitor !== undefined && isCovered(monitor))
  }
  const alerts = withoutMonitors(moved, isOver, emit)
  const next = { ...state, monitors, alerts }
  const after = isWhole ? { ...next, stale: false, reportedAt: at } : next
  return job.changes?.some(({ _tag }) => _tag === "Doubted") === true ? doubtAgain(after) : after
}

/** What the report told as certain may have changed since. */
const doubtAgain = (state: State): State => ({ ...state, stale: true, monitors: staleMonitors(state.monitors) })

const clearedSince = (id: number): MonitorChange => ({ _tag: "Cleared", id })
const doubtedSince: MonitorChange = { _tag: "Doubted" }

const since: Since<State, "MonitoringReport"> = {
  SetVariableMonitoring: ({ response }, after, before) =>
    response === undefined
      ? [doubtedSince]
      : monitorsOf(after.monitors).flatMap((monitor) =>
          before.monitors[monitor.id] === monitor ? [] : [{ _tag: "Set", monitor }]
        ),
  ClearVariableMonitoring: ({ response }) =>
    response === undefined
      ? [doubtedSince]
      : response.clearMonitoringResult.flatMap(({ id, status }) => (status === "Rejected" ? [] : [clearedSince(id)])),
  SetMonitoringBase: ({ response }, after, before) => {
    if (response === undefined) return [doubtedSince]
    if (response.status !== "Accepted") return []
    const gone = monitorsOf(before.monitors).filter(({ id }) => after.monitors[id] === undefined)
    return [...gone.map(({ id }) => clearedSince(id)), doubtedSince]
  }
}

/** Alerts go with their monitors: the id of one that is as it was has changed (DM-46). */
const movedAlerts = ({ alerts, monitors }: State, reported: ReadonlyArray<Monitor>): ReadonlyArray<Alert> => {
  if (alerts.length === 0) return alerts
  const byKey = new Map(reported.map((monitor) => [monitorKey(monitor), monitor.id]))
  return alerts.map((alert) => {
    const before = alert.monitorId === undefined ? undefined : monitors[alert.monitorId]
    if (before === undefined || placeKey(before) !== placeKey(alert)) return alert
    const monitorId = byKey.get(monitorKey(before))
    return monitorId === undefined || monitorId === alert.monitorId ? alert : { ...alert, monitorId }
  })
}

/** Block N, Diagnostics: monitoring. */
export const diagnostics: Block<DiagnosticsState, DiagnosticsEvent> = {
  initial: Object.freeze({ monitors: Object.freeze({}), stale: false, alerts: Object.freeze([]) }),
  reduce: {
    BootNotification: boot,
    SetVariableMonitoring: monitorsSet,
    ClearVariableMonitoring: monitorsCleared,
    SetMonitoringBase: baseSet,
    SetMonitoringLevel: levelSet,
    NotifyEvent: notified,
    GetVariables: limitsRead
  },
  unanswered: {
    SetVariableMonitoring: doubtMonitors,
    ClearVariableMonitoring: doubtMonitors,
    SetMonitoringBase: (state) => doubtLimit(doubtMonitors(state), "monitoringBase"),
    SetMonitoringLevel: (state) => doubtLimit(state, "monitoringLevel")
  },
  replaced: allDoubted,
  jobs: { MonitoringReport: monitorsReported },
  since: { MonitoringReport: since }
}
