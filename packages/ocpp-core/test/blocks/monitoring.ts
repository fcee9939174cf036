/** Drives the monitors and alerts of one station, exchange by exchange, over the whole mirror. */
import type {
  Action,
  EventDataType,
  GetMonitoringReportRequest,
  Messages,
  MonitoringBaseEnumType,
  MonitoringDataType,
  SetMonitoringDataType,
  VariableMonitoringType
} from "@wattline/ocpp-v201"
import type { DiagnosticsEvent, DiagnosticsState } from "../../src/blocks/Diagnostics.ts"
import * as Jobs from "../../src/blocks/Jobs.ts"
import * as Mirror from "../../src/blocks/Mirror.ts"
import { eventData, exchange, frozen, noon, time } from "./payloads.ts"

/** Component `name` with variable V. */
export const place = (name: string) => ({ component: { name }, variable: { name: "V" } })

/** A monitor that is to be set. */
export const wanted = (name: string, more: Partial<SetMonitoringDataType> = {}): SetMonitoringDataType => ({
  ...place(name),
  type: "UpperThreshold",
  value: 10,
  severity: 4,
  ...more
})

/** A reported monitor. */
export const monitored = (
  id: number,
  name: string,
  more: Partial<VariableMonitoringType> = {}
): MonitoringDataType => ({
  ...place(name),
  variableMonitoring: [{ id, transaction: false, value: 10, type: "UpperThreshold", severity: 4, ...more }]
})

/** An event that opens an alert. */
export const alerting = (
  id: number | undefined,
  name: string,
  seconds = 0,
  more: Partial<EventDataType> = {}
): EventDataType =>
  eventData(name, "V", "11", {
    trigger: "Alerting",
    timestamp: time(seconds),
    eventNotificationType: "CustomMonitor",
    ...(id !== undefined && { variableMonitoringId: id }),
    ...more
  })

/** The event that closes it. */
export const cleared = (id: number | undefined, name: string, seconds = 60, more: Partial<EventDataType> = {}) =>
  alerting(id, name, seconds, { cleared: true, ...more })

/** See the head of the file. */
export class Monitoring {
  mirror: Mirror.StationMirror = Mirror.initial
  readonly all: Array<Mirror.MirrorEvent> = []
  private requestId = 0

  with<A extends Action>(
    action: A,
    request: Messages[A]["request"],
    response: Messages[A]["response"],
    rebooted = false
  ): this {
    const folded = exchange(action, request, response, noon, rebooted)
    this.mirror = frozen(Mirror.reduce(this.mirror, action, folded, (event) => this.all.push(event)))
    return this
  }

  /** The station takes monitors, with ids from `id` on. */
  sets(id: number, ...setMonitoringData: Array<SetMonitoringDataType>): this {
    const setMonitoringResult = setMonitoringData.map(({ component, severity, type, variable }, i) => ({
      id: id + i,
      status: "Accepted" as const,
      type,
      severity,
      component,
      variable
    }))
    return this.with("SetVariableMonitoring", { setMonitoringData }, { setMonitoringResult })
  }

  clears(status: "Accepted" | "Rejected" | "NotFound", ...id: Array<number>): this {
    const clearMonitoringResult = id.map((one) => ({ id: one, status }))
    return this.with("ClearVariableMonitoring", { id }, { clearMonitoringResult })
  }

  base(monitoringBase: MonitoringBaseEnumType, status: "Accepted" | "Rejected" = "Accepted"): this {
    return this.with("SetMonitoringBase", { monitoringBase }, { status })
  }

  hears(...data: Array<EventDataType>): this {
    return this.with("NotifyEvent", { generatedAt: time(), seqNo: 0, eventData: data }, {})
  }

  boots(rebooted = true): this {
    const request = { reason: "PowerUp", chargingStation: { model: "M1", vendorName: "V" } } as const
    return this.with("BootNotification", request, { currentTime: time(), interval: 300, status: "Accepted" }, rebooted)
  }

  asks(
    query: Omit<GetMonitoringReportRequest, "requestId"> = {},
    status: "Accepted" | "Rejected" | "EmptyResultSet" = "Accepted"
  ): number {
    const requestId = ++this.requestId
    this.with("GetMonitoringReport", { requestId, ...query }, { status })
    return requestId
  }

  /** A complete report. */
  reports(monitor: Array<MonitoringDataType>, query: Omit<GetMonitoringReportRequest, "requestId"> = {}): this {
    const requestId = this.asks(query)
    return this.part(requestId, monitor, false)
  }

  part(requestId: number, monitor: Array<MonitoringDataType>, tbc: boolean, seqNo = 0): this {
    return this.with("NotifyMonitoringReport", { requestId, seqNo, tbc, generatedAt: time(), monitor }, {})
  }

  /** The deadline of the open report passes. */
  givesUp(): this {
    this.mirror = Mirror.withJobs(
      this.mirror,
      (jobs, ears) => jobs.open.reduce((left, job) => Jobs.giveUp(left, job, noon, ears), jobs),
      (event) => this.all.push(event)
    )
    return this
  }

  get state(): DiagnosticsState {
    return this.mirror.diagnostics
  }
  get ids(): ReadonlyArray<number> {
    return Object.keys(this.state.monitors).map(Number)
  }
  /** What block N said. */
  get events(): ReadonlyArray<DiagnosticsEvent> {
    return this.all.filter((event): event is DiagnosticsEvent => /^Alert|^Monitor/.test(event._tag))
  }
  /** Alerts in short: `+4`, `-4 Cleared`. */
  get alerts(): ReadonlyArray<string> {
    return this.events.flatMap((event) =>
      event._tag === "AlertOpened"
        ? [`+${event.alert.monitorId}`]
        : event._tag === "AlertClosed"
          ? [`-${event.alert.monitorId} ${event.reason}${event.wasOpen ? "" : " unheard"}`]
          : []
    )
  }
}
