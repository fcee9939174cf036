/**
 * The OCSP status of the certificates for ISO 15118, for which the station asks its CSMS: when they are new, and once a week
 * (M06). There is no EV that reads what comes back, so only whether it came is looked at. Hash data takes real time, as in
 * `Renewals`.
 */
import * as Effect from "effect/Effect"
import type { OCSPRequestDataType } from "@wattline/ocpp-v201"
import type { CallOutcome } from "../../client/Client.ts"
import { Later } from "../jobs/Later.ts"
import type { VirtualStation } from "../VirtualStation.ts"

const week = 7 * 86_400_000

/** Milliseconds until a status that the CSMS could not tell is asked for again. */
const soon = 3_600_000

/** See the head of the file. Costs nothing until there is a certificate to ask about. */
export class CertificateStatuses {
  private readonly station: VirtualStation
  private readonly requests: Effect.Effect<ReadonlyArray<OCSPRequestDataType>>
  private readonly later: Later
  private work: Promise<void> | undefined = undefined
  private isUnasked = true

  /** `requests`: what there is to ask about now. */
  constructor(station: VirtualStation, requests: Effect.Effect<ReadonlyArray<OCSPRequestDataType>>) {
    this.station = station
    this.requests = requests
    this.later = new Later(station)
  }

  /** The link is there: asks what it has not asked yet. */
  online(): void {
    this.later.resume()
    if (this.isUnasked) this.ask()
  }

  down(): void {
    this.later.pause()
  }

  /** Asks about the certificates that there are now (M06.FR.06, M06.FR.07). */
  ask(): void {
    const before = this.work
    this.work = Promise.all([before, Effect.runPromise(this.requests)]).then(([, requests]) => this.send(requests))
  }

  /** Resolves when no hash data is being made. */
  settled(): Promise<void> {
    return this.work ?? Promise.resolve()
  }

  private send(requests: ReadonlyArray<OCSPRequestDataType>): void {
    if (requests.length === 0) return this.later.cancel()
    this.isUnasked = false
    this.later.set(week, () => this.ask()) // M06.FR.10
    for (const ocspRequestData of requests)
      this.station.client.call("GetCertificateStatus", { ocspRequestData }, (outcome) => this.answered(outcome))
  }

  private answered(outcome: CallOutcome<"GetCertificateStatus">): void {
    if (outcome._tag === "Failure") this.isUnasked = true // until the link is there again
    else if (outcome.value.status === "Failed") this.later.set(soon, () => this.ask())
  }
}
