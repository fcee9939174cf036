/**
 * A reset that the station owes: a reboot closes it, whatever its reason (B-28); a triggered BootNotification is none (LC-16),
 * and the station goes on resetting; after `resetTimeout` it is owed no more.
 */
import { lapseReset } from "../blocks/Provisioning.ts"
import { Duty } from "./Duty.ts"
import { next } from "./StationState.ts"

/** See the head of the file. */
export class ResetWatch extends Duty {
  /** A reset was accepted, or is still owed after a restart of the CSMS. */
  wait(): void {
    this.due(this.station.engine.settings.resetTimeout)
  }

  /** A BootNotification was answered; the mirror does not know of it yet. */
  booted(rebooted: boolean): void {
    const { pendingReset } = this.station.mirror.provisioning
    if (rebooted || pendingReset === undefined) return this.close()
    this.station.advance(pendingReset.status === "Scheduled" ? "ResetScheduled" : "ResetAccepted")
    if (this.slot === 0) this.wait() // it ran out while the boot was handled
  }

  expire(): void {
    const { station } = this
    const { state } = station
    const isUnregistered = state === "Pending" || state === "Rejected" // by a triggered boot
    if (next(state, "ResetLapsed") === undefined && !isUnregistered) return // it reboots, or another node has it
    if (station.mirror.provisioning.pendingReset === undefined && isUnregistered) return
    station.remirror((mirror) => ({ ...mirror, provisioning: lapseReset(mirror.provisioning) }))
    station.emit({ _tag: "ResetLapsed" })
    station.advance("ResetLapsed")
  }
}
