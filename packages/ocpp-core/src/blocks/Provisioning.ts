/**
 * Block B: what a station says of itself at boot, its device model, the reports it is sending, a reset it owes us.
 * Registration and who may speak when are decided in station/, not here.
 */
import type {
  BootNotificationRequest,
  BootReasonEnumType,
  ChargingStationType,
  ComponentType,
  GenericDeviceModelStatusEnumType,
  RegistrationStatusEnumType,
  ReportBaseEnumType,
  ReportDataType,
  ResetEnumType,
  VariableType
} from "@wattline/ocpp-v201"
import type { Block, Exchange } from "./Block.ts"
import { empty, type DeviceModel } from "./DeviceModel.ts"
import {
  afterReboot,
  applyEvents,
  applyGetVariables,
  applySetVariables,
  applyStatus,
  markStale,
  type VariableChanged
} from "./DeviceModelChanges.ts"
import { applyReport } from "./DeviceModelReport.ts"
import { assumeHeartbeatInterval } from "./DeviceModelImplied.ts"
import { type NetworkProfiles, withAccepted } from "./NetworkProfiles.ts"
import {
  acknowledge,
  addPart,
  dropUnacknowledged,
  findReport,
  finish,
  isComplete,
  missingParts,
  noReports,
  type Report,
  type ReportKind,
  type Reports
} from "./Reports.ts"
import type { SequenceRange } from "./SequenceRanges.ts"

/** State of block B for one station. Plain data. */
export interface ProvisioningState {
  /** Of the last BootNotification; absent before the first. */
  readonly chargingStation?: ChargingStationType
  /** Reason of the last boot that is taken for a reboot (LC-16). */
  readonly bootReason?: BootReasonEnumType
  /** CSMS clock in milliseconds since 1970 of that boot (LC-16). */
  readonly bootedAt?: number
  /** Our answer to the last BootNotification, reboot or not. */
  readonly bootStatus?: RegistrationStatusEnumType
  /** A reset of the whole station that was accepted and not yet followed by a boot (B-28). */
  readonly pendingReset?: PendingReset
  readonly deviceModel: DeviceModel
  readonly reports: Reports
  /** Network connection profiles that the station accepted, by configuration slot; it does not tell them itself (B09). */
  readonly networkProfiles?: NetworkProfiles
}

/** A reset the station owes us (B-28). */
export interface PendingReset {
  readonly type: ResetEnumType
  readonly status: "Accepted" | "Scheduled"
  /** CSMS clock in milliseconds since 1970: its answer. */
  readonly at: number
}

/** What block B says happened. Identity, epoch and time are added by the engine. */
export type ProvisioningEvent =
  | FirmwareChanged
  | StationReplaced
  | ResetPending
  | ResetDone
  | ReportReceived
  | ReportFailed
  | RebootRequired
  | VariableChanged

/** The firmware is another than at the last boot; the device model is stale now (LC-17, B07.FR.14). */
export interface FirmwareChanged {
  readonly _tag: "FirmwareChanged"
  readonly from: string
  readonly to: string
}

/** Model, vendor or serial number differ from the last boot; the device model is stale now (DM-28). */
export interface StationReplaced {
  readonly _tag: "StationReplaced"
  readonly from: ChargingStationType
  readonly to: ChargingStationType
}

/** The station will reset as a whole: at once, or (Scheduled) when its transactions have ended (B-28). */
export interface ResetPending {
  readonly _tag: "ResetPending"
  readonly type: ResetEnumType
  readonly status: "Accepted" | "Scheduled"
}

/** The boot that closes a pending reset, whatever reason it gives (B-28). */
export interface ResetDone {
  readonly _tag: "ResetDone"
  readonly type: ResetEnumType
  readonly reason: BootReasonEnumType
}

/**
 * A report is complete and in the device model; it stands for all the changes it brought (B-14, DM-20, DM-21). Also for
 * a report the station acknowledged as empty (B-16). The data is in seqNo order, without secrets.
 */
export interface ReportReceived {
  readonly _tag: "ReportReceived"
  readonly requestId: number
  /** Absent for GetReport. */
  readonly reportBase?: ReportBaseEnumType
  readonly variables: number
  readonly reportData: ReadonlyArray<ReportDataType>
}

