/**
 * What the store did not take is offered to it again: one deadline per station, further away with every failure, so that a store
 * that recovers gets it also when the station says nothing more.
 */
import { spread } from "./AutomaticReport.ts"
import { Duty } from "./Duty.ts"

/** Milliseconds from the first failure to the next attempt. */
const first = 1_000

/** Milliseconds between two attempts, at most. */
const most = 60_000

/** See the head of the file. */
export class SaveRetry extends Duty {
  private failures = 0

  /** A save failed. Thousands of stations may meet the same failure: they come back spread over half of the wait. */
  failed(): void {
    const wait = Math.min(first * 2 ** this.failures++, most)
    this.due(wait / 2 + spread(this.station.identity, wait / 2))
  }

  /** The store has everything, or it is not ours to store any more. */
  settled(): void {
    if (this.failures === 0) return
    this.failures = 0
    this.close()
  }

  expire(): void {
    this.station.journal.flush()
  }
}
