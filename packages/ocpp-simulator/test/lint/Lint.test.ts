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
  },
  (session) =>
    session
      .order("Reset", { type: "Immediate" }, { status: "Accepted" })
      .event("close", 1000)
      .wait(60)
      .event("open")
      .boot("Accepted", 300, "RemoteReset")
      .ask("NotifyEvent", availability(session, [1, 2, 3, 4, 5])),
  (session, n) =>
    session
      .order(
        "ReserveNow",
        {
          id: session.records.length,
          expiryDateTime: new Date(session.at + 60_000).toISOString(),
          idToken: { idToken: "A", type: "ISO14443" },
          evseId: 1 + n
        },
        { status: "Accepted" }
      )
      .ask("ReservationStatusUpdate", { reservationId: session.records.length - 2, reservationUpdateStatus: "Removed" })
]

/** A NotifyEvent that stands for statuses (G01.FR.03). */
const availability = ({ now }: Session, evses: ReadonlyArray<number>): object => ({
  generatedAt: now,
  seqNo: 0,
  eventData: evses.map((id) => ({
    eventId: id,
    timestamp: now,
    trigger: "Delta",
    actualValue: "Available",
    eventNotificationType: "HardWiredNotification",
    component: { name: "Connector", evse: { id, connectorId: 1 } },
    variable: { name: "AvailabilityState" }
  }))
})

describe("a correct log", () => {
  it("has neither error nor warning, whatever the station does", () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(deeds.length - 1), fc.nat(4)), { maxLength: 20 }),
        fc.nat(2),
        (plan, refusals) => {
          const session = new Session().event("open")
          for (let n = 0; n < refusals; n++) session.boot(n === 0 ? "Pending" : "Rejected", 30).wait(31)
          session.boot().status()
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

  it("E11.FR.07: an event whose answer was lost comes again with offline, also under its id", () => {
    const session = accepted().transactionEvent("t", 0, "Started")
    const event = {
      eventType: "Updated",
      timestamp: session.now,
      seqNo: 1,
      triggerReason: "Trigger",
      transactionInfo: { transactionId: "t" }
    }
    session.answer("csms", session.call("station", "TransactionEvent", event, "same"), {})
    session.event("close", 1006).wait(20).event("open")
    session.answer("csms", session.call("station", "TransactionEvent", { ...event, offline: true }, "same"), {})
    assert.deepStrictEqual(found(session), [])
  })

  it("B07.FR.10: a part whose delivery failed comes again, also the last one", () => {
    const session = accepted().order(
      "GetBaseReport",
      { requestId: 7, reportBase: "FullInventory" },
      { status: "Accepted" }
    )
    const part = (seqNo: number, tbc: boolean): object => ({
      requestId: 7,
      generatedAt: "2026-01-01T00:00:00Z",
      seqNo,
      tbc
    })
    session.call("station", "NotifyReport", part(0, true))
    session.event("close", 1006).wait(20).event("open").ask("NotifyReport", part(0, true))
    const refused = session.call("station", "NotifyReport", part(1, false))
    session.text("csms", JSON.stringify([4, refused, "InternalError", "", {}])).ask("NotifyReport", part(1, false))
    assert.deepStrictEqual(found(session), [])
  })

  it("N07.FR.07: the parts of a NotifyEvent go on after a reconnect", () => {
    const session = accepted()
    session.ask("NotifyEvent", { ...availability(session, [1]), tbc: true })
    session.event("close", 1006).wait(20).event("open")
    session.ask("NotifyEvent", { ...availability(session, [2]), seqNo: 1 })
    assert.deepStrictEqual(found(session), [])
  })

  it("R-165: what a request brings may come before its answer", () => {
    const session = accepted().status().transactionEvent("t", 0, "Started")
    const stop = session.call("csms", "RequestStopTransaction", { transactionId: "T" })
    session.transactionEvent("t", 1, "Updated", { triggerReason: "RemoteStop" })
    session.answer("station", stop, { status: "Accepted" }).wait(200).heartbeat()
    assert.deepStrictEqual(found(session), [])
  })

  it("R-186: the end of a connection that was replaced is not the end of the one after it", () => {
    const session = accepted().event("open")
    const id = session.call("station", "Heartbeat", {})
    session.event("close", 1000).answer("csms", id, { currentTime: session.now })
    assert.deepStrictEqual(found(session), [])
  })

  it("E04.FR.03: a clock that is some seconds off makes no event an offline one", () => {
    for (const off of [-10_000, 10_000]) {
      const session = accepted()
      const wrong = () => ({ timestamp: new Date(session.at + off).toISOString() })
      session.transactionEvent("t", 0, "Started", wrong()).wait(5).event("close", 1006).wait(60).event("open").wait(1)
      session.transactionEvent("t", 1, "Updated", wrong())
      assert.deepStrictEqual(found(session), [], `${off}`)
    }
  })

  it("E-13: what a power loss ended may have begun before the log", () => {
    const session = accepted().transactionEvent("t", 7, "Ended", {
      triggerReason: "AbnormalCondition",
      transactionInfo: { transactionId: "t", stoppedReason: "PowerLoss" }
    })
    assert.deepStrictEqual(found(session), ["4 note E-13"])
  })

  it("what a side does all the time is told once for each connection", () => {
    const session = accepted()
    const counted = (id: number) =>
      session.answer(
        "csms",
        session.call("station", "Heartbeat", { customData: { vendorId: "a.b", id: session.at } }, `${id}`),
        {
          currentTime: session.now
        }
      )
    for (const id of [1, 2, 3]) counted(id)
    session.event("close", 1006).wait(20).event("open")
    for (const id of [1, 2, 3]) counted(id)
    assert.deepStrictEqual(found(session), ["6 note G02.FR.01", "12 warning R-095", "14 note G02.FR.01"])
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
