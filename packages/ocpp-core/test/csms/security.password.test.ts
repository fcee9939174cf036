/** A01: which password is let in while one is changed. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms } from "../../src/index.ts"
import { begin, failureOf } from "./support.ts"
import {
  add,
  arrived,
  changing,
  enter,
  letIn,
  newPassword,
  password,
  passwordResult,
  plain,
  reportsMaxLimit,
  setPassword,
  statusOf,
  tls,
  untilCalled
} from "./securitySupport.ts"
import type { FakeStation } from "../support/FakeStation.ts"

describe("A-12, A-13: which password is let in", () => {
  const outcomes = [
    ["TC_A_09_CSMS: Accepted", "Accepted", "new"],
    ["TC_A_10_CSMS: Rejected", "Rejected", "old"],
    ["UnknownComponent", "UnknownComponent", "old"],
    ["UnknownVariable", "UnknownVariable", "old"],
    ["NotSupportedAttributeType", "NotSupportedAttributeType", "old"],
    ["RebootRequired", "RebootRequired", "old,new"]
  ] as const
  for (const [title, status, expected] of outcomes)
    it.effect(`${title}: ${expected}; until the answer both, and the link stays open`, () =>
      Effect.gen(function* () {
        const { change, fake } = yield* changing
        assert.strictEqual(yield* letIn, "old,new")
        fake.reply(passwordResult(status))
        assert.strictEqual(yield* letIn, expected)
        assert.isUndefined(fake.closed)
        assert.strictEqual((yield* Fiber.join(change)).setVariableResult[0]?.attributeStatus, status)
      }).pipe(Effect.provide(Csms.layer()))
    )

  it.effect("a CALLERROR: the old one", () =>
    Effect.gen(function* () {
      const { change, fake } = yield* changing
      fake.fail("InternalError")
      assert.strictEqual((yield* failureOf(change))._tag, "CallError")
      assert.strictEqual(yield* letIn, "old")
    }).pipe(Effect.provide(Csms.layer()))
  )

  for (const [what, trouble, login, expected] of [
    ["no answer in time", () => TestClock.adjust("30 seconds"), newPassword, "new"],
    ["the connection is lost", (fake: FakeStation) => Effect.sync(() => fake.vanish()), password, "old"]
  ] as const)
    it.effect(`R-047: ${what}: both, until the first login decides`, () =>
      Effect.gen(function* () {
        const { change, fake } = yield* changing
        yield* trouble(fake)
        assert.strictEqual((yield* failureOf(change))._tag, "OutcomeUnknown")
        assert.strictEqual(yield* letIn, "old,new")
        yield* enter(tls(login))
        assert.strictEqual(yield* letIn, expected)
      }).pipe(Effect.provide(Csms.layer()))
    )

  it.effect("R-162: an answer that does not name the variable decides nothing", () =>
    Effect.gen(function* () {
      const { fake } = yield* changing
      fake.reply(passwordResult("Accepted", { variable: { name: "Identity" } }))
      assert.strictEqual(yield* letIn, "old,new")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-047: after RebootRequired a reconnect decides nothing, and a login after the next boot does", () =>
    Effect.gen(function* () {
      const { fake } = yield* changing
      fake.reply(passwordResult("RebootRequired"))
      const again = yield* enter(tls(password))
      assert.strictEqual(yield* letIn, "old,new")
      again.boot("ScheduledReset")
      assert.strictEqual(yield* letIn, "old,new")
      yield* enter(tls(password))
      assert.strictEqual(yield* letIn, "old")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-047: after RebootRequired the new one counts alone once it is used", () =>
    Effect.gen(function* () {
      const { fake } = yield* changing
      fake.reply(passwordResult("RebootRequired"))
      yield* enter(tls(newPassword))
      assert.strictEqual(yield* letIn, "new")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-047: a login that is not let through changes nothing", () =>
    Effect.gen(function* () {
      const { fake } = yield* changing
      fake.vanish()
      yield* statusOf(plain(newPassword))
      yield* statusOf(tls(newPassword)) // admitted, but its link never opens
      assert.strictEqual(yield* letIn, "old,new")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("A-13: a change that never leaves leaves the old one alone", () =>
    Effect.gen(function* () {
      const station = yield* add()
      const failure = yield* Effect.flip(station.call("SetVariables", setPassword()))
      assert.deepInclude(failure, { _tag: "NotSent", reason: "Offline" })
      assert.strictEqual(yield* letIn, "old")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-107: a caller that gives up before it is sent takes it back; after, the answer still decides", () =>
    Effect.gen(function* () {
      const { change, fake, station } = yield* changing
      const waiting = yield* begin(station.call("SetVariables", setPassword("another-password-1")))
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(change)
      assert.strictEqual(yield* letIn, "old,new")
      fake.reply(passwordResult("Accepted"))
      assert.strictEqual(yield* letIn, "new")
      assert.strictEqual(yield* statusOf(tls("another-password-1")), 401)
      assert.strictEqual((yield* station.snapshot).security?.openPasswords, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-181: one that waits for the station to come back is not decided by its login", () =>
    Effect.gen(function* () {
      const station = yield* add()
      const change = yield* begin(station.call("SetVariables", setPassword(), { waitForReconnect: true }))
      yield* Effect.repeat(Effect.andThen(Effect.yieldNow, station.snapshot), {
        until: (view) => view.queuedCalls === 1
      })
      const fake = yield* enter(tls(password))
      fake.boot()
      assert.strictEqual(yield* letIn, "old,new")
      fake.reply(passwordResult("Accepted"))
      yield* Fiber.join(change)
      assert.strictEqual(yield* letIn, "new")
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("A-11: what is refused before it is sent", () => {
  const invalid: ReadonlyArray<readonly [string, string, RegExp]> = [
    ["R-044: too short", "fifteen-letters", /has 15 characters.*at least 16/],
    ["R-044: too long for a station that did not say", "x".repeat(41), /has 41 characters.*at most 40/],
    ["a control character", "correct-horse\nbattery", /control character/]
  ]
  for (const [title, value, detail] of invalid)
    it.effect(`${title}: NotSent, and the old one keeps working`, () =>
      Effect.gen(function* () {
        const { fake, station } = yield* arrived
        const failure = yield* Effect.flip(station.call("SetVariables", setPassword(value)))
        assert.deepInclude(failure, { _tag: "NotSent", reason: "InvalidRequest" })
        assert.match(failure.message, detail)
        assert.notInclude(failure.message, value)
        assert.deepStrictEqual(fake.calls, [])
        assert.strictEqual(yield* letIn, "old")
      }).pipe(Effect.provide(Csms.layer()))
    )

  it.effect("R-044: a station that takes up to 64 characters gets them", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      yield* reportsMaxLimit(fake, station, 64)
      const change = yield* untilCalled(fake, station.call("SetVariables", setPassword("x".repeat(64))))
      fake.reply(passwordResult("Accepted"))
      yield* Fiber.join(change)
      assert.strictEqual(yield* statusOf(tls("x".repeat(64))), 101)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("two new passwords in one request", () =>
    Effect.gen(function* () {
      const { station } = yield* arrived
      const { setVariableData } = setPassword()
      const twice = { setVariableData: [...setVariableData, ...setVariableData] }
      const failure = yield* Effect.flip(station.call("SetVariables", twice))
      assert.deepInclude(failure, { _tag: "NotSent", reason: "InvalidRequest" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("variables of other components and other attributes are none of its business", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* arrived
      const [item] = setPassword("short").setVariableData
      if (item === undefined) return assert.fail()
      for (const one of [
        { ...item, component: { name: "Other" } },
        { ...item, attributeType: "Target" as const }
      ]) {
        const call = yield* untilCalled(fake, station.call("SetVariables", { setVariableData: [one] }))
        fake.reply(passwordResult("Rejected"))
        yield* Fiber.join(call)
      }
      assert.strictEqual(yield* letIn, "old")
    }).pipe(Effect.provide(Csms.layer()))
  )
})
