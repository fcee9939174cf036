/**
 * Certificates for tests, made when they are asked for: a CA that stations and listeners trust, one that nobody trusts,
 * and server and station certificates of the shape the standard wants (A00.FR.501–.511): serial number, CN, O, SHA-256,
 * Key Usage and no Extended Key Usage. Nothing here is fit for use outside a test.
 */
import { createPrivateKey, X509Certificate } from "node:crypto"
import * as Effect from "effect/Effect"
import type { Extension, JsonName } from "@peculiar/x509"
import { installReflectMetadata } from "./pki/reflectMetadata.ts"

/** What is asked of a certificate. */
export interface CertificateSpec {
  /** The CN: the FQDN of a server, the serial number of a station. */
  readonly commonName: string
  /** The O. Default `"Wattline"`. */
  readonly organization?: string
  /** The kind of key: EC on P-256, or RSA with 2048 bits, one key pair for all RSA certificates of a process. */
  readonly key: "EC" | "RSA"
  readonly usage: "server" | "client"
  /** Default: yesterday. */
  readonly notBefore?: Date
  /** Default: in 30 days. */
  readonly notAfter?: Date
  /** Default: none, which leaves the host name to the CN. */
  readonly dnsNames?: ReadonlyArray<string>
  readonly ipAddresses?: ReadonlyArray<string>
  /** URL of the OCSP responder that tells the status. Default: none. */
  readonly ocspResponder?: string
}

/** A certificate with its private key, all in PEM. */
export interface Issued {
  /** The certificate alone. */
  readonly cert: string
  /** The certificate and the intermediate ones above it, leaf first; the root is not in it. */
  readonly chain: string
  /** The private key, PKCS#8, without a passphrase. */
  readonly key: string
  /** Hexadecimal, as `node:crypto` writes it. */
  readonly serialNumber: string
  /** As `ClientCertificate.fingerprint256` has it. */
  readonly fingerprint256: string
}

/** A signing request of a station, with the private key that stays with it. */
export interface Requested {
  /** PKCS#10, PEM: what SignCertificate carries. */
  readonly csr: string
  /** The private key, PKCS#8, without a passphrase. */
  readonly key: string
}

/** A certificate authority. */
export interface TestCa {
  /** Its own certificate, PEM: what others trust. */
  readonly cert: string
  /** A new certificate with a new serial number. */
  readonly issue: (spec: CertificateSpec) => Effect.Effect<Issued>
  /** Signs a CSR: its subject, its key, valid from yesterday for 30 days. Dies when the CSR is not signed with its own key. */
  readonly sign: (csr: string) => Effect.Effect<Omit<Issued, "key">>
  /** A CA whose certificate this one signs; its `issue` gives chains of two. */
  readonly intermediate: (commonName: string) => Effect.Effect<TestCa>
  /** A certificate that `signer`, which is no CA, signed as if it were one; its chain goes over it. */
  readonly forge: (signer: Issued, spec: CertificateSpec) => Effect.Effect<Issued>
  /** A revocation list with these certificates on it, PEM. */
  readonly revoke: (revoked: ReadonlyArray<Issued>) => Effect.Effect<string>
}

/** What most tests need. */
export interface TestPki {
  /** The CA that is trusted. */
  readonly ca: TestCa
  /** A CA that nobody trusts. */
  readonly otherCa: TestCa
}

const day = 86_400_000
const inDays = (days: number): Date => new Date(Date.now() + days * day)

const once = <A>(make: () => Promise<A>): (() => Promise<A>) => {
  let made: Promise<A> | undefined
  return () => (made ??= make())
}

/** `@peculiar/x509`, loaded when it is first asked for: it needs `Reflect` to be prepared. */
export const library = once(() => {
  installReflectMetadata()
  return import("@peculiar/x509")
})

const ecAlgorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
const newEcKeys = () => crypto.subtle.generateKey(ecAlgorithm, true, ["sign", "verify"])

/** The slow one: 50 to 500 ms, so once per process and only when somebody wants RSA. */
const rsaKeys = once(() =>
  crypto.subtle.generateKey(
    { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent: Uint8Array.of(1, 0, 1), modulusLength: 2048 },
    true,
    ["sign", "verify"]
  )
)

type Keys = Awaited<ReturnType<typeof newEcKeys>>

/** 16 random bytes, positive, in hexadecimal. */
const newSerialNumber = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return Buffer.from(bytes).toString("hex")
}

const nameOf = (commonName: string, organization: string): JsonName => [{ CN: [commonName] }, { O: [organization] }]

const pem = (label: string, der: ArrayBuffer): string => {
  const lines = Buffer.from(der)
    .toString("base64")
    .replace(/.{64}(?=.)/g, "$&\n")
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}

/** How the certificate of a CA comes about: by itself, or by the CA above. */
interface Issuer {
  readonly name: JsonName
  readonly keys: Keys
  /** The intermediate certificates down to this one, nearest first; empty for a root. */
  readonly above: string
}

const authority = async (commonName: string, parent: Issuer | undefined): Promise<TestCa> => {
  const x509 = await library()
  const keys = await newEcKeys()
  const name = nameOf(commonName, "Wattline Test")
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: name,
    issuer: parent?.name ?? name,
    notBefore: inDays(-365),
    notAfter: inDays(3650),
    publicKey: keys.publicKey,
    signingKey: (parent?.keys ?? keys).privateKey,
    signingAlgorithm: ecAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create((parent?.keys ?? keys).publicKey)
    ]
  })
  const cert = `${certificate.toString("pem")}\n`
  const self: Issuer = { name, keys, above: parent === undefined ? "" : cert + parent.above }
  return {
    cert,
    issue: (spec) => Effect.promise(() => issue(self, spec)),
    sign: (csr) => Effect.promise(() => sign(self, csr)),
    intermediate: (child) => Effect.promise(() => authority(child, self)),
    forge: (signer, spec) => Effect.promise(() => forge(signer, spec)),
    revoke: (revoked) => Effect.promise(() => revocationList(self, revoked))
  }
}

