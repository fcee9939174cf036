/**
 * The renewal of a certificate from the station's CSR on (A02, A03): the answer is on the wire, now the application's
 * certificate authority signs, and CertificateSigned goes out. One signing of each type at a time; the newest CSR counts.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type {
  CertificateSigningUseEnumType,
  SecurityEventNotificationRequest,
  SignCertificateRequest,
  SignCertificateResponse
} from "@wattline/ocpp-v201"
import { discardedCertificate, failRenewal, type RenewalFailure } from "../blocks/Security.ts"
import type { CertificateSigner, HandlerContext } from "../csms/Handlers.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { doubtsOf, isForAnotherKey } from "../transport/RenewedCertificate.ts"
import { readCertificate } from "../transport/X509.ts"
import type { AnsweringCall } from "./Answering.ts"
import * as CertificateRecord from "./CertificateRecord.ts"
import * as SecurityRecord from "./SecurityRecord.ts"
import type { StationProcess } from "./Station.ts"

/** A CSR that is being signed, or whose certificate waits to be taken. */
interface Signing {
  readonly csr: string
  fiber: Fiber.Fiber<unknown, unknown> | undefined
}

/** The signings of one station by type of certificate. */
export type Signings = Map<CertificateSigningUseEnumType | undefined, Signing>

/** How long a certificate waits for a station that is offline, or still busy. */
const deliveryTimeout = "1 day"

/** A CALL of the station has its answer, and the answer is on its way. */
export const answered = (station: StationProcess, call: AnsweringCall, response: object): void => {
  if (call.action === "SignCertificate") requested(station, call, response as SignCertificateResponse)
  else if (call.action === "SecurityEventNotification") told(station, call.payload as SecurityEventNotificationRequest)
}

/** A newer CSR of the same type takes the place of the one before; the same one again changes nothing. */
const requested = (station: StationProcess, call: AnsweringCall, { status }: SignCertificateResponse): void => {
  const { certificateType, csr } = call.payload as SignCertificateRequest
  if (status !== "Accepted") return log(station, "RequestRejected", "the CSMS does not sign")
  const signer = station.handlers.get("signCertificate") as CertificateSigner | undefined
  if (signer === undefined) return // the application answered by itself, and goes on by itself
  if (station.signings?.get(certificateType)?.csr === csr) return
  const { messageId, receivedAt } = call
  begin(station, signer, call.payload as SignCertificateRequest, { messageId, receivedAt })
}

/**
 * The station is here, and what it was promised before the CSMS restarted is signed now: the CA is asked again, because nobody
 * knows how far it had come.
 */
export const resume = (station: StationProcess): void => {
  for (const { at, certificateType, csr, state } of station.mirror.security.renewals) {
    if (state !== "Signing" || csr === undefined || station.signings?.has(certificateType)) continue
    const signer = station.handlers.get("signCertificate") as CertificateSigner | undefined
    if (signer === undefined) return
    const request = { csr, ...(certificateType !== undefined && { certificateType }) }
    begin(station, signer, request, { messageId: "", receivedAt: at })
  }
}

/** Where a CSR came from. */
type Origin = Pick<HandlerContext, "messageId" | "receivedAt">

const begin = (
  station: StationProcess,
  signer: CertificateSigner,
  request: SignCertificateRequest,
  origin: Origin
): void => {
  const { certificateType, csr } = request
  const signings: Signings = (station.signings ??= new Map())
  signings.get(certificateType)?.fiber?.interruptUnsafe()
  const signing: Signing = { csr, fiber: undefined }
  signings.set(certificateType, signing)
  const isCurrent = (): boolean => signings.get(certificateType) === signing
  const end = Effect.sync(() => {
    if (isCurrent()) signings.delete(certificateType)
  })
  signing.fiber = station.run(Effect.ensuring(sign(station, signer, request, origin, isCurrent), end))
}

