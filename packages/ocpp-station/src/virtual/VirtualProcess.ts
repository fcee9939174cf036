/** A virtual station in one piece: makes the parts, lets them hear of each other, and gives the controls to whoever plays with it. */
import type { BootReasonEnumType, ChargingStationType, IdTokenType } from "@wattline/ocpp-v201"
import { Alarm } from "../client/Alarm.ts"
import type { ClientEvent } from "../client/ClientEvent.ts"
import { ClientProcess, type ConnectionProfile } from "../client/ClientProcess.ts"
import type { Host } from "../client/Host.ts"
import { requestProblem } from "../client/problems.ts"
import type { AnyHandler } from "../client/Receiving.ts"
import { defaultSettings } from "../client/Client.ts"
import { Authorization } from "./Authorization.ts"
import { Availability } from "./Availability.ts"
import { builtConnection, builtSecurity, Connection } from "./Connection.ts"
import { Control } from "./Control.ts"
import { DeviceModel } from "./DeviceModel.ts"
import { Diagnostics } from "./Diagnostics.ts"
import { Display } from "./Display.ts"
import type { EV } from "./EV.ts"
import type { EVSE } from "./EVSE.ts"
import { Firmware } from "./Firmware.ts"
import type { Happening } from "./Happening.ts"
import { Monitoring } from "./Monitoring.ts"
import type { Part } from "./parts.ts"
import { Power } from "./Power.ts"
import { Security } from "./Security.ts"
import { SmartCharging } from "./SmartCharging.ts"
import { Transactions } from "./Transactions.ts"
import { VendorMessages } from "./VendorMessages.ts"
import type { Timer, VirtualStation } from "./VirtualStation.ts"
import { chargingStationOf, evsesOf, type VirtualStationOptions } from "./VirtualStationOptions.ts"

/** Who is told what happens. Called in the very moment: it must not take long. What it throws is logged. */
export interface VirtualStationListener {
  readonly happening?: (happening: Happening) => void
  readonly event?: (event: ClientEvent) => void
}

/** See the head of the file. */
export class VirtualProcess implements VirtualStation {
  chargingStation: ChargingStationType
  readonly identity: string
  readonly evses: ReadonlyArray<EVSE>
  readonly client: ClientProcess
  readonly model: DeviceModel
  readonly availability: Availability
  readonly authorization: Authorization
  readonly transactions: Transactions
  readonly power: Power
  readonly smartCharging: SmartCharging
  readonly monitoring: Monitoring
  readonly security: Security
  readonly firmware: Firmware
  readonly diagnostics: Diagnostics
  readonly display: Display
  readonly control: Control
  private readonly parts: ReadonlyArray<Part>
  private readonly host: Host
  private readonly listener: VirtualStationListener
  private readonly connection: Connection
  private isDisposed = false
  /** The security event of the last failed attempt, since the last connection. */
  private alarmed: string | undefined = undefined

  constructor(host: Host, options: VirtualStationOptions, listener: VirtualStationListener = {}) {
    const { identity } = options
    this.host = host
    this.listener = listener
    this.identity = identity
    this.chargingStation = chargingStationOf(options)
    this.evses = evsesOf(options.evses)
    const { messageTimeout = defaultSettings.messageTimeout } = options.settings ?? {}
    this.model = new DeviceModel(this, {
      networkProfile: networkProfileOf(builtConnection(options), messageTimeout),
      ...options.model
    })
    this.monitoring = new Monitoring(this, this.model)
    this.availability = new Availability(this)
    this.authorization = new Authorization(this)
    this.power = new Power(this)
    this.smartCharging = new SmartCharging(this, options.smartCharging)
    this.transactions = new Transactions(this)
    this.security = new Security(this, builtSecurity(options))
    this.connection = new Connection(options, this.model, this.security)
    this.firmware = new Firmware(this, options.firmware)
    this.diagnostics = new Diagnostics(this, {
      securityLog: (from, to) => this.security.events(from, to),
      ...options.diagnostics
    })
    this.display = new Display(this, options.display)
    this.control = new Control(this, () => this.parts, options.control)
    const vendor = new VendorMessages(this, options.vendorMessages)
    this.parts = [
      this.model,
      this.availability,
      this.authorization,
      this.transactions,
      this.power,
      this.smartCharging,
      this.monitoring,
      this.security,
      this.firmware,
      this.diagnostics,
      this.display,
      vendor,
      this.control
    ]
    this.client = new ClientProcess(host, {
      identity,
      connection: (failures) => this.connection.next(failures),
      chargingStation: () => this.chargingStation,
      handlers: { get: (action) => handlerOf(this.parts, action) },
      settings: options.settings ?? {},
      maxQueuedMessages: options.maxQueuedMessages ?? 10_000,
      tell: (event) => this.clientTold(event),
      loaded: (unfinished) => this.transactions.cutOff(unfinished),
      online: (afterBoot, offlineSeconds) => {
        for (const part of this.parts) part.online?.(afterBoot, offlineSeconds)
      },
      offline: () => {
        for (const part of this.parts) part.offline?.()
      },
      rebooting: () => {
        for (const part of this.parts) part.down?.()
      },
      clockSet: (milliseconds) => {
        const most = this.model.number("ClockCtrlr", "TimeAdjustmentReportingThreshold", undefined, Infinity)
        const seconds = Math.round(milliseconds / 1000)
        if (Math.abs(seconds) > most) this.security.event("SettingSystemTime", `by ${seconds} s`) // A04.FR.01
      }
    })
    this.security.onPassword(() => {
      this.after(0, () => {
        if (this.securityProfile < 3) this.client.relink() // A01.FR.02: once the CSMS has been answered
      })
    })
    this.security.onCertificate((use) => {
      if (use === "ChargingStationCertificate" && this.securityProfile === 3) this.client.relink() // A02.FR.08
    })
    for (const part of this.parts) part.start?.()
  }

