/**
 * The V2G certificate authority of the cases: a root, a sub-CA below it, the certificates it signs for stations and
 * contracts, and what an OCSP responder is asked about them. All keys are EC on P-256. Nothing here is fit for other use.
 */
import * as Effect from "effect/Effect"
import type { X509Certificate } from "@peculiar/x509"
import { installReflectMetadata } from "../pki/reflectMetadata.ts"
import type { OcspRequest } from "./ReferenceCsms.ts"

/** Where contract certificates say that their status is told. */
export const responderUrl = "http://ocsp.wattline.test/"

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
const newKeys = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])
const day = 86_400_000

const load = async () => {
  installReflectMetadata()
  const x509 = await import("@peculiar/x509")
  const authority = async (name: string, issuer?: Authority): Promise<Authority> => {
    const keys = await newKeys()
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: `CN=${name}, O=Wattline`,
      issuer: issuer?.certificate.subject ?? `CN=${name}, O=Wattline`,
      ...validity(),
      publicKey: keys.publicKey,
      signingKey: (issuer?.keys ?? keys).privateKey,
      signingAlgorithm: algorithm,
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)]
    })
    return { certificate, keys }
  }
  const root = await authority("Wattline V2G Root")
  return { x509, root: root.certificate, subCa: await authority("Wattline V2G Sub-CA", root) }
}

interface Authority {
  readonly certificate: X509Certificate
  readonly keys: Awaited<ReturnType<typeof newKeys>>
}

let loaded: ReturnType<typeof load> | undefined
const v2g = () => (loaded ??= load())

const serialNumber = (): string => `4${crypto.randomUUID().replaceAll("-", "").slice(1)}`
const validity = () => ({ notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 30 * day) })

/** A CSR, PEM, with a new key. */
export const newCsr = (commonName: string): Effect.Effect<string> =>
  Effect.promise(async () => {
    const { x509 } = await v2g()
    const keys = await newKeys()
    const csr = await x509.Pkcs10CertificateRequestGenerator.create({
      name: `CN=${commonName}, O=Wattline`,
      keys,
      signingAlgorithm: algorithm
    })
    return csr.toString("pem")
  })

/** The chain for a CSR, PEM, leaf first, without the root; fails when the CSR is not signed by its key. */
export const sign = (csr: string): Effect.Effect<string, Error> =>
  Effect.tryPromise({
    try: async () => {
      const { subCa, x509 } = await v2g()
      const request = new x509.Pkcs10CertificateRequest(csr)
      if (!(await request.verify())) throw new Error("the CSR is not signed by its own key")
      return await chainBelow(subCa, request.subject, await request.publicKey.export(algorithm, ["verify"]))
    },
    catch: (cause) => (cause instanceof Error ? cause : new Error(String(cause)))
  })

/** The chain of a new contract certificate, PEM, leaf first, without the root. */
export const contractChain = (emaid: string): Effect.Effect<string> =>
  Effect.promise(async () => {
    const { subCa } = await v2g()
    return await chainBelow(subCa, `CN=${emaid}, O=Wattline`, (await newKeys()).publicKey)
  })

const chainBelow = async (
  { certificate, keys }: Authority,
  subject: string,
  publicKey: Authority["keys"]["publicKey"]
): Promise<string> => {
  const { x509 } = await v2g()
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject,
    issuer: certificate.subject,
    ...validity(),
    publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [new x509.AuthorityInfoAccessExtension({ ocsp: responderUrl })]
  })
  return `${leaf.toString("pem")}\n${certificate.toString("pem")}\n`
}

/** Whether a chain ends below the root, and its leaf is for the key of this CSR. */
export const isChainOf = (chain: string, csr: string): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    const { x509 } = await v2g()
    const [leaf] = await certificatesOf(chain)
    const { publicKey } = new x509.Pkcs10CertificateRequest(csr)
    return leaf !== undefined && Buffer.from(leaf.publicKey.rawData).equals(Buffer.from(publicKey.rawData))
  })

/** What to ask the OCSP responder about the leaf of a chain, or `undefined` for one that is not below the root. */
export const ocspRequestFor = (chain: string): Effect.Effect<OcspRequest | undefined> =>
  Effect.promise(async () => {
    const { x509 } = await v2g()
    const [leaf, issuer] = await certificatesOf(chain)
    if (leaf === undefined || issuer === undefined) return undefined
    const [responder] = leaf.getExtension(x509.AuthorityInfoAccessExtension)?.ocsp ?? []
    return {
      hashAlgorithm: "SHA256",
      issuerNameHash: await sha256(issuer.subjectName.toArrayBuffer()),
      issuerKeyHash: await sha256(issuer.publicKey.rawData.slice(-65)), // of P-256, the last bytes are the key itself
      serialNumber: leaf.serialNumber,
      responderURL: responder?.value ?? ""
    }
  })

const sha256 = async (data: ArrayBuffer): Promise<string> =>
  Buffer.from(await crypto.subtle.digest("SHA-256", data)).toString("hex")

/** The certificates of a chain with the root behind them; none when one is not signed by the next. */
const certificatesOf = async (chain: string): Promise<ReadonlyArray<X509Certificate>> => {
  const { root, x509 } = await v2g()
  const certificates = (chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (pem) => new x509.X509Certificate(pem)
  )
  const issuers = [...certificates.slice(1), root]
  const signed = await Promise.all(certificates.map((one, at) => one.verify({ publicKey: issuers[at] ?? root })))
  return certificates.length > 1 && signed.every(Boolean) ? [...certificates, root] : []
}
