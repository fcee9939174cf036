import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { existsSync, readFileSync, statSync } from "node:fs"
import { connect, createServer, type TLSSocket } from "node:tls"
import type { AddressInfo } from "node:net"
import { type CertificateSpec, makeRequest, testPki, writeFiles } from "../src/index.ts"

const spec = { commonName: "csms.example.org", key: "EC", usage: "server" } as const satisfies CertificateSpec

describe("a certificate of the test CA", () => {
  for (const key of ["EC", "RSA"] as const) {
    it.live(`R-054: of an ${key} key holds CN, O, serial number and dates, and fits its private key`, () =>
      Effect.gen(function* () {
        const { ca } = yield* testPki
        const notAfter = new Date("2040-01-02T03:04:05Z")
        const issued = yield* ca.issue({ ...spec, key, organization: "Operator, Inc.", notAfter })
        const x509 = new X509Certificate(issued.cert)
        assert.strictEqual(x509.subject, "CN=csms.example.org\nO=Operator\\, Inc.")
        assert.match(x509.serialNumber, /^[4-7][0-9A-F]{31}$/)
        assert.strictEqual(issued.serialNumber, x509.serialNumber)
        assert.strictEqual(issued.fingerprint256, x509.fingerprint256)
        assert.strictEqual(Date.parse(x509.validTo), notAfter.getTime())
        assert.isBelow(Date.parse(x509.validFrom), Date.now())
        assert.strictEqual(x509.publicKey.asymmetricKeyType, key === "EC" ? "ec" : "rsa")
        assert.isTrue(x509.checkPrivateKey(createPrivateKey(issued.key)))
        assert.isFalse(x509.ca)
        assert.strictEqual(x509.checkHost("csms.example.org"), "csms.example.org")
        assert.isUndefined(x509.subjectAltName)
      })
    )
  }

  it.live("is signed by its CA and by no other", () =>
    Effect.gen(function* () {
      const { ca, otherCa } = yield* testPki
      const x509 = new X509Certificate((yield* ca.issue(spec)).cert)
      const [root, other] = [new X509Certificate(ca.cert), new X509Certificate(otherCa.cert)]
      assert.isTrue(root.ca)
      assert.isTrue(x509.checkIssued(root))
      assert.isTrue(x509.verify(root.publicKey))
      assert.isFalse(x509.verify(other.publicKey))
    })
  )

  it.live("names hosts and addresses when asked to", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const { cert } = yield* ca.issue({ ...spec, dnsNames: ["csms.example.org"], ipAddresses: ["127.0.0.1"] })
      assert.strictEqual(new X509Certificate(cert).subjectAltName, "DNS:csms.example.org, IP Address:127.0.0.1")
    })
  )

  it.live("made from a CSR has the subject and the key of the CSR, and none comes of a CSR that was altered", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const { csr, key } = yield* makeRequest("SN.1", "Wattline")
      const { cert, fingerprint256 } = yield* ca.sign(csr)
      const x509 = new X509Certificate(cert)
      assert.strictEqual(x509.subject, "CN=SN.1\nO=Wattline")
      assert.strictEqual(x509.fingerprint256, fingerprint256)
      assert.isTrue(x509.checkPrivateKey(createPrivateKey(key)))
      assert.isTrue(x509.verify(new X509Certificate(ca.cert).publicKey))
      const der = Buffer.from(csr.replaceAll(/-----.*-----|\s/g, ""), "base64")
      const altered = Buffer.from(der.toString("latin1").replace("SN.1", "SN.2"), "latin1").toString("base64")
      const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${altered}\n-----END CERTIFICATE REQUEST-----`
      assert.isTrue(Exit.isFailure(yield* Effect.exit(ca.sign(forged))))
    })
  )

  it.live("two have two serial numbers", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      assert.notStrictEqual((yield* ca.issue(spec)).serialNumber, (yield* ca.issue(spec)).serialNumber)
    })
  )
})

/** What a TLS server says about a client's certificate. */
const judged = Effect.fnUntraced(function* (
  client: { readonly chain: string; readonly key: string },
  trust: { readonly ca: string; readonly crl?: string }
) {
  const { ca } = yield* testPki
  const own = yield* ca.issue(spec)
  return yield* Effect.callback<string>((resume) => {
    const options = { cert: own.cert, key: own.key, requestCert: true, rejectUnauthorized: false, ...trust }
    const server = createServer(options, (socket: TLSSocket) => {
      const problem: unknown = socket.authorizationError
      resume(Effect.succeed(socket.authorized ? "authorized" : String(problem)))
      socket.destroy()
    })
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      const socket = connect({ port, ca: ca.cert, cert: client.chain, key: client.key, servername: spec.commonName })
      socket.on("error", () => undefined)
    })
    return Effect.sync(() => server.close())
  })
})

describe("a station certificate in a handshake", () => {
  const station: CertificateSpec = { commonName: "SN-1", key: "EC", usage: "client" }

  it.live("R-055: is judged by issuer, dates and revocation list, also below an intermediate CA", () =>
    Effect.gen(function* () {
      const { ca, otherCa } = yield* testPki
      const trust = { ca: ca.cert }
      const good = yield* ca.issue(station)
      const old = yield* ca.issue({ ...station, notBefore: new Date("2020-01-01"), notAfter: new Date("2021-01-01") })
      const below = yield* (yield* ca.intermediate("Stations")).issue({ ...station, key: "RSA" })
      const revoked = yield* ca.issue(station)
      const crl = yield* ca.revoke([revoked])
      assert.strictEqual(yield* judged(good, trust), "authorized")
      assert.strictEqual(yield* judged(below, trust), "authorized")
      assert.strictEqual(yield* judged(old, trust), "CERT_HAS_EXPIRED")
      assert.strictEqual(yield* judged(yield* otherCa.issue(station), trust), "UNABLE_TO_VERIFY_LEAF_SIGNATURE")
      assert.strictEqual(yield* judged(good, { ...trust, crl }), "authorized")
      assert.strictEqual(yield* judged(revoked, { ...trust, crl }), "CERT_REVOKED")
    })
  )
})

describe("writeFiles", () => {
  it.live("writes each text to a file of its own that goes with the scope", () =>
    Effect.gen(function* () {
      const names = yield* Effect.scoped(
        Effect.map(writeFiles({ cert: "one", key: "two" }), (files) => {
          assert.strictEqual(readFileSync(files.cert, "utf8"), "one")
          assert.strictEqual(readFileSync(files.key, "utf8"), "two")
          assert.strictEqual(statSync(files.key).mode & 0o077, 0)
          return files
        })
      )
      assert.isFalse(existsSync(names.cert))
    })
  )
})
