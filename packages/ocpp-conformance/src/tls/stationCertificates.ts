/** What a listener makes of the certificates that stations show (R-055, R-058). */
import type { ConnectionOptions } from "node:tls"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { assert } from "@effect/vitest"
import type { CertificateSpec, Issued } from "../Pki.ts"
import type { TlsStation } from "./station.ts"
import { pair, type TlsBench, tlsCase } from "./tlsCase.ts"
import type { TlsHarness } from "./TlsHarness.ts"

const spec: CertificateSpec = { commonName: "SN-1", organization: "Operator, Inc.", key: "EC", usage: "client" }
const past = { notBefore: new Date("2020-01-01T00:00:00Z"), notAfter: new Date("2021-01-01T00:00:00Z") }
const future = { notBefore: new Date("2100-01-01T00:00:00Z"), notAfter: new Date("2101-01-01T00:00:00Z") }

const versions = ["TLSv1.2", "TLSv1.3"] as const

/** A certificate as a station shows it. */
const shown = ({ chain, key }: Issued, maxVersion: (typeof versions)[number]): ConnectionOptions => ({
  cert: chain,
  key,
  maxVersion
})

/** Each kind of bad certificate, and what the core must be told of it. */
const bad: Readonly<
  Record<string, readonly ["expired" | "untrusted", (pki: TlsBench["pki"]) => Effect.Effect<Issued>]>
> = {
  "an expired certificate": ["expired", ({ ca }) => ca.issue({ ...spec, ...past })],
  "an expired certificate of an intermediate CA": [
    "expired",
    ({ ca }) => Effect.flatMap(ca.intermediate("Stations"), (below) => below.issue({ ...spec, ...past }))
  ],
  "a certificate of an unknown CA": ["untrusted", ({ otherCa }) => otherCa.issue(spec)],
  "a certificate of an unknown CA that has expired as well": [
    "untrusted",
    ({ otherCa }) => otherCa.issue({ ...spec, ...past })
  ],
  "a certificate of an unknown CA's intermediate that has expired as well": [
    "untrusted",
    ({ otherCa }) => Effect.flatMap(otherCa.intermediate("Stations"), (below) => below.issue({ ...spec, ...past }))
  ],
  "a certificate that is not valid yet": ["untrusted", ({ ca }) => ca.issue({ ...spec, ...future })]
}

