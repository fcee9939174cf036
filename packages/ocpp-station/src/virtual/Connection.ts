/**
 * How a virtual station connects: over which network profile (B10), with which password (A01), with which certificate of its own
 * (A02), and trusting which roots (M05). Asked before each attempt, told how each ended.
 */
import * as Redacted from "effect/Redacted"
import type { DialTls } from "@wattline/ocpp-core/engine"
import type { ClientEvent } from "../client/ClientEvent.ts"
import type { ConnectionProfile } from "../client/ClientProcess.ts"
import { connectionOf, type StationConnection } from "../client/Stations.ts"
import type { DeviceModel } from "./DeviceModel.ts"
import type { OwnCertificate, Root, Security, SecurityOptions } from "./Security.ts"

const wildcards = ["SecurityCtrlr", "AllowCSMSTLSWildcards"] as const

/** What a station is built with that counts for its connection. */
export interface ConnectionOptions extends StationConnection {
  readonly security?: SecurityOptions
}

/** See the head of the file. */
export class Connection {
  private readonly built: ConnectionProfile
  private readonly model: DeviceModel
  private readonly security: Security
  private password: Redacted.Redacted | undefined
  /** The slot of the network profile that is dialled, and the one of the last connection. */
  private slot = 1
  private lastSlot = 1
  /** The certificate that is shown, and the one of the last connection. */
  private shown: OwnCertificate | undefined = undefined
  private proven: OwnCertificate | undefined = undefined
  /** Whether the next attempt over the slot of the last connection trusts the root from before (M05.FR.14, M05.FR.16). */
  private wantsOldRoot = false
  private usesOldRoot = false
  private isTls = false

  constructor(options: ConnectionOptions, model: DeviceModel, security: Security) {
    this.built = builtConnection(options)
    this.model = model
    this.security = security
    this.password = this.built.password
    const { allowWildcards } = this.built.tls ?? {}
    if (allowWildcards !== undefined) model.set(...wildcards, allowWildcards)
    security.onPassword((password) => {
      this.password = Redacted.make(password)
    })
  }

  /**
   * What to connect with after so many `failures` since the last connection: the slots in their order of priority,
   * NetworkProfileConnectionAttempts with each (B10.FR.03, B10.FR.04); when all have failed, the one that worked last
   * (B10.FR.07), with the certificate that worked last (A02.FR.28).
   */
  next(failures: number): ConnectionProfile {
    const { built, model, security } = this
    const slots = model.networkPriority.filter((slot) => model.networkProfile(slot) !== undefined)
    const attempts = model.number("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", undefined, 3)
    const turn = slots[Math.floor(failures / attempts)]
    this.slot = turn ?? this.lastSlot
    const network = model.networkProfile(this.slot)
    const url = network?.ocppCsmsUrl ?? built.url
    const securityProfile = (network?.securityProfile ?? built.securityProfile) as ConnectionProfile["securityProfile"]
    this.isTls = url.toLowerCase().startsWith("wss:")
    this.shown = securityProfile === 3 ? this.certificate(turn === undefined) : undefined
    if (!this.isTls) return { url, securityProfile, password: this.password }
    const own = this.shown && { certificate: this.shown.chain, key: Redacted.make(this.shown.key) }
    const allowWildcards = model.flag(...wildcards)
    const roots = this.trusted(security.roots("CSMSRootCertificate"))
    // A station that trusts the CAs of the runtime does not lose them to a root that is installed.
    const ca = roots.length > 0 && { ca: roots, trustsRuntime: built.tls?.ca === undefined }
    const tls: DialTls = { ...built.tls, ...ca, ...own, allowWildcards }
    return { url, securityProfile, password: this.password, tls }
  }

  /** The link is open. `true` when it goes over another network profile than the last one: another CSMS, perhaps. */
  connected(): boolean {
    const { security, shown, slot } = this
    const isOther = slot !== this.lastSlot
    this.lastSlot = slot
    this.model.connectedBy(slot)
    if (shown !== undefined) {
      if (shown !== security.certificate("ChargingStationCertificate")) security.discardRenewed(shown)
      this.proven = security.certificate("ChargingStationCertificate") // A02.FR.10
    }
    if (this.isTls && !this.usesOldRoot) security.dropFallback()
    this.wantsOldRoot = false
    return isOther
  }

  /** An attempt has failed. */
  failed({ securityEvent }: Extract<ClientEvent, { readonly _tag: "ConnectFailed" }>): void {
    if (securityEvent !== "InvalidCsmsCertificate") return
    // M05.FR.15: towards another CSMS only the newest root counts; back from there the old one has its turn (M05.FR.16).
    this.wantsOldRoot = this.slot !== this.lastSlot || !this.wantsOldRoot
  }

  private certificate(isFallback: boolean): OwnCertificate | undefined {
    return (isFallback ? this.proven : undefined) ?? this.security.certificate("ChargingStationCertificate")
  }

  /** M05.FR.12 to M05.FR.16: the newest root alone, or those before it. */
  private trusted(roots: ReadonlyArray<string>): ReadonlyArray<string> {
    this.usesOldRoot = false
    if (roots.length < 2 || !this.security.checksCsmsRoot) return roots
    this.usesOldRoot = this.wantsOldRoot && this.slot === this.lastSlot
    return this.usesOldRoot ? roots.slice(0, -1) : roots.slice(-1)
  }
}

/** The connection that a station is built with: its certificate may stand in `tls` or in `security`. */
export const builtConnection = ({ security, ...options }: ConnectionOptions): ConnectionProfile => {
  const { certificate: own } = security ?? {}
  if (options.securityProfile !== 3 || own === undefined || options.tls?.certificate !== undefined)
    return connectionOf(options)
  const tls = { ...options.tls, certificate: own.chain, key: Redacted.make(own.key) }
  return connectionOf({ ...options, tls })
}

/** What the trust store of a station begins with: the CAs and the certificate of `tls` are in it too. */
export const builtSecurity = ({ security, tls }: ConnectionOptions): SecurityOptions => {
  const roots = rootsOf(tls?.ca)
  if (tls === undefined || (roots.length === 0 && tls.certificate === undefined)) return security ?? {}
  const own =
    tls.certificate === undefined || tls.key === undefined
      ? undefined
      : { chain: tls.certificate, key: Redacted.value(tls.key) }
  return {
    ...security,
    roots: [...roots, ...(security?.roots ?? [])],
    ...(own !== undefined && { certificate: own })
  }
}

/** Those of the station before: a fleet trusts one CA. */
let last: { readonly ca: DialTls["ca"]; readonly roots: ReadonlyArray<Root> } = { ca: undefined, roots: [] }

const rootsOf = (ca: DialTls["ca"]): ReadonlyArray<Root> => {
  if (ca === last.ca) return last.roots
  const certificates = [ca ?? []].flat().flatMap((text) => text.match(pem) ?? [])
  last = { ca, roots: certificates.map((one) => ({ type: "CSMSRootCertificate", certificate: `${one}\n` })) }
  return last.roots
}

const pem = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g
