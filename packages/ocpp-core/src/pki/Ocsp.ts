/** OCSP (RFC 6960) as a CSMS needs it: the request for one certificate, and whether a response is one at all. Pure. */
import type { HashAlgorithmEnumType } from "@wattline/ocpp-v201"
import { Integer, Null, OctetString } from "asn1js"
import {
  AlgorithmIdentifier,
  CertID,
  id_sha256,
  id_sha384,
  id_sha512,
  OCSPRequest,
  OCSPResponse,
  Request,
  TBSRequest
} from "pkijs"
import type { HashData } from "../transport/CertificateHash.ts"
import { type Bytes, bytesOfHex } from "../transport/Der.ts"
import { read } from "./Reading.ts"

/** Object identifiers, and how many bytes such a hash has. */
const algorithms: { readonly [A in HashAlgorithmEnumType]: { readonly oid: string; readonly size: number } } = {
  SHA256: { oid: id_sha256, size: 32 },
  SHA384: { oid: id_sha384, size: 48 },
  SHA512: { oid: id_sha512, size: 64 }
}

/** The OCSPRequest for one certificate, DER; `undefined` when its hash data is not hexadecimal or of another length. */
export const ocspRequest = ({
  hashAlgorithm,
  issuerKeyHash,
  issuerNameHash,
  serialNumber
}: HashData): Bytes | undefined => {
  const { oid, size } = algorithms[hashAlgorithm]
  const [name, key] = [bytesOfHex(issuerNameHash), bytesOfHex(issuerKeyHash)]
  if (name?.length !== size || key?.length !== size || bytesOfHex(serialNumber) === undefined) return undefined
  const reqCert = new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithmId: oid, algorithmParams: new Null() }),
    issuerNameHash: new OctetString({ valueHex: name }),
    issuerKeyHash: new OctetString({ valueHex: key }),
    serialNumber: Integer.fromBigInt(BigInt(`0x${serialNumber}`))
  })
  const tbsRequest = new TBSRequest({ requestList: [new Request({ reqCert })] })
  return new Uint8Array(new OCSPRequest({ tbsRequest }).toSchema(true).toBER())
}

/** Whether these bytes are an OCSPResponse with an answer: responseStatus `successful`. Its signature is for the station. */
export const isOcspAnswer = (der: Bytes): boolean => {
  const { responseBytes, responseStatus } = read(OCSPResponse, der) ?? {}
  return responseStatus?.valueBlock.valueDec === 0 && responseBytes !== undefined
}
