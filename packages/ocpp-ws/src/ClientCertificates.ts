/**
 * What a station's certificate is worth. OpenSSL goes on after a problem and tells only the last one, and it looks at the
 * dates last: a certificate that is expired _and_ forged, or expired and revoked, is reported as merely expired. Because the
 * core may let an expired one in, the rest is checked here again before it is called that.
 */
import { X509Certificate } from "node:crypto"
import type { TLSSocket } from "node:tls"
import type { ClientCertificate } from "@wattline/ocpp-core"
import { clientCertificate } from "@wattline/ocpp-core/adapter"
import type { ClientCertificateOptions, Pem } from "./Tls.ts"

/** Whose certificates are trusted. */
export interface Trust {
  readonly authorities: ReadonlyArray<X509Certificate>
  /** Revocation lists, DER. */
  readonly revocations: ReadonlyArray<Buffer>
}

/** The user's PEMs, read; `"unreadable"` when no certificate of a CA is among them, or one that is none. */
export const trustOf = ({ ca, crl }: ClientCertificateOptions): Trust | "unreadable" => {
  try {
    const authorities = blocks(ca, "(?:X509 |TRUSTED )?CERTIFICATE").map((pem) => new X509Certificate(pem))
    const revocations = crl === undefined ? [] : blocks(crl, "X509 CRL").map(der)
    return authorities.length === 0 ? "unreadable" : { authorities, revocations }
  } catch {
    return "unreadable"
  }
}

const blocks = (pems: Pem | ReadonlyArray<Pem>, label: string): ReadonlyArray<string> => {
  const text = typeof pems === "string" || Buffer.isBuffer(pems) ? pems.toString() : pems.map(String).join("\n")
  return text.match(new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`, "g")) ?? []
}

const der = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64")

/** The certificate that the station showed in its handshake, judged; `undefined` when it showed none. */
export const presentedCertificate = (socket: TLSSocket, trust: Trust | undefined): ClientCertificate | undefined => {
  const leaf = socket.getPeerX509Certificate()
  return leaf === undefined ? undefined : clientCertificate(leaf, problem(socket, leaf, trust))
}

const tooOld = "CERT_HAS_EXPIRED"

const problem = (socket: TLSSocket, leaf: X509Certificate, trust: Trust | undefined): string | undefined => {
  // A resumed session was judged when it began.
  if (socket.authorized) return isPast(leaf.validTo) ? expired(leaf, trust) : undefined
  // Node's types promise an Error; it is the code of one, or null.
  const code = (socket.authorizationError as unknown as string | null) ?? "NOT_VERIFIED"
  return code === tooOld ? expired(leaf, trust) : code
}

/** What to say of a certificate whose last problem is its age. */
const expired = (leaf: X509Certificate, trust: Trust | undefined): string => {
  if (trust === undefined) return `${tooOld}, and its CA is not known to the adapter`
  const chain = chainOf(leaf, trust)
  if (chain === undefined) return `${tooOld}, and it does not come from a trusted CA`
  return chain.some((certificate) => isRevoked(certificate, trust)) ? "CERT_REVOKED" : tooOld
}

/**
 * The certificate and, if there is one, the intermediate CA that issued it, when they lead to a trusted CA and all but the
 * certificate itself are in date. More than one intermediate CA is not followed: list the lower ones among the trusted.
 */
const chainOf = (leaf: X509Certificate, { authorities }: Trust): ReadonlyArray<X509Certificate> | undefined => {
  if (!isForClients(leaf) || !isPast(leaf.validFrom)) return undefined
  const trusted = (certificate: X509Certificate) => authorities.some((ca) => issued(ca, certificate))
  if (trusted(leaf)) return [leaf]
  const above = leaf.issuerCertificate
  return above !== undefined && issued(above, leaf) && trusted(above) ? [leaf, above] : undefined
}

/** Whether `ca` is a CA in date that signed `certificate`. */
const issued = (ca: X509Certificate, certificate: X509Certificate): boolean =>
  ca.ca &&
  isPast(ca.validFrom) &&
  !isPast(ca.validTo) &&
  certificate.checkIssued(ca) &&
  certificate.verify(ca.publicKey)

const clientAuth: ReadonlySet<string> = new Set(["1.3.6.1.5.5.7.3.2", "2.5.29.37.0"])

/** Extended Key Usage, where there is one, must allow it; Node calls it `keyUsage`. */
const isForClients = ({ keyUsage }: X509Certificate): boolean =>
  // The types say it is always there.
  (keyUsage as ReadonlyArray<string> | undefined)?.some((oid) => clientAuth.has(oid)) ?? true

const isPast = (date: string): boolean => Date.parse(date) < Date.now()

/** Whether a list names it: each entry begins with the serial number as DER INTEGER, followed by a date. */
const isRevoked = ({ serialNumber }: X509Certificate, { revocations }: Trust): boolean => {
  const digits = Buffer.from(serialNumber, "hex")
  const number = (digits[0] ?? 0) < 0x80 ? digits : Buffer.concat([Buffer.of(0), digits])
  const entry = Buffer.concat([Buffer.of(0x02, number.length), number])
  return revocations.some((list) =>
    [0x17, 0x18].some((dateTag) => list.includes(Buffer.concat([entry, Buffer.of(dateTag)])))
  )
}
