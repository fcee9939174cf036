/** The hash data by which OCPP names a certificate (M-7): what an OCSP request names it by, too. */
import type { HashAlgorithmEnumType } from "@wattline/ocpp-v201"
import { Certificate, CertID } from "pkijs"
import { digests, type HashData, withoutZeros } from "../transport/CertificateHash.ts"
import { hexOf } from "../transport/Der.ts"
import type { ReadCertificate } from "../transport/X509.ts"
import { engine, read } from "./Reading.ts"

/** The hash data of a certificate, all hexadecimal in lower case; `undefined` when it or its issuer cannot be read. */
export const hashDataOf = async (
  certificate: ReadCertificate,
  issuer: ReadCertificate,
  hashAlgorithm: HashAlgorithmEnumType
): Promise<HashData | undefined> => {
  const [own, issuerCertificate] = [read(Certificate, certificate.der), read(Certificate, issuer.der)]
  if (own === undefined || issuerCertificate === undefined) return undefined
  const parameters = { hashAlgorithm: digests[hashAlgorithm], issuerCertificate }
  const { issuerKeyHash, issuerNameHash, serialNumber } = await CertID.create(own, parameters, engine)
  return {
    hashAlgorithm,
    issuerNameHash: hexOf(issuerNameHash.valueBlock.valueHexView),
    issuerKeyHash: hexOf(issuerKeyHash.valueBlock.valueHexView),
    serialNumber: withoutZeros(hexOf(serialNumber.valueBlock.valueHexView))
  }
}
