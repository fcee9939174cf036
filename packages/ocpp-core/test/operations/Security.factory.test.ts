/** Stations on the credentials of their factory, and the security events of stations (A04). */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { andThen, Csms, type Handlers, Security } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { booted, Recorder, settle } from "../csms/support.ts"
import {
  certificate,
  enter,
  mutual,
  password,
  passwordResult,
  statusOf,
  tls,
  untilCalled
} from "../csms/securitySupport.ts"
import { chain, csr, fingerprints } from "../transport/certificates.ts"

const given: Array<Security.PasswordChangeResult> = []

/** The pattern that the README shows. */
const handlers: Handlers = {
  BootNotification: (_request, { station }) =>
    Effect.gen(function* () {
      const currentTime = new Date(yield* Clock.currentTimeMillis).toISOString()
      const factory = Security.factoryCredentials(yield* station.snapshot, ["Wattline"])
      if (factory === undefined) return { status: "Accepted", currentTime, interval: 300 } as const
      const renew: Effect.Effect<unknown, unknown> =
        factory === "Password"
          ? Effect.map(Security.changePassword(station), (result) => given.push(result))
          : Security.requestCertificateRenewal(station)
      return andThen({ status: "Pending", currentTime, interval: 30 } as const, renew)
    }),
  signCertificate: () => Effect.succeed(chain)
}

const boot = { reason: "PowerUp", chargingStation: { model: "M1", vendorName: "V", serialNumber: "SN-1" } }

describe("A-10: a station on factory credentials", () => {
  it.effect("A01.FR.05, A00.FR.805: is Pending until it has taken a password of its own", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      yield* csms.addStation({ identity: "CS-1", securityProfile: 2, password })
      const fake = yield* enter(tls())
      yield* untilCalled(
        fake,
        Effect.sync(() => fake.call("BootNotification", boot))
      )
      assert.deepInclude(fake.answerTo("s1")?.[0], { status: "Pending" })
      assert.strictEqual(fake.lastCall[2], "SetVariables")
      fake.reply(passwordResult("Rejected"))
      yield* untilCalled(
        fake,
        Effect.sync(() => fake.call("BootNotification", boot))
      )
      assert.deepInclude(fake.answerTo("s2")?.[0], { status: "Pending" }) // it still has the old one
      fake.reply(passwordResult("Accepted"))
      yield* settle
      const result = given.at(-1)
      assert.ok(result?.status === "Accepted")
      assert.deepInclude(fake.answerTo(fake.call("BootNotification", boot))?.[0], { status: "Accepted" })
      assert.strictEqual(yield* statusOf(tls(Redacted.value(result.password))), 101)
      assert.strictEqual(yield* statusOf(tls()), 401)
    }).pipe(Effect.provide(Csms.layer(handlers)))
  )

  it.effect("A00.FR.406, A00.FR.807: is Pending until it comes with a certificate of the operator", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      yield* csms.addStation({ identity: "CS-1", securityProfile: 3 })
      const fake = yield* enter(mutual({ organizations: ["Factory"], fingerprint256: "OLD" }))
      const begun = fake.call("BootNotification", boot)
      assert.deepInclude(fake.answerTo(begun)?.[0], { status: "Pending" })
      assert.deepStrictEqual(fake.lastCall[3], { requestedMessage: "SignChargingStationCertificate" })
      fake.reply({ status: "Accepted" })
      yield* untilCalled(
        fake,
        Effect.sync(() => fake.call("SignCertificate", { csr }))
      )
      assert.strictEqual(fake.lastCall[2], "CertificateSigned")
      fake.reply({ status: "Accepted" })
      yield* settle
      fake.vanish()
      const again = yield* enter(mutual({ fingerprint256: fingerprints.chain }))
      assert.deepInclude(again.answerTo(again.call("BootNotification", boot))?.[0], { status: "Accepted" })
      yield* TestClock.adjust("1 minute")
    }).pipe(Effect.provide(Csms.layer(handlers)))
  )

  it("is judged by profile; without a connection nothing is", () => {
    const view = (securityProfile: 0 | 1 | 2 | 3, more: object = {}) => ({
      security: { securityProfile, openPasswords: 0, ...more }
    })
    assert.strictEqual(Security.factoryCredentials(view(1)), "Password")
    assert.isUndefined(Security.factoryCredentials(view(2, { passwordChanged: true })))
    assert.strictEqual(Security.factoryCredentials(view(3, { passwordChanged: true }), ["Wattline"]), "Certificate")
    assert.isUndefined(Security.factoryCredentials({ ...view(3), certificate: certificate() }, ["wattline"]))
    assert.strictEqual(Security.factoryCredentials({ ...view(3), certificate: certificate() }, []), "Certificate")
    assert.isUndefined(Security.factoryCredentials({}))
    assert.isUndefined(Security.factoryCredentials(view(0)))
  })
})

describe("A04: security events of a station", () => {
  it.effect("A-26, A04.FR.03: answered with an empty response, and told with their own timestamp", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake } = yield* booted()
      const event = { type: "SettingSystemTime", timestamp: "2026-01-01T00:00:00Z", techInfo: "NTP" }
      assert.deepStrictEqual(fake.answerTo(fake.call("SecurityEventNotification", event)), [{}])
      yield* settle
      assert.deepStrictEqual(
        recorder.of("NotificationReceived").map(({ request }) => request as unknown),
        [event]
      )
    }).pipe(Effect.provide(Csms.layer()), Effect.scoped)
  )

  it.effect("A-27, A04.FR.02: a burst of old ones after a reconnect is answered and told in its order", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake } = yield* booted()
      fake.vanish()
      yield* TestClock.adjust("1 hour")
      const again = yield* FakeStation.connect("CS-1")
      const timestamps = Array.from({ length: 40 }, (_, i) => `1970-01-01T00:00:${String(i).padStart(2, "0")}Z`)
      for (const timestamp of timestamps)
        assert.deepStrictEqual(
          again.answerTo(again.call("SecurityEventNotification", { type: "TamperDetectionActivated", timestamp })),
          [{}]
        )
      yield* settle
      const told = recorder
        .of("NotificationReceived")
        .map(({ request }) => (request as { timestamp?: string }).timestamp)
      assert.deepStrictEqual(told, timestamps)
      assert.isUndefined(again.closed)
    }).pipe(Effect.provide(Csms.layer()), Effect.scoped)
  )
})
