import { dial, testPki, writeFiles } from "@wattline/ocpp-conformance"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls"
import { upgradeRequest } from "@wattline/ocpp-conformance/tcp"
import { native, serverFiles, startWith } from "./uws-harness.ts"

const station = { target: "/ocpp/CS-1", protocols: ["ocpp2.0.1"] }

/** A listener with a certificate of the test CA that trusts stations of the same CA. */
const listen = Effect.fnUntraced(function* (kind: "EC" | "RSA", mutual = false) {
  const { ca, caFile, tls } = yield* serverFiles(kind)
  const started = yield* startWith({ port: 0, path: "/ocpp", tls: { ...tls, ...(mutual ? { caFile } : {}) } })
  return { ...started, ca, url: `wss://127.0.0.1:${started.port}`, client: { ca, servername: "localhost" } }
})

/** What a TLS client and the listener agree on, or the code of the refusal. */
const negotiate = (port: number, options: ConnectionOptions) =>
  Effect.callback<string>((resume) => {
    const socket: TLSSocket = connect({ port, host: "127.0.0.1", servername: "localhost", ...options }, () => {
      resume(Effect.succeed(socket.getCipher().standardName))
      socket.destroy()
    })
    socket.on("error", (error: NodeJS.ErrnoException) => resume(Effect.succeed(`refused: ${error.code}`)))
    return Effect.sync(() => socket.destroy())
  })

/** Upgrades over a TLS connection of its own; tells whether the session was resumed, and the session to go on with. */
const tlsStation = (port: number, options: ConnectionOptions) =>
  Effect.callback<{ readonly resumed: boolean; readonly session: Buffer | undefined }>((resume) => {
    let session: Buffer | undefined
    const socket: TLSSocket = connect({ port, host: "127.0.0.1", ...options }, () => {
      socket.write(upgradeRequest("/ocpp/CS-1"))
    })
    socket.on("session", (given) => (session = given))
    socket.once("data", () => {
      resume(Effect.succeed({ resumed: socket.isSessionReused(), session }))
      socket.destroy()
    })
    socket.on("error", (error) => resume(Effect.die(error)))
    return Effect.sync(() => socket.destroy())
  })

const required = {
  EC: ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"],
  RSA: ["AES128-GCM-SHA256", "AES256-GCM-SHA384"]
} as const

const standardNames: Readonly<Record<string, string>> = {
  "ECDHE-ECDSA-AES128-GCM-SHA256": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "AES128-GCM-SHA256": "TLS_RSA_WITH_AES_128_GCM_SHA256",
  "AES256-GCM-SHA384": "TLS_RSA_WITH_AES_256_GCM_SHA384"
}

