import type { ChargingStationType, ConnectorStatusEnumType, MessageInfoType } from "@wattline/ocpp-v201"
import { describe, expect, it } from "vitest"
import { operationalStatus } from "../../src/blocks/AvailabilityView.ts"
import { certificateTypes } from "../../src/blocks/CertificateManagement.ts"
import { find } from "../../src/blocks/DeviceModel.ts"
import { judgeSchedule } from "../../src/blocks/EVCharging.ts"
import { initial, type MirrorEvent, unanswered } from "../../src/blocks/Mirror.ts"
import { requestedAt } from "../../src/blocks/RequestedAvailability.ts"
import { findReservation, reservationStatus } from "../../src/blocks/Reservation.ts"
import { Folding, maxProfile, schedule, txDefault, txProfile } from "./chargingProfiles.ts"
import { noon, reported, stored, time, transactionEvent } from "./payloads.ts"

const idToken = { idToken: "0123ABCD", type: "ISO14443" } as const

const message = (id: number, more: Partial<MessageInfoType> = {}): MessageInfoType => ({
  id,
  priority: "NormalCycle",
  message: { format: "UTF8", content: `message ${id}` },
  ...more
})

const hash = (serialNumber: string) =>
  ({ hashAlgorithm: "SHA256", issuerNameHash: "a", issuerKeyHash: "b", serialNumber }) as const

/** A station whose answers get lost. */
class Losing extends Folding {
  private asked = 100

  /** The blocks and actions that were told to be uncertain, in order. */
  get uncertain(): ReadonlyArray<string> {
    return this.events.flatMap((event) => (event._tag === "EntriesUncertain" ? [`${event.block} ${event.action}`] : []))
  }

  tags(prefix: string): ReadonlyArray<MirrorEvent["_tag"]> {
    return this.events.map(({ _tag }) => _tag).filter((tag) => tag.startsWith(prefix))
  }

  status(connectorStatus: ConnectorStatusEnumType, connectorId = 1, at = noon + 1) {
    const request = { evseId: 1, connectorId, connectorStatus, timestamp: new Date(at).toISOString() }
    return this.with("StatusNotification", request, {}, at)
  }

  boots(chargingStation: ChargingStationType, rebooted = true) {
    const response = { currentTime: time(), interval: 0, status: "Accepted" } as const
    return this.with("BootNotification", { reason: "PowerUp", chargingStation }, response, noon, rebooted)
  }

  reportsProfiles(chargingProfile: ReadonlyArray<ReturnType<typeof txDefault>>, filter = {}) {
    const requestId = ++this.asked
    const [first, ...rest] = chargingProfile
    const status = first === undefined ? "NoProfiles" : "Accepted"
    this.with("GetChargingProfiles", { requestId, chargingProfile: {}, ...filter }, { status })
    if (first === undefined) return this.mirror
    const report = { requestId, chargingLimitSource: "CSO", evseId: 1, tbc: false } as const
    return this.with("ReportChargingProfiles", { ...report, chargingProfile: [first, ...rest] }, {})
  }

  reportsMessages(messages: ReadonlyArray<MessageInfoType>) {
    const requestId = ++this.asked
    const [first, ...rest] = messages
    this.with("GetDisplayMessages", { requestId }, { status: first === undefined ? "Unknown" : "Accepted" }, noon + 10)
    if (first === undefined) return this.mirror
    return this.with("NotifyDisplayMessages", { requestId, messageInfo: [first, ...rest] }, {}, noon + 10)
  }

  reportsCertificates() {
    return this.with("GetInstalledCertificateIds", {}, { status: "NotFound" })
  }
}

