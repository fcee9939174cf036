/** The TLS of stations that dial, at our own listener and at bare ones of Node. */
import { assert, describe, it } from "@effect/vitest"
import { type CertificateSpec, makeRecordingAcceptor, testPki } from "@wattline/ocpp-conformance"
import { Acceptor } from "@wattline/ocpp-core"
import type { DialTls } from "@wattline/ocpp-core/engine"
import { Deferred, Effect, Exit, Fiber, Redacted, Result } from "effect"
import { TestClock } from "effect/testing"
import { type AddressInfo, connect } from "node:net"
import { createServer, type TlsOptions } from "node:tls"
import { failureOf } from "../src/dial/failure.ts"
import { TlsClients } from "../src/dial/TlsClients.ts"
import { dialing, requestTo, tcpServer } from "./dialers.ts"
import { start } from "./ws-harness.ts"

const password = Redacted.make("0123456789abcdef")
const day = 86_400_000

const issue = Effect.fnUntraced(function* (spec: Partial<CertificateSpec> = {}, of: "ca" | "otherCa" = "ca") {
  const { [of]: issuer } = yield* testPki
  return yield* issuer.issue({ commonName: "csms.test", key: "EC", usage: "server", ...spec })
})

/** Our own listener; with `clientCa` it asks for certificates. */
const csms = Effect.fnUntraced(function* (spec: Partial<CertificateSpec> = {}, of: "ca" | "otherCa" = "ca") {
  const { ca } = yield* testPki
  const { chain, key } = yield* issue(spec, of)
  const acceptor = yield* makeRecordingAcceptor()
  const tls = { certificates: [{ cert: chain, key }], clientCertificates: { ca: ca.cert } }
  const { address } = yield* Effect.provideService(
    start({ port: 0, path: "/ocpp", tls, pingInterval: 0 }),
    Acceptor,
    acceptor.service
  )
  return { acceptor, url: `wss://127.0.0.1:${address.port}/ocpp` }
})

/** A TLS listener without HTTP. `handshakes` holds for each whether it resumed a session. */
const tlsListener = Effect.fnUntraced(function* (options: TlsOptions) {
  const handshakes: Array<boolean> = []
  const server = createServer(options, (socket) => {
    handshakes.push(socket.isSessionReused())
    socket.on("error", () => undefined)
    socket.once("data", () => socket.end("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"))
  })
  server.on("tlsClientError", () => undefined)
  const port = yield* Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  )
  return { url: `wss://127.0.0.1:${port}`, handshakes }
})

/** A request of profile 2 that trusts our CA and expects `csms.test`. */
const secured = Effect.fnUntraced(function* (url: string, tls: DialTls = {}) {
  const { ca } = yield* testPki
  return requestTo(url, { securityProfile: 2, password, tls: { ca: ca.cert, serverName: "csms.test", ...tls } })
})

describe("profiles 2 and 3", () => {
  it.effect("A00.FR.302: profile 2 sends the password over TLS", () =>
    Effect.gen(function* () {
      const { acceptor, url } = yield* csms()
      const { dial } = yield* dialing()
      const station = yield* dial(yield* secured(url))
      assert.strictEqual(station.protocol, "ocpp2.0.1")
      const [request] = acceptor.requests
      assert.isTrue(request?.secure)
      assert.strictEqual(request?.authorization, `Basic ${btoa("CS-1:0123456789abcdef")}`)
      assert.strictEqual(request?.certificate, undefined)
    })
  )

  it.effect("A00.FR.402: profile 3 shows its certificate and sends no password", () =>
    Effect.gen(function* () {
      const { acceptor, url } = yield* csms()
      const { chain, fingerprint256, key } = yield* issue({ commonName: "SN-1", usage: "client" })
      const { dial } = yield* dialing()
      const request = yield* secured(url, { certificate: chain, key: Redacted.make(key) })
      const station = yield* dial({ ...request, securityProfile: 3 })
      assert.deepInclude(acceptor.requests[0]?.certificate, {
        commonName: "SN-1",
        verification: "trusted",
        fingerprint256
      })
      assert.strictEqual(acceptor.requests[0]?.authorization, undefined)
      const link = yield* acceptor.nextLink
      station.link.send("hello")
      assert.deepStrictEqual(yield* link.next, { _tag: "Text", text: "hello" })
    })
  )

  it.effect("profile 3 with the key of another certificate, or none, is Invalid and tells nothing of the key", () =>
    Effect.gen(function* () {
      const { chain } = yield* issue({ usage: "client" })
      const { key } = yield* issue({ usage: "client" })
      const { refusal } = yield* dialing()
      for (const wrong of [key, "my secret"]) {
        const request = yield* secured("wss://csms.test", { certificate: chain, key: Redacted.make(wrong) })
        const failed = yield* refusal({ ...request, securityProfile: 3 })
        assert.strictEqual(failed.reason, "Invalid")
        assert.include(failed.detail, "`tls.key`")
        assert.notInclude(failed.detail, wrong)
      }
    })
  )
})

