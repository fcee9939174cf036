/** A and M of a virtual station: security events, passwords, keys and certificates. */
import * as Effect from "effect/Effect"
import type {
  CertificateSignedRequest,
  DeleteCertificateRequest,
  HashAlgorithmEnumType,
  InstallCertificateRequest,
  InstallCertificateResponse,
  InstallCertificateUseEnumType
} from "@wattline/ocpp-v201"
import { andThen } from "@wattline/ocpp-core"
import type { StationHandlers } from "../client/Client.ts"
import type { Happening } from "./Happening.ts"
import type { SecurityPart } from "./parts.ts"
import { CertificateStatuses } from "./security/CertificateStatuses.ts"
import { Expiry } from "./security/Expiry.ts"
import { type ProfileProblem, profileProblem } from "./security/ProfileRules.ts"
import { rejectedCertificate, type RenewalKind, Renewals } from "./security/Renewals.ts"
import { isCritical, type SecurityEvent, SecurityLog } from "./security/SecurityLog.ts"
import { type Installed, type OwnCertificate, type OwnUse, type Root, TrustStore } from "./security/TrustStore.ts"
import type { VirtualStation } from "./VirtualStation.ts"

export type { OwnCertificate, OwnUse, Root, SecurityEvent }

/** What a station has from the beginning, and how it behaves. */
export interface SecurityOptions {
  /** Roots that are installed. */
  readonly roots?: ReadonlyArray<Root>
  /** The certificate for the CSMS (security profile 3). */
  readonly certificate?: OwnCertificate
  /** The certificate for ISO 15118. */
  readonly v2gCertificate?: OwnCertificate
  /** What hash data is made with. Default SHA256. */
  readonly hashAlgorithm?: HashAlgorithmEnumType
  /** Whether valid roots cannot be stored: Failed (M05.FR.03). Default false. */
  readonly failsToInstall?: boolean
  /** Whether certificates that are there cannot be deleted: Failed (M04.FR.03). Default false. */
  readonly failsToDelete?: boolean
  /** Seconds before a certificate expires at which a new one is asked for (A03.FR.02), at most half its life. Default 30 days. */
  readonly renewBefore?: number
  /** Whether a boot is told as StartupOfTheDevice or ResetOrReboot. Default true. */
  readonly tellsBoots?: boolean
}

const controller = "SecurityCtrlr"
const day = 86_400

const refusals: { readonly [I in Exclude<Installed, "Installed">]: InstallCertificateResponse } = {
  Unreadable: { status: "Rejected", statusInfo: { reasonCode: "InvalidCertificate" } }, // M05.FR.07
  Expired: {
    status: "Rejected",
    statusInfo: { reasonCode: "InvalidCertificate", additionalInfo: "The certificate has expired." }
  },
  NotSignedByOldRoot: {
    status: "Rejected",
    statusInfo: { reasonCode: "InvalidCertificate", additionalInfo: "The old root has not signed it." }
  },
  NoRoom: { status: "Rejected", statusInfo: { reasonCode: "OutOfStorage" } },
  NotStored: { status: "Failed" } // M05.FR.03
}

/** Length of a password in characters (A00.FR.205); the most is BasicAuthPassword.maxLimit, where there is one. */
const passwordLength = { least: 16, most: 40 }

/** The characters of a passwordString (part 2, 2.1.4). */
const isPasswordString = /^[A-Za-z0-9*\-_=:+|@.]*$/

/** See the head of the file. */
export class Security implements SecurityPart {
  private readonly station: VirtualStation
  private readonly options: SecurityOptions
  private readonly log = new SecurityLog()
  private readonly store = new TrustStore()
  private readonly renewals: Renewals
  /** Made with the first certificate for ISO 15118. */
  private madeStatuses: CertificateStatuses | undefined = undefined
  private passwordListeners: Array<(password: string) => void> = []
  private certificateListeners: Array<(use: OwnUse, certificate: OwnCertificate) => void> = []
  /** Made with the first certificate for the CSMS. */
  private expiry: Expiry | undefined = undefined
  private isRestart = false

  constructor(station: VirtualStation, options: SecurityOptions = {}) {
    this.station = station
    this.options = options
    this.renewals = new Renewals(station, this.store, (use, certificate) => {
      for (const listener of this.certificateListeners) listener(use, certificate)
    })
    for (const root of options.roots ?? []) this.store.addRoot(root)
    if (options.certificate !== undefined) this.store.setOwn("ChargingStationCertificate", options.certificate)
    if (options.v2gCertificate !== undefined) this.store.setOwn("V2GCertificate", options.v2gCertificate)
  }

