/** The mix every server is given: what a busy station says, with payloads of the usual size. */

/** One station's messages, in rotation. */
export class Station {
  readonly identity: string
  private readonly transactionId: string
  private count = 0
  private turn = 0
  private seqNo = 0
  private energy = 1000

  constructor(identity: string) {
    this.identity = identity
    this.transactionId = `tx-${identity}`
  }

  /** The BootNotification every station starts with. */
  boot(): string {
    return this.call("BootNotification", {
      reason: "PowerUp",
      chargingStation: {
        model: "Bench 22",
        vendorName: "Wattline",
        serialNumber: this.identity,
        firmwareVersion: "1.0.0"
      }
    })
  }

  /** Heartbeat, StatusNotification, MeterValues, TransactionEvent, and again. */
  next(): string {
    const [action, payload] = this.nextCall()
    return this.call(action, payload)
  }

  /** The same before it is a text. */
  nextCall(): readonly [action: string, payload: object] {
    const timestamp = `${new Date().toISOString().slice(0, 19)}Z`
    this.energy += 25
    switch (this.turn++ % 4) {
      case 0:
        return ["Heartbeat", {}]
      case 1:
        return ["StatusNotification", { timestamp, connectorStatus: "Occupied", evseId: 1, connectorId: 1 }]
      case 2:
        return ["MeterValues", { evseId: 1, meterValue: [this.meterValue(timestamp, "Sample.Clock")] }]
      default:
        return [
          "TransactionEvent",
          {
            eventType: this.seqNo === 0 ? "Started" : "Updated",
            timestamp,
            triggerReason: this.seqNo === 0 ? "CablePluggedIn" : "MeterValuePeriodic",
            seqNo: this.seqNo++,
            transactionInfo: { transactionId: this.transactionId, chargingState: "Charging" },
            evse: { id: 1, connectorId: 1 },
            meterValue: [this.meterValue(timestamp, "Sample.Periodic")]
          }
        ]
    }
  }

  private meterValue(timestamp: string, context: string): object {
    return {
      timestamp,
      sampledValue: [
        { value: this.energy, context, measurand: "Energy.Active.Import.Register", unitOfMeasure: { unit: "Wh" } },
        { value: 11_040, context, measurand: "Power.Active.Import", unitOfMeasure: { unit: "W" } },
        { value: 16.02, context, measurand: "Current.Import", phase: "L1", unitOfMeasure: { unit: "A" } },
        { value: 230.1, context, measurand: "Voltage", phase: "L1-N", unitOfMeasure: { unit: "V" } }
      ]
    }
  }

  private call(action: string, payload: object): string {
    return JSON.stringify([2, `${this.identity}-${++this.count}`, action, payload])
  }
}
