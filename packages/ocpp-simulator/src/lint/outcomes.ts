/**
 * What must come of something that was accepted: of a boot the statuses (B01.FR.05), of a reset a reboot (B11.FR.03), of a remote
 * stop its event (F03.FR.02), of a reservation its end (H04.FR.01). What the log is too short for is not judged.
 */
import type { Messages } from "@wattline/ocpp-v201"
import { Bounded } from "./Bounded.ts"
import type { Tell } from "./Finding.ts"
import type { Check, Exchange, MakeCheck, SentCall, StationLog } from "./StationLog.ts"

/** So many times longer than other messages a reboot may take. */
const rebootFactor = 5

/** Something that is due. */
interface Due {
  readonly line: number
  /** When it was accepted, in milliseconds since 1970; a reservation: when it expires. */
  readonly at: number | undefined
  readonly connection: number
}

/** A remote stop; its event may come before its answer. */
interface Stop {
  readonly line: number
  acceptedAt: number | undefined
}

class Outcomes implements Check {
  readonly #log: StationLog
  /** An accepted boot, until the first status. */
  #boot: Due | undefined
  /** Connectors that had a status before the boot and have none since. */
  readonly #connectors = new Set<string>()
  readonly #known = new Bounded<string, string>(64)
  #reset: Due | undefined
  readonly #stops = new Bounded<string, Stop>(16)
  readonly #reservations = new Bounded<number, Due>(64)

  constructor(log: StationLog) {
    this.#log = log
  }

  arrived(call: SentCall, tell: Tell): void {
    if (call.from === "csms") return
    if (call.action === "BootNotification") this.#reset = undefined
    else this.#notRebooted(call, tell)
  }

  call(call: SentCall, tell: Tell): void {
    if (call.action === "RequestStopTransaction")
      this.#stops.set(stopped(call), { line: call.line, acceptedAt: undefined })
    if (call.action === "ReserveNow") this.#isPast(call.payload as Messages["ReserveNow"]["request"], tell)
    if (call.from === "csms") return
    if (call.action === "StatusNotification") this.#status(call.payload as Messages["StatusNotification"]["request"])
    else if (call.action === "NotifyEvent") this.#event(call.payload as Messages["NotifyEvent"]["request"])
    else if (call.action === "TransactionEvent")
      this.#transaction(call.payload as Messages["TransactionEvent"]["request"])
    else if (call.action === "ReservationStatusUpdate")
      this.#reservations.delete((call.payload as Messages["ReservationStatusUpdate"]["request"]).reservationId)
    this.#overdue(tell)
  }

  answer({ call, response }: Exchange): void {
    const { at, connection, line } = this.#log
    const { status } = (response ?? {}) as { readonly status?: unknown }
    if (status !== "Accepted") return
    const due: Due = { line: call.line, at, connection }
    if (call.action === "BootNotification") this.#booted(call, { ...due, line })
    else if (call.action === "Reset") {
      if ((call.payload as Messages["Reset"]["request"]).evseId === undefined) this.#reset = due
    } else if (call.action === "RequestStopTransaction") {
      const stop = this.#stops.get(stopped(call))
      if (stop !== undefined) stop.acceptedAt = at
    } else if (call.action === "ReserveNow") {
      const { expiryDateTime, id } = call.payload as Messages["ReserveNow"]["request"]
      this.#reservations.set(id, { ...due, at: Date.parse(expiryDateTime) })
    } else if (call.action === "CancelReservation")
      this.#reservations.delete((call.payload as Messages["CancelReservation"]["request"]).reservationId)
  }

  close(tell: Tell): void {
    this.#overdue(tell)
    this.#boot = undefined
    this.#stops.clear()
  }

  end(tell: Tell): void {
    this.#notRebooted(undefined, tell)
    this.#overdue(tell)
  }

