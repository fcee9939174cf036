/** A CSR that was promised a certificate: over a restart of the CSMS, and behind the boot gate (A02). */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Logger } from "effect"
import { type CertificateSigner, Csms, Security } from "../../src/index.ts"
import { awaitsCertificate, type RenewalFailure, type SecurityState } from "../../src/blocks/Security.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { begin, bootsAs, Recorder, settle } from "../csms/support.ts"
import { enter, untilCalled } from "../csms/securitySupport.ts"
import { TestStore } from "../csms/TestStore.ts"
import { chain, csr } from "../transport/certificates.ts"
import { answerTo, arrived, old, signed } from "./renewing.ts"

/** One life of a CSMS over a store. */
const life =
  (store: TestStore, signCertificate: CertificateSigner | undefined) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.scoped(
      Effect.provide(
        effect,
        Csms.layer({ ...(signCertificate && { signCertificate }) }, { inventory: "off" }).pipe(
          Layer.provide(store.layer),
          Layer.provideMerge(Logger.layer([]))
        )
      )
    )

/** The station is back after the CSMS was away; it has not booted. */
const back = Effect.gen(function* () {
  const csms = yield* Csms
  const recorder = yield* Recorder.start
  const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 3 })
  const fake = yield* enter(old)
  return { fake, recorder, station }
})

const certificates = (fake: FakeStation) =>
  fake.calls.filter(([, , action]) => action === "CertificateSigned").map(([, , , payload]) => payload)

describe("A-17, A-25: a signing that the CSMS did not finish", () => {
  it.effect("A-17, LC-18: is stored before the station is told Accepted", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* life(
        store,
        () => Effect.never
      )(
        Effect.gen(function* () {
          const { fake } = yield* arrived
          store.isSlow = true
          const id = fake.call("SignCertificate", { csr })
          yield* settle
          assert.isUndefined(fake.answerTo(id))
          yield* store.release
          assert.deepStrictEqual(fake.answerTo(id), [{ status: "Accepted" }])
          assert.include(store.texts.get("cs-1"), "Signing")
          store.isSlow = false
        })
      )
    })
  )

  it.effect("A-17, A02.FR.14, LC-18: is visible after a restart, and the certificate goes out", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* life(
        store,
        () => Effect.never
      )(Effect.map(arrived, ({ fake }) => answerTo(fake, { certificateType: "ChargingStationCertificate" })))
      const done = yield* Deferred.make<string>()
      const asked: Array<unknown> = []
      const signer: CertificateSigner = (request, { messageId }) => {
        asked.push([request, messageId])
        return Deferred.await(done)
      }
      yield* life(
        store,
        signer
      )(
        Effect.gen(function* () {
          const { fake, recorder, station } = yield* back
          const request = { csr, certificateType: "ChargingStationCertificate" }
          assert.deepStrictEqual(asked, [[request, ""]])
          const renewal = Effect.map(station.snapshot, ({ mirror }) =>
            Security.renewalOf(mirror.security, "ChargingStationCertificate")
          )
          assert.deepInclude(yield* renewal, { state: "Signing" })
          fake.call("Heartbeat", {})
          yield* untilCalled(fake, Deferred.succeed(done, chain))
          assert.deepStrictEqual(certificates(fake), [
            { certificateChain: chain, certificateType: "ChargingStationCertificate" }
          ])
          fake.reply({ status: "Accepted" })
          yield* settle
          assert.deepInclude(yield* renewal, { state: "Accepted" })
          assert.notProperty(yield* renewal, "csr")
          assert.strictEqual(recorder.count("CertificateAccepted"), 1)
          fake.vanish()
          yield* enter(old)
          assert.lengthOf(asked, 1)
        })
      )
    })
  )

  it.effect("A-22: the same CSR again is signed once, a newer one takes its place", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* life(store, () => Effect.never)(Effect.map(arrived, ({ fake }) => answerTo(fake)))
      const asked: Array<string> = []
      yield* life(store, (request) => {
        asked.push(request.csr)
        return Effect.never
      })(
        Effect.gen(function* () {
          const { fake } = yield* back
          assert.deepStrictEqual(answerTo(fake), [{ status: "Accepted" }])
          assert.deepStrictEqual(asked, [csr])
          answerTo(fake, { csr: "-----BEGIN CERTIFICATE REQUEST-----\nnewer" })
          yield* settle
          assert.lengthOf(asked, 2)
        })
      )
    })
  )

  it.effect("A-25: fails like any other when the CA does, and is not begun again", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* life(store, () => Effect.never)(Effect.map(arrived, ({ fake }) => answerTo(fake)))
      let asked = 0
      const signer: CertificateSigner = () => {
        asked++
        return Effect.fail("the CA is down")
      }
      for (const _ of [1, 2])
        yield* life(
          store,
          signer
        )(
          Effect.gen(function* () {
            const { fake, station } = yield* back
            yield* settle
            fake.vanish()
            const { mirror } = yield* station.snapshot
            assert.deepInclude(Security.renewalOf(mirror.security), { state: "Failed", reason: "SigningFailed" })
          })
        )
      assert.strictEqual(asked, 1)
    })
  )

  it.effect("A-18: without a signing handler nothing is begun, and the station is asked nothing", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* life(store, () => Effect.never)(Effect.map(arrived, ({ fake }) => answerTo(fake)))
      yield* life(
        store,
        undefined
      )(
        Effect.gen(function* () {
          const { fake } = yield* back
          fake.call("Heartbeat", {})
          yield* settle
          assert.lengthOf(fake.calls, 0)
        })
      )
    })
  )
})

