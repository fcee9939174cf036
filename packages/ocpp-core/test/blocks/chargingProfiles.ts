/** Charging profiles and mirrors for the tests of block K. */
import type {
  Action,
  ChargingProfileType,
  ChargingScheduleType,
  CsmsAction,
  Messages,
  ReportDataType,
  TransactionEventRequest
} from "@wattline/ocpp-v201"
import * as Mirror from "../../src/blocks/Mirror.ts"
import { exchange, frozen, noon, part, reported, time } from "./payloads.ts"

/** A schedule of 16 A from noon on. */
export const schedule = (more: Partial<ChargingScheduleType> = {}): ChargingScheduleType => ({
  id: 1,
  startSchedule: time(),
  chargingRateUnit: "A",
  chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }],
  ...more
})

/** An Absolute TxDefaultProfile of 16 A. */
export const txDefault = (more: Partial<ChargingProfileType> = {}): ChargingProfileType => ({
  id: 1,
  stackLevel: 0,
  chargingProfilePurpose: "TxDefaultProfile",
  chargingProfileKind: "Absolute",
  chargingSchedule: [schedule()],
  ...more
})

/** A Relative TxProfile of 16 A for transaction T1. */
export const txProfile = (more: Partial<ChargingProfileType> = {}): ChargingProfileType => {
  const { startSchedule: _, ...relative } = schedule()
  return {
    id: 2,
    stackLevel: 0,
    chargingProfilePurpose: "TxProfile",
    chargingProfileKind: "Relative",
    transactionId: "T1",
    chargingSchedule: [relative],
    ...more
  }
}

/** An Absolute ChargingStationMaxProfile of 16 A. */
export const maxProfile = (more: Partial<ChargingProfileType> = {}): ChargingProfileType =>
  txDefault({ id: 3, chargingProfilePurpose: "ChargingStationMaxProfile", ...more })

/** A mirror that exchanges are folded into. */
export class Folding {
  mirror: Mirror.StationMirror = Mirror.initial
  readonly events: Array<Mirror.MirrorEvent> = []
  private requestId = 0

  /** Folds one exchange; gives the mirror. */
  with<A extends Action>(
    action: A,
    request: Messages[A]["request"],
    response: Messages[A]["response"],
    at = noon,
    rebooted = false
  ): Mirror.StationMirror {
    const folded = exchange(action, request, response, at, rebooted)
    this.mirror = frozen(Mirror.reduce(this.mirror, action, folded, (event) => this.events.push(event)))
    return this.mirror
  }

  /** What becomes of a CALL is not known; gives the mirror. */
  loses<A extends CsmsAction>(action: A, request: Messages[A]["request"], at = noon): Mirror.StationMirror {
    this.mirror = frozen(Mirror.unanswered(this.mirror, action, request, at, (event) => this.events.push(event)))
    return this.mirror
  }

  sets(chargingProfile: ChargingProfileType, evseId = 1, at = noon): Mirror.StationMirror {
    return this.with("SetChargingProfile", { evseId, chargingProfile }, { status: "Accepted" }, at)
  }

  /** TransactionEvent of T1 on EVSE 1. */
  transaction(more: Partial<TransactionEventRequest> = {}, at = noon): Mirror.StationMirror {
    return this.with(
      "TransactionEvent",
      {
        eventType: "Started",
        timestamp: time(),
        triggerReason: "Authorized",
        seqNo: 0,
        transactionInfo: { transactionId: "T1" },
        evse: { id: 1, connectorId: 1 },
        ...more
      },
      {},
      at
    )
  }

  ends(): Mirror.StationMirror {
    return this.transaction({ eventType: "Ended", seqNo: 9, triggerReason: "EVDeparted" })
  }

  /** A complete FullInventory of these variables. */
  reports(...data: Array<ReportDataType>): Mirror.StationMirror {
    const requestId = ++this.requestId
    this.with("GetBaseReport", { requestId, reportBase: "FullInventory" }, { status: "Accepted" })
    return this.with("NotifyReport", part(requestId, 0, data), {})
  }

  /** What block K said, by tag. */
  get told(): ReadonlyArray<Mirror.MirrorEvent> {
    return this.events.filter(({ _tag }) => _tag.startsWith("ChargingProfile"))
  }
}

/** Report data of SmartChargingCtrlr. */
export const smartChargingCtrlr = (
  values: { readonly [variable: string]: string },
  evseId?: number
): Array<ReportDataType> =>
  Object.entries(values).map(([name, value]) =>
    name === "Entries"
      ? reported("SmartChargingCtrlr", { name, instance: "ChargingProfiles" }, "0", {
          dataType: "integer",
          maxLimit: Number(value),
          supportsMonitoring: false
        })
      : reported({ name: "SmartChargingCtrlr", ...(evseId !== undefined && { evse: { id: evseId } }) }, name, value)
  )

/** Report data of an EVSE with so many phases. */
export const evse = (id: number, phases: 0 | 1 | 3 = 3): ReportDataType =>
  reported({ name: "EVSE", evse: { id } }, "SupplyPhases", `${phases}`)
