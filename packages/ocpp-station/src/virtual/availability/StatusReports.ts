/** Tells the CSMS the status of connectors: on change, after a boot, after a time offline (B01.FR.05, B04, G01). */
import type { ConnectorStatusEnumType } from "@wattline/ocpp-v201"
import type { CallFailure } from "@wattline/ocpp-core"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { AvailabilityPart, ComponentRef } from "../parts.ts"
import type { VirtualStation } from "../VirtualStation.ts"

/** Connectors are counted over all EVSEs, in their order. */
export class StatusReports {
  /** What connectors were at the last look; Available where there was none. */
  readonly #seen: Array<ConnectorStatusEnumType> = []
  /** What the CSMS knows, as far as that is known. */
  readonly #told: Array<ConnectorStatusEnumType | undefined> = []
  readonly #station: VirtualStation

  constructor(station: VirtualStation) {
    this.#station = station
  }

  /** Forgets what the CSMS knows: the next look tells it everything. */
  forget(): void {
    this.#told.length = 0
  }

  /** Takes a look at all connectors and tells what has changed. */
  look(availability: Pick<AvailabilityPart, "statusOf">): void {
    const station = this.#station
    let index = 0
    for (const { connectors, id: evseId } of station.evses)
      for (const { id: connectorId } of connectors) {
        const status = availability.statusOf(evseId, connectorId)
        if ((this.#seen[index] ?? "Available") !== status) {
          this.#seen[index] = status
          station.tell({ _tag: "StatusChanged", evseId, connectorId, status })
        }
        keep(station, { name: "Connector", evse: { id: evseId, connectorId } }, status)
        if (station.client.isOnline && this.#told[index] !== status) this.#send(evseId, connectorId, index, status)
        index++
      }
  }

  /** Sends reports because a TriggerMessage asks for them: of an EVSE, or of one of its connectors (F06). */
  trigger(availability: Pick<AvailabilityPart, "statusOf">, evse: number, connector: number | undefined): void {
    let index = 0
    for (const { connectors, id: evseId } of this.#station.evses)
      for (const { id: connectorId } of connectors) {
        if (evseId === evse && connectorId === (connector ?? connectorId))
          this.#send(evseId, connectorId, index, availability.statusOf(evseId, connectorId), true)
        index++
      }
  }

  #send(
    evseId: number,
    connectorId: number,
    index: number,
    connectorStatus: ConnectorStatusEnumType,
    triggered = false
  ) {
    this.#told[index] = connectorStatus
    this.#station.client.call(
      "StatusNotification",
      { timestamp: this.#station.time(), connectorStatus, evseId, connectorId },
      (outcome) => {
        // Told again at the next look, unless that has told something else already.
        if (isUnheard(outcome) && this.#told[index] === connectorStatus) this.#told[index] = undefined
      },
      triggered ? { triggered } : undefined
    )
  }
}

/** Whether a CALL may not have arrived. A CALLERROR is an answer too. */
export const isUnheard = (outcome: Exit.Exit<unknown, CallFailure>): boolean =>
  Exit.isFailure(outcome) && Option.getOrUndefined(Exit.findErrorOption(outcome))?._tag !== "CallError"

/** Keeps `AvailabilityState` of a component in step (DM-27). */
export const keep = (station: VirtualStation, component: ComponentRef, status: ConnectorStatusEnumType): void => {
  if (station.model.value(component, "AvailabilityState") !== status)
    station.model.set(component, "AvailabilityState", status)
}
