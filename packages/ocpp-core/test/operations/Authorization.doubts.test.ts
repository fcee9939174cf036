/** Block C: what is said of a token goes out whole; what is doubtful in it is told once, without the token. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import type { IdTokenInfoType, IdTokenType } from "@wattline/ocpp-v201"
import { Csms, EventLog, type Handlers } from "../../src/index.ts"
import { begin, booted, Recorder, settle, token, transactionEvent } from "../csms/support.ts"
import type { FakeStation } from "../support/FakeStation.ts"

const told = (fake: FakeStation, action: string, payload: object) => fake.answerTo(fake.call(action, payload))?.[0]
const says = (info: IdTokenInfoType): Handlers => ({ authorize: () => Effect.succeed(info) })
const group = (type: IdTokenType["type"]) => ({ groupIdToken: { idToken: "GROUP-1", type } })

describe("AuthorizationDoubtful", () => {
  it.effect("C-5, C09.FR.13, C-13: is told once per answer, which stays as it is; no token is in it", () => {
    const info: IdTokenInfoType = { status: "Blocked", evseId: [1], ...group("KeyCode") }
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      const idToken = { idToken: "98765", type: "KeyCode" }
      const asked = fake.call("Authorize", { idToken })
      assert.deepStrictEqual(fake.answerTo(asked), [{ idTokenInfo: info }])
      const event = transactionEvent(0, { idToken })
      assert.deepStrictEqual(told(fake, "TransactionEvent", event), { idTokenInfo: info })
      assert.deepStrictEqual(told(fake, "TransactionEvent", event), { idTokenInfo: info }) // a resend
      yield* settle
      const problems = ["GroupNotCentral", "EvseIdBesideRefusal"] as const
      const doubts = recorder.of("AuthorizationDoubtful")
      assert.lengthOf(doubts, 2)
      assert.deepInclude(doubts[0], { action: "Authorize", messageId: asked, problems })
      assert.deepInclude(doubts[1], { action: "TransactionEvent", transactionId: "T1", problems })
      assert.notMatch(JSON.stringify(doubts), /98765|GROUP-1/)
    }).pipe(Effect.provide(Csms.layer(says(info))))
  })

  it.effect("C-5: also by a handler of Authorize or TransactionEvent", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      told(fake, "Authorize", token)
      told(fake, "TransactionEvent", transactionEvent(0, token))
      yield* settle
      assert.deepStrictEqual(
        recorder.of("AuthorizationDoubtful").map(({ action }) => action),
        ["Authorize", "TransactionEvent"]
      )
    }).pipe(
      Effect.provide(
        Csms.layer({
          Authorize: () => Effect.succeed({ idTokenInfo: { status: "Accepted", ...group("Local") } }),
          TransactionEvent: () => Effect.succeed({ idTokenInfo: { status: "Accepted", ...group("Local") } })
        })
      )
    )
  )

  it.effect("C-9: ConcurrentTx to a token that stops goes out as it is, and is told", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      const concurrent = { idTokenInfo: { status: "ConcurrentTx" } }
      assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent(0, token)), concurrent)
      yield* settle
      assert.strictEqual(recorder.count("AuthorizationDoubtful"), 0)
      const stop = transactionEvent(1, { ...token, eventType: "Ended", triggerReason: "StopAuthorized" })
      assert.deepStrictEqual(told(fake, "TransactionEvent", stop), concurrent)
      yield* settle
      assert.deepStrictEqual(
        recorder.of("AuthorizationDoubtful").map(({ problems }) => problems),
        [["ConcurrentTxAtStop"]]
      )
    }).pipe(Effect.provide(Csms.layer(says({ status: "ConcurrentTx" }))))
  )

  it.effect("C-23: a personalMessage is checked by what the station reported", () => {
    const info: IdTokenInfoType = { status: "Accepted", personalMessage: { format: "HTML", content: "<b>Hello</b>" } }
    return Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      told(fake, "Authorize", token)
      const component = { name: "DisplayMessageCtrlr" }
      const size = { component, variable: { name: "PersonalMessageSize" } }
      const formats = { component, variable: { name: "SupportedFormats" } }
      yield* begin(station.call("GetVariables", { getVariableData: [size, formats] }))
      fake.reply({
        getVariableResult: [
          { ...size, attributeStatus: "Accepted", attributeValue: "8" },
          { ...formats, attributeStatus: "Accepted", attributeValue: "ASCII" }
        ]
      })
      assert.deepStrictEqual(told(fake, "Authorize", token), { idTokenInfo: info })
      yield* settle
      assert.deepStrictEqual(
        recorder.of("AuthorizationDoubtful").map(({ problems }) => problems),
        [["PersonalMessageTooLong", "PersonalMessageFormat"]]
      )
    }).pipe(Effect.provide(Csms.layer(says(info))))
  })

  it.effect("C-5: is told of a CALL too, which is sent all the same", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      const call = { ...token, ...group("Local"), remoteStartId: 1 }
      yield* begin(station.call("RequestStartTransaction", call))
      assert.deepStrictEqual(fake.lastCall[3], call)
      fake.reply({ status: "Rejected" })
      yield* settle
      assert.deepStrictEqual(
        recorder.of("AuthorizationDoubtful").map(({ action, problems }) => [action, problems]),
        [["RequestStartTransaction", ["GroupNotCentral"]]]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("EventLog", () => {
  it("C-5, C-13: the line of an AuthorizationDoubtful says what is doubtful, and of no token", () => {
    assert.strictEqual(EventLog.levels.AuthorizationDoubtful, "Warn")
    const envelope = { identity: "CS-1", epoch: 2, seq: 1, at: 0, durable: false }
    const problems = ["GroupNotCentral", "PersonalMessageFormat"] as const
    const line = EventLog.annotationsOf({
      _tag: "AuthorizationDoubtful",
      action: "SendLocalList",
      problems,
      ...envelope
    })
    assert.deepStrictEqual(line, {
      station: "CS-1",
      connectionId: "CS-1#2",
      action: "SendLocalList",
      problems: "GroupNotCentral PersonalMessageFormat"
    })
  })
})

describe("idTokenInfo", () => {
  const text = (max: number) => fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: max })
  const infos: fc.Arbitrary<IdTokenInfoType> = fc.record(
    {
      status: fc.constantFrom("Accepted", "Blocked", "Expired", "Invalid", "NoCredit", "NotAtThisTime", "Unknown"),
      cacheExpiryDateTime: fc.constantFrom("1970-01-01T00:00:00Z", "2030-06-01T12:00:00.5+02:00"),
      chargingPriority: fc.integer({ min: -9, max: 9 }),
      language1: fc.constant("de"),
      evseId: fc.tuple(fc.integer({ min: 1, max: 4 })),
      groupIdToken: fc.record({ idToken: text(36), type: fc.constantFrom("Central", "Local") }),
      personalMessage: fc.record({ format: fc.constantFrom("ASCII", "UTF8"), content: text(40) }),
      customData: fc.record({ vendorId: text(20), more: fc.jsonValue({ noUnicodeString: true, maxDepth: 2 }) })
    },
    { requiredKeys: ["status"] }
  ) as fc.Arbitrary<IdTokenInfoType>

  it.effect(
    "C-18, C10.FR.04, C10.FR.05, C12.FR.06: all that authorize gives goes out, in both messages and again",
    () => {
      let info: IdTokenInfoType = { status: "Unknown" }
      return Effect.gen(function* () {
        const { fake } = yield* booted()
        let seqNo = 0
        for (info of fc.sample(infos, { seed: 18, numRuns: 60 })) {
          const whole = JSON.parse(JSON.stringify({ idTokenInfo: info })) as object
          assert.deepStrictEqual(told(fake, "Authorize", token), whole)
          const event = transactionEvent(seqNo++, token)
          for (let n = 0; n < 2; n++) assert.deepStrictEqual(told(fake, "TransactionEvent", event), whole)
        }
      }).pipe(Effect.provide(Csms.layer({ authorize: () => Effect.succeed(info) })))
    }
  )

  it.effect("C-18, C-17: a permission that nobody gave is not to be cached", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const ended = transactionEvent(1, { ...token, eventType: "Ended" })
      assert.deepStrictEqual(told(fake, "TransactionEvent", ended), {
        idTokenInfo: { status: "Accepted", cacheExpiryDateTime: "1970-01-01T00:00:00Z" }
      })
    }).pipe(Effect.provide(Csms.layer()))
  )
})
