/** The certificates of stations: TC_A_07, 08, 11, 14, and where the cases are silent. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { DialRefused } from "../Peer.ts"
import type { Issued } from "../Pki.ts"
import { scenario, type Suite } from "./scenario.ts"
import { CallErrorReceived } from "./ScriptedStation.ts"
import type { Capability, SecurityHarness } from "./SecurityHarness.ts"
import { arrives, boot, booted, isUp, renews, signs, triggered } from "./steps.ts"
import type { Device, World } from "./World.ts"

const day = 86_400_000
const past = { notBefore: new Date(Date.now() - 3 * day), notAfter: new Date(Date.now() - day) }

/** A bad certificate: how it comes about, what is said of it, and whether TLS sees that it is bad. */
interface Bad {
  readonly make: (world: World, device: Device) => Effect.Effect<Issued>
  readonly reason: RegExp
  readonly seenByTls: boolean
}

const bad: Readonly<Record<string, Bad>> = {
  "of an unknown issuer": {
    make: (world, { serialNumber }) => world.issue({ commonName: serialNumber }, world.pki.otherCa),
    reason: /not trusted/,
    seenByTls: true
  },
  "that has expired": {
    make: (world, { serialNumber }) => world.issue({ commonName: serialNumber, ...past }),
    reason: /expired/,
    seenByTls: true
  },
  "with the serial number of another station": {
    make: (world, { serialNumber }) => world.issue({ commonName: `${serialNumber}0` }),
    reason: /not the serial number/,
    seenByTls: false
  },
  "of another organization": {
    make: (world, { serialNumber }) => world.issue({ commonName: serialNumber, organization: "Somebody Else" }),
    reason: /organization/,
    seenByTls: false
  }
}

