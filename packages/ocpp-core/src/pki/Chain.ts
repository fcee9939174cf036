/**
 * Whether a certificate comes from a CA that is trusted: names, signatures, times, and who may sign certificates at all. Not
 * whether it was revoked, and not what it may be used for. The walk is ours, because that of PKI.js goes in circles where two CAs
 * have signed each other.
 */
import { BasicConstraints, Certificate } from "pkijs"
import { equal } from "../transport/Password.ts"
import type { ReadCertificate } from "../transport/X509.ts"
import { engine, read } from "./Reading.ts"
import { isKnown } from "./Signature.ts"

/** Certificates between a leaf and a root. */
const maxLength = 8

/**
 * Why a certificate is not to be trusted, one sentence; `undefined` when it is. `others`: where intermediate ones are looked for.
 * One that is among `roots` itself is trusted. `now`: milliseconds since 1970.
 */
export const chainProblem = async (
  leaf: ReadCertificate,
  others: ReadonlyArray<ReadCertificate>,
  roots: ReadonlyArray<ReadCertificate>,
  now: number
): Promise<string | undefined> => {
  let current = leaf
  for (let length = 0; length < maxLength; length++) {
    const untimely = timeProblem(current, now)
    if (untimely !== undefined) return untimely
    if (roots.some(({ der }) => equal(der, current.der))) return undefined
    const issuer = (await issuerOf(current, roots)) ?? (await issuerOf(current, others))
    if (issuer === undefined) return "The certificate does not come from a CA that is trusted."
    if (!isCa(issuer)) return "The certificate is signed by one that is no CA."
    current = issuer
  }
  return "The chain of the certificate is too long."
}

const timeProblem = ({ notAfter, notBefore }: ReadCertificate, now: number): string | undefined =>
  notAfter <= now
    ? "The certificate, or one above it, has expired."
    : notBefore > now
      ? "The certificate, or one above it, is not valid yet."
      : undefined

const issuerOf = async (
  { der, issuer }: ReadCertificate,
  candidates: ReadonlyArray<ReadCertificate>
): Promise<ReadCertificate | undefined> => {
  const certificate = read(Certificate, der)
  if (certificate === undefined) return undefined
  for (const candidate of candidates)
    if (equal(candidate.subject, issuer) && (await isSignedBy(certificate, candidate))) return candidate
  return undefined
}

const isSignedBy = async (certificate: Certificate, { der }: ReadCertificate): Promise<boolean> => {
  const issuer = read(Certificate, der)
  if (issuer === undefined || !isKnown(certificate, issuer)) return false
  try {
    return await certificate.verify(issuer, engine)
  } catch {
    return false
  }
}

/** RFC 5280 4.2.1.9: its basic constraints say so. */
const isCa = ({ der }: ReadCertificate): boolean =>
  read(Certificate, der)?.extensions?.some(
    ({ parsedValue }) => parsedValue instanceof BasicConstraints && parsedValue.cA
  ) ?? false
