/** Each way to break a rule, and the finding that must come of it. */
import { assert, describe, it } from "@effect/vitest"
import { lint } from "../../src/lint/Lint.ts"
import { accepted, Session } from "./session.support.ts"

/** Title, expected `severity rule`, how to get there. */
type Mutation = readonly [title: string, expected: string, log: () => Session]

const started = (session: Session, overrides: object, response?: object) =>
  session.transactionEvent("t", 0, "Started", overrides, response)

const limit = (profile: object, evseId = 1) => ({
  evseId,
  chargingProfile: {
    id: 1,
    stackLevel: 0,
    chargingProfilePurpose: "TxDefaultProfile",
    chargingProfileKind: "Absolute",
    chargingSchedule: [
      {
        id: 1,
        startSchedule: "2026-01-01T00:00:00Z",
        chargingRateUnit: "W",
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }]
      }
    ],
    ...profile
  }
})

const frames: ReadonlyArray<Mutation> = [
  ["not JSON", "error R-070", () => accepted().text("station", "[2,")],
  ["no array", "error R-070", () => accepted().text("station", "{}")],
  ["an empty message", "warning R-080", () => accepted().text("station", "")],
  ["an unknown message type", "error R-070", () => accepted().text("station", '[7,"1","Heartbeat",{}]')],
  ["a numeric id", "error R-090", () => accepted().text("station", '[2,1,"Heartbeat",{}]')],
  ["an id of 37 characters", "error R-090", () => accepted().text("station", `[2,"${"x".repeat(37)}","Heartbeat",{}]`)],
  ["a CALL of three elements", "error R-071", () => accepted().text("station", '[2,"1","Heartbeat"]')],
  [
    "a CALLRESULT of four elements",
    "error R-072",
    () => {
      const session = accepted()
      return session.text(
        "csms",
        `[3,"${session.call("station", "Heartbeat", {})}",{"currentTime":"${session.now}"},{}]`
      )
    }
  ],
  [
    "a short CALLERROR",
    "error R-073",
    () => {
      const session = accepted()
      return session.text("csms", `[4,"${session.call("station", "Heartbeat", {})}","InternalError"]`)
    }
  ],
  [
    "a long errorDescription",
    "error R-074",
    () => {
      const session = accepted()
      return session.text(
        "csms",
        JSON.stringify([4, session.call("station", "Heartbeat", {}), "InternalError", "x".repeat(256), {}])
      )
    }
  ],
  [
    "a code of 1.6",
    "error R-143",
    () => {
      const session = accepted()
      return session.text(
        "csms",
        JSON.stringify([4, session.call("station", "Heartbeat", {}), "FormationViolation", "", {}])
      )
    }
  ],
  [
    "a null payload",
    "warning R-077",
    () => {
      const session = accepted().text("station", '[2,"n","Heartbeat",null]')
      return session.answer("csms", "n", { currentTime: session.now })
    }
  ],
  [
    "a message of more than 1 MiB",
    "note R-012",
    () =>
      accepted().ask(
        "DataTransfer",
        { vendorId: "com.example", data: "x".repeat(1_100_000) },
        { status: "UnknownVendorId" }
      )
  ],
  ["a payload that is a list", "error R-076", () => accepted().text("station", '[2,"1","Heartbeat",[]]')]
]

