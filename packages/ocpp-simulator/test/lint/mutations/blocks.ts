/** What is wrong with transactions, follow-ups and messages of the blocks. */
import { accepted } from "../session.support.ts"
import { type Mutation, started } from "./Mutation.ts"

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

export const transactions: ReadonlyArray<Mutation> = [
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

export const followUps: ReadonlyArray<Mutation> = [
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

export const messages: ReadonlyArray<Mutation> = [
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
