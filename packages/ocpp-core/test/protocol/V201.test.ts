import { assert, describe, it } from "@effect/vitest"
import { ocpp201 } from "../../src/protocol/V201.ts"
import type { ActionRule, PendingRule } from "../../src/rpc/Protocol.ts"

/** Action, who sends it, and when it may pass while the station is Pending. The facts of OCPP 2.0.1, edition 3. */
const facts: ReadonlyArray<readonly [action: string, sentBy: ActionRule["sentBy"], pending: PendingRule]> = [
  ["Authorize", "station", "never"],
  ["BootNotification", "station", "boot"],
  ["CancelReservation", "csms", "never"],
  ["CertificateSigned", "csms", "a02-continuation"],
  ["ChangeAvailability", "csms", "never"],
  ["ClearCache", "csms", "never"],
  ["ClearChargingProfile", "csms", "never"],
  ["ClearDisplayMessage", "csms", "never"],
  ["ClearVariableMonitoring", "csms", "never"],
  ["ClearedChargingLimit", "station", "never"],
  ["CostUpdated", "csms", "never"],
  ["CustomerInformation", "csms", "never"],
  ["DataTransfer", "both", "never"],
  ["DeleteCertificate", "csms", "never"],
  ["FirmwareStatusNotification", "station", "only-if-triggered"],
  ["Get15118EVCertificate", "station", "never"],
  ["GetBaseReport", "csms", "cmd-allowed"],
  ["GetCertificateStatus", "station", "never"],
  ["GetChargingProfiles", "csms", "never"],
  ["GetCompositeSchedule", "csms", "never"],
  ["GetDisplayMessages", "csms", "never"],
  ["GetInstalledCertificateIds", "csms", "never"],
  ["GetLocalListVersion", "csms", "never"],
  ["GetLog", "csms", "never"],
  ["GetMonitoringReport", "csms", "never"],
  ["GetReport", "csms", "cmd-allowed"],
  ["GetTransactionStatus", "csms", "never"],
  ["GetVariables", "csms", "cmd-allowed"],
  ["Heartbeat", "station", "only-if-triggered"],
  ["InstallCertificate", "csms", "never"],
  ["LogStatusNotification", "station", "only-if-triggered"],
  ["MeterValues", "station", "only-if-triggered"],
  ["NotifyChargingLimit", "station", "never"],
  ["NotifyCustomerInformation", "station", "never"],
  ["NotifyDisplayMessages", "station", "never"],
  ["NotifyEVChargingNeeds", "station", "never"],
  ["NotifyEVChargingSchedule", "station", "never"],
  ["NotifyEvent", "station", "never"],
  ["NotifyMonitoringReport", "station", "never"],
  ["NotifyReport", "station", "only-as-report"],
  ["PublishFirmware", "csms", "never"],
  ["PublishFirmwareStatusNotification", "station", "only-if-triggered"],
  ["ReportChargingProfiles", "station", "never"],
  ["RequestStartTransaction", "csms", "never"],
  ["RequestStopTransaction", "csms", "never"],
  ["ReservationStatusUpdate", "station", "never"],
  ["ReserveNow", "csms", "never"],
  ["Reset", "csms", "never"],
  ["SecurityEventNotification", "station", "never"],
  ["SendLocalList", "csms", "never"],
  ["SetChargingProfile", "csms", "never"],
  ["SetDisplayMessage", "csms", "never"],
  ["SetMonitoringBase", "csms", "never"],
  ["SetMonitoringLevel", "csms", "never"],
  ["SetNetworkProfile", "csms", "never"],
  ["SetVariableMonitoring", "csms", "never"],
  ["SetVariables", "csms", "cmd-allowed"],
  ["SignCertificate", "station", "only-if-triggered"],
  ["StatusNotification", "station", "only-if-triggered"],
  ["TransactionEvent", "station", "only-if-triggered"],
  ["TriggerMessage", "csms", "cmd-allowed"],
  ["UnlockConnector", "csms", "never"],
  ["UnpublishFirmware", "csms", "never"],
  ["UpdateFirmware", "csms", "never"]
]

const rules = [...ocpp201.actions.values()]

/** Actions for which this holds, in the order of the alphabet. */
const which = (holds: (rule: ActionRule) => boolean): ReadonlyArray<string> =>
  rules
    .filter((rule) => holds(rule))
    .map(({ action }) => action)
    .toSorted()

