/**
 * The little of X.509 that the CSMS looks at when a station comes in, where it must not wait for a library: of a certificate its
 * names, its validity and its key, of a signing request (CSR) its key. Verifies no signature. Pure; what cannot be read gives
 * `undefined`. Everything else is in pki/.
 */

import { type Bytes, type Element, elementsOf, sequence } from "./Der.ts"

/** A certificate as it is read. */
export interface ReadCertificate {
  /** The first CN of its subject. */
  readonly commonName: string | undefined
  /** The O entries of its subject. */
  readonly organizations: ReadonlyArray<string>
  /** Milliseconds since 1970. */
  readonly notBefore: number
  /** Milliseconds since 1970. */
  readonly notAfter: number
  /** Its subject and its issuer, DER. */
  readonly subject: Bytes
  readonly issuer: Bytes
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Bytes
  /** All of it, DER: what a fingerprint is made of. */
  readonly der: Bytes
}

/** The first certificate of a PEM text: the leaf of a chain. */
export const readCertificate = (pem: string): ReadCertificate | undefined => {
  const der = pemBlock(pem, "CERTIFICATE")
  return der && certificateOf(der)
}

/** All certificates of a PEM text, in its order; `undefined` when there is none, or one that cannot be read. */
export const readCertificates = (pem: string): ReadonlyArray<ReadCertificate> | undefined => {
  const all = (pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []).map(readCertificate)
  const readable = all.filter((one) => one !== undefined)
  return readable.length > 0 && readable.length === all.length ? readable : undefined
}

const certificateOf = (der: Bytes): ReadCertificate | undefined => {
  const fields = inner(der)
  if (fields === undefined) return undefined
  const [, , issuer, validity, subject, key] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields // without the version
  const [notBefore, notAfter] = (validity && elementsOf(validity.content))?.map(timeOf) ?? []
  const names = subject && namesOf(subject.content)
  if (notBefore === undefined || notAfter === undefined || names === undefined || key?.tag !== sequence)
    return undefined
  if (issuer?.tag !== sequence || subject === undefined) return undefined
  return {
    ...names,
    notBefore,
    notAfter,
    subject: subject.bytes,
    issuer: issuer.bytes,
    publicKey: key.bytes,
    der
  }
}

/** The first signing request (CSR, PKCS#10) of a PEM text, DER. */
export const requestOf = (pem: string): Bytes | undefined =>
  pemBlock(pem, "CERTIFICATE REQUEST") ?? pemBlock(pem, "NEW CERTIFICATE REQUEST")

/** The public key of a PEM signing request, DER. */
export const keyOfRequest = (pem: string): Bytes | undefined => {
  const der = requestOf(pem)
  const key = der && inner(der)?.[2]
  return key?.tag === sequence ? key.bytes : undefined
}

const pemBlock = (text: string, label: string): Bytes | undefined => {
  const [begin, end] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`]
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  if (from < 0 || to < 0) return undefined
  try {
    return Uint8Array.from(atob(text.slice(from + begin.length, to)), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** What is signed, in a certificate and in a request alike: the first element of the outer sequence. */
const inner = (der: Bytes): ReadonlyArray<Element> | undefined => {
  const [outer] = elementsOf(der) ?? []
  const [signed] = (outer?.tag === sequence && elementsOf(outer.content)) || []
  return signed?.tag === sequence ? elementsOf(signed.content) : undefined
}

const oids = { commonName: "85.4.3", organization: "85.4.10" } // 2.5.4.3 and 2.5.4.10, byte by byte

const namesOf = (name: Bytes): Pick<ReadCertificate, "commonName" | "organizations"> | undefined => {
  const entries = elementsOf(name)
    ?.flatMap((set) => elementsOf(set.content) ?? [])
    .map((entry) => elementsOf(entry.content) ?? [])
  if (entries === undefined) return undefined
  const all = (oid: string): ReadonlyArray<string> =>
    entries.flatMap(([type, text]) => (type?.content.join(".") === oid && text !== undefined ? [textOf(text)] : []))
  return { commonName: all(oids.commonName)[0], organizations: all(oids.organization) }
}

const textOf = ({ content, tag }: Element): string =>
  new TextDecoder(tag === 0x1e ? "utf-16be" : "utf-8").decode(content)

/** UTCTime or GeneralizedTime (RFC 5280 4.1.2.5). */
const timeOf = ({ content, tag }: Element): number | undefined => {
  const text = new TextDecoder().decode(content)
  const [, year, ...rest] =
    (tag === 0x17 ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/).exec(
      text
    ) ?? []
  if (year === undefined) return undefined
  const [month = 1, day, hour, minute, second] = rest.map(Number)
  const century = tag !== 0x17 ? 0 : Number(year) < 50 ? 2000 : 1900
  return Date.UTC(century + Number(year), month - 1, day, hour, minute, second)
}