describe("an unknown outcome, by block", () => {
  it.each([
    ["GetBaseReport", { requestId: 1, reportBase: "FullInventory" }],
    ["GetVariables", { getVariableData: [{ component: { name: "EVSE" }, variable: { name: "Power" } }] }],
    ["TriggerMessage", { requestedMessage: "Heartbeat" }],
    ["Reset", { type: "Immediate" }],
    ["ClearCache", {}],
    ["CancelReservation", { reservationId: 1 }],
    ["ClearChargingProfile", { chargingProfileId: 1 }],
    ["ClearDisplayMessage", { id: 1 }],
    ["UnpublishFirmware", { checksum: "0".repeat(32) }],
    ["Heartbeat", {}]
  ] as const)("ST-3: %s that reads, or that is about nothing known, leaves the mirror as it is", (action, request) => {
    expect(unanswered(initial, action, request, noon, () => expect.fail())).toBe(initial)
  })

  it("ST-3, DM-24: SetVariables makes the variables stale until they are read or set", () => {
    const station = new Losing()
    station.reports(
      reported("TxCtrlr", "EVConnectionTimeOut", "60"),
      reported("TxCtrlr", "TxStartPoint", "PowerPathClosed")
    )
    const target = { component: { name: "TxCtrlr" }, variable: { name: "EVConnectionTimeOut" } }
    const isStale = (name: string) =>
      find(station.mirror.provisioning.deviceModel, target.component, { name })?.attributes.Actual?.stale
    station.loses("SetVariables", { setVariableData: [{ ...target, attributeValue: "90" }] })
    expect([isStale("EVConnectionTimeOut"), isStale("TxStartPoint")]).toEqual([true, false])
    station.loses("SetVariables", { setVariableData: [{ ...target, attributeValue: "90" }] })
    expect(station.uncertain).toEqual(["provisioning SetVariables"])
    const result = { ...target, attributeStatus: "Accepted", attributeValue: "90" } as const
    station.with("GetVariables", { getVariableData: [target] }, { getVariableResult: [result] })
    expect(isStale("EVConnectionTimeOut")).toBe(false)
  })

  it("ST-3, B09: SetNetworkProfile makes its slot uncertain, without the secrets of it, until it is set again", () => {
    const station = new Losing()
    const set = (configurationSlot: number, securityProfile: number) => ({
      configurationSlot,
      connectionData: {
        ocppVersion: "OCPP20",
        ocppTransport: "JSON",
        ocppCsmsUrl: "wss://csms.example",
        messageTimeout: 30,
        securityProfile,
        ocppInterface: "Wired0",
        vpn: { server: "v", user: "u", password: "S3cret", key: "k", type: "IPSec" }
      } as const
    })
    station.with("SetNetworkProfile", set(1, 1), { status: "Accepted" })
    station.loses("SetNetworkProfile", set(1, 2))
    station.loses("SetNetworkProfile", set(2, 3))
    const slots = () => station.mirror.provisioning.networkProfiles
    expect(slots()).toMatchObject({
      1: { securityProfile: 1, uncertain: true },
      2: { securityProfile: 3, uncertain: true }
    })
    expect(JSON.stringify(station.mirror)).not.toContain("S3cret")
    station.with("SetNetworkProfile", set(1, 2), { status: "Accepted" })
    expect(slots()?.["1"]).not.toHaveProperty("uncertain")
    expect(slots()?.["1"]?.securityProfile).toBe(2)
  })

  it("ST-3, D-7: SendLocalList makes the version uncertain until the station tells it or takes another", () => {
    const station = new Losing()
    const list = (versionNumber: number) => ({ versionNumber, updateType: "Differential" }) as const
    station.with("GetLocalListVersion", {}, { versionNumber: 4 })
    station.loses("SendLocalList", list(5))
    station.loses("SendLocalList", list(5))
    expect(station.mirror.localAuthorizationList).toMatchObject({ versionNumber: 4, uncertain: true })
    expect(station.uncertain).toEqual(["localAuthorizationList SendLocalList"])
    station.with("GetLocalListVersion", {}, { versionNumber: 5 })
    expect(station.mirror.localAuthorizationList).toEqual({ versionNumber: 5, at: noon })
    station.loses("SendLocalList", list(6))
    station.with("SendLocalList", list(6), { status: "Accepted" })
    expect(station.mirror.localAuthorizationList).toEqual({ versionNumber: 6, at: noon })
  })

  it("ST-3, F-2: RequestStartTransaction leaves a remote start that its transaction makes certain", () => {
    const station = new Losing()
    station.loses("RequestStartTransaction", { remoteStartId: 7, idToken, evseId: 1 })
    const starts = () => station.mirror.remoteControl.remoteStarts
    expect(starts()).toEqual([{ remoteStartId: 7, idToken, evseId: 1, at: noon, uncertain: true }])
    station.transaction({ transactionInfo: { transactionId: "T1", remoteStartId: 7 } })
    expect(starts()).toEqual([{ remoteStartId: 7, idToken, evseId: 1, at: noon, transactionId: "T1" }])
    expect(station.loses("RequestStartTransaction", { remoteStartId: 7, idToken, evseId: 1 }).remoteControl).toBe(
      station.mirror.remoteControl
    )
    expect(station.uncertain).toEqual(["remoteControl RequestStartTransaction"])
  })

  it("ST-3, G-6: ChangeAvailability is uncertain until it is answered, or the whole place is reported so afterwards", () => {
    const place = { evseId: 1 }
    const request = { operationalStatus: "Inoperative", evse: { id: 1 } } as const
    const station = new Losing()
    station.status("Unavailable", 1, noon - 5) // for another reason: it says nothing of what was asked later
    station.status("Occupied", 2, noon - 5)
    station.loses("ChangeAvailability", request)
    station.loses("ChangeAvailability", request)
    expect(requestedAt(station.mirror.availability, place)).toMatchObject({ scheduled: false, uncertain: true })
    expect(operationalStatus(station.mirror.availability, place)).toMatchObject({ uncertain: true })
    expect(station.uncertain).toEqual(["availability ChangeAvailability"])
    station.status("Unavailable", 2)
    expect(requestedAt(station.mirror.availability, place)?.uncertain).toBe(true)
    station.status("Unavailable", 1)
    expect(requestedAt(station.mirror.availability, place)).toEqual({
      evseId: 1,
      operationalStatus: "Inoperative",
      scheduled: false,
      at: noon
    })
    expect(operationalStatus(station.mirror.availability, place)).not.toHaveProperty("uncertain")
    expect(station.tags("AvailabilityRequested")).toHaveLength(1)
    station.loses("ChangeAvailability", { ...request, operationalStatus: "Operative" })
    station.status("Occupied", 1) // may wait to be Inoperative
    expect(requestedAt(station.mirror.availability, place)?.uncertain).toBe(true)
    station.with("ChangeAvailability", { ...request, operationalStatus: "Operative" }, { status: "Accepted" })
    expect(requestedAt(station.mirror.availability, place)?.uncertain).toBeUndefined()
  })

  it("ST-3: a ChangeAvailability to what is in force is not in doubt", () => {
    const station = new Losing()
    station.with("ChangeAvailability", { operationalStatus: "Inoperative" }, { status: "Scheduled" })
    const before = station.mirror
    expect(station.loses("ChangeAvailability", { operationalStatus: "Inoperative" })).toBe(before)
  })

  it("ST-3, H-1: ReserveNow leaves a reservation that may be there, until it is answered, used or ended", () => {
    const request = { id: 7, idToken, expiryDateTime: time(1800), evseId: 1 }
    const station = new Losing()
    station.loses("ReserveNow", request)
    expect(findReservation(station.mirror.reservations, 7)).toMatchObject({ evseId: 1, uncertain: true })
    expect(reservationStatus(station.mirror.reservations, 7, noon)).toBe("Uncertain")
    station.with("ReserveNow", request, { status: "Occupied" }) // by the first, perhaps
    expect(reservationStatus(station.mirror.reservations, 7, noon)).toBe("Uncertain")
    station.with("ReserveNow", request, { status: "Accepted" })
    expect(reservationStatus(station.mirror.reservations, 7, noon)).toBe("Reserved")
    station.loses("ReserveNow", { ...request, id: 8 })
    station.with("TransactionEvent", transactionEvent("Started", 0, { reservationId: 8 }), {})
    expect(reservationStatus(station.mirror.reservations, 8, noon)).toBe("Used")
    expect(station.uncertain).toEqual(["reservations ReserveNow", "reservations ReserveNow"])
  })

  it("ST-3, R-165: a reservation whose end has come before its answer was given up is over", () => {
    const station = new Losing()
    station.with("TransactionEvent", transactionEvent("Started", 0, { reservationId: 7 }), {})
    station.loses("ReserveNow", { id: 7, idToken, expiryDateTime: time(1800) }, noon + 30_000)
    expect(reservationStatus(station.mirror.reservations, 7, noon)).toBe("Used")
    expect(station.uncertain).toEqual([])
  })

  it("ST-3, H-6: CancelReservation leaves it uncertain, until the station says that it has it no more", () => {
    const station = new Losing()
    for (const id of [7, 8])
      station.with("ReserveNow", { id, idToken, expiryDateTime: time(1800) }, { status: "Accepted" })
    station.loses("CancelReservation", { reservationId: 7 })
    const statuses = () => [7, 8].map((id) => reservationStatus(station.mirror.reservations, id, noon))
    expect(statuses()).toEqual(["Uncertain", "Reserved"])
    station.with("CancelReservation", { reservationId: 7 }, { status: "Rejected" })
    expect(statuses()).toEqual(["Lost", "Reserved"])
  })

  it("ST-3, K-28: SetChargingProfile leaves a profile that may be there, or what was there in doubt", () => {
    const station = new Losing()
    station.sets(txDefault({ id: 1 }))
    station.loses("SetChargingProfile", { evseId: 1, chargingProfile: txDefault({ id: 1, stackLevel: 5 }) })
    station.loses("SetChargingProfile", { evseId: 2, chargingProfile: txDefault({ id: 9 }) })
    station.loses("SetChargingProfile", { evseId: 2, chargingProfile: txDefault({ id: 9 }) })
    const shown = () =>
      station.mirror.smartCharging.profiles.map(({ profile, uncertain }) => [profile.id, profile.stackLevel, uncertain])
    expect(shown()).toEqual([
      [1, 0, true],
      [9, 0, true]
    ])
    expect(station.uncertain).toHaveLength(2)
    station.reportsProfiles([txDefault({ id: 1, stackLevel: 5 })], { evseId: 1 })
    expect(shown()).toEqual([
      [9, 0, true], // on EVSE 2, of which the report says nothing
      [1, 5, undefined]
    ])
    station.reportsProfiles([txDefault({ id: 1, stackLevel: 5 })])
    expect(shown()).toEqual([[1, 5, undefined]])
  })

  it("ST-3, K-37: ClearChargingProfile makes uncertain what it asked for", () => {
    const station = new Losing()
    station.sets(txDefault({ id: 1 }))
    station.sets(txDefault({ id: 2, stackLevel: 1 }))
    station.sets(maxProfile({ id: 3 }), 0)
    const uncertain = () =>
      station.mirror.smartCharging.profiles.flatMap(({ profile, uncertain: is }) => (is === true ? [profile.id] : []))
    station.loses("ClearChargingProfile", {
      chargingProfileCriteria: { chargingProfilePurpose: "TxDefaultProfile", stackLevel: 1 }
    })
    expect(uncertain()).toEqual([2])
    station.loses("ClearChargingProfile", { chargingProfileId: 3 })
    expect(uncertain()).toEqual([2, 3])
    station.with("ClearChargingProfile", { chargingProfileId: 3 }, { status: "Unknown" })
    station.sets(txDefault({ id: 2, stackLevel: 1 }))
    expect(uncertain()).toEqual([])
    expect(station.mirror.smartCharging.profiles.map(({ profile }) => profile.id)).toEqual([1, 2])
  })

  it("ST-3, K-57: the profile of a RequestStartTransaction is pending and uncertain, until its transaction comes", () => {
    const { transactionId: _, ...profile } = txProfile()
    const station = new Losing()
    station.loses("RequestStartTransaction", { remoteStartId: 7, idToken, evseId: 1, chargingProfile: profile })
    expect(station.mirror.smartCharging.pending).toMatchObject([{ remoteStartId: 7, uncertain: true }])
    station.transaction({ transactionInfo: { transactionId: "T1", remoteStartId: 7 } })
    expect(station.mirror.smartCharging.pending).toEqual([])
    expect(station.mirror.smartCharging.profiles).toEqual([
      { evseId: 1, profile: { ...profile, transactionId: "T1" }, acceptedAt: noon }
    ])
  })

  it("ST-3, K-43: the schedule of an EV is not judged by a profile that is in doubt", () => {
    const { startSchedule: _, ...ofEV } = schedule()
    const station = new Losing()
    station.transaction({ transactionInfo: { transactionId: "T1", chargingState: "Charging" } })
    station.sets(txProfile())
    const verdict = () => judgeSchedule(station.mirror, { evseId: 1, timeBase: time(), chargingSchedule: ofEV })
    expect(verdict()).not.toBe("NoProfile")
    station.loses("SetChargingProfile", { evseId: 1, chargingProfile: txProfile() })
    expect(verdict()).toBe("NoProfile")
  })

  it("ST-3, O-1, O-3: SetDisplayMessage leaves a message that may be there, and others in doubt that it replaces", () => {
    const station = new Losing()
    for (const one of [message(1), message(2, { priority: "AlwaysFront" })])
      station.with("SetDisplayMessage", { message: one }, { status: "Accepted" })
    station.loses("SetDisplayMessage", { message: message(3, { priority: "AlwaysFront" }) })
    const uncertain = () =>
      station.mirror.displayMessages.messages.flatMap(({ id, uncertain: is }) => (is === true ? [id] : []))
    expect(uncertain()).toEqual([2, 3])
    station.with("SetDisplayMessage", { message: message(3) }, { status: "Accepted" })
    expect(uncertain()).toEqual([2])
    station.reportsMessages([message(1), message(3)])
    expect(uncertain()).toEqual([])
    expect(station.mirror.displayMessages.messages.map(({ id }) => id)).toEqual([1, 3])
  })

  it("ST-3, O-7: ClearDisplayMessage makes the message uncertain until a report", () => {
    const station = new Losing()
    station.with("SetDisplayMessage", { message: message(1) }, { status: "Accepted" })
    station.loses("ClearDisplayMessage", { id: 1 })
    expect(station.mirror.displayMessages.messages).toMatchObject([{ id: 1, uncertain: true }])
    station.reportsMessages([message(1)])
    expect(station.mirror.displayMessages.messages[0]).not.toHaveProperty("uncertain")
    expect(station.uncertain).toEqual(["displayMessages ClearDisplayMessage"])
  })

  it("ST-3, M-4, M-6: certificates that were to be installed or deleted make their lists outdated until they are read", () => {
    const outdated = (station: Losing) =>
      certificateTypes.filter((type) => station.mirror.certificates.installed[type]?.outdated === true)
    const station = new Losing()
    station.reportsCertificates()
    station.loses("InstallCertificate", { certificateType: "CSMSRootCertificate", certificate: "PEM" })
    expect(outdated(station)).toEqual(["CSMSRootCertificate"])
    station.loses("CertificateSigned", { certificateChain: "PEM", certificateType: "V2GCertificate" })
    expect(outdated(station)).toEqual(["CSMSRootCertificate", "V2GCertificateChain"])
    station.loses("CertificateSigned", { certificateChain: "PEM", certificateType: "ChargingStationCertificate" })
    station.reportsCertificates()
    expect(outdated(station)).toEqual([])
    station.loses("DeleteCertificate", { certificateHashData: hash("1") })
    expect(outdated(station)).toEqual(certificateTypes)
  })

  it("ST-3, L-11: UnpublishFirmware leaves the image uncertain, until the station says whether it is there", () => {
    const checksum = "0123456789abcdef0123456789abcdef"
    const station = new Losing()
    station.with("PublishFirmware", { location: "https://x/fw", checksum, requestId: 1 }, { status: "Accepted" })
    station.with(
      "PublishFirmwareStatusNotification",
      { status: "Published", location: ["http://lc/fw"], requestId: 1 },
      {}
    )
    station.loses("UnpublishFirmware", { checksum: checksum.toUpperCase() })
    expect(station.mirror.firmwareManagement.published).toMatchObject([{ checksum, uncertain: true }])
    station.with("UnpublishFirmware", { checksum }, { status: "DownloadOngoing" })
    expect(station.mirror.firmwareManagement.published[0]).not.toHaveProperty("uncertain")
    station.loses("UnpublishFirmware", { checksum })
    expect(
      station.with("UnpublishFirmware", { checksum }, { status: "NoFirmware" }).firmwareManagement.published
    ).toEqual([])
  })

  it("ST-3, N-7, N-12: a lost monitoring base or level is uncertain until it is set or read", () => {
    const station = new Losing()
    station.with("SetMonitoringBase", { monitoringBase: "All" }, { status: "Accepted" })
    station.with("SetMonitoringLevel", { severity: 5 }, { status: "Accepted" })
    station.loses("SetMonitoringBase", { monitoringBase: "FactoryDefault" })
    station.loses("SetMonitoringLevel", { severity: 9 })
    const state = () => station.mirror.diagnostics
    expect(state()).toMatchObject({
      monitoringBase: "All",
      monitoringLevel: 5,
      uncertain: { monitoringBase: true, monitoringLevel: true },
      stale: true
    })
    const read = (name: string, attributeValue: string) => {
      const target = { component: { name: "MonitoringCtrlr" }, variable: { name } }
      const result = { ...target, attributeStatus: "Accepted", attributeValue } as const
      station.with("GetVariables", { getVariableData: [target] }, { getVariableResult: [result] })
    }
    read("ActiveMonitoringBase", "FactoryDefault")
    expect(state()).toMatchObject({ monitoringBase: "FactoryDefault", uncertain: { monitoringLevel: true } })
    read("ActiveMonitoringLevel", "5")
    expect(state()).not.toHaveProperty("uncertain")
    station.loses("SetMonitoringLevel", { severity: 9 })
    station.with("SetMonitoringLevel", { severity: 5 }, { status: "Accepted" })
    expect([state().monitoringLevel, state().uncertain]).toEqual([5, undefined])
    expect(station.tags("Monitoring")).toEqual(["MonitoringBaseSet", "MonitoringLevelSet", "MonitoringBaseSet"])
  })

  it("ST-3, DM-46: SetVariableMonitoring and ClearVariableMonitoring make the monitors stale until they are reported", () => {
    const place = { component: { name: "A" }, variable: { name: "B" } }
    const station = new Losing()
    const told = () => [station.mirror.diagnostics.stale, ...station.uncertain]
    station.loses("SetVariableMonitoring", { setMonitoringData: [{ ...place, value: 1, type: "Delta", severity: 5 }] })
    expect(told()).toEqual([true, "diagnostics SetVariableMonitoring"])
    station.with("GetMonitoringReport", { requestId: 1 }, { status: "EmptyResultSet" })
    expect(station.mirror.diagnostics.stale).toBe(false)
    station.loses("ClearVariableMonitoring", { id: [1] })
    expect(told()).toEqual([true, "diagnostics SetVariableMonitoring", "diagnostics ClearVariableMonitoring"])
  })

  it("ST-3: what a mirror holds of it is plain data", () => {
    const station = new Losing()
    station.loses("ReserveNow", { id: 7, idToken, expiryDateTime: time(1800) })
    station.loses("SetMonitoringLevel", { severity: 9 })
    station.loses("SetChargingProfile", { evseId: 1, chargingProfile: txDefault() })
    expect(stored(station.mirror)).toStrictEqual(station.mirror)
    expect(JSON.stringify(station.events)).not.toContain(idToken.idToken)
  })
})

