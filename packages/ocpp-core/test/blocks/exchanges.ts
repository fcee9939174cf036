/** Generators of the exchanges of all actions that blocks mirror, with few ids so that they meet. */
import type { ChargingProfileType, ChargingScheduleType } from "@wattline/ocpp-v201"
import fc from "fast-check"
import { schedule, txDefault, txProfile } from "./chargingProfiles.ts"
import { basicExchange, component, ids, of, record, requestId, stationTime, time, variable } from "./payloads.ts"

const empty = fc.constant({})
const accepted = <S extends string>(...others: ReadonlyArray<S>) =>
  fc.constantFrom<"Accepted" | S>("Accepted", "Accepted", ...others).map((status) => ({ status }))

const idToken = { idToken: "R", type: "Central" } as const
const checksum = fc.constantFrom("0".repeat(32), "a".repeat(32), "A".repeat(32))
const source = fc.constantFrom("EMS", "CSO", "SO", "Other")

const anySchedule: fc.Arbitrary<ChargingScheduleType> = fc
  .record({ id: ids, limit: ids })
  .map(({ id, limit }) => schedule({ id, chargingSchedulePeriod: [{ startPeriod: 0, limit }] }))

/** Any profile that a CSMS sets. */
export const anyProfile: fc.Arbitrary<ChargingProfileType> = fc
  .record({ id: ids, stackLevel: ids, isTx: fc.boolean(), transactionId: fc.constantFrom("T1", "T2") })
  .map(({ id, isTx, stackLevel, transactionId }) =>
    isTx ? txProfile({ id, stackLevel, transactionId }) : txDefault({ id, stackLevel })
  )

/** Any message for a display. */
export const anyMessage = record(
  {
    id: ids,
    priority: fc.constantFrom("AlwaysFront", "InFront", "NormalCycle"),
    state: fc.constantFrom("Charging", "Idle"),
    transactionId: fc.constantFrom("T1", "T2"),
    endDateTime: stationTime,
    message: fc.constantFrom("one", "two").map((content) => ({ format: "UTF8" as const, content }))
  },
  ["id", "priority", "message"]
)

const hashData = ids.map((id) => ({
  hashAlgorithm: "SHA256" as const,
  issuerNameHash: "a",
  issuerKeyHash: "b",
  serialNumber: `${id}`
}))

const certificateType = fc.constantFrom(
  "V2GRootCertificate",
  "MORootCertificate",
  "CSMSRootCertificate",
  "ManufacturerRootCertificate"
)
const signingType = fc.constantFrom("ChargingStationCertificate", "V2GCertificate")

const monitorType = fc.constantFrom("UpperThreshold", "Delta", "Periodic")
const wanted = fc.record({ component, variable, type: monitorType, value: ids, severity: ids })

const setMonitors = fc
  .array(fc.tuple(wanted, ids, fc.constantFrom("Accepted", "Accepted", "Rejected", "Duplicate")), {
    minLength: 1,
    maxLength: 3
  })
  .chain((items) =>
    of("SetVariableMonitoring", {
      request: fc.constant({ setMonitoringData: items.map(([item]) => item) }),
      response: fc.constant({
        setMonitoringResult: items.map(([{ value: _, ...item }, id, status]) => ({
          ...item,
          status,
          ...(status === "Accepted" && { id })
        }))
      })
    })
  )

const clearMonitors = fc.tuple(ids, fc.constantFrom("Accepted", "Rejected", "NotFound")).chain(([id, status]) =>
  of("ClearVariableMonitoring", {
    request: fc.constant({ id: [id] }),
    response: fc.constant({ clearMonitoringResult: [{ id, status }] })
  })
)

const monitoring = [
  setMonitors,
  clearMonitors,
  of("SetMonitoringBase", {
    request: fc.constantFrom("All", "FactoryDefault", "HardWiredOnly").map((monitoringBase) => ({ monitoringBase })),
    response: accepted("Rejected", "NotSupported")
  }),
  of("SetMonitoringLevel", { request: ids.map((severity) => ({ severity })), response: accepted("Rejected") }),
  of("GetMonitoringReport", {
    request: record(
      {
        requestId,
        monitoringCriteria: fc.constant("DeltaMonitoring" as const).map((one) => [one])
      },
      ["requestId"]
    ),
    response: accepted("Rejected", "NotSupported", "EmptyResultSet")
  }),
  of("NotifyMonitoringReport", {
    request: record(
      {
        requestId,
        seqNo: ids,
        generatedAt: stationTime,
        tbc: fc.boolean(),
        monitor: fc
          .tuple(wanted, ids)
          .map(([{ component: of_, severity, type, value, variable: on }, id]) => [
            { component: of_, variable: on, variableMonitoring: [{ id, transaction: false, value, type, severity }] }
          ])
      },
      ["requestId", "seqNo", "generatedAt"]
    ),
    response: empty
  }),
  of("GetVariables", {
    request: fc.constant({
      getVariableData: [{ component: { name: "MonitoringCtrlr" }, variable: { name: "ActiveMonitoringLevel" } }]
    }),
    response: ids.map((level) => ({
      getVariableResult: [
        {
          component: { name: "MonitoringCtrlr" },
          variable: { name: "ActiveMonitoringLevel" },
          attributeStatus: "Accepted" as const,
          attributeValue: `${level}`
        }
      ]
    }))
  })
]

