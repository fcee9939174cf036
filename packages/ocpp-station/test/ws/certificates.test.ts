/** Certificates of stations and roots of a CSMS that change, over the wire (A02, M05). */
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import { assert, describe } from "@effect/vitest"
import { testPki } from "@wattline/ocpp-conformance"
import { CertificateManagement, type Handlers, Provisioning, Security } from "@wattline/ocpp-core"
import { Effect } from "effect"
import type { Ground } from "./Ground.ts"
import { scene } from "./scene.ts"

/** The CA behind the CSMS signs what it is asked for. */
const signing: Handlers = {
  signCertificate: ({ csr }) =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      return (yield* ca.sign(csr)).chain
    })
}

/** Values from the beginning. */
const withValues = (values: Readonly<Record<string, string>>) => ({ model: { values } })

/** One attempt with each network profile. */
const oneAttempt = { "OCPPCommCtrlr.NetworkProfileConnectionAttempts": "1" }

/** The CSMS restarts with a certificate of another CA; the station is back. */
const reopened = Effect.fnUntraced(function* (ground: Ground, ...how: Parameters<Ground["open"]>) {
  const from = ground.told.length
  yield* ground.close
  yield* ground.open(...how)
  yield* ground.until("StateChanged", { state: "Accepted" }, from)
  return ground.told
    .slice(from)
    .filter(({ _tag, ...event }) => _tag === "ConnectFailed" && "reason" in event && event.reason === "Tls")
})

describe.concurrent("the certificate of a station", () => {
  scene(
    "A02.FR.08, A02.FR.10: triggered, signed and sent, it is used at once, and the CSMS sees it instead of the old one",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(3)
      const old = yield* ground.issue()
      const { accepted, controls } = yield* ground.virtual(ground.connection(3, old))
      yield* accepted
      const from = ground.told.length
      assert.deepStrictEqual(yield* Security.requestCertificateRenewal(yield* ground.station), { status: "Accepted" })
      const renewed = controls.security.certificate("ChargingStationCertificate")
      ground.addKey(renewed?.key ?? "")
      yield* ground.until("StateChanged", { state: "Accepted" }, from)
      controls.client.heartbeat() // the CSMS waits for a sign of life before it believes in a connection
      const { fingerprint256 } = yield* ground.heardOf("CertificateReplaced")
      assert.notStrictEqual(fingerprint256, old.fingerprint256)
      assert.strictEqual((yield* (yield* ground.station).snapshot).certificate?.fingerprint256, fingerprint256)
      assert.deepStrictEqual(yield* reopened(ground), [])
      assert.strictEqual(controls.security.certificate("ChargingStationCertificate"), renewed)
    }),
    { handlers: signing }
  )

  const good = new Set<string>()
  scene(
    "A02.FR.28, A02.FR.29, A02.FR.10: a new one that does not work is discarded, and the CSMS is told; the old one is used",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(3)
      const old = yield* ground.issue()
      good.add(old.fingerprint256)
      const { accepted, controls } = yield* ground.virtual({
        ...ground.connection(3, old),
        ...withValues(oneAttempt)
      })
      yield* accepted
      const from = ground.told.length
      assert.deepStrictEqual(yield* Security.requestCertificateRenewal(yield* ground.station), { status: "Accepted" })
      ground.addKey(controls.security.certificate("ChargingStationCertificate")?.key ?? "")
      const { securityEvent, status } = yield* ground.until("ConnectFailed", {}, from)
      assert.deepStrictEqual({ securityEvent, status }, { securityEvent: "FailedToAuthenticateAtCsms", status: 403 })
      yield* ground.until("StateChanged", { state: "Accepted" }, from)
      yield* ground.securityEvent("DiscardedRenewedClientCertificate")
      assert.strictEqual(controls.security.certificate("ChargingStationCertificate")?.chain, old.chain)
      assert.deepStrictEqual(yield* reopened(ground), [])
    }),
    {
      handlers: signing,
      csms: {
        checkCertificate: (_, { fingerprint256 }) =>
          Effect.succeed(good.has(fingerprint256) ? undefined : "It was revoked.")
      }
    }
  )
})