const calls: ReadonlyArray<Mutation> = [
  ["an action with Request", "error R-075", () => accepted().text("station", '[2,"1","HeartbeatRequest",{}]')],
  ["an action of 1.6", "error R-075", () => accepted().text("station", '[2,"1","StartTransaction",{}]')],
  [
    "a station that resets the CSMS",
    "error R-151",
    () => accepted().text("station", '[2,"1","Reset",{"type":"OnIdle"}]')
  ],
  ["an unknown field", "error R-120", () => accepted().text("station", '[2,"1","Heartbeat",{"a":1}]')],
  [
    "a second CALL at once",
    "error R-100",
    () => {
      const session = accepted()
      session.call("station", "Heartbeat", {})
      session.call("station", "Heartbeat", {})
      return session
    }
  ],
  [
    "a second CALL of the CSMS at once",
    "error R-100",
    () => {
      const session = accepted()
      session.call("csms", "ClearCache", {})
      session.call("csms", "ClearCache", {})
      return session
    }
  ],
  [
    "an id of the CSMS used twice",
    "error R-091",
    () => {
      const session = accepted()
      for (const payload of [{ type: "OnIdle" }, { type: "Immediate" }])
        session.answer("station", session.call("csms", "Reset", payload, "same"), { status: "Rejected" })
      return session
    }
  ],
  [
    "an id of the station used twice",
    "error R-095",
    () => {
      const session = accepted()
      for (const _ of [1, 2])
        session.answer("csms", session.call("station", "Heartbeat", {}, "same"), { currentTime: session.now })
      return session
    }
  ],
  [
    "more fractional digits than three",
    "error R-126",
    () =>
      accepted().ask("StatusNotification", {
        timestamp: "2026-01-01T00:00:00.1234567Z",
        connectorStatus: "Available",
        evseId: 1,
        connectorId: 1
      })
  ],
  [
    "more decimals than six",
    "error R-127",
    () => accepted().order("CostUpdated", { totalCost: 0.1234567, transactionId: "t" }, {})
  ],
  [
    "more than 32 bits",
    "error R-128",
    () => accepted().order("CancelReservation", { reservationId: 3_000_000_000 }, { status: "Rejected" })
  ],
  [
    "an empty object",
    "error R-123",
    () =>
      accepted().ask(
        "BootNotification",
        { reason: "Triggered", chargingStation: { model: "M", vendorName: "V", modem: {} } },
        { status: "Accepted", interval: 300, currentTime: "2026-01-01T00:00:00Z" }
      )
  ]
]

