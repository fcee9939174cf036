/** Block C, what an application decides: shown with the register of a small CSMS behind `authorize`. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { IdTokenType } from "@wattline/ocpp-v201"
import { Csms, RemoteControl } from "../../src/index.ts"
import { begin, booted, Recorder, reportPart, settle, transactionEvent } from "../csms/support.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { firstWait, freeGuesses, TokenRegister } from "./TokenRegister.ts"

const card = (idToken: string): IdTokenType => ({ idToken, type: "ISO14443" })
const code = (idToken: string): IdTokenType => ({ idToken, type: "KeyCode" })
const told = (fake: FakeStation, action: string, payload: object) => fake.answerTo(fake.call(action, payload))?.[0]
const status = (fake: FakeStation, action: string, payload: object) =>
  (told(fake, action, payload) as { readonly idTokenInfo: { readonly status: string } }).idTokenInfo.status
const of = (transactionId: string, evseId: number) => ({
  transactionInfo: { transactionId },
  evse: { id: evseId, connectorId: 1 },
  triggerReason: "Authorized"
})
const withRegister = (register: TokenRegister) =>
  Effect.provide(Csms.layer({ authorize: register.authorize }, { drain: { grace: 0 } }))

describe("the status of a token", () => {
  it.effect("C-6, C01.FR.18, C01.FR.22, C01.FR.24: says why, where, and when", () => {
    const register = new TokenRegister()
      .set(card("FINE"), {})
      .set(card("BLOCKED"), { state: "Blocked" })
      .set(card("EXPIRED"), { state: "Expired" })
      .set(card("INVALID"), { state: "Invalid" })
      .set(card("ELSEWHERE"), { stations: ["CS-9"], evses: [1] })
      .set(card("BROKE"), { credit: 0 })
      .set(card("EVSE2"), { evses: [2] })
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const asks = (idToken: string) => told(fake, "Authorize", { idToken: card(idToken) })
      const answers = {
        FINE: { status: "Accepted" },
        BLOCKED: { status: "Blocked" },
        EXPIRED: { status: "Expired" },
        INVALID: { status: "Invalid" },
        ELSEWHERE: { status: "NotAtThisLocation" },
        BROKE: { status: "NoCredit" },
        EVSE2: { status: "Accepted", evseId: [2] },
        NOBODY: { status: "Unknown" }
      }
      for (const [idToken, idTokenInfo] of Object.entries(answers))
        assert.deepStrictEqual(asks(idToken), { idTokenInfo })
    }).pipe(withRegister(register))
  })

  it.effect(
    "C-6: NotAllowedTypeEVSE, NotAtThisTime and ConcurrentTx are for the TransactionEvent, which knows the EVSE",
    () => {
      const register = new TokenRegister()
        .set(card("A"), {})
        .set(card("B"), {})
        .set(card("EVSE2"), { evses: [2] })
        .set(card("TYPE2"), { connectors: ["cType2"] })
      return Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const read = yield* begin(station.getBaseReport("FullInventory"))
        const { requestId } = fake.lastCall[3] as { readonly requestId: number }
        fake.reply({ status: "Accepted" })
        const connectors = ["cCCS2", "cType2"].map((value, at) => ({
          component: { name: "Connector", evse: { id: at + 1, connectorId: 1 } },
          variable: { name: "ConnectorType" },
          variableAttribute: [{ value }]
        }))
        fake.call("NotifyReport", reportPart(requestId, 0, false, connectors))
        yield* settle
        assert.isDefined(read.pollUnsafe())
        const presents = (seqNo: number, more: object, idToken: IdTokenType) =>
          status(fake, "TransactionEvent", transactionEvent(seqNo, { ...more, idToken }))
        assert.strictEqual(presents(0, of("T1", 1), card("EVSE2")), "NotAllowedTypeEVSE")
        assert.strictEqual(presents(0, of("T2", 1), card("TYPE2")), "NotAllowedTypeEVSE")
        assert.strictEqual(presents(0, of("T3", 2), card("TYPE2")), "Accepted")
        assert.strictEqual(presents(0, of("T4", 1), card("A")), "Accepted")
        assert.strictEqual(presents(1, of("T4", 1), card("B")), "NotAtThisTime")
        assert.strictEqual(presents(2, of("T4", 1), card("A")), "Accepted")
        assert.strictEqual(presents(0, of("T5", 2), card("A")), "ConcurrentTx")
        assert.strictEqual(presents(3, { ...of("T4", 1), triggerReason: "StopAuthorized" }, card("B")), "Accepted")
      }).pipe(withRegister(register))
    }
  )

  it.effect("C-17, C10.FR.08, C10.FR.13: until when a station may keep a verdict says nothing about the card", () => {
    const passed = "1970-01-01T00:00:00Z"
    const register = new TokenRegister()
      .set(card("KEEP"), {})
      .set(card("DAY"), { askAgainAt: "1970-01-02T00:00:00Z" })
      .set(card("FORGET"), { askAgainAt: passed })
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      yield* TestClock.adjust("1 hour")
      const answers = {
        KEEP: { status: "Accepted" }, // as long as AuthCacheLifeTime says
        DAY: { status: "Accepted", cacheExpiryDateTime: "1970-01-02T00:00:00Z" },
        FORGET: { status: "Accepted", cacheExpiryDateTime: passed } // not at all
      }
      for (const [idToken, idTokenInfo] of Object.entries(answers))
        assert.deepStrictEqual(told(fake, "Authorize", { idToken: card(idToken) }), { idTokenInfo })
    }).pipe(withRegister(register))
  })
})

describe("key codes", () => {
  it.effect("C-12, C04.FR.01, C04.FR.02: a code is Accepted or Invalid, by what is valid at this station", () => {
    const register = new TokenRegister()
      .set(code("1234"), { stations: ["CS-1"] })
      .set(code("5678"), { stations: ["CS-2"] })
      .set(code("9999"), { state: "Blocked" })
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const tries = (idToken: string) => told(fake, "Authorize", { idToken: code(idToken) })
      assert.deepStrictEqual(tries("1234"), { idTokenInfo: { status: "Accepted" } })
      for (const idToken of ["5678", "9999"])
        assert.deepStrictEqual(tries(idToken), { idTokenInfo: { status: "Invalid" } })
    }).pipe(withRegister(register))
  })

  it.effect("C-12, C04.FR.06: guessing gets slower, at this station alone, and no event tells a code", () => {
    const register = new TokenRegister().set(code("1234"), {})
    return Effect.gen(function* () {
      const { fake } = yield* booted("CS-1")
      const other = yield* booted("CS-2")
      const recorder = yield* Recorder.start
      const tries = (idToken: string, at = fake) => status(at, "Authorize", { idToken: code(idToken) })
      for (let n = 0; n < freeGuesses; n++) assert.strictEqual(tries(`000${n}`), "Invalid")
      assert.strictEqual(tries("1234"), "Invalid") // not looked at
      assert.strictEqual(tries("1234", other.fake), "Accepted")
      yield* TestClock.adjust(firstWait)
      assert.strictEqual(tries("0009"), "Invalid")
      yield* TestClock.adjust(2 * firstWait - 1)
      assert.strictEqual(tries("1234"), "Invalid")
      yield* TestClock.adjust(1)
      assert.strictEqual(tries("1234"), "Accepted")
      assert.strictEqual(tries("0001"), "Invalid")
      assert.strictEqual(tries("1234"), "Accepted")
      yield* settle
      assert.notMatch(JSON.stringify(recorder.events), /1234|000\d/)
    }).pipe(withRegister(register))
  })
})

describe("groups", () => {
  it.effect("C-22, C16.FR.01, C12.FR.09: the group of the master pass; what it ends says so", () => {
    const register = new TokenRegister().set(card("A"), {}).set(card("MASTER"), { group: "MASTERPASS" })
    return Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      const master = { idTokenInfo: { status: "Accepted", groupIdToken: { idToken: "MASTERPASS", type: "Central" } } }
      told(fake, "TransactionEvent", transactionEvent(0, { ...of("T1", 1), idToken: card("A") }))
      assert.deepStrictEqual(told(fake, "Authorize", { idToken: card("MASTER") }), master)
      const ended = transactionEvent(1, {
        ...of("T1", 1),
        eventType: "Ended",
        triggerReason: "StopAuthorized",
        transactionInfo: { transactionId: "T1", stoppedReason: "MasterPass" },
        idToken: card("MASTER")
      })
      assert.deepStrictEqual(told(fake, "TransactionEvent", ended), master)
      yield* settle
      assert.deepInclude(recorder.of("TransactionEnded")[0], { transactionId: "T1", stoppedReason: "MasterPass" })
      const [transaction] = (yield* station.snapshot).mirror.transactions.ended
      assert.deepInclude(transaction, { idToken: card("A"), stopIdToken: card("MASTER"), stoppedReason: "MasterPass" })
      assert.strictEqual(recorder.count("AuthorizationDoubtful"), 0)
    }).pipe(withRegister(register))
  })
})

describe("remote starts", () => {
  it.effect("F-6, F01.FR.03, F02.FR.11: the token is checked again when the transaction comes", () => {
    const register = new TokenRegister().set(card("A"), {})
    return Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* begin(RemoteControl.requestStartTransaction(station, { idToken: card("A"), evseId: 1 }))
      const { remoteStartId } = fake.lastCall[3] as { readonly remoteStartId: number }
      fake.reply({ status: "Accepted" })
      register.set(card("A"), { state: "Blocked" }) // while the driver walked to the station
      const started = transactionEvent(0, {
        triggerReason: "RemoteStart",
        transactionInfo: { transactionId: "T1", remoteStartId },
        idToken: card("A")
      })
      assert.strictEqual(status(fake, "TransactionEvent", started), "Blocked")
      assert.deepStrictEqual(register.asked, [["A", "TransactionEvent"]])
    }).pipe(withRegister(register))
  })
})