/** The cases of station certificates. */
export const stationCertificates = (harness: TlsHarness): void => {
  const skip = harness.clientCertificates === "none"
  const judges = harness.clientCertificates === "judged"

  const listen = Effect.fnUntraced(function* ({ pki, server, start }: TlsBench, crl?: string) {
    return yield* start({
      certificates: [pair(yield* server("EC"))],
      clientCertificates: { ca: pki.ca.cert, ...(crl === undefined ? {} : { crl }) }
    })
  })

  /** A bad certificate: the core is told, or there is no request at all. */
  const isTurnedDown = Effect.fnUntraced(function* (
    { acceptor, shakeHands }: TlsBench,
    port: number,
    options: ConnectionOptions,
    verification: string
  ) {
    const upgraded = yield* Effect.exit(
      Effect.flatMap(shakeHands(port, options), (station: TlsStation) => station.upgrade)
    )
    if (!judges) {
      assert.isTrue(Exit.isFailure(upgraded))
      assert.deepStrictEqual(acceptor.requests, [])
      return
    }
    const { certificate } = yield* acceptor.nextRequest
    assert.strictEqual(certificate?.verification, verification, certificate?.problem)
    assert.isString(certificate?.problem)
  })

  for (const version of versions) {
    tlsCase(
      harness,
      `TC_A_07_CSMS, R-056: a good certificate is told to the core with CN, O, dates and fingerprint, ${version}`,
      Effect.fnUntraced(function* (bench) {
        const { port } = yield* listen(bench)
        const below = yield* bench.pki.ca.intermediate("Stations")
        for (const issued of [yield* bench.pki.ca.issue(spec), yield* below.issue({ ...spec, key: "RSA" })]) {
          const station = yield* bench.shakeHands(port, shown(issued, version))
          assert.strictEqual(yield* station.upgrade, 101)
          const { certificate, secure } = yield* bench.acceptor.nextRequest
          assert.isTrue(secure)
          assert.deepInclude(certificate, {
            commonName: "SN-1",
            organizations: ["Operator, Inc."],
            verification: "trusted",
            problem: undefined,
            fingerprint256: issued.fingerprint256
          })
          assert.isAbove(certificate?.validTo ?? 0, Date.now())
        }
      }),
      { skip }
    )

    for (const [what, [verification, issue]] of Object.entries(bad)) {
      tlsCase(
        harness,
        `TC_A_08_CSMS, R-055: ${what} is ${judges ? `told to the core as ${verification}` : "refused"}, ${version}`,
        Effect.fnUntraced(function* (bench) {
          const { port } = yield* listen(bench)
          yield* isTurnedDown(bench, port, shown(yield* issue(bench.pki), version), verification)
          const good = yield* bench.shakeHands(port, shown(yield* bench.pki.ca.issue(spec), version))
          assert.strictEqual(yield* good.upgrade, 101)
        }),
        { skip }
      )
    }

    tlsCase(
      harness,
      `R-055, R-059: the certificate of a station used as a CA, and a revoked one, do not pass as expired, ${version}`,
      Effect.fnUntraced(function* (bench) {
        const { ca } = bench.pki
        const revoked = yield* ca.issue({ ...spec, ...past })
        const { port } = yield* listen(bench, yield* ca.revoke([revoked]))
        yield* isTurnedDown(bench, port, shown(revoked, version), "untrusted")
        yield* isTurnedDown(bench, port, shown(yield* ca.issue({ ...spec, ...past }), version), "expired")
        const forged = yield* ca.forge(yield* ca.issue(spec), { ...spec, ...past, commonName: "SN-2" })
        yield* isTurnedDown(bench, port, shown(forged, version), "untrusted")
      }),
      { skip: skip || !harness.revocation }
    )

    tlsCase(
      harness,
      `R-055: a station that resumes its session is judged by its certificate all the same, ${version}`,
      Effect.fnUntraced(function* (bench) {
        const { port } = yield* listen(bench)
        const expired = yield* bench.pki.ca.issue({ ...spec, ...past })
        const options = shown(judges ? expired : yield* bench.pki.ca.issue(spec), version)
        const first = yield* bench.shakeHands(port, options)
        const session = yield* sessionOf(first)
        yield* bench.acceptor.nextRequest
        const second = yield* bench.shakeHands(port, { ...options, session })
        assert.strictEqual(yield* second.upgrade, 101)
        const { certificate } = yield* bench.acceptor.nextRequest
        assert.deepInclude(certificate, { commonName: "SN-1", verification: judges ? "expired" : "trusted" })
      }),
      { skip }
    )
  }

  tlsCase(
    harness,
    "R-055: a station without a certificate is told to the core as such",
    Effect.fnUntraced(function* (bench) {
      const { port } = yield* listen(bench)
      for (const maxVersion of versions) {
        const station = yield* bench.shakeHands(port, { maxVersion })
        assert.strictEqual(yield* station.upgrade, 101)
        const { certificate, secure } = yield* bench.acceptor.nextRequest
        assert.isTrue(secure)
        assert.isUndefined(certificate)
      }
    }),
    { skip: skip || !judges }
  )

  tlsCase(
    harness,
    "R-055: where none is asked for, none is told",
    Effect.fnUntraced(function* ({ acceptor, pki, server, shakeHands, start }) {
      const { port } = yield* start({ certificates: [pair(yield* server("EC"))] })
      const station = yield* shakeHands(port, shown(yield* pki.ca.issue(spec), "TLSv1.3"))
      assert.strictEqual(yield* station.upgrade, 101)
      assert.isUndefined((yield* acceptor.nextRequest).certificate)
    })
  )
}

/** A session that could be resumed: with TLS 1.3 it comes behind the handshake, before the answer to a request. */
const sessionOf = ({ socket, upgrade }: TlsStation) => {
  let session = socket.getSession()
  socket.on("session", (newer) => (session = newer))
  return Effect.map(upgrade, () => session)
}
