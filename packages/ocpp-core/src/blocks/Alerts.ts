/** Alerts of one station: opened by events with the trigger Alerting, closed by cleared ones (N-14, DM-47). Pure. */
import type { ComponentType, EventDataType, EventNotificationEnumType, VariableType } from "@wattline/ocpp-v201"
import { type Monitor, type Place, placeKey, placeOf } from "./Monitors.ts"
import { isBefore } from "./Timestamp.ts"

/** A situation that a station has told of and that is not over. Holds no value of a variable. Plain data. */
export interface Alert {
  /** `variableMonitoringId`; absent for a HardWiredNotification, which has no monitor (DM-44). */
  readonly monitorId?: number
  readonly component: ComponentType
  readonly variable: VariableType
  readonly eventNotificationType: EventNotificationEnumType
  /** That of the monitor, as far as it was known: 0 Danger to 9 Debug (DM-45). */
  readonly severity?: number
  /** Of the last event that says so. */
  readonly eventId: number
  /** An event that is considered to be the cause; it may never have come (DM-47). */
  readonly cause?: number
  readonly techCode?: string
  readonly transactionId?: string
  /** Station clock, ISO 8601: the first event that says so. */
  readonly openedAt: string
  /** Station clock, ISO 8601: the last event that says so. */
  readonly timestamp: string
  /** CSMS clock in milliseconds since 1970: receipt of the last event. */
  readonly receivedAt: number
}

/** An alert began. */
export interface AlertOpened {
  readonly _tag: "AlertOpened"
  readonly alert: Alert
}

/** An alert is over, or not followed any longer. */
export interface AlertClosed {
  readonly _tag: "AlertClosed"
  readonly alert: Alert
  /**
   * - `Cleared`: the station says so
   * - `MonitorRemoved`: its monitor is gone or switched off, and no word will come (N07.FR.12)
   * - `Displaced`: there are too many; the station has said nothing
   */
  readonly reason: "Cleared" | "MonitorRemoved" | "Displaced"
  /** False when its opening never came: lost while offline, or below the monitoring level then (N-14). */
  readonly wasOpen: boolean
}

/** Told of alerts that open and close. */
export type EmitAlert = (event: AlertOpened | AlertClosed) => void

/** Alerts that are held of one station; the oldest goes for one more. */
export const maxAlerts = 100

/** True for an event that opens or closes an alert. */
export const concernsAlerts = ({ cleared, trigger }: EventDataType): boolean =>
  cleared === true || trigger === "Alerting"

/**
 * Opens, renews or closes the alert that an event is about. `monitor`: the one it names, as far as it is known. `idsMoved`: the
 * station has rebooted since its monitors were read, and a monitor may have another id than its alert (DM-46).
 */
export const withEvent = (
  alerts: ReadonlyArray<Alert>,
  event: EventDataType,
  monitor: Monitor | undefined,
  idsMoved: boolean,
  at: number,
  emit: EmitAlert
): ReadonlyArray<Alert> => {
  const before = find(alerts, event, idsMoved)
  if (before !== undefined && isBefore(event.timestamp, before.timestamp)) return alerts // ST-5
  const alert = alertOf(event, monitor, before, at)
  const others = before === undefined ? alerts : alerts.filter((one) => one !== before)
  if (event.cleared === true) {
    emit({ _tag: "AlertClosed", alert: before ?? alert, reason: "Cleared", wasOpen: before !== undefined })
    return others
  }
  if (before !== undefined) return alerts.map((one) => (one === before ? alert : one))
  const [oldest, ...rest] = others
  const isFull = others.length >= maxAlerts && oldest !== undefined
  if (isFull) emit({ _tag: "AlertClosed", alert: oldest, reason: "Displaced", wasOpen: true })
  emit({ _tag: "AlertOpened", alert })
  return [...(isFull ? rest : others), alert]
}

/** Closes the alerts of monitors that are gone; the same when there are none. */
export const withoutMonitors = (
  alerts: ReadonlyArray<Alert>,
  isGone: (alert: Alert) => boolean,
  emit: EmitAlert
): ReadonlyArray<Alert> => {
  const gone = alerts.filter(isGone)
  for (const alert of gone) emit({ _tag: "AlertClosed", alert, reason: "MonitorRemoved", wasOpen: true })
  return gone.length === 0 ? alerts : alerts.filter((alert) => !gone.includes(alert))
}

const find = (alerts: ReadonlyArray<Alert>, event: EventDataType, idsMoved: boolean): Alert | undefined => {
  const key = placeKey(event)
  const candidates = alerts.filter((alert) => placeKey(alert) === key)
  const same = candidates.find(({ monitorId }) => monitorId === event.variableMonitoringId)
  return same ?? (idsMoved && candidates.length === 1 ? candidates[0] : undefined)
}

const alertOf = (
  event: EventDataType & Place,
  monitor: Monitor | undefined,
  before: Alert | undefined,
  at: number
): Alert => {
  const { cause, eventId, eventNotificationType, techCode, timestamp, transactionId, variableMonitoringId } = event
  const severity = monitor?.severity ?? before?.severity
  return {
    ...(variableMonitoringId !== undefined && { monitorId: variableMonitoringId }),
    ...placeOf(event),
    eventNotificationType,
    ...(severity !== undefined && { severity }),
    eventId,
    ...(cause !== undefined && { cause }),
    ...(techCode !== undefined && { techCode }),
    ...(transactionId !== undefined && { transactionId }),
    openedAt: before?.openedAt ?? timestamp,
    timestamp,
    receivedAt: at
  }
}
