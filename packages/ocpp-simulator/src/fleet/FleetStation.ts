/** One station of a fleet: the virtual station, its drivers, what goes wrong with it, and what the report is told of it. */
import { type Happening, VirtualProcess, type VirtualStationOptions } from "@wattline/ocpp-station/virtual"
import type { ClientEvent } from "@wattline/ocpp-station"
import { derive, type Fault, nextEvent, nextFault, type Random } from "../scenario/Arrivals.ts"
import { identityOf } from "../scenario/Stations.ts"
import { Driver, type DriverWorld } from "./Driver.ts"
import type { Line } from "./Network.ts"

/** What all stations of a run share. */
export interface FleetWorld extends DriverWorld {
  readonly seed: number
  readonly line: (identity: string) => Line
  /** Told of each attempt to connect that fails, and why; `status` is that of the HTTP answer, where there was one. */
  readonly onRefused?: (identity: string, detail: string, status: number | undefined) => void
  /** What is counted as the fleet goes along. */
  readonly gauges: Gauges
}

/** How many are where now. */
export interface Gauges {
  connected: number
  accepted: number
  /** Stations with a running transaction. */
  readonly charging: Set<FleetStation>
  /** Stations that have had something to deliver when they were looked at last. */
  readonly queueing: Set<FleetStation>
}

/** See the head of the file. */
export class FleetStation {
  readonly process: VirtualProcess
  private readonly world: FleetWorld
  private readonly driver: Driver
  private readonly random: Random
  private readonly line: Line
  /** The run is over: what the end of it brings about is no part of the report. */
  private isOver = false
  private hasBeenConnected = false
  private dialledAt = 0
  private readonly startedAt = new Map<string, number>()

  constructor(world: FleetWorld, options: VirtualStationOptions) {
    const { identity } = options
    this.world = world
    this.random = derive(world.seed, `${identity}/faults`)
    this.line = world.line(identity)
    this.process = new VirtualProcess(world.host, options, {
      event: (event) => {
        if (!this.isOver) this.told(event)
      },
      happening: (happening) => {
        if (!this.isOver) this.happened(happening)
      }
    })
    this.driver = new Driver(world, this.process, derive(world.seed, `${identity}/drivers`))
  }

  /** Switches it on, and lets the drivers come. */
  start(): void {
    const { scenario } = this.world
    this.process.start()
    this.driver.start()
    this.waitForFault(this.now)
    this.repeat(scenario.messages.dataTransfer, () =>
      this.process.client.call("DataTransfer", { vendorId: "energy.wattline", messageId: "ping" })
    )
    this.repeat(scenario.messages.statusNotification, () => this.repeatStatus())
  }

  /** The drivers leave. */
  close(): void {
    this.driver.close()
  }

  /** Switches it off; the report is as it was. */
  stop(): void {
    this.isOver = true
    this.process.dispose()
  }

  /** W that flow now. */
  get power(): number {
    let power = 0
    for (const evse of this.process.evses)
      if (evse.transaction !== undefined) power += this.process.power.reading(evse).power
    return power
  }

  /** Transactions that run now. */
  get transactions(): number {
    let count = 0
    for (const { transaction } of this.process.evses) if (transaction !== undefined) count++
    return count
  }

  private get now(): number {
    return this.world.host.now()
  }

  private repeat(perHour: number, action: () => void): void {
    const at = nextEvent(this.random, perHour, this.now)
    if (!Number.isFinite(at)) return
    this.process.after(at - this.now, () => {
      if (this.process.client.isOnline) action()
      this.repeat(perHour, action)
    })
  }

  private repeatStatus(): void {
    const { availability, client, evses } = this.process
    const evse = evses[Math.floor(this.random() * evses.length)]
    const connector = evse?.connectors[0]
    if (evse === undefined || connector === undefined) return
    const connectorStatus = availability.statusOf(evse.id, connector.id)
    client.call("StatusNotification", {
      timestamp: this.process.time(),
      connectorStatus,
      evseId: evse.id,
      connectorId: connector.id
    })
  }

  // --- what goes wrong ----------------------------------------------------------------------------------------------

  private waitForFault(from: number): void {
    const fault = nextFault(this.random, this.world.scenario.faults, from)
    if (fault === undefined || !Number.isFinite(fault.at)) return
    this.process.after(fault.at - this.now, () => {
      this.world.recorder.fault(fault.kind)
      this.commit(fault)
      this.waitForFault(Math.max(this.now, fault.at))
    })
  }

