/** The status of a job that runs for long, as the CSMS is told of it (L01, L03, N01). */
import * as Exit from "effect/Exit"
import type { Messages } from "@wattline/ocpp-v201"
import type { VirtualStation } from "../VirtualStation.ts"

/** Messages that tell a status. */
export type StatusAction = "FirmwareStatusNotification" | "LogStatusNotification" | "PublishFirmwareStatusNotification"

/** Tells each status once; the last one again when the link was away. */
export class StatusReport<A extends StatusAction> {
  private readonly station: VirtualStation
  private readonly action: A
  private last: Messages[A]["request"] | undefined = undefined
  private hasFailed = false

  constructor(station: VirtualStation, action: A) {
    this.station = station
    this.action = action
  }

  /** Tells a status; what was told before and did not arrive is told no more. */
  send(request: Messages[A]["request"]): void {
    this.last = request
    this.deliver(request, false)
  }

  /** The link is back: the last status goes out, if it did not. */
  online(): void {
    if (this.hasFailed && this.last !== undefined) this.deliver(this.last, false)
  }

  /** F06: the last status again; `idle` when there is none, or its job was over with success (L01.FR.25, L03.FR.10). */
  repeat(idle: Messages[A]["request"], isOver: (status: Messages[A]["request"]["status"]) => boolean): void {
    const { last } = this
    this.deliver(last === undefined || isOver(last.status) ? idle : last, true)
  }

  private deliver(request: Messages[A]["request"], triggered: boolean): void {
    this.hasFailed = false
    this.station.client.call(
      this.action,
      request,
      (outcome) => {
        if (request === this.last) this.hasFailed = Exit.isFailure(outcome)
      },
      { triggered }
    )
  }
}
