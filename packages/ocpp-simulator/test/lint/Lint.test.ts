import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { lint, lintLines } from "../../src/lint/Lint.ts"
import { accepted, Session } from "./session.support.ts"

const found = (session: Session): ReadonlyArray<string> =>
  lint(session.records).map(({ line, rules, severity }) => `${line} ${severity} ${rules[0]}`)

/** What a station may do once it is accepted; each keeps every rule. */
const deeds: ReadonlyArray<(session: Session, n: number) => Session> = [
  (session) => session.wait(200).heartbeat(),
  (session, n) => session.status(1 + n, n % 2 === 0 ? "Occupied" : "Available"),
  (session, n) => session.transaction(`tx-${session.records.length}`, n),
  (session, n) => session.report(1 + n),
  (session) =>
    session.order("TriggerMessage", { requestedMessage: "Heartbeat" }, { status: "Accepted" }).wait(1).heartbeat(),
  (session) => session.order("GetLocalListVersion", {}, { versionNumber: 0 }),
  (session, n) => {
    const asked = session.call("csms", "ClearCache", {})
    return session.status(1 + n).answer("station", asked, { status: "Accepted" })
  },
  (session, n) => {
    const transactionId = `away-${session.records.length}`
    session.transactionEvent(transactionId, 0, "Started").event("close", 1006).wait(120)
    const offline = { offline: true, timestamp: session.now }
    return session
      .wait(60)
      .event("open")
      .transactionEvent(transactionId, 1 + n, "Updated", offline)
      .transactionEvent(transactionId, 2 + n, "Ended")
  }
]

describe("a correct log", () => {
  it("has neither error nor warning, whatever the station does", () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(deeds.length - 1), fc.nat(4)), { maxLength: 20 }),
        fc.nat(2),
        (plan, refusals) => {
          const session = new Session().event("open")
          for (let n = 0; n < refusals; n++) session.boot(n === 0 ? "Pending" : "Rejected", 30).wait(31)
          session.boot()
          for (const [deed, n] of plan) deeds[deed]?.(session, n)
          assert.deepStrictEqual(
            lint(session.records).filter(({ severity }) => severity !== "note"),
            []
          )
        }
      )
    ))

  it("B02: while Pending a station sends what it is asked for", () => {
    const session = new Session().event("open").boot("Pending", 60)
    session.order(
      "GetVariables",
      { getVariableData: [{ component: { name: "C" }, variable: { name: "V" } }] },
      {
        getVariableResult: [{ attributeStatus: "UnknownComponent", component: { name: "C" }, variable: { name: "V" } }]
      }
    )
    session.report(3)
    session.order(
      "TriggerMessage",
      { requestedMessage: "StatusNotification", evse: { id: 1, connectorId: 1 } },
      { status: "Accepted" }
    )
    session.status()
    session.order("TriggerMessage", { requestedMessage: "BootNotification" }, { status: "Accepted" })
    session.boot("Accepted", 300, "Triggered")
    assert.deepStrictEqual(found(session), [])
  })

  it("R-093: a CALL without an answer may be sent again under its id", () => {
    const session = accepted()
    const event = { timestamp: session.now, connectorStatus: "Available", evseId: 1, connectorId: 1 }
    session.call("station", "StatusNotification", event, "again")
    session.wait(31).call("station", "StatusNotification", event, "again")
    session.answer("csms", "again", {})
    assert.deepStrictEqual(found(session), ["4 warning R-104"])
  })

  it("R-102: two stations are judged apart", () => {
    const one = accepted()
    const other = new Session("CS-2").event("open").boot()
    one.call("station", "Heartbeat", {})
    assert.deepStrictEqual(lint([...one.records, ...other.records]), [])
  })
})

describe("any log", () => {
  const junk = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .array(
        fc.oneof(
          fc.integer({ min: 0, max: 6 }),
          fc.string(),
          fc.constantFrom("BootNotification", "TransactionEvent", "NotifyReport", "SetVariables"),
          fc.object()
        ),
        { maxLength: 6 }
      )
      .map((frame) => JSON.stringify(frame)),
    fc
      .record({
        at: fc.oneof(fc.integer(), fc.string()),
        identity: fc.constantFrom("a", "b"),
        direction: fc.constantFrom("in", "out", "?"),
        text: fc.json()
      })
      .map((line) => JSON.stringify(line)),
    fc
      .record({
        frame: fc.tuple(
          fc.constantFrom(2, 3, 4),
          fc.constantFrom("1", "2"),
          fc.constantFrom("TransactionEvent", "TriggerMessage", "NotifyReport", "SetChargingProfile", "Heartbeat"),
          fc.object()
        )
      })
      .map((line) => JSON.stringify(line))
  )

  it("is read to its end: the lint never throws", () =>
    fc.assert(
      fc.property(fc.array(junk, { maxLength: 60 }), (lines) => {
        assert.isTrue(Array.isArray(lintLines(lines)))
      })
    ))

  it("a frame of a good log may be spoilt anywhere without stopping the lint", () =>
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.string({ minLength: 1, maxLength: 3 }), (frame, place, rubbish) => {
        const session = accepted().transaction("t", 2).report(2).heartbeat()
        const records = Array.from(session.records)
        const spoilt = records[frame % records.length]
        if (spoilt?.text !== undefined) {
          const cut = place % spoilt.text.length
          records[spoilt.line - 1] = {
            ...spoilt,
            text: spoilt.text.slice(0, cut) + rubbish + spoilt.text.slice(cut + 1)
          }
        }
        assert.isTrue(lint(records).every(({ line }) => line >= 1 && line <= records.length))
      })
    ))
})