const answers: ReadonlyArray<Mutation> = [
  ["an id nobody used", "error R-103", () => accepted().answer("csms", "nobody", {})],
  [
    "a second answer",
    "error R-111",
    () => {
      const session = accepted()
      const id = session.call("station", "StatusNotification", {
        timestamp: session.now,
        connectorStatus: "Available",
        evseId: 1,
        connectorId: 1
      })
      return session.answer("csms", id, {}).answer("csms", id, {})
    }
  ],
  [
    "an answer to an own CALL",
    "error R-147",
    () => {
      const session = accepted()
      return session.text(
        "station",
        JSON.stringify([4, session.call("station", "Heartbeat", {}), "SecurityError", "", {}])
      )
    }
  ],
  [
    "an id in another case",
    "error R-092",
    () => {
      const session = accepted()
      session.call("station", "Heartbeat", {}, "abc")
      return session.answer("csms", "ABC", { currentTime: session.now })
    }
  ],
  [
    "a late answer",
    "warning R-161",
    () => {
      const session = accepted()
      const id = session.call("csms", "ClearCache", {})
      session.wait(31).order("GetLocalListVersion", {}, { versionNumber: 0 })
      return session.answer("station", id, { status: "Accepted" })
    }
  ],
  ["an id of -1 for nothing", "warning R-145", () => accepted().text("csms", '[4,"-1","RpcFrameworkError","",{}]')],
  ["an answer the schema forbids", "error R-120", () => accepted().ask("Heartbeat", {}, {})],
  ["an unknown action that is accepted", "error R-140", () => accepted().ask("Hartbeat", {}, {})],
  [
    "NotSupported for an unknown action",
    "warning R-143",
    () => {
      const session = accepted()
      return session.text("csms", JSON.stringify([4, session.call("station", "Hartbeat", {}), "NotSupported", "", {}]))
    }
  ],
  [
    "NotImplemented for a known action",
    "warning R-143",
    () => {
      const session = accepted()
      return session.text(
        "station",
        JSON.stringify([4, session.call("csms", "ClearCache", {}), "NotImplemented", "", {}])
      )
    }
  ],
  [
    "a valid CALL refused for its form",
    "warning R-140",
    () => {
      const session = accepted()
      return session.text(
        "csms",
        JSON.stringify([4, session.call("station", "Heartbeat", {}), "FormatViolation", "", {}])
      )
    }
  ],
  [
    "a message type that is accepted",
    "error R-148",
    () => accepted().text("station", '[9,"z",{}]').text("csms", '[4,"z","GenericError","",{}]')
  ],
  [
    "fewer results than items",
    "error B06.FR.01",
    () => {
      const item = { component: { name: "C" }, variable: { name: "V" } }
      return accepted().order(
        "GetVariables",
        { getVariableData: [item, item] },
        { getVariableResult: [{ attributeStatus: "Rejected", ...item }] }
      )
    }
  ],
  [
    "no idTokenInfo for an idToken",
    "error E01.FR.12",
    () => started(accepted(), { triggerReason: "Authorized", idToken: { idToken: "A", type: "ISO14443" } })
  ],
  ["a chargingPriority that there is not", "error E-8", () => started(accepted(), {}, { chargingPriority: 10 })],
  [
    "an idTokenInfo nobody asked for",
    "warning E-2",
    () => started(accepted(), {}, { idTokenInfo: { status: "Accepted" } })
  ],
  [
    "a refused start button",
    "error C02.FR.02",
    () =>
      started(accepted(), { idToken: { idToken: "", type: "NoAuthorization" } }, { idTokenInfo: { status: "Invalid" } })
  ],
  [
    "a TransactionEvent that is refused",
    "warning R-191",
    () => {
      const session = accepted()
      const event = {
        eventType: "Updated",
        timestamp: session.now,
        seqNo: 0,
        triggerReason: "Trigger",
        offline: true,
        transactionInfo: { transactionId: "t" }
      }
      return session.text(
        "csms",
        JSON.stringify([4, session.call("station", "TransactionEvent", event), "InternalError", "", {}])
      )
    }
  ],
  [
    "no answer at all",
    "warning R-104",
    () => {
      const session = accepted()
      session.call("csms", "ClearCache", {})
      return session.wait(40).heartbeat()
    }
  ],
  [
    "no answer until the connection is closed",
    "warning R-104",
    () => {
      const session = accepted()
      session.call("csms", "ClearCache", {})
      return session.wait(45).event("close", 1006)
    }
  ],
  [
    "an answer after the timeout, with nothing in between",
    "warning R-104",
    () => {
      const session = accepted()
      const id = session.call("csms", "ClearCache", {})
      return session.wait(45).answer("station", id, { status: "Accepted" })
    }
  ],
  [
    "a result for another variable",
    "error B06.FR.01",
    () =>
      accepted().order(
        "GetVariables",
        { getVariableData: [{ component: { name: "C" }, variable: { name: "V" } }] },
        {
          getVariableResult: [
            { attributeStatus: "UnknownComponent", component: { name: "D" }, variable: { name: "V" } }
          ]
        }
      )
  ],
  [
    "an ongoingIndicator about no transaction",
    "error E14.FR.06",
    () => accepted().order("GetTransactionStatus", {}, { messagesInQueue: false, ongoingIndicator: true })
  ],
  [
    "no ongoingIndicator about a transaction",
    "error E14.FR.02",
    () => accepted().order("GetTransactionStatus", { transactionId: "t" }, { messagesInQueue: false })
  ]
]

const reset = (session: Session): Session => session.order("Reset", { type: "Immediate" }, { status: "Accepted" })

const reserve = (session: Session, expiryDateTime: string): Session =>
  session.order(
    "ReserveNow",
    { id: 1, expiryDateTime, idToken: { idToken: "A", type: "ISO14443" }, evseId: 1 },
    { status: "Accepted" }
  )

const outcomes: ReadonlyArray<Mutation> = [
  ["no status after a boot", "warning B01.FR.05", () => accepted().wait(100).heartbeat()],
  [
    "a status for one of two connectors after a second boot",
    "warning B01.FR.05",
    () =>
      accepted().status(1).status(2).event("close", 1006).wait(60).event("open").boot().status(1).wait(100).heartbeat()
  ],
  [
    "a Reset without a reboot",
    "warning B11.FR.03",
    () => reset(accepted().status()).wait(290).heartbeat().wait(290).heartbeat()
  ],
  [
    "a Reset, and no BootNotification after it",
    "warning B11.FR.03",
    () => reset(accepted().status()).event("close", 1000).wait(60).event("open").heartbeat()
  ],
  [
    "a remote stop without its event",
    "warning F03.FR.02",
    () =>
      started(accepted().status(), {})
        .order("RequestStopTransaction", { transactionId: "t" }, { status: "Accepted" })
        .wait(100)
        .heartbeat()
  ],
  [
    "a reservation that expires silently",
    "warning H04.FR.01",
    () => reserve(accepted().status(), "2026-01-01T00:05:00Z").wait(280).heartbeat().wait(280).heartbeat()
  ],
  ["a reservation in the past", "warning H-3", () => reserve(accepted(), "2025-01-01T00:00:00Z")]
]

