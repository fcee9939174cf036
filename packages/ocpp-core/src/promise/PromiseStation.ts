/** What a promise user holds of a station: `Station` of the core, with promises for effects and iterables for streams. */
import * as Effect from "effect/Effect"
import type { CsmsAction, Messages, ReportBaseEnumType } from "@wattline/ocpp-v201"
import type { VariableQuery } from "../blocks/DeviceModel.ts"
import type { ReportReceived } from "../blocks/Provisioning.ts"
import type { VariableValue } from "../blocks/VariableValue.ts"
import type { EventsMissed, StationEvent } from "../csms/Events.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import { InsideBoot } from "../station/Calling.ts"
import type { StationView } from "../station/StationView.ts"
import type { Bridge } from "./Bridge.ts"
import { listen, type PromiseEvents, type PromiseEventsOptions } from "./Events.ts"
import { namespaces } from "./namespaces.ts"
import { operationsOf, type PromiseOperations } from "./Operations.ts"
import type { Abortable } from "./Promised.ts"

/** How one CALL is made. Durations are texts such as `"10 seconds"`, or numbers of milliseconds. */
export interface PromiseCallOptions extends CallOptions, Abortable {}

/**
 * One station. Cheap to hold, holds no connection: it stays valid while the station comes and goes. Whole procedures are in
 * namespaces: `station.provisioning.setVariables([...], { signal })`.
 */
export interface PromiseStation extends PromiseOperations {
  /** The identity, in the spelling it was added with. */
  readonly identity: string
  /**
   * Sends a CALL and gives the response. A negative status in it is a value. Rejects with `NotSent` when the CALL did not
   * leave this process, `OutcomeUnknown` when it was sent and what became of it is not known, and `CallError` when the
   * station answered with a CALLERROR. One CALL is outstanding per station, others wait; nothing is ever sent twice
   * (R-192).
   */
  call<A extends CsmsAction>(
    action: A,
    request: Messages[A]["request"],
    options?: PromiseCallOptions
  ): Promise<Messages[A]["response"]>
  /**
   * Asks for a base report and waits for all its parts (B07). Works while the station is Pending. An empty result set is a
   * report without data. Rejects as `call` does, and with `ReportNotReceived` when the station refuses or parts are missing;
   * `provisioning.getBaseReport` gives what came as a value then, and the data itself.
   */
  getBaseReport(reportBase: ReportBaseEnumType, options?: PromiseCallOptions): Promise<ReportReceived>
  /** A requestId never used before at this station, for CALLs whose result comes later. */
  nextRequestId(): Promise<number>
  /** Everything that is known of the station: plain data of this moment. */
  snapshot(): Promise<StationView>
  /**
   * The value of a variable as the device model has it, read by its data type (DM-14); `undefined` when it is not known.
   * `station.variable("OCPPCommCtrlr", "HeartbeatInterval")`, `station.variable("EVSE", "Power", { evseId: 1 })`.
   */
  variable(
    component: VariableQuery["component"],
    variable: VariableQuery["variable"],
    where?: Omit<VariableQuery, "component" | "variable">
  ): Promise<VariableValue | undefined>
  /** What happens to the station from now on, whenever the reading begins. */
  events(options?: PromiseEventsOptions): PromiseEvents<StationEvent | EventsMissed>
  /** The snapshot of this moment, then one after every event of the station. */
  changes(options?: PromiseEventsOptions): PromiseEvents<StationView>
  /**
   * Waits until the station is as you want it, and gives the snapshot that was; at once when it is so already. With a function
   * that looks something up it waits until there is something, and gives that. Rejects with `StationRemoved` once there is no such
   * station any more. `station.waitFor((view) => view.connected, { signal: AbortSignal.timeout(60_000) })`.
   */
  waitFor(wanted: (view: StationView) => boolean | undefined, options?: Abortable): Promise<StationView>
  waitFor<T>(wanted: (view: StationView) => T | false | undefined, options?: Abortable): Promise<T>
  /** Closes the connection with a WebSocket close code, 1000 unless given. The station may come back. */
  disconnect(code?: number, reason?: string): Promise<void>
}

