/**
 * A charging station with two EVSEs, of which the first is used: boots, reports, obeys, charges. One driver at a time, with
 * one of two ways to begin: the CSMS starts remotely (F02), or a token is held to the reader (C01, E02).
 */
import { randomUUID } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import type { Metered } from "./Account.ts"
import { Charger, type Reading } from "./Charger.ts"
import type { Connection } from "./Connection.ts"
import { DeviceModel, nameplate, type VariableName } from "./DeviceModel.ts"
import { contextOf, meterValue } from "./meterValue.ts"

interface IdToken {
  readonly idToken: string
  readonly type: string
}
interface IdTokenInfo {
  readonly idTokenInfo?: { readonly status: string }
}
interface Session {
  readonly transactionId: string
  readonly idToken: IdToken
  readonly remoteStartId: number | undefined
  seqNo: number
  chargingState: "Idle" | "EVConnected" | "Charging"
  readonly startWh: number
}

const evse = { id: 1, connectorId: 1 }
const plugInMs = 250
const unplugMs = 150

/** See the head of the file. */
export class ChargingStation {
  /** The transactions that ended, as metered here. */
  readonly metered: Array<Metered> = []
  private readonly connection: Connection
  private readonly say: (text: string) => void
  private readonly variables = new DeviceModel()
  private readonly charger = new Charger(1_843_276, now())
  private session: Session | undefined = undefined
  private heartbeat: NodeJS.Timeout | undefined = undefined
  private sampling: NodeJS.Timeout | undefined = undefined
  private readonly work = new Set<Promise<void>>()
  private whenFree: (() => void) | undefined = undefined
  private whenBroken: ((error: unknown) => void) | undefined = undefined
  /** Fails when something the station does by itself fails: it is broken then. */
  readonly broken = new Promise<never>((_resolve, reject) => (this.whenBroken = reject))

  constructor(connection: Connection, say: (text: string) => void) {
    this.connection = connection
    this.say = say
    connection.handle("GetBaseReport", (request: { readonly requestId: number; readonly reportBase: string }) => {
      const data = this.variables.report(request.reportBase)
      if (data === undefined) return { status: "NotSupported" }
      this.afterwards(() => this.notifyReport(request.requestId, data))
      return { status: "Accepted" }
    })
    connection.handle(
      "GetVariables",
      ({ getVariableData }: { readonly getVariableData: ReadonlyArray<VariableName> }) => {
        this.measure()
        return { getVariableResult: getVariableData.map((name) => this.variables.get(name)) }
      }
    )
    connection.handle(
      "SetVariables",
      ({ setVariableData }: { readonly setVariableData: ReadonlyArray<VariableName & { attributeValue: string }> }) => {
        const setVariableResult = setVariableData.map((name) => this.variables.set(name))
        this.applyIntervals()
        return { setVariableResult }
      }
    )
    connection.handle(
      "RequestStartTransaction",
      (request: { evseId?: number; idToken: IdToken; remoteStartId: number }) => {
        if (this.session !== undefined || (request.evseId ?? evse.id) !== evse.id) return { status: "Rejected" }
        this.afterwards(() => this.charge(request.idToken, request.remoteStartId))
        return { status: "Accepted" }
      }
    )
    connection.handle("RequestStopTransaction", ({ transactionId }: { readonly transactionId: string }) => {
      if (this.session?.transactionId !== transactionId) return { status: "Rejected" }
      this.afterwards(() => this.stop("RemoteStop", "Remote"))
      return { status: "Accepted" }
    })
  }

  /** B01: asks until it is accepted. */
  async boot(): Promise<void> {
    for (;;) {
      const { status, interval } = await this.connection.call<{ readonly status: string; readonly interval: number }>(
        "BootNotification",
        { reason: "PowerUp", chargingStation: nameplate }
      )
      this.say(`BootNotification: ${status}, interval ${interval} s`)
      if (status === "Accepted") {
        if (interval > 0) this.variables.update({ name: "OCPPCommCtrlr" }, "HeartbeatInterval", String(interval))
        break
      }
      await sleep(Math.max(1, interval) * 1000)
    }
    this.applyIntervals()
    await this.notifyStatus(1, "Available")
    await this.notifyStatus(2, "Available")
  }

  /** A driver holds a token to the reader: starts a transaction, or stops the one that runs (C01, E02, E07). */
  async swipe(token: string): Promise<void> {
    const idToken = { idToken: token, type: "ISO14443" }
    if (this.session === undefined) return this.charge(idToken, undefined)
    if (this.session.idToken.idToken === token) return this.stop("StopAuthorized", "Local", idToken)
  }

  /** Whether a transaction is running. */
  get isOccupied(): boolean {
    return this.session !== undefined
  }

  /** Ends when the driver has driven off. */
  async free(): Promise<void> {
    await new Promise<void>((resolve) => (this.whenFree = resolve))
    await Promise.all(this.work)
  }

  /** Stops what runs by itself; a running transaction ends with it. */
  async shutDown(): Promise<void> {
    if (this.session !== undefined) await this.stop("AbnormalCondition", "PowerLoss")
    clearInterval(this.heartbeat)
    clearInterval(this.sampling)
    await Promise.all(this.work)
  }

  // --- a session --------------------------------------------------------------------------------------------------------

