/**
 * Transactions of which the CSMS cannot be sure: those a station has not mentioned since its restart (E-29), and those that
 * cannot run beside another one (E-19).
 */
import * as Effect from "effect/Effect"
import { tellUnconfirmed } from "../blocks/Transactions.ts"
import { Duty } from "./Duty.ts"

/** See the head of the file. */
export class TransactionWatch extends Duty {
  /** Transactions the station is asked about once the message that raised the question is answered. */
  private doubtful: ReadonlyArray<string> = []

  /** The station has restarted, or the CSMS has: what runs is to be mentioned in time. */
  await(): void {
    this.due(this.station.engine.settings.unconfirmedTimeout)
  }

  /** Told for the app to ask. */
  expire(): void {
    tellUnconfirmed(this.station.mirror.transactions, (event) => this.station.emit(event))
  }

  /** Two transactions run on one EVSE; is the older one over? */
  overlaps(transactionId: string): void {
    this.doubtful = [...this.doubtful, transactionId]
  }

  /** The message is answered: asks. A station that cannot tell leaves it as it is. */
  answered(): void {
    const { doubtful, station } = this
    if (doubtful.length === 0) return
    this.doubtful = []
    for (const transactionId of doubtful)
      station.run(
        Effect.catch(station.ref.call("GetTransactionStatus", { transactionId }), (failure) =>
          Effect.logDebug(failure.message)
        )
      )
  }
}
