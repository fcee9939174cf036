/** The hash data by which OCPP names a certificate (M-7), compared. What makes it of a certificate is in pki/. */
import type { CertificateHashDataType, HashAlgorithmEnumType } from "@wattline/ocpp-v201"
import { hexOf, type Bytes } from "./Der.ts"
import { equal } from "./Password.ts"
import type { ReadCertificate } from "./X509.ts"

/** What names a certificate: the same in CertificateHashDataType, OCSPRequestDataType and an OCSP request. */
export type HashData = Pick<
  CertificateHashDataType,
  "hashAlgorithm" | "issuerNameHash" | "issuerKeyHash" | "serialNumber"
>

/** The names that WebCrypto has for the algorithms. */
export const digests = { SHA256: "SHA-256", SHA384: "SHA-384", SHA512: "SHA-512" } as const satisfies Record<
  HashAlgorithmEnumType,
  string
>

/** The issuer of a certificate among these: by name, itself when it names itself. */
export const issuerAmong = (
  { issuer }: ReadCertificate,
  candidates: ReadonlyArray<ReadCertificate>
): ReadCertificate | undefined => candidates.find(({ subject }) => equal(subject, issuer))

/** The hash of these bytes, hexadecimal in lower case. */
export const hashOf = async (bytes: Bytes, hashAlgorithm: HashAlgorithmEnumType): Promise<string> =>
  hexOf(new Uint8Array(await crypto.subtle.digest(digests[hashAlgorithm], bytes)))

/** Whether both name one certificate, by the same algorithm. Case and leading zeros do not matter. */
export const isSameHashData = (a: HashData, b: HashData): boolean =>
  a.hashAlgorithm === b.hashAlgorithm &&
  isSameHex(a.serialNumber, b.serialNumber) &&
  isSameHex(a.issuerNameHash, b.issuerNameHash) &&
  isSameHex(a.issuerKeyHash, b.issuerKeyHash)

/** Whether both texts write the same hexadecimal number. */
export const isSameHex = (a: string, b: string): boolean =>
  withoutZeros(a).toLowerCase() === withoutZeros(b).toLowerCase()

/** As OCPP wants serial numbers. */
export const withoutZeros = (hex: string): string => hex.replace(/^0+(?=.)/, "")
