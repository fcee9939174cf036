/**
 * Blocks G and H of a virtual station: cables, operational states, faults and reservations, and the status of every connector
 * that comes out of them. What decides is pure and in `availability/`; this keeps it, tells the CSMS, and does what it asks.
 */
import type {
  ConnectorStatusEnumType,
  IdTokenType,
  OperationalStatusEnumType,
  ReserveNowStatusEnumType
} from "@wattline/ocpp-v201"
import type { StationHandlers } from "../client/Client.ts"
import { handlersOf } from "./availability/handlers.ts"
import { isInUse, isLocked } from "./availability/Lock.ts"
import {
  allOperative,
  type Inoperative,
  isCovered,
  ownState,
  type Place,
  withState
} from "./availability/Operational.ts"
import { ReservationBook } from "./availability/ReservationBook.ts"
import type { Reservation, Spot } from "./availability/Reservations.ts"
import { stationStatus, statusFrom } from "./availability/Status.ts"
import { keep, StatusReports } from "./availability/StatusReports.ts"
import type { EV } from "./EV.ts"
import type { EVSE } from "./EVSE.ts"
import type { AvailabilityPart, ComponentRef, Part } from "./parts.ts"
import type { VirtualStation } from "./VirtualStation.ts"

/** Ids of EVSEs; 0 is the station as a whole. */
type Ids = ReadonlySet<number>

const nothing: Ids = new Set()

/** See the head of the file. Everything but cables is kept over a reboot (B01.FR.07, B01.FR.13, G03.FR.08). */
export class Availability implements AvailabilityPart {
  #inoperative: Inoperative = allOperative
  #faulty: Ids = nothing
  #jammed: Ids = nothing
  #loosened: Ids = nothing
  readonly #reports: StatusReports
  readonly #reservations: ReservationBook
  readonly #station: VirtualStation

  constructor(station: VirtualStation) {
    this.#station = station
    this.#reports = new StatusReports(station)
    this.#reservations = new ReservationBook(station, this)
  }

  /** The reservations that hold now, in the order they were accepted. */
  get reservations(): ReadonlyArray<Reservation> {
    return this.#reservations.held()
  }