const sign = (
  station: StationProcess,
  signer: CertificateSigner,
  request: SignCertificateRequest,
  origin: Origin,
  isCurrent: () => boolean
): Effect.Effect<void> =>
  Effect.matchCauseEffect(
    Effect.suspend(() => signer(request, { station: station.ref, ...origin, mirror: station.mirror })),
    {
      onFailure: (cause) =>
        Effect.sync(() => isCurrent() && fail(station, request, "SigningFailed", Cause.pretty(cause))),
      onSuccess: (chain) => (isCurrent() ? deliver(station, request, chain) : Effect.void)
    }
  )

/** */
const deliver = (station: StationProcess, request: SignCertificateRequest, chain: string): Effect.Effect<void> => {
  const { certificateType, csr } = request
  const leaf = readCertificate(chain)
  if (leaf !== undefined && isForAnotherKey(leaf, csr))
    return Effect.sync(() => fail(station, request, "SigningFailed", "the certificate is for another key than the CSR"))
  const doubts =
    leaf === undefined ? ["It cannot be read as X.509 in PEM."] : doubtsOf(leaf, expected(station, certificateType))
  if (doubts.length > 0) warn(station, certificateType, doubts)
  const certificateSigned = { certificateChain: chain, ...(certificateType !== undefined && { certificateType }) }
  return Effect.match(
    station.ref.call("CertificateSigned", certificateSigned, { waitForReconnect: true, queueTimeout: deliveryTimeout }),
    {
      onFailure: (failure) => fail(station, request, reasons[failure._tag], failure.message),
      // The mirror has told the station's answer.
      onSuccess: ({ status }) => status === "Rejected" && log(station, "Rejected", "the station does not take it")
    }
  )
}

const reasons: { readonly [F in CallFailure["_tag"]]: RenewalFailure } = {
  NotSent: "NotSent",
  CallError: "Refused",
  OutcomeUnknown: "OutcomeUnknown"
}

/** Serial number and organization are in certificates for the CSMS only. */
const expected = (
  { engine, mirror, security }: StationProcess,
  certificateType: CertificateSigningUseEnumType | undefined
): Parameters<typeof doubtsOf>[1] => {
  const now = engine.now()
  if (certificateType === "V2GCertificate") return { now, serialNumber: undefined, organizations: [] }
  const serialNumber = security.serialNumber ?? mirror.provisioning.chargingStation?.serialNumber
  return { now, serialNumber, organizations: engine.settings.organizations }
}

/** the station has no other sign of it, so it is told and logged. */
const fail = (
  station: StationProcess,
  { certificateType }: SignCertificateRequest,
  reason: RenewalFailure,
  message: string
): void => {
  if (station.isShutDown) return
  const at = station.engine.now()
  station.remirror((mirror, emit) => ({
    ...mirror,
    security: failRenewal(mirror.security, certificateType, { reason, message }, at, emit)
  }))
  log(station, reason, message)
}

const warn = (
  station: StationProcess,
  certificateType: CertificateSigningUseEnumType | undefined,
  doubts: ReadonlyArray<string>
): void => {
  station.emit({ _tag: "CertificateDoubtful", ...(certificateType !== undefined && { certificateType }), doubts })
  write(station, Effect.logWarning(`${station.identity}: the new certificate is doubtful: ${doubts.join(" ")}`))
}

const log = (station: StationProcess, reason: RenewalFailure, message: string): void =>
  write(station, Effect.logError(`${station.identity}: certificate renewal failed: ${reason}: ${message}`))

const write = ({ connectionId, engine, identity }: StationProcess, line: Effect.Effect<void>): void =>
  void engine.run(Effect.annotateLogs(line, { station: identity, connectionId }))

/** the station uses its old certificate. */
const told = (station: StationProcess, { type }: SecurityEventNotificationRequest): void => {
  if (type !== discardedCertificate) return
  log(station, "Discarded", "the station could not connect with its new certificate")
  const { certificates } = station.security
  if (certificates === undefined) return
  const after = SecurityRecord.withCertificates(station.security, CertificateRecord.discarded(certificates))
  if (after !== station.security) station.learn(after, [])
}

/** The station is removed, or the CSMS closes. */
export const abandon = (station: StationProcess): void => {
  const signings = station.signings
  station.signings = undefined
  for (const { fiber } of signings?.values() ?? []) fiber?.interruptUnsafe()
}