describe.skipIf(native === undefined)("uWebSockets.js", () => {
  describe("TLS", () => {
    it.live("the URL is wss, and the core is told that the connection is secure", () =>
      Effect.gen(function* () {
        const { acceptor, client, port, server, url } = yield* listen("EC")
        assert.strictEqual(server.url, `wss://127.0.0.1:${port}/ocpp`)
        yield* dial(url, station, client)
        assert.isTrue((yield* acceptor.nextRequest).secure)
      })
    )

    it.live("R-050, TC_A_06_CSMS: TLS 1.1 is refused, 1.2 and 1.3 are spoken", () =>
      Effect.gen(function* () {
        const { ca, port } = yield* listen("EC")
        const old = { ca, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const
        assert.match(yield* negotiate(port, old), /^refused: ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION/)
        assert.match(yield* negotiate(port, { ca, maxVersion: "TLSv1.2" }), /^TLS_ECDHE_ECDSA_WITH_/)
        assert.match(yield* negotiate(port, { ca, minVersion: "TLSv1.3" }), /^TLS_AES_/)
      })
    )

    for (const kind of ["EC", "RSA"] as const) {
      it.live(`R-051: with an ${kind} certificate the suites for ${kind} are spoken, the others are not`, () =>
        Effect.gen(function* () {
          const { ca, port } = yield* listen(kind)
          for (const suite of [...required.EC, ...required.RSA]) {
            const answer = yield* negotiate(port, { ca, maxVersion: "TLSv1.2", ciphers: suite })
            const served = required[kind].some((name) => name === suite)
            assert.strictEqual(answer === standardNames[suite], served, `${suite}: ${answer}`)
          }
        })
      )
    }

    it.live("R-052: no suite without authenticated encryption is spoken", () =>
      Effect.gen(function* () {
        const { ca, port } = yield* listen("RSA")
        for (const ciphers of ["AES128-SHA", "AES256-SHA256", "ECDHE-RSA-AES128-SHA"]) {
          assert.match(yield* negotiate(port, { ca, maxVersion: "TLSv1.2", ciphers }), /^refused/, ciphers)
        }
      })
    )

    it.live("files that cannot be used are a ListenError that names them", () =>
      Effect.gen(function* () {
        const { tls } = yield* serverFiles("EC")
        const other = yield* serverFiles("EC")
        const { junk } = yield* writeFiles({ junk: "no certificate" })
        const cases = [
          [{ ...tls, certFile: "/nowhere/cert.pem" }, "BadCertificate", "/nowhere/cert.pem"],
          [{ ...tls, certFile: junk }, "BadCertificate", junk],
          [{ ...tls, keyFile: junk }, "BadCertificate", junk],
          [{ ...tls, caFile: junk }, "BadCertificate", junk],
          [{ ...tls, keyFile: other.tls.keyFile }, "KeyMismatch", other.tls.keyFile],
          [{ ...tls, ciphers: "NONSENSE" }, "BadCertificate", "ciphers"]
        ] as const
        for (const [files, reason, named] of cases) {
          const error = yield* Effect.flip(startWith({ port: 0, tls: files }))
          assert.deepInclude(error, { _tag: "ListenError", reason })
          assert.include((error as Error).message, named)
        }
      })
    )
  })

  describe("station certificates", () => {
    const issue = Effect.fnUntraced(function* (how: "trusted" | "untrusted" | "expired") {
      const { ca, otherCa } = yield* testPki
      const issuer = how === "untrusted" ? otherCa : ca
      const day = 86_400_000
      return yield* issuer.issue({
        commonName: "SN-1",
        organization: "Operator",
        key: "EC",
        usage: "client",
        ...(how === "expired"
          ? { notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - day) }
          : {})
      })
    })

    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      it.live(`R-056: the certificate reaches the core over ${maxVersion}, also when the session is resumed`, () =>
        Effect.gen(function* () {
          const { acceptor, ca, port } = yield* listen("EC", true)
          const { chain, fingerprint256, key } = yield* issue("trusted")
          const tls = { ca, servername: "localhost", maxVersion, cert: chain, key }
          const first = yield* tlsStation(port, tls)
          const second = yield* tlsStation(port, { ...tls, session: first.session })
          assert.deepStrictEqual([first.resumed, second.resumed], [false, true])
          assert.strictEqual(acceptor.requests.length, 2)
          for (const { certificate } of acceptor.requests) {
            assert.deepInclude(certificate, {
              commonName: "SN-1",
              organizations: ["Operator"],
              verification: "trusted",
              problem: undefined,
              fingerprint256
            })
          }
        })
      )

      for (const how of ["untrusted", "expired"] as const) {
        it.live(`R-055: an ${how} one ends the TLS handshake over ${maxVersion}; the core is not asked`, () =>
          Effect.gen(function* () {
            const { acceptor, client, url } = yield* listen("EC", true)
            const { chain, key } = yield* issue(how)
            const refusal = yield* Effect.flip(dial(url, station, { ...client, maxVersion, cert: chain, key }))
            assert.strictEqual(refusal.status, 0)
            assert.match(String(refusal.problem), how === "expired" ? /certificate expired/ : /unknown ca/)
            assert.deepStrictEqual(acceptor.requests, [])
          })
        )
      }
    }

    it.live("R-030: a station without one comes in as before; it is for the core to refuse", () =>
      Effect.gen(function* () {
        const { acceptor, client, url } = yield* listen("EC", true)
        yield* dial(url, station, client)
        assert.isUndefined((yield* acceptor.nextRequest).certificate)
      })
    )

    it.live("without caFile none is asked for, and one that is sent all the same counts as none", () =>
      Effect.gen(function* () {
        const { acceptor, client, url } = yield* listen("EC")
        const { chain, key } = yield* issue("untrusted")
        yield* dial(url, station, { ...client, cert: chain, key })
        assert.isUndefined((yield* acceptor.nextRequest).certificate)
      })
    )
  })

  describe("reload", () => {
    it.live("new connections meet the new certificate, open ones stay and work", () =>
      Effect.gen(function* () {
        const { acceptor, ca, client, port, server, url } = yield* listen("EC")
        const peer = yield* dial(url, station, client)
        const { link } = yield* acceptor.nextLink
        const renewed = yield* serverFiles("RSA")
        yield* server.reload(renewed.tls)
        assert.match(yield* negotiate(port, { ca, maxVersion: "TLSv1.2" }), /_RSA_/)
        yield* dial(url, { ...station, target: "/ocpp/CS-2" }, client)
        assert.isTrue(link.send("still here"))
        assert.strictEqual(yield* peer.receive, "still here")
        assert.strictEqual(yield* server.connections, 2)
      })
    )

    it.live("one that fails changes nothing", () =>
      Effect.gen(function* () {
        const { ca, port, server } = yield* listen("EC")
        const error = yield* Effect.flip(server.reload({ certFile: "/nowhere", keyFile: "/nowhere" }))
        assert.strictEqual(error.reason, "BadCertificate")
        assert.match(yield* negotiate(port, { ca, maxVersion: "TLSv1.2" }), /_ECDSA_/)
      })
    )

    it.live("after the release there is nothing to reload, and nobody listens", () =>
      Effect.gen(function* () {
        const { ca, port, server, stop } = yield* listen("EC")
        const { tls } = yield* serverFiles("RSA")
        yield* stop
        assert.strictEqual((yield* Effect.flip(server.reload(tls))).reason, "NotListening")
        assert.strictEqual(yield* negotiate(port, { ca }), "refused: ECONNREFUSED")
      })
    )
  })
})