/** Defines the scenarios. */
export const clientCertificates = (suite: Suite): void => {
  scenario(
    suite,
    "TC_A_07_CSMS: a valid client certificate lets a station in without Basic",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(3)
      const station = yield* world.connect(device, 3)
      yield* booted(station, device)
      yield* world.told("Connected", device, { securityProfile: 3 })
      assert.notExists(world.events.find(({ _tag }) => _tag === "InvalidChargingStationCertificate"))
    })
  )

  for (const [kind, { make, reason, seenByTls }] of Object.entries(bad)) {
    scenario(
      suite,
      `TC_A_08_CSMS, A-4: a client certificate ${kind} is refused, and the good one served`,
      Effect.fnUntraced(function* (world) {
        const device = yield* world.register(3)
        const certificate = yield* make(world, device)
        const refusal = yield* world.refused(device, 3, { certificate })
        yield* isRefused(suite.harness, world, device, refusal, seenByTls ? "judgedCertificate" : undefined, reason)
        yield* arrives(world, device, 3)
      })
    )
  }

  scenario(
    suite,
    "R-055: a station of profile 3 without a client certificate is refused, also with the right password",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(3)
      for (const approach of [{}, { password: device.password }]) {
        const refusal = yield* world.refused(device, 2, { ...approach, at: 3 })
        yield* isRefused(suite.harness, world, device, refusal, "optionalCertificate", /no client certificate/)
      }
    })
  )

  scenario(
    suite,
    "R-056: a serial number that nobody told the CSMS is that of the first BootNotification",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(3, { certificate: {} })
      const station = yield* arrives(world, device, 3)
      yield* station.leave
      const certificate = yield* world.issue({ commonName: `${device.serialNumber}0` })
      assert.strictEqual((yield* world.refused(device, 3, { certificate })).status, 403)
      yield* world.restart
      yield* world.add(device, 3, { certificate: {} })
      assert.strictEqual((yield* world.refused(device, 3, { certificate })).status, 403)
      yield* isUp(yield* world.connect(device, 3))
    })
  )

  for (const [which, serialNumber] of [
    ["another serial number than the certificate", "SN.0"],
    ["no serial number", null]
  ] as const) {
    scenario(
      suite,
      `R-057: a BootNotification with ${which} closes the connection with 1008`,
      Effect.fnUntraced(function* (world) {
        const device = yield* world.register(3)
        const station = yield* world.connect(device, 3)
        const error = yield* Effect.flip(boot(station, device, { serialNumber }))
        assert.instanceOf(error, CallErrorReceived)
        assert.strictEqual(error.errorCode, "SecurityError")
        assert.strictEqual((yield* station.closed).code, 1008)
        yield* arrives(world, device, 3)
      })
    )
  }

  scenario(
    suite,
    "TC_A_11_CSMS, A-18, A-19: a CA signs the CSR of a station, which comes back with its renewed certificate",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(3)
      const station = yield* arrives(world, device, 3)
      const certificate = yield* renews(world, device, station)
      yield* station.cut
      const again = yield* world.connect(device, 3, { certificate })
      yield* isUp(again)
      assert.isTrue((yield* (yield* world.station(device)).snapshot).connected)
      yield* world.told("CertificateReplaced", device, { fingerprint256: certificate.fingerprint256 })
    })
  )

  scenario(
    suite,
    "A-24: both certificates are good until the station is in with the renewed one, then that one alone",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(3)
      const station = yield* arrives(world, device, 3)
      const certificate = yield* renews(world, device, station)
      yield* station.leave
      const fallback = yield* world.connect(device, 3)
      yield* isUp(fallback)
      yield* fallback.leave
      const again = yield* world.connect(device, 3, { certificate })
      yield* isUp(again)
      yield* world.told("CertificateReplaced", device)
      assert.strictEqual((yield* world.refused(device, 3)).status, 403)
      yield* world.restart
      yield* world.add(device, 3)
      assert.strictEqual((yield* world.refused(device, 3)).status, 403)
      yield* isUp(yield* world.connect(device, 3, { certificate }))
    })
  )

  scenario(
    suite,
    "A-32: a station that gives its renewed certificate up goes on with the old one, and the renewal has failed",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(3)
      const station = yield* arrives(world, device, 3)
      yield* renews(world, device, station)
      yield* station.leave
      const fallback = yield* world.connect(device, 3)
      const event = { type: "DiscardedRenewedClientCertificate", timestamp: new Date().toISOString() }
      assert.deepStrictEqual(yield* fallback.call("SecurityEventNotification", event), {})
      yield* world.told("CertificateRenewalFailed", device, { reason: "Discarded" })
      yield* fallback.leave
      yield* isUp(yield* world.connect(device, 3))
    })
  )

  scenario(
    suite,
    "TC_A_14_CSMS, A-23: a station that refuses its renewed certificate goes on with the old one",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(3)
      const station = yield* arrives(world, device, 3)
      yield* renews(world, device, station, "Rejected")
      yield* isUp(station)
      const event = { type: "InvalidChargingStationCertificate", timestamp: new Date().toISOString() }
      assert.deepStrictEqual(yield* station.call("SecurityEventNotification", event), {})
      const { request } = yield* world.told("NotificationReceived", device, { action: "SecurityEventNotification" })
      assert.deepStrictEqual(request, event)
      yield* station.leave
      yield* isUp(yield* world.connect(device, 3))
    })
  )

  scenario(
    suite,
    "R-058: an expired certificate that is excepted gets Pending, and is renewed at once",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(3)
      yield* world.add(device, 3, { certificate: { serialNumber: device.serialNumber, acceptExpired: true } })
      const certificate = yield* world.issue({ commonName: device.serialNumber, ...past })
      const station = yield* world.connect(device, 3, { certificate })
      yield* world.told("InvalidChargingStationCertificate", device, { admitted: true })
      assert.strictEqual((yield* boot(station, device)).status, "Pending")
      yield* triggered(station)
      const renewed = yield* signs(world, device, station)
      yield* station.leave
      const again = yield* world.connect(device, 3, { certificate: renewed })
      yield* booted(again, device)
    }),
    { needs: "judgedCertificate" }
  )
}

/** In the TLS handshake where the adapter leaves it no other choice, else by the core, which then also tells. */
const isRefused = Effect.fnUntraced(function* (
  { cannot }: SecurityHarness,
  world: World,
  device: Device,
  { status }: DialRefused,
  needs: Capability | undefined,
  reason: RegExp
) {
  if (needs !== undefined && cannot?.[needs] !== undefined) return assert.strictEqual(status, 0)
  assert.strictEqual(status, 403)
  const told = yield* world.told("InvalidChargingStationCertificate", device)
  assert.match(told.reason, reason)
  assert.isFalse(told.admitted)
})