  /** The password as the CSMS sets it (A01), before the CSMS has been answered; to be used from the next connect on. */
  onPassword(listener: (password: string) => void): void {
    this.passwordListeners.push(listener)
  }

  /** A new certificate with its key: called once the CSMS has been answered; one for the CSMS is to be used at once (A02.FR.08). */
  onCertificate(listener: (use: OwnUse, certificate: OwnCertificate) => void): void {
    this.certificateListeners.push(listener)
  }

  /** The certificate in use; for the CSMS it is shown in the TLS handshake of profile 3. */
  certificate(use: OwnUse): OwnCertificate | undefined {
    return this.store.ownOf(use)
  }

  /** The security log, oldest first; from `from` to `to`, both included, milliseconds since 1970. */
  events(from?: number, to?: number): ReadonlyArray<SecurityEvent> {
    return this.log.between(from, to)
  }

  /** Resolves when no key is being made: for a run under virtual time that wants to wait for it. */
  async settled(): Promise<void> {
    await this.renewals.settled()
    await this.madeStatuses?.settled()
  }

  /** SecurityCtrlr.AdditionalRootCertificateCheck: the newest CSMS root replaces the one before it (M05.FR.10). */
  get checksCsmsRoot(): boolean {
    return this.station.model.flag(controller, "AdditionalRootCertificateCheck")
  }

  /** A connection was made with the newest CSMS root: the one before it goes, where there is to be one only (M05.FR.13). */
  dropFallback(): void {
    if (this.checksCsmsRoot && this.store.dropFallback()) this.countEntries()
  }

  /** A connection was made with the certificate from before the renewal only: it stays, the new one goes (A02.FR.10, A02.FR.29). */
  discardRenewed(before: OwnCertificate): void {
    this.store.setOwn("ChargingStationCertificate", before)
    this.event("DiscardedRenewedClientCertificate")
  }

  /** Asks the CSMS for a new certificate, as the station does by itself before the old one expires (A03). */
  renew(kind: RenewalKind): void {
    this.renewals.request(kind, false)
  }

  event(type: string, techInfo?: string): void {
    const { client } = this.station
    const info = techInfo === undefined ? {} : { techInfo: techInfo.slice(0, 255) }
    this.log.add({ at: this.station.now(), type, ...info })
    if (isCritical(type)) client.securityEvent({ type, timestamp: this.station.time(), ...info })
  }

  roots(type: InstallCertificateUseEnumType): ReadonlyArray<string> {
    return this.store.rootsOf(type)
  }

  profileProblem(wanted: number): ProfileProblem | undefined {
    const { model } = this.station
    const now = this.station.now()
    return profileProblem({
      current: model.number(controller, "SecurityProfile", undefined, 1),
      wanted,
      hasCsmsRoot: this.store.hasValidRoot("CSMSRootCertificate", now),
      hasCertificate: this.store.hasValidOwn("ChargingStationCertificate", now),
      allowsDowngrade: model.flag(controller, "AllowSecurityProfileDowngrade")
    })
  }

  start(): void {
    const { model } = this.station
    model.guard(controller, "BasicAuthPassword", (password) => {
      const most = model.maxLimit(controller, "BasicAuthPassword") ?? passwordLength.most
      return !isPasswordString.test(password) || password.length < passwordLength.least || password.length > most
        ? { status: "Rejected", reasonCode: "InvalidValue" }
        : undefined
    })
    model.watch(controller, "BasicAuthPassword", (password) => {
      this.event("ReconfigurationOfSecurityParameters", "BasicAuthPassword") // A01.FR.11, A01.FR.12
      for (const listener of this.passwordListeners) listener(password)
    })
    this.countEntries()
  }

  online(afterBoot: boolean): void {
    if (afterBoot && this.options.tellsBoots !== false)
      this.event(this.isRestart ? "ResetOrReboot" : "StartupOfTheDevice")
    this.renewals.online()
    this.statuses?.online()
    this.watchExpiry()
  }

  down(): void {
    this.isRestart = true
    this.expiry?.down()
    this.renewals.down()
    this.madeStatuses?.down()
  }

  happened(happening: Happening): void {
    if (happening._tag === "CablePlugged") this.forwardRequest(happening.evseId)
  }

  readonly triggers = {
    SignChargingStationCertificate: () => () => this.renewals.request("ChargingStationCertificate", true),
    SignCombinedCertificate: () => () => this.renewals.request("Combined", true),
    SignV2GCertificate: (): (() => void) | "Rejected" | "NotImplemented" => {
      const enabled = this.station.model.value("ISO15118Ctrlr", "V2GCertificateInstallationEnabled")
      if (enabled === undefined) return "NotImplemented"
      if (enabled.toLowerCase() !== "true") return "Rejected"
      return () => this.renewals.request("V2GCertificate", true)
    }
  }