/** A report was refused (B-16), or given up incomplete; what had come of it is in the device model (DM-22). */
export interface ReportFailed {
  readonly _tag: "ReportFailed"
  readonly requestId: number
  /** Absent for GetReport, and for a report that was never acknowledged. */
  readonly reportBase?: ReportBaseEnumType
  readonly reason: "Rejected" | "NotSupported" | "Incomplete"
  /** The seqNos known to be missing; the end may be missing too. */
  readonly missing: ReadonlyArray<SequenceRange>
}

/** A variable was set and takes effect with the next reboot (B05.FR.10, DM-25). */
export interface RebootRequired {
  readonly _tag: "RebootRequired"
  readonly component: ComponentType
  readonly variable: VariableType
}

type Emit = (event: ProvisioningEvent) => void

const boot = (state: ProvisioningState, exchange: Exchange<"BootNotification">, emit: Emit): ProvisioningState => {
  const { request, response, at } = exchange
  const before = state.chargingStation
  const changed = before !== undefined && sayChanges(before, request, emit)
  const chargingStation =
    before !== undefined && isSame(before, request.chargingStation) ? before : request.chargingStation
  const known = changed ? markStale(state.deviceModel) : state.deviceModel
  const isAccepted = response.status === "Accepted"
  const deviceModel = isAccepted ? assumeHeartbeatInterval(known, response.interval, at, emit) : known
  const told = { ...state, chargingStation, bootStatus: response.status, deviceModel }
  if (exchange.rebooted !== true) return told
  const { pendingReset, ...rest } = told
  if (pendingReset !== undefined) emit({ _tag: "ResetDone", type: pendingReset.type, reason: request.reason })
  return {
    ...rest,
    bootReason: request.reason,
    bootedAt: at,
    deviceModel: afterReboot(deviceModel),
    reports: dropUnacknowledged(state.reports)
  }
}

/** Says what is different; absent means not told, which is no difference. */
const sayChanges = (from: ChargingStationType, request: BootNotificationRequest, emit: Emit): boolean => {
  const to = request.chargingStation
  const { firmwareVersion: oldFirmware = to.firmwareVersion, serialNumber: oldSerial = to.serialNumber } = from
  const { firmwareVersion: newFirmware = oldFirmware, serialNumber: newSerial = oldSerial } = to
  const replaced = from.model !== to.model || from.vendorName !== to.vendorName || oldSerial !== newSerial
  if (replaced) emit({ _tag: "StationReplaced", from, to })
  if (oldFirmware === undefined || newFirmware === undefined || oldFirmware === newFirmware) return replaced
  emit({ _tag: "FirmwareChanged", from: oldFirmware, to: newFirmware })
  return true
}

const isSame = (a: ChargingStationType, b: ChargingStationType): boolean =>
  a.firmwareVersion === b.firmwareVersion &&
  a.serialNumber === b.serialNumber &&
  a.model === b.model &&
  a.vendorName === b.vendorName &&
  a.modem?.iccid === b.modem?.iccid &&
  a.modem?.imsi === b.modem?.imsi &&
  a.customData === undefined &&
  b.customData === undefined

const reset = (
  state: ProvisioningState,
  { request, response, at }: Exchange<"Reset">,
  emit: Emit
): ProvisioningState => {
  if (request.evseId !== undefined || response.status === "Rejected") return state
  const pendingReset: PendingReset = { type: request.type, status: response.status, at }
  emit({ _tag: "ResetPending", type: pendingReset.type, status: pendingReset.status })
  return { ...state, pendingReset }
}

/** The reboot of an accepted reset did not come: it is not owed any more. */
export const lapseReset = ({ pendingReset: _, ...state }: ProvisioningState): ProvisioningState => state

/** The acknowledgement of a report request (B-16). */
const acknowledged = (
  state: ProvisioningState,
  requestId: number,
  kind: ReportKind,
  status: GenericDeviceModelStatusEnumType,
  at: number,
  emit: Emit
): ProvisioningState => {
  if (status === "Accepted")
    return settle({ ...state, reports: acknowledge(state.reports, requestId, kind, at) }, requestId, at, emit)
  if (status === "EmptyResultSet")
    emit({ _tag: "ReportReceived", requestId, ...baseOf(kind), variables: 0, reportData: [] })
  else emit({ _tag: "ReportFailed", requestId, ...baseOf(kind), reason: status, missing: [] })
  return findReport(state.reports, requestId) === undefined
    ? state
    : { ...state, reports: finish(state.reports, requestId) }
}

