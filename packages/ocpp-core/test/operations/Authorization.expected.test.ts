/** Block C: what stations do with tokens by themselves, and what reaches the CSMS of it, is taken as a matter of course. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { IdTokenInfoType, IdTokenType } from "@wattline/ocpp-v201"
import { Csms, LocalAuthorizationList } from "../../src/index.ts"
import { begin, booted, Recorder, settle, transactionEvent } from "../csms/support.ts"
import { FakeStation } from "../support/FakeStation.ts"

const told = (fake: FakeStation, action: string, payload: object) => fake.answerTo(fake.call(action, payload))?.[0]
const verdict = (status: IdTokenInfoType["status"]) => ({ idTokenInfo: { status } })
const card = (idToken: string): IdTokenType => ({ idToken, type: "ISO14443" })
const entry = (idToken: string, status: IdTokenInfoType["status"]) => ({
  idToken: card(idToken),
  idTokenInfo: { status }
})

/** A CSMS that knows these tokens; `asked` is what its handler saw. */
const knowing = (known: Record<string, IdTokenInfoType["status"]>) => {
  const asked: Array<string> = []
  const layer = Csms.layer({
    authorize: ({ idToken, type }, { event, from }) => {
      asked.push(`${from} ${type} ${idToken}${event?.offline === true ? " offline" : ""}`)
      return Effect.succeed({ status: known[idToken] ?? "Unknown" })
    }
  })
  return { asked, known, provided: Effect.provide(layer) }
}

/** Nothing was refused, nothing went wrong. */
const quiet = Effect.fnUntraced(function* (recorder: Recorder) {
  yield* settle
  for (const tag of ["MessageRefused", "HandlerFailed", "AuthorizationDoubtful"] as const)
    assert.strictEqual(recorder.count(tag), 0, tag)
})

/** A transaction that ran while the station was offline, as it is told later. */
const offlineRun = (transactionId: string, idToken: IdTokenType, evseId = 1) =>
  [
    { eventType: "Started", triggerReason: "Authorized", idToken },
    { eventType: "Updated", triggerReason: "ChargingStateChanged" },
    { eventType: "Ended", triggerReason: "StopAuthorized", idToken }
  ].map((more, seqNo) =>
    transactionEvent(seqNo, {
      ...more,
      offline: true,
      timestamp: `2026-01-01T00:0${seqNo}:00Z`,
      transactionInfo: { transactionId },
      evse: { id: evseId, connectorId: 1 }
    })
  )

describe("Authorize", () => {
  it.effect(
    "C-21, C10.FR.03, C14.FR.03: for tokens that are cached or listed as refused; the verdict may be another",
    () => {
      const { asked, known, provided } = knowing({ CACHED: "Blocked", LISTED: "Blocked" })
      return Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const recorder = yield* Recorder.start
        const listed = yield* begin(LocalAuthorizationList.sendFullList(station, [entry("LISTED", "Blocked")]))
        fake.reply({ versionNumber: 0 })
        yield* settle
        fake.reply({ status: "Accepted" })
        assert.strictEqual((yield* Fiber.join(listed))._tag, "Accepted")
        assert.deepStrictEqual(told(fake, "Authorize", { idToken: card("CACHED") }), verdict("Blocked"))
        known["CACHED"] = known["LISTED"] = "Accepted"
        for (const idToken of ["CACHED", "LISTED"])
          assert.deepStrictEqual(told(fake, "Authorize", { idToken: card(idToken) }), verdict("Accepted"))
        assert.lengthOf(asked, 3)
        yield* quiet(recorder)
      }).pipe(provided)
    }
  )

  it.effect("C-26, C08.FR.01: external identification of ISO 15118 is an Authorize as any other", () => {
    const { asked, provided } = knowing({ RFID: "Accepted", APP: "NoCredit" })
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      const types = { ISO14443: "RFID", ISO15693: "RFID", Central: "APP", KeyCode: "1234", MacAddress: "000000000000" }
      const answers = Object.entries(types).map(([type, idToken]) =>
        told(fake, "Authorize", { idToken: { idToken, type } })
      )
      // No certificate was presented, so there is no verdict on one (C-16).
      assert.deepStrictEqual(
        answers,
        (["Accepted", "Accepted", "NoCredit", "Unknown", "Unknown"] as const).map(verdict)
      )
      assert.deepStrictEqual(
        asked,
        Object.entries(types).map(([type, idToken]) => `Authorize ${type} ${idToken}`)
      )
      yield* quiet(recorder)
    }).pipe(provided)
  })
})

