/**
 * The statuses that a station owes: all of its connectors once it is Accepted (LC-12), and again when it was offline for longer
 * than its OfflineThreshold (LC-13). One deadline per station; what comes in the meantime costs nothing here.
 */
import { forgetStatuses } from "../blocks/Availability.ts"
import { typedValue } from "../blocks/DeviceModel.ts"
import { markUnreported, unreportedConnectors } from "../blocks/UnreportedConnectors.ts"
import { Duty } from "./Duty.ts"
import { isReady, type Registration } from "./StationState.ts"

/** See the head of the file. */
export class StatusWatch extends Duty {
  /** Whether statuses are due and the station has gone meanwhile. */
  private isOpen = false
  /** CSMS clock in milliseconds: when the last link was lost in this process. */
  private lostAt: number | undefined = undefined

  /** A BootNotification was answered; `before` is the registration that it replaces. A retry resets nothing (LC-16). */
  booted(before: Registration, rebooted: boolean): void {
    if (this.station.registration !== "Accepted") this.close()
    else if (rebooted || before !== "Accepted") this.wait()
  }

  /** The link is gone. */
  lost(): void {
    this.lostAt = this.station.engine.now()
    this.isOpen ||= this.slot !== 0
    this.station.engine.deadlines.remove(this)
  }

  /** A new link, and the registration from before goes on. */
  resumed(): void {
    const { engine, mirror, registration } = this.station
    const { lostAt } = this
    this.lostAt = undefined
    if (registration !== "Accepted") return
    const threshold = typedValue(mirror.provisioning.deviceModel, offlineThreshold)
    const isLong =
      lostAt !== undefined && threshold?._tag === "integer" && engine.now() - lostAt > threshold.value * 1000
    if (isLong)
      this.station.remirror((now, emit) => ({
        ...now,
        availability: forgetStatuses(now.availability, engine.now(), emit)
      }))
    if (isLong || this.isOpen) this.wait()
  }

  override close(): void {
    this.isOpen = false
    super.close()
  }

  expire(): void {
    const { mirror, state } = this.station
    if (!isReady(state)) return // it boots again
    const connectors = unreportedConnectors(mirror.availability, mirror.provisioning.deviceModel)
    if (connectors.length === 0) return
    const at = this.station.engine.now()
    this.station.remirror((now) => ({ ...now, availability: markUnreported(now.availability, connectors, at) }))
    this.station.emit({ _tag: "ConnectorsUnreported", connectors })
  }

  private wait(): void {
    this.isOpen = false
    this.due(this.station.engine.settings.statusTimeout)
  }
}

const offlineThreshold = { component: "OCPPCommCtrlr", variable: "OfflineThreshold" } as const
