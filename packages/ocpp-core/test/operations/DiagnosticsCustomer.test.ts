/** customerInformation: reported, cleared, and out of the local list, with nothing of it kept (N09, N10). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import { Csms, Diagnostics, EventLog, type Station } from "../../src/index.ts"
import { at, begin, booted, lastRequestId, Recorder, settle, token } from "../csms/support.ts"
import type { FakeStation } from "../support/FakeStation.ts"

const { idToken } = token
const certificate = { hashAlgorithm: "SHA256", issuerNameHash: "aa", issuerKeyHash: "bb", serialNumber: "0C" } as const

const says = (fake: FakeStation, requestId: number, ...texts: ReadonlyArray<string>) => {
  for (const [i, data] of [...texts.entries()].toReversed())
    fake.call("NotifyCustomerInformation", { requestId, seqNo: i, tbc: i < texts.length - 1, data, generatedAt: at })
}

/** The request is on the wire, accepted, and everything is said. */
const accepted = Effect.fnUntraced(function* (
  { fake, station }: { readonly fake: FakeStation; readonly station: Station },
  customer: Diagnostics.Customer,
  options?: Diagnostics.CustomerInformationOptions
) {
  const running = yield* begin(Diagnostics.customerInformation(station, customer, options))
  const requestId = lastRequestId(fake)
  const request = fake.lastCall[3]
  fake.reply({ status: "Accepted" })
  says(fake, requestId, "Name: Jane Doe, ", "phone: 0123", ".")
  yield* settle
  return { running, requestId, request }
})

/** The station says which version of the local list it has. */
const hasList = Effect.fnUntraced(function* (
  { fake, station }: { fake: FakeStation; station: Station },
  versionNumber: number
) {
  const asked = yield* begin(station.call("GetLocalListVersion", {}))
  fake.reply({ versionNumber })
  yield* Fiber.join(asked)
})