describe("transactions that the station allowed by itself", () => {
  it.effect(
    "C-25, C15.FR.02, C15.FR.07: of tokens nobody knows: the verdict is in the answer, the rest is the station's",
    () => {
      const { asked, provided } = knowing({ GOOD: "Accepted" })
      return Effect.gen(function* () {
        const { csms, fake, station } = yield* booted()
        const recorder = yield* Recorder.start
        fake.vanish()
        const back = yield* FakeStation.connect("CS-1")
        // StopTxOnInvalidId: it stops; MaxEnergyOnInvalidId: it goes on for a while. Either is a transaction like any other.
        const [started, updated, ended] = offlineRun("T1", card("STRANGER"))
        assert.deepStrictEqual(told(back, "TransactionEvent", started ?? {}), verdict("Unknown"))
        const { running } = (yield* station.snapshot).mirror.transactions
        assert.deepInclude(running[0], {
          transactionId: "T1",
          verdict: "Unknown",
          offline: true,
          idToken: card("STRANGER")
        })
        assert.deepStrictEqual(told(back, "TransactionEvent", updated ?? {}), {})
        const stopped = { ...ended, idToken: undefined, triggerReason: "Deauthorized" }
        const transactionInfo = { transactionId: "T1", stoppedReason: "DeAuthorized" }
        assert.deepStrictEqual(told(back, "TransactionEvent", { ...stopped, transactionInfo }), {})
        assert.deepInclude((yield* station.snapshot).mirror.transactions.ended[0], { stoppedReason: "DeAuthorized" })
        for (const event of offlineRun("T2", card("GOOD"), 2)) told(back, "TransactionEvent", event)
        assert.deepStrictEqual(asked, [
          "TransactionEvent ISO14443 STRANGER offline",
          "TransactionEvent ISO14443 GOOD offline",
          "TransactionEvent ISO14443 GOOD offline"
        ])
        assert.lengthOf(yield* csms.stations, 1)
        yield* quiet(recorder)
      }).pipe(provided)
    }
  )

  it.effect(
    "C-27, C13.FR.01, C13.FR.06: by its local list: asked about when the events arrive, put right by the list",
    () => {
      const { asked, known, provided } = knowing({ LISTED: "Accepted" })
      return Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const recorder = yield* Recorder.start
        const listing = yield* begin(LocalAuthorizationList.sendFullList(station, [entry("LISTED", "Accepted")]))
        fake.reply({ versionNumber: 0 })
        yield* settle
        fake.reply({ status: "Accepted" })
        yield* Fiber.join(listing)
        fake.vanish()
        known["LISTED"] = "Blocked"
        assert.deepStrictEqual(asked, [])
        const back = yield* FakeStation.connect("CS-1")
        const answers = offlineRun("T1", card("LISTED")).map((event) => told(back, "TransactionEvent", event))
        assert.deepStrictEqual(answers, [verdict("Blocked"), {}, verdict("Blocked")])
        assert.deepStrictEqual(asked, Array(2).fill("TransactionEvent ISO14443 LISTED offline"))
        // For the station its list outranks that answer, which goes into the cache: the entry itself has to be replaced.
        const updating = yield* begin(LocalAuthorizationList.sendUpdates(station, [entry("LISTED", "Blocked")]))
        assert.deepStrictEqual(back.lastCall.slice(2), [
          "SendLocalList",
          { updateType: "Differential", versionNumber: 2, localAuthorizationList: [entry("LISTED", "Blocked")] }
        ])
        back.reply({ status: "Accepted" })
        assert.deepInclude(yield* Fiber.join(updating), { _tag: "Accepted", versionNumber: 2, repaired: false })
        yield* quiet(recorder)
      }).pipe(provided)
    }
  )
})
