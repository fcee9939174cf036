/** A CSR from its answer to the station's answer to the certificate (A02, A03). */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Logger } from "effect"
import { TestClock } from "effect/testing"
import { type CertificateSigner, type RenewalFailure, Security } from "../../src/index.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { bootsAs, reported, reportPart, settle } from "../csms/support.ts"
import { enter, statusOf, untilCalled } from "../csms/securitySupport.ts"
import { chain, csr, laterChain, otherChain, otherCsr } from "../transport/certificates.ts"
import { answerTo, arrived, layer, old, ready, signed } from "./renewing.ts"

describe("A-17: SignCertificate is answered at once", () => {
  it.effect("A02.FR.11: Accepted while the CA still thinks, and nothing is sent before it is done", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      assert.deepStrictEqual(answerTo(fake), [{ status: "Accepted" }])
      yield* settle
      assert.lengthOf(fake.calls, 0)
      const { mirror } = yield* station.snapshot
      assert.deepInclude(Security.renewalOf(mirror.security), { state: "Signing" })
    }).pipe(Effect.provide(layer(() => Effect.never)), Effect.scoped)
  )

  it.effect("A02.FR.12: Rejected without a signing handler, and an event says so", () =>
    Effect.gen(function* () {
      const { fake, recorder } = yield* arrived
      assert.deepStrictEqual(answerTo(fake), [{ status: "Rejected" }])
      yield* settle
      assert.deepInclude(recorder.of("CertificateRenewalFailed")[0], { reason: "RequestRejected" })
    }).pipe(Effect.provide(layer(undefined)), Effect.scoped, Effect.provide(Logger.layer([])))
  )

  it.effect("a SignCertificate handler beside it decides the answer", () =>
    Effect.gen(function* () {
      const { fake } = yield* arrived
      assert.deepStrictEqual(answerTo(fake), [{ status: "Rejected" }])
      yield* settle
      assert.lengthOf(fake.calls, 0)
    }).pipe(
      Effect.provide(
        layer(() => assert.fail("asked to sign"), { SignCertificate: () => Effect.succeed({ status: "Rejected" }) })
      ),
      Effect.scoped,
      Effect.provide(Logger.layer([]))
    )
  )

  it.effect("the action of a station cannot be the name of the signing handler", () =>
    Effect.gen(function* () {
      const { fake } = yield* arrived
      assert.strictEqual(fake.answerTo(fake.call("signCertificate", { csr }))?.[0], "NotImplemented")
    }).pipe(Effect.provide(layer(() => assert.fail("asked to sign"))), Effect.scoped)
  )
})

describe("A-19: the chain is sent", () => {
  for (const certificateType of [undefined, "ChargingStationCertificate", "V2GCertificate"] as const)
    it.effect(`A02.FR.14: leaf first, after the answer, with the type of the CSR: ${certificateType}`, () =>
      Effect.gen(function* () {
        const { fake, recorder } = yield* arrived
        const typed = certificateType === undefined ? {} : { certificateType }
        const before = fake.texts.length
        const call = yield* signed(fake, typed)
        assert.deepStrictEqual(
          fake.frames.slice(before).map(([type]) => type),
          [3, 2]
        )
        assert.deepStrictEqual(call.slice(2), ["CertificateSigned", { certificateChain: chain, ...typed }])
        fake.reply({ status: "Accepted" })
        yield* settle
        const told = recorder.of("CertificateAccepted")
        assert.lengthOf(told, 1)
        assert.strictEqual(told[0]?.certificateType, certificateType)
        assert.isEmpty(recorder.of("CertificateDoubtful"))
      }).pipe(Effect.provide(layer(ready)), Effect.scoped)
    )

  it.effect("A00.FR.429: also while the station is Pending, as the rest of a renewal that was asked for", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      const renewal = yield* untilCalled(fake, Security.requestCertificateRenewal(station))
      fake.reply({ status: "Accepted" })
      yield* signed(fake)
      assert.strictEqual(fake.lastCall[2], "CertificateSigned")
      fake.reply({ status: "Accepted" })
      assert.deepStrictEqual(yield* Fiber.join(renewal), { status: "Accepted" })
      assert.strictEqual((yield* station.snapshot).registration, "Pending")
    }).pipe(Effect.provide(layer(ready, { BootNotification: bootsAs("Pending") })), Effect.scoped)
  )

  it.effect("R-181: a station that is away when the CA is done gets it when it is back", () =>
    Effect.gen(function* () {
      const done = yield* Deferred.make<string>()
      yield* Effect.gen(function* () {
        const { fake } = yield* arrived
        answerTo(fake)
        fake.vanish()
        yield* Deferred.succeed(done, chain)
        yield* settle
        const again = yield* enter(old)
        yield* untilCalled(
          again,
          Effect.sync(() => again.call("Heartbeat", {}))
        )
        assert.strictEqual(again.lastCall[2], "CertificateSigned")
        again.reply({ status: "Accepted" })
      }).pipe(Effect.provide(layer(() => Deferred.await(done))), Effect.scoped)
    })
  )
})