describe("the actions of 2.0.1", () => {
  it("R-006: it is spoken as ocpp2.0.1", () => {
    assert.strictEqual(ocpp201.subprotocol, "ocpp2.0.1")
  })

  it("R-122: there are 64: 25 a station may send, 40 a CSMS may send, DataTransfer both", () => {
    assert.strictEqual(ocpp201.actions.size, 64)
    assert.lengthOf(
      which(({ sentBy }) => sentBy !== "csms"),
      25
    )
    assert.lengthOf(
      which(({ sentBy }) => sentBy !== "station"),
      40
    )
    assert.deepStrictEqual(
      which(({ sentBy }) => sentBy === "both"),
      ["DataTransfer"]
    )
  })

  it("R-150, R-155, B02.FR.01, B02.FR.02: who may send what, and what passes while Pending", () => {
    const table = rules.map(({ action, pending, sentBy }) => [action, sentBy, pending] as const)
    assert.deepStrictEqual(
      table.toSorted(([a], [b]) => (a < b ? -1 : 1)),
      Array.from(facts).toSorted(([a], [b]) => (a < b ? -1 : 1))
    )
  })

  it("R-075: an action is found under its own name only", () => {
    for (const name of ["heartbeat", "HeartbeatRequest", "constructor", "__proto__", ""])
      assert.isUndefined(ocpp201.actions.get(name))
    for (const [name, { action }] of ocpp201.actions) assert.strictEqual(name, action)
  })

  it("R-120: each action has the validators of its own schemas", () => {
    const valid = {
      Heartbeat: [{}, { currentTime: "2026-01-01T00:00:00Z" }],
      Reset: [{ type: "Immediate" }, { status: "Accepted" }],
      Authorize: [{ idToken: { idToken: "1", type: "Local" } }, { idTokenInfo: { status: "Accepted" } }]
    } as const
    for (const [action, [request, response]] of Object.entries(valid)) {
      const rule = ocpp201.actions.get(action)
      assert.deepStrictEqual([rule?.validateRequest(request), rule?.validateResponse(response)], [true, true])
      assert.deepStrictEqual([rule?.validateRequest({ more: 1 }), rule?.validateResponse({ more: 1 })], [false, false])
    }
  })
})

describe("who decides, and how", () => {
  it("R-111: an answer of these holds a decision; all others are the same whatever a handler says", () => {
    assert.deepStrictEqual(
      which(({ decides, sentBy }) => decides && sentBy !== "csms"),
      [
        "Authorize",
        "BootNotification",
        "DataTransfer",
        "Get15118EVCertificate",
        "GetCertificateStatus",
        "NotifyEVChargingNeeds",
        "NotifyEVChargingSchedule",
        "SignCertificate",
        "TransactionEvent"
      ]
    )
  })

  it("R-141, E-1, C-1, LC-1, J-1, B-13: no CALLERROR for a TransactionEvent, a boot, a token or a notification", () => {
    assert.deepStrictEqual(
      which(({ refusable }) => refusable),
      [
        "DataTransfer",
        "Get15118EVCertificate",
        "GetCertificateStatus",
        "NotifyEVChargingNeeds",
        "NotifyEVChargingSchedule",
        "SignCertificate"
      ]
    )
  })

  it("R-096: BootNotification and Heartbeat are never answered from memory, everything else is", () => {
    assert.deepStrictEqual(
      which(({ repeatable }) => !repeatable),
      ["BootNotification", "Heartbeat"]
    )
  })

  it("R-111: every action of a station has a default answer", () => {
    assert.deepStrictEqual(
      which(({ defaultAnswer }) => defaultAnswer === undefined),
      which(({ sentBy }) => sentBy === "csms")
    )
  })
})

describe("what a CALL of ours brings", () => {
  it("F06, B02.FR.02: TriggerMessage brings the message it asks for", () => {
    const brought = {
      BootNotification: "BootNotification",
      LogStatusNotification: "LogStatusNotification",
      FirmwareStatusNotification: "FirmwareStatusNotification",
      Heartbeat: "Heartbeat",
      MeterValues: "MeterValues",
      SignChargingStationCertificate: "SignCertificate",
      SignV2GCertificate: "SignCertificate",
      SignCombinedCertificate: "SignCertificate",
      StatusNotification: "StatusNotification",
      TransactionEvent: "TransactionEvent",
      PublishFirmwareStatusNotification: "PublishFirmwareStatusNotification"
    }
    for (const [requestedMessage, action] of Object.entries(brought))
      assert.deepStrictEqual(ocpp201.expects("TriggerMessage", { requestedMessage }), { action })
  })

  it("LC-7: TriggerMessage for one EVSE brings a message of that EVSE, 0 included", () => {
    for (const id of [0, 1])
      assert.deepStrictEqual(
        ocpp201.expects("TriggerMessage", { requestedMessage: "StatusNotification", evse: { id, connectorId: 1 } }),
        { action: "StatusNotification", evseId: id }
      )
  })

  it("B02.FR.02: nothing else brings anything that may pass the gate, but a report, which is a job", () => {
    const brings = which(
      ({ action }) => ocpp201.expects(action, { requestId: 1, requestedMessage: "Heartbeat" }) !== undefined
    )
    assert.deepStrictEqual(brings, ["TriggerMessage"])
  })

  it("B11, B12: an accepted or scheduled Reset of the whole station is a reboot to come", () => {
    const reset = (status: string, evseId?: number) => ocpp201.resets("Reset", { type: "OnIdle", evseId }, { status })
    assert.deepStrictEqual(
      ["Accepted", "Scheduled", "Rejected"].map((status) => reset(status)),
      ["ResetAccepted", "ResetScheduled", undefined]
    )
    for (const status of ["Accepted", "Scheduled"]) assert.isUndefined(reset(status, 1)) // B11.FR.08
    assert.isUndefined(ocpp201.resets("ClearCache", {}, { status: "Accepted" }))
  })
})
