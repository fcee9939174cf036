/** Where the OCSP status of a certificate is to be had (M06): the certificate itself says so. Pure. */

/** id-ad-ocsp as an OBJECT IDENTIFIER in DER, with the tag of the URI that follows it (RFC 5280 §4.2.2.1). */
const ocspAccess = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x86]

/** The URL of the OCSP responder that a certificate in DER names; `undefined` when it names none. */
export const responderOf = (der: Uint8Array): string | undefined => {
  const at = der.findIndex((_, index) => ocspAccess.every((byte, offset) => der[index + offset] === byte))
  if (at < 0) return undefined
  const [first = 0, ...rest] = der.subarray(at + ocspAccess.length)
  const long = first < 0x80 ? 0 : first - 0x80 // bytes of the length, where it does not fit into the first
  const length = long === 0 ? first : rest.slice(0, long).reduce((sum, byte) => sum * 256 + byte, 0)
  return String.fromCharCode(...rest.slice(long, long + length))
}