const lifecycle: ReadonlyArray<Mutation> = [
  ["an identity with a space", "warning R-023", () => new Session("RDAM 123").event("open").boot()],
  ["a Pending station that talks", "error B02.FR.02", () => new Session().event("open").boot("Pending").heartbeat()],
  ["a Rejected station that talks", "error B03.FR.02", () => new Session().event("open").boot("Rejected").heartbeat()],
  [
    "a Pending station that is served",
    "error B01.FR.10",
    () => new Session().event("open").boot("Pending").heartbeat()
  ],
  [
    "a Pending station refused with another code",
    "error B01.FR.10",
    () => {
      const session = new Session().event("open").boot("Pending")
      return session.text("csms", JSON.stringify([4, session.call("station", "Heartbeat", {}), "NotSupported", "", {}]))
    }
  ],
  [
    "a Pending station that is commanded",
    "error B02.FR.01",
    () => new Session().event("open").boot("Pending").order("Reset", { type: "OnIdle" }, { status: "Accepted" })
  ],
  [
    "a Rejected station that is commanded",
    "error B03.FR.03",
    () => new Session().event("open").boot("Rejected").order("ClearCache", {}, { status: "Accepted" })
  ],
  [
    "a Rejected station that obeys",
    "error B03.FR.08",
    () => new Session().event("open").boot("Rejected").order("ClearCache", {}, { status: "Accepted" })
  ],
  [
    "a Pending station that starts remotely",
    "error B02.FR.05",
    () =>
      new Session()
        .event("open")
        .boot("Pending")
        .order("RequestStopTransaction", { transactionId: "t" }, { status: "Accepted" })
  ],
  ["a boot before its time", "error B02.FR.04", () => new Session().event("open").boot("Pending", 60).wait(10).boot()],
  [
    "a boot before its time, after Rejected",
    "error B03.FR.06",
    () => new Session().event("open").boot("Rejected", 60).wait(10).boot()
  ],
  [
    "a Pending station that is cut off",
    "warning B02.FR.06",
    () => new Session().event("open").boot("Pending").event("close", 1000)
  ],
  [
    "a CALL before the boot is answered",
    "warning R-155",
    () => {
      const session = new Session().event("open")
      session.call("station", "BootNotification", {
        reason: "PowerUp",
        chargingStation: { model: "M", vendorName: "V" }
      })
      session.call("csms", "ClearCache", {})
      return session
    }
  ],
  ["a boot that nobody triggered", "warning F06.FR.09", () => accepted().boot("Accepted", 300, "Triggered")],
  ["a silent station", "warning G02.FR.02", () => accepted(60).wait(120).heartbeat()],
  ["heartbeats in a hurry", "note G02.FR.01", () => accepted().heartbeat().heartbeat()],
  ["a CALL before the BootNotification", "error B01.FR.08", () => new Session().event("open").status().boot()],
  ["a clock that is ahead", "warning E-28", () => started(accepted(), { timestamp: "2026-01-01T01:00:00Z" })],
  ["a wrong clock", "warning R-175", () => accepted().ask("Heartbeat", {}, { currentTime: "2020-01-01T00:00:00Z" })],
  ["a log without its beginning", "note R-185", () => new Session().heartbeat()]
]

