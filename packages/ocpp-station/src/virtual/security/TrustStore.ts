/** The certificates that a station has: roots it trusts, and its own (M03 to M05). Hash data is made when it is first asked for. */
import * as Effect from "effect/Effect"
import type {
  CertificateHashDataChainType,
  CertificateHashDataType,
  GetCertificateIdUseEnumType,
  HashAlgorithmEnumType,
  InstallCertificateUseEnumType,
  OCSPRequestDataType
} from "@wattline/ocpp-v201"
import { CertificateManagement } from "@wattline/ocpp-core"
import { isSameHashData, type ReadCertificate, readCertificates, trustProblem } from "@wattline/ocpp-core/engine"
import { responderOf } from "./Responder.ts"

/** A root certificate. */
export interface Root {
  readonly type: InstallCertificateUseEnumType
  /** One certificate, PEM. */
  readonly certificate: string
}

/** A certificate of the station with its private key. */
export interface OwnCertificate {
  /** PEM, the certificate first, intermediate ones behind it; without the root. */
  readonly chain: string
  /** PKCS#8, PEM, without a passphrase. */
  readonly key: string
}

/** What a certificate of the station is for. A combined one is for both. */
export type OwnUse = "ChargingStationCertificate" | "V2GCertificate"

/** What a new root has to keep to. */
export interface TrustStoreSettings {
  /** SecurityCtrlr.CertificateEntries.maxLimit; `undefined`: no limit. */
  readonly maxEntries: number | undefined
  /** SecurityCtrlr.AdditionalRootCertificateCheck. */
  readonly checksCsmsRoot: boolean
  /** Whether roots that are valid cannot be stored (M05.FR.03). */
  readonly fails: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What came of an attempt to install a root. */
export type Installed = "Installed" | "Unreadable" | "Expired" | "NotSignedByOldRoot" | "NoRoom" | "NotStored"

interface HeldRoot extends Root {
  readonly read: ReadCertificate
  hashData?: CertificateHashDataType
}

interface HeldOwn extends OwnCertificate {
  readonly read: ReadonlyArray<ReadCertificate>
  readonly pems: ReadonlyArray<string>
}

/** A fleet that is built with one root reads it once. */
const built = new WeakMap<Root, HeldRoot>()

const heldOf = (root: Root): HeldRoot | undefined => {
  const known = built.get(root)
  if (known !== undefined) return known
  const [read] = readCertificates(root.certificate) ?? []
  if (read === undefined) return undefined
  const held = { type: root.type, certificate: root.certificate, read }
  built.set(root, held)
  return held
}

const pemsOf = (text: string): ReadonlyArray<string> =>
  text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []

const isSame = (a: ReadCertificate, b: ReadCertificate): boolean =>
  a.der.length === b.der.length && a.der.every((byte, at) => byte === b.der[at])

const isValid = ({ notAfter, notBefore }: ReadCertificate, now: number): boolean => notBefore <= now && now < notAfter

/** See the head of the file. */
export class TrustStore {
  private roots: Array<HeldRoot> = []
  private readonly own: { [U in OwnUse]?: HeldOwn } = {}

  /** Puts a root in that was there from the beginning. One that cannot be read is left out. */
  addRoot(root: Root): void {
    const held = heldOf(root)
    if (held === undefined || this.roots.some(({ read, type }) => type === root.type && isSame(read, held.read))) return
    this.roots.push(held)
  }

  /** PEM of the roots of a type; those of all types without one. */
  rootsOf(...types: ReadonlyArray<InstallCertificateUseEnumType>): ReadonlyArray<string> {
    return this.roots.filter(({ type }) => types.includes(type)).map(({ certificate }) => certificate)
  }

  hasValidRoot(type: InstallCertificateUseEnumType, now: number): boolean {
    return this.roots.some((root) => root.type === type && isValid(root.read, now))
  }

