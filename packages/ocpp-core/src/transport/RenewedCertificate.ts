/**
 * Whether a certificate that a CA made for a station is what the station can use: what stops it from being sent, and what is
 * only worth a warning. Tables of sentences. Pure.
 */
import { isOfOne } from "./CertificateCheck.ts"
import { equal } from "./Password.ts"
import { keyOfRequest, type ReadCertificate } from "./X509.ts"

/** What is expected of a new certificate. */
export interface RenewalExpectation {
  /** CSMS clock in milliseconds since 1970. */
  readonly now: number
  /** The serial number of the station, which is its CN; `undefined`: not known, or a certificate that is not for the CSMS. */
  readonly serialNumber: string | undefined
  /** Names of which one must be an O; empty: not checked. */
  readonly organizations: ReadonlyArray<string>
}

/** By how many milliseconds the clock of a station may be behind ours: 5 minutes. */
export const clockTolerance = 300_000

type Doubt<A, E> = readonly [isIn: (read: A, expected: E) => boolean, say: string]
type Subject = Pick<ReadCertificate, "commonName" | "organizations">
type SubjectExpectation = Pick<RenewalExpectation, "serialNumber" | "organizations">

const timeDoubts: ReadonlyArray<Doubt<ReadCertificate, RenewalExpectation>> = [
  [({ notBefore }, { now }) => notBefore > now, "It is not valid yet."],
  [
    ({ notBefore }, { now }) => notBefore <= now && notBefore > now - clockTolerance,
    "It is valid since less than 5 minutes, and not yet for a station whose clock is behind."
  ],
  [({ notAfter }, { now }) => notAfter <= now, "It has expired."]
]

const subjectDoubts: ReadonlyArray<Doubt<Subject, SubjectExpectation>> = [
  [
    ({ commonName }, { serialNumber }) => serialNumber !== undefined && commonName !== serialNumber,
    "Its CN is not the serial number of the station."
  ],
  [
    (subject, { organizations }) => organizations.length > 0 && !isOfOne(subject, organizations),
    "Its O is not an organization of this CSMS."
  ]
]

/** What makes it doubtful that the station takes the certificate, or comes in with it; one sentence each. */
export const doubtsOf = (leaf: ReadCertificate, expected: RenewalExpectation): ReadonlyArray<string> => [
  ...found(timeDoubts, leaf, expected),
  ...subjectDoubtsOf(leaf, expected)
]

/** What is not as it should be in the subject of a certificate, or of a request for one; one sentence each. */
export const subjectDoubtsOf = (subject: Subject, expected: SubjectExpectation): ReadonlyArray<string> =>
  found(subjectDoubts, subject, expected)

const found = <A, E>(doubts: ReadonlyArray<Doubt<A, E>>, read: A, expected: E): ReadonlyArray<string> =>
  doubts.flatMap(([isIn, say]) => (isIn(read, expected) ? [say] : []))

/** Whether the certificate is for another key than the signing request; one that cannot be read is taken for the same. */
export const isForAnotherKey = ({ publicKey }: ReadCertificate, csr: string): boolean => {
  const requested = keyOfRequest(csr)
  return requested !== undefined && !equal(requested, publicKey)
}

/** SHA-256 over the certificate as `ClientCertificate.fingerprint256` writes it: upper-case hex bytes, joined with `:`. */
export const fingerprintOf = async ({ der }: ReadCertificate): Promise<string> => {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", der))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":")
}