describe("what a station connects with", () => {
  it.effect("a certificate that is none is told, whatever the key", () =>
    Effect.gen(function* () {
      const { key } = yield* issue({ usage: "client" })
      const { refusal } = yield* dialing()
      const request = yield* secured("wss://csms.test", { certificate: "no PEM", key: Redacted.make(key) })
      const failed = yield* refusal({ ...request, securityProfile: 3 })
      assert.deepInclude(failed, { reason: "Invalid" })
      assert.include(failed.detail, "`tls.certificate`")
    })
  )

  it.effect("CAs of its own and those of the runtime go together", () =>
    Effect.gen(function* () {
      const { url } = yield* csms()
      const { dial } = yield* dialing()
      yield* dial(yield* secured(url, { trustsRuntime: true }))
    })
  )

  it.effect("sessions of 64 CSMSs are kept, the oldest goes", () =>
    Effect.gen(function* () {
      const request = yield* secured("wss://csms.test")
      const clients = new TlsClients()
      const clientOf = (port: number) =>
        Result.getOrThrow(clients.clientFor(request, new URL(`wss://csms.test:${port}`)))
      for (let port = 1; port <= 65; port++) clientOf(port).keep(Buffer.from([port]))
      assert.isUndefined(clientOf(1).options.session)
      assert.deepStrictEqual(clientOf(2).options.session, Buffer.from([2]))
    })
  )

  it("R-054: without dnsNames the CN must be the name itself; an address has no wildcards", () => {
    const checked = (serverName: string, certificate: object): string | undefined => {
      const tls: DialTls = { serverName, allowWildcards: false }
      const { options } = Result.getOrThrow(
        new TlsClients().clientFor(requestTo("wss://csms.test", { tls }), new URL("wss://csms.test"))
      )
      const problem = options.checkServerIdentity?.("csms.test", certificate as never)
      return problem && (problem as { readonly code?: string }).code
    }
    const other = "ERR_TLS_CERT_ALTNAME_INVALID"
    assert.isUndefined(checked("a.example.test", { subject: { CN: "A.example.test" } }))
    assert.isUndefined(checked("a.example.test", { subject: { CN: ["b.example.test", "a.example.test"] } }))
    assert.strictEqual(checked("a.example.test", { subject: { CN: "*.example.test" } }), other)
    assert.isUndefined(checked("10.0.0.1", { subject: {}, subjectaltname: "IP Address:10.0.0.1" }))
    const mixed = "IP Address:10.0.0.1, DNS:*.example.test"
    assert.strictEqual(checked("a.example.test", { subject: { CN: "a.example.test" }, subjectaltname: mixed }), other)
  })

  it("A00.FR.309: a certificate that is not good for a reason of its own is InvalidCsmsCertificate too", () => {
    const trouble = { address: "csms.test:443", secure: true, stage: "Upgrading" } as const
    const error = (code: string) => Object.assign(new Error("no"), { code })
    assert.deepInclude(failureOf({ ...trouble, badCertificate: true, error: error("CERT_REVOKED") }), {
      reason: "Tls",
      securityEvent: "InvalidCsmsCertificate"
    })
    // TLS 1.3: what the CSMS has against the station comes after the handshake
    const alert = error("ERR_SSL_TLSV1_ALERT_DECODE_ERROR")
    const failed = failureOf({ ...trouble, badCertificate: false, error: alert })
    assert.deepStrictEqual([failed.reason, failed.securityEvent], ["Tls", undefined])
  })
})