describe.concurrent("the root of a CSMS", () => {
  scene(
    "M05.FR.01, A00.FR.307: what InstallCertificate has brought is trusted besides what the station was built with",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(2)
      const { accepted } = yield* ground.virtual(ground.connection(2))
      yield* accepted
      const { otherCa } = ground.pki
      const installed = yield* CertificateManagement.installCertificate(
        yield* ground.station,
        "CSMSRootCertificate",
        otherCa.cert
      )
      assert.strictEqual(installed.status, "Accepted")
      assert.deepStrictEqual(yield* reopened(ground, otherCa), [])
      assert.deepStrictEqual(yield* reopened(ground), [])
    })
  )

  scene(
    "A00.FR.307: a station that trusts the CAs of the runtime goes on doing so",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(2)
      const before = getCACertificates("default")
      yield* Effect.acquireRelease(
        Effect.sync(() => setDefaultCACertificates([...before, ground.pki.ca.cert])),
        () => Effect.sync(() => setDefaultCACertificates(before))
      )
      const { tls, ...connection } = ground.connection(2)
      const { accepted } = yield* ground.virtual({ ...connection, tls: { serverName: tls.serverName } })
      yield* accepted
      const { otherCa } = ground.pki
      yield* CertificateManagement.installCertificate(yield* ground.station, "CSMSRootCertificate", otherCa.cert)
      assert.deepStrictEqual(yield* reopened(ground), [])
      assert.deepStrictEqual(yield* reopened(ground, otherCa), [])
    })
  )

  const checking = { "SecurityCtrlr.AdditionalRootCertificateCheck": "true" }

  scene(
    "M05.FR.12 to M05.FR.14: the old root is the fallback until a connection was made with the new one",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(2)
      const next = yield* ground.pki.ca.intermediate("Next Root")
      const { accepted, controls } = yield* ground.virtual({ ...ground.connection(2), ...withValues(checking) })
      yield* accepted
      const station = yield* ground.station
      yield* CertificateManagement.installCertificate(station, "CSMSRootCertificate", next.cert)
      const failed = yield* reopened(ground)
      assert.lengthOf(failed, 1)
      assert.lengthOf(controls.security.roots("CSMSRootCertificate"), 2)
      assert.deepStrictEqual(yield* reopened(ground, next), [])
      assert.deepStrictEqual(controls.security.roots("CSMSRootCertificate"), [next.cert])
    })
  )

  scene(
    "M05.FR.15, M05.FR.16: towards another CSMS only the new root counts; back from there, the old one does",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(2)
      const next = yield* ground.pki.ca.intermediate("Next Root")
      const { accepted } = yield* ground.virtual({
        ...ground.connection(2),
        ...withValues({ ...checking, "OCPPCommCtrlr.NetworkProfileConnectionAttempts": "2" })
      })
      yield* accepted
      const station = yield* ground.station
      yield* CertificateManagement.installCertificate(station, "CSMSRootCertificate", next.cert)
      const from = ground.told.length
      yield* Provisioning.changeNetworkProfile(station, 2, {
        ocppCsmsUrl: ground.url(3),
        ocppInterface: "Wired0",
        messageTimeout: 30,
        securityProfile: 2
      })
      const { url } = yield* ground.until("Connected", {}, from)
      assert.strictEqual(url, ground.url(2))
      const failures = ground.told.slice(from).filter(({ _tag }) => _tag === "ConnectFailed")
      assert.deepStrictEqual(
        failures.map((event) => "securityEvent" in event && event.securityEvent),
        ["InvalidCsmsCertificate", "InvalidCsmsCertificate"]
      )
    })
  )

  scene(
    "R-054: SecurityCtrlr.AllowCSMSTLSWildcards decides on a wildcard in the certificate of the CSMS",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(2)
      yield* ground.close
      yield* ground.open(ground.pki.ca, "*.wattline.test")
      const { accepted } = yield* ground.virtual(ground.connection(2))
      yield* accepted
      const { outcomes } = yield* Provisioning.setVariables(yield* ground.station, [
        { component: "SecurityCtrlr", variable: "AllowCSMSTLSWildcards", value: false }
      ])
      assert.strictEqual(outcomes[0]?.status, "Accepted")
      const from = ground.told.length
      yield* ground.close
      yield* ground.open(ground.pki.ca, "*.wattline.test")
      yield* ground.until("ConnectFailed", { reason: "Tls", securityEvent: "InvalidCsmsCertificate" }, from)
      yield* ground.close
      yield* ground.open()
      yield* ground.until("StateChanged", { state: "Accepted" }, from)
    })
  )
})
