/** A station's certificate that is not as it must be: one event, and one line in the log (A-5, A00.FR.408). */
import * as Effect from "effect/Effect"
import type { Engine } from "../station/Engine.ts"
import type { CertificateReport } from "../transport/Admission.ts"

/** See the head of the file. */
export const tellCertificate = (
  engine: Engine,
  remoteAddress: string | undefined,
  { certificate, exempted, identity, reason }: CertificateReport
): void => {
  const { fingerprint256, problem } = certificate ?? {}
  engine.run(
    Effect.logWarning("InvalidChargingStationCertificate").pipe(
      Effect.annotateLogs({ station: identity, remoteAddress, reason, problem, fingerprint256, admitted: exempted })
    )
  )
  if (!engine.events.active) return
  engine.events.publish({
    _tag: "InvalidChargingStationCertificate",
    identity,
    remoteAddress,
    reason,
    problem,
    admitted: exempted,
    fingerprint256,
    at: engine.now()
  })
}
