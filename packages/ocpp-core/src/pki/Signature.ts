/** Whether a key has signed something: what PKI.js leaves to who asks. */
import { OctetString } from "asn1js"
import { AlgorithmIdentifier, createCMSECDSASignature, id_sha256, PublicKeyInfo, RSASSAPSSParams } from "pkijs"
import type { Bytes } from "../transport/Der.ts"
import { engine, read } from "./Reading.ts"

const hashes = new Set(["SHA-256", "SHA-384", "SHA-512"])

/** Whether it is signed in a way that counts, for a key of this kind: ECDSA, RSA or RSA-PSS, and a hash of SHA-2. */
export const isKnown = (
  { signatureAlgorithm }: { readonly signatureAlgorithm: AlgorithmIdentifier },
  { subjectPublicKeyInfo }: { readonly subjectPublicKeyInfo: PublicKeyInfo }
): boolean => {
  try {
    const { algorithm } = engine.fillPublicKeyParameters(subjectPublicKeyInfo, signatureAlgorithm).algorithm
    const { name } = engine.getAlgorithmByOID(signatureAlgorithm.algorithmId, true)
    return algorithm.name === name && hashes.has(engine.getHashAlgorithm(signatureAlgorithm))
  } catch {
    return false
  }
}

/**
 * Whether a key has signed an image, where nothing says how: with SHA-256, by ECDSA (the signature in DER, or both numbers one
 * after the other), RSA-PSS (salt of 32 bytes, or as long as there is room) or RSA. EC-Schnorr, which the standard names too, is
 * unknown to WebCrypto. `publicKey`: SubjectPublicKeyInfo, DER.
 */
export const hasSignedImage = async (publicKey: Bytes, image: Bytes, signature: Bytes): Promise<boolean> => {
  const key = read(PublicKeyInfo, publicKey)
  if (key === undefined) return false
  const own = new AlgorithmIdentifier({ algorithmId: key.algorithm.algorithmId })
  const ways: ReadonlyArray<Way> =
    key.algorithm.algorithmId === ecPublicKey
      ? [
          [own, () => signature],
          [own, () => createCMSECDSASignature(signature.slice().buffer)]
        ]
      : [
          [pss(32), () => signature],
          [pss(Math.max(0, signature.length - 34)), () => signature],
          [own, () => signature]
        ]
  const found = await Promise.all(ways.map((way) => verifies(key, image, way)))
  return found.some(Boolean)
}

type Way = readonly [algorithm: AlgorithmIdentifier, signature: () => Bytes | ArrayBuffer]

const ecPublicKey = "1.2.840.10045.2.1"

const pss = (saltLength: number): AlgorithmIdentifier => {
  const hashAlgorithm = new AlgorithmIdentifier({ algorithmId: id_sha256 })
  const algorithmParams = new RSASSAPSSParams({ hashAlgorithm, saltLength }).toSchema()
  return new AlgorithmIdentifier({ algorithmId: "1.2.840.113549.1.1.10", algorithmParams })
}

const verifies = async (key: PublicKeyInfo, image: Bytes, [algorithm, signature]: Way): Promise<boolean> => {
  try {
    const valueHex = signature()
    return await engine.verifyWithPublicKey(image, new OctetString({ valueHex }), key, algorithm, "SHA-256")
  } catch {
    return false // a key, or a signature, that is none
  }
}
