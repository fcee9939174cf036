/** Block C: the cache of a station, and the one handler that decides on tokens. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { IdTokenInfoType, IdTokenType } from "@wattline/ocpp-v201"
import { andThen, Authorization, type AuthorizeContext, Csms, type Handlers } from "../../src/index.ts"
import { begin, booted, Recorder, settle, token, transactionEvent } from "../csms/support.ts"
import type { FakeStation } from "../support/FakeStation.ts"

const group = { idToken: "G1", type: "Central" } as const

/** Knows these tokens; every other one is Unknown. Notes what it was asked. */
class Tokens {
  readonly asked: Array<readonly [string, AuthorizeContext]> = []
  known: Readonly<Record<string, IdTokenInfoType>> = {
    "0123ABCD": { status: "Accepted", groupIdToken: group },
    MASTER: { status: "Accepted", groupIdToken: { idToken: "MasterPass", type: "Central" } },
    BLOCKED: { status: "Blocked" }
  }
  readonly authorize: NonNullable<Handlers["authorize"]> = ({ idToken }, context) => {
    this.asked.push([idToken, context])
    return Effect.succeed(this.known[idToken] ?? { status: "Unknown" })
  }
}

const told = (fake: FakeStation, action: string, payload: object) => fake.answerTo(fake.call(action, payload))
const of = (idToken: string, type: IdTokenType["type"] = "ISO14443") => ({ idToken: { idToken, type } })

