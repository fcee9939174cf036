/** What a signing request (CSR) says and whether its own key has signed it. Not whether its subject is right. */
import { CertificationRequest } from "pkijs"
import { requestOf } from "../transport/X509.ts"
import { engine, read } from "./Reading.ts"
import { isKnown } from "./Signature.ts"

/**
 * `Valid`: signed by the key it asks a certificate for. `Invalid`: it is not. `Unreadable`: no PKCS#10 in PEM.
 * `UnknownAlgorithm`: a key or a signature that is not one of ECDSA on P-256, P-384 or P-521, RSA or RSA-PSS, with SHA-256,
 * SHA-384 or SHA-512.
 */
export type SignatureVerdict = "Valid" | "Invalid" | "Unreadable" | "UnknownAlgorithm"

/** A signing request as it is read. */
export interface ReadRequest {
  /** The first CN of its subject. */
  readonly commonName: string | undefined
  /** The O entries of its subject. */
  readonly organizations: ReadonlyArray<string>
  /** Whether the key it asks a certificate for has signed it: the station that sent it has the private key. */
  readonly signature: SignatureVerdict
}

/** The first signing request of a PEM text. Nothing is known of the subject of one that is `Unreadable`. */
export const readRequest = async (pem: string): Promise<ReadRequest> => {
  const der = requestOf(pem)
  const request = der && read(CertificationRequest, der)
  if (request === undefined) return { commonName: undefined, organizations: [], signature: "Unreadable" }
  return {
    commonName: namesOf(request, commonName)[0],
    organizations: namesOf(request, organization),
    signature: await signatureOf(request)
  }
}

const commonName = "2.5.4.3"
const organization = "2.5.4.10"

const namesOf = ({ subject }: CertificationRequest, oid: string): ReadonlyArray<string> =>
  subject.typesAndValues.flatMap(({ type, value }) => {
    const text: unknown = type === oid && value.valueBlock.value
    return typeof text === "string" ? [text] : []
  })

const signatureOf = async (request: CertificationRequest): Promise<SignatureVerdict> => {
  if (!isKnown(request, request)) return "UnknownAlgorithm"
  try {
    return (await request.verify(engine)) ? "Valid" : "Invalid"
  } catch {
    return "Invalid" // what should be a key, or a signature, is none
  }
}