  /** Takes a certificate of the station in, in place of the one that was there. Nothing happens when it cannot be read. */
  setOwn(use: OwnUse, certificate: OwnCertificate): void {
    const read = readCertificates(certificate.chain)
    if (read !== undefined) this.own[use] = { ...certificate, read, pems: pemsOf(certificate.chain) }
  }

  ownOf(use: OwnUse): OwnCertificate | undefined {
    return this.own[use]
  }

  /** From when to when the certificate of the station is valid, milliseconds since 1970. */
  lifeOf(use: OwnUse): Pick<ReadCertificate, "notBefore" | "notAfter"> | undefined {
    return this.own[use]?.read[0]
  }

  hasValidOwn(use: OwnUse, now: number): boolean {
    const leaf = this.own[use]?.read[0]
    return leaf !== undefined && isValid(leaf, now)
  }

  /** SecurityCtrlr.CertificateEntries: as many as GetInstalledCertificateIds names. */
  get entries(): number {
    return this.roots.length + (this.own.V2GCertificate?.pems.length ?? 0)
  }

  /** M05. */
  install(
    { certificate, type }: Root,
    { checksCsmsRoot, fails, maxEntries = Infinity, now }: TrustStoreSettings
  ): Effect.Effect<Installed> {
    return Effect.gen({ self: this }, function* (): Effect.fn.Return<Installed> {
      const [read, ...others] = readCertificates(certificate) ?? []
      if (read === undefined || others.length > 0) return "Unreadable"
      if (read.notAfter <= now) return "Expired"
      if (fails) return "NotStored"
      const old = this.roots.filter((root) => root.type === type)
      const isThere = old.some((root) => isSame(root.read, read))
      const newest = old.at(-1)
      if (checksCsmsRoot && type === "CSMSRootCertificate" && newest !== undefined && !isThere) {
        const problem = yield* Effect.promise(() => trustProblem([read], [newest.certificate], now))
        if (problem !== undefined) return "NotSignedByOldRoot" // M05.FR.11
        // M05.FR.09, M05.FR.12: the old one stays as the fallback, an older fallback goes.
        this.roots = this.roots.filter((root) => root.type !== type || root === newest)
      }
      if (!isThere && this.entries >= maxEntries) return "NoRoom" // M05.FR.06
      const kept = this.roots.filter((root) => root.type !== type || !isSame(root.read, read))
      this.roots = [...kept, { type, certificate, read }] // M05.FR.17
      return "Installed"
    })
  }

  /** M05.FR.13: the link was made with the newest CSMS root, so that the fallback goes; whether there was one. */
  dropFallback(): boolean {
    const csms = this.roots.filter(({ type }) => type === "CSMSRootCertificate")
    if (csms.length < 2) return false
    this.roots = this.roots.filter((root) => root.type !== "CSMSRootCertificate" || root === csms.at(-1))
    return true
  }

  /** M03: what is installed of these types, by hash data; of all types without any. */
  list(
    types: ReadonlyArray<GetCertificateIdUseEnumType> | undefined,
    hashAlgorithm: HashAlgorithmEnumType
  ): Effect.Effect<Array<CertificateHashDataChainType>> {
    return Effect.gen({ self: this }, function* () {
      const found: Array<CertificateHashDataChainType> = []
      for (const root of this.roots) {
        if (types?.includes(root.type) === false) continue
        const certificateHashData = yield* hashOfRoot(root, hashAlgorithm)
        if (certificateHashData !== undefined) found.push({ certificateType: root.type, certificateHashData })
      }
      const v2g = this.own.V2GCertificate
      if (v2g === undefined || types?.includes("V2GCertificateChain") === false) return found
      const [leaf, ...children] = yield* this.hashesOf(v2g, hashAlgorithm) // M03.FR.05
      if (leaf !== undefined)
        found.push({
          certificateType: "V2GCertificateChain",
          certificateHashData: leaf,
          ...(children.length > 0 && { childCertificateHashData: children.slice(0, 4) })
        })
      return found
    })
  }