const issue = async (issuer: Issuer, spec: CertificateSpec): Promise<Issued> => {
  const x509 = await library()
  const keys = spec.key === "EC" ? await newEcKeys() : await rsaKeys()
  const alternativeNames = [
    ...(spec.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(spec.ipAddresses ?? []).map((value) => ({ type: "ip" as const, value }))
  ]
  const wrapsKeys = spec.usage === "server" && spec.key === "RSA" // TLS_RSA_WITH_AES_128_GCM_SHA256 and its like
  const { ocspResponder: ocsp } = spec
  const certified = await certify(issuer, {
    subject: nameOf(spec.commonName, spec.organization ?? "Wattline"),
    publicKey: keys.publicKey,
    wrapsKeys,
    extensions: [
      ...(alternativeNames.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(alternativeNames)]),
      ...(ocsp === undefined ? [] : [new x509.AuthorityInfoAccessExtension({ ocsp })])
    ],
    ...(spec.notBefore && { notBefore: spec.notBefore }),
    ...(spec.notAfter && { notAfter: spec.notAfter })
  })
  return { ...certified, key: pem("PRIVATE KEY", await crypto.subtle.exportKey("pkcs8", keys.privateKey)) }
}

/** What a certificate of a server or a station says. */
interface Certified {
  readonly subject: JsonName
  readonly publicKey: Keys["publicKey"]
  /** Whether the key may wrap others. Default false. */
  readonly wrapsKeys?: boolean
  readonly extensions?: ReadonlyArray<Extension>
  readonly notBefore?: Date
  readonly notAfter?: Date
}

const certify = async (
  issuer: Issuer,
  { extensions = [], notAfter = inDays(30), notBefore = inDays(-1), publicKey, subject, wrapsKeys = false }: Certified
): Promise<Omit<Issued, "key">> => {
  const x509 = await library()
  const { KeyUsageFlags, KeyUsagesExtension } = x509
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject,
    issuer: issuer.name,
    notBefore,
    notAfter,
    publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: ecAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      wrapsKeys
        ? new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true)
        : new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
      ...extensions
    ]
  })
  const cert = `${certificate.toString("pem")}\n`
  const { serialNumber, fingerprint256 } = new X509Certificate(cert)
  return { cert, chain: cert + issuer.above, serialNumber, fingerprint256 }
}

const sign = async (issuer: Issuer, csr: string): Promise<Omit<Issued, "key">> => {
  const x509 = await library()
  const request = new x509.Pkcs10CertificateRequest(csr)
  if (!(await request.verify())) throw new Error("the CSR is not signed with the key that is in it")
  const publicKey = await request.publicKey.export(ecAlgorithm, ["verify"])
  return certify(issuer, {
    subject: new x509.Name(request.subject).toJSON(),
    publicKey
  })
}

/** A signing request with a new EC key, as a station makes it. */
export const makeRequest = (commonName: string, organization = "Wattline"): Effect.Effect<Requested> =>
  Effect.promise(async () => {
    const x509 = await library()
    const keys = await newEcKeys()
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: nameOf(commonName, organization),
      keys,
      signingAlgorithm: ecAlgorithm
    })
    const key = pem("PRIVATE KEY", await crypto.subtle.exportKey("pkcs8", keys.privateKey))
    return { csr: `${request.toString("pem")}\n`, key }
  })

const forge = async (signer: Issued, spec: CertificateSpec): Promise<Issued> => {
  const x509 = await library()
  const { publicKey, subject } = new x509.X509Certificate(signer.cert)
  const privateKey = createPrivateKey(signer.key).export({ format: "der", type: "pkcs8" })
  const keys = {
    publicKey: await publicKey.export(ecAlgorithm, ["verify"]),
    privateKey: await crypto.subtle.importKey("pkcs8", Uint8Array.from(privateKey), ecAlgorithm, false, ["sign"])
  }
  return issue({ name: new x509.Name(subject).toJSON(), keys, above: signer.chain }, spec)
}

const revocationList = async (issuer: Issuer, revoked: ReadonlyArray<Issued>): Promise<string> => {
  const x509 = await library()
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.name,
    thisUpdate: inDays(-1),
    nextUpdate: inDays(30),
    entries: revoked.map(({ serialNumber }) => ({ serialNumber, revocationDate: inDays(-1) })),
    signingAlgorithm: ecAlgorithm,
    signingKey: issuer.keys.privateKey
  })
  return pem("X509 CRL", list.rawData)
}

/** Makes a root CA. */
export const makeTestCa = (commonName: string): Effect.Effect<TestCa> =>
  Effect.promise(() => authority(commonName, undefined))

const pki = once(async (): Promise<TestPki> => {
  const [ca, otherCa] = await Promise.all([
    authority("Wattline Test Root", undefined),
    authority("Nobody's Root", undefined)
  ])
  return { ca, otherCa }
})

/** The two CAs of this process, made at the first call. */
export const testPki: Effect.Effect<TestPki> = Effect.promise(pki)