const transactions: ReadonlyArray<Mutation> = [
  ["a gap", "error E01.FR.07", () => started(accepted(), {}).transactionEvent("t", 2, "Ended")],
  [
    "a gap after offline",
    "note E-14",
    () => started(accepted(), {}).transactionEvent("t", 3, "Ended", { offline: true })
  ],
  [
    "an event out of order",
    "error E01.FR.07",
    () =>
      started(accepted(), {})
        .transactionEvent("t", 1, "Updated")
        .transactionEvent("t", 2, "Updated")
        .transactionEvent("t", 1, "Ended")
  ],
  [
    "an event twice, with other content",
    "error E01.FR.07",
    () => started(accepted(), {}).transactionEvent("t", 0, "Updated")
  ],
  [
    "an event that was answered already",
    "warning E13.FR.02",
    () => {
      const event = { timestamp: "2026-01-01T00:00:00Z" }
      return started(accepted(), event).transactionEvent("t", 0, "Started", event)
    }
  ],
  ["no Started", "warning E-13", () => accepted().transactionEvent("t", 4, "Ended")],
  ["something after Ended", "error E-10", () => accepted().transaction("t", 0).transactionEvent("t", 2, "Updated")],
  [
    "a transactionId that comes back",
    "error E01.FR.08",
    () => accepted().transaction("t", 0).transactionEvent("t", 0, "Started")
  ],
  [
    "two transactions on one EVSE",
    "warning E01.FR.14",
    () => started(accepted(), {}).transactionEvent("u", 0, "Started")
  ],
  [
    "a transaction that moves",
    "error E-16",
    () => started(accepted(), {}).transactionEvent("t", 1, "Updated", { evse: { id: 2 } })
  ],
  [
    "time that goes back",
    "warning E-10",
    () => started(accepted(), {}).transactionEvent("t", 1, "Ended", { timestamp: "2025-01-01T00:00:00Z" })
  ],
  [
    "offline without the flag",
    "error E04.FR.03",
    () => {
      const session = started(accepted(), {}).event("close", 1006).wait(60)
      const timestamp = session.now
      return session.wait(60).event("open").transactionEvent("t", 1, "Ended", { timestamp })
    }
  ],
  [
    "a resend after a lost connection without the flag",
    "error E11.FR.07",
    () => {
      const session = started(accepted(), {})
      const event = {
        eventType: "Updated",
        timestamp: session.now,
        seqNo: 1,
        triggerReason: "Trigger",
        transactionInfo: { transactionId: "t" }
      }
      session.call("station", "TransactionEvent", event)
      return session.wait(5).event("close", 1006).wait(60).event("open").ask("TransactionEvent", event)
    }
  ],
  [
    "an event from before a lost connection without the flag",
    "error E11.FR.07",
    () => {
      const session = started(accepted(), {})
      const timestamp = session.now
      return session
        .wait(5)
        .event("close", 1006)
        .wait(60)
        .event("open")
        .transactionEvent("t", 1, "Updated", { timestamp })
    }
  ],
  [
    "a retry in a hurry",
    "error E13.FR.03",
    () => {
      const interval = {
        component: { name: "OCPPCommCtrlr" },
        variable: { name: "MessageAttemptInterval", instance: "TransactionEvent" }
      }
      const session = accepted().order(
        "SetVariables",
        { setVariableData: [{ attributeValue: "30", ...interval }] },
        { setVariableResult: [{ attributeStatus: "Accepted", ...interval }] }
      )
      const event = {
        eventType: "Updated",
        timestamp: session.now,
        seqNo: 0,
        triggerReason: "Trigger",
        transactionInfo: { transactionId: "t" }
      }
      for (const _ of [1, 2])
        session.text(
          "csms",
          JSON.stringify([4, session.call("station", "TransactionEvent", event), "InternalError", "", {}])
        )
      return session
    }
  ],
  [
    "a charging state that is not told",
    "error E02.FR.13",
    () => started(accepted(), {}).transactionEvent("t", 1, "Updated", { triggerReason: "ChargingStateChanged" })
  ],
  ["RemoteStart without its id", "error F02.FR.21", () => started(accepted(), { triggerReason: "RemoteStart" })],
  [
    "a remoteStartId nobody gave",
    "warning F02.FR.01",
    () => started(accepted(), { transactionInfo: { transactionId: "t", chargingState: "Idle", remoteStartId: 9 } })
  ],
  [
    "RemoteStop without Remote",
    "error F03.FR.03",
    () => started(accepted(), {}).transactionEvent("t", 1, "Ended", { triggerReason: "RemoteStop" })
  ],
  [
    "a start button with a token",
    "error C02.FR.01",
    () =>
      started(
        accepted(),
        { idToken: { idToken: "A", type: "NoAuthorization" } },
        { idTokenInfo: { status: "Accepted" } }
      )
  ],
  [
    "a register that falls",
    "error J02.FR.16",
    () => {
      const session = started(accepted(), {}).transactionEvent("t", 1, "Updated")
      return session.transactionEvent("t", 2, "Updated", { meterValue: session.meter(50) })
    }
  ],
  [
    "Transaction.End before the end",
    "error E06.FR.11",
    () => {
      const session = started(accepted(), {})
      return session.transactionEvent("t", 1, "Updated", {
        meterValue: session.meter(100, { context: "Transaction.End" })
      })
    }
  ],
  [
    "a power in Wh",
    "warning J-3",
    () => {
      const session = accepted()
      return session.ask("MeterValues", {
        evseId: 1,
        meterValue: session.meter(1, { measurand: "Power.Active.Import" })
      })
    }
  ]
]

