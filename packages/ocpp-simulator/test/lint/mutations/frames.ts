/** What is wrong with a frame, a CALL or an answer by itself. */
import { accepted } from "../session.support.ts"
import { type Mutation, started } from "./Mutation.ts"

export const frames: ReadonlyArray<Mutation> = [
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

export const calls: ReadonlyArray<Mutation> = [
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

export const answers: ReadonlyArray<Mutation> = [
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
