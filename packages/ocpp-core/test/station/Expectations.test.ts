import { assert, describe, it } from "@effect/vitest"
import { add, type Expectations, none, use, withdraw } from "../../src/station/Expectations.ts"
import { ocpp201 } from "../../src/protocol/V201.ts"

const lifetime = 60_000

/** What a TriggerMessage brings when it is sent at time 0. */
const after = (action: string, request: unknown, callId = "c1", list: Expectations = none): Expectations => {
  const expected = ocpp201.expects(action, request)
  return expected === undefined ? list : add(list, callId, expected, lifetime)
}

const triggered = (requestedMessage: string, evse?: { readonly id: number; readonly connectorId?: number }) =>
  after("TriggerMessage", { requestedMessage, ...(evse !== undefined && { evse }) })

/** Sends messages one after the other; says which got through. */
const through = (
  list: Expectations,
  ...messages: ReadonlyArray<readonly [action: string, payload: unknown, at?: number]>
): { readonly passed: ReadonlyArray<boolean>; readonly left: Expectations } => {
  const passed: Array<boolean> = []
  let left = list
  for (const [action, payload, at = 1000] of messages) {
    const rest = use(left, action, payload, at)
    passed.push(rest !== undefined)
    left = rest ?? left
  }
  return { passed, left }
}

const status = (evseId: number) => ["StatusNotification", { evseId, connectorId: 1 }] as const

describe("Expectations, triggered messages", () => {
  it("LC-6: nothing is expected that was not asked for", () => {
    assert.deepStrictEqual(through(none, ["Heartbeat", {}], status(1)).passed, [false, false])
  })

  it.each([
    ["LogStatusNotification", "LogStatusNotification"],
    ["FirmwareStatusNotification", "FirmwareStatusNotification"],
    ["Heartbeat", "Heartbeat"],
    ["MeterValues", "MeterValues"],
    ["SignChargingStationCertificate", "SignCertificate"],
    ["SignV2GCertificate", "SignCertificate"],
    ["SignCombinedCertificate", "SignCertificate"],
    ["StatusNotification", "StatusNotification"],
    ["TransactionEvent", "TransactionEvent"],
    ["PublishFirmwareStatusNotification", "PublishFirmwareStatusNotification"]
  ])("F06, B02.FR.02: TriggerMessage(%s) lets one %s through", (requestedMessage, action) => {
    const { passed, left } = through(triggered(requestedMessage), [action, {}], [action, {}])
    assert.deepStrictEqual(passed, [true, false])
    assert.strictEqual(left, none)
  })

  it("F06: it lets no other message through", () => {
    const { passed, left } = through(triggered("Heartbeat"), status(1), ["MeterValues", { evseId: 1 }])
    assert.deepStrictEqual(passed, [false, false])
    assert.strictEqual(left.length, 1)
  })

  it("LC-7, F06.FR.11: with an EVSE, one message of that EVSE", () => {
    assert.deepStrictEqual(through(triggered("MeterValues", { id: 2 }), ["MeterValues", { evseId: 1 }]).passed, [false])
    const list = triggered("StatusNotification", { id: 2, connectorId: 1 })
    assert.deepStrictEqual(through(list, status(1), status(2), status(2)).passed, [false, true, false])
  })

  it("LC-7: without an EVSE, one message of each EVSE", () => {
    const { passed } = through(triggered("StatusNotification"), status(1), status(2), status(1), status(2), status(3))
    assert.deepStrictEqual(passed, [true, true, false, false, true])
  })

  it("ST-7, LC-7: EVSE 0 is an EVSE like the others", () => {
    const meter = (evseId: number) => ["MeterValues", { evseId }] as const
    assert.deepStrictEqual(through(triggered("MeterValues", { id: 0 }), meter(1), meter(0)).passed, [false, true])
    assert.deepStrictEqual(through(triggered("MeterValues"), meter(0), meter(0), meter(1)).passed, [true, false, true])
  })

  it("LC-7: the EVSE of a TransactionEvent is in its evse", () => {
    const event = (id: number) => ["TransactionEvent", { evse: { id, connectorId: 1 } }] as const
    assert.deepStrictEqual(through(triggered("TransactionEvent", { id: 1 }), event(2), event(1)).passed, [false, true])
    assert.deepStrictEqual(through(triggered("TransactionEvent"), event(1), event(2), event(1)).passed, [
      true,
      true,
      false
    ])
  })

  it("LC-7, F06.FR.11: a message that may leave out its EVSE uses up the exemption of one", () => {
    const anonymous = ["TransactionEvent", { eventType: "Updated" }] as const
    assert.deepStrictEqual(through(triggered("TransactionEvent", { id: 1 }), anonymous, anonymous).passed, [
      true,
      false
    ])
  })

  it("LC-7: two requests are two exemptions", () => {
    const twice = after("TriggerMessage", { requestedMessage: "Heartbeat" }, "c2", triggered("Heartbeat"))
    const heartbeat = ["Heartbeat", {}] as const
    assert.deepStrictEqual(through(twice, heartbeat, heartbeat, heartbeat).passed, [true, true, false])
  })

  it("LC-7: an exemption expires", () => {
    assert.deepStrictEqual(through(triggered("Heartbeat"), ["Heartbeat", {}, lifetime - 1]).passed, [true])
    assert.deepStrictEqual(through(triggered("Heartbeat"), ["Heartbeat", {}, lifetime]).passed, [false])
  })

  it("LC-7: what has expired goes with the next message that gets through", () => {
    const expected = ocpp201.expects("TriggerMessage", { requestedMessage: "MeterValues" })
    assert.isDefined(expected)
    const list = expected === undefined ? none : add(triggered("Heartbeat"), "c2", expected, 2 * lifetime)
    const { passed, left } = through(list, ["MeterValues", { evseId: 1 }, lifetime])
    assert.deepStrictEqual(passed, [true])
    assert.deepStrictEqual(
      left.map(({ action }) => action),
      ["MeterValues"]
    )
  })
})

describe("Expectations, withdrawn", () => {
  it("LC-6: what a CALL brought goes with it, the rest stays", () => {
    const both = after("TriggerMessage", { requestedMessage: "MeterValues" }, "c2", triggered("Heartbeat"))
    const meter = ["MeterValues", { evseId: 1 }] as const
    assert.deepStrictEqual(through(withdraw(both, "c1"), ["Heartbeat", {}], meter).passed, [false, true])
    assert.strictEqual(withdraw(withdraw(both, "c1"), "c2"), none)
    assert.deepStrictEqual(withdraw(both, "c3"), both)
  })

  it("LC-6: other CALLs bring nothing", () => {
    for (const action of ["Reset", "GetVariables", "GetBaseReport", "CertificateSigned", "GetMonitoringReport"])
      assert.strictEqual(after(action, { requestId: 1 }), none, action)
  })

  it("no list is ever changed", () => {
    const list = Object.freeze([...triggered("StatusNotification")])
    use(list, "StatusNotification", { evseId: 1 }, 0)
    add(list, "c2", { action: "Heartbeat" }, lifetime)
    withdraw(list, "c1")
    assert.deepStrictEqual([...list], [...triggered("StatusNotification")])
  })
})