  /**
   * M04. The last CSMS root stays where `keepsCsmsRoot`: no connection is possible without it (M04.FR.03). Where it `fails`, all
   * stay.
   */
  remove(
    wanted: CertificateHashDataType,
    hashAlgorithm: HashAlgorithmEnumType,
    keepsCsmsRoot: boolean,
    fails = false
  ): Effect.Effect<"Accepted" | "Failed" | "NotFound"> {
    return Effect.gen({ self: this }, function* () {
      const isWanted = (one: CertificateHashDataType | undefined): boolean =>
        one !== undefined && isSameHashData(one, wanted)
      const { ChargingStationCertificate: own, V2GCertificate: v2g } = this.own
      if (own !== undefined && isWanted((yield* this.hashesOf(own, hashAlgorithm))[0])) return "Failed" // M04.FR.06
      if (v2g !== undefined && (yield* this.hashesOf(v2g, hashAlgorithm)).some(isWanted)) {
        if (fails) return "Failed"
        delete this.own.V2GCertificate // also what is below a sub-CA that is deleted (M04.FR.08)
        return "Accepted"
      }
      for (const root of this.roots) {
        if (!isWanted(yield* hashOfRoot(root, hashAlgorithm))) continue
        if (fails) return "Failed"
        const isLast = this.roots.filter(({ type }) => type === root.type).length === 1
        if (keepsCsmsRoot && isLast && root.type === "CSMSRootCertificate") return "Failed"
        this.roots = this.roots.filter((one) => one !== root)
        return "Accepted"
      }
      return "NotFound"
    })
  }

  /** M06: what is asked about the certificates for ISO 15118, the leaf first: those that name an OCSP responder. */
  ocspRequests(hashAlgorithm: HashAlgorithmEnumType): Effect.Effect<ReadonlyArray<OCSPRequestDataType>> {
    const own = this.own.V2GCertificate
    if (own === undefined) return Effect.succeed([])
    const responders = own.read.map(({ der }) => responderOf(der))
    if (responders.every((responder) => responder === undefined)) return Effect.succeed([])
    return Effect.map(this.hashDataOf(own, hashAlgorithm), (all) =>
      all.flatMap((hashData, at) => {
        const responderURL = responders[at]
        return hashData === undefined || responderURL === undefined ? [] : [{ ...hashData, responderURL }]
      })
    )
  }

  /** Those of a chain whose issuer is at hand, the leaf first. */
  private hashesOf(
    own: HeldOwn,
    hashAlgorithm: HashAlgorithmEnumType
  ): Effect.Effect<ReadonlyArray<CertificateHashDataType>> {
    return Effect.map(this.hashDataOf(own, hashAlgorithm), (all) => all.filter((one) => one !== undefined))
  }

  /** Of each certificate of a chain; `undefined` where its issuer is not at hand. */
  private hashDataOf(
    own: HeldOwn,
    hashAlgorithm: HashAlgorithmEnumType
  ): Effect.Effect<ReadonlyArray<CertificateHashDataType | undefined>> {
    const issuers = [...own.pems, ...this.roots.map(({ certificate }) => certificate)].join("\n")
    return Effect.forEach(own.pems, (pem) => hashOf(pem, hashAlgorithm, issuers))
  }
}

const hashOf = (
  pem: string,
  hashAlgorithm: HashAlgorithmEnumType,
  issuers?: string
): Effect.Effect<CertificateHashDataType | undefined> =>
  Effect.catch(CertificateManagement.certificateHashData(pem, hashAlgorithm, issuers), () => Effect.succeed(undefined))

const hashOfRoot = Effect.fnUntraced(function* (root: HeldRoot, hashAlgorithm: HashAlgorithmEnumType) {
  const hashData = root.hashData ?? (yield* hashOf(root.certificate, hashAlgorithm))
  if (hashData !== undefined) root.hashData = hashData
  return hashData
})
