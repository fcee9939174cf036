/** Stations that charge all the time, in this process: their drivers, and what becomes of their messages. */
import type { ClientEvent, Stations } from "@wattline/ocpp-station"
import { VirtualProcess, type VirtualStationOptions } from "@wattline/ocpp-station/virtual"
import type { Book } from "./Book.ts"
import type { FleetCounts } from "./contract.ts"
import { Driver } from "./Driver.ts"

/** How the stations behave: short intervals, so that much happens in little time, and charging goes on offline. */
const behaviour: Omit<VirtualStationOptions, "identity" | "url"> = {
  settings: {
    messageTimeout: 10,
    messageAttempts: 5,
    messageAttemptInterval: 1,
    retryBackOffWaitMinimum: 1,
    retryBackOffRandomRange: 1,
    retryBackOffRepeatTimes: 1,
    webSocketPingInterval: 5
  },
  model: {
    values: { "SampledDataCtrlr.TxUpdatedInterval": "1", "AuthCtrlr.OfflineTxForUnknownIdEnabled": "true" }
  }
}

/** Where the stations of a fleet connect, and where it is written down what they make. */
export interface FleetOptions {
  /** Its store keeps the queues. */
  readonly host: Stations["Service"]["host"]
  /** Of the CSMS, without the identity. */
  readonly url: string
  readonly identities: ReadonlyArray<string>
  readonly book: Book
  /** Names this process in the book. */
  readonly life: string
}

/** See the head of the file. */
export class Fleet {
  readonly counts: FleetCounts = { sent: 0, acknowledged: 0, lostOnTheWire: 0, connections: 0, givenUp: 0 }
  private readonly drivers: ReadonlyArray<Driver>

  constructor({ book, host, identities, life, url }: FleetOptions) {
    const shared = { ...host, store: book.around(host.store, life) }
    this.drivers = identities.map((identity) => {
      const station = new VirtualProcess(
        shared,
        { ...behaviour, identity, url },
        {
          event: (event) => this.#told(event),
          happening: (happening) => {
            if (happening._tag === "TransactionEnded") book.ended(happening.transactionId, happening.energyWh)
          }
        }
      )
      station.start()
      return new Driver(station)
    })
  }

  /** No more sessions. */
  finish(): void {
    for (const driver of this.drivers) driver.isFinishing = true
  }

  /** Whether all sessions are over and everything is delivered. */
  get isDone(): boolean {
    return this.drivers.every(({ isDone, station }) => isDone && station.client.undelivered() === 0)
  }

  /** Whether every station is Accepted and connected. */
  get isOnline(): boolean {
    return this.drivers.every(({ station }) => station.client.isOnline)
  }

  /** TransactionEvents that are not delivered. */
  get undelivered(): number {
    return this.drivers.reduce((sum, { station }) => sum + station.client.undelivered(), 0)
  }

  /** Switches the stations off. */
  dispose(): void {
    for (const { station } of this.drivers) station.dispose()
  }

  #told(event: ClientEvent): void {
    const { counts } = this
    if (event._tag === "Connected") counts.connections++
    if (event._tag === "MessageGivenUp" || event._tag === "MessageDropped" || event._tag === "QueueNotStored")
      counts.givenUp++
    if (event._tag !== "CallEnded" || event.action !== "TransactionEvent") return
    counts.sent++
    if (event.end === "CALLRESULT") counts.acknowledged++
    if (event.end === "ConnectionLost") counts.lostOnTheWire++
  }
}
