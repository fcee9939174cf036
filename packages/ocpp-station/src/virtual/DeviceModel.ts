/**
 * The device model of a virtual station: its inventory, shared with all stations of its build, and the values that are its own.
 * Reads and writes variables, reports them (B05 to B08), and keeps network connection profiles (B09, B10).
 */
import * as Effect from "effect/Effect"
import type {
  ComponentType,
  GenericDeviceModelStatusEnumType,
  Messages,
  NetworkConnectionProfileType,
  SetVariableResultType,
  VariableType
} from "@wattline/ocpp-v201"
import { andThen, refuse } from "@wattline/ocpp-core"
import type { ClientSettings, StationHandlers } from "../client/Client.ts"
import { type Build, type Inventory, inventoryOf, type Item, itemKey } from "./deviceModel/Inventory.ts"
import { limitProblem } from "./deviceModel/Limits.ts"
import {
  isDowngrade,
  priorityVerdict,
  profileProblem,
  type SecurityNow,
  slotsIn
} from "./deviceModel/NetworkProfiles.ts"
import { sendReport } from "./deviceModel/Reports.ts"
import { baseSelection, selection } from "./deviceModel/Selection.ts"
import { type Observer, Store } from "./deviceModel/Store.ts"
import { getVariable, type Refused, setVariable } from "./deviceModel/Variables.ts"
import type { ComponentRef, ModelPart } from "./parts.ts"
import type { VirtualStation } from "./VirtualStation.ts"

/** How a device model begins. One object for a whole fleet is best: stations of equal builds share their inventory. */
export interface DeviceModelOptions extends Omit<Build, "evses"> {
  /** What is in the first slot: the connection that the station is built with (B09). None: its slot is empty. */
  readonly networkProfile?: NetworkConnectionProfileType
}

/** Reports that are sent at the same time; one more is Rejected (B07.FR.13, B08.FR.16). */
const maxReports = 4