  /** ChangeAvailability, ReserveNow, CancelReservation and UnlockConnector. */
  get handlers(): StationHandlers {
    return handlersOf(this.#station, this)
  }

  /** StatusNotification goes out for the connectors of one EVSE, or for one of them (F06.FR.12). */
  get triggers(): NonNullable<Part["triggers"]> {
    return {
      StatusNotification: (evseId, connectorId) =>
        evseId !== undefined && this.isKnown({ evseId, connectorId })
          ? () => this.#reports.trigger(this, evseId, connectorId)
          : "Rejected"
    }
  }

  /** Tells all statuses after a boot and after a long time offline, else what has changed (B01.FR.05, B04.FR.01, B04.FR.02). */
  online(afterBoot: boolean, offlineSeconds: number): void {
    if (afterBoot || offlineSeconds > this.#station.model.number("OCPPCommCtrlr", "OfflineThreshold"))
      this.#reports.forget()
    this.#reservations.wake()
    this.refresh()
    this.#reservations.tellLate()
  }

  /** The CSMS will know nothing of connectors after the reboot. */
  down(): void {
    this.#reservations.rest()
    this.#reports.forget()
  }

  /** Without `connectorId` the first connector that works is taken. */
  plugIn(evseId: number, ev: EV, connectorId?: number): "Plugged" | "Refused" {
    const evse = this.#station.evse(evseId)
    const connector = connectorId ?? (evse === undefined ? undefined : this.#firstWorking(evse))
    if (evse === undefined || evse.plugged !== undefined || connector === undefined) return "Refused"
    if (!this.isKnown({ evseId, connectorId: connector })) return "Refused"
    evse.plugged = { connectorId: connector, ev }
    this.#station.tell({ _tag: "CablePlugged", evseId, connectorId: connector })
    this.refresh() // the status goes before the transaction that the cable may start (E02)
    this.#station.transactions.cableChanged(evse)
    return "Plugged"
  }

  unplug(evseId: number): "Unplugged" | "Locked" | "Empty" {
    const evse = this.#station.evse(evseId)
    if (evse?.plugged === undefined) return "Empty"
    if (this.#isLocked(evse)) return "Locked"
    const { connectorId } = evse.plugged
    evse.plugged = undefined
    this.#loosened = changed(this.#loosened, evseId, false)
    this.#station.tell({ _tag: "CableUnplugged", evseId, connectorId })
    this.#station.transactions.cableChanged(evse) // it may end a transaction, and so decide what the status is (G01.FR.05)
    this.refresh()
    return "Unplugged"
  }

  statusOf(evseId: number, connectorId: number): ConnectorStatusEnumType {
    const evse = this.#station.evse(evseId)
    if (evse === undefined) return "Unavailable"
    return statusFrom({
      faulted: this.#isFaulted(evseId),
      inoperative: this.#isInoperative(evse, connectorId),
      reserved: this.#reservations.reserves(evseId),
      occupied: evse.plugged?.connectorId === connectorId
    })
  }

  admits(
    evseId: number,
    idToken: IdTokenType | undefined,
    groupIdToken?: IdTokenType
  ): "Yes" | "Inoperative" | "Faulted" | "Reserved" {
    const evse = this.#station.evse(evseId)
    if (evse === undefined) return "Inoperative"
    if (this.#isFaulted(evseId) || this.#jammed.has(evseId)) return "Faulted" // G05.FR.01
    if (this.#isClosed(evse)) return "Inoperative"
    return this.#reservations.keepsFrom(evse, idToken, groupIdToken) ? "Reserved" : "Yes"
  }

  useReservation(evseId: number, idToken: IdTokenType, groupIdToken?: IdTokenType): number | undefined {
    const evse = this.#station.evse(evseId)
    const used = evse && this.#reservations.use(evse, idToken, groupIdToken)
    if (used !== undefined) this.refresh() // H03.FR.10
    return used
  }

  reservationLost(id: number): void {
    this.#reservations.tell([{ id, status: "Removed" }])
  }

  refresh(): void {
    this.#turnAway()
    const ended = this.#reservations.settle()
    this.#reports.look(this)
    this.#keepVariables()
    this.#reservations.tell(ended) // after the statuses: H04, TC_H_07, TC_H_20
  }

  /** Ends the transactions it concerns, and takes their reservations away (H01.FR.16). */
  setFault(faulted: boolean, evseId?: number): void {
    const station = this.#station
    if (evseId !== undefined && station.evse(evseId) === undefined) return
    const id = evseId ?? 0
    if (this.#faulty.has(id) === faulted) return
    this.#faulty = changed(this.#faulty, id, faulted)
    this.refresh()
    if (faulted)
      for (const evse of station.evses)
        if (evse.transaction !== undefined && this.#isFaulted(evse.id))
          station.transactions.end(evse, "Other", "AbnormalCondition")
    const component = evseId === undefined ? "ChargingStation" : { name: "EVSE", evse: { id: evseId } }
    this.#problem(component, faulted)
  }

  /** The lock of a connector does not move any more, or does again: no charging starts there, nothing is unlocked (G05). */
  setLockFailure(failed: boolean, evseId: number, connectorId = 1): void {
    if (!this.isKnown({ evseId, connectorId }) || this.#jammed.has(evseId) === failed) return
    this.#jammed = changed(this.#jammed, evseId, failed)
    this.#problem({ name: "ConnectorPlugRetentionLock", evse: { id: evseId, connectorId } }, failed) // G05.FR.02
    this.refresh()
  }

  unlock(evseId: number, connectorId: number): "Unlocked" | "UnlockFailed" {
    const evse = this.#station.evse(evseId)
    if (evse === undefined || this.#isFaulted(evseId) || this.#jammed.has(evseId)) return "UnlockFailed"
    if (isInUse(evse, connectorId)) return "UnlockFailed"
    if (evse.plugged?.connectorId === connectorId) this.#loosened = changed(this.#loosened, evseId, true)
    return "Unlocked" // F05.FR.06: also where no cable is
  }

  /** While transactions run it waits for them, as a change by the CSMS does. */
  setOperational(status: OperationalStatusEnumType, evseId?: number): void {
    if (!this.isKnown({ evseId })) return
    this.change({ evseId }, status)
    this.refresh()
  }

  /** Whether there is such an EVSE, or such a connector. Without ids the station itself is meant. */
  isKnown({ connectorId, evseId }: Place): boolean {
    if (evseId === undefined) return true
    const evse = this.#station.evse(evseId)
    return evse !== undefined && (connectorId === undefined || evse.connectors.some(({ id }) => id === connectorId))
  }

  /**
   * Sets the operational state of one place. `Scheduled`: a transaction in it goes on until it ends; what has none changes at
   * once (G03.FR.05, G04.FR.06). `refresh` must follow.
   */
  change(place: Place, status: OperationalStatusEnumType): "Accepted" | "Scheduled" {
    this.#inoperative = withState(this.#inoperative, place, status)
    const waits = status === "Inoperative" && this.#station.evses.some((evse) => holdsUp(evse, place))
    return waits ? "Scheduled" : "Accepted"
  }

  /** What ReserveNow is answered with (H01.FR.03 to H01.FR.14). Accepted: it is reserved; `refresh` must follow. */
  reserve(wanted: Reservation): ReserveNowStatusEnumType {
    return this.#reservations.reserve(wanted)
  }

  /** Whether there was one. `refresh` must follow. */
  removeReservation(id: number): boolean {
    return this.#reservations.remove(id)
  }

  /** An EVSE as reservations see it. */
  spot(evse: EVSE): Spot {
    const isAuthorized = this.#station.transactions.isAuthorized(evse)
    return {
      evseId: evse.id,
      types: evse.connectors.map(({ type }) => type),
      usable: evse.connectors.filter(({ id }) => !this.#isInoperative(evse, id)).map(({ type }) => type),
      faulted: this.#isFaulted(evse.id),
      inoperative: evse.connectors.every(({ id }) => this.#isInoperative(evse, id)),
      charging: isAuthorized || evse.transaction?.started !== undefined,
      occupied: isAuthorized || evse.plugged !== undefined || evse.transaction !== undefined
    }
  }

  /** Who is authorized where nothing may begin any more does not charge there (G03.FR.06, G05.FR.01); who charges goes on. */
  #turnAway(): void {
    const { evses, transactions } = this.#station
    for (const evse of evses) {
      if (!transactions.isAuthorized(evse)) continue
      const isBroken = this.#isFaulted(evse.id) || this.#jammed.has(evse.id)
      const isOver =
        evse.transaction === undefined ? isBroken || this.#isClosed(evse) : isBroken && evse.plugged === undefined
      if (isOver) transactions.end(evse, "Other", "AbnormalCondition")
    }
  }

  #isLocked(evse: EVSE): boolean {
    const { model, transactions } = this.#station
    return isLocked(evse, {
      holds: transactions.holdsCable(evse),
      unlockOnEVSideDisconnect: model.flag("OCPPCommCtrlr", "UnlockOnEVSideDisconnect"),
      loosened: this.#loosened.has(evse.id)
    })
  }

  #isFaulted(evseId: number): boolean {
    return this.#faulty.has(0) || this.#faulty.has(evseId)
  }

  /** What is set Inoperative is so, unless a transaction holds it up. */
  #isInoperative(evse: EVSE, connectorId: number): boolean {
    if (this.#inoperative.size === 0) return false
    const place = { evseId: evse.id, connectorId }
    if (evse.transaction === undefined) return isCovered(this.#inoperative, place)
    return ownState(this.#inoperative, place) === "Inoperative" && !holdsUp(evse, place)
  }

  /** Whether nothing new may begin there: also while a change is scheduled. */
  #isClosed({ connectors, id: evseId, plugged }: EVSE): boolean {
    const isClosed = (connectorId: number): boolean => isCovered(this.#inoperative, { evseId, connectorId })
    return plugged === undefined ? connectors.every(({ id }) => isClosed(id)) : isClosed(plugged.connectorId)
  }

  #firstWorking(evse: EVSE): number | undefined {
    return (evse.connectors.find(({ id }) => !this.#isInoperative(evse, id)) ?? evse.connectors[0])?.id
  }

  #keepVariables(): void {
    const station = this.#station
    const statuses = station.evses.map((evse) => this.#evseStatus(evse))
    station.evses.forEach(({ id }, index) =>
      keep(station, { name: "EVSE", evse: { id } }, statuses[index] ?? "Available")
    )
    const faulted = this.#faulty.has(0)
    const inoperative = ownState(this.#inoperative, {}) === "Inoperative"
    keep(station, "ChargingStation", faulted ? "Faulted" : inoperative ? "Unavailable" : stationStatus(statuses))
  }

  #evseStatus(evse: EVSE): ConnectorStatusEnumType {
    return statusFrom({
      faulted: this.#isFaulted(evse.id),
      inoperative: this.#inoperative.size > 0 && evse.connectors.every(({ id }) => this.#isInoperative(evse, id)),
      reserved: this.#reservations.reserves(evse.id),
      occupied: evse.plugged !== undefined || evse.transaction !== undefined
    })
  }

  #problem(component: ComponentRef, is: boolean): void {
    this.#station.model.set(component, "Problem", is)
    this.#station.monitoring.hardwareEvent(component, "Problem", String(is), { cleared: !is })
  }
}

/** Whether the transaction of an EVSE holds up a change of this place. */
const holdsUp = ({ id, plugged, transaction }: EVSE, { connectorId, evseId }: Place): boolean =>
  transaction !== undefined &&
  (evseId === undefined || evseId === id) &&
  (connectorId === undefined || plugged === undefined || plugged.connectorId === connectorId)

const changed = (set: Ids, id: number, has: boolean): Ids => {
  if (set.has(id) === has) return set
  const next = new Set(set)
  if (has) next.add(id)
  else next.delete(id)
  return next.size === 0 ? nothing : next
}