describe("A00.FR.309: the certificate of the CSMS is checked, and the security event is InvalidCsmsCertificate", () => {
  const bad: ReadonlyArray<readonly [string, Partial<CertificateSpec>, "ca" | "otherCa", string]> = [
    ["of a CA that is not trusted", {}, "otherCa", "not issued by a CA that is trusted"],
    ["for another name", { commonName: "other.test" }, "ca", "another name"],
    ["for another dnsName, though the CN fits", { dnsNames: ["other.test"] }, "ca", "another name"],
    ["expired", { notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - day) }, "ca", "expired"],
    ["not valid yet", { notBefore: new Date(Date.now() + day) }, "ca", "not valid yet"]
  ]
  for (const [what, spec, of, says] of bad) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const { acceptor, url } = yield* csms(spec, of)
        const { refusal } = yield* dialing()
        const failed = yield* refusal(yield* secured(url))
        assert.deepInclude(failed, { reason: "Tls", securityEvent: "InvalidCsmsCertificate" })
        assert.include(failed.detail, says)
        assert.deepStrictEqual(acceptor.requests, [])
      })
    )
  }

  it.effect("without `ca` the CAs of the runtime count, and ours is none of them", () =>
    Effect.gen(function* () {
      const { url } = yield* csms()
      const { refusal } = yield* dialing()
      assert.strictEqual((yield* refusal(yield* secured(url, { ca: undefined }))).reason, "Tls")
    })
  )

  it.effect("the host of the URL is the name that is expected by default, also an address", () =>
    Effect.gen(function* () {
      const named = yield* csms({ ipAddresses: ["127.0.0.1"] })
      const unnamed = yield* csms()
      const { dial, refusal } = yield* dialing()
      yield* dial(yield* secured(named.url, { serverName: undefined }))
      assert.strictEqual((yield* refusal(yield* secured(unnamed.url, { serverName: undefined }))).reason, "Tls")
    })
  )

  it.effect("R-054: a wildcard counts unless it is not allowed", () =>
    Effect.gen(function* () {
      const { url } = yield* csms({ dnsNames: ["*.example.test"] })
      const exact = yield* csms({ dnsNames: ["a.example.test", "*.example.test"] })
      const { dial, refusal } = yield* dialing()
      const tls = { serverName: "a.example.test" }
      yield* dial(yield* secured(url, tls))
      const failed = yield* refusal(yield* secured(url, { ...tls, allowWildcards: false }))
      assert.strictEqual(failed.securityEvent, "InvalidCsmsCertificate")
      yield* dial(yield* secured(exact.url, { ...tls, allowWildcards: false }))
    })
  )
})

