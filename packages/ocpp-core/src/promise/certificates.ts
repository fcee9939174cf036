/** What block M has for handlers and directories, and not for a station: OCSP, signing requests, hash data. */
import * as Effect from "effect/Effect"
import type { HashAlgorithmEnumType, OCSPRequestDataType } from "@wattline/ocpp-v201"
import * as CertificateManagement from "../operations/CertificateManagement.ts"
import type { PromiseHandler } from "./Handlers.ts"

/**
 * A handler of GetCertificateStatus: Accepted with what the OCSP responder says, else Failed (M-8, M06.FR.02 to M06.FR.04). Write
 * `ocspResult` into a handler of your own where the reason matters.
 *
 * @example
 * const handlers: PromiseHandlers = {
 *   GetCertificateStatus: getCertificateStatusBy({ allow: ({ hostname }) => hostname === "ocsp.example" })
 * }
 */
export const getCertificateStatusBy =
  (options: CertificateManagement.OcspOptions): PromiseHandler<"GetCertificateStatus"> =>
  ({ ocspRequestData }, { signal }) =>
    Effect.runPromise(
      Effect.match(CertificateManagement.ocspResult(ocspRequestData, options), {
        onFailure: () => ({ status: "Failed" }) as const,
        onSuccess: (ocspResult) => ({ status: "Accepted", ocspResult }) as const
      }),
      { signal }
    )

/**
 * Asks the OCSP responder at `responderURL` about a certificate, by POST, and gives the response as base64 of its DER. No redirect is
 * followed, and the signature in the response is not checked: that is for the station. Rejects with `OcspFailed`: the URL is
 * not allowed, or the responder does not answer in time with an OCSP response that is successful and fits (M-8).
 */
export const ocspResult = (request: OCSPRequestDataType, options: CertificateManagement.OcspOptions): Promise<string> =>
  Effect.runPromise(CertificateManagement.ocspResult(request, options))

/**
 * Reads the CSR of a station, PKCS#10 in PEM: its subject, whether it is signed by its own key, and whether the subject is as
 * expected (A00.FR.509, A00.FR.511). Use it in a `signCertificate` handler before the CSR goes to the CA. Never rejects.
 *
 * @example
 * const serialNumber = await registered.serialNumberOf(station.identity) // what the operator knows, not what the station says
 * const { doubts, signature } = await checkSigningRequest(csr, { serialNumber })
 * if (signature !== "Valid" || doubts.length > 0) throw new Error(doubts.join(" "))
 */
export const checkSigningRequest = (
  csr: string,
  expected?: CertificateManagement.ExpectedSubject
): Promise<CertificateManagement.SigningRequestVerdict> =>
  Effect.runPromise(CertificateManagement.checkSigningRequest(csr, expected))

/**
 * The hash data by which OCPP names the first certificate of a PEM text (M-7), all hexadecimal in lower case. Its issuer is looked
 * for in `pem` and in `issuer`; a root is its own. Rejects with `UnreadableCertificate`.
 */
export const certificateHashData = (
  pem: string,
  hashAlgorithm?: HashAlgorithmEnumType,
  issuer?: string
): Promise<CertificateManagement.HashData> =>
  Effect.runPromise(CertificateManagement.certificateHashData(pem, hashAlgorithm, issuer))
