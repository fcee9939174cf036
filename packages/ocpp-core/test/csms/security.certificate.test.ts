/** Profile 3 from the upgrade to the BootNotification. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { Csms, type NewStation } from "../../src/index.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { bootsAs, Recorder, settle } from "./support.ts"
import { enter, mutual, statusOf } from "./securitySupport.ts"
import { TestStore } from "./TestStore.ts"

type Identification = Pick<Extract<NewStation, { readonly securityProfile: 3 }>, "certificate" | "localController">

const add = (more: Identification = {}) =>
  Effect.flatMap(Csms, (csms) => csms.addStation({ identity: "CS-1", securityProfile: 3, ...more }))

/** Boots with a serial number; gives all of the answer. */
const boot = (fake: FakeStation, serialNumber: string | undefined) =>
  fake.answerTo(
    fake.call("BootNotification", {
      reason: "PowerUp",
      chargingStation: { model: "M1", vendorName: "V", ...(serialNumber !== undefined && { serialNumber }) }
    })
  )

describe("R-057: the serial number of the BootNotification", () => {
  it.effect("TC_A_07_CSMS, B01.FR.11: the CN of the certificate, and the station is Accepted", () =>
    Effect.gen(function* () {
      yield* add()
      const fake = yield* enter(mutual())
      assert.deepInclude(boot(fake, "SN-1")?.[0], { status: "Accepted" })
      assert.isUndefined(fake.closed)
    }).pipe(Effect.provide(Csms.layer()))
  )

  for (const [kind, serialNumber] of [
    ["another one", "SN-2"],
    ["one in another case", "sn-1"],
    ["none", undefined]
  ] as const)
    it.effect(`TC_A_08_CSMS, B01.FR.12: ${kind}: CALLERROR SecurityError, then 1008; the handler is not asked`, () =>
      Effect.gen(function* () {
        const recorder = yield* Recorder.start
        const station = yield* add()
        const fake = yield* enter(mutual())
        assert.strictEqual(boot(fake, serialNumber)?.[0], "SecurityError")
        assert.strictEqual(fake.closed?.code, 1008)
        const view = yield* station.snapshot
        assert.isUndefined(view.registration)
        assert.isUndefined(view.security?.serialNumber)
        yield* settle
        assert.strictEqual(recorder.count("Booted"), 0)
        assert.deepInclude(recorder.of("MessageRefused")[0], { errorCode: "SecurityError" })
        assert.deepInclude(recorder.of("InvalidChargingStationCertificate")[0], { identity: "CS-1", admitted: false })
        const again = yield* enter(mutual())
        assert.deepInclude(boot(again, "SN-1")?.[0], { status: "Accepted" })
      }).pipe(
        Effect.provide(
          Csms.layer({
            BootNotification: (request) =>
              request.chargingStation.serialNumber === "SN-1" ? bootsAs("Accepted")() : assert.fail("asked")
          })
        )
      )
    )

  it.effect("R-056: is pinned: a certificate with another CN is refused from then on, over a restart too", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          yield* add()
          assert.strictEqual(yield* statusOf(mutual({ commonName: "SN-2" })), 101)
          boot(yield* enter(mutual()), "SN-1")
          assert.strictEqual(yield* statusOf(mutual({ commonName: "SN-2" })), 403)
        })
      )
      yield* store.csms(
        Effect.gen(function* () {
          yield* add()
          assert.strictEqual(yield* statusOf(mutual({ commonName: "SN-2" })), 403)
          assert.strictEqual(yield* statusOf(mutual()), 101)
          yield* add({ certificate: { serialNumber: "SN-2" } }) // the station was replaced
          assert.strictEqual(yield* statusOf(mutual({ commonName: "SN-2" })), 101)
          boot(yield* enter(mutual({ commonName: "SN-2" })), "SN-2")
          yield* add()
          assert.strictEqual(yield* statusOf(mutual({ commonName: "SN-2" })), 101)
        })
      )
    })
  )

  it.effect("R-223: is not compared with the certificate of a local controller, and not pinned", () =>
    Effect.gen(function* () {
      const station = yield* add({ localController: true })
      for (const commonName of ["LC-1", "LC-2"]) {
        const fake = yield* enter(mutual({ commonName }))
        assert.deepInclude(boot(fake, "SN-9")?.[0], { status: "Accepted" })
      }
      assert.isUndefined((yield* station.snapshot).security?.serialNumber)
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("R-058, A-6: an expired certificate", () => {
  const expired = { verification: "expired", problem: "CERT_HAS_EXPIRED" } as const

  it.effect("is refused unless the station may come in with it", () =>
    Effect.gen(function* () {
      yield* add()
      assert.strictEqual(yield* statusOf(mutual(expired)), 403)
    }).pipe(Effect.provide(Csms.layer()))
  )

  for (const status of ["Accepted", "Rejected"] as const)
    it.effect(`is answered Pending although the handler says ${status}, and then told to renew, once a link`, () =>
      Effect.gen(function* () {
        const station = yield* add({ certificate: { acceptExpired: true } })
        const fake = yield* enter(mutual(expired))
        const before = fake.texts.length
        assert.deepStrictEqual(boot(fake, "SN-1"), [
          { status: "Pending", currentTime: "2026-01-01T00:00:00Z", interval: 45 }
        ])
        assert.deepStrictEqual(
          fake.frames.slice(before).map((frame) => frame[0]),
          [3, 2] // the answer first
        )
        assert.deepStrictEqual(fake.lastCall.slice(2), [
          "TriggerMessage",
          { requestedMessage: "SignChargingStationCertificate" }
        ])
        fake.reply({ status: "Accepted" })
        assert.strictEqual((yield* station.snapshot).registration, "Pending")
        boot(fake, "SN-1")
        assert.lengthOf(fake.calls, 1)
        const renewed = yield* enter(mutual())
        assert.deepInclude(boot(renewed, "SN-1")?.[0], { status })
      }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs(status) }, { retryInterval: "45 seconds" })))
    )

  it.effect("A02: what it was told to send comes through although it is Pending", () =>
    Effect.gen(function* () {
      yield* add({ certificate: { acceptExpired: true } })
      const fake = yield* enter(mutual(expired))
      boot(fake, "SN-1")
      fake.reply({ status: "Accepted" })
      const csr = fake.call("SignCertificate", { csr: "-----BEGIN CERTIFICATE REQUEST-----" })
      assert.deepStrictEqual(fake.answerTo(csr), [{ status: "Rejected" }]) // nobody signs: not a CALLERROR
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("a station that comes back without a boot is told to renew too", () =>
    Effect.gen(function* () {
      yield* add({ certificate: { acceptExpired: true } })
      boot(yield* enter(mutual()), "SN-1")
      const fake = yield* enter(mutual(expired))
      fake.call("Heartbeat", {})
      assert.deepStrictEqual(
        fake.calls.map((call) => call[2]),
        ["TriggerMessage"]
      )
      fake.reply({ status: "Accepted" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("A-5: InvalidChargingStationCertificate", () => {
  it.effect("is told for a refused, a missing and an exempted certificate, and logged without secrets", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.make((entry) => void lines.push(Logger.formatJson.log(entry)))
      yield* Effect.gen(function* () {
        const recorder = yield* Recorder.start
        yield* add({ certificate: { acceptExpired: true } })
        const authorization = "Basic c2VjcmV0OnNlY3JldA=="
        yield* statusOf({ ...mutual({ verification: "untrusted", problem: "SELF_SIGNED" }), authorization })
        yield* statusOf({ secure: true, authorization })
        yield* statusOf(mutual({ verification: "expired", problem: "CERT_HAS_EXPIRED" }))
        yield* statusOf(mutual())
        yield* settle
        const told = recorder.of("InvalidChargingStationCertificate")
        assert.deepStrictEqual(
          told.map(({ admitted, fingerprint256, problem }) => [problem, admitted, fingerprint256]),
          [
            ["SELF_SIGNED", false, "AA:BB"],
            [undefined, false, undefined],
            ["CERT_HAS_EXPIRED", true, "AA:BB"]
          ]
        )
        for (const event of told) {
          assert.deepInclude(event, { identity: "CS-1", remoteAddress: "192.0.2.1", at: 0 })
          assert.notStrictEqual(event.reason, "")
        }
        const logged = lines.filter((line) => line.includes("InvalidChargingStationCertificate"))
        assert.lengthOf(logged, 3)
        assert.include(logged[0], "SELF_SIGNED")
        assert.notInclude(lines.join() + JSON.stringify(recorder.events), "c2VjcmV0")
      }).pipe(Effect.provide(Csms.layer()), Effect.provide(Logger.layer([logger])), Effect.scoped)
    })
  )

  it.effect("A-7, R-056: the settings of the CSMS count: its organizations, and its own check", () =>
    Effect.gen(function* () {
      yield* add()
      assert.strictEqual(yield* statusOf(mutual()), 101)
      assert.strictEqual(yield* statusOf(mutual({ organizations: ["Other"] })), 403)
      assert.strictEqual(yield* statusOf(mutual({ fingerprint256: "REVOKED" })), 403)
    }).pipe(
      Effect.provide(
        Csms.layer(
          {},
          {
            organizations: ["wattline"],
            checkCertificate: (_identity, { fingerprint256 }) =>
              Effect.succeed(fingerprint256 === "REVOKED" ? "It was revoked." : undefined)
          }
        )
      )
    )
  )
})

describe("adding a station", () => {
  const wrong: ReadonlyArray<readonly [NewStation, RegExp]> = [
    [{ identity: "CS-1", securityProfile: 3, certificate: { serialNumber: "x".repeat(26) } }, /serialNumber/],
    [{ identity: "CS-1", securityProfile: 3, certificate: { serialNumber: "" } }, /serialNumber/],
    [{ identity: "CS-1", securityProfile: 3, certificate: { organizations: [" "] } }, /organizations/],
    [{ identity: "CS-1", securityProfile: 3, password: "short" }, /16/],
    [{ identity: "CS-1", securityProfile: 2, passwordHash: "not a hash" }, /hashPassword/],
    [{ identity: "CS:1", securityProfile: 2, password: "correct-horse-battery" }, /R-024/]
  ]
  it.effect.each(wrong)("R-056, R-044: %o is refused with a message that helps", ([station, message]) =>
    Effect.gen(function* () {
      const csms = yield* Csms
      const failure = yield* Effect.flip(csms.addStation(station))
      assert.strictEqual(failure._tag, "InvalidStation")
      assert.match(failure.message, message)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-024: an identity with a colon may use certificates", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      yield* csms.addStation({ identity: "CS:1", securityProfile: 3 })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it("options that make no sense are refused at once", () => {
    for (const options of [{ passwordCacheSize: -1 }, { maxPasswordChecks: 0 }, { organizations: [""] }])
      assert.throws(() => Csms.layer({}, options), RangeError)
  })
})
