/**
 * The meter values of transactions: what goes with Started, at intervals with Updated, and all that is kept for Ended (J02,
 * and the clock-aligned ones of J01.FR.22). One timer per transaction, for whichever reading is next.
 */
import type { MeterValueType, ReadingContextEnumType } from "@wattline/ocpp-v201"
import { nextAligned } from "../power/AlignedValues.ts"
import type { VirtualStation } from "../VirtualStation.ts"
import type { Cause } from "./Causes.ts"
import { causes } from "./Causes.ts"
import { kept, nextSampled } from "./Samples.ts"
import type { Transaction } from "./Session.ts"
import { isEnabled } from "./Settings.ts"

const sampled = "SampledDataCtrlr"
const aligned = "AlignedDataCtrlr"

/** Sends an Updated with a reading. */
export type SendReading = (transaction: Transaction, cause: Cause, meterValue: MeterValueType) => void

/** See the head of the file. */
export class Metering {
  readonly #station: VirtualStation
  readonly #send: SendReading
  readonly #isPlaced: (transaction: Transaction) => boolean

  constructor(station: VirtualStation, send: SendReading, isPlaced: (transaction: Transaction) => boolean) {
    this.#station = station
    this.#send = send
    this.#isPlaced = isPlaced
  }

  /** Transaction.Begin: for the event that is sent now, and for Ended (E01.FR.09, E06.FR.11). */
  begin(transaction: Transaction): MeterValueType | undefined {
    transaction.hasBegun = true
    if (!isEnabled(this.#station.model, sampled)) return undefined
    this.#keep(transaction, sampled, "Transaction.Begin")
    return this.#read(transaction, sampled, "TxStartedMeasurands", "Transaction.Begin")
  }

  /** All that Ended holds, with Transaction.End as the last. */
  end(transaction: Transaction): Array<MeterValueType> | undefined {
    if (isEnabled(this.#station.model, sampled) && this.#isPlaced(transaction))
      this.#keep(transaction, sampled, "Transaction.End")
    return transaction.values.length === 0 ? undefined : transaction.values
  }

  /** What a TransactionEvent that the CSMS triggers tells of the meter (F06.FR.07). */
  triggered(transaction: Transaction): MeterValueType | undefined {
    return this.#isPlaced(transaction) ? this.#read(transaction, sampled, "TxUpdatedMeasurands", "Trigger") : undefined
  }

  /** Finds out which reading is next: when a transaction begins, after each reading, and when an interval was changed. */
  schedule(transaction: Transaction): void {
    const { model } = this.#station
    const now = this.#station.now()
    const { due, startedAt } = transaction
    const sampledEvery = (variable: string): number =>
      isEnabled(model, sampled) ? nextSampled(startedAt, now, model.number(sampled, variable)) : Infinity
    const alignedEvery = (variable: string): number => {
      const seconds = isEnabled(model, aligned) ? model.number(aligned, variable) : 0
      return seconds > 0 ? nextAligned(now, seconds * 1000) : Infinity
    }
    due.updated = sampledEvery("TxUpdatedInterval")
    due.ended = sampledEvery("TxEndedInterval")
    due.aligned = alignedEvery("Interval")
    due.alignedEnded = alignedEvery("TxEndedInterval")
    transaction.timer?.cancel()
    const next = Math.min(due.updated, due.ended, due.aligned, due.alignedEnded)
    transaction.timer = next === Infinity ? undefined : this.#station.after(next - now, () => this.#due(transaction))
  }

  #due(transaction: Transaction): void {
    const now = this.#station.now()
    const { due } = transaction
    const { aligned: alignedAt, alignedEnded, ended, updated } = due
    this.schedule(transaction)
    if (!this.#isPlaced(transaction)) return
    if (ended <= now) this.#keep(transaction, sampled, "Sample.Periodic")
    if (alignedEnded <= now) this.#keep(transaction, aligned, "Sample.Clock")
    if (updated <= now) {
      const value = this.#read(transaction, sampled, "TxUpdatedMeasurands", "Sample.Periodic")
      if (value !== undefined) this.#send(transaction, causes.Sampled, value)
    }
    if (alignedAt > now || this.#station.model.flag(aligned, "SendDuringIdle")) return // J01.FR.19
    const value = this.#read(transaction, aligned, "Measurands", "Sample.Clock")
    if (value !== undefined) this.#send(transaction, causes.Aligned, value)
  }

  #keep(transaction: Transaction, controller: string, context: ReadingContextEnumType): void {
    const value = this.#read(transaction, controller, "TxEndedMeasurands", context)
    if (value !== undefined) transaction.values = kept(transaction.values, value)
  }

  /** `undefined` where nothing is to be measured, or nothing that this EVSE can measure. */
  #read(
    { evse }: Transaction,
    controller: string,
    variable: string,
    context: ReadingContextEnumType
  ): MeterValueType | undefined {
    const measurands = this.#station.model.list(controller, variable)
    if (measurands.length === 0) return undefined
    const value = this.#station.power.meterValue(evse, measurands, context)
    return value.sampledValue.length === 0 ? undefined : value
  }
}
