/** One valid request of each action that a station sends. */
import type { ChargingScheduleType, Messages, StationAction } from "@wattline/ocpp-v201"

const at = "2026-01-01T00:00:00Z"
const schedule: ChargingScheduleType = {
  id: 1,
  chargingRateUnit: "A",
  chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }]
}

export const requests: { readonly [A in StationAction]: Messages[A]["request"] } = {
  Authorize: { idToken: { idToken: "0123ABCD", type: "ISO14443" } },
  BootNotification: { reason: "PowerUp", chargingStation: { model: "M1", vendorName: "V" } },
  ClearedChargingLimit: { chargingLimitSource: "EMS" },
  DataTransfer: { vendorId: "org.example" },
  FirmwareStatusNotification: { status: "Idle" },
  Get15118EVCertificate: { iso15118SchemaVersion: "urn:iso", action: "Install", exiRequest: "AA==" },
  GetCertificateStatus: {
    ocspRequestData: {
      hashAlgorithm: "SHA256",
      issuerNameHash: "a",
      issuerKeyHash: "b",
      serialNumber: "1",
      responderURL: "http://ocsp.example"
    }
  },
  Heartbeat: {},
  LogStatusNotification: { status: "Idle" },
  MeterValues: { evseId: 0, meterValue: [{ timestamp: at, sampledValue: [{ value: 1 }] }] },
  NotifyChargingLimit: { chargingLimit: { chargingLimitSource: "EMS" } },
  NotifyCustomerInformation: { data: "", seqNo: 0, generatedAt: at, requestId: 1 },
  NotifyDisplayMessages: { requestId: 1 },
  NotifyEVChargingNeeds: { evseId: 1, chargingNeeds: { requestedEnergyTransfer: "DC" } },
  NotifyEVChargingSchedule: { timeBase: at, evseId: 1, chargingSchedule: schedule },
  NotifyEvent: {
    generatedAt: at,
    seqNo: 0,
    eventData: [
      {
        eventId: 1,
        timestamp: at,
        trigger: "Periodic",
        actualValue: "1",
        component: { name: "Controller" },
        variable: { name: "Temperature" },
        eventNotificationType: "PreconfiguredMonitor"
      }
    ]
  },
  NotifyMonitoringReport: { requestId: 1, seqNo: 0, generatedAt: at },
  NotifyReport: { requestId: 1, seqNo: 0, generatedAt: at },
  PublishFirmwareStatusNotification: { status: "Idle" },
  ReportChargingProfiles: {
    requestId: 1,
    chargingLimitSource: "EMS",
    evseId: 0,
    chargingProfile: [
      {
        id: 1,
        stackLevel: 0,
        chargingProfilePurpose: "TxDefaultProfile",
        chargingProfileKind: "Absolute",
        chargingSchedule: [schedule]
      }
    ]
  },
  ReservationStatusUpdate: { reservationId: 1, reservationUpdateStatus: "Expired" },
  SecurityEventNotification: { type: "StartupOfTheDevice", timestamp: at },
  SignCertificate: { csr: "-----BEGIN CERTIFICATE REQUEST-----" },
  StatusNotification: { timestamp: at, connectorStatus: "Available", evseId: 1, connectorId: 1 },
  TransactionEvent: {
    eventType: "Started",
    timestamp: at,
    triggerReason: "Authorized",
    seqNo: 0,
    transactionInfo: { transactionId: "T1" },
    evse: { id: 1 },
    idToken: { idToken: "0123ABCD", type: "ISO14443" }
  }
}

/** All of them. */
export const stationActions = Object.keys(requests) as ReadonlyArray<StationAction>