const charging = [
  of("SetChargingProfile", {
    request: fc.record({ evseId: ids, chargingProfile: anyProfile }),
    response: accepted("Rejected")
  }),
  of("ClearChargingProfile", {
    request: record(
      {
        chargingProfileId: ids,
        chargingProfileCriteria: record({ evseId: ids, stackLevel: ids }, [])
      },
      []
    ),
    response: accepted("Unknown")
  }),
  of("GetChargingProfiles", {
    request: record({ requestId, evseId: ids, chargingProfile: record({ stackLevel: ids }, []) }, [
      "requestId",
      "chargingProfile"
    ]),
    response: accepted("NoProfiles")
  }),
  of("ReportChargingProfiles", {
    request: record(
      {
        requestId,
        evseId: ids,
        chargingLimitSource: source,
        tbc: fc.boolean(),
        chargingProfile: anyProfile.map((profile) => [profile])
      },
      ["requestId", "evseId", "chargingLimitSource", "chargingProfile"]
    ),
    response: empty
  }),
  of("NotifyChargingLimit", {
    request: record(
      {
        evseId: ids,
        chargingLimit: source.map((chargingLimitSource) => ({ chargingLimitSource })),
        chargingSchedule: anySchedule.map((one) => [one])
      },
      ["chargingLimit"]
    ),
    response: empty
  }),
  of("ClearedChargingLimit", {
    request: record({ evseId: ids, chargingLimitSource: source }, ["chargingLimitSource"]),
    response: empty
  }),
  of("NotifyEVChargingNeeds", {
    request: record(
      {
        evseId: fc.constantFrom(1, 2),
        maxScheduleTuples: ids,
        chargingNeeds: fc.constantFrom("DC", "AC_three_phase").map((requestedEnergyTransfer) => ({
          requestedEnergyTransfer
        }))
      },
      ["evseId", "chargingNeeds"]
    ),
    response: accepted("Rejected", "Processing")
  }),
  of("NotifyEVChargingSchedule", {
    request: fc.record({ evseId: fc.constantFrom(1, 2), timeBase: stationTime, chargingSchedule: anySchedule }),
    response: accepted("Rejected")
  })
]

const control = [
  of("RequestStartTransaction", {
    request: record(
      {
        remoteStartId: ids,
        idToken: fc.constant(idToken),
        evseId: fc.constantFrom(1, 2),
        chargingProfile: ids.map((id) => {
          const { transactionId: _, ...profile } = txProfile({ id })
          return profile
        })
      },
      ["remoteStartId", "idToken"]
    ),
    response: accepted("Rejected")
  }),
  of("GetTransactionStatus", {
    request: record({ transactionId: fc.constantFrom("T1", "T2") }, []),
    response: record({ ongoingIndicator: fc.boolean(), messagesInQueue: fc.boolean() }, ["messagesInQueue"])
  }),
  of("GetLocalListVersion", { request: empty, response: ids.map((versionNumber) => ({ versionNumber })) }),
  of("SendLocalList", {
    request: fc.record({
      versionNumber: fc.constantFrom(1, 2, 3),
      updateType: fc.constantFrom("Full", "Differential"),
      localAuthorizationList: fc.constant([{ idToken, idTokenInfo: { status: "Accepted" as const } }])
    }),
    response: accepted("Failed", "VersionMismatch")
  }),
  of("SetNetworkProfile", {
    request: fc
      .record({ configurationSlot: ids, securityProfile: ids })
      .map(({ configurationSlot, securityProfile }) => ({
        configurationSlot,
        connectionData: {
          ocppVersion: "OCPP20" as const,
          ocppTransport: "JSON" as const,
          ocppCsmsUrl: "wss://csms.example",
          messageTimeout: 30,
          securityProfile,
          ocppInterface: "Wired0" as const
        }
      })),
    response: accepted("Rejected", "Failed")
  })
]

