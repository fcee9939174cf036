/** New certificates on an open port (A-8: short validity needs them often). */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { pair, tlsCase } from "./tlsCase.ts"
import type { TlsHarness } from "./TlsHarness.ts"

/** The cases of a reload. */
export const reloading = (harness: TlsHarness): void => {
  const skip = !harness.reload

  tlsCase(
    harness,
    "A-8: after a reload new stations see the new certificate, and those that are connected stay",
    Effect.fnUntraced(function* ({ acceptor, server, shakeHands, start }) {
      const [before, after] = [yield* server("EC"), yield* server("EC")]
      const { port, reload } = yield* start({ certificates: [pair(before)] })
      const early = yield* shakeHands(port)
      assert.strictEqual(early.serverCertificate, before.serialNumber)
      assert.strictEqual(yield* early.upgrade, 101)
      const link = yield* acceptor.nextLink
      yield* reload({ certificates: [pair(after)] })
      const late = yield* shakeHands(port)
      assert.strictEqual(late.serverCertificate, after.serialNumber)
      assert.strictEqual(yield* late.upgrade, 101)
      yield* early.say("still here")
      assert.deepStrictEqual(yield* link.next, { _tag: "Text", text: "still here" })
    }),
    { skip }
  )

  tlsCase(
    harness,
    "A-8: a reload with something broken fails, and the certificate from before stays",
    Effect.fnUntraced(function* ({ server, shakeHands, start }) {
      const [before, other] = [yield* server("EC"), yield* server("EC")]
      const { port, reload } = yield* start({ certificates: [pair(before)] })
      const broken = [
        { ...pair(before), cert: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" },
        { ...pair(before), key: "" },
        { ...pair(before), key: other.key }
      ]
      for (const one of broken) {
        yield* Effect.flip(reload({ certificates: [one] }))
        assert.strictEqual((yield* shakeHands(port)).serverCertificate, before.serialNumber)
      }
    }),
    { skip }
  )

  tlsCase(
    harness,
    "A-8, R-059: a reload brings new station CAs and revocation lists",
    Effect.fnUntraced(function* ({ acceptor, pki, server, shakeHands, start }) {
      const certificates = [pair(yield* server("EC"))]
      const station = yield* pki.ca.issue({ commonName: "SN-1", key: "EC", usage: "client" })
      const { port, reload } = yield* start({ certificates, clientCertificates: { ca: pki.ca.cert } })
      const verdict = Effect.gen(function* () {
        const { upgrade } = yield* shakeHands(port, { cert: station.chain, key: station.key })
        yield* upgrade
        return (yield* acceptor.nextRequest).certificate?.verification
      })
      assert.strictEqual(yield* verdict, "trusted")
      yield* reload({ certificates, clientCertificates: { ca: pki.otherCa.cert } })
      assert.strictEqual(yield* verdict, "untrusted")
      const crl = yield* pki.ca.revoke([station])
      yield* reload({ certificates, clientCertificates: { ca: pki.ca.cert, crl } })
      assert.strictEqual(yield* verdict, "untrusted")
      yield* reload({ certificates, clientCertificates: { ca: pki.ca.cert } })
      assert.strictEqual(yield* verdict, "trusted")
    }),
    { skip: skip || harness.clientCertificates !== "judged" || !harness.revocation }
  )
}
