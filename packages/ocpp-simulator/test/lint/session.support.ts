/** Writes logs of stations that keep every rule, to be spoiled by the tests. */
import type { LogRecord, Side } from "../../src/lint/LogRecord.ts"

const startOfTime = Date.parse("2026-01-01T00:00:00.000Z")

/** A log in the making. */
export class Session {
  readonly records: Array<LogRecord> = []
  readonly identity: string
  at = startOfTime
  #id = 0
  #requestId = 0

  constructor(identity = "CS-1") {
    this.identity = identity
  }

  get now(): string {
    return new Date(this.at).toISOString()
  }

  wait(seconds: number): this {
    this.at += seconds * 1_000
    return this
  }

  text(from: Side, text: string): this {
    this.#record({ from, text })
    this.at += 50
    return this
  }

  event(event: "open" | "close", code?: number): this {
    this.#record({ event, code })
    return this
  }

  call(from: Side, action: string, payload: object, messageId = `${from}-${++this.#id}`): string {
    this.text(from, JSON.stringify([2, messageId, action, payload]))
    return messageId
  }

  answer(from: Side, messageId: string, payload: object): this {
    return this.text(from, JSON.stringify([3, messageId, payload]))
  }

  /** A CALL of the station, and its answer. */
  ask(action: string, request: object, response: object = {}): this {
    return this.answer("csms", this.call("station", action, request), response)
  }

  /** A CALL of the CSMS, and its answer. */
  order(action: string, request: object, response: object): this {
    return this.answer("station", this.call("csms", action, request), response)
  }

  boot(status: "Accepted" | "Pending" | "Rejected" = "Accepted", interval = 300, reason = "PowerUp"): this {
    return this.ask(
      "BootNotification",
      { reason, chargingStation: { model: "M", vendorName: "V" } },
      { status, interval, currentTime: this.now }
    )
  }

  heartbeat(): this {
    return this.ask("Heartbeat", {}, { currentTime: this.now })
  }

  status(evseId = 1, connectorStatus = "Available"): this {
    return this.ask("StatusNotification", { timestamp: this.now, connectorStatus, evseId, connectorId: 1 })
  }

  transactionEvent(
    transactionId: string,
    seqNo: number,
    eventType: "Started" | "Updated" | "Ended",
    overrides: object = {},
    response: object = {}
  ): this {
    const byType = {
      Started: { triggerReason: "CablePluggedIn", evse: { id: 1, connectorId: 1 } },
      Updated: { triggerReason: "MeterValuePeriodic", meterValue: this.meter(seqNo * 100) },
      Ended: { triggerReason: "EVDeparted" }
    }[eventType]
    const info = { Started: { chargingState: "EVConnected" }, Updated: {}, Ended: { stoppedReason: "EVDisconnected" } }[
      eventType
    ]
    return this.ask(
      "TransactionEvent",
      {
        eventType,
        timestamp: this.now,
        seqNo,
        ...byType,
        transactionInfo: { transactionId, ...info },
        ...overrides
      },
      response
    )
  }

  meter(wh: number, sample: object = {}): ReadonlyArray<object> {
    return [{ timestamp: this.now, sampledValue: [{ value: wh, context: "Sample.Periodic", ...sample }] }]
  }

  transaction(transactionId: string, updates: number, evseId = 1): this {
    this.transactionEvent(transactionId, 0, "Started", { evse: { id: evseId, connectorId: 1 } })
    for (let seqNo = 1; seqNo <= updates; seqNo++) this.wait(60).transactionEvent(transactionId, seqNo, "Updated")
    return this.wait(60).transactionEvent(transactionId, updates + 1, "Ended")
  }

  nextRequestId(): number {
    return ++this.#requestId
  }

  /** A base report in parts. */
  report(parts: number): this {
    const requestId = this.nextRequestId()
    this.order("GetBaseReport", { requestId, reportBase: "FullInventory" }, { status: "Accepted" })
    for (let seqNo = 0; seqNo < parts; seqNo++)
      this.ask("NotifyReport", { requestId, generatedAt: this.now, seqNo, tbc: seqNo < parts - 1 })
    return this
  }

  #record(part: Partial<LogRecord>): void {
    this.records.push({
      line: this.records.length + 1,
      at: this.at,
      identity: this.identity,
      from: undefined,
      text: undefined,
      event: undefined,
      code: undefined,
      action: undefined,
      ...part
    })
  }
}

/** Connected and accepted. */
export const accepted = (interval = 300): Session => new Session().event("open").boot("Accepted", interval)