describe("A-20: a chain that is too long", () => {
  it.effect("A02.FR.16: for MaxCertificateChainSize of the station is not sent, and the renewal is closed", () =>
    Effect.gen(function* () {
      const { fake, recorder, station } = yield* arrived
      const report = yield* untilCalled(fake, station.getBaseReport("FullInventory"))
      const { requestId } = fake.lastCall[3] as { readonly requestId: number }
      fake.reply({ status: "Accepted" })
      const size = reported("SecurityCtrlr", "MaxCertificateChainSize", `${chain.length - 1}`)
      fake.call("NotifyReport", reportPart(requestId, 0, false, [size]))
      yield* Fiber.join(report)
      const direct = yield* Effect.flip(station.call("CertificateSigned", { certificateChain: chain }))
      assert.deepInclude(direct, { _tag: "NotSent", reason: "InvalidRequest" })
      answerTo(fake)
      yield* settle
      assert.lengthOf(fake.calls, 1)
      const [told] = recorder.of("CertificateRenewalFailed")
      assert.strictEqual(told?.reason, "NotSent")
      assert.include(told?.message, `${chain.length - 1}`)
    }).pipe(Effect.provide(layer(ready)), Effect.scoped, Effect.provide(Logger.layer([])))
  )

  it.effect("for the schema, 10000, is not sent", () =>
    Effect.gen(function* () {
      const { fake, recorder } = yield* arrived
      answerTo(fake)
      yield* settle
      assert.lengthOf(fake.calls, 0)
      assert.strictEqual(recorder.of("CertificateRenewalFailed")[0]?.reason, "NotSent")
    }).pipe(
      Effect.provide(layer(() => Effect.succeed(chain + "x".repeat(10_001 - chain.length)))),
      Effect.scoped,
      Effect.provide(Logger.layer([]))
    )
  )
})

describe("A-21: a certificate that is likely not to serve", () => {
  it.effect("is sent, and told: not valid yet, another CN, another O", () =>
    Effect.gen(function* () {
      const { fake, recorder } = yield* arrived
      yield* signed(fake)
      fake.reply({ status: "Accepted" })
      yield* settle
      assert.lengthOf(recorder.of("CertificateDoubtful")[0]?.doubts ?? [], 3)
    }).pipe(
      Effect.provide(layer(() => Effect.succeed(laterChain), {}, { organizations: ["Wattline"] })),
      Effect.scoped,
      Effect.provide(Logger.layer([]))
    )
  )

  it.effect("what cannot be read is told too", () =>
    Effect.gen(function* () {
      const { fake, recorder } = yield* arrived
      yield* signed(fake)
      fake.reply({ status: "Rejected" })
      yield* settle
      assert.match(recorder.of("CertificateDoubtful")[0]?.doubts.join() ?? "", /cannot be read/)
    }).pipe(Effect.provide(layer(() => Effect.succeed("a chain"))), Effect.scoped, Effect.provide(Logger.layer([])))
  )
})

