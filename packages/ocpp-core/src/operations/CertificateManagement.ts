/** Operations of block M, CertificateManagement: certificates installed, deleted and listed; hash data; OCSP; CSRs. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type {
  CertificateHashDataChainType,
  DeleteCertificateResponse,
  GetCertificateIdUseEnumType,
  HashAlgorithmEnumType,
  InstallCertificateResponse,
  InstallCertificateUseEnumType
} from "@wattline/ocpp-v201"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { type HashData, isSameHashData } from "../transport/CertificateHash.ts"
import { brokenByDeletion, installVerdict } from "./CertificateChecks.ts"
import { certificateHashData, type UnreadableCertificate } from "./CertificateHashing.ts"
import { type BrokenRule, CheckFailed } from "./CheckFailed.ts"

export { certificateHashData, UnreadableCertificate } from "./CertificateHashing.ts"
export { getCertificateStatusBy, ocspResult, OcspFailed } from "./OcspLookup.ts"
export type { OcspOptions } from "./OcspLookup.ts"
export { checkSigningRequest } from "./SigningRequests.ts"
export type { ExpectedSubject, SigningRequestVerdict } from "./SigningRequests.ts"
export type { SignatureVerdict } from "../pki/SigningRequest.ts"
export type { HashData } from "../transport/CertificateHash.ts"

/** How a certificate is installed or deleted. */
export interface CertificateOptions extends CallOptions {
  /** Rules that may be broken, such as `["M-6"]`; the station then decides. */
  readonly allow?: ReadonlyArray<string>
}

/** What the station said to a new root; with what the checks had warned of. */
export interface InstallCertificateOutcome extends InstallCertificateResponse {
  readonly warnings: ReadonlyArray<BrokenRule>
}

/**
 * Installs a root certificate, one certificate in PEM (M-6, M05). Rejected: the station finds it invalid, or has no room;
 * Failed: it is valid, and could not be installed. Fails with `CheckFailed`, before anything is sent, when it is too long or
 * no certificate, or when the station has reported that it holds as many as it can.
 *
 * @example
 * const { status } = yield* CertificateManagement.installCertificate(station, "CSMSRootCertificate", rootPem)
 */
export const installCertificate = Effect.fnUntraced(function* (
  station: Station,
  certificateType: InstallCertificateUseEnumType,
  certificate: string,
  { allow = [], ...options }: CertificateOptions = {}
): Effect.fn.Return<InstallCertificateOutcome, CallFailure | CheckFailed> {
  const { mirror } = yield* station.snapshot
  const now = yield* Clock.currentTimeMillis
  const { broken, warnings } = yield* installVerdict(mirror, certificateType, certificate, now)
  yield* refuseIf(station, "InstallCertificate", broken, allow)
  const answer = yield* station.call("InstallCertificate", { certificateType, certificate }, options)
  return { ...answer, warnings }
})

/**
 * The certificates of the station by their hash data, of these types or of all; none when it has none (M-3, M03). What it
 * says replaces what the mirror had of these types.
 *
 * @example
 * const [root] = yield* CertificateManagement.getInstalledCertificateIds(station, ["CSMSRootCertificate"])
 */
export const getInstalledCertificateIds = (
  station: Station,
  types?: readonly [GetCertificateIdUseEnumType, ...ReadonlyArray<GetCertificateIdUseEnumType>],
  options: CallOptions = {}
): Effect.Effect<ReadonlyArray<CertificateHashDataChainType>, CallFailure> =>
  Effect.map(
    station.call("GetInstalledCertificateIds", types === undefined ? {} : { certificateType: [...types] }, options),
    ({ certificateHashDataChain, status }) => (status === "Accepted" ? (certificateHashDataChain ?? []) : [])
  )

/**
 * Deletes a certificate by its hash data, as the station reported it (M-4, M04). With a CA what is below it may be gone as
 * well: the mirror then counts all types as outdated, until `getInstalledCertificateIds` is asked again. Fails with
 * `CheckFailed`, before anything is sent, when it is the certificate that the station is connected with (M-5), or the station
 * names it by another algorithm (M04.FR.07).
 *
 * @example
 * const { status } = yield* CertificateManagement.deleteCertificate(station, root.certificateHashData)
 */
export const deleteCertificate = Effect.fnUntraced(function* (
  station: Station,
  hashData: HashData,
  { allow = [], ...options }: CertificateOptions = {}
): Effect.fn.Return<DeleteCertificateResponse, CallFailure | CheckFailed> {
  yield* refuseIf(station, "DeleteCertificate", brokenByDeletion(yield* station.snapshot, hashData), allow)
  return yield* station.call("DeleteCertificate", { certificateHashData: hashData }, options)
})

/** Which certificate is to be deleted. */
export interface CertificateToDelete {
  /** Where it is looked for. Default: among all types. */
  readonly certificateType?: GetCertificateIdUseEnumType
  /** PEM; a chain begins with it. */
  readonly certificate: string
  /** PEM of its issuer, unless it is a root or the chain has it. */
  readonly issuer?: string
}

/**
 * Deletes a certificate that is at hand as PEM: asks the station which ones it has, and deletes the one with the same hash
 * data, by the algorithm the station uses (M-4, M04.FR.07). NotFound, and nothing is deleted, when it has not got it. Fails as
 * `deleteCertificate` does, and with `UnreadableCertificate`.
 *
 * @example
 * const { status } = yield* CertificateManagement.deleteInstalledCertificate(station, {
 *   certificateType: "CSMSRootCertificate",
 *   certificate: oldRootPem
 * })
 */
export const deleteInstalledCertificate = Effect.fnUntraced(function* (
  station: Station,
  { certificate, certificateType, issuer }: CertificateToDelete,
  options: CertificateOptions = {}
): Effect.fn.Return<DeleteCertificateResponse, CallFailure | CheckFailed | UnreadableCertificate> {
  const { allow: _, ...callOptions } = options
  const types = certificateType === undefined ? undefined : ([certificateType] as const)
  const chains = yield* getInstalledCertificateIds(station, types, callOptions)
  const own = new Map<HashAlgorithmEnumType, HashData>()
  for (const { certificateHashData: leaf, childCertificateHashData: children = [] } of chains) {
    for (const reported of [leaf, ...children]) {
      const { hashAlgorithm } = reported
      const wanted = own.get(hashAlgorithm) ?? (yield* certificateHashData(certificate, hashAlgorithm, issuer))
      own.set(hashAlgorithm, wanted)
      if (isSameHashData(wanted, reported)) return yield* deleteCertificate(station, reported, options)
    }
  }
  return { status: "NotFound" }
})

const refuseIf = (
  { identity }: Station,
  action: string,
  broken: ReadonlyArray<BrokenRule>,
  allow: ReadonlyArray<string>
): Effect.Effect<void, CheckFailed> => {
  const left = broken.filter(({ rule }) => !allow.includes(rule))
  return left.length === 0 ? Effect.void : Effect.fail(new CheckFailed({ identity, action, broken: left }))
}