describe("the handshake", () => {
  const listenerTls = Effect.map(issue(), ({ chain, key }): TlsOptions => ({ cert: chain, key }))

  it.effect("R-050: below TLS 1.2 there is no connection, and the security event is InvalidTLSVersion", () =>
    Effect.gen(function* () {
      const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const
      const { url } = yield* tlsListener({ ...(yield* listenerTls), ...old })
      const { refusal } = yield* dialing()
      assert.deepInclude(yield* refusal(yield* secured(url)), { reason: "Tls", securityEvent: "InvalidTLSVersion" })
    })
  )

  it.effect("R-052: without a suite in common there is no connection: InvalidTLSCipherSuite", () =>
    Effect.gen(function* () {
      const weak = { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA" } as const
      const { url } = yield* tlsListener({ ...(yield* listenerTls), ...weak })
      const { refusal } = yield* dialing()
      assert.deepInclude(yield* refusal(yield* secured(url)), { reason: "Tls", securityEvent: "InvalidTLSCipherSuite" })
    })
  )

  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    it.effect(`a CSMS that wants a certificate does not let a station without one in (${maxVersion})`, () =>
      Effect.gen(function* () {
        const { ca } = yield* testPki
        const wants = { requestCert: true, rejectUnauthorized: true, ca: ca.cert, maxVersion }
        const { url } = yield* tlsListener({ ...(yield* listenerTls), ...wants })
        const { refusal } = yield* dialing()
        const failed = yield* refusal(yield* secured(url))
        assert.strictEqual(failed.reason, "Tls")
        assert.include(failed.detail, "certificate of the station")
      })
    )

    it.effect(`a reconnect resumes the session (${maxVersion}), also that of another station`, () =>
      Effect.gen(function* () {
        const { handshakes, url } = yield* tlsListener({ ...(yield* listenerTls), maxVersion })
        const { refusal } = yield* dialing()
        const request = yield* secured(url)
        yield* refusal(request)
        yield* refusal(request)
        yield* refusal({ ...request, identity: "CS-2" })
        assert.deepStrictEqual(handshakes, [false, true, true])
      })
    )
  }

  it.effect("a session is not resumed where another name is expected, or another CA trusted", () =>
    Effect.gen(function* () {
      const { otherCa } = yield* testPki
      const { url } = yield* tlsListener(yield* listenerTls)
      const { refusal } = yield* dialing()
      assert.strictEqual((yield* refusal(yield* secured(url))).reason, "Refused")
      assert.strictEqual((yield* refusal(yield* secured(url, { serverName: "other.test" }))).reason, "Tls")
      assert.strictEqual((yield* refusal(yield* secured(url, { ca: otherCa.cert }))).reason, "Tls")
    })
  )

  it.effect("after a handshake that failed the next one begins anew: the session may have been the reason", () =>
    Effect.gen(function* () {
      const { handshakes, url } = yield* tlsListener(yield* listenerTls)
      let isBroken = false
      const front = yield* tcpServer((socket) => {
        if (isBroken) return void socket.once("data", () => socket.destroy())
        const behind = connect(Number(new URL(url).port), "127.0.0.1")
        behind.on("error", () => undefined)
        socket.pipe(behind).pipe(socket)
      })
      const { refusal } = yield* dialing()
      const request = yield* secured(`wss://127.0.0.1:${front}`)
      const reasons: Array<string> = []
      for (isBroken of [false, false, true, false]) reasons.push((yield* refusal(request)).reason)
      assert.deepStrictEqual(reasons, ["Refused", "Refused", "Tls", "Refused"])
      assert.deepStrictEqual(handshakes, [false, true, false])
    })
  )

  it.effect("what does not speak TLS, or breaks off, is Tls; what hangs is Timeout", () =>
    Effect.gen(function* () {
      const { refusal } = yield* dialing()
      const plain = yield* tcpServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))
      assert.strictEqual((yield* refusal(yield* secured(`wss://127.0.0.1:${plain}`))).reason, "Tls")
      const breaking = yield* tcpServer((socket) => void socket.once("data", () => socket.destroy()))
      assert.strictEqual((yield* refusal(yield* secured(`wss://127.0.0.1:${breaking}`))).reason, "Tls")
      const greeted = Deferred.makeUnsafe<void>()
      const hanging = yield* tcpServer(
        (socket) => void socket.once("data", () => Deferred.doneUnsafe(greeted, Exit.void))
      )
      const dialed = yield* Effect.forkChild(refusal(yield* secured(`wss://127.0.0.1:${hanging}`)), {
        startImmediately: true
      })
      yield* Deferred.await(greeted)
      yield* TestClock.adjust("31 seconds")
      const failed = yield* Fiber.join(dialed)
      assert.strictEqual(failed.reason, "Timeout")
      assert.include(failed.detail, "TLS handshake")
    })
  )
})