  // --- controls -----------------------------------------------------------------------------------------------------

  /** Switches the station on. */
  start(reason: BootReasonEnumType = "PowerUp"): void {
    this.client.start(reason)
  }

  /**
   * Puts the cable of an EV in; `"Refused"` when there is one already, or the connector does not work. Throws a RangeError, as
   * the next two do, where there is no such EVSE.
   */
  plugIn(evseId: number, ev: EV, connectorId?: number): "Plugged" | "Refused" {
    this.expectEVSE(evseId)
    return this.availability.plugIn(evseId, ev, connectorId)
  }

  /** Takes the cable out; `"Locked"` while the connector holds it. */
  unplug(evseId: number): "Unplugged" | "Locked" | "Empty" {
    this.expectEVSE(evseId)
    return this.availability.unplug(evseId)
  }

  /** A driver presents a token, which starts or stops what fits. One that breaks the schema is a RangeError. */
  present(idToken: IdTokenType, evseId?: number): void {
    if (evseId !== undefined) this.expectEVSE(evseId)
    const problem = requestProblem("Authorize", { idToken })
    if (problem !== undefined) throw new RangeError(`This is no token: ${problem}`)
    this.tell({ _tag: "TokenPresented", idToken: idToken.idToken, ...(evseId !== undefined && { evseId }) })
    this.transactions.present(idToken, evseId)
  }

  /** Switches the power off and on again: transactions end with PowerLoss. */
  powerCycle(): void {
    this.control.restart("PowerUp", "PowerLoss")
  }

  /** Switches the station off for good; its queue keeps what is not delivered. */
  dispose(): void {
    this.isDisposed = true
    for (const part of this.parts) part.down?.()
    this.client.dispose()
  }

  // --- what the parts use -------------------------------------------------------------------------------------------

  now(): number {
    return this.client.clock()
  }

  time(): string {
    return this.host.timeOf(this.now())
  }

  random(): number {
    return this.host.random()
  }

  uuid(): string {
    const digits = Array.from({ length: 32 }, () => Math.floor(this.host.random() * 16).toString(16))
    digits[12] = "4"
    digits[16] = "89ab"[Math.floor(this.host.random() * 4)] ?? "8"
    const text = digits.join("")
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-")
  }

  after(milliseconds: number, action: () => void): Timer {
    const alarm = new Alarm(this.host.deadlines, () => {
      if (!this.isDisposed) action()
    })
    alarm.set(milliseconds / 1000)
    return alarm
  }

  tell(happening: Happening): void {
    for (const part of this.parts) part.happened?.(happening)
    this.client.conclude(this.listener.happening, happening)
  }

  evse(id: number): EVSE | undefined {
    return this.evses[id - 1]
  }

  /** Who plays with the station has an EVSE in mind that it has not: nothing would happen, and nobody would know why. */
  private expectEVSE(id: number): void {
    if (this.evse(id) === undefined)
      throw new RangeError(`Station ${this.identity} has no EVSE ${id}; its EVSEs are 1 to ${this.evses.length}.`)
  }

  // --- the connection -----------------------------------------------------------------------------------------------

  /** The security profile in use. */
  private get securityProfile(): number {
    return this.model.number("SecurityCtrlr", "SecurityProfile")
  }

  /** The same trouble is a security event once, not with every attempt of a night: the CSMS gets them all. */
  private alarm({ detail, securityEvent }: Extract<ClientEvent, { readonly _tag: "ConnectFailed" }>): void {
    if (securityEvent === undefined || securityEvent === this.alarmed) return
    this.alarmed = securityEvent
    this.security.event(securityEvent, detail)
  }

  private clientTold(event: ClientEvent): void {
    switch (event._tag) {
      case "Connected":
        this.alarmed = undefined
        if (this.connection.connected()) this.client.forgetRegistration() // R-184, B10.FR.10
        break
      case "ConnectFailed":
        this.connection.failed(event)
        this.alarm(event)
        break
      case "BootAnswered":
        if (event.status === "Accepted" && event.interval > 0)
          this.model.settingsChanged({ heartbeatInterval: event.interval })
        break
      default:
    }
    this.listener.event?.(event)
  }
}

/** A station has no table of its own for this: the actions are few, and known by name before they are looked up. */
const handlerOf = (parts: ReadonlyArray<Part>, action: string): AnyHandler | undefined => {
  for (const { handlers } of parts) {
    const handler = (handlers as Readonly<Record<string, AnyHandler>> | undefined)?.[action]
    if (handler !== undefined) return handler
  }
  return undefined
}

const networkProfileOf = ({ securityProfile, url }: ConnectionProfile, messageTimeout: number) =>
  ({
    ocppVersion: "OCPP20",
    ocppTransport: "JSON",
    ocppInterface: "Wired0",
    ocppCsmsUrl: url,
    messageTimeout,
    securityProfile
  }) as const
