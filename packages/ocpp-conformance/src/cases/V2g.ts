/**
 * The V2G certificate authority of the cases: a root, a sub-CA below it, the certificates it signs for stations and
 * contracts, and what an OCSP responder is asked about them. Nothing here is fit for other use.
 */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import type { X509Certificate } from "@peculiar/x509"
import { library, makeRequest, makeTestCa, type TestCa } from "../Pki.ts"
import type { OcspRequest } from "./ReferenceCsms.ts"

/** Where contract certificates say that their status is told. */
export const responderUrl = "http://ocsp.wattline.test/"

/** Of this process, made at the first call. */
const v2g: Effect.Effect<{ readonly root: TestCa; readonly subCa: TestCa }> = Effect.runSync(
  Effect.cached(
    Effect.gen(function* () {
      const root = yield* makeTestCa("Wattline V2G Root")
      return { root, subCa: yield* root.intermediate("Wattline V2G Sub-CA") }
    })
  )
)

/** A CSR, PEM, with a new key. */
export const newCsr = (commonName: string): Effect.Effect<string> =>
  Effect.map(makeRequest(commonName), ({ csr }) => csr)

/** The chain for a CSR, PEM, leaf first, without the root; dies when the CSR is not signed by its key. */
export const sign = (csr: string): Effect.Effect<string> =>
  Effect.flatMap(v2g, ({ subCa }) => Effect.map(subCa.sign(csr), ({ chain }) => chain))

/** The chain of a new contract certificate, PEM, leaf first, without the root. */
export const contractChain = (emaid: string): Effect.Effect<string> =>
  Effect.gen(function* () {
    const { subCa } = yield* v2g
    const spec = { commonName: emaid, key: "EC", usage: "client", ocspResponder: responderUrl } as const
    return (yield* subCa.issue(spec)).chain
  })

/** Whether a chain ends below the root, and its leaf is for the key of this CSR. */
export const isChainOf = (chain: string, csr: string): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    const { Pkcs10CertificateRequest } = yield* x509
    const [leaf] = yield* certificatesOf(chain)
    const { publicKey } = new Pkcs10CertificateRequest(csr)
    return leaf !== undefined && Buffer.from(leaf.publicKey.rawData).equals(Buffer.from(publicKey.rawData))
  })

/** What to ask the OCSP responder about the leaf of a chain, or `undefined` for one that is not below the root. */
export const ocspRequestFor = (chain: string): Effect.Effect<OcspRequest | undefined> =>
  Effect.gen(function* () {
    const { AuthorityInfoAccessExtension } = yield* x509
    const [leaf, issuer] = yield* certificatesOf(chain)
    if (leaf === undefined || issuer === undefined) return undefined
    const [responder] = leaf.getExtension(AuthorityInfoAccessExtension)?.ocsp ?? []
    return {
      hashAlgorithm: "SHA256",
      issuerNameHash: sha256(issuer.subjectName.toArrayBuffer()),
      issuerKeyHash: sha256(issuer.publicKey.rawData.slice(-65)), // of P-256, the last bytes are the key itself
      serialNumber: leaf.serialNumber,
      responderURL: responder?.value ?? ""
    }
  })

const x509 = Effect.promise(library)

const sha256 = (data: ArrayBuffer): string => createHash("sha256").update(Buffer.from(data)).digest("hex")

/** The certificates of a chain with the root behind them; none when one is not signed by the next. */
const certificatesOf = Effect.fnUntraced(function* (chain: string) {
  const { X509Certificate: Certificate } = yield* x509
  const root = new Certificate((yield* v2g).root.cert)
  const pems = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const certificates = pems.map((pem) => new Certificate(pem))
  const issuers: ReadonlyArray<X509Certificate> = [...certificates.slice(1), root]
  const signed = yield* Effect.forEach(certificates, (one, at) =>
    Effect.promise(() => one.verify({ publicKey: issuers[at] ?? root }))
  )
  return certificates.length > 1 && signed.every(Boolean) ? [...certificates, root] : []
})
