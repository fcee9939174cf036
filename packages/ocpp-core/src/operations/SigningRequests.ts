/** What a CSMS looks at before it hands the CSR of a station to its certificate authority. */
import * as Effect from "effect/Effect"
import type { ReadRequest } from "../pki/SigningRequest.ts"
import { subjectDoubtsOf } from "../transport/RenewedCertificate.ts"

/** What a CSR says, and what speaks against signing it. */
export interface SigningRequestVerdict extends ReadRequest {
  /** What is not as expected in its subject; one sentence each. */
  readonly doubts: ReadonlyArray<string>
}

/** What the subject of a CSR should be. */
export interface ExpectedSubject {
  /**
   * The serial number that you registered for the station, or the CN of the certificate that it was let in with and that the
   * library has kept: `security?.serialNumber` of its snapshot, of profile 3 only. Never
   * `mirror.provisioning.chargingStation.serialNumber`, which is only what the station says of itself: whoever has the password
   * of one station would get the certificate of another. Default: the CN is not looked at, as for a V2GCertificate.
   */
  readonly serialNumber?: string
  /** Names of which one must be an O. Default: not looked at. */
  readonly organizations?: ReadonlyArray<string>
}

/**
 * Reads the CSR of a station, PKCS#10 in PEM: its subject, whether it is signed by its own key, and whether the subject is as
 * expected (A00.FR.509, A00.FR.511). Use it in a `signCertificate` handler before the CSR goes to the CA. Never fails.
 *
 * @example
 * const serialNumber = yield* registered.serialNumberOf(station.identity) // what the operator knows, not what the station says
 * const { doubts, signature } = yield* CertificateManagement.checkSigningRequest(csr, { serialNumber })
 * if (signature !== "Valid" || doubts.length > 0) return yield* Effect.fail(new Error(doubts.join(" ")))
 */
export const checkSigningRequest = (
  csr: string,
  { organizations = [], serialNumber }: ExpectedSubject = {}
): Effect.Effect<SigningRequestVerdict> =>
  Effect.map(
    Effect.promise(async () => (await import("../pki/SigningRequest.ts")).readRequest(csr)),
    (request) => {
      const doubts = request.signature === "Unreadable" ? [] : subjectDoubtsOf(request, { serialNumber, organizations })
      return { ...request, doubts }
    }
  )