  private commit({ kind, lasting }: Fault): void {
    const { client, control, evses } = this.process
    switch (kind) {
      case "connectionDrop":
      case "offline":
        return client.outage(lasting / 1000)
      case "halfOpen":
        this.line.isSwallowing = true
        this.process.after(lasting, () => {
          this.line.isSwallowing = false
        })
        return
      case "lateAnswer":
        this.line.holdsAnswersUntil = this.now + lasting
        return
      case "reboot":
        return control.restart("PowerUp", "PowerLoss", lasting / 1000)
      case "connectorFault": {
        const evse = evses[Math.floor(this.random() * evses.length)]
        if (evse === undefined) return
        this.process.availability.setFault(true, evse.id)
        this.process.after(lasting, () => this.process.availability.setFault(false, evse.id))
      }
    }
  }

  // --- what the report is told --------------------------------------------------------------------------------------

  private told(event: ClientEvent): void {
    const { gauges, recorder } = this.world
    switch (event._tag) {
      case "StateChanged":
        keepHeartbeat(this.world, this.process, event)
        if (event.state === "Accepted") gauges.accepted++
        if (event.previous === "Accepted") gauges.accepted--
        if (event.state === "Accepted" && event.previous === "Booting") recorder.accepted(this.now - this.dialledAt)
        if (event.state === "Connecting") {
          this.dialledAt = this.now
          recorder.dialing()
        }
        return
      case "Connected":
        gauges.connected++
        recorder.opened(this.hasBeenConnected)
        this.hasBeenConnected = true
        return
      case "ConnectFailed":
        this.world.onRefused?.(this.process.identity, event.detail, event.status)
        return recorder.refused(event.status === undefined ? event.reason : `HTTP ${event.status}`)
      case "Disconnected":
        gauges.connected--
        gauges.queueing.add(this)
        return recorder.closed(event.code)
      case "CallEnded":
        recorder.sent(event.action)
        return this.ended(event)
      case "Answered":
        recorder.received(event.action)
        return recorder.replied(
          event.action,
          event.with === "CALLRESULT" ? { status: event.status } : { errorCode: event.with }
        )
      case "BootAnswered":
      case "HandlerFailed":
      case "MessageGivenUp":
      case "MessageDropped":
      case "QueueNotStored":
      case "StrayAnswer":
    }
  }

  private ended({ action, end, milliseconds, status }: Extract<ClientEvent, { _tag: "CallEnded" }>): void {
    const { recorder } = this.world
    if (end === "CALLRESULT") recorder.answered(action, milliseconds, status)
    else if (end === "Timeout") recorder.timedOut(action)
    else if (end === "ConnectionLost") recorder.lost(action)
    else if (end === "InvalidResponse") recorder.invalid(action)
    else recorder.callError(action, milliseconds, end)
  }

  private happened(happening: Happening): void {
    const { gauges, recorder } = this.world
    this.driver.happened(happening)
    switch (happening._tag) {
      case "TransactionStarted":
        gauges.charging.add(this)
        this.startedAt.set(happening.transactionId, this.now)
        return recorder.sessionStarted()
      case "TransactionEnded": {
        const { energyWh, stoppedReason, transactionId } = happening
        const seconds = (this.now - (this.startedAt.get(transactionId) ?? this.now)) / 1000
        this.startedAt.delete(transactionId)
        if (this.transactions === 0) gauges.charging.delete(this)
        gauges.queueing.add(this)
        return recorder.sessionEnded({ energyWh, stoppedReason, seconds })
      }
      case "CostUpdated":
        if (!this.startedAt.has(happening.transactionId)) recorder.costTold(happening.totalCost)
        return
      case "TokenJudged":
        if (!happening.accepted) recorder.tokenRefused()
    }
  }
}

/** How the station with this index is built; its connection is added. */
export const buildOf = (
  { scenario }: Pick<FleetWorld, "scenario">,
  index: number
): Omit<VirtualStationOptions, "url"> => {
  const { messages, stations } = scenario
  const identity = identityOf(scenario, index)
  return {
    identity,
    chargingStation: {
      vendorName: stations.vendor,
      model: stations.model,
      serialNumber: identity.slice(0, 25),
      firmwareVersion: stations.firmware
    },
    evses: Array.from({ length: stations.evses }, () => ({
      connectors: [stations.connector],
      supply: {
        phases: stations.supply === "DC" ? 0 : stations.phases,
        voltage: stations.voltage,
        maxCurrent: stations.amps
      }
    })),
    model: {
      values: {
        "SampledDataCtrlr.TxUpdatedInterval": `${messages.meterInterval}`,
        "AlignedDataCtrlr.Interval": `${messages.alignedInterval}`
      }
    }
  }
}

/** A heartbeat interval of the scenario wins over the one that came with the accepted boot. */
export const keepHeartbeat = (
  { scenario: { messages } }: Pick<FleetWorld, "scenario">,
  { client }: VirtualProcess,
  event: Happening | ClientEvent
): void => {
  const { heartbeatInterval } = messages
  if (heartbeatInterval === undefined || event._tag !== "StateChanged") return
  if (event.state === "Accepted" && event.previous === "Booting") client.configure({ heartbeatInterval })
}