  readonly handlers = {
    CertificateSigned: (request) => this.certificateSigned(request),
    InstallCertificate: (request) => this.install(request),
    GetInstalledCertificateIds: ({ certificateType }) =>
      Effect.map(this.store.list(certificateType, this.hashAlgorithm), (chains) =>
        chains.length === 0
          ? { status: "NotFound" as const } // M03.FR.02
          : { status: "Accepted" as const, certificateHashDataChain: chains }
      ),
    DeleteCertificate: (request) => this.remove(request)
  } satisfies StationHandlers

  private certificateSigned(request: CertificateSignedRequest) {
    const most = this.station.model.number(controller, "MaxCertificateChainSize", undefined, 10_000)
    if (request.certificateChain.length > most)
      return Effect.succeed({ status: "Rejected" as const, statusInfo: { reasonCode: "TooLargeElement" } }) // A02.FR.16
    return Effect.map(this.renewals.take(request), (taken) => {
      if ("problem" in taken) {
        this.event("InvalidChargingStationCertificate", taken.problem) // A02.FR.07
        return rejectedCertificate(taken.problem)
      }
      this.event("ReconfigurationOfSecurityParameters", taken.kind)
      this.countEntries()
      return andThen(
        { status: "Accepted" as const },
        Effect.sync(() => {
          this.renewals.use(taken.kind)
          this.watchExpiry()
          if (taken.kind !== "ChargingStationCertificate") this.statuses?.ask() // M06.FR.07
        })
      )
    })
  }

  private install({
    certificate,
    certificateType: type
  }: InstallCertificateRequest): Effect.Effect<InstallCertificateResponse> {
    const settings = {
      maxEntries: this.station.model.maxLimit(controller, "CertificateEntries"),
      checksCsmsRoot: this.checksCsmsRoot,
      fails: this.options.failsToInstall === true,
      now: this.station.now()
    }
    return Effect.map(this.store.install({ certificate, type }, settings), (outcome) => {
      if (outcome !== "Installed") return refusals[outcome]
      this.event("ReconfigurationOfSecurityParameters", `${type} installed`)
      this.station.tell({ _tag: "CertificateInstalled", type })
      this.countEntries()
      return { status: "Accepted" }
    })
  }

  private remove({ certificateHashData }: DeleteCertificateRequest) {
    const needsRoot = this.station.model.number(controller, "SecurityProfile", undefined, 1) >= 2
    const fails = this.options.failsToDelete === true
    return Effect.map(this.store.remove(certificateHashData, this.hashAlgorithm, needsRoot, fails), (status) => {
      if (status === "Accepted") {
        this.event("ReconfigurationOfSecurityParameters", "certificate deleted")
        this.countEntries()
      }
      return { status }
    })
  }

  private get hashAlgorithm(): HashAlgorithmEnumType {
    return this.options.hashAlgorithm ?? "SHA256"
  }

  private countEntries(): void {
    const { entries } = this.store
    if (this.station.model.number(controller, "CertificateEntries", undefined, -1) !== entries)
      this.station.model.set(controller, "CertificateEntries", entries)
  }

  private get statuses(): CertificateStatuses | undefined {
    if (this.store.ownOf("V2GCertificate") !== undefined)
      this.madeStatuses ??= new CertificateStatuses(
        this.station,
        Effect.suspend(() => this.store.ocspRequests(this.hashAlgorithm))
      )
    return this.madeStatuses
  }

  /** M01.FR.01, M02.FR.01: what an EV wants to have from its provider goes on to the CSMS as it is. */
  private forwardRequest(evseId: number): void {
    const wanted = this.station.evse(evseId)?.plugged?.ev.iso15118?.contractRequest
    if (wanted === undefined || !this.station.model.flag("ISO15118Ctrlr", "ContractCertificateInstallationEnabled"))
      return
    this.station.client.call("Get15118EVCertificate", {
      iso15118SchemaVersion: "urn:iso:15118:2:2013:MsgDef",
      ...wanted
    })
  }

  private watchExpiry(): void {
    if (this.store.ownOf("ChargingStationCertificate") !== undefined)
      this.expiry ??= new Expiry(this.station, this.store, (this.options.renewBefore ?? 30 * day) * 1000, () =>
        this.renew("ChargingStationCertificate")
      )
    this.expiry?.watch()
  }
}
