/**
 * Block A: the renewals of a station's certificates, one of each type: asked for by the station, signed or not, taken or not
 * (A02, A03). The signing itself is in `station/Signing.ts`, passwords and fingerprints are in the security record.
 */
import type { CertificateSigningUseEnumType } from "@wattline/ocpp-v201"
import type { Block, Exchange } from "./Block.ts"

/**
 * Why a renewal came to nothing.
 *
 * - `RequestRejected`: the CSMS does not sign: its SignCertificate was answered Rejected
 * - `SigningFailed`: the certificate authority failed after the station was told Accepted, or its certificate is for another
 *   key
 * - `NotSent`: CertificateSigned was not sent; the chain is too long, or the station did not come back
 * - `Refused`: CertificateSigned was answered with a CALLERROR
 * - `OutcomeUnknown`: CertificateSigned was not answered; the station may have taken it
 * - `Rejected`: the station does not take the certificate
 * - `Discarded`: it took it, could not connect with it, and kept its old one
 */
export type RenewalFailure =
  | "RequestRejected"
  | "SigningFailed"
  | "NotSent"
  | "Refused"
  | "OutcomeUnknown"
  | "Rejected"
  | "Discarded"

/** What a certificate is for, as in SignCertificate; absent: for the CSMS and for ISO 15118. */
interface ForType {
  readonly certificateType?: CertificateSigningUseEnumType
}

/** The last renewal of a type of certificate. Plain data. */
export interface CertificateRenewal extends ForType {
  /** `Signing`: the station was told Accepted and waits for its certificate; the others are ends. */
  readonly state: "Signing" | "Accepted" | "Failed"
  /** Of `Failed`. */
  readonly reason?: RenewalFailure
  /** CSMS clock in milliseconds since 1970: when it came to be so. */
  readonly at: number
  /** Of `Signing`: what is signed, as PEM; it goes on after a restart of the CSMS. Holds a public key only. */
  readonly csr?: string
}

/** State of block A for one station. Plain data. */
export interface SecurityState {
  /** At most one of each type, the latest last. */
  readonly renewals: ReadonlyArray<CertificateRenewal>
}

/** What block A says happened. Identity, epoch and time are added by the engine. */
export type SecurityEvent =
  | CertificateSigningRequested
  | CertificateDoubtful
  | CertificateAccepted
  | CertificateRenewalFailed

/** The station sent a CSR and was told that it will be signed. A newer one of the same type replaces it. */
export interface CertificateSigningRequested extends ForType {
  readonly _tag: "CertificateSigningRequested"
}

/** A certificate that was signed for the station is sent to it, and is likely not to serve it: one sentence each. */
export interface CertificateDoubtful extends ForType {
  readonly _tag: "CertificateDoubtful"
  readonly doubts: ReadonlyArray<string>
}

/**
 * The station took its new certificate. With any type but V2GCertificate it connects again with it; once it has,
 * `CertificateReplaced` says so.
 */
export interface CertificateAccepted extends ForType {
  readonly _tag: "CertificateAccepted"
}

/**
 * A renewal came to nothing and is closed; the old certificate stays. Nothing is sent again by itself, and the station
 * has no other sign of it: ask for a new one with `Security.requestCertificateRenewal` once the reason is gone.
 */
export interface CertificateRenewalFailed extends ForType {
  readonly _tag: "CertificateRenewalFailed"
  readonly reason: RenewalFailure
  /** For the log of the CSMS; holds no key. */
  readonly message: string
}

type Emit = (event: SecurityEvent) => void
type CertificateType = CertificateSigningUseEnumType | undefined

const typed = (certificateType: CertificateType): ForType => (certificateType === undefined ? {} : { certificateType })

const put = (state: SecurityState, renewal: CertificateRenewal): SecurityState => ({
  ...state,
  renewals: [...state.renewals.filter((one) => one.certificateType !== renewal.certificateType), renewal]
})

/** The last renewal of this type, if there was one. */
export const renewalOf = (state: SecurityState, certificateType?: CertificateType): CertificateRenewal | undefined =>
  state.renewals.find((one) => one.certificateType === certificateType)

/**
 * Whether the station waits for a certificate of this type (A02): it sent a CSR and was told Accepted, and has not answered a
 * certificate since. A type that is left out on either side fits any.
 */
export const awaitsCertificate = ({ renewals }: SecurityState, certificateType?: CertificateType): boolean =>
  renewals.some(
    (one) =>
      (one.state === "Signing" || (one.reason !== undefined && waiting.has(one.reason))) &&
      (certificateType === undefined || one.certificateType === undefined || one.certificateType === certificateType)
  )

/** Failures on our side: the station has not judged a certificate. */
const waiting: ReadonlySet<RenewalFailure> = new Set(["SigningFailed", "NotSent", "Refused", "OutcomeUnknown"])

/** A renewal is over without a certificate. `at` is CSMS time in milliseconds since 1970. */
export const failRenewal = (
  state: SecurityState,
  certificateType: CertificateType,
  failure: Pick<CertificateRenewalFailed, "reason" | "message">,
  at: number,
  emit: (event: CertificateRenewalFailed) => void
): SecurityState => {
  emit({ _tag: "CertificateRenewalFailed", ...typed(certificateType), ...failure })
  return put(state, { ...typed(certificateType), state: "Failed", reason: failure.reason, at })
}

const requested = (state: SecurityState, exchange: Exchange<"SignCertificate">, emit: Emit): SecurityState => {
  const { at, request, response } = exchange
  const { certificateType, csr } = request
  if (response.status !== "Accepted") {
    const message = "the CSMS signs no certificates of this type for this station"
    return failRenewal(state, certificateType, { reason: "RequestRejected", message }, at, emit)
  }
  emit({ _tag: "CertificateSigningRequested", ...typed(certificateType) })
  return put(state, { ...typed(certificateType), state: "Signing", at, csr })
}

const signed = (state: SecurityState, exchange: Exchange<"CertificateSigned">, emit: Emit): SecurityState => {
  const { at, request, response } = exchange
  const { certificateType } = request
  if (response.status !== "Accepted") {
    const { reasonCode = "no reason", additionalInfo } = response.statusInfo ?? {}
    const why = additionalInfo === undefined ? reasonCode : `${reasonCode}: ${additionalInfo}`
    const message = `the station does not take the certificate (${why})`
    return failRenewal(state, certificateType, { reason: "Rejected", message }, at, emit)
  }
  emit({ _tag: "CertificateAccepted", ...typed(certificateType) })
  return put(state, { ...typed(certificateType), state: "Accepted", at })
}

/** The security event of A-32; it is not in the standard's list of them. */
export const discardedCertificate = "DiscardedRenewedClientCertificate"

const securityEvent = (
  state: SecurityState,
  { at, request }: Exchange<"SecurityEventNotification">,
  emit: Emit
): SecurityState => {
  if (request.type !== discardedCertificate) return state
  const accepted = state.renewals.findLast(
    (one) => one.state === "Accepted" && one.certificateType !== "V2GCertificate"
  )
  const message = "the station could not connect with its new certificate, and kept the old one"
  return failRenewal(state, accepted?.certificateType, { reason: "Discarded", message }, at, emit)
}

/** Block A, Security. */
export const security: Block<SecurityState, SecurityEvent> = {
  initial: Object.freeze({ renewals: Object.freeze([]) }),
  reduce: { SignCertificate: requested, CertificateSigned: signed, SecurityEventNotification: securityEvent }
}
