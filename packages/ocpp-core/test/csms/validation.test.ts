/** Messages that break a schema, from end to end: refused, repaired or reported; counted, told, and kept for whoever looks. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Csms, type CsmsOptions, type Handlers, type ValidationRule } from "../../src/index.ts"
import {
  begin,
  booted,
  connected,
  failureOf,
  Recorder,
  settle,
  statusNotification,
  transactionEvent
} from "./support.ts"

/** A CSMS with these rules. */
const csms = (validation: NonNullable<CsmsOptions["validation"]>, handlers: Handlers = {}, options: CsmsOptions = {}) =>
  Effect.provide(Csms.layer(handlers, { validation, ...options }))

const lenient: ReadonlyArray<ValidationRule> = [{ policy: "lenient" }]
const report: ReadonlyArray<ValidationRule> = [{ policy: "report" }]

const odd = { ...statusNotification(), timestamp: "2026-01-01 00:00:00", colour: "red" }

describe("strict", () => {
  it.effect("R-120, R-152: refused, told and counted, with places and no values", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      const id = fake.call("StatusNotification", odd)
      assert.deepStrictEqual(fake.answerTo(id)?.[0], "ProtocolError")
      yield* settle
      const [event] = recorder.of("NonConformingMessage")
      assert.deepInclude(event, {
        identity: "CS-1",
        action: "StatusNotification",
        direction: "request",
        errors: [{ path: "", keyword: "additionalProperties" }],
        policy: "strict",
        repaired: false
      })
      assert.deepStrictEqual((yield* station.snapshot).nonConformance, {
        repaired: 0,
        reported: 0,
        refused: 1,
        fields: [
          {
            action: "StatusNotification",
            direction: "request",
            path: "",
            keyword: "additionalProperties",
            count: 1,
            lastAt: 0
          }
        ]
      })
    }).pipe(csms([]))
  )

  it.effect("a station that conforms has no such summary, and nothing is told", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      fake.call("StatusNotification", statusNotification())
      yield* settle
      assert.notProperty(yield* station.snapshot, "nonConformance")
      assert.strictEqual(recorder.count("NonConformingMessage"), 0)
    }).pipe(csms(lenient))
  )

  it.effect("what the gate refuses, and an action nobody knows, are not judged", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* connected()
      fake.call("BootNotification", { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V" } })
      fake.call("StatusNotification", odd)
      fake.call("Hartbeat", {})
      assert.notProperty(yield* station.snapshot, "nonConformance")
    }).pipe(
      csms(lenient, {
        BootNotification: () =>
          Effect.succeed({ status: "Rejected", interval: 1, currentTime: "2026-01-01T00:00:00Z" } as const)
      })
    )
  )
})

