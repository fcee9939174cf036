/** Protocol versions, cipher suites, compression (R-050…R-053). */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { type BareHello, bareHello } from "./station.ts"
import { pair, tlsCase } from "./tlsCase.ts"
import type { TlsHarness } from "./TlsHarness.ts"

/** The four suites of the standard by their OpenSSL names, and the kind of key that each needs. */
const demanded = [
  ["ECDHE-ECDSA-AES128-GCM-SHA256", "EC"],
  ["ECDHE-ECDSA-AES256-GCM-SHA384", "EC"],
  ["AES128-GCM-SHA256", "RSA"],
  ["AES256-GCM-SHA384", "RSA"]
] as const

const rsaGcm = 0x009c // TLS_RSA_WITH_AES_128_GCM_SHA256
const tls12: BareHello = { version: [3, 3], suites: [rsaGcm], compression: [0] }

const weak = {
  TLS_RSA_WITH_RC4_128_SHA: 0x0005,
  TLS_RSA_WITH_3DES_EDE_CBC_SHA: 0x000a,
  TLS_RSA_WITH_AES_128_CBC_SHA: 0x002f,
  TLS_RSA_WITH_AES_256_CBC_SHA: 0x0035,
  TLS_RSA_WITH_AES_128_CBC_SHA256: 0x003c,
  TLS_RSA_WITH_NULL_SHA256: 0x003b,
  TLS_DHE_RSA_WITH_AES_128_CBC_SHA: 0x0033
}

const old = { "SSL 3": [3, 0], "TLS 1.0": [3, 1], "TLS 1.1": [3, 2] } as const

/** The cases of what is negotiated. */
export const negotiation = (harness: TlsHarness): void => {
  tlsCase(
    harness,
    `TC_A_04_CSMS, R-051: the four suites are spoken${harness.bothKeys ? " on one port" : ""}, each with its kind of certificate`,
    Effect.fnUntraced(function* ({ acceptor, server, shakeHands, start }) {
      const certificates = { EC: yield* server("EC"), RSA: yield* server("RSA") }
      const both = harness.bothKeys
        ? yield* start({ certificates: [pair(certificates.EC), pair(certificates.RSA)] })
        : undefined
      for (const [suite, key] of demanded) {
        const { port } = both ?? (yield* start({ certificates: [pair(certificates[key])] }))
        const station = yield* shakeHands(port, { ciphers: suite, maxVersion: "TLSv1.2" })
        assert.deepStrictEqual(
          [station.protocol, station.suite, station.serverCertificate],
          ["TLSv1.2", suite, certificates[key].serialNumber]
        )
        assert.strictEqual(yield* station.upgrade, 101)
        assert.isTrue((yield* acceptor.nextRequest).secure)
      }
    })
  )

  tlsCase(
    harness,
    "R-050: a station that speaks TLS 1.3 gets it",
    Effect.fnUntraced(function* ({ server, shakeHands, start }) {
      const { port } = yield* start({ certificates: [pair(yield* server("EC"))] })
      const station = yield* shakeHands(port)
      assert.strictEqual(station.protocol, "TLSv1.3")
      assert.strictEqual(yield* station.upgrade, 101)
    })
  )

  for (const [name, version] of Object.entries(old)) {
    tlsCase(
      harness,
      `TC_A_06_CSMS, R-050: ${name} is refused, and TLS 1.2 works right after`,
      Effect.fnUntraced(function* ({ acceptor, server, shakeHands, start }) {
        const { port } = yield* start({ certificates: [pair(yield* server("RSA"))] })
        // 0x002f is a suite of those days: the version must be what it fails on.
        const answer = yield* bareHello(port, { version, suites: [rsaGcm, 0x002f], compression: [0] })
        assert.notStrictEqual(answer._tag, "ServerHello")
        assert.deepStrictEqual(acceptor.requests, [])
        const station = yield* shakeHands(port, { maxVersion: "TLSv1.2" })
        assert.strictEqual(yield* station.upgrade, 101)
      })
    )
  }

  for (const [name, suite] of Object.entries(weak)) {
    tlsCase(
      harness,
      `R-052: a station that has only ${name} is refused`,
      Effect.fnUntraced(function* ({ server, start }) {
        const { port } = yield* start({ certificates: [pair(yield* server("RSA"))] })
        assert.deepStrictEqual(yield* bareHello(port, { ...tls12, suites: [suite] }), {
          _tag: "Alert",
          description: 40 // handshake_failure
        })
        assert.include(yield* bareHello(port, { ...tls12, suites: [suite, rsaGcm] }), { suite: rsaGcm })
      })
    )
  }

  tlsCase(
    harness,
    "R-053: TLS compression on offer is not taken",
    Effect.fnUntraced(function* ({ server, start }) {
      const { port } = yield* start({ certificates: [pair(yield* server("RSA"))] })
      assert.deepStrictEqual(yield* bareHello(port, { ...tls12, compression: [1, 0] }), {
        _tag: "ServerHello",
        suite: rsaGcm,
        compression: 0
      })
    })
  )
}