const followUps: ReadonlyArray<Mutation> = [
  [
    "a report nobody asked for",
    "error B07.FR.04",
    () => accepted().ask("NotifyReport", { requestId: 99, generatedAt: "2026-01-01T00:00:00Z", seqNo: 0 })
  ],
  [
    "a part that is missing",
    "error B07.FR.10",
    () => {
      const session = accepted().order(
        "GetBaseReport",
        { requestId: 7, reportBase: "FullInventory" },
        { status: "Accepted" }
      )
      return session.ask("NotifyReport", { requestId: 7, generatedAt: session.now, seqNo: 1 })
    }
  ],
  [
    "a part after the last",
    "error B07.FR.10",
    () => {
      const session = accepted().report(1)
      return session.ask("NotifyReport", { requestId: 1, generatedAt: session.now, seqNo: 1 })
    }
  ],
  [
    "a report that was refused",
    "error B07.FR.05",
    () => {
      const session = accepted().order(
        "GetBaseReport",
        { requestId: 7, reportBase: "SummaryInventory" },
        { status: "NotSupported" }
      )
      return session.ask("NotifyReport", { requestId: 7, generatedAt: session.now, seqNo: 0 })
    }
  ],
  [
    "a report that does not come",
    "warning B07.FR.03",
    () =>
      accepted()
        .order("GetBaseReport", { requestId: 7, reportBase: "FullInventory" }, { status: "Accepted" })
        .wait(100)
        .heartbeat()
  ],
  [
    "a requestId used twice",
    "warning R-166",
    () => {
      const request = { requestId: 7, reportBase: "FullInventory" }
      return accepted()
        .order("GetBaseReport", request, { status: "Rejected" })
        .order("GetBaseReport", request, { status: "Rejected" })
    }
  ],
  [
    "a trigger without its message",
    "warning F06.FR.10",
    () =>
      accepted().order("TriggerMessage", { requestedMessage: "Heartbeat" }, { status: "Accepted" }).wait(100).status()
  ],
  [
    "a firmware status without its id",
    "error L01.FR.20",
    () => accepted().ask("FirmwareStatusNotification", { status: "Downloading" })
  ],
  [
    "a log status nobody asked for",
    "warning N01.FR.07",
    () => accepted().ask("LogStatusNotification", { status: "Uploading", requestId: 3 })
  ],
  [
    "an event that begins at 1",
    "error N07.FR.07",
    () =>
      accepted().ask("NotifyEvent", {
        generatedAt: "2026-01-01T00:00:00Z",
        seqNo: 1,
        eventData: [
          {
            eventId: 1,
            timestamp: "2026-01-01T00:00:00Z",
            trigger: "Alerting",
            actualValue: "1",
            eventNotificationType: "PreconfiguredMonitor",
            component: { name: "C" },
            variable: { name: "V" }
          }
        ]
      })
  ]
]

