/**
 * How this folder reads what others wrote. It stands on PKI.js, and nothing outside imports it but by `import()`: PKI.js (700 kB,
 * 30 ms, 10 MB) is loaded with its first use. `@peculiar/x509` knows no OCSP, and is loaded only where `Reflect` has metadata, a
 * global of the user's process; `node:crypto` knows no CSR. PKI.js puts its default engine into `globalThis`, under the
 * number of the process, also where the application had put one of its own for another copy of PKI.js.
 */
import { fromBER } from "asn1js"
import { CryptoEngine, type PkiObject } from "pkijs"
import type { Bytes } from "../transport/Der.ts"

/** The WebCrypto of the platform, whatever engine the application has given to PKI.js. */
export const engine = new CryptoEngine({ name: "webcrypto", crypto: globalThis.crypto })

/** A structure from all of these bytes; `undefined` when they are not it. */
export const read = <A extends PkiObject>(
  Structure: new (parameters: { schema: unknown }) => A,
  der: Bytes
): A | undefined => {
  try {
    const { offset, result } = fromBER(der)
    return offset === der.byteLength ? new Structure({ schema: result }) : undefined
  } catch {
    return undefined
  }
}