  private async charge(idToken: IdToken, remoteStartId: number | undefined): Promise<void> {
    if (remoteStartId === undefined || this.variables.value("AuthCtrlr", "AuthorizeRemoteStart") === "true") {
      const { idTokenInfo } = await this.connection.call<IdTokenInfo>("Authorize", { idToken })
      this.say(`Authorize ${idToken.idToken}: ${idTokenInfo?.status}`)
      if (idTokenInfo?.status !== "Accepted") return this.whenFree?.()
    }
    const session: Session = {
      transactionId: randomUUID(),
      idToken,
      remoteStartId,
      seqNo: 0,
      chargingState: "Idle",
      startWh: this.charger.read(now()).registerWh
    }
    this.session = session
    const { idTokenInfo } = await this.transactionEvent(
      "Started",
      remoteStartId === undefined ? "Authorized" : "RemoteStart"
    )
    if (idTokenInfo !== undefined && idTokenInfo.status !== "Accepted") return this.stop("Deauthorized", "DeAuthorized")

    await sleep(plugInMs)
    if (this.session !== session) return
    await this.notifyStatus(evse.id, "Occupied")
    session.chargingState = "EVConnected"
    await this.transactionEvent("Updated", "CablePluggedIn")
    if (this.session !== session) return
    session.chargingState = "Charging"
    this.charger.switch(true, now())
    this.applyIntervals()
    await this.transactionEvent("Updated", "ChargingStateChanged")
  }

  private async stop(triggerReason: string, stoppedReason: string, idToken?: IdToken): Promise<void> {
    const { session } = this
    if (session === undefined) return
    clearInterval(this.sampling)
    this.charger.switch(false, now())
    session.chargingState = session.chargingState === "Idle" ? "Idle" : "EVConnected"
    const wasConnected = session.chargingState === "EVConnected"
    const ended = this.transactionEvent("Ended", triggerReason, { stoppedReason, ...(idToken && { idToken }) })
    this.session = undefined
    const energyWh = this.charger.read(now()).registerWh - session.startWh
    this.metered.push({ transactionId: session.transactionId, energyWh, events: session.seqNo })
    await ended
    await sleep(unplugMs)
    if (wasConnected) await this.notifyStatus(evse.id, "Available")
    this.whenFree?.()
  }

  private transactionEvent(
    eventType: "Started" | "Updated" | "Ended",
    triggerReason: string,
    { stoppedReason, idToken }: { readonly stoppedReason?: string; readonly idToken?: IdToken } = {}
  ): Promise<IdTokenInfo> {
    const { session } = this
    if (session === undefined) return Promise.resolve({})
    const { chargingState, transactionId, remoteStartId } = session
    const started = eventType === "Started"
    const shown = started ? session.idToken : idToken
    const measurands = this.variables.value("SampledDataCtrlr", `Tx${eventType}Measurands`).split(",")
    return this.connection.call("TransactionEvent", {
      eventType,
      triggerReason,
      seqNo: session.seqNo++,
      timestamp: timestamp(),
      transactionInfo: {
        transactionId,
        chargingState,
        ...(stoppedReason && { stoppedReason }),
        ...(started && remoteStartId !== undefined && { remoteStartId })
      },
      ...(started && { evse }),
      ...(shown && { idToken: shown }),
      meterValue: [meterValue(this.measure(), measurands, contextOf(eventType, triggerReason), timestamp())]
    })
  }

  private measure(): Reading {
    const reading = this.charger.read(now())
    this.variables.update({ name: "EVSE", evse: { id: evse.id } }, "Power", String(reading.powerW))
    return reading
  }

  // --- what is reported -------------------------------------------------------------------------------------------------

  private async notifyStatus(evseId: number, connectorStatus: string): Promise<void> {
    this.variables.update({ name: "EVSE", evse: { id: evseId } }, "AvailabilityState", connectorStatus)
    this.variables.update(
      { name: "Connector", evse: { id: evseId, connectorId: 1 } },
      "AvailabilityState",
      connectorStatus
    )
    this.say(`EVSE ${evseId}: ${connectorStatus}`)
    await this.connection.call("StatusNotification", {
      timestamp: timestamp(),
      connectorStatus,
      evseId,
      connectorId: 1
    })
  }

  /** B07: in parts of as many items as the device model states. */
  private async notifyReport(requestId: number, data: ReadonlyArray<object>): Promise<void> {
    const size = Number(this.variables.value("DeviceDataCtrlr", "ItemsPerMessage", "GetReport"))
    const generatedAt = timestamp()
    for (let from = 0, seqNo = 0; from < data.length; from += size, seqNo++)
      await this.connection.call("NotifyReport", {
        requestId,
        generatedAt,
        seqNo,
        tbc: from + size < data.length,
        reportData: data.slice(from, from + size)
      })
  }

  // --- what happens by itself -------------------------------------------------------------------------------------------

  /** Heartbeats and periodic meter values follow their variables. */
  private applyIntervals(): void {
    const every = (name: readonly [string, string], action: () => Promise<unknown>): NodeJS.Timeout | undefined => {
      const interval = Number(this.variables.value(...name))
      return interval > 0 ? setInterval(() => this.track(action()), interval * 1000) : undefined
    }
    clearInterval(this.heartbeat)
    clearInterval(this.sampling)
    this.heartbeat = every(["OCPPCommCtrlr", "HeartbeatInterval"], () => this.connection.call("Heartbeat", {}))
    if (this.session?.chargingState !== "Charging") return
    this.sampling = every(["SampledDataCtrlr", "TxUpdatedInterval"], () =>
      this.transactionEvent("Updated", "MeterValuePeriodic")
    )
  }

  /** Does something once the answer that it follows from is on the wire. */
  private afterwards(action: () => Promise<void>): void {
    setImmediate(() => this.track(action()))
  }

  private track(action: Promise<unknown>): void {
    const tracked = action.then(
      () => void this.work.delete(tracked),
      (error: unknown) => {
        this.work.delete(tracked)
        this.whenBroken?.(error)
      }
    )
    this.work.add(tracked)
  }
}

const timestamp = (): string => new Date().toISOString()
const now = (): number => performance.now()
