import { assert, describe, it } from "@effect/vitest"
import { type Issued, makeRecordingAcceptor, testPki, tlsStation } from "@wattline/ocpp-conformance"
import { Acceptor } from "@wattline/ocpp-core"
import { Effect, Logger, Result } from "effect"
import { createPrivateKey } from "node:crypto"
import { createServer } from "node:https"
import { createSecureContext } from "node:tls"
import { defaultCiphers, type TlsOptions } from "../src/index.ts"
import { tlsMaterial } from "../src/Tls.ts"
import { start } from "./ws-harness.ts"

const server = { commonName: "csms.test", usage: "server" } as const
const pairOf = ({ chain, key }: Issued) => ({ cert: chain, key })

/** What is wrong with an option. */
const error = (tls: TlsOptions) => Result.getOrThrow(Result.flip(tlsMaterial(tls)))

const listen = Effect.fnUntraced(function* (tls: TlsOptions) {
  const acceptor = yield* makeRecordingAcceptor()
  const { address, reload, url } = yield* Effect.provideService(
    start({ port: 0, path: "/ocpp", tls }),
    Acceptor,
    acceptor.service
  )
  return { acceptor, port: address.port, reload, url }
})

describe("tls that makes no sense", () => {
  it.live("each broken part is named, with what to do about it", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const [ec, other] = [yield* ca.issue({ ...server, key: "EC" }), yield* ca.issue({ ...server, key: "EC" })]
      const good = pairOf(ec)
      const locked = createPrivateKey(ec.key).export({
        format: "pem",
        type: "pkcs8",
        cipher: "aes-256-cbc",
        passphrase: "s3cret-passphrase"
      })
      const certificates = [good]
      const cases: ReadonlyArray<readonly [TlsOptions, string, string]> = [
        [{ certificates: [] }, "InvalidOption", "`tls.certificates` must"],
        [{ certificates: [good, pairOf(other)] }, "InvalidOption", "SNICallback"],
        [{ certificates: [{ ...good, cert: "/etc/csms.pem" }] }, "BadCertificate", "`tls.certificates[0].cert`"],
        [{ certificates: [{ ...good, cert: ec.key }] }, "BadCertificate", "`tls.certificates[0].cert`"],
        [{ certificates: [{ ...good, key: "/etc/csms.key" }] }, "BadCertificate", "`tls.certificates[0].key`"],
        [{ certificates: [{ ...good, key: locked }] }, "BadCertificate", "without a `passphrase`"],
        [{ certificates: [{ ...good, key: locked, passphrase: "wrong" }] }, "BadCertificate", "`passphrase` opens"],
        [{ certificates: [{ ...good, key: other.key }] }, "KeyMismatch", "`tls.certificates[0].key`"],
        [{ certificates, clientCertificates: { ca: "" } }, "BadCertificate", "`tls.clientCertificates.ca`"],
        [
          { certificates, clientCertificates: { ca: [ca.cert], crl: "x" } },
          "BadCertificate",
          "`tls.clientCertificates.crl`"
        ],
        [{ certificates, ciphers: "SOMETHING" }, "InvalidOption", "`tls.ciphers`"],
        // @ts-expect-error the type says so as well
        [{ certificates, minVersion: "TLSv1.1" }, "InvalidOption", "`tls.minVersion`"]
      ]
      for (const [tls, reason, part] of cases) {
        const problem = error(tls)
        assert.strictEqual(problem.reason, reason, part)
        assert.include(problem.message, part)
        assert.notInclude(problem.message, "s3cret")
        assert.notInclude(problem.message, "PRIVATE KEY")
      }
    })
  )

  it.live("starting with it fails, typed", () =>
    Effect.gen(function* () {
      const problem = yield* Effect.flip(listen({ certificates: [{ cert: "x", key: "y" }] }))
      assert.deepInclude(problem, { _tag: "ListenError", reason: "BadCertificate" })
    })
  )
})