describe("§2.1: CertificateSigned while Pending", () => {
  const pending = (signCertificate?: CertificateSigner) =>
    Csms.layer({ BootNotification: bootsAs("Pending"), ...(signCertificate && { signCertificate }) })

  it.effect("A02, B02.FR.05: is refused here when the station sent no CSR", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      const failure = yield* Effect.flip(station.call("CertificateSigned", { certificateChain: chain }))
      assert.deepInclude(failure, { _tag: "NotSent", reason: "NotAllowed" })
      assert.match(failure.message, /Pending.*A02/)
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(pending()), Effect.scoped)
  )

  it.effect("A02, LC-9: goes out for the CSR that it was triggered for, and not a second time", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      const trigger = yield* begin(
        station.call("TriggerMessage", { requestedMessage: "SignChargingStationCertificate" })
      )
      fake.reply({ status: "Accepted" })
      yield* settle
      assert.isDefined(trigger.pollUnsafe())
      const early = yield* Effect.flip(station.call("CertificateSigned", { certificateChain: chain }))
      assert.strictEqual(early._tag, "NotSent")
      yield* signed(fake)
      assert.lengthOf(certificates(fake), 1)
      fake.reply({ status: "Accepted" })
      yield* settle
      const again = yield* Effect.flip(station.call("CertificateSigned", { certificateChain: chain }))
      assert.deepInclude(again, { _tag: "NotSent", reason: "NotAllowed" })
    }).pipe(Effect.provide(pending(() => Effect.succeed(chain))), Effect.scoped, Effect.provide(Logger.layer([])))
  )

  it("A02: which certificates a station waits for", () => {
    const state = (more: Partial<SecurityState["renewals"][number]>): SecurityState => ({
      renewals: [{ state: "Signing", at: 0, ...more }]
    })
    assert.isFalse(awaitsCertificate({ renewals: [] }))
    assert.isTrue(awaitsCertificate(state({}), "V2GCertificate"))
    assert.isTrue(awaitsCertificate(state({ certificateType: "V2GCertificate" })))
    assert.isTrue(awaitsCertificate(state({ certificateType: "V2GCertificate" }), "V2GCertificate"))
    assert.isFalse(awaitsCertificate(state({ certificateType: "V2GCertificate" }), "ChargingStationCertificate"))
    assert.isFalse(awaitsCertificate(state({ state: "Accepted" })))
    const open: ReadonlyArray<RenewalFailure> = ["SigningFailed", "NotSent", "Refused", "OutcomeUnknown"]
    for (const reason of [...open, "RequestRejected", "Rejected", "Discarded"] as const)
      assert.strictEqual(awaitsCertificate(state({ state: "Failed", reason })), open.includes(reason), reason)
  })
})
