/** The operation that gives a station another password (A01). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import { Csms, Security } from "../../src/index.ts"
import { failureOf, Recorder, settle } from "../csms/support.ts"
import {
  arrived,
  letIn,
  newPassword,
  password,
  passwordResult,
  reportsMaxLimit,
  statusOf,
  tls,
  untilCalled
} from "../csms/securitySupport.ts"
import type { FakeStation } from "../support/FakeStation.ts"

/** A station of profile 2 that is Accepted, and is being given another password. */
const changing = (...secret: [] | [string | Redacted.Redacted]) =>
  Effect.gen(function* () {
    const { fake, station } = yield* arrived
    const change = yield* untilCalled(fake, Security.changePassword(station, ...secret))
    const sent = (fake.lastCall[3] as { readonly setVariableData: ReadonlyArray<{ readonly attributeValue: string }> })
      .setVariableData
    return { station, fake, change, sent: sent[0]?.attributeValue ?? "" }
  })

/** Answers after which nobody knows which password the station will come with. */
const doubtful: ReadonlyArray<
  readonly [title: string, status: string, answer: (fake: FakeStation) => Effect.Effect<void>]
> = [
  ["RebootRequired", "RebootRequired", (fake) => Effect.sync(() => fake.reply(passwordResult("RebootRequired")))],
  ["without an answer the outcome is Unknown", "Unknown", () => TestClock.adjust("30 seconds")],
  [
    "an answer about another variable is Unknown too",
    "Unknown",
    (fake) => Effect.sync(() => fake.reply(passwordResult("Accepted", { variable: { name: "Identity" } })))
  ]
]

describe("Security.changePassword", () => {
  it.effect("A-11, TC_A_09_CSMS: one SetVariables; Accepted gives the password, and it alone is let in", () =>
    Effect.gen(function* () {
      const { change, fake, sent } = yield* changing()
      assert.lengthOf(fake.calls, 1)
      assert.deepStrictEqual(fake.lastCall.slice(2), [
        "SetVariables",
        {
          setVariableData: [
            { component: { name: "SecurityCtrlr" }, variable: { name: "BasicAuthPassword" }, attributeValue: sent }
          ]
        }
      ])
      fake.reply(passwordResult("Accepted"))
      const result = yield* Fiber.join(change)
      assert.ok(result.status === "Accepted")
      assert.strictEqual(Redacted.value(result.password), sent)
      assert.strictEqual(yield* statusOf(tls(sent)), 101)
      assert.strictEqual(yield* statusOf(tls(password)), 401)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("A-15: a made password has 40 characters of the narrow set, and is another one each time", () =>
    Effect.gen(function* () {
      const first = yield* changing()
      assert.match(first.sent, /^[a-zA-Z0-9*\-_=:+|@.]{40}$/)
      first.fake.reply(passwordResult("Rejected"))
      yield* Fiber.join(first.change)
      const second = yield* untilCalled(first.fake, Security.changePassword(first.station))
      assert.notInclude(JSON.stringify(first.fake.lastCall), first.sent)
      first.fake.reply(passwordResult("Rejected"))
      yield* Fiber.join(second)
    }).pipe(Effect.provide(Csms.layer()))
  )

  for (const maxLimit of [64, 20])
    it.effect(`A-15, R-044: with maxLimit ${maxLimit} in the device model it has ${maxLimit}`, () =>
      Effect.gen(function* () {
        const { fake, station } = yield* arrived
        yield* reportsMaxLimit(fake, station, maxLimit)
        const change = yield* untilCalled(fake, Security.changePassword(station))
        fake.reply(passwordResult("Accepted"))
        const result = yield* Fiber.join(change)
        assert.ok(result.status === "Accepted")
        assert.lengthOf(Redacted.value(result.password), maxLimit)
      }).pipe(Effect.provide(Csms.layer()))
    )

  it.effect("A-15, R-044: with maxLimit 8 in the device model no password fits", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      yield* reportsMaxLimit(fake, station, 8)
      assert.include((yield* Effect.flip(Security.changePassword(station))).message, "8")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("A-11, R-044: a password that is too short is not sent, and nothing changes", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      const failure = yield* Effect.flip(Security.changePassword(station, "short"))
      assert.ok(failure._tag === "NotSent")
      assert.strictEqual(failure.reason, "InvalidRequest")
      assert.lengthOf(fake.calls, 0)
      assert.strictEqual(yield* statusOf(tls(password)), 101)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("A-13, TC_A_10_CSMS: any other status is a value with what the station says, and the old one works", () =>
    Effect.gen(function* () {
      const { change, fake, sent } = yield* changing(Redacted.make(newPassword))
      assert.strictEqual(sent, newPassword)
      const info = { reasonCode: "TooWeak", additionalInfo: `${newPassword} is weak` }
      fake.reply(passwordResult("Rejected", { attributeStatusInfo: info }))
      assert.deepStrictEqual(yield* Fiber.join(change), {
        status: "Rejected",
        statusInfo: { reasonCode: "TooWeak", additionalInfo: "[password] is weak" }
      })
      assert.strictEqual(yield* letIn, "old")
    }).pipe(Effect.provide(Csms.layer()))
  )

  for (const [title, status, answer] of doubtful)
    it.effect(`A-13: ${title}; the password is not lost, and both work`, () =>
      Effect.gen(function* () {
        const { change, fake, sent } = yield* changing()
        yield* answer(fake)
        const result = yield* Fiber.join(change)
        assert.strictEqual(result.status, status)
        assert.ok("password" in result)
        assert.strictEqual(Redacted.value(result.password), sent)
        assert.notInclude(JSON.stringify(result), sent)
        assert.strictEqual(yield* statusOf(tls(sent)), 101)
        assert.strictEqual(yield* statusOf(tls(password)), 101)
      }).pipe(Effect.provide(Csms.layer()))
    )

  it.effect("a CALLERROR is a failure, and does not quote the password", () =>
    Effect.gen(function* () {
      const { change, fake, sent } = yield* changing()
      fake.fail("InternalError", `cannot take ${sent}`)
      const failure = yield* failureOf(change)
      assert.strictEqual(failure._tag, "CallError")
      assert.notInclude(JSON.stringify(failure), sent)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("A-14, R-046: neither events nor snapshots nor the printed result hold the password", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { change, fake, sent, station } = yield* changing()
      fake.reply(passwordResult("Accepted"))
      const result = yield* Fiber.join(change)
      yield* settle
      assert.strictEqual(recorder.count("PasswordChanged"), 1)
      const told = [recorder.events, yield* station.snapshot, result]
      for (const one of told) assert.notInclude(JSON.stringify(one) + inspect(one, { depth: 9 }), sent)
      assert.include(JSON.stringify(result), "redacted")
    }).pipe(Effect.scoped, Effect.provide(Csms.layer()))
  )
})