/** Makes one `PromiseStation` per `Station`. */
export class PromiseStations {
  private readonly bridge: Bridge
  private readonly made = new WeakMap<Station, PromiseStation>()

  constructor(bridge: Bridge) {
    this.bridge = bridge
  }

  of(station: Station): PromiseStation {
    const known = this.made.get(station)
    if (known !== undefined) return known
    const made = new StationFacade(this.bridge, station, never)
    this.made.set(station, made)
    return made
  }

  /** For a BootNotification handler: a CALL made while `isBooting` would wait for the handler itself. */
  insideBoot(station: Station, isBooting: () => boolean): PromiseStation {
    return new StationFacade(this.bridge, station, isBooting)
  }
}

const never = (): boolean => false

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the getters are made at the end of the class
interface StationFacade extends PromiseOperations {}

class StationFacade implements PromiseStation {
  private readonly bridge: Bridge
  private readonly station: Station
  private readonly isInsideBoot: () => boolean

  constructor(bridge: Bridge, station: Station, isInsideBoot: () => boolean) {
    this.bridge = bridge
    this.station = station
    this.isInsideBoot = isInsideBoot
  }

  get identity(): string {
    return this.station.identity
  }

  call<A extends CsmsAction>(
    action: A,
    request: Messages[A]["request"],
    options?: PromiseCallOptions
  ): Promise<Messages[A]["response"]> {
    return this.bridge.run(this.marked(this.station.call(action, request, options)), options?.signal)
  }

  getBaseReport(reportBase: ReportBaseEnumType, options?: PromiseCallOptions): Promise<ReportReceived> {
    const report = this.station.getBaseReport(reportBase, options)
    return this.bridge.run(this.marked(report), options?.signal)
  }

  nextRequestId(): Promise<number> {
    return this.bridge.run(this.station.nextRequestId)
  }

  snapshot(): Promise<StationView> {
    return this.bridge.run(this.station.snapshot)
  }

  variable(
    component: VariableQuery["component"],
    variable: VariableQuery["variable"],
    where?: Omit<VariableQuery, "component" | "variable">
  ): Promise<VariableValue | undefined> {
    return this.bridge.run(this.station.variable(component, variable, where))
  }

  events(options?: PromiseEventsOptions): PromiseEvents<StationEvent | EventsMissed> {
    return listen(this.bridge, this.station.events, options)
  }

  changes(options?: PromiseEventsOptions): PromiseEvents<StationView> {
    return listen(this.bridge, this.station.changes, options)
  }

  waitFor(wanted: (view: StationView) => boolean | undefined, options?: Abortable): Promise<StationView>
  waitFor<T>(wanted: (view: StationView) => T | false | undefined, options?: Abortable): Promise<T>
  waitFor(wanted: (view: StationView) => unknown, options?: Abortable): Promise<unknown> {
    return this.bridge.run(this.station.waitFor<unknown>(wanted), options?.signal)
  }

  disconnect(code?: number, reason?: string): Promise<void> {
    return this.bridge.run(this.station.disconnect(code, reason))
  }

  private marked<A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> {
    return this.isInsideBoot() ? Effect.provideService(effect, InsideBoot, this.identity) : effect
  }

  /** Made when it is read first. */
  private namespace<Name extends keyof PromiseOperations>(name: Name): PromiseOperations[Name] {
    const { bridge, station } = this
    const value = operationsOf(name, { bridge, station, marked: (effect) => this.marked(effect) })
    Object.defineProperty(this, name, { value })
    return value
  }

  static {
    for (const name of Object.keys(namespaces) as Array<keyof PromiseOperations>)
      Object.defineProperty(this.prototype, name, {
        get(this: StationFacade) {
          return this.namespace(name)
        }
      })
  }
}
