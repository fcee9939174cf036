/** what a station gets when a handler does not do its part. */
import type { StationAction } from "@wattline/ocpp-v201"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { Csms, type CsmsOptions, type Handlers, refuse } from "../../src/index.ts"
import { requests, stationActions } from "./requests.ts"
import { booted, connected, Recorder, settle, statusNotification, token, transactionEvent } from "./support.ts"

/** A CSMS with these handlers that keeps its log to itself. */
const quiet = (handlers: object, options: CsmsOptions = {}) =>
  Csms.layer(handlers as Handlers, options).pipe(Layer.provideMerge(Logger.layer([])))

/** The autoNote of messages.json: the answer when the handler fails, is late, or says nonsense. */
const fallbacks = (currentTime: string): { readonly [A in StationAction]: object | string } => ({
  Authorize: { idTokenInfo: { status: "Unknown" } },
  BootNotification: { status: "Pending", interval: 60, currentTime },
  ClearedChargingLimit: {},
  DataTransfer: "InternalError",
  FirmwareStatusNotification: {},
  Get15118EVCertificate: { status: "Failed", exiResponse: "" },
  GetCertificateStatus: { status: "Failed" },
  Heartbeat: { currentTime },
  LogStatusNotification: {},
  MeterValues: {},
  NotifyChargingLimit: {},
  NotifyCustomerInformation: {},
  NotifyDisplayMessages: {},
  NotifyEVChargingNeeds: { status: "Rejected" },
  NotifyEVChargingSchedule: { status: "Accepted" },
  NotifyEvent: {},
  NotifyMonitoringReport: {},
  NotifyReport: {},
  PublishFirmwareStatusNotification: {},
  ReportChargingProfiles: {},
  ReservationStatusUpdate: {},
  SecurityEventNotification: {},
  SignCertificate: { status: "Rejected" },
  StatusNotification: {},
  TransactionEvent: { idTokenInfo: { status: "Unknown" } }
})

const refusable: ReadonlyArray<StationAction> = [
  "DataTransfer",
  "Get15118EVCertificate",
  "GetCertificateStatus",
  "NotifyEVChargingNeeds",
  "NotifyEVChargingSchedule",
  "SignCertificate"
]

const badly = {
  failure: () => Effect.fail("secret 1"),
  defect: () => Effect.die(new Error("secret 2")),
  throw: () => {
    throw new Error("secret 3")
  },
  interrupted: () => Effect.interrupt,
  late: () => Effect.delay(Effect.fail("secret 4"), "1 minute"),
  "no effect": () => ({ status: "Accepted" })
} as const

const whys = {
  failure: "Failure",
  defect: "Defect",
  throw: "Defect",
  interrupted: "Defect",
  late: "Deadline",
  "no effect": "Defect"
} as const

/** The boot comes last: it makes the station Pending. */
const inTurn = [...stationActions.filter((action) => action !== "BootNotification"), "BootNotification"] as const

const everyHandler = (handler: () => unknown) => Object.fromEntries(stationActions.map((action) => [action, handler]))