describe("tls", () => {
  it("R-052: no suite of the default is CBC, SHA-1, 3DES or RC4", () => {
    for (const suite of defaultCiphers.split(":")) assert.match(suite, /GCM|CHACHA20/, suite)
    assert.notMatch(defaultCiphers, /CBC|SHA(:|$)|3DES|RC4/)
  })

  it.live("the URL says wss; PEMs may be buffers, keys may be encrypted", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const { chain, key } = yield* ca.issue({ ...server, key: "EC" })
      const locked = createPrivateKey(key).export({
        format: "pem",
        type: "pkcs8",
        cipher: "aes-256-cbc",
        passphrase: "open sesame"
      })
      const { port, url } = yield* listen({
        certificates: [{ cert: Buffer.from(chain), key: Buffer.from(locked), passphrase: "open sesame" }]
      })
      assert.strictEqual(url, `wss://127.0.0.1:${port}/ocpp`)
      const { upgrade } = yield* tlsStation(port, { ca: ca.cert })
      assert.strictEqual(yield* upgrade, 101)
    })
  )

  it.live("R-050: minVersion TLSv1.3 refuses TLS 1.2", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const certificates = [pairOf(yield* ca.issue({ ...server, key: "EC" }))]
      const { port } = yield* listen({ certificates, minVersion: "TLSv1.3" })
      const refused = yield* Effect.flip(tlsStation(port, { ca: ca.cert, maxVersion: "TLSv1.2" }))
      assert.include(refused.code, "PROTOCOL_VERSION")
      assert.strictEqual((yield* tlsStation(port, { ca: ca.cert })).protocol, "TLSv1.3")
    })
  )

  it.live("SNICallback chooses the certificate by host name", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const [one, two] = [
        yield* ca.issue({ ...server, key: "EC" }),
        yield* ca.issue({ ...server, key: "EC", commonName: "two.test" })
      ]
      const { port } = yield* listen({
        certificates: [pairOf(one)],
        SNICallback: (name, done) => done(null, name === "two.test" ? createSecureContext(pairOf(two)) : undefined)
      })
      const serial = (servername: string) =>
        Effect.map(tlsStation(port, { ca: ca.cert, servername }), ({ serverCertificate }) => serverCertificate)
      assert.deepStrictEqual(
        [yield* serial("csms.test"), yield* serial("two.test")],
        [one.serialNumber, two.serialNumber]
      )
    })
  )

  it.live("sessions are resumed, unless client certificates are asked for", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const certificates = [pairOf(yield* ca.issue({ ...server, key: "EC" }))]
      for (const asks of [false, true]) {
        const { port } = yield* listen({ certificates, ...(asks ? { clientCertificates: { ca: ca.cert } } : {}) })
        for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
          const first = yield* tlsStation(port, { ca: ca.cert, maxVersion })
          let session = first.socket.getSession()
          first.socket.on("session", (newer) => (session = newer))
          yield* first.upgrade
          const second = yield* tlsStation(port, { ca: ca.cert, maxVersion, session })
          assert.strictEqual(second.resumed, !asks, maxVersion)
        }
      }
    })
  )

  it.live("A-8: a certificate that stations may trip over is used, with a warning", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const logged: Array<string> = []
      const logger = Logger.make(({ logLevel, message }) => void logged.push(`${logLevel} ${String(message)}`))
      const wildcard = yield* ca.issue({ ...server, key: "EC", commonName: "*.example.org" })
      yield* listen({ certificates: [pairOf(wildcard)] }).pipe(Effect.provide(Logger.layer([logger])))
      const warnings = logged.filter((line) => line.startsWith("Warn"))
      assert.strictEqual(warnings.length, 1)
      assert.include(warnings[0] ?? "", "CN=*.example.org, O=Wattline: Its CN is a wildcard")
    })
  )

  it.live("reload cannot turn client certificates on, and plain ports have nothing to reload", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const certificates = [pairOf(yield* ca.issue({ ...server, key: "EC" }))]
      const { reload } = yield* listen({ certificates })
      const turnedOn = yield* Effect.flip(reload({ certificates, clientCertificates: { ca: ca.cert } }))
      assert.strictEqual(turnedOn.reason, "InvalidOption")
      const acceptor = yield* makeRecordingAcceptor()
      const plain = yield* Effect.provideService(start({ port: 0, plain: true }), Acceptor, acceptor.service)
      assert.strictEqual((yield* Effect.flip(plain.reload({ certificates }))).reason, "InvalidOption")
    })
  )
})

describe("an attached https.Server that asks for client certificates", () => {
  it.live("R-055: they reach the core; an expired one is called that only with the CAs given", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const own = yield* ca.issue({ ...server, key: "EC" })
      const https = yield* Effect.acquireRelease(
        Effect.callback<ReturnType<typeof createServer>>((resume) => {
          const listening = createServer({ ...pairOf(own), ca: ca.cert, requestCert: true, rejectUnauthorized: false })
          listening.listen(0, "127.0.0.1", () => resume(Effect.succeed(listening)))
        }),
        (listening) =>
          Effect.sync(() => {
            listening.close()
            listening.closeAllConnections()
          })
      )
      const client = { commonName: "SN-1", key: "EC", usage: "client" } as const
      const good = yield* ca.issue(client)
      const old = yield* ca.issue({ ...client, notBefore: new Date("2020-01-01"), notAfter: new Date("2021-01-01") })
      const verdicts = Effect.fnUntraced(function* (clientCertificates: TlsOptions["clientCertificates"]) {
        const acceptor = yield* makeRecordingAcceptor()
        const { address } = yield* Effect.provideService(
          start({ server: https, path: "/ocpp", clientCertificates }),
          Acceptor,
          acceptor.service
        )
        const seen: Array<string | undefined> = []
        for (const { chain, key } of [good, old]) {
          const { upgrade } = yield* tlsStation(address.port, { ca: ca.cert, cert: chain, key })
          yield* upgrade
          seen.push((yield* acceptor.nextRequest).certificate?.verification)
        }
        return seen
      })
      assert.deepStrictEqual(yield* Effect.scoped(verdicts(undefined)), ["trusted", "untrusted"])
      assert.deepStrictEqual(yield* Effect.scoped(verdicts({ ca: ca.cert })), ["trusted", "expired"])
    })
  )
})