describe("other hardware under the same identity", () => {
  const first = { model: "M1", vendorName: "V", serialNumber: "1" }

  /** A station that has something of everything. */
  const full = () => {
    const station = new Losing()
    station.boots(first)
    station.with("ChangeAvailability", { operationalStatus: "Inoperative" }, { status: "Accepted" })
    station.with("ReserveNow", { id: 7, idToken, expiryDateTime: time(1800) }, { status: "Accepted" })
    station.with("GetLocalListVersion", {}, { versionNumber: 4 })
    station.sets(txDefault())
    station.with("SetDisplayMessage", { message: message(1) }, { status: "Accepted" })
    station.with("SetMonitoringLevel", { severity: 5 }, { status: "Accepted" })
    station.reportsCertificates()
    return station
  }

  it("ST-3, DM-28: makes uncertain all that the old one was told, and says so once for each block", () => {
    const station = full()
    const { availability, displayMessages, localAuthorizationList, reservations, smartCharging, ...rest } =
      station.boots({
        ...first,
        serialNumber: "2"
      })
    const entries = [
      ...(availability.requested ?? []),
      ...displayMessages.messages,
      localAuthorizationList,
      ...reservations.open,
      ...smartCharging.profiles
    ]
    expect(entries.map(({ uncertain }) => uncertain)).toEqual([true, true, true, true, true])
    expect(rest.certificates.installed.CSMSRootCertificate?.outdated).toBe(true)
    expect(rest.diagnostics.uncertain).toEqual({ monitoringLevel: true })
    expect(station.tags("StationReplaced")).toHaveLength(1)
    expect(station.uncertain.toSorted()).toEqual(
      [
        "availability",
        "certificates",
        "diagnostics",
        "displayMessages",
        "localAuthorizationList",
        "reservations",
        "smartCharging"
      ].map((block) => `${block} BootNotification`)
    )
    station.boots({ ...first, serialNumber: "3" })
    expect(station.uncertain).toHaveLength(7)
  })

  it("ST-4, ST-3: a reboot, a new firmware and a station that tells no serial number leave it certain", () => {
    const station = full()
    station.boots(first)
    station.boots({ ...first, firmwareVersion: "2" })
    station.boots({ model: "M1", vendorName: "V", firmwareVersion: "3" })
    expect(station.uncertain).toEqual([])
  })
})
