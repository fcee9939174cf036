/** The boot gate of a recorded station: B01 to B03, R-150, R-155, R-233, R-234. The decisions are the engine's own. */
import { Expectations, Gate, ocpp201 } from "@wattline/ocpp-core/engine"
import type { Messages } from "@wattline/ocpp-v201"
import type { Tell } from "./Finding.ts"
import type { Check, Exchange, MakeCheck, SentCall, StationLog } from "./StationLog.ts"

const statusOf = (response: unknown): unknown => (response as { readonly status?: unknown } | undefined)?.status

/** When this station may boot again, after Pending or Rejected. */
interface Retry {
  readonly line: number
  readonly at: number | undefined
  /** Seconds. */
  readonly interval: number
  readonly connection: number
}

class BootGate implements Check {
  readonly #log: StationLog
  #retry: Retry | undefined
  #isFirst = true
  /** What the station said first on this connection, and whether it has booted on it. */
  #opening: SentCall | undefined
  #hasBootedHere = false

  constructor(log: StationLog) {
    this.#log = log
  }

  /** The gate comes before everything else that is wrong. */
  arrived(call: SentCall, tell: Tell): void {
    if (call.from === "csms") return
    if (call.action !== "BootNotification") this.#fromStation(call, tell)
    this.#opening ??= call
    this.#isFirst = false
  }

  call(call: SentCall, tell: Tell): void {
    if (call.from === "csms") this.#fromCsms(call, tell)
    else if (call.action === "BootNotification") this.#boot(call, tell)
  }

  answer({ call, errorCode, response }: Exchange, tell: Tell): void {
    const log = this.#log
    if (call.action === "BootNotification" && call.from === "station" && response !== undefined)
      return this.#registered(response as Messages["BootNotification"]["response"])
    if (call.from === "station") {
      if (call.action === "SignCertificate") log.awaitsCertificate ||= statusOf(response) === "Accepted"
      return
    }
    if (statusOf(response) !== "Accepted") log.expectations = Expectations.withdraw(log.expectations, call.messageId)
    if (call.action === "CertificateSigned" && response !== undefined) log.awaitsCertificate = false
    if (
      call.registration === "Rejected" &&
      errorCode !== "SecurityError" &&
      !Gate.triggersBoot(call.action, call.payload)
    )
      tell("error", ["B03.FR.08", "R-234"], "the station is Rejected and answers; it has to refuse with SecurityError")
    if (
      call.registration === "Pending" &&
      (call.action === "RequestStartTransaction" || call.action === "RequestStopTransaction") &&
      statusOf(response) === "Accepted"
    )
      tell(
        "error",
        ["B02.FR.05", "R-234"],
        `the station is Pending and accepts a ${call.action}; it has to answer Rejected`
      )
  }

  open(): void {
    this.#opening = undefined
    this.#hasBootedHere = false
  }

  close(tell: Tell): void {
    if (this.#log.registration === "Pending")
      tell(
        "warning",
        ["B02.FR.06", "LC-4"],
        "the connection is closed while the station is Pending; neither side may close it"
      )
  }

  #boot(call: SentCall, tell: Tell): void {
    const log = this.#log
    const { reason } = call.payload as Messages["BootNotification"]["request"]
    const triggered = Expectations.use(log.expectations, call.action, call.payload, log.at ?? 0)
    log.hasBooted = true
    this.#before(call, reason, tell)
    if (triggered !== undefined) log.expectations = triggered
    else if (reason === "Triggered")
      tell(
        "warning",
        ["F06.FR.09", "B01.FR.09"],
        "the reason is Triggered, but no TriggerMessage asked for a BootNotification"
      )
    const retry = this.#retry
    const waited = log.since(retry?.at)
    if (retry === undefined || triggered !== undefined || waited === undefined || retry.connection !== log.connection)
      return
    if (waited < retry.interval * 1_000 - log.options.tolerance)
      tell(
        "error",
        log.registration === "Rejected" ? ["B03.FR.06", "B02.FR.04"] : ["B02.FR.04", "B02.FR.08"],
        `the station boots again after ${Math.round(waited / 1_000)} s; the CSMS asked it to wait ${retry.interval} s`
      )
  }