describe("lenient", () => {
  it.effect("a repaired CALL is handled, mirrored and told as if it had come so", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      const id = fake.call("StatusNotification", odd)
      assert.deepStrictEqual(fake.answerTo(id), [{}])
      yield* settle
      assert.strictEqual(recorder.count("ConnectorStatusChanged"), 1)
      const [received] = recorder.of("NotificationReceived")
      assert.deepStrictEqual<unknown>(received?.request, statusNotification())
      const [event] = recorder.of("NonConformingMessage")
      assert.deepInclude(event, {
        errors: [
          { path: "", keyword: "additionalProperties" },
          { path: "/timestamp", keyword: "format" }
        ],
        policy: "lenient",
        repaired: true
      })
      assert.strictEqual(recorder.count("MessageRefused"), 0)
      assert.deepInclude((yield* station.snapshot).nonConformance, { repaired: 1, refused: 0 })
    }).pipe(csms(lenient))
  )

  it.effect("what has no repair gets the CALLERROR of strict: that of its first violation", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const broken = { ...odd, connectorStatus: "Broken" }
      const id = fake.call("StatusNotification", broken)
      const [code, , details] = fake.answerTo(id) ?? []
      assert.strictEqual(code, "ProtocolError")
      assert.deepStrictEqual(details, { errors: [{ path: "", keyword: "additionalProperties" }] })
      assert.deepInclude((yield* station.snapshot).nonConformance, { repaired: 0, refused: 1 })
    }).pipe(csms(lenient))
  )

  it.effect("a boot is judged by what it says of itself, and what follows by the last boot", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* connected()
      const boot = (vendorName: string) =>
        fake.answerTo(
          fake.call("BootNotification", { reason: "powerup", chargingStation: { model: "M".repeat(30), vendorName } })
        )
      assert.strictEqual(boot("Other")?.[0], "PropertyConstraintViolation")
      assert.deepInclude(boot("ACME GmbH")?.[0], { status: "Accepted" })
      const { mirror } = yield* station.snapshot
      assert.deepInclude(mirror.provisioning.chargingStation, { model: "M".repeat(20), vendorName: "ACME GmbH" })
      assert.deepStrictEqual(fake.answerTo(fake.call("StatusNotification", odd)), [{}])
    }).pipe(csms([{ vendorName: "acme*", policy: "lenient" }]))
  )

  it.effect("R-096: a repeat of a repaired CALL gets the same answer and is not handled again", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.call("StatusNotification", odd, "same")
      fake.call("StatusNotification", odd, "same")
      assert.strictEqual(fake.frames.filter(([, id]) => id === "same").length, 2)
      assert.deepInclude((yield* station.snapshot).nonConformance, { repaired: 1 })
    }).pipe(csms(lenient))
  )

  it.effect("a repaired response is the answer to the CALL; another loses it (R-162)", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const first = yield* begin(station.call("Reset", { type: "OnIdle" }))
      fake.reply({ status: "scheduled", statusInfo: null })
      assert.deepStrictEqual(yield* Fiber.join(first), { status: "Scheduled" })
      assert.strictEqual((yield* station.snapshot).state, "ResetScheduled")
      const second = yield* begin(station.call("GetLocalListVersion", {}))
      fake.reply({ version: 1 })
      assert.deepInclude(yield* failureOf(second), { _tag: "OutcomeUnknown", reason: "InvalidResponse" })
      assert.deepStrictEqual(
        (yield* station.snapshot).nonConformance?.fields.map(({ action, direction, keyword, path }) => [
          action,
          direction,
          path,
          keyword
        ]),
        [
          ["GetLocalListVersion", "response", "", "required"],
          ["Reset", "response", "/statusInfo", "type"],
          ["Reset", "response", "/status", "enum"]
        ]
      )
    }).pipe(csms(lenient))
  )

  it.effect("what we send is strict all the same (R-121)", () =>
    Effect.gen(function* () {
      const { station } = yield* booted()
      const failure = yield* Effect.flip(station.call("Reset", { type: "onidle" } as never))
      assert.deepInclude(failure, { _tag: "NotSent", reason: "InvalidRequest" })
    }).pipe(csms(lenient))
  )
})

