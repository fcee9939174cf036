/** DER, as much of it as is read of certificates at admission: elements one after the other; and hexadecimal. Pure. */

/** Bytes that WebCrypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>

/** One element. */
export interface Element {
  readonly tag: number
  readonly content: Bytes
  /** With tag and length. */
  readonly bytes: Bytes
}

/** Tag of a sequence. */
export const sequence = 0x30

/** DER elements, one after the other; `undefined` for what cannot be read. */
export const elementsOf = (bytes: Bytes): ReadonlyArray<Element> | undefined => {
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

/** The bytes that a hexadecimal text writes, an odd one with a 0 before it; `undefined` when it is none. */
export const bytesOfHex = (hex: string): Bytes | undefined => {
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  if (!/^[0-9a-f]+$/i.test(even)) return undefined
  return Uint8Array.from({ length: even.length / 2 }, (_, at) => Number.parseInt(even.slice(2 * at, 2 * at + 2), 16))
}

/** Lower-case hexadecimal. */
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
