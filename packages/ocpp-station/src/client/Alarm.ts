/** One moment to come, in the wheel of deadlines that all clients share. */
import type { Deadlines, Expirable } from "@wattline/ocpp-core/engine"

/** Made once and set again and again: nothing is allocated for a wait. */
export class Alarm implements Expirable {
  slot = 0
  private readonly deadlines: Deadlines
  private readonly action: () => void

  constructor(deadlines: Deadlines, action: () => void) {
    this.deadlines = deadlines
    this.action = action
  }

  /** Calls the action in `seconds`; a call that was set before is forgotten. */
  set(seconds: number): void {
    this.deadlines.add(this, seconds * 1000)
  }

  /** Whether its moment is still to come. */
  get isSet(): boolean {
    return this.slot !== 0
  }

  cancel(): void {
    if (this.isSet) this.deadlines.remove(this)
  }

  expire(): void {
    this.action()
  }
}