const certificates = [
  of("SignCertificate", {
    request: record({ csr: fc.constant("CSR"), certificateType: signingType }, ["csr"]),
    response: accepted("Rejected")
  }),
  of("CertificateSigned", {
    request: record({ certificateChain: fc.constant("PEM"), certificateType: signingType }, ["certificateChain"]),
    response: accepted("Rejected")
  }),
  of("SecurityEventNotification", {
    request: fc.record({
      type: fc.constantFrom(
        "FirmwareUpdated",
        "DiscardedRenewedClientCertificate",
        "InvalidFirmwareSignature",
        "__proto__"
      ),
      timestamp: stationTime
    }),
    response: empty
  }),
  of("GetInstalledCertificateIds", {
    request: record({ certificateType: certificateType.map((type) => [type]) }, []),
    response: record(
      {
        status: fc.constantFrom("Accepted", "NotFound"),
        certificateHashDataChain: fc
          .tuple(certificateType, hashData)
          .map(([type, certificateHashData]) => [{ certificateType: type, certificateHashData }])
      },
      ["status"]
    )
  }),
  of("InstallCertificate", {
    request: fc.record({ certificateType, certificate: fc.constant("PEM") }),
    response: accepted("Rejected", "Failed")
  }),
  of("DeleteCertificate", {
    request: hashData.map((certificateHashData) => ({ certificateHashData })),
    response: accepted("Failed", "NotFound")
  })
]

const displays = [
  of("SetDisplayMessage", { request: anyMessage.map((message) => ({ message })), response: accepted("Rejected") }),
  of("ClearDisplayMessage", { request: ids.map((id) => ({ id })), response: accepted("Unknown") }),
  of("GetDisplayMessages", {
    request: record({ requestId, priority: fc.constantFrom("AlwaysFront", "NormalCycle") }, ["requestId"]),
    response: accepted("Unknown")
  }),
  of("NotifyDisplayMessages", {
    request: record({ requestId, tbc: fc.boolean(), messageInfo: anyMessage.map((message) => [message]) }, [
      "requestId"
    ]),
    response: empty
  })
]

const jobs = [
  of("GetLog", {
    request: requestId.map((id) => ({
      requestId: id,
      logType: "DiagnosticsLog" as const,
      log: { remoteLocation: "https://x/log" }
    })),
    response: accepted("Rejected", "AcceptedCanceled")
  }),
  of("LogStatusNotification", {
    request: record({ requestId, status: fc.constantFrom("Idle", "Uploading", "Uploaded", "UploadFailure") }, [
      "status"
    ]),
    response: empty
  }),
  of("UpdateFirmware", {
    request: requestId.map((id) => ({
      requestId: id,
      firmware: { location: "https://x/fw", retrieveDateTime: time() }
    })),
    response: accepted("Rejected", "AcceptedCanceled")
  }),
  of("FirmwareStatusNotification", {
    request: record(
      {
        requestId,
        status: fc.constantFrom(
          "Idle",
          "Downloading",
          "Installing",
          "InstallRebooting",
          "Installed",
          "InstallationFailed"
        )
      },
      ["status"]
    ),
    response: empty
  }),
  of("PublishFirmware", {
    request: fc.record({ requestId, checksum, location: fc.constant("https://x/fw") }),
    response: accepted("Rejected")
  }),
  of("PublishFirmwareStatusNotification", {
    request: record(
      {
        requestId,
        status: fc.constantFrom("Idle", "Downloading", "Published", "PublishFailed"),
        location: fc.constant(["http://lc/fw"])
      },
      ["status"]
    ),
    response: empty
  }),
  of("UnpublishFirmware", {
    request: checksum.map((one) => ({ checksum: one })),
    response: fc.constantFrom("DownloadOngoing", "NoFirmware", "Unpublished").map((status) => ({ status }))
  }),
  of("CustomerInformation", {
    request: requestId.map((id) => ({ requestId: id, report: true, clear: false, customerIdentifier: "C" })),
    response: accepted("Rejected", "Invalid")
  }),
  of("NotifyCustomerInformation", {
    request: record(
      { requestId, seqNo: ids, generatedAt: stationTime, tbc: fc.boolean(), data: fc.constantFrom("", "data") },
      ["requestId", "seqNo", "generatedAt", "data"]
    ),
    response: empty
  })
]

/** Any action that blocks mirror, with an exchange of it. */
export const anyExchange = fc.oneof(
  { arbitrary: basicExchange, weight: 20 },
  ...monitoring,
  ...charging,
  ...control,
  ...certificates,
  ...displays,
  ...jobs
)