describe("A-22: repeated CSRs", () => {
  it.effect(
    "A02.FR.17: a newer one replaces the pending one, whose signing is given up and whose certificate is not sent",
    () =>
      Effect.gen(function* () {
        const asked: Array<string> = []
        const givenUp: Array<string> = []
        const first = yield* Deferred.make<string>()
        const slow: CertificateSigner = ({ csr: one }) => {
          asked.push(one)
          if (one === otherCsr) return Effect.succeed(otherChain)
          return Effect.onInterrupt(Deferred.await(first), () => Effect.sync(() => void givenUp.push(one)))
        }
        yield* Effect.gen(function* () {
          const { fake, recorder } = yield* arrived
          answerTo(fake)
          yield* signed(fake, { csr: otherCsr })
          yield* Deferred.succeed(first, chain)
          fake.reply({ status: "Accepted" })
          yield* settle
          assert.deepStrictEqual([asked, givenUp], [[csr, otherCsr], [csr]])
          assert.deepStrictEqual(
            fake.calls.map(([, , action, payload]) => [action, payload]),
            [["CertificateSigned", { certificateChain: otherChain }]]
          )
          assert.strictEqual(recorder.count("CertificateRenewalFailed"), 0)
        }).pipe(Effect.provide(layer(slow)), Effect.scoped)
      })
  )

  it.effect("one of another type replaces nothing", () =>
    Effect.gen(function* () {
      const done = yield* Deferred.make<string>()
      yield* Effect.gen(function* () {
        const { fake } = yield* arrived
        answerTo(fake, { certificateType: "V2GCertificate" })
        answerTo(fake, { certificateType: "ChargingStationCertificate" })
        yield* untilCalled(fake, Deferred.succeed(done, chain))
        yield* untilCalled(
          fake,
          Effect.sync(() => fake.reply({ status: "Accepted" }))
        )
        fake.reply({ status: "Accepted" })
        assert.sameMembers(
          fake.calls.map(([, , , payload]) => (payload as { certificateType: string }).certificateType),
          ["V2GCertificate", "ChargingStationCertificate"]
        )
      }).pipe(Effect.provide(layer(() => Deferred.await(done))), Effect.scoped)
    })
  )

  it.effect("the same CSR again is answered, and the CA is not asked twice", () =>
    Effect.gen(function* () {
      let asked = 0
      const never: CertificateSigner = () => {
        asked++
        return Effect.never
      }
      yield* Effect.gen(function* () {
        const { fake } = yield* arrived
        answerTo(fake)
        assert.deepStrictEqual(answerTo(fake), [{ status: "Accepted" }])
        yield* settle
        assert.strictEqual(asked, 1)
      }).pipe(Effect.provide(layer(never)), Effect.scoped)
    })
  )

  it.effect("a certificate for another key than that of the CSR is not sent", () =>
    Effect.gen(function* () {
      const { fake, recorder } = yield* arrived
      answerTo(fake)
      yield* settle
      assert.lengthOf(fake.calls, 0)
      assert.deepInclude(recorder.of("CertificateRenewalFailed")[0], { reason: "SigningFailed" })
    }).pipe(Effect.provide(layer(() => Effect.succeed(otherChain))), Effect.scoped, Effect.provide(Logger.layer([])))
  )
})

describe("A-23, A-25: a renewal that fails", () => {
  type Ending = readonly [title: string, end: (fake: FakeStation) => Effect.Effect<void>, reason: RenewalFailure]
  const endings: ReadonlyArray<Ending> = [
    [
      "A-23, A02.FR.07: Rejected",
      (fake) => Effect.sync(() => fake.reply({ status: "Rejected", statusInfo: { reasonCode: "BadChain" } })),
      "Rejected"
    ],
    ["a CALLERROR", (fake) => Effect.sync(() => fake.fail("SecurityError")), "Refused"],
    ["no answer", () => TestClock.adjust("30 seconds"), "OutcomeUnknown"]
  ]
  for (const [title, end, reason] of endings)
    it.effect(`${title} closes it with an event, and nothing is sent again`, () =>
      Effect.gen(function* () {
        const { fake, recorder, station } = yield* arrived
        yield* signed(fake)
        yield* end(fake)
        yield* settle
        yield* TestClock.adjust("1 hour")
        assert.lengthOf(fake.calls, 1)
        const told = recorder.of("CertificateRenewalFailed")
        assert.lengthOf(told, 1)
        assert.strictEqual(told[0]?.reason, reason)
        const { mirror } = yield* station.snapshot
        assert.deepInclude(Security.renewalOf(mirror.security), { state: "Failed", reason })
        assert.strictEqual(yield* statusOf(old), 101)
      }).pipe(Effect.provide(layer(ready)), Effect.scoped, Effect.provide(Logger.layer([])))
    )

  for (const [how, signer] of [
    ["fails", () => Effect.fail(new Error("CA 17 is down"))],
    ["dies", () => Effect.die(new Error("CA 17 is down"))],
    [
      "throws",
      () => {
        throw new Error("CA 17 is down")
      }
    ]
  ] as const)
    it.effect(`A-25: a CA that ${how} is told and logged for the operator; the station hears nothing more`, () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const logger = Logger.make((entry) => void lines.push(Logger.formatJson.log(entry)))
        yield* Effect.gen(function* () {
          const { fake, recorder } = yield* arrived
          assert.deepStrictEqual(answerTo(fake), [{ status: "Accepted" }])
          yield* settle
          const [told] = recorder.of("CertificateRenewalFailed")
          assert.strictEqual(told?.reason, "SigningFailed")
          assert.include(told?.message, "CA 17 is down")
          assert.lengthOf(fake.calls, 0)
        }).pipe(Effect.provide(layer(signer)), Effect.scoped, Effect.provide(Logger.layer([logger])))
        assert.lengthOf(
          lines.filter((line) => line.includes("CA 17 is down") && line.includes("CS-1")),
          1
        )
      })
    )
})
