/**
 * The CSMS does not accept a token that charges already: the authorization ends (StopTxOnInvalidId), or energy stops, at once or
 * after what MaxEnergyOnInvalidId leaves (E05, C15).
 */
import type { Timer, VirtualStation } from "../VirtualStation.ts"
import { causes } from "./Causes.ts"
import type { Progress } from "./Progress.ts"
import type { Session, Transaction } from "./Session.ts"
import { energyOnInvalidId } from "./Settings.ts"

/** The energy that is left is looked at again after at least and at most so many milliseconds. */
const soonest = 1000
const latest = 60_000

/** See the head of the file. */
export class InvalidToken {
  readonly #station: VirtualStation
  readonly #progress: Progress
  readonly #stop: (session: Session) => void

  constructor(station: VirtualStation, progress: Progress, stop: (session: Session) => void) {
    this.#station = station
    this.#progress = progress
    this.#stop = stop
  }

  /** The answer to an event said so. */
  found(session: Session, transaction: Transaction): void {
    if (this.#station.model.value("TxCtrlr", "StopTxOnInvalidId") !== "false") return this.#stop(session)
    this.#ration(session, transaction)
  }

  #ration(session: Session, transaction: Transaction): void {
    const left = energyOnInvalidId(this.#station.model) - transaction.energyWh
    session.rationing?.cancel()
    session.rationing = left > 0 ? this.#again(session, transaction, left) : undefined
    if (left > 0) return
    this.#progress.change(session, causes.SuspendedByEVSE, () => {
      session.suspended = true
    })
  }

  #again(session: Session, transaction: Transaction, left: number): Timer {
    const { power } = this.#station.power.reading(session.evse)
    const milliseconds = power > 0 ? (left / power) * 3_600_000 : latest
    return this.#station.after(Math.min(latest, Math.max(soonest, Math.ceil(milliseconds))), () => {
      session.rationing = undefined
      if (session.transaction === transaction && session.holder !== undefined) this.#ration(session, transaction)
    })
  }
}
