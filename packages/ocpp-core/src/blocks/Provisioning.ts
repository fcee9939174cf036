/**
 * Block B: what a station says of itself at boot, its device model, a reset it owes us.
 * Registration and who may speak when are decided in station/, not here.
 */
import type {
  BootNotificationRequest,
  BootReasonEnumType,
  ChargingStationType,
  ComponentType,
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
  type AttributeTarget,
  markStale,
  type VariableChanged
} from "./DeviceModelChanges.ts"
import { applyReport, type ReportMode, type ReportPart } from "./DeviceModelReport.ts"
import { assumeHeartbeatInterval } from "./DeviceModelImplied.ts"
import { allDoubted, type NetworkProfiles, withAccepted, withDoubted } from "./NetworkProfiles.ts"
import type { Job, JobEnd, JobPart } from "./Job.ts"
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
  /**
   * Network connection profiles that the station accepted, or may have (uncertain, ST-3), by configuration slot; it does not
   * tell them itself (B09).
   */
  readonly networkProfiles?: NetworkProfiles
  /** The station gives no FullInventory: it refused one, or had nothing to tell, since its last reboot (B-17). */
  readonly inventoryRefused?: true
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

/**
 * A report was refused (B-16), forgotten here (CE-7), or given up incomplete; what had come of an incomplete one is in the
 * device model (DM-22).
 */
export interface ReportFailed {
  readonly _tag: "ReportFailed"
  readonly requestId: number
  /** Absent for GetReport, and for a report that was never acknowledged. */
  readonly reportBase?: ReportBaseEnumType
  readonly reason: "Rejected" | "NotSupported" | "Incomplete" | "Cancelled"
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
  const { inventoryRefused: _, pendingReset, ...rest } = told
  if (pendingReset !== undefined) emit({ _tag: "ResetDone", type: pendingReset.type, reason: request.reason })
  return {
    ...rest,
    bootReason: request.reason,
    bootedAt: at,
    deviceModel: afterReboot(deviceModel)
  }
}

/** Says what is different; absent means not told, which is no difference. */
const sayChanges = (from: ChargingStationType, request: BootNotificationRequest, emit: Emit): boolean => {
  const to = request.chargingStation
  const { firmwareVersion: oldFirmware = to.firmwareVersion } = from
  const { firmwareVersion: newFirmware = oldFirmware } = to
  const replaced = isOtherHardware(from, to)
  if (replaced) emit({ _tag: "StationReplaced", from, to })
  if (oldFirmware === undefined || newFirmware === undefined || oldFirmware === newFirmware) return replaced
  emit({ _tag: "FirmwareChanged", from: oldFirmware, to: newFirmware })
  return true
}