describe("Diagnostics.customerInformation", () => {
  it.effect("TC_N_27_CSMS, TC_N_28_CSMS, N-16, N-17, N09.FR.05: texts are joined in the order of seqNo", () =>
    Effect.gen(function* () {
      const all = yield* booted()
      const { request, requestId, running } = yield* accepted(all, { idToken })
      assert.deepStrictEqual(request, { requestId, report: true, clear: false, idToken })
      assert.deepStrictEqual(yield* Fiber.join(running), {
        requestId,
        status: "Complete",
        data: "Name: Jane Doe, phone: 0123.",
        missing: [],
        cleared: false
      })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_N_62_CSMS, TC_N_63_CSMS, N-16: by identifier or certificate, and by nothing else", () =>
    Effect.gen(function* () {
      const all = yield* booted()
      for (const customer of [{ customerIdentifier: "OpenChargeAlliance" }, { customerCertificate: certificate }]) {
        const { request, requestId, running } = yield* accepted(all, customer, { clear: true })
        assert.deepStrictEqual(request, { requestId, report: true, clear: true, ...customer })
        const { cleared, localList } = yield* Fiber.join(running)
        assert.deepStrictEqual([cleared, localList], [true, { _tag: "NoToken" }])
      }
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["Rejected", "Invalid"] as const)(
    "TC_N_29_CSMS, N-16: %s is a value, and nothing is cleared",
    (status) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const running = yield* begin(Diagnostics.customerInformation(station, { idToken }, { clear: true }))
        fake.reply({ status, statusInfo: { reasonCode: "X" } })
        const outcome = yield* Fiber.join(running)
        assert.deepInclude(outcome, { status, statusInfo: { reasonCode: "X" }, data: "", cleared: false })
        assert.notProperty(outcome, "localList")
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("N-16, N09.FR.04: what names nobody, or two, is not sent", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const both = { idToken, customerIdentifier: "Jane" } as unknown as Diagnostics.Customer
      const failure = yield* Effect.flip(Diagnostics.customerInformation(station, both))
      assert.strictEqual(failure._tag, "CheckFailed")
      assert.notInclude(failure.message, idToken.idToken)
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "TC_N_32_CSMS, N-17, N10.FR.06, CE-4: a pure clear waits for its part too, and says so when none comes",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const only = { report: false, clear: true, localList: false }
        const running = yield* begin(Diagnostics.customerInformation(station, { idToken }, only))
        fake.reply({ status: "Accepted" })
        yield* TestClock.adjust("59 seconds")
        assert.isUndefined(running.pollUnsafe())
        yield* TestClock.adjust("2 seconds")
        const outcome = yield* Fiber.join(running)
        assert.deepInclude(outcome, { status: "Incomplete", data: "", cleared: true })
        assert.notProperty(outcome, "localList")
      }).pipe(Effect.provide(Csms.layer({}, { inventory: "off" })))
  )
})

describe("the local list of a customer that was cleared", () => {
  it.effect("TC_N_46_CSMS, D-11, N-18, N10.FR.02: the token is taken out, as the next version", () =>
    Effect.gen(function* () {
      const all = yield* booted()
      yield* hasList(all, 7)
      const { running } = yield* accepted(all, { idToken }, { clear: true })
      assert.deepStrictEqual(all.fake.lastCall.slice(2), [
        "SendLocalList",
        { versionNumber: 8, updateType: "Differential", localAuthorizationList: [{ idToken }] }
      ])
      all.fake.reply({ status: "Accepted" })
      const { localList } = yield* Fiber.join(running)
      assert.deepStrictEqual(localList, {
        _tag: "Sent",
        outcome: { _tag: "Accepted", versionNumber: 8, messages: 1, repaired: false }
      })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("D-11, N-18: a station that was never asked for its version is asked; one without a list gets none", () =>
    Effect.gen(function* () {
      const all = yield* booted()
      const first = yield* accepted(all, { idToken }, { clear: true })
      assert.strictEqual(all.fake.lastCall[2], "GetLocalListVersion")
      all.fake.reply({ versionNumber: 0 })
      assert.deepStrictEqual((yield* Fiber.join(first.running)).localList, { _tag: "NoList" })
      const second = yield* accepted(all, { idToken }, { clear: true })
      assert.strictEqual(all.fake.lastCall[2], "CustomerInformation", "it is known now")
      assert.deepStrictEqual((yield* Fiber.join(second.running)).localList, { _tag: "NoList" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "D-11, N-18: tokens of a customer that is named otherwise; a failure is told, and clears all the same",
    () =>
      Effect.gen(function* () {
        const all = yield* booted()
        yield* hasList(all, 7)
        const tokens = [idToken, { idToken: "OTHER", type: "Central" } as const]
        const { running } = yield* accepted(all, { customerIdentifier: "Jane" }, { clear: true, tokens })
        assert.deepNestedInclude(all.fake.lastCall[3], { "localAuthorizationList[0].idToken": idToken })
        all.fake.fail("InternalError")
        const { cleared, localList } = yield* Fiber.join(running)
        assert.isTrue(cleared)
        assert.strictEqual(localList?._tag === "Failed" && localList.failure._tag, "CallError")
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("D-11: off when that is wanted, and not for a customer that is only reported", () =>
    Effect.gen(function* () {
      const all = yield* booted()
      yield* hasList(all, 7)
      for (const options of [{ clear: true, localList: false }, {}]) {
        const { running } = yield* accepted(all, { idToken }, options)
        assert.strictEqual(all.fake.lastCall[2], "CustomerInformation")
        assert.notProperty(yield* Fiber.join(running), "localList")
      }
    }).pipe(Effect.provide(Csms.layer()))
  )
})

it.effect(
  "N-17: what a station says of a customer is in no log and not in the mirror once it is told; nor is the token",
  () => {
    const lines: Array<string> = []
    const logger = Logger.make((entry) => {
      lines.push(JSON.stringify([entry.message, entry.fiber.getRef(References.CurrentLogAnnotations)]))
    })
    const logged = EventLog.layer({ levels: { JobEnded: "Info", NotificationReceived: "Info" } })
    return Effect.gen(function* () {
      const all = yield* booted()
      const recorder = yield* Recorder.start
      yield* hasList(all, 7)
      const { running } = yield* accepted(all, { idToken }, { clear: true })
      all.fake.reply({ status: "Accepted" })
      yield* Fiber.join(running)
      yield* settle
      const kept = JSON.stringify(yield* all.station.snapshot)
      const own = recorder.events.filter(({ _tag }) => _tag !== "NotificationReceived" && _tag !== "JobEnded")
      for (const [where, text] of [
        ["mirror", kept],
        ["logs", lines.join("\n")],
        ["events", JSON.stringify(own)]
      ] as const)
        for (const secret of ["Jane", "0123", idToken.idToken]) assert.notInclude(text, secret, where)
      assert.include(lines.join("\n"), "JobEnded")
    }).pipe(
      Effect.provide(logged.pipe(Layer.provideMerge(Csms.layer()))),
      Effect.provide(Logger.layer([logger])),
      Effect.scoped
    )
  }
)
