import { assert, layer } from "@effect/vitest"
import { Csms, tokenKey } from "@wattline/ocpp-core"
import { MemoryTransport } from "@wattline/ocpp-memory"
import { Effect, Fiber, Layer } from "effect"
import { type Account, authorizeWith, listOf, updateList } from "../src/authorization.ts"
import { accepted, now } from "./support.ts"

const family: Account = { group: "FAMILY-1", blocked: false, language: "nl" }
const accounts = new Map([
  [tokenKey({ idToken: "04A2E8B1", type: "ISO14443" }), family],
  [tokenKey({ idToken: "04FFFFFF", type: "ISO14443" }), { ...family, blocked: true }]
])
const csms = Csms.layer({ authorize: authorizeWith(accounts) }, { inventory: "off" })

layer(Layer.provideMerge(MemoryTransport.layer, csms))("authorization", (it) => {
  it.effect("one function decides, whichever message brings the token, and however it is spelled", () =>
    Effect.gen(function* () {
      const { station } = yield* accepted("CS-1")
      const verdict = (idToken: string) =>
        Effect.map(
          station.call("Authorize", { idToken: { idToken, type: "ISO14443" } }),
          (answer) => answer.idTokenInfo
        )
      assert.deepStrictEqual(yield* verdict("04a2e8b1"), {
        status: "Accepted",
        groupIdToken: { idToken: "FAMILY-1", type: "Central" },
        language1: "nl"
      })
      assert.strictEqual((yield* verdict("04FFFFFF")).status, "Blocked")
      assert.strictEqual((yield* verdict("00000000")).status, "Unknown")
      const started = yield* station.call("TransactionEvent", {
        eventType: "Started",
        timestamp: yield* now,
        triggerReason: "Authorized",
        seqNo: 0,
        transactionInfo: { transactionId: "T1" },
        idToken: { idToken: "04FFFFFF", type: "ISO14443" }
      })
      assert.strictEqual(started.idTokenInfo?.status, "Blocked")
    })
  )

  it.effect("only what changed is sent, and the whole list where the station has another version", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-2")
      const before = listOf([["04A2E8B1", family]])
      const after = listOf([
        ["04A2E8B1", family],
        ["04C3D4E5", family]
      ])
      yield* station.answer("GetLocalListVersion", { versionNumber: 7 })
      const updating = yield* Effect.forkChild(updateList(inCsms, before, after))
      const update = yield* station.expectCall("SendLocalList")
      assert.strictEqual(update.request.updateType, "Differential")
      assert.deepStrictEqual(update.request.localAuthorizationList, after.slice(1))
      yield* update.reply({ status: "VersionMismatch" })
      for (const entry of after) {
        const part = yield* station.expectCall("SendLocalList") // one entry each: the station told no limit
        assert.deepStrictEqual(part.request.localAuthorizationList, [entry])
        yield* part.reply({ status: "Accepted" })
      }
      const outcome = yield* Fiber.join(updating)
      assert.strictEqual(outcome._tag === "Accepted" && outcome.repaired, true)
    })
  )
})