  #waited({ at }: Due): number {
    return this.#log.since(at) ?? 0
  }

  /** A retry while Pending counts; a further one of an accepted station repeats the registration only (LC-16). */
  #booted({ payload, registration }: SentCall, due: Due): void {
    const { reason } = payload as Messages["BootNotification"]["request"]
    if (reason === "Triggered" && registration === "Accepted") return
    this.#boot = due
    this.#connectors.clear()
    for (const connector of this.#known.values()) this.#connectors.add(connector)
  }

  #status({ connectorId, evseId }: Messages["StatusNotification"]["request"]): void {
    const connector = `${evseId}/${connectorId}`
    this.#known.set(connector, connector)
    this.#connectors.delete(connector)
    if (this.#connectors.size === 0) this.#boot = undefined
  }

  /** G01.FR.03: a NotifyEvent may stand for statuses, for one connector or more. */
  #event({ eventData }: Messages["NotifyEvent"]["request"]): void {
    if (eventData.some(({ variable }) => variable.name.toLowerCase() === "availabilitystate")) this.#boot = undefined
  }

  #transaction({ eventType, reservationId, transactionInfo, triggerReason }: Messages["TransactionEvent"]["request"]) {
    if (reservationId !== undefined) this.#reservations.delete(reservationId)
    if (eventType === "Ended" || triggerReason === "RemoteStop")
      this.#stops.delete(transactionInfo.transactionId.toLowerCase())
  }

  /** `call`: what the station says instead of booting. */
  #notRebooted(call: SentCall | undefined, tell: Tell): void {
    const reset = this.#reset
    const { connection, options } = this.#log
    if (reset === undefined) return
    const isBack = call !== undefined && reset.connection !== connection
    const isLate = this.#waited(reset) > options.followUpTimeout * rebootFactor
    if (!isBack && !isLate) return
    this.#reset = undefined
    tell(
      "warning",
      ["B11.FR.03", "B11.FR.04"],
      isBack
        ? `this Reset was accepted; the station comes back with ${call.action} on line ${call.line}, but after a reboot BootNotification comes first`
        : "this Reset was accepted, and no reboot with its BootNotification follows",
      { line: reset.line, action: "Reset" }
    )
  }

  #overdue(tell: Tell): void {
    this.#noStatus(tell)
    for (const [transactionId, stop] of this.#stops.entries()) {
      if ((this.#log.since(stop.acceptedAt) ?? 0) <= this.#log.options.followUpTimeout) continue
      this.#stops.delete(transactionId)
      tell("warning", ["F03.FR.02", "F03.FR.03"], "the station accepted to stop, and no event with RemoteStop comes", {
        line: stop.line,
        action: "RequestStopTransaction"
      })
    }
    for (const [id, reservation] of this.#reservations.entries()) this.#notEnded(id, reservation, tell)
  }

  #noStatus(tell: Tell): void {
    const boot = this.#boot
    if (boot === undefined || this.#waited(boot) <= this.#log.options.followUpTimeout) return
    this.#boot = undefined
    const missing = Array.from(this.#connectors, (connector) => connector.replace("/", ", connector "))
    tell(
      "warning",
      ["B01.FR.05", "LC-12"],
      missing.length === 0
        ? "the station is accepted, and no status of a connector follows; each connector has to be reported"
        : `the station is accepted again, and no status follows for EVSE ${missing.slice(0, 5).join("; EVSE ")}`,
      { line: boot.line, action: "BootNotification" }
    )
  }

  /** Only a station that was connected for a while can have told it. */
  #notEnded(id: number, reservation: Due, tell: Tell): void {
    const { isOpen, openedAt, options, registration } = this.#log
    const connected = this.#log.since(openedAt) ?? 0
    if (!isOpen || registration !== "Accepted" || connected <= options.followUpTimeout) return
    if (this.#waited(reservation) <= options.followUpTimeout) return
    this.#reservations.delete(id)
    tell(
      "warning",
      ["H04.FR.01"],
      `reservation ${id} has expired, and no ReservationStatusUpdate with Expired comes, nor a transaction with it`,
      { line: reservation.line, action: "ReserveNow" }
    )
  }

  #isPast({ expiryDateTime }: Messages["ReserveNow"]["request"], tell: Tell): void {
    const late = this.#log.since(Date.parse(expiryDateTime))
    if (late !== undefined && late > this.#log.options.tolerance)
      tell("warning", ["H-3"], "the expiryDateTime is in the past")
  }
}

/** transactionIds are compared without regard to case. */
const stopped = ({ payload }: SentCall): string =>
  (payload as Messages["RequestStopTransaction"]["request"]).transactionId.toLowerCase()

/** What must come of what was accepted. */
export const outcomes: MakeCheck = (log) => new Outcomes(log)