const messages: ReadonlyArray<Mutation> = [
  [
    "connector 0",
    "error G01.FR.01",
    () =>
      accepted().ask("StatusNotification", {
        timestamp: "2026-01-01T00:00:00Z",
        connectorStatus: "Available",
        evseId: 0,
        connectorId: 0
      })
  ],
  [
    "no startSchedule",
    "error K-7",
    () =>
      accepted().order(
        "SetChargingProfile",
        limit({
          chargingSchedule: [{ id: 1, chargingRateUnit: "W", chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] }]
        }),
        { status: "Rejected" }
      )
  ],
  [
    "a TxProfile without transaction",
    "error K-2",
    () => accepted().order("SetChargingProfile", limit({ chargingProfilePurpose: "TxProfile" }), { status: "Rejected" })
  ],
  [
    "a trigger of every connector",
    "error F06.FR.13",
    () => accepted().order("TriggerMessage", { requestedMessage: "StatusNotification" }, { status: "Rejected" })
  ],
  [
    "a list without verdicts",
    "error D01.FR.16",
    () =>
      accepted().order(
        "SendLocalList",
        {
          versionNumber: 1,
          updateType: "Full",
          localAuthorizationList: [{ idToken: { idToken: "A", type: "ISO14443" } }]
        },
        { status: "Failed" }
      )
  ],
  [
    "a token twice",
    "error D01.FR.06",
    () => {
      const entry = (idToken: string) => ({
        idToken: { idToken, type: "ISO14443" },
        idTokenInfo: { status: "Accepted" }
      })
      return accepted().order(
        "SendLocalList",
        { versionNumber: 1, updateType: "Full", localAuthorizationList: [entry("a"), entry("A")] },
        { status: "Failed" }
      )
    }
  ],
  ["no criterion", "error K10.FR.02", () => accepted().order("ClearChargingProfile", {}, { status: "Unknown" })],
  [
    "an attribute set twice",
    "error B05.FR.13",
    () => {
      const variable = { component: { name: "C" }, variable: { name: "V" } }
      return accepted().order(
        "SetVariables",
        {
          setVariableData: [
            { attributeValue: "1", ...variable },
            { attributeValue: "2", ...variable }
          ]
        },
        {
          setVariableResult: [
            { attributeStatus: "Rejected", ...variable },
            { attributeStatus: "Rejected", ...variable }
          ]
        }
      )
    }
  ],
  [
    "more items than the station takes",
    "error B06.FR.05",
    () => {
      const session = accepted().order(
        "GetBaseReport",
        { requestId: 7, reportBase: "FullInventory" },
        { status: "Accepted" }
      )
      session.ask("NotifyReport", {
        requestId: 7,
        generatedAt: session.now,
        seqNo: 0,
        reportData: [
          {
            component: { name: "DeviceDataCtrlr" },
            variable: { name: "itemsPerMessage", instance: "GetVariables" },
            variableAttribute: [{ value: "1" }]
          }
        ]
      })
      const items = ["V", "W"].map((name) => ({ component: { name: "C" }, variable: { name } }))
      return session.order(
        "GetVariables",
        { getVariableData: items },
        { getVariableResult: items.map((item) => Object.assign({ attributeStatus: "UnknownVariable" }, item)) }
      )
    }
  ],
  [
    "a remote start at EVSE 0",
    "error F-4",
    () =>
      accepted().order(
        "RequestStartTransaction",
        { remoteStartId: 1, evseId: 0, idToken: { idToken: "A", type: "Central" } },
        { status: "Rejected" }
      )
  ],
  [
    "a short password",
    "error A00.FR.205",
    () => {
      const variable = { component: { name: "SecurityCtrlr" }, variable: { name: "BasicAuthPassword" } }
      return accepted().order(
        "SetVariables",
        { setVariableData: [{ attributeValue: "short", ...variable }] },
        { setVariableResult: [{ attributeStatus: "Rejected", ...variable }] }
      )
    }
  ],
  [
    "a vendor without domain",
    "note R-202",
    () => accepted().ask("Heartbeat", { customData: { vendorId: "Acme" } }, { currentTime: "2026-01-01T00:00:00Z" })
  ]
]

describe.each([
  ["frames", frames],
  ["CALLs", calls],
  ["answers", answers],
  ["lifecycle and time", lifecycle],
  ["transactions", transactions],
  ["follow-ups", followUps],
  ["outcomes", outcomes],
  ["messages", messages]
] as const)("%s", (_, mutations) => {
  it.each(mutations.map(([title, expected, log]) => ({ title, expected, log })))(
    "$expected: $title",
    ({ expected, log }) => {
      const findings = lint(log().records)
      assert.include(
        findings.map(({ rules, severity }) => `${severity} ${rules[0]}`),
        expected,
        JSON.stringify(findings, null, 1)
      )
    }
  )
})
