/**
 * Key pairs and signing requests of a station: real ones, ECDSA on P-256 (A00.FR.503), PKCS#10 in PEM (A02.FR.02, A02.FR.03).
 * Stands on PKI.js, and is loaded with its first use only.
 */
import { PrintableString, Utf8String } from "asn1js"
import { AttributeTypeAndValue, CertificationRequest, CryptoEngine } from "pkijs"

/** Whom the certificate is for (A00.FR.509, A00.FR.511). */
export interface Subject {
  readonly commonName: string
  readonly organization: string
  /** Two letters (ISO 3166), for ISO 15118. */
  readonly country?: string
}

/** A signing request, and the key that stays with the station. */
export interface KeyAndRequest {
  /** PKCS#10, PEM. */
  readonly csr: string
  /** PKCS#8, PEM, without a passphrase. Must not leave the station (A02.FR.05). */
  readonly key: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

const engine = new CryptoEngine({ name: "webcrypto", crypto: globalThis.crypto })

const types = { commonName: "2.5.4.3", country: "2.5.4.6", organization: "2.5.4.10" }

/** A new key pair and the request for a certificate of it. */
export const makeRequest = async ({ commonName, country, organization }: Subject): Promise<KeyAndRequest> => {
  const keys = await globalThis.crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify"
  ])
  const request = new CertificationRequest()
  const name = (type: string, value: Utf8String | PrintableString): void => {
    request.subject.typesAndValues.push(new AttributeTypeAndValue({ type, value }))
  }
  if (country !== undefined && country !== "") name(types.country, new PrintableString({ value: country }))
  if (organization !== "") name(types.organization, new Utf8String({ value: organization }))
  name(types.commonName, new Utf8String({ value: commonName }))
  request.attributes = []
  await request.subjectPublicKeyInfo.importKey(keys.publicKey, engine)
  await request.sign(keys.privateKey, "SHA-256", engine)
  const [pkcs8, spki] = await Promise.all([
    globalThis.crypto.subtle.exportKey("pkcs8", keys.privateKey),
    globalThis.crypto.subtle.exportKey("spki", keys.publicKey)
  ])
  return {
    csr: pem("CERTIFICATE REQUEST", request.toSchema(true).toBER()),
    key: pem("PRIVATE KEY", pkcs8),
    publicKey: new Uint8Array(spki)
  }
}

const pem = (label: string, der: ArrayBuffer): string => {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(der)))
  return `-----BEGIN ${label}-----\n${base64.replace(/.{64}(?=.)/g, "$&\n")}\n-----END ${label}-----\n`
}
