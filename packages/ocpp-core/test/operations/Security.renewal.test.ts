/** The operation that renews a certificate, and which certificate is let in afterwards. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Logger, Result } from "effect"
import { TestClock } from "effect/testing"
import { Csms, Security } from "../../src/index.ts"
import { settle } from "../csms/support.ts"
import { enter, mutual, statusOf, untilCalled } from "../csms/securitySupport.ts"
import { TestStore } from "../csms/TestStore.ts"
import { chain, fingerprints } from "../transport/certificates.ts"
import { answerTo, arrived, boot, layer, old, ready, renewed, signed } from "./renewing.ts"

describe("A-24: which certificate is let in", () => {
  const renewing = Effect.gen(function* () {
    const all = yield* arrived
    yield* signed(all.fake)
    all.fake.reply({ status: "Accepted" })
    return all
  })

  it.effect("A02.FR.08: both, until the station is in with the new one; then the new one alone", () =>
    Effect.gen(function* () {
      const { fake, recorder } = yield* renewing
      assert.strictEqual(yield* statusOf(old), 101)
      assert.strictEqual(yield* statusOf(renewed), 101)
      fake.vanish()
      const again = yield* enter(renewed)
      assert.strictEqual(yield* statusOf(old), 101) // it has said nothing yet
      again.call("Heartbeat", {})
      assert.strictEqual(yield* statusOf(old), 403)
      assert.strictEqual(yield* statusOf(renewed), 101)
      yield* settle
      assert.deepInclude(recorder.of("CertificateReplaced")[0], { fingerprint256: fingerprints.chain, durable: true })
      assert.match(recorder.of("InvalidChargingStationCertificate")[0]?.reason ?? "", /replaced/)
    }).pipe(Effect.provide(layer(ready)), Effect.scoped, Effect.provide(Logger.layer([])))
  )

  it.effect("a BootNotification that does not fit the new one replaces nothing: the old one still helps (R-057)", () =>
    Effect.gen(function* () {
      const { fake } = yield* renewing
      fake.vanish()
      const again = yield* enter(renewed)
      again.call("BootNotification", { reason: "PowerUp", chargingStation: { model: "M1", vendorName: "V" } })
      assert.strictEqual(again.closed?.code, 1008)
      assert.strictEqual(yield* statusOf(old), 101)
    }).pipe(Effect.provide(layer(ready)), Effect.scoped, Effect.provide(Logger.layer([])))
  )

  it.effect(
    "A-32: a station that falls back to the old one is let in with it, and the renewal is closed as failed",
    () =>
      Effect.gen(function* () {
        const { fake, recorder, station } = yield* renewing
        fake.vanish()
        const again = yield* enter(old)
        const id = again.call("SecurityEventNotification", {
          type: "DiscardedRenewedClientCertificate",
          timestamp: "2026-01-01T00:00:00Z"
        })
        assert.deepStrictEqual(again.answerTo(id), [{}])
        yield* settle
        assert.strictEqual(recorder.of("CertificateRenewalFailed")[0]?.reason, "Discarded")
        const { mirror, security } = yield* station.snapshot
        assert.deepInclude(Security.renewalOf(mirror.security), { state: "Failed", reason: "Discarded" })
        assert.deepStrictEqual(security?.certificates, { inUse: "OLD", renewed: [], replaced: [] })
        assert.strictEqual(yield* statusOf(old), 101)
      }).pipe(Effect.provide(layer(ready)), Effect.scoped, Effect.provide(Logger.layer([])))
  )

  it.effect("a certificate whose CertificateSigned was not answered replaces the old one too, once it is used", () =>
    Effect.gen(function* () {
      const { fake } = yield* arrived
      yield* signed(fake)
      fake.vanish()
      yield* settle
      assert.strictEqual(yield* statusOf(old), 101)
      const again = yield* enter(renewed)
      again.call("Heartbeat", {})
      assert.strictEqual(yield* statusOf(old), 403)
    }).pipe(Effect.provide(layer(ready)), Effect.scoped, Effect.provide(Logger.layer([])))
  )

  it.effect("A02.FR.15: a V2G certificate, and one that was Rejected, replace nothing", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      yield* signed(fake, { certificateType: "V2GCertificate" })
      fake.reply({ status: "Accepted" })
      yield* settle
      yield* signed(fake)
      fake.reply({ status: "Rejected" })
      assert.isUndefined((yield* station.snapshot).security?.certificates)
      const again = yield* enter(renewed)
      again.call("Heartbeat", {})
      assert.strictEqual(yield* statusOf(old), 101)
    }).pipe(Effect.provide(layer(ready)), Effect.scoped, Effect.provide(Logger.layer([])))
  )

  it.effect("survives a restart of the CSMS, and is forgotten with the station", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const csms = yield* Csms
          const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 3 })
          const fake = yield* enter(old)
          boot(fake)
          const call = yield* untilCalled(fake, station.call("CertificateSigned", { certificateChain: chain }))
          fake.reply({ status: "Accepted" })
          yield* Fiber.join(call)
        })
      )
      yield* store.csms(
        Effect.gen(function* () {
          const csms = yield* Csms
          yield* csms.addStation({ identity: "CS-1", securityProfile: 3 })
          const fake = yield* enter(renewed)
          fake.call("Heartbeat", {})
          assert.strictEqual(yield* statusOf(old), 403)
        })
      )
      yield* store.csms(
        Effect.gen(function* () {
          const csms = yield* Csms
          yield* csms.addStation({ identity: "CS-1", securityProfile: 3 })
          assert.strictEqual(yield* statusOf(old), 403)
          yield* csms.removeStation("CS-1")
          yield* csms.addStation({ identity: "CS-1", securityProfile: 3 })
          assert.strictEqual(yield* statusOf(old), 101)
        })
      )
    })
  )

  it.effect("R-223: the certificate of a local controller is not that of the station", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 3, localController: true })
      const fake = yield* enter(old)
      boot(fake)
      yield* signed(fake)
      fake.reply({ status: "Accepted" })
      yield* settle
      const again = yield* enter(renewed)
      again.call("Heartbeat", {})
      assert.isUndefined((yield* station.snapshot).security?.certificates)
      assert.strictEqual(yield* statusOf(old), 101)
    }).pipe(Effect.provide(layer(ready)))
  )
})

describe("Security.requestCertificateRenewal", () => {
  for (const [certificate, requestedMessage, certificateType] of [
    [undefined, "SignChargingStationCertificate", "ChargingStationCertificate"],
    ["V2GCertificate", "SignV2GCertificate", "V2GCertificate"],
    ["Combined", "SignCombinedCertificate", undefined]
  ] as const)
    it.effect(`A-16, TC_A_11_CSMS: ${requestedMessage}, from the trigger to Accepted`, () =>
      Effect.gen(function* () {
        const { fake, station } = yield* arrived
        const renewal = yield* untilCalled(fake, Security.requestCertificateRenewal(station, certificate))
        assert.deepStrictEqual(fake.lastCall.slice(2), ["TriggerMessage", { requestedMessage }])
        fake.reply({ status: "Accepted" })
        yield* signed(fake, certificateType === undefined ? {} : { certificateType })
        fake.reply({ status: "Accepted" })
        assert.deepStrictEqual(yield* Fiber.join(renewal), { status: "Accepted" })
      }).pipe(Effect.provide(layer(ready)), Effect.scoped)
    )

  it.effect("R-165: also when the CSR overtakes the answer to the trigger", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      const renewal = yield* untilCalled(fake, Security.requestCertificateRenewal(station))
      answerTo(fake)
      yield* untilCalled(
        fake,
        Effect.sync(() => fake.reply({ status: "Accepted" }))
      )
      fake.reply({ status: "Accepted" })
      assert.deepStrictEqual(yield* Fiber.join(renewal), { status: "Accepted" })
    }).pipe(Effect.provide(layer(ready)), Effect.scoped)
  )

  it.effect("TC_A_14_CSMS: the station refuses it: Failed, the session lives on, its security event is answered", () =>
    Effect.gen(function* () {
      const { fake, recorder, station } = yield* arrived
      const renewal = yield* untilCalled(fake, Security.requestCertificateRenewal(station))
      fake.reply({ status: "Accepted" })
      yield* signed(fake, { certificateType: "ChargingStationCertificate" })
      fake.reply({ status: "Rejected" })
      assert.deepInclude(yield* Fiber.join(renewal), { status: "Failed", reason: "Rejected" })
      const event = { type: "InvalidChargingStationCertificate", timestamp: "2026-01-01T00:00:00Z" }
      assert.deepStrictEqual(fake.answerTo(fake.call("SecurityEventNotification", event)), [{}])
      assert.isUndefined(fake.closed)
      yield* settle
      assert.lengthOf(
        recorder.of("NotificationReceived").filter(({ action }) => action === "SecurityEventNotification"),
        1
      )
    }).pipe(Effect.provide(layer(ready)), Effect.scoped, Effect.provide(Logger.layer([])))
  )

  it.effect("a station that does not make a CSR: its answer", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      const renewal = yield* untilCalled(fake, Security.requestCertificateRenewal(station))
      fake.reply({ status: "NotImplemented", statusInfo: { reasonCode: "NoTPM" } })
      assert.deepStrictEqual(yield* Fiber.join(renewal), {
        status: "NotTriggered",
        answer: "NotImplemented",
        statusInfo: { reasonCode: "NoTPM" }
      })
    }).pipe(Effect.provide(layer(ready)), Effect.scoped)
  )

  it.effect("nobody signs: Failed with RequestRejected", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      const renewal = yield* untilCalled(fake, Security.requestCertificateRenewal(station))
      fake.reply({ status: "Accepted" })
      answerTo(fake)
      assert.deepInclude(yield* Fiber.join(renewal), { status: "Failed", reason: "RequestRejected" })
    }).pipe(Effect.provide(layer(undefined)), Effect.scoped, Effect.provide(Logger.layer([])))
  )

  it.effect("no CSR within requestTimeout: NoRequest; a CSR of another type does not count", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      const renewal = yield* untilCalled(
        fake,
        Security.requestCertificateRenewal(station, "ChargingStationCertificate", { requestTimeout: "20 seconds" })
      )
      fake.reply({ status: "Accepted" })
      yield* settle
      yield* signed(fake, { certificateType: "V2GCertificate" })
      fake.reply({ status: "Accepted" })
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(yield* Fiber.join(renewal), { status: "NoRequest" })
    }).pipe(Effect.provide(layer(ready)), Effect.scoped)
  )

  it.effect("a CA slower than signingTimeout: Unfinished, and the certificate is sent all the same", () =>
    Effect.gen(function* () {
      const done = yield* Deferred.make<string>()
      yield* Effect.gen(function* () {
        const { fake, station } = yield* arrived
        const renewal = yield* untilCalled(fake, Security.requestCertificateRenewal(station))
        fake.reply({ status: "Accepted" })
        yield* settle
        answerTo(fake)
        yield* settle
        yield* TestClock.adjust("10 minutes")
        assert.deepStrictEqual(yield* Fiber.join(renewal), { status: "Unfinished" })
        yield* untilCalled(fake, Deferred.succeed(done, chain))
        assert.strictEqual(fake.lastCall[2], "CertificateSigned")
        fake.reply({ status: "Accepted" })
      }).pipe(Effect.provide(layer(() => Deferred.await(done))), Effect.scoped)
    })
  )

  it.effect("an offline station: NotSent, as every CALL", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      fake.vanish()
      const result = yield* Effect.result(Security.requestCertificateRenewal(station))
      assert.isTrue(Result.isFailure(result) && result.failure._tag === "NotSent")
    }).pipe(Effect.provide(layer(ready)), Effect.scoped)
  )

  it.effect("a station that is removed: Unfinished at once, and its signing is given up", () =>
    Effect.gen(function* () {
      let isGivenUp = false
      const never = Effect.onInterrupt(Effect.never, () => Effect.sync(() => (isGivenUp = true)))
      yield* Effect.gen(function* () {
        const { csms, fake, station } = yield* arrived
        const renewal = yield* untilCalled(fake, Security.requestCertificateRenewal(station))
        fake.reply({ status: "Accepted" })
        yield* settle
        answerTo(fake)
        yield* settle
        yield* csms.removeStation("CS-1")
        assert.deepStrictEqual(yield* Fiber.join(renewal), { status: "Unfinished" })
        assert.isTrue(isGivenUp)
      }).pipe(Effect.provide(layer(() => never)), Effect.scoped)
    })
  )
})

it.effect(
  "A-6, R-058: a station that is let in with an expired certificate is renewed while Pending, and then Accepted",
  () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      yield* csms.addStation({ identity: "CS-1", securityProfile: 3, certificate: { acceptExpired: true } })
      const fake = yield* enter(mutual({ verification: "expired", fingerprint256: "OLD" }))
      const id = boot(fake)
      assert.deepInclude(fake.answerTo(id)?.[0], { status: "Pending" })
      assert.strictEqual(fake.lastCall[2], "TriggerMessage")
      fake.reply({ status: "Accepted" })
      yield* signed(fake)
      assert.strictEqual(fake.lastCall[2], "CertificateSigned")
      fake.reply({ status: "Accepted" })
      fake.vanish()
      const again = yield* enter(renewed)
      assert.deepInclude(again.answerTo(boot(again))?.[0], { status: "Accepted" })
      assert.strictEqual(yield* statusOf(mutual({ verification: "expired", fingerprint256: "OLD" })), 403)
    }).pipe(Effect.provide(layer(ready)), Effect.provide(Logger.layer([])))
)

it.effect("the signing handler of one station wins over that of the CSMS", () =>
  Effect.gen(function* () {
    const csms = yield* Csms
    yield* csms.addStation({ identity: "CS-1", securityProfile: 3, handlers: { signCertificate: ready } })
    const fake = yield* enter(old)
    boot(fake)
    const call = yield* signed(fake)
    assert.deepInclude(call[3], { certificateChain: chain })
    fake.reply({ status: "Accepted" })
    yield* settle
  }).pipe(Effect.provide(layer(() => assert.fail("asked to sign"))))
)
