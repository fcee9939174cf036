/** One CertificateSigned on its way: what is too long is not sent, and what the station takes is on record. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { CertificateSignedRequest, CertificateSignedResponse } from "@wattline/ocpp-v201"
import * as DeviceModel from "../blocks/DeviceModel.ts"
import type { CallRequest } from "../csms/Cluster.ts"
import type { NotSent } from "../rpc/CallFailure.ts"
import { fingerprintOf } from "../transport/RenewedCertificate.ts"
import type { Admitted } from "../transport/Transport.ts"
import { readCertificate } from "../transport/X509.ts"
import * as CertificateRecord from "./CertificateRecord.ts"
import { type CallChange, notSent, type Outcome, type PendingCall } from "./OutboundCalls.ts"
import * as SecurityRecord from "./SecurityRecord.ts"
import type { StationProcess } from "./Station.ts"

/** See the head of the file. */
class CertificateChange implements CallChange {
  pending: PendingCall | undefined = undefined
  /** The certificate that the station was in with when it was sent. */
  private inUse: string | undefined = undefined
  private readonly station: StationProcess
  private readonly fingerprint: string

  constructor(station: StationProcess, fingerprint: string) {
    this.station = station
    this.fingerprint = fingerprint
  }

  readonly sentOver = ({ certificate }: Admitted): void => {
    this.inUse = certificate?.fingerprint256
  }

  /** The station has the certificate, or may have it: then both are good until it shows which one it uses. */
  concluded(outcome: Outcome): void {
    if (!mayHaveIt(outcome)) return
    const { security } = this.station
    const certificates = CertificateRecord.offered(security.certificates, this.fingerprint, this.inUse)
    this.station.learn(SecurityRecord.withCertificates(security, certificates), [])
  }

  givenUp(): void {}

  hide(text: string): string {
    return text
  }

  hideIn(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return details
  }
}

const mayHaveIt = (outcome: Outcome): boolean => {
  if (Exit.isSuccess(outcome)) return (outcome.value as CertificateSignedResponse).status === "Accepted"
  const error = Exit.findErrorOption(outcome)
  return error._tag === "None" || error.value._tag === "OutcomeUnknown"
}

/** Gets ready to send a certificate; `undefined` when nothing of it is to be put on record. */
export const prepareCertificate = (
  station: StationProcess,
  request: CallRequest
): Effect.Effect<CallChange | undefined, NotSent> => {
  const { certificateChain, certificateType } = request.payload as CertificateSignedRequest
  const most = maxChainLength(station.mirror.provisioning.deviceModel)
  if (certificateChain.length > most)
    return notSent(
      request,
      "InvalidRequest",
      `certificateChain has ${certificateChain.length} characters; the station takes at most ${most} (A02.FR.16)`
    )
  const leaf = certificateType === "V2GCertificate" ? undefined : readCertificate(certificateChain)
  // A V2G certificate brings no reconnect, and behind a local controller none of the station's own shows.
  if (leaf === undefined || station.session?.admitted.localController === true) return Effect.succeed(undefined)
  return Effect.map(
    Effect.promise(() => fingerprintOf(leaf)),
    (fingerprint) => new CertificateChange(station, fingerprint)
  )
}

/** Most characters of a chain. */
const maxChainLength = (deviceModel: DeviceModel.DeviceModel): number =>
  Math.min(
    DeviceModel.limit(deviceModel, { component: "SecurityCtrlr", variable: "MaxCertificateChainSize" }, 10_000) ??
      10_000,
    10_000
  )