/** See the head of the file. */
export class DeviceModel implements ModelPart {
  readonly handlers: StationHandlers
  /** Names a variable, by the string that all stations of a build share where there is one. */
  #keyOf(component: ComponentRef, variable: string, instance: string | undefined): string {
    return this.#store.find(component, variable, instance)?.key ?? itemKey(component, variable, instance).toLowerCase()
  }

  /** What the station has, shared by all of its build. */
  readonly inventory: Inventory
  readonly #station: VirtualStation
  readonly #store: Store
  readonly #profiles = new Map<number, NetworkConnectionProfileType>()
  #reports = 0

  constructor(station: VirtualStation, { networkProfile, values, without }: DeviceModelOptions = {}) {
    this.#station = station
    const build = { evses: station.evses, ...(values && { values }), ...(without && { without }) }
    this.inventory = inventoryOf(build)
    this.#store = new Store(station, this.inventory)
    if (networkProfile !== undefined) {
      this.#profiles.set(1, networkProfile)
      this.set("SecurityCtrlr", "SecurityProfile", networkProfile.securityProfile)
    }
    this.handlers = {
      GetVariables: (request, { messageId }) =>
        this.#limited("GetVariables", request, messageId, () => this.#get(request)),
      SetVariables: (request, { messageId }) =>
        this.#limited("SetVariables", request, messageId, () => this.#set(request)),
      GetBaseReport: ({ reportBase, requestId }) =>
        Effect.sync(() => this.#report(requestId, baseSelection(this.#store, reportBase))),
      GetReport: (request, { messageId }) =>
        this.#limited("GetReport", request, messageId, () =>
          this.#report(request.requestId, selection(this.#store, request))
        ),
      SetNetworkProfile: (request) => Effect.sync(() => this.#setNetworkProfile(request))
    }
    this.guard("OCPPCommCtrlr", "NetworkConfigurationPriority", (value) => this.#judgePriority(value))
  }

  value(component: ComponentRef, variable: string, instance?: string): string | undefined {
    const item = this.#store.find(component, variable, instance)
    return item && this.#store.read(item)
  }

  number(component: ComponentRef, variable: string, instance?: string, fallback = 0): number {
    const value = this.value(component, variable, instance)
    if (value === undefined || value === "") return fallback
    const number = Number(value)
    return Number.isNaN(number) ? fallback : number
  }

  flag(component: ComponentRef, variable: string, instance?: string): boolean {
    return this.value(component, variable, instance) === "true"
  }

  list(component: ComponentRef, variable: string, instance?: string): ReadonlyArray<string> {
    const value = this.value(component, variable, instance)
    return value === undefined || value === "" ? none : value.split(",").map((member) => member.trim())
  }

  maxLimit(component: ComponentRef, variable: string, instance?: string): number | undefined {
    return this.#store.find(component, variable, instance)?.definition.characteristics.maxLimit
  }

  set(component: ComponentRef, variable: string, value: string | number | boolean, instance?: string): void {
    this.#store.set(component, variable, value, instance)
  }

  watch(component: ComponentRef, variable: string, listener: (value: string) => void, instance?: string): void {
    this.#store.watch(this.#keyOf(component, variable, instance), listener)
  }

  guard(
    component: ComponentRef,
    variable: string,
    check: (value: string) => Refused | undefined,
    instance?: string
  ): void {
    this.#store.guard(this.#keyOf(component, variable, instance), check)
  }

  /** Calls `observer` after each change of any Actual value: for monitors. */
  observe(observer: Observer): void {
    this.#store.observe(observer)
  }

  /** A variable as the CSMS names it, or what of it there is not (B05.FR.04, B05.FR.05). */
  named(component: ComponentType, variable: VariableType): Item | "UnknownComponent" | "UnknownVariable" {
    return this.#store.named(component, variable)
  }

  /** The Actual value of a variable of the inventory. */
  read(item: Item): string {
    return this.#store.read(item)
  }

  /** How many changes are being told right now: more than 1 where a change has led to another. */
  get depth(): number {
    return this.#store.depth
  }

  down(): void {
    this.#store.restart()
  }

  /**
   * Settings of the client have changed otherwise than by `SetVariables`, as `heartbeatInterval` (s) does with an accepted
   * BootNotification (B01.FR.04): those who watch the variables are told. The model shows them in any case.
   */
  settingsChanged(settings: Partial<ClientSettings>): void {
    for (const item of this.#store.items) {
      const { setting } = item.definition
      if (setting !== undefined && settings[setting] !== undefined)
        this.#store.tell(item, `${settings[setting]}`, undefined)
    }
  }

  /** What is in a slot (B09). */
  networkProfile(slot: number): NetworkConnectionProfileType | undefined {
    return this.#profiles.get(slot)
  }

  /** The slots to try, first one first, after a restart or a lost connection (B10.FR.03, B10.FR.04). */
  get networkPriority(): ReadonlyArray<number> {
    return slotsIn(this.value("OCPPCommCtrlr", "NetworkConfigurationPriority") ?? "")
  }

  /**
   * The station is connected by the profile in this slot: it is the active one, and its timeout and security profile are in
   * force. Profiles that are less secure are removed, and do not come back (A05.FR.06).
   */
  connectedBy(slot: number): void {
    const profile = this.#profiles.get(slot)
    if (profile === undefined) return
    const { messageTimeout, securityProfile } = profile
    this.set("OCPPCommCtrlr", "ActiveNetworkProfile", slot)
    this.set("OCPPCommCtrlr", "MessageTimeout", messageTimeout, "Default")
    this.set("SecurityCtrlr", "SecurityProfile", securityProfile)
    const now = this.#securityNow()
    for (const [other, { securityProfile: to }] of this.#profiles)
      if (isDowngrade(to, now)) this.#profiles.delete(other)
    const left = this.networkPriority.filter((one) => this.#profiles.has(one))
    this.set("OCPPCommCtrlr", "NetworkConfigurationPriority", left.join(","))
  }

  #get({ getVariableData }: Messages["GetVariables"]["request"]): Messages["GetVariables"]["response"] {
    return { getVariableResult: getVariableData.map((data) => getVariable(this.#store, data)) }
  }

  #set({ setVariableData }: Messages["SetVariables"]["request"]): Messages["SetVariables"]["response"] {
    const setVariableResult = setVariableData.map((data): SetVariableResultType => {
      const result = setVariable(this.#store, data)
      if (result.attributeStatus === "Accepted" && result.attributeType === "Actual") this.#told(data)
      return result
    })
    return { setVariableResult }
  }

  #told({ attributeValue, component, variable }: Messages["SetVariables"]["request"]["setVariableData"][number]): void {
    const item = this.#store.named(component, variable)
    if (typeof item === "string") return
    const value = item.definition.mutability === "WriteOnly" ? "" : attributeValue
    const name =
      item.variable.instance === undefined ? item.variable.name : `${item.variable.name}[${item.variable.instance}]`
    this.#station.tell({ _tag: "VariableChanged", component: item.component.name, variable: name, value })
  }

  #report(requestId: number, items: ReadonlyArray<Item>) {
    const answer = (status: GenericDeviceModelStatusEnumType) => ({ status })
    if (items.length === 0) return answer("EmptyResultSet")
    if (this.#reports >= maxReports) return answer("Rejected")
    this.#reports++
    const send = Effect.sync(() => sendReport(this.#station, this.#store, requestId, items, () => this.#reports--))
    return andThen(answer("Accepted"), send)
  }

  #setNetworkProfile(request: Messages["SetNetworkProfile"]["request"]): Messages["SetNetworkProfile"]["response"] {
    const slots = this.#store.find("OCPPCommCtrlr", "NetworkConfigurationPriority")?.definition.characteristics
      .valuesList
    const reasonCode = profileProblem(request, (slots ?? "").split(","), this.#securityNow())
    if (reasonCode !== undefined) return { status: "Rejected", statusInfo: { reasonCode } }
    this.#profiles.set(request.configurationSlot, request.connectionData)
    return { status: "Accepted" }
  }

  #judgePriority(value: string): Refused {
    const verdict = priorityVerdict(value, this.#profiles, this.#securityNow())
    if (verdict.status !== "RebootRequired") return verdict
    for (const slot of slotsIn(value)) {
      const wanted = this.#profiles.get(slot)?.securityProfile
      const reasonCode = wanted === undefined ? undefined : this.#station.security.profileProblem(wanted)
      if (reasonCode !== undefined) return { status: "Rejected", reasonCode }
    }
    return verdict
  }

  #securityNow(): SecurityNow {
    return {
      securityProfile: this.number("SecurityCtrlr", "SecurityProfile"),
      mayDowngrade: this.flag("SecurityCtrlr", "AllowSecurityProfileDowngrade")
    }
  }

  #limited<A>(
    action: "GetVariables" | "SetVariables" | "GetReport",
    request: object,
    messageId: string,
    answer: () => A
  ) {
    return Effect.suspend(() => {
      const problem = limitProblem(this, "DeviceDataCtrlr", action, request, messageId)
      return problem === undefined ? Effect.sync(answer) : Effect.fail(refuse(problem.errorCode, problem.description))
    })
  }
}

const none: ReadonlyArray<string> = []
