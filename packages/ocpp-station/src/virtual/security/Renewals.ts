/**
 * How a station gets new certificates (A02, A03): key pair and signing request are made, sent, sent again, and what the CSMS
 * brings is checked. What WebCrypto does takes real time, whatever the clock of the station: until it is done the station waits
 * for nothing, and goes on where it has come to by then.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type {
  CertificateSignedRequest,
  CertificateSignedResponse,
  InstallCertificateUseEnumType,
  SignCertificateRequest
} from "@wattline/ocpp-v201"
import { type ReadCertificate, readCertificates, trustProblem } from "@wattline/ocpp-core/engine"
import type { CallOutcome } from "../../client/Client.ts"
import type { Timer, VirtualStation } from "../VirtualStation.ts"
import type { KeyAndRequest, Subject } from "./SigningRequest.ts"
import type { OwnCertificate, OwnUse, TrustStore } from "./TrustStore.ts"

/** Which certificate: that for the CSMS, that for ISO 15118, or one for both. */
export type RenewalKind = OwnUse | "Combined"

interface Kind {
  readonly uses: ReadonlyArray<OwnUse>
  /** Types of the roots one of which it has to come from (A02.FR.06). */
  readonly roots: ReadonlyArray<InstallCertificateUseEnumType>
  /** Of SignCertificate (A02.FR.13); left out: for both. */
  readonly type: SignCertificateRequest["certificateType"]
}

const kinds: { readonly [K in RenewalKind]: Kind } = {
  ChargingStationCertificate: {
    uses: ["ChargingStationCertificate"],
    roots: ["CSMSRootCertificate"],
    type: "ChargingStationCertificate"
  },
  V2GCertificate: { uses: ["V2GCertificate"], roots: ["V2GRootCertificate"], type: "V2GCertificate" },
  Combined: {
    uses: ["ChargingStationCertificate", "V2GCertificate"],
    roots: ["CSMSRootCertificate", "V2GRootCertificate"],
    type: undefined
  }
}

/** A request that waits for its certificate. */
interface Pending {
  readonly kind: RenewalKind
  readonly made: KeyAndRequest
  readonly isTriggered: boolean
  /** How often it was sent again (A02.FR.19). */
  repeats: number
  state: "Sending" | "Unsent" | "Accepted"
  timer: Timer | undefined
}

const controller = "SecurityCtrlr"

/** See the head of the file. */
export class Renewals {
  private readonly station: VirtualStation
  private readonly store: TrustStore
  private readonly renewed: (use: OwnUse, certificate: OwnCertificate) => void
  private readonly pending: { [K in RenewalKind]?: Pending } = {}
  private isPnCOff = false
  /** What is being made; resolves once nothing is. */
  private work: Promise<void> | undefined = undefined

  constructor(station: VirtualStation, store: TrustStore, renewed: (use: OwnUse, certificate: OwnCertificate) => void) {
    this.station = station
    this.store = store
    this.renewed = renewed
  }

  /** Makes a key pair, and asks the CSMS for a certificate of it (A02.FR.02, A02.FR.03). A request of the kind before is forgotten. */
  request(kind: RenewalKind, isTriggered: boolean): void {
    this.forget(kind)
    const subject = this.subjectOf(kind)
    const make = async (): Promise<void> => {
      const { makeRequest } = await import("./SigningRequest.ts")
      const made = await makeRequest(subject)
      this.forget(kind)
      const pending: Pending = { kind, made, isTriggered, repeats: 0, state: "Unsent", timer: undefined }
      this.pending[kind] = pending
      this.send(pending)
    }
    const before = this.work
    this.work = Promise.all([before, make()]).then(() => undefined)
  }

  /** Resolves when no key is being made: for a run under virtual time that wants to wait for it. */
  settled(): Promise<void> {
    return this.work ?? Promise.resolve()
  }

  /** The link is there: what could not be sent is sent, what waits for its certificate goes on waiting. */
  online(): void {
    for (const pending of Object.values(this.pending))
      if (pending.state === "Unsent") this.send(pending)
      else if (pending.state === "Accepted" && pending.timer === undefined) this.await(pending)
  }

  /** A reboot: keys stay, timers do not. Plug and charge is on again (A02.FR.21). */
  down(): void {
    for (const pending of Object.values(this.pending)) this.stop(pending)
    if (this.isPnCOff) this.station.model.set("ISO15118Ctrlr", "PnCEnabled", true)
    this.isPnCOff = false
  }

  private send(pending: Pending): void {
    pending.state = "Sending"
    const { type } = kinds[pending.kind]
    this.station.client.call(
      "SignCertificate",
      { csr: pending.made.csr, ...(type !== undefined && { certificateType: type }) },
      (outcome) => this.answered(pending, outcome),
      { triggered: pending.isTriggered }
    )
  }