describe("report", () => {
  it.effect("a request is answered by default; no handler, no mirror and no notification gets it", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      const { mirror } = yield* station.snapshot
      assert.deepStrictEqual(fake.answerTo(fake.call("StatusNotification", odd)), [{}])
      const authorize = { idToken: { idToken: "A", type: "RFID" } }
      assert.deepStrictEqual(fake.answerTo(fake.call("Authorize", authorize)), [{ idTokenInfo: { status: "Unknown" } }])
      yield* settle
      assert.strictEqual((yield* station.snapshot).mirror, mirror)
      assert.strictEqual(recorder.count("NotificationReceived"), 0)
      assert.deepStrictEqual(
        recorder.of("NonConformingMessage").map(({ action, policy, repaired }) => [action, policy, repaired]),
        [
          ["StatusNotification", "report", false],
          ["Authorize", "report", false]
        ]
      )
      assert.deepInclude((yield* station.snapshot).nonConformance, { reported: 2, refused: 0 })
    }).pipe(
      csms(report, { Authorize: () => Effect.die("not asked"), StatusNotification: () => Effect.die("not asked") })
    )
  )

  it.effect("E-1: whatever a TransactionEvent holds, there is an answer", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      for (const [more, answer] of [
        [{ offline: "no" }, {}],
        [{ offline: "no", idToken: { idToken: "A", type: 1 } }, { idTokenInfo: { status: "Unknown" } }]
      ] as const)
        assert.deepStrictEqual(fake.answerTo(fake.call("TransactionEvent", transactionEvent(0, more))), [answer])
      const broken = fake.call("TransactionEvent", transactionEvent(1, { idToken: null }))
      assert.strictEqual(fake.answerTo(broken)?.[0], "TypeConstraintViolation") // no verdict without a token
    }).pipe(csms(report))
  )

  it.effect("a missing top-level field, a BootNotification, and what only a handler can answer are refused", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* connected()
      const boot = { reason: "Powerup", chargingStation: { model: "M", vendorName: "V" } }
      assert.strictEqual(fake.answerTo(fake.call("BootNotification", boot))?.[0], "PropertyConstraintViolation")
      fake.boot()
      const { timestamp: _, ...status } = statusNotification()
      assert.strictEqual(fake.answerTo(fake.call("StatusNotification", status))?.[0], "OccurrenceConstraintViolation")
      const transfer = { vendorId: "v", messageId: 1 }
      assert.strictEqual(fake.answerTo(fake.call("DataTransfer", transfer))?.[0], "TypeConstraintViolation")
      assert.strictEqual((yield* station.snapshot).state, "Accepted")
    }).pipe(csms(report))
  )

  it.effect("R-162: a response is lost as under strict", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const call = yield* begin(station.call("Reset", { type: "OnIdle" }))
      fake.reply({ status: "accepted" })
      assert.deepInclude(yield* failureOf(call), { _tag: "OutcomeUnknown", reason: "InvalidResponse" })
      assert.strictEqual((yield* station.snapshot).state, "Accepted")
      assert.deepInclude((yield* station.snapshot).nonConformance, { refused: 1, reported: 0 })
    }).pipe(csms(report))
  )

  it.effect("R-110: the lane goes on: what waited behind it is handled, and a CALL of ours goes out", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const call = yield* begin(station.call("GetLocalListVersion", {}))
      fake.call("StatusNotification", odd)
      assert.property(fake.answerTo(fake.call("Heartbeat", {}))?.[0], "currentTime")
      fake.reply({ versionNumber: 3 })
      assert.deepStrictEqual(yield* Fiber.join(call), { versionNumber: 3 })
    }).pipe(csms(report))
  )
})

describe("the summary of a station", () => {
  it.effect("counts a field over all elements of lists, the most recent first, and forgets those longest ago", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const values = (n: number) => ({
        evseId: 1,
        meterValue: Array.from({ length: n + 1 }, (_, i) => ({
          timestamp: i === n ? "yesterday" : "2026-01-01T00:00:00Z",
          sampledValue: [{ value: 1 }]
        }))
      })
      for (let n = 0; n < 5; n++) fake.call("MeterValues", values(n))
      const summary = (yield* station.snapshot).nonConformance
      assert.deepStrictEqual(
        summary?.fields.map(({ count, path }) => [path, count]),
        [["/meterValue/*/timestamp", 5]]
      )
      const deep = (depth: number) => ({
        vendorId: "v",
        customData: Object.fromEntries([...Array.from({ length: depth }, (_, i) => [`f${i}`, i]), ["vendorId", 1]])
      })
      fake.call("DataTransfer", deep(3))
      assert.deepStrictEqual(
        (yield* station.snapshot).nonConformance?.fields.map(({ path }) => path),
        ["/customData/vendorId", "/meterValue/*/timestamp"]
      )
    }).pipe(csms([], {}, { invalidMessagesPerMinute: Infinity }))
  )

  it.effect("is plain data: JSON and back gives the same", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.call("StatusNotification", odd)
      const { nonConformance } = yield* station.snapshot
      assert.deepStrictEqual<unknown>(JSON.parse(JSON.stringify(nonConformance)), nonConformance)
    }).pipe(csms(lenient))
  )

  it("an option that makes no sense is refused at once", () => {
    assert.throws(
      () => Csms.layer({}, { validation: [{ policy: "loose" as never }] }),
      /Csms option validation, rule 1/
    )
  })
})
