/** Block F: remote starts for card terminals and apps (C03, C05). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Csms, RemoteControl } from "../../src/index.ts"
import { begin, booted, Recorder, settle, transactionEvent } from "../csms/support.ts"

const central = { idToken: "app-4711", type: "Central" } as const

describe("requestStartTransaction", () => {
  it.effect(
    "C-11, F-5, C03.FR.01, C05.FR.01: a text is a token of type Central, and no Authorize is waited for",
    () => {
      const asked: Array<string> = []
      return Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const recorder = yield* Recorder.start
        const request = { evseId: 1, idToken: "app-4711", groupIdToken: "fleet" }
        const start = yield* begin(RemoteControl.requestStartTransaction(station, request))
        const { remoteStartId, ...sent } = fake.lastCall[3] as { readonly remoteStartId: number }
        const groupIdToken = { idToken: "fleet", type: "Central" }
        assert.deepStrictEqual(sent, { evseId: 1, idToken: central, groupIdToken })
        fake.reply({ status: "Accepted" })
        fake.call(
          "TransactionEvent",
          transactionEvent(0, {
            triggerReason: "RemoteStart",
            transactionInfo: { transactionId: "T1", remoteStartId },
            idToken: central
          })
        )
        assert.strictEqual((yield* Fiber.join(start))._tag, "Started")
        assert.deepStrictEqual(asked, ["TransactionEvent"])
        yield* settle
        assert.strictEqual(recorder.count("AuthorizationDoubtful"), 0)
      }).pipe(
        Effect.provide(
          Csms.layer({
            authorize: (_idToken, { from }) => {
              asked.push(from)
              return Effect.succeed({ status: "Accepted" })
            }
          })
        )
      )
    }
  )

  it.effect("C-11: a token that is spelled out goes as it is", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const idToken = { idToken: "0123ABCD", type: "ISO14443" } as const
      const start = yield* begin(RemoteControl.requestStartTransaction(station, { idToken }))
      assert.deepInclude(fake.lastCall[3] as object, { idToken })
      fake.reply({ status: "Rejected" })
      assert.strictEqual((yield* Fiber.join(start))._tag, "Rejected")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("C-11: a text that is too long for a token is not sent", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const failure = yield* Effect.flip(RemoteControl.requestStartTransaction(station, { idToken: "x".repeat(37) }))
      assert.deepInclude(failure, { _tag: "NotSent", reason: "InvalidRequest" })
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )
})
