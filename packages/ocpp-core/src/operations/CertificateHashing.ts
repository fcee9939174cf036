/** The hash data of certificates in PEM (M-7), and certificates found among those of a station by it. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { HashAlgorithmEnumType } from "@wattline/ocpp-v201"
import { type HashData, issuerAmong } from "../transport/CertificateHash.ts"
import { type ReadCertificate, readCertificates } from "../transport/X509.ts"

/** What hash data should be made of is no certificate in PEM, or that of its issuer is not there. */
export class UnreadableCertificate extends Data.TaggedError("UnreadableCertificate")<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}

/**
 * The hash data by which OCPP names a certificate (M-7): hashes of its issuer's name and key, and its serial number without
 * leading zeros, all hexadecimal in lower case. Of the first certificate in `pem`; that of its issuer, whose key it takes,
 * is looked for in `pem` and in `issuer`, and a root is its own. Fails with `UnreadableCertificate`.
 *
 * @example
 * const hashData = yield* CertificateManagement.certificateHashData(rootPem, "SHA256")
 */
export const certificateHashData = Effect.fnUntraced(function* (
  pem: string,
  hashAlgorithm: HashAlgorithmEnumType = "SHA256",
  issuer?: string
): Effect.fn.Return<HashData, UnreadableCertificate> {
  const found = withIssuer(pem, issuer)
  if (typeof found === "string") return yield* new UnreadableCertificate({ detail: found })
  const { hashDataOf } = yield* Effect.promise(() => import("../pki/HashData.ts"))
  const hashData = yield* Effect.promise(() => hashDataOf(...found, hashAlgorithm))
  return hashData ?? (yield* new UnreadableCertificate({ detail: "It, or that of its issuer, cannot be read." }))
})

/** The first certificate and its issuer, or why there is none. */
const withIssuer = (pem: string, issuer = ""): readonly [ReadCertificate, ReadCertificate] | string => {
  const [certificate, ...others] = readCertificates(pem) ?? []
  if (certificate === undefined) return "It cannot be read as X.509 in PEM."
  const found = issuerAmong(certificate, [...others, ...(readCertificates(issuer) ?? []), certificate])
  return found === undefined ? "The certificate of its issuer is not there." : [certificate, found]
}
