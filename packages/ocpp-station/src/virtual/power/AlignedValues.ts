/**
 * MeterValues outside transactions: at the full interval of the clock, counted from midnight UTC (J01), and when the CSMS
 * triggers them (F06.FR.06). Readings of a running transaction are TransactionEvents, and not made here (J01.FR.22).
 */
import type { MeterValueType, ReadingContextEnumType } from "@wattline/ocpp-v201"
import type { Timer, VirtualStation } from "../VirtualStation.ts"

/** Reads a meter; EVSE 0 is the main meter. */
export type ReadMeter = (
  evseId: number,
  measurands: ReadonlyArray<string>,
  context: ReadingContextEnumType
) => MeterValueType

/** See the head of the file. */
export class AlignedValues {
  readonly #station: VirtualStation
  readonly #read: ReadMeter
  #timer: Timer | undefined = undefined
  #isWatching = false

  constructor(station: VirtualStation, read: ReadMeter) {
    this.#station = station
    this.#read = read
  }

  /** Begins, or goes on after a boot. */
  start(): void {
    if (!this.#isWatching) {
      this.#isWatching = true
      for (const variable of ["Interval", "Enabled"])
        this.#station.model.watch("AlignedDataCtrlr", variable, () => this.#schedule())
    }
    this.#schedule()
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** For TriggerMessage: all meters, or one. */
  triggered(evseId: number | undefined): (() => void) | "Rejected" {
    const measurands = this.#measurands()
    if (measurands.length === 0 || (evseId !== undefined && evseId !== 0 && !this.#station.evse(evseId)))
      return "Rejected"
    return () => {
      for (const id of evseId === undefined ? this.#meters() : [evseId]) this.#send(id, measurands, "Trigger")
    }
  }

  #schedule(): void {
    this.stop()
    const { model } = this.#station
    const interval = model.number("AlignedDataCtrlr", "Interval") * 1000
    if (interval <= 0 || model.value("AlignedDataCtrlr", "Enabled") === "false") return
    const now = this.#station.now()
    this.#timer = this.#station.after(nextAligned(now, interval) - now, () => {
      this.#timer = undefined
      this.#sample()
      this.#schedule()
    })
  }

  #sample(): void {
    const { evses, model } = this.#station
    const isCharging = evses.some(({ transaction }) => transaction !== undefined)
    if (isCharging && model.flag("AlignedDataCtrlr", "SendDuringIdle")) return // J01.FR.20
    const measurands = this.#measurands()
    for (const id of this.#meters())
      if (this.#station.evse(id)?.transaction === undefined) this.#send(id, measurands, "Sample.Clock")
  }

  #meters(): ReadonlyArray<number> {
    return [0, ...this.#station.evses.map(({ id }) => id)]
  }

  #measurands(): ReadonlyArray<string> {
    return this.#station.model.list("AlignedDataCtrlr", "Measurands")
  }

  #send(evseId: number, measurands: ReadonlyArray<string>, context: ReadingContextEnumType): void {
    const meterValue = this.#read(evseId, measurands, context)
    if (meterValue.sampledValue.length === 0) return
    const triggered = context === "Trigger"
    this.#station.client.call("MeterValues", { evseId, meterValue: [meterValue] }, undefined, { triggered })
  }
}

const day = 86_400_000

/** The next full interval after `now`, both in ms; it begins anew at midnight UTC. */
export const nextAligned = (now: number, interval: number): number => {
  const midnight = Math.floor(now / day) * day
  return Math.min(midnight + day, midnight + (Math.floor((now - midnight) / interval) + 1) * interval)
}