describe("handlers that go wrong", () => {
  it.effect.each(Object.keys(badly) as ReadonlyArray<keyof typeof badly>)(
    "R-111, LC-1, C-2, E-4, M-2, R-153: %s: each of the 25 actions is answered, and the station lives on",
    (kind) =>
      Effect.gen(function* () {
        const recorder = yield* Recorder.start
        const { fake, station } = yield* connected()
        for (const action of inTurn) {
          const id = fake.call(action, requests[action])
          if (kind === "late") {
            yield* TestClock.adjust(action === "Get15118EVCertificate" ? "3900 millis" : "19900 millis") // M-2
            assert.isUndefined(fake.answerTo(id))
            yield* TestClock.adjust("600 millis")
          }
          const now = yield* Clock.currentTimeMillis
          const answer = fallbacks(new Date(kind === "late" ? now - 500 : now).toISOString().replace(/\..*/, "Z"))
          assert.deepStrictEqual(fake.answerTo(id)?.[0], answer[action], action)
        }
        yield* settle
        assert.strictEqual((yield* station.snapshot).state, "Pending")
        assert.strictEqual(recorder.count("HandlerFailed"), 25)
        assert.isTrue(recorder.of("HandlerFailed").every(({ why }) => why === whys[kind]))
        assert.notInclude(fake.texts.join(), "secret")
      }).pipe(Effect.provide(quiet(everyHandler(badly[kind]))))
  )

  it.effect("R-111: what a late handler still says is nobody's", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const id = fake.call("DataTransfer", requests.DataTransfer)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(fake.frames.filter((frame) => frame[1] === id).length, 1)
      assert.strictEqual(fake.answerTo(id)?.[0], "InternalError")
    }).pipe(
      Effect.provide(
        quiet(
          { DataTransfer: () => Effect.delay(Effect.succeed({ status: "Accepted" }), "1 minute") },
          { handlerTimeout: "2 seconds" }
        )
      )
    )
  )

  it.effect.each<readonly [StationAction, object]>([
    ["Authorize", { idTokenInfo: { status: "Sure" } }],
    ["BootNotification", { status: "Accepted" }],
    ["DataTransfer", { status: "Accepted", more: 1 }],
    ["Get15118EVCertificate", {}],
    ["GetCertificateStatus", { status: "Accepted", ocspResult: 1 }],
    ["NotifyEVChargingNeeds", { status: 1 }],
    ["SignCertificate", []],
    ["TransactionEvent", {}]
  ])("R-111: an answer of %s that the schema forbids is replaced", ([action, answer]) =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake } = yield* connected()
      const got = fake.answerTo(fake.call(action, requests[action]))?.[0]
      assert.deepStrictEqual(got, fallbacks("1970-01-01T00:00:00Z")[action])
      yield* settle
      assert.deepStrictEqual(
        recorder.of("HandlerFailed").map((event) => [event.action, event.why]),
        [[action, "InvalidAnswer"]]
      )
    }).pipe(Effect.provide(quiet({ [action]: () => Effect.succeed(answer) })))
  )

  it.effect("R-128: so is one with a number that no station can read", () =>
    Effect.gen(function* () {
      const { fake } = yield* connected()
      assert.deepInclude(fake.boot(), { status: "Pending" })
    }).pipe(
      Effect.provide(
        quiet({
          BootNotification: () =>
            Effect.succeed({ status: "Accepted", interval: 2 ** 40, currentTime: "2026-01-01T00:00:00Z" })
        })
      )
    )
  )

  it.effect(
    "R-141, E-1, J-1, B-13, C-1: a refusal is a CALLERROR only where the answer has no other way to say no",
    () =>
      Effect.gen(function* () {
        const recorder = yield* Recorder.start
        const { fake } = yield* connected()
        for (const action of inTurn) {
          const answer = fake.answerTo(fake.call(action, requests[action]))
          if (refusable.includes(action)) assert.deepStrictEqual(answer, ["NotSupported", "not here", {}], action)
          else assert.deepStrictEqual(answer, [fallbacks("1970-01-01T00:00:00Z")[action]], action)
        }
        yield* settle
        assert.deepStrictEqual(
          recorder.of("MessageRefused").map(({ action }) => action),
          stationActions.filter((action) => refusable.includes(action))
        )
        assert.strictEqual(recorder.count("HandlerFailed"), 25 - refusable.length)
      }).pipe(Effect.provide(quiet(everyHandler(() => refuse("NotSupported", "not here")))))
  )
})

describe("E-1: a TransactionEvent never gets a CALLERROR", () => {
  it.effect.each<readonly [string, object, object]>([
    ["E-4: a token, Started", { ...token }, { idTokenInfo: { status: "Unknown" } }],
    [
      "E-4, C-18: a token, Ended; the verdict nobody gave is not to be cached",
      { ...token, eventType: "Ended" },
      { idTokenInfo: { status: "Accepted", cacheExpiryDateTime: "1970-01-01T00:00:00Z" } }
    ],
    ["E-2: no token", {}, {}],
    [
      "C-10: NoAuthorization",
      { idToken: { idToken: "", type: "NoAuthorization" } },
      { idTokenInfo: { status: "Accepted" } }
    ]
  ])("%s", ([, more, expected]) =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const id = fake.call("TransactionEvent", transactionEvent(0, more))
      assert.deepStrictEqual(fake.answerTo(id), [expected])
      assert.deepStrictEqual(fake.answerTo(fake.call("StatusNotification", statusNotification())), [{}])
    }).pipe(Effect.provide(quiet({ TransactionEvent: () => Effect.fail(new Error("no database")) })))
  )

  it.effect("E-2, C-10: what the standard fixes is put right, whatever the handler says", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const ask = (more: object) => fake.answerTo(fake.call("TransactionEvent", transactionEvent(0, more)))
      assert.deepStrictEqual(ask({}), [{ totalCost: 0 }]) // ST-7
      assert.deepStrictEqual(ask({ idToken: { idToken: "", type: "NoAuthorization" } }), [
        { totalCost: 0, idTokenInfo: { status: "Accepted" } }
      ])
      assert.deepStrictEqual(ask({ ...token }), [{ totalCost: 0, idTokenInfo: { status: "Blocked" } }])
    }).pipe(
      Effect.provide(
        quiet({ TransactionEvent: () => Effect.succeed({ totalCost: 0, idTokenInfo: { status: "Blocked" } }) })
      )
    )
  )
})
