/**
 * Monitors of a virtual station and the events they make (N02 to N08). What a station is built with is shared with all stations of
 * its build; nothing is scheduled unless a monitor goes by the clock, or watches what does not tell when it changes.
 *
 * A monitor that must not be heard now (its severity against the level, or while offline; outside of transactions) is not judged
 * at all, and judged anew once it may be: so the CSMS hears of what is, and not only of what ends.
 */
import * as Effect from "effect/Effect"
import { andThen, refuse } from "@wattline/ocpp-core"
import type {
  ClearMonitoringStatusEnumType,
  EventTriggerEnumType,
  Messages,
  MonitoringDataType,
  SetMonitoringDataType,
  SetMonitoringResultType
} from "@wattline/ocpp-v201"
import type { StationHandlers } from "../client/Client.ts"
import type { DeviceModel } from "./DeviceModel.ts"
import type { Item } from "./deviceModel/Inventory.ts"
import { limitProblem } from "./deviceModel/Limits.ts"
import { sendInParts, jsonBytes } from "./deviceModel/Parts.ts"
import { reportLimits } from "./deviceModel/Reports.ts"
import { reported } from "./deviceModel/Variables.ts"
import { type BuiltIn, builtIn, firstCustomId, type Monitor, MonitorSet } from "./monitoring/Monitor.ts"
import { monitorProblem } from "./monitoring/MonitorRules.ts"
import { Events } from "./monitoring/Events.ts"
import { Schedule } from "./monitoring/Schedule.ts"
import { monitorsAsked } from "./monitoring/Selection.ts"
import { firing, type Memory } from "./monitoring/Trigger.ts"
import type { ComponentRef, MonitoringPart } from "./parts.ts"
import type { VirtualStation } from "./VirtualStation.ts"

const quiet: Memory = { alerting: false }

/** See the head of the file. */
export class Monitoring implements MonitoringPart {
  readonly handlers: StationHandlers
  readonly #station: VirtualStation
  readonly #model: DeviceModel
  readonly #builtIn: BuiltIn
  readonly #events: Events
  readonly #schedule: Schedule
  readonly #memory = new Map<Monitor, Memory>()
  #monitors: MonitorSet
  #lastId = firstCustomId - 1

  constructor(station: VirtualStation, model: DeviceModel) {
    this.#station = station
    this.#model = model
    this.#builtIn = builtIn(model.inventory)
    this.#monitors = this.#builtIn.all
    this.#events = new Events(station)
    this.#schedule = new Schedule(station, {
      look: (monitors) => this.#judgeAll(monitors),
      fire: (monitor) => {
        if (!this.#isMuted(monitor)) this.#fire(monitor, "Periodic", this.#model.read(monitor.item), false)
      }
    })
    this.handlers = {
      SetVariableMonitoring: (request, { messageId }) =>
        this.#answered("SetVariableMonitoring", request, messageId, () => this.#setMonitors(request)),
      ClearVariableMonitoring: (request, { messageId }) =>
        this.#answered("ClearVariableMonitoring", request, messageId, () => this.#clearMonitors(request)),
      GetMonitoringReport: (request, { messageId }) =>
        this.#answered("GetMonitoringReport", request, messageId, () => this.#report(request)),
      SetMonitoringBase: (request, { messageId }) =>
        this.#answered(undefined, request, messageId, () => this.#setBase(request)),
      SetMonitoringLevel: (request, { messageId }) =>
        this.#answered(undefined, request, messageId, () => this.#setLevel(request))
    }
    model.observe((item, value, before) => this.#changed(item, value, before))
  }

  /** The monitors that are active, by id (N02, N04). */
  get monitors(): ReadonlyMap<number, Monitor> {
    return this.#monitors.all
  }

  online(): void {
    this.#judgeAll()
    this.#schedule.run(this.#monitors)
    this.#events.send()
  }

  down(): void {
    this.#schedule.stop()
  }