describe("clearCache", () => {
  it.effect.each([["Accepted"], ["Rejected"]] as const)("TC_C_37_CSMS, TC_C_38_CSMS, C-20: %s is a value", ([status]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const cleared = yield* begin(Authorization.clearCache(station))
      assert.deepStrictEqual(fake.lastCall.slice(2), ["ClearCache", {}])
      fake.reply({ status })
      assert.deepStrictEqual(yield* Fiber.join(cleared), { status })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("C-20, DM-17: is not asked of a station whose cache is off, unless forced", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const enabled = { component: { name: "AuthCacheCtrlr" }, variable: { name: "Enabled" } }
      const read = yield* begin(station.call("GetVariables", { getVariableData: [enabled] }))
      fake.reply({ getVariableResult: [{ ...enabled, attributeStatus: "Accepted", attributeValue: "false" }] })
      yield* Fiber.join(read)
      const failure = yield* Effect.flip(Authorization.clearCache(station))
      assert.strictEqual(failure._tag, "CheckFailed")
      assert.lengthOf(fake.calls, 1)
      const forced = yield* begin(Authorization.clearCache(station, { force: true }))
      fake.reply({ status: "Rejected" })
      assert.deepStrictEqual(yield* Fiber.join(forced), { status: "Rejected" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("authorize", () => {
  it.effect(
    "TC_C_02_CSMS, TC_C_06_CSMS, TC_C_08_CSMS, TC_C_39_CSMS, C-4, C-19, E-3: decides in both messages, with the group",
    () => {
      const tokens = new Tokens()
      return Effect.gen(function* () {
        const { fake } = yield* booted()
        const accepted = [{ idTokenInfo: { status: "Accepted", groupIdToken: group } }]
        assert.deepStrictEqual(told(fake, "Authorize", token), accepted)
        assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent(0, token)), accepted)
        assert.deepStrictEqual(told(fake, "Authorize", of("NOBODY")), [{ idTokenInfo: { status: "Unknown" } }])
        assert.deepStrictEqual(told(fake, "Authorize", of("BLOCKED")), [{ idTokenInfo: { status: "Blocked" } }])
        assert.deepStrictEqual(
          tokens.asked.map(([text, { from }]) => [text, from]),
          [
            ["0123ABCD", "Authorize"],
            ["0123ABCD", "TransactionEvent"],
            ["NOBODY", "Authorize"],
            ["BLOCKED", "Authorize"]
          ]
        )
      }).pipe(Effect.provide(Csms.layer({ authorize: tokens.authorize })))
    }
  )

  it.effect(
    "TC_C_20_CSMS, C12.FR.03, E05.FR.01: is asked anew every time, also about a token that was fine before",
    () => {
      const tokens = new Tokens()
      return Effect.gen(function* () {
        const { fake, station } = yield* booted()
        told(fake, "Authorize", token)
        tokens.known = { "0123ABCD": { status: "Invalid" } }
        assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent(0, token)), [
          { idTokenInfo: { status: "Invalid" } }
        ])
        const { running } = (yield* station.snapshot).mirror.transactions
        assert.deepStrictEqual(
          running.map(({ verdict }) => verdict),
          ["Invalid"]
        )
      }).pipe(Effect.provide(Csms.layer({ authorize: tokens.authorize })))
    }
  )

  it.effect("TC_C_47_CSMS, TC_C_48_CSMS, E-3: decides on the token of an Ended, and on offline ones", () => {
    const tokens = new Tokens()
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      told(fake, "TransactionEvent", transactionEvent(0, token))
      const ended = transactionEvent(1, {
        ...of("MASTER"),
        eventType: "Ended",
        offline: true,
        transactionInfo: { transactionId: "T1", stoppedReason: "MasterPass" }
      })
      assert.deepStrictEqual(told(fake, "TransactionEvent", ended), [
        { idTokenInfo: { status: "Accepted", groupIdToken: { idToken: "MasterPass", type: "Central" } } }
      ])
    }).pipe(Effect.provide(Csms.layer({ authorize: tokens.authorize })))
  })

  it.effect("E-2, C-10: is not asked without a token, nor about NoAuthorization, which is Accepted", () => {
    const tokens = new Tokens()
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent()), [{}])
      assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent(1, of("", "NoAuthorization"))), [
        { idTokenInfo: { status: "Accepted" } }
      ])
      assert.lengthOf(tokens.asked, 0)
    }).pipe(Effect.provide(Csms.layer({ authorize: tokens.authorize })))
  })

  it.effect("knows the EVSE, the event and the transaction, also where the event does not repeat them (E-16)", () => {
    const tokens = new Tokens()
    return Effect.gen(function* () {
      const { fake, station } = yield* booted()
      told(fake, "TransactionEvent", transactionEvent())
      told(
        fake,
        "TransactionEvent",
        transactionEvent(1, { ...token, evse: undefined, triggerReason: "StopAuthorized" })
      )
      const context = tokens.asked[0]?.[1]
      assert.deepStrictEqual(context?.evse, { id: 1, connectorId: 1 })
      assert.strictEqual(context?.event?.triggerReason, "StopAuthorized")
      assert.strictEqual(context?.transaction?.transactionId, "T1")
      assert.strictEqual(context?.station.identity, station.identity)
    }).pipe(Effect.provide(Csms.layer({ authorize: tokens.authorize })))
  })

  it.effect("TC_C_52_CSMS, C-14, C-16: gets the certificate, and gives the verdict on it", () => {
    const asked: Array<string | undefined> = []
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const request = { ...of("DE-ABC", "eMAID"), certificate: "PEM" }
      const response = { idTokenInfo: { status: "Accepted" }, certificateStatus: "Accepted" }
      assert.deepStrictEqual(told(fake, "Authorize", request), [response])
      assert.deepStrictEqual(asked, ["PEM"])
    }).pipe(
      Effect.provide(
        Csms.layer({
          authorize: (_idToken, { certificate }) => {
            asked.push(certificate)
            return Effect.succeed({ idTokenInfo: { status: "Accepted" }, certificateStatus: "Accepted" })
          }
        })
      )
    )
  })

  it.effect("C-16, C07.FR.17: without a verdict on the certificate it counts as not verified", () => {
    const tokens = new Tokens()
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const events = yield* Recorder.start
      assert.deepStrictEqual(told(fake, "Authorize", { ...token, certificate: "PEM" }), [
        { idTokenInfo: { status: "Invalid" }, certificateStatus: "CertChainError" }
      ])
      yield* settle
      assert.deepStrictEqual(
        events.of("HandlerFailed").map(({ why }) => why),
        ["InvalidAnswer"]
      )
    }).pipe(Effect.provide(Csms.layer({ authorize: tokens.authorize })))
  })

  it.effect("C-2, E-4: when it fails the answer is Unknown, and Accepted for an Ended", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const events = yield* Recorder.start
      const unknown = [{ idTokenInfo: { status: "Unknown" } }]
      assert.deepStrictEqual(told(fake, "Authorize", token), unknown)
      assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent(0, token)), unknown)
      assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent(1, { ...token, eventType: "Ended" })), [
        { idTokenInfo: { status: "Accepted", cacheExpiryDateTime: "1970-01-01T00:00:00Z" } }
      ])
      yield* settle
      assert.strictEqual(events.count("HandlerFailed"), 3)
    }).pipe(Effect.provide(Csms.layer({ authorize: () => Effect.fail("the database is gone") })))
  )

  it.effect("C-7, C-8: what may not be said of a token is not said", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const unknown = [{ idTokenInfo: { status: "Unknown" } }]
      assert.deepStrictEqual(told(fake, "Authorize", token), unknown)
      assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent(0, token)), unknown)
    }).pipe(
      Effect.provide(Csms.layer({ authorize: () => Effect.succeed({ status: "NotAtThisLocation", evseId: [1] }) }))
    )
  )

  it.effect("a handler of Authorize wins for Authorize; TransactionEvents stay with authorize", () => {
    const tokens = new Tokens()
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      assert.deepStrictEqual(told(fake, "Authorize", token), [{ idTokenInfo: { status: "NoCredit" } }])
      assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent(0, of("BLOCKED"))), [
        { idTokenInfo: { status: "Blocked" } }
      ])
    }).pipe(
      Effect.provide(
        Csms.layer({
          authorize: tokens.authorize,
          Authorize: () => Effect.succeed({ idTokenInfo: { status: "NoCredit" } })
        })
      )
    )
  })

  it.effect("E-2, E-7: a TransactionEvent handler keeps its answer, and gets the verdict where it gives none", () => {
    const tokens = new Tokens()
    let followed = 0
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent(0, of("BLOCKED"))), [
        { totalCost: 0, idTokenInfo: { status: "Blocked" } }
      ])
      assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent(1)), [{ totalCost: 1 }])
      const own = [{ totalCost: 2, idTokenInfo: { status: "NotAtThisTime" } }]
      assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent(2, token)), own)
      yield* settle
      assert.strictEqual(followed, 3)
      assert.lengthOf(tokens.asked, 1)
    }).pipe(
      Effect.provide(
        Csms.layer({
          authorize: tokens.authorize,
          TransactionEvent: ({ seqNo }) =>
            Effect.succeed(
              andThen(
                { totalCost: seqNo, ...(seqNo === 2 && { idTokenInfo: { status: "NotAtThisTime" as const } }) },
                Effect.sync(() => followed++)
              )
            )
        })
      )
    )
  })

  it.effect("that of a station takes the place of the common one", () =>
    Effect.gen(function* () {
      const { csms, fake } = yield* booted()
      yield* csms.addStation({
        identity: "CS-1",
        securityProfile: 0,
        handlers: { authorize: () => Effect.succeed({ status: "NoCredit" }) }
      })
      const verdict = [{ idTokenInfo: { status: "NoCredit" } }]
      assert.deepStrictEqual(told(fake, "Authorize", token), verdict)
      assert.deepStrictEqual(told(fake, "TransactionEvent", transactionEvent(0, token)), verdict)
    }).pipe(Effect.provide(Csms.layer({ authorize: () => Effect.succeed({ status: "Accepted" }) })))
  )

  it.effect("an action by the name of `authorize` is none", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      assert.strictEqual(told(fake, "authorize", token)?.[0], "NotImplemented")
    }).pipe(Effect.provide(Csms.layer({ authorize: () => Effect.succeed({ status: "Accepted" }) })))
  )

  it.effect("C-13, C04.FR.04: no event carries a key code", () => {
    const tokens = new Tokens()
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const events = yield* Recorder.start
      told(fake, "Authorize", of("98765", "KeyCode"))
      told(fake, "TransactionEvent", transactionEvent(0, of("98765", "KeyCode")))
      yield* settle
      assert.strictEqual(events.count("TransactionStarted"), 1)
      assert.notInclude(JSON.stringify(events.events), "98765")
    }).pipe(Effect.provide(Csms.layer({ authorize: tokens.authorize })))
  })
})
