/** One thing that a station owes, or that is owed to it, and until when. Made on first need: there are thousands of stations. */
import type { Expirable } from "../rpc/Deadlines.ts"
import type { StationProcess } from "./Station.ts"

/** See the head of the file. Mutable: it is the entry in the wheel of deadlines. */
export abstract class Duty implements Expirable {
  slot = 0
  protected readonly station: StationProcess

  constructor(station: StationProcess) {
    this.station = station
  }

  /** Nothing is due any more. */
  close(): void {
    this.station.engine.deadlines.remove(this)
  }

  /** The time is up. */
  abstract expire(): void

  /** It is due in so many milliseconds, instead of what was set before. */
  protected due(milliseconds: number): void {
    this.station.engine.deadlines.add(this, milliseconds)
  }
}