const notifyReport = (
  state: ProvisioningState,
  { request, at }: Exchange<"NotifyReport">,
  emit: Emit
): ProvisioningState => {
  const reports = addPart(state.reports, request, at)
  return reports === state.reports ? state : settle({ ...state, reports }, request.requestId, at, emit)
}

/** Applies a report that is complete and acknowledged: a FullInventory replaces, others merge (DM-20, DM-21). */
const settle = (state: ProvisioningState, requestId: number, at: number, emit: Emit): ProvisioningState => {
  const report = findReport(state.reports, requestId)
  if (report?.kind === undefined || !isComplete(report)) return state
  const reportData = report.parts.flatMap((part) => part.reportData)
  emit({ _tag: "ReportReceived", requestId, ...baseOf(report.kind), variables: reportData.length, reportData })
  return closed(state, report, report.kind === "FullInventory" ? "replace" : "merge", at)
}

const closed = (
  state: ProvisioningState,
  report: Report,
  mode: "replace" | "merge",
  at: number
): ProvisioningState => ({
  ...state,
  deviceModel: applyReport(state.deviceModel, report.parts, mode, at),
  reports: finish(state.reports, report.requestId)
})

/**
 * Gives up a report whose deadline has passed or whose end came with a gap: what is there is merged, nothing is removed
 * (DM-22, B-15). Unknown ids change nothing. `at` is CSMS time in milliseconds since 1970.
 */
export const abandonReport = (
  state: ProvisioningState,
  requestId: number,
  at: number,
  emit: (event: ReportFailed) => void
): ProvisioningState => {
  const report = findReport(state.reports, requestId)
  if (report === undefined) return state
  emit({ _tag: "ReportFailed", requestId, ...baseOf(report.kind), reason: "Incomplete", missing: missingParts(report) })
  return report.parts.length === 0
    ? { ...state, reports: finish(state.reports, requestId) }
    : closed(state, report, "merge", at)
}

const baseOf = (kind: ReportKind | undefined): { readonly reportBase?: ReportBaseEnumType } =>
  kind === undefined || kind === "Custom" ? {} : { reportBase: kind }

const withModel = (state: ProvisioningState, deviceModel: DeviceModel): ProvisioningState =>
  deviceModel === state.deviceModel ? state : { ...state, deviceModel }

/** Block B, Provisioning, and the device model changes of block N (DM-26). */
export const provisioning: Block<ProvisioningState, ProvisioningEvent> = {
  initial: Object.freeze({ deviceModel: empty, reports: noReports }),
  reduce: {
    BootNotification: boot,
    Reset: reset,
    SetNetworkProfile: (state, exchange) =>
      exchange.response.status === "Accepted"
        ? { ...state, networkProfiles: withAccepted(state.networkProfiles, exchange) }
        : state,
    StatusNotification: (state, { request, at }) => withModel(state, applyStatus(state.deviceModel, request, at)),
    GetBaseReport: (state, { request, response, at }, emit) =>
      acknowledged(state, request.requestId, request.reportBase, response.status, at, emit),
    GetReport: (state, { request, response, at }, emit) =>
      acknowledged(state, request.requestId, "Custom", response.status, at, emit),
    NotifyReport: notifyReport,
    GetVariables: (state, { response, at }, emit) =>
      withModel(state, applyGetVariables(state.deviceModel, response, at, emit)),
    SetVariables: (state, { request, response, at }, emit) => {
      const deviceModel = applySetVariables(state.deviceModel, request, response, at, emit)
      for (const { attributeStatus, component, variable } of response.setVariableResult)
        if (attributeStatus === "RebootRequired") emit({ _tag: "RebootRequired", component, variable })
      return withModel(state, deviceModel)
    },
    NotifyEvent: (state, { request, at }, emit) =>
      withModel(state, applyEvents(state.deviceModel, request.eventData, at, emit))
  }
}