  /** Who has rebooted says nothing else before. Only a log with the connection's beginning shows what came first. */
  #before({ connection }: SentCall, reason: string, tell: Tell): void {
    const opening = this.#opening
    const isFirst = !this.#hasBootedHere
    this.#hasBootedHere = true
    if (!isFirst || reason === "Triggered" || reason === "Unknown" || !this.#log.isOpenLogged) return
    if (opening === undefined || opening.action === "BootNotification" || opening.connection !== connection) return
    tell(
      "error",
      ["B01.FR.08", "R-233"],
      `the station has rebooted (${reason}) and sent ${opening.action} on line ${opening.line} before this; BootNotification comes first`
    )
  }

  #registered({ interval, status }: Messages["BootNotification"]["response"]): void {
    const log = this.#log
    log.registration = status
    this.#retry =
      status === "Accepted" || interval <= 0
        ? undefined
        : { line: log.line, at: log.at, interval, connection: log.connection }
    if (status === "Accepted") log.variables.set("OCPPCommCtrlr.HeartbeatInterval", String(interval))
  }

  #fromStation(call: SentCall, tell: Tell): void {
    const log = this.#log
    if (log.registration === undefined) {
      if (log.station.outstanding?.action === "BootNotification") call.isGated = true
      else if (this.#isFirst)
        tell(
          "note",
          ["R-185"],
          "the log has no BootNotification before this; the registration of the station is not known"
        )
      return
    }
    const verdict = Gate.inbound(log.registration, call.rule, "serve")
    if (verdict === "Pass") return
    if (verdict === "IfExpected" && this.#isAskedFor(call)) return
    call.isGated = true
    if (log.registration === "Rejected")
      tell("error", ["B03.FR.02", "R-233"], "the station is Rejected; until it boots again it may send nothing")
    else
      tell(
        "error",
        ["B02.FR.02", "R-233"],
        "the station is Pending; besides BootNotification it may send only what TriggerMessage, GetBaseReport or GetReport asked for"
      )
  }

  /** Also an early message uses the exemption up: the answer to the TriggerMessage may still be on its way (LC-6). */
  #isAskedFor({ action, payload }: SentCall): boolean {
    const log = this.#log
    if (action === "NotifyReport") return log.reports.has((payload as Messages["NotifyReport"]["request"]).requestId)
    const left = Expectations.use(log.expectations, action, payload, log.at ?? 0)
    if (left === undefined) return false
    log.expectations = left
    return true
  }

  #fromCsms(call: SentCall, tell: Tell): void {
    const log = this.#log
    if (log.station.outstanding?.action === "BootNotification")
      tell(
        "warning",
        ["R-155"],
        "the CSMS sends a CALL before it has answered the BootNotification; it should answer first"
      )
    if (call.rule !== undefined && log.registration !== undefined) this.#judge(call, tell)
    const expected = ocpp201.expects(call.action, call.payload)
    if (expected !== undefined)
      log.expectations = Expectations.add(
        log.expectations.slice(-15),
        call.messageId,
        expected,
        (log.at ?? 0) + log.options.followUpTimeout
      )
  }

  #judge(call: SentCall, tell: Tell): void {
    const { awaitsCertificate, registration } = this.#log
    if (call.rule === undefined) return
    const reason = Gate.outbound(registration, call.rule, call.payload, false, awaitsCertificate)
    if (reason === undefined) return
    if (registration === "Accepted") tell("warning", ["F06.FR.17", "F-12"], reason)
    else if (registration === "Rejected" && Gate.triggersBoot(call.action, call.payload))
      tell(
        "note",
        ["B03.FR.03"],
        "the station is Rejected; even a trigger of its BootNotification is not allowed (TC_B_31 has one)"
      )
    else tell("error", registration === "Rejected" ? ["B03.FR.03", "R-155"] : ["B02.FR.01", "R-155"], reason)
  }
}

/** The boot gate. */
export const gate: MakeCheck = (log) => new BootGate(log)