  hardwareEvent(
    component: ComponentRef,
    variable: string,
    value: string,
    { cleared, techCode }: { readonly cleared?: boolean; readonly techCode?: string } = {}
  ): void {
    const place = typeof component === "string" ? { name: component } : component
    const item = this.#model.named(place, { name: variable })
    const { depth } = this.#model
    this.#events.raise(
      {
        trigger: "Alerting",
        actualValue: reported(value),
        eventNotificationType: "HardWiredNotification",
        ...(typeof item === "string"
          ? { component: place, variable: { name: variable } }
          : { component: item.component, variable: item.variable }),
        ...(cleared !== undefined && { cleared }),
        ...(techCode !== undefined && { techCode })
      },
      depth + 1,
      depth > 0
    )
  }

  /** A value is another: judges the monitors of its variable. */
  #changed(item: Item, value: string, before: string | undefined): void {
    if (this.#model.depth <= 1) this.#events.begin()
    for (const monitor of this.#monitors.of(item)) {
      // Those that the station is built with count from the value before the first change.
      if (monitor.type === "Delta" && before !== undefined && this.#memory.get(monitor)?.baseline === undefined)
        this.#memory.set(monitor, { alerting: false, baseline: before })
      this.#judge(monitor, value)
    }
    if (item.variable.name === "Enabled" && item.component.name === "MonitoringCtrlr") this.#judgeAll()
  }

  #judge(monitor: Monitor, value: string): void {
    const memory = this.#memory.get(monitor) ?? quiet
    const fires = firing(monitor, value, memory)
    if (fires === undefined || this.#isMuted(monitor)) return
    if (fires === "Clear") this.#memory.delete(monitor)
    else this.#memory.set(monitor, fires === "Delta" ? { alerting: false, baseline: value } : { alerting: true })
    this.#fire(monitor, fires === "Delta" ? "Delta" : "Alerting", value, fires === "Clear")
  }

  #judgeAll(monitors: Iterable<Monitor> = this.#monitors.all.values()): void {
    for (const monitor of monitors)
      if (!monitor.type.startsWith("Periodic")) this.#judge(monitor, this.#model.read(monitor.item))
  }

  #isMuted({ item, severity, transaction }: Monitor): boolean {
    const model = this.#model
    if (!this.#isEnabled()) return true
    if (severity > model.number("MonitoringCtrlr", "ActiveMonitoringLevel", undefined, 9)) return true // N07.FR.15
    if (transaction && this.#transactionOf(item) === undefined) return true
    const { client } = this.#station
    if (client.isOnline || client.settings.queueAllMessages) return false
    return severity > model.number("MonitoringCtrlr", "OfflineQueuingSeverity", undefined, -1) // N07.FR.04, N08.FR.03
  }

  #isEnabled(): boolean {
    return this.#model.value("MonitoringCtrlr", "Enabled") !== "false"
  }

  /** The transaction that a variable has to do with: of its EVSE, for one of the station any. */
  #transactionOf({ component }: Item): string | undefined {
    const { evse } = component
    const running = this.#station.evses.find(
      ({ id, transaction }) => transaction !== undefined && (evse === undefined || evse.id === id)
    )
    return running?.transaction?.transactionId
  }

  #fire(monitor: Monitor, trigger: EventTriggerEnumType, value: string, cleared: boolean): void {
    const { item, kind } = monitor
    const transactionId = item.component.evse && this.#transactionOf(item)
    const { depth } = this.#model
    this.#events.raise(
      {
        trigger,
        actualValue: item.definition.mutability === "WriteOnly" ? "" : reported(value), // N07.FR.10
        eventNotificationType: kind,
        variableMonitoringId: monitor.id,
        component: item.component,
        variable: item.variable,
        ...(cleared && { cleared }),
        ...(transactionId !== undefined && { transactionId })
      },
      depth,
      depth > 0
    )
  }

  #setMonitors({ setMonitoringData }: Messages["SetVariableMonitoring"]["request"]) {
    const touched: Array<Monitor> = []
    const setMonitoringResult = setMonitoringData.map((data) => this.#setMonitor(data, touched))
    this.#schedule.run(this.#monitors)
    return andThen(
      { setMonitoringResult },
      // A value may be beyond the threshold already, or within a new one (N07.FR.11).
      Effect.sync(() => this.#judgeAll(touched.filter((monitor) => this.#monitors.all.get(monitor.id) === monitor)))
    )
  }

  #setMonitor(data: SetMonitoringDataType, touched: Array<Monitor>): SetMonitoringResultType {
    const { component, id, severity, transaction = false, type, value, variable } = data
    const asked = { type, severity, component, variable }
    const item = this.#model.named(component, variable)
    if (typeof item === "string") return { ...asked, status: item }
    const problem = this.#isEnabled()
      ? monitorProblem(item, data, this.#monitors)
      : ({ status: "Rejected", reasonCode: "NotEnabled" } as const)
    if (problem !== undefined) {
      const { reasonCode, status } = problem
      return { ...asked, ...(id !== undefined && { id }), status, ...(reasonCode && { statusInfo: { reasonCode } }) }
    }
    const kind = "CustomMonitor"
    const monitor: Monitor = { id: id ?? ++this.#lastId, item, kind, type, value, severity, transaction }
    const replaced = this.#monitors.all.get(monitor.id)
    const before = replaced?.type === type ? this.#memory.get(replaced) : undefined
    this.#use(new MonitorSet([...this.#monitors.all.values()].filter((one) => one !== replaced).concat(monitor)))
    if (type === "Delta") this.#memory.set(monitor, { alerting: false, baseline: this.#model.read(item) })
    else if (before !== undefined) this.#memory.set(monitor, before)
    touched.push(monitor)
    return { ...asked, id: monitor.id, status: "Accepted" }
  }

  #clearMonitors({ id }: Messages["ClearVariableMonitoring"]["request"]) {
    const clearMonitoringResult = id.map((one) => ({ id: one, status: this.#clearMonitor(one) }))
    this.#schedule.run(this.#monitors)
    return { clearMonitoringResult }
  }

  #clearMonitor(id: number): ClearMonitoringStatusEnumType {
    const monitor = this.#monitors.all.get(id)
    if (monitor === undefined) return "NotFound" // N06.FR.02
    if (monitor.kind === "HardWiredMonitor") return "Rejected" // N06.FR.03
    this.#use(new MonitorSet([...this.#monitors.all.values()].filter((one) => one !== monitor)))
    return "Accepted"
  }

  #setBase({ monitoringBase }: Messages["SetMonitoringBase"]["request"]) {
    if (!this.#isEnabled()) return { status: "Rejected", statusInfo: { reasonCode: "NotEnabled" } } as const
    const { all, hardWired } = this.#builtIn
    const there = this.#monitors
    // N03.FR.03: what the CSMS has set stays, also in the place of a preconfigured one.
    const missing = [...all.all.values()].filter((one) => !there.all.has(one.id) && !there.rivals(one))
    if (monitoringBase === "All") this.#use(new MonitorSet([...there.all.values(), ...missing]))
    else this.#use(monitoringBase === "FactoryDefault" ? all : hardWired)
    this.#model.set("MonitoringCtrlr", "ActiveMonitoringBase", monitoringBase)
    this.#schedule.run(this.#monitors)
    return andThen(
      { status: "Accepted" } as const,
      Effect.sync(() => this.#judgeAll())
    )
  }

  #setLevel({ severity }: Messages["SetMonitoringLevel"]["request"]) {
    const reasonCode = severity < 0 || severity > 9 ? "ValueOutOfRange" : this.#isEnabled() ? undefined : "NotEnabled"
    if (reasonCode !== undefined) return { status: "Rejected", statusInfo: { reasonCode } } as const
    this.#model.set("MonitoringCtrlr", "ActiveMonitoringLevel", severity)
    return andThen(
      { status: "Accepted" } as const,
      Effect.sync(() => this.#judgeAll())
    )
  }

  /** Other monitors from now on; what the removed ones remember is forgotten, and no word of it is sent (N07.FR.12). */
  #use(monitors: MonitorSet): void {
    this.#monitors = monitors
    for (const monitor of this.#memory.keys())
      if (monitors.all.get(monitor.id) !== monitor) this.#memory.delete(monitor)
  }

  #report(request: Messages["GetMonitoringReport"]["request"]) {
    const { requestId } = request
    const data = monitorsAsked(this.#monitors.all.values(), request)
    if (data.length === 0) return { status: "EmptyResultSet" } as const
    const send = Effect.sync(() =>
      sendInParts<MonitoringDataType, MonitoringDataType>(
        data,
        reportLimits(this.#station),
        (one) => one,
        jsonBytes,
        (monitor, place, answered) =>
          this.#station.client.call(
            "NotifyMonitoringReport",
            { requestId, generatedAt: this.#station.time(), ...place, monitor },
            answered,
            { triggered: true }
          ),
        () => undefined
      )
    )
    return andThen({ status: "Accepted" } as const, send)
  }

  #answered<A>(
    action: Parameters<typeof limitProblem>[2] | undefined,
    request: object,
    messageId: string,
    answer: () => A
  ) {
    return Effect.suspend(() => {
      const model = this.#model
      if (model.value("MonitoringCtrlr", "Available") === undefined)
        return Effect.fail(refuse("NotSupported", "the station has no monitoring"))
      const controller = action === "GetMonitoringReport" ? "DeviceDataCtrlr" : "MonitoringCtrlr"
      const problem = action && limitProblem(model, controller, action, request, messageId)
      return problem === undefined ? Effect.sync(answer) : Effect.fail(refuse(problem.errorCode, problem.description))
    })
  }
}