/** Whether model, vendor or serial number differ (DM-28); a serial number that is absent is no difference. */
export const isOtherHardware = (from: ChargingStationType, to: ChargingStationType): boolean => {
  const { serialNumber: oldSerial = to.serialNumber } = from
  const { serialNumber: newSerial = oldSerial } = to
  return from.model !== to.model || from.vendorName !== to.vendorName || oldSerial !== newSerial
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

/** Whether a FullInventory is to be asked for: there is none, or it may be outdated, and the station gives one (B-17). */
export const isInventoryDue = ({ deviceModel, inventoryRefused }: ProvisioningState): boolean =>
  inventoryRefused !== true &&
  // One that was cut would be cut again: only a change of the station makes it due (DM-20).
  (deviceModel.stale || (deviceModel.inventoryAt === undefined && deviceModel.isTruncated !== true))

/** The station gives no FullInventory until it reboots (B-17). */
export const refuseInventory = (state: ProvisioningState): ProvisioningState =>
  state.inventoryRefused === true ? state : { ...state, inventoryRefused: true }

/** The reboot of an accepted reset did not come: it is not owed any more. */
export const lapseReset = ({ pendingReset: _, ...state }: ProvisioningState): ProvisioningState => state

/**
 * A report is over. Complete: a FullInventory replaces what was there, others merge (DM-20, DM-21). With parts missing, what is
 * there is merged and nothing removed (DM-22, B-15). Refused or forgotten: nothing changes (B-16).
 */
const reportEnded = (
  state: ProvisioningState,
  { at, job, outcome }: JobEnd<"Report">,
  emit: Emit
): ProvisioningState => {
  const { about, requestId } = job
  switch (outcome._tag) {
    case "Complete": {
      const parts = outcome.parts.map((part) => reportPart(part, job))
      const reportData = parts.flatMap((part) => part.reportData)
      emit({ _tag: "ReportReceived", requestId, ...about, variables: reportData.length, reportData })
      const mode = about.reportBase === "FullInventory" ? "replace" : "merge"
      return withReport(state, parts, mode, at, job.changes)
    }
    case "Partial": {
      const { missing, parts } = outcome
      emit({ _tag: "ReportFailed", requestId, ...about, reason: "Incomplete", missing })
      return withReport(
        state,
        parts.map((part) => reportPart(part, job)),
        "merge",
        at,
        job.changes
      )
    }
    case "Failed": {
      const reason = outcome.reason === "NotSupported" ? "NotSupported" : "Rejected"
      emit({ _tag: "ReportFailed", requestId, ...about, reason, missing: [] })
      return state
    }
    case "Cancelled":
      emit({ _tag: "ReportFailed", requestId, ...about, reason: "Cancelled", missing: [] })
      return state
  }
}

/** What a write left in doubt after the report had been asked for stays in doubt (ST-3). */
const withReport = (
  state: ProvisioningState,
  parts: ReadonlyArray<ReportPart>,
  mode: ReportMode,
  at: number,
  doubts?: ReadonlyArray<AttributeTarget>
): ProvisioningState =>
  parts.length === 0
    ? state
    : withModel(state, markStale(applyReport(state.deviceModel, parts, mode, at), doubts ?? []))

const reportPart = ({ message, receivedAt, seqNo }: JobPart<"Report">, { openedAt: askedAt }: Job): ReportPart => ({
  seqNo,
  askedAt,
  receivedAt,
  generatedAt: message.generatedAt,
  reportData: message.reportData ?? []
})

const withModel = (state: ProvisioningState, deviceModel: DeviceModel): ProvisioningState =>
  deviceModel === state.deviceModel ? state : { ...state, deviceModel }

const withSlots = (state: ProvisioningState, networkProfiles: NetworkProfiles): ProvisioningState =>
  networkProfiles === state.networkProfiles ? state : { ...state, networkProfiles }

/** Block B, Provisioning, and the device model changes of block N (DM-26). */
export const provisioning: Block<ProvisioningState, ProvisioningEvent> = {
  initial: Object.freeze({ deviceModel: empty }),
  reduce: {
    BootNotification: boot,
    Reset: reset,
    SetNetworkProfile: (state, exchange) =>
      exchange.response.status === "Accepted"
        ? { ...state, networkProfiles: withAccepted(state.networkProfiles, exchange) }
        : state,
    StatusNotification: (state, { request, at }) => withModel(state, applyStatus(state.deviceModel, request, at)),
    GetBaseReport: (state, { request, response }) =>
      request.reportBase === "FullInventory" && response.status !== "Accepted" ? refuseInventory(state) : state,
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
  },
  unanswered: {
    SetVariables: (state, { setVariableData }) => withModel(state, markStale(state.deviceModel, setVariableData)),
    SetNetworkProfile: (state, request, at) => withSlots(state, withDoubted(state.networkProfiles, request, at))
  },
  // The boot itself has made the device model stale.
  replaced: (state) =>
    state.networkProfiles === undefined ? state : withSlots(state, allDoubted(state.networkProfiles)),
  since: {
    Report: {
      SetVariables: ({ request, response }) =>
        response === undefined
          ? request.setVariableData.map(({ component, variable, attributeType = "Actual" }) => ({
              component,
              variable,
              attributeType
            }))
          : []
    }
  },
  jobs: {
    Report: reportEnded,
    // DM-28
    Firmware: (state, { outcome }) =>
      outcome._tag === "Complete" ? withModel(state, markStale(state.deviceModel)) : state
  }
}
