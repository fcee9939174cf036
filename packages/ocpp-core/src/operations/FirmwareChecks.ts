/** What a CSMS looks at before it offers an image to a station (A-9, L-9). */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { readCertificates } from "../transport/X509.ts"

/** An image, and what is said of it. */
export interface FirmwareToCheck {
  readonly image: Uint8Array
  /** PEM: the certificate of the key that signed it, and intermediate ones behind it. */
  readonly signingCertificate: string
  /** base64. */
  readonly signature: string
  /** PEM: the CAs of the manufacturer that are trusted. */
  readonly roots: string
}

/** Characters that UpdateFirmware has room for. */
const maxima = { signingCertificate: 5500, signature: 800 }

/**
 * What speaks against offering an image to stations, one sentence each; nothing when it may be (A-9, L-9, A00.FR.707): the signing
 * certificate comes from a trusted CA and is valid now, and its key has signed just this image, with SHA-256 by ECDSA, RSA-PSS or
 * RSA. Whether the certificate was revoked is not looked at. Do it once per image, where it is put into the library of images; the
 * station does it again (L01.FR.02). Never fails.
 *
 * @example
 * const problems = yield* FirmwareManagement.checkFirmware({ image, signingCertificate, signature, roots })
 * if (problems.length > 0) return yield* Effect.fail(new Error(problems.join(" ")))
 */
export const checkFirmware = Effect.fn("FirmwareManagement.checkFirmware")(function* ({
  image,
  roots,
  signature,
  signingCertificate
}: FirmwareToCheck): Effect.fn.Return<ReadonlyArray<string>> {
  const problems: Array<string> = []
  if (signingCertificate.length > maxima.signingCertificate)
    problems.push(`A signing certificate has at most ${maxima.signingCertificate} characters.`)
  if (signature.length > maxima.signature) problems.push(`A signature has at most ${maxima.signature} characters.`)
  const [leaf, ...others] = readCertificates(signingCertificate) ?? []
  if (leaf === undefined) return [...problems, "The signing certificate cannot be read as X.509 in PEM."]
  const now = yield* Clock.currentTimeMillis
  const [{ chainProblem }, { hasSignedImage }] = yield* Effect.promise(() =>
    Promise.all([import("../pki/Chain.ts"), import("../pki/Signature.ts")])
  )
  const untrusted = yield* Effect.promise(() => chainProblem(leaf, others, readCertificates(roots) ?? [], now))
  if (untrusted !== undefined) problems.push(untrusted)
  const bytes = bytesOf(signature)
  const isSigned =
    bytes !== undefined && (yield* Effect.promise(() => hasSignedImage(leaf.publicKey, Uint8Array.from(image), bytes)))
  if (!isSigned) problems.push("The image is not signed by the key of the signing certificate.")
  return problems
})

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> | undefined => {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}
