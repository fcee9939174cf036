/** Looks when the certificate for the CSMS expires, and has a new one asked for in time (A03.FR.02). */
import { Later } from "../jobs/Later.ts"
import type { VirtualStation } from "../VirtualStation.ts"
import type { TrustStore } from "./TrustStore.ts"

/** See the head of the file. */
export class Expiry {
  private readonly station: VirtualStation
  private readonly store: TrustStore
  private readonly renewBefore: number
  private readonly renew: () => void
  private readonly later: Later
  /** The expiry of the certificate that a new one was asked for in time. */
  private askedFor: number | undefined = undefined

  /** `renewBefore`: milliseconds before the certificate expires at which `renew` is called, at most half its life. */
  constructor(station: VirtualStation, store: TrustStore, renewBefore: number, renew: () => void) {
    this.station = station
    this.store = store
    this.renewBefore = renewBefore
    this.renew = renew
    this.later = new Later(station)
  }

  /** Looks at the certificate that is in use now. */
  watch(): void {
    this.later.cancel()
    const life = this.store.lifeOf("ChargingStationCertificate")
    if (life === undefined) return
    const { notAfter, notBefore } = life
    // Not as soon as it is there, where a CA gives short ones: each would be asked to be replaced.
    const before = Math.min(this.renewBefore, (notAfter - notBefore) / 2)
    const due = notAfter - before - this.station.now()
    if (due > 0) return this.later.set(due, () => this.watch())
    // Once: whoever does not sign it is asked again by TriggerMessage only (A02.FR.19, A02.FR.20).
    if (this.askedFor === notAfter) return
    this.askedFor = notAfter
    this.renew()
  }

  /** Looks no more until `watch`. */
  down(): void {
    this.later.cancel()
  }
}
