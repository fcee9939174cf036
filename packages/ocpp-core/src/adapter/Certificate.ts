/** What a TLS library says about a certificate, in the words of the contract. Pure: takes the shape of node's X509Certificate. */
import { fingerprintOf } from "../transport/RenewedCertificate.ts"
import type { ClientCertificate } from "../transport/Transport.ts"
import { readCertificate } from "../transport/X509.ts"

/** The part of node's `X509Certificate` that matters here. */
export interface X509 {
  /** One `KEY=value` a line, as node writes it: `CN=CS-1\nO=Wattline`. */
  readonly subject: string
  /** For example `Nov 22 10:00:00 2027 GMT`. */
  readonly validTo: string
  readonly fingerprint256: string
  readonly issuer?: string | undefined
  /** The number its issuer gave it, in hex. */
  readonly serialNumber?: string | undefined
}

/** The problems of a TLS library that mean "too old" and nothing else. */
const expired: ReadonlySet<string> = new Set(["CERT_HAS_EXPIRED", "certificate has expired"])

/**
 * What the core must know of a station's certificate; `problem` is `undefined` when the TLS library trusts it. Say that it has
 * expired only when its chain was checked besides: OpenSSL reports a certificate of a foreign CA as expired too, when both
 * are so, and the core may let an expired one in.
 */
export const clientCertificate = (x509: X509, problem: string | undefined): ClientCertificate => ({
  commonName: entries(x509.subject, "CN")[0],
  organizations: entries(x509.subject, "O"),
  verification: problem === undefined ? "trusted" : expired.has(problem) ? "expired" : "untrusted",
  problem,
  fingerprint256: x509.fingerprint256,
  validTo: Date.parse(x509.validTo),
  ...(x509.issuer !== undefined && { issuer: x509.issuer }),
  ...(x509.serialNumber !== undefined && { certificateNumber: x509.serialNumber })
})

/** The values of one attribute of a name, in their order. */
export const entries = (subject: string, key: string): ReadonlyArray<string> =>
  subject
    .split(/\n| \+ /) // " + " joins the attributes of one name; inside a value the "+" is escaped
    .flatMap((entry) => (entry.startsWith(`${key}=`) ? [unescape2253(entry.slice(key.length + 1))] : []))

/** Undoes the escapes of RFC 2253 that node writes: `Operator\, Inc.`, `\0A` for a control character. */
const unescape2253 = (value: string): string =>
  value.replace(/\\([0-9A-F]{2}|.)/g, (_, escaped: string) =>
    escaped.length === 2 ? String.fromCharCode(Number.parseInt(escaped, 16)) : escaped
  )

/** As `clientCertificate`, for where there is no TLS library: of the first certificate of a PEM text; `now` in milliseconds. */
export const certificateOf = async (pem: string, now: number): Promise<ClientCertificate | undefined> => {
  const read = readCertificate(pem)
  if (read === undefined) return undefined
  const problem = read.notAfter <= now ? "CERT_HAS_EXPIRED" : read.notBefore > now ? "CERT_NOT_YET_VALID" : undefined
  return {
    commonName: read.commonName,
    organizations: read.organizations,
    verification: problem === undefined ? "trusted" : read.notAfter <= now ? "expired" : "untrusted",
    problem,
    fingerprint256: await fingerprintOf(read),
    validTo: read.notAfter
  }
}