  private answered(pending: Pending, outcome: CallOutcome<"SignCertificate">): void {
    if (this.pending[pending.kind] !== pending) return
    if (Exit.isFailure(outcome)) {
      const isRefused = outcome.cause.reasons.some((one) => one._tag === "Fail" && one.error._tag === "CallError")
      if (isRefused) this.forget(pending.kind)
      else pending.state = "Unsent"
    } else if (outcome.value.status === "Accepted") {
      pending.state = "Accepted"
      this.await(pending)
    } else {
      this.forget(pending.kind)
      if (pending.kind === "V2GCertificate") this.turnPnCOff()
    }
  }

  /** A02.FR.17 to A02.FR.19: the wait doubles each time, the repeats are counted. */
  private await(pending: Pending): void {
    const seconds = this.station.model.number(controller, "CertSigningWaitMinimum")
    const times = this.station.model.number(controller, "CertSigningRepeatTimes")
    if (seconds <= 0 || pending.repeats >= times) return
    pending.timer = this.station.after(seconds * 1000 * 2 ** pending.repeats, () => {
      pending.timer = undefined
      pending.repeats++
      this.send(pending)
    })
  }

  /** A02.FR.21. */
  private turnPnCOff(): void {
    if (!this.station.model.flag("ISO15118Ctrlr", "PnCEnabled")) return
    this.isPnCOff = true
    this.station.model.set("ISO15118Ctrlr", "PnCEnabled", false)
  }

  private forget(kind: RenewalKind): void {
    const pending = this.pending[kind]
    if (pending !== undefined) this.stop(pending)
    delete this.pending[kind]
  }

  private stop(pending: Pending): void {
    pending.timer?.cancel()
    pending.timer = undefined
  }

  /** What a certificate of a kind has to say of its owner (A00.FR.509, A00.FR.511). */
  private subjectOf(kind: RenewalKind): Subject {
    const { chargingStation, identity, model } = this.station
    const text = (component: string, variable: string): string => model.value(component, variable) ?? ""
    if (kind !== "V2GCertificate")
      return {
        commonName: chargingStation.serialNumber ?? identity,
        organization: text(controller, "OrganizationName")
      }
    return {
      commonName: text("ISO15118Ctrlr", "SeccId") || identity,
      organization: text("ISO15118Ctrlr", "OrganizationName"),
      country: text("ISO15118Ctrlr", "CountryName")
    }
  }

  /** Why a certificate that the CSMS sent is not taken, or that it is (A02.FR.06). Its request is over either way (A02.FR.20). */
  take({
    certificateChain,
    certificateType
  }: CertificateSignedRequest): Effect.Effect<{ readonly problem: string } | { readonly kind: RenewalKind }> {
    return Effect.gen({ self: this }, function* () {
      const pending = this.asked(certificateType)
      if (pending === undefined) return { problem: "No certificate was asked for." }
      const { kind, made } = pending
      this.forget(kind)
      const chain = readCertificates(certificateChain)
      const problem =
        chain === undefined
          ? "It cannot be read as X.509 in PEM."
          : (this.mismatch(chain, pending) ?? (yield* Effect.promise(() => this.untrusted(chain, kind))))
      if (problem !== undefined) return { problem }
      const certificate = { chain: certificateChain, key: made.key }
      for (const use of kinds[kind].uses) this.store.setOwn(use, certificate)
      return { kind }
    })
  }

  /** Tells of a certificate that was taken, once the CSMS has been answered (A02.FR.08). */
  use(kind: RenewalKind): void {
    for (const use of kinds[kind].uses) {
      const certificate = this.store.ownOf(use)
      this.station.tell({ _tag: "CertificateRenewed", type: use })
      if (certificate !== undefined) this.renewed(use, certificate)
    }
  }

  /** The request that an answer is for; a CSMS may leave the type out, or name one of a combined one (A02.FR.14). */
  private asked(type: CertificateSignedRequest["certificateType"]): Pending | undefined {
    const combined = this.pending.Combined
    return type === undefined ? (combined ?? this.pending.ChargingStationCertificate) : (this.pending[type] ?? combined)
  }

  private mismatch([leaf]: ReadonlyArray<ReadCertificate>, { kind, made }: Pending): string | undefined {
    if (leaf === undefined) return "There is no certificate in it."
    const isOwnKey =
      leaf.publicKey.length === made.publicKey.length && leaf.publicKey.every((byte, at) => byte === made.publicKey[at])
    if (!isOwnKey) return "It is for another key."
    const { commonName, organization } = this.subjectOf(kind)
    if (leaf.commonName !== commonName) return "Its CN is not that of this station."
    if (organization !== "" && !leaf.organizations.includes(organization)) return "Its O is another organization."
    return undefined
  }

  private untrusted(chain: ReadonlyArray<ReadCertificate>, kind: RenewalKind): Promise<string | undefined> {
    return trustProblem(chain, this.store.rootsOf(...kinds[kind].roots), this.station.now())
  }
}

/** What CertificateSigned is answered with when a certificate is not taken. */
export const rejectedCertificate = (problem: string): CertificateSignedResponse => ({
  status: "Rejected",
  statusInfo: { reasonCode: "InvalidCertificate", additionalInfo: problem }
})
