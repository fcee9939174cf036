/** What is answered when no handler decides, and what the standard fixes whatever a handler says. */
import { assert, describe, it } from "@effect/vitest"
import { ocpp201 } from "../../src/protocol/V201.ts"
import type { AnswerContext } from "../../src/rpc/Protocol.ts"

const currentTime = "2026-01-01T00:00:00Z"

/** The default answer to a request, and whether its schema allows it. */
const answer = (action: string, because: AnswerContext["because"], request: object = {}): object | undefined =>
  ocpp201.actions.get(action)?.defaultAnswer?.(request as never, {
    because,
    currentTime,
    heartbeatInterval: 300,
    retryInterval: 60
  })

const both = ["unhandled", "failed"] as const
const eventTypes = ["Started", "Updated", "Ended"] as const

const transactionEvent = (eventType: string, type?: string): object => ({
  eventType,
  timestamp: currentTime,
  triggerReason: "Authorized",
  seqNo: 0,
  transactionInfo: { transactionId: "t" },
  ...(type === undefined ? {} : { idToken: { idToken: type === "NoAuthorization" ? "" : "1", type } })
})

const amend = (request: object, response: object): object | string | undefined =>
  ocpp201.actions.get("TransactionEvent")?.amend?.(request as never, response as never)

describe("default answers", () => {
  it("R-111: every default answer keeps to its schema, whatever it stands in for", () => {
    const requests: Readonly<Record<string, ReadonlyArray<object>>> = {
      TransactionEvent: eventTypes.flatMap((eventType) =>
        [undefined, "NoAuthorization", "ISO14443"].map((type) => transactionEvent(eventType, type))
      )
    }
    for (const { action, sentBy, validateResponse } of ocpp201.actions.values()) {
      if (sentBy === "csms") continue
      for (const because of both)
        for (const request of requests[action] ?? [{}]) {
          const response = answer(action, because, request)
          if (action === "DataTransfer" && because === "failed") assert.isUndefined(response)
          else assert.isTrue(validateResponse(response), `${action} ${because}`)
        }
    }
  })

  it("R-111: notifications are acknowledged with an empty response, also when a handler has failed", () => {
    const empty = [
      "ClearedChargingLimit",
      "FirmwareStatusNotification",
      "LogStatusNotification",
      "MeterValues",
      "NotifyChargingLimit",
      "NotifyCustomerInformation",
      "NotifyDisplayMessages",
      "NotifyEvent",
      "NotifyMonitoringReport",
      "NotifyReport",
      "PublishFirmwareStatusNotification",
      "ReportChargingProfiles",
      "ReservationStatusUpdate",
      "SecurityEventNotification",
      "StatusNotification"
    ]
    for (const action of empty) for (const because of both) assert.deepStrictEqual(answer(action, because), {}, action)
  })

  it("C-2: a token nobody decides on is Unknown, never Accepted", () => {
    for (const because of both)
      assert.deepStrictEqual(answer("Authorize", because), { idTokenInfo: { status: "Unknown" } })
  })

  it("LC-1: a boot nobody decides on is Accepted; one whose handler has failed is Pending", () => {
    assert.deepStrictEqual(answer("BootNotification", "unhandled"), { status: "Accepted", currentTime, interval: 300 })
    assert.deepStrictEqual(answer("BootNotification", "failed"), { status: "Pending", currentTime, interval: 60 })
  })

  it("G-4, R-175: a Heartbeat is answered with the CSMS time", () => {
    for (const because of both) assert.deepStrictEqual(answer("Heartbeat", because), { currentTime })
  })

  it("R-203: DataTransfer of a vendor nobody knows is UnknownVendorId; a handler that fails leaves InternalError", () => {
    assert.deepStrictEqual(answer("DataTransfer", "unhandled"), { status: "UnknownVendorId" })
    assert.isUndefined(answer("DataTransfer", "failed"))
  })

  it("A-17, K-43: requests nobody decides on are turned down, an EV schedule is not", () => {
    for (const because of both) {
      assert.deepStrictEqual(answer("SignCertificate", because), { status: "Rejected" })
      assert.deepStrictEqual(answer("NotifyEVChargingNeeds", because), { status: "Rejected" })
      assert.deepStrictEqual(answer("NotifyEVChargingSchedule", because), { status: "Accepted" })
      assert.deepStrictEqual(answer("GetCertificateStatus", because), { status: "Failed" })
      assert.deepStrictEqual(answer("Get15118EVCertificate", because), { status: "Failed", exiResponse: "" })
    }
  })
})

describe("default answers to a TransactionEvent", () => {
  it("E-2: without a token there is no verdict", () => {
    for (const because of both)
      for (const eventType of eventTypes)
        assert.deepStrictEqual(answer("TransactionEvent", because, transactionEvent(eventType)), {})
  })

  it("C-10: a token of type NoAuthorization is Accepted", () => {
    for (const because of both)
      for (const eventType of eventTypes)
        assert.deepStrictEqual(answer("TransactionEvent", because, transactionEvent(eventType, "NoAuthorization")), {
          idTokenInfo: { status: "Accepted" }
        })
  })

  it("E-4: any other token is Accepted at the end of a transaction, and Unknown before", () => {
    for (const because of both)
      assert.deepStrictEqual(
        eventTypes.map((eventType) => answer("TransactionEvent", because, transactionEvent(eventType, "ISO14443"))),
        [
          { idTokenInfo: { status: "Unknown" } },
          { idTokenInfo: { status: "Unknown" } },
          { idTokenInfo: { status: "Accepted", cacheExpiryDateTime: currentTime } }
        ]
      )
  })
})

describe("what the standard fixes in the answer to a TransactionEvent", () => {
  const blocked = { idTokenInfo: { status: "Blocked" } }

  it("E-2: without a token asked about, a verdict is taken out, and the rest stays", () => {
    assert.deepStrictEqual(amend(transactionEvent("Updated"), { ...blocked, totalCost: 0, chargingPriority: 1 }), {
      totalCost: 0,
      chargingPriority: 1
    })
  })

  it("C-10: NoAuthorization is Accepted whatever a handler says, and the rest stays", () => {
    const request = transactionEvent("Started", "NoAuthorization")
    const accepted = { idTokenInfo: { status: "Accepted" } }
    assert.deepStrictEqual(amend(request, { ...blocked, totalCost: 0 }), { ...accepted, totalCost: 0 })
    assert.deepStrictEqual(amend(request, {}), accepted)
  })

  it("E-2: with a token asked about, an answer without a verdict cannot be sent", () => {
    assert.isString(amend(transactionEvent("Started", "ISO14443"), {}))
  })

  it("E-2, C-10: an answer that is right is the same object", () => {
    const accepted = { idTokenInfo: { status: "Accepted", cacheExpiryDateTime: currentTime } }
    const cost = { totalCost: 1 }
    assert.strictEqual(amend(transactionEvent("Started", "ISO14443"), blocked), blocked)
    assert.strictEqual(amend(transactionEvent("Started", "NoAuthorization"), accepted), accepted)
    assert.strictEqual(amend(transactionEvent("Updated"), cost), cost)
  })

  it("E-2, C-10, M-1, M-9: only answers that hold a verdict on a token, and those about certificates, are put right", () => {
    const amended = [...ocpp201.actions.values()].filter((rule) => rule.amend !== undefined)
    assert.deepStrictEqual(
      amended.map(({ action }) => action),
      ["Authorize", "Get15118EVCertificate", "GetCertificateStatus", "TransactionEvent"]
    )
  })
})
