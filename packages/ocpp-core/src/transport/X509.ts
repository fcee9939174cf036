/**
 * The little of X.509 that the CSMS looks at without a crypto library: of a certificate its names, its validity and its key,
 * of a signing request (CSR) its key. Verifies no signature; the TLS layer and the CA do. Pure; what cannot be read gives
 * `undefined`.
 */

type Bytes = Uint8Array<ArrayBuffer>

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
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Bytes
  /** All of it, DER: what a fingerprint is made of. */
  readonly der: Bytes
}

/** The first certificate of a PEM text: the leaf of a chain. */
export const readCertificate = (pem: string): ReadCertificate | undefined => {
  const der = pemBlock(pem, "CERTIFICATE")
  const fields = der && inner(der)
  if (der === undefined || fields === undefined) return undefined
  const [, , , validity, subject, key] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields // without the version
  const [notBefore, notAfter] = (validity && elementsOf(validity.content))?.map(timeOf) ?? []
  const names = subject && namesOf(subject.content)
  if (notBefore === undefined || notAfter === undefined || names === undefined || key?.tag !== sequence)
    return undefined
  return { ...names, notBefore, notAfter, publicKey: key.bytes, der }
}

/** The public key of a PEM signing request, DER. */
export const keyOfRequest = (pem: string): Bytes | undefined => {
  const der = pemBlock(pem, "CERTIFICATE REQUEST") ?? pemBlock(pem, "NEW CERTIFICATE REQUEST")
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

interface Element {
  readonly tag: number
  readonly content: Bytes
  /** With tag and length. */
  readonly bytes: Bytes
}

const sequence = 0x30

/** DER elements, one after the other. */
const elementsOf = (bytes: Bytes): ReadonlyArray<Element> | undefined => {
  const elements: Array<Element> = []
  for (let at = 0; at < bytes.length;) {
    const [tag = 0x1f, first = 0x80] = bytes.subarray(at, at + 2)
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f
    if ((tag & 0x1f) === 0x1f || (first >= 0x80 && (lengthBytes === 0 || lengthBytes > 3))) return undefined
    const from = at + 2 + lengthBytes
    const length = first < 0x80 ? first : bytes.subarray(at + 2, from).reduce((sum, byte) => sum * 256 + byte, 0)
    if (from + length > bytes.length) return undefined
    elements.push({ tag, content: bytes.subarray(from, from + length), bytes: bytes.subarray(at, from + length) })
    at = from + length
  }
  return elements
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
