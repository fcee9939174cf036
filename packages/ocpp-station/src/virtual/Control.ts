/** Reset (B11, B12) and TriggerMessage (F06): what the CSMS asks of the station as a whole. */
import * as Effect from "effect/Effect"
import type {
  BootReasonEnumType,
  EVSEType,
  MessageTriggerEnumType,
  ReasonEnumType,
  ResetRequest,
  ResetResponse,
  TriggerMessageRequest,
  TriggerMessageResponse
} from "@wattline/ocpp-v201"
import { type Answer, andThen } from "@wattline/ocpp-core"
import type { StationHandlers } from "../client/Client.ts"
import type { EVSE } from "./EVSE.ts"
import type { Happening } from "./Happening.ts"
import type { Part } from "./parts.ts"
import type { Timer, VirtualStation } from "./VirtualStation.ts"

/** How a station restarts. */
export interface ControlOptions {
  /** Seconds from going down to the first attempt to connect. Default 5. */
  readonly rebootSeconds?: number
  /** Whether a Reset is refused, as a station with a broken relay may have to (B11.FR.09). Default false. */
  readonly refusesReset?: boolean
}

/** Seconds that a reset waits for its last TransactionEvents to be acknowledged; they would go out after the boot too. */
const patience = 10

const unknownEvse = "UnknownEvse"

/** Messages that are about an EVSE; with all others the EVSE that a trigger names counts for nothing (F06.FR.03). */
const ofPlaces: ReadonlySet<MessageTriggerEnumType> = new Set(["MeterValues", "StatusNotification", "TransactionEvent"])

/** See the head of the file. */
export class Control implements Part {
  private readonly station: VirtualStation
  private readonly options: ControlOptions
  private readonly parts: () => ReadonlyArray<Part>
  /** What is to be reset once nothing charges there any more. */
  private scheduled: ReadonlyArray<EVSE> | undefined = undefined
  private isStationScheduled = false
  private waiting: Timer | undefined = undefined

  constructor(station: VirtualStation, parts: () => ReadonlyArray<Part>, options: ControlOptions = {}) {
    this.station = station
    this.parts = parts
    this.options = options
  }

  get handlers(): StationHandlers {
    return {
      Reset: (request) => Effect.succeed(this.reset(request)),
      TriggerMessage: (request) => Effect.succeed(this.trigger(request))
    }
  }

  happened({ _tag }: Happening): void {
    if (_tag === "TransactionEnded") this.lookAgain()
  }

  down(): void {
    this.waiting?.cancel()
    this.scheduled = undefined
    this.isStationScheduled = false
  }

  /** Restarts the station: transactions end first, for `stoppedReason`; it connects again after `seconds`. */
  restart(reason: BootReasonEnumType, stoppedReason: ReasonEnumType, seconds = this.options.rebootSeconds ?? 5): void {
    const { station } = this
    station.transactions.leave()
    for (const evse of station.evses)
      if (evse.transaction !== undefined)
        station.transactions.end(
          evse,
          stoppedReason,
          stoppedReason === "PowerLoss" ? "AbnormalCondition" : "ResetCommand"
        )
    this.waitForDelivery(patience, () => {
      station.tell({ _tag: "Rebooting", reason })
      station.client.reboot(reason, seconds)
    })
  }

  /** B12.FR.03, B12.FR.04: the events of what was ended go out before the station does. */
  private waitForDelivery(seconds: number, done: () => void): void {
    const { client } = this.station
    if (seconds <= 0 || !client.isOnline || client.undelivered() === 0) return done()
    this.waiting = this.station.after(250, () => this.waitForDelivery(seconds - 0.25, done))
  }

  private reset({ evseId, type }: ResetRequest): ResetResponse | Answer<ResetResponse> {
    const { evses, model } = this.station
    const evse = evseId === undefined ? undefined : this.station.evse(evseId)
    if (evseId !== undefined && evse === undefined) return rejected(unknownEvse)
    const mayReset = evse === undefined || model.value({ name: "EVSE", evse: { id: evse.id } }, "AllowReset") === "true"
    if (!mayReset || this.options.refusesReset === true) return { status: "Rejected" } // B11.FR.09
    const concerned = evse === undefined ? evses : [evse]
    if (type === "OnIdle" && concerned.some(({ transaction }) => transaction !== undefined)) {
      if (evse === undefined) this.isStationScheduled = true
      else this.scheduled = [...(this.scheduled ?? []).filter((one) => one !== evse), evse]
      return { status: "Scheduled" } // B12.FR.01
    }
    return andThen<ResetResponse, never>(
      { status: "Accepted" },
      Effect.sync(() => (evse === undefined ? this.restart("RemoteReset", "ImmediateReset") : this.resetEvse(evse)))
    )
  }

  /** B11.FR.08, B12.FR.07: only the EVSE starts anew; the station stays connected. */
  private resetEvse(evse: EVSE): void {
    const { availability, transactions } = this.station
    if (evse.transaction !== undefined || transactions.isAuthorized(evse))
      transactions.end(evse, "ImmediateReset", "ResetCommand")
    availability.refresh()
  }

  /** B12.FR.01: a transaction has ended; what waited for that is reset. */
  private lookAgain(): void {
    const { evses } = this.station
    if (this.isStationScheduled && evses.every(({ transaction }) => transaction === undefined)) {
      this.isStationScheduled = false
      this.station.after(0, () => this.restart("ScheduledReset", "ImmediateReset"))
    }
    const due = this.scheduled?.filter(({ transaction }) => transaction === undefined) ?? []
    if (due.length === 0) return
    this.scheduled = this.scheduled?.filter((evse) => !due.includes(evse))
    for (const evse of due) this.resetEvse(evse)
  }

  private trigger({
    evse,
    requestedMessage
  }: TriggerMessageRequest): TriggerMessageResponse | Answer<TriggerMessageResponse> {
    const reasonCode = ofPlaces.has(requestedMessage) ? this.placeProblem(evse) : undefined
    if (reasonCode !== undefined) return rejected(reasonCode)
    const plan = this.planOf(requestedMessage, evse?.id, evse?.connectorId)
    if (typeof plan === "string") return { status: plan }
    return andThen<TriggerMessageResponse, never>({ status: "Accepted" }, Effect.sync(plan))
  }

  /** Why there is no such EVSE or connector, as a reasonCode. */
  private placeProblem(place: EVSEType | undefined): "UnknownEvse" | "UnknownConnectorId" | undefined {
    if (place === undefined) return undefined
    const evse = this.station.evse(place.id)
    if (evse === undefined) return unknownEvse
    const { connectorId } = place
    const isKnown = connectorId === undefined || evse.connectors.some(({ id }) => id === connectorId)
    return isKnown ? undefined : "UnknownConnectorId"
  }

  private planOf(
    message: MessageTriggerEnumType,
    evseId: number | undefined,
    connectorId: number | undefined
  ): (() => void) | "Rejected" | "NotImplemented" {
    const { client } = this.station
    if (message === "Heartbeat") return () => client.heartbeat(true)
    if (message === "BootNotification") return client.isOnline ? "Rejected" : () => client.bootAgain() // F06.FR.17
    for (const { triggers } of this.parts()) {
      const trigger = triggers?.[message]
      if (trigger !== undefined) return trigger(evseId, connectorId)
    }
    return "NotImplemented" // F06.FR.08
  }
}

const rejected = (
  reasonCode: string
): { readonly status: "Rejected"; readonly statusInfo: { reasonCode: string } } => ({
  status: "Rejected",
  statusInfo: { reasonCode }
})
