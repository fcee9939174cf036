/** Which monitors a station takes (N04, DM-41 to DM-43). Pure. */
import type {
  DataEnumType,
  MonitorEnumType,
  SetMonitoringDataType,
  SetMonitoringStatusEnumType
} from "@wattline/ocpp-v201"
import type { Item } from "../deviceModel/Inventory.ts"
import type { MonitorSet } from "./Monitor.ts"

/** A status other than Accepted, and why. */
export interface MonitorProblem {
  readonly status: Exclude<SetMonitoringStatusEnumType, "Accepted">
  readonly reasonCode?: string
}

/** Monitors that the CSMS may set. */
export const maxCustom = 200

/** Why a monitor is not set, or `undefined`; the first rule that is broken. */
export const monitorProblem = (
  item: Item,
  data: SetMonitoringDataType,
  monitors: MonitorSet
): MonitorProblem | undefined => {
  const { id, severity, type, value } = data
  const { dataType, maxLimit = Infinity, minLimit = -Infinity, supportsMonitoring } = item.definition.characteristics
  if (severity < 0 || severity > 9) return rejected("ValueOutOfRange")
  if (!supportsMonitoring || !watches[type](dataType)) return { status: "UnsupportedMonitorType" } // N04.FR.05
  if (type.endsWith("Threshold") && (value < minLimit || value > maxLimit)) return rejected("ValueOutOfRange") // N04.FR.06
  if (type === "Delta" && value < 0) return rejected("ValuePositiveOnly") // N04.FR.14
  // Less than a second would be more events than there is to tell.
  if (type.startsWith("Periodic") && value < 1) return rejected("ValueTooLow")
  if (id !== undefined) {
    const replaced = monitors.all.get(id)
    if (replaced === undefined) return rejected("NotFound") // N04.FR.13
    if (replaced.item !== item) return rejected("InvalidValue") // N04.FR.16
    if (replaced.kind === "HardWiredMonitor") return rejected("ReadOnly") // N04.FR.18
  }
  if (monitors.rivals({ id: id ?? 0, item, severity, type })) return { status: "Duplicate" } // N04.FR.10
  if (id === undefined && monitors.all.size >= maxCustom) return rejected("OutOfMemory")
  return undefined
}

const rejected = (reasonCode: string): MonitorProblem => ({ status: "Rejected", reasonCode })

const isNumeric = (dataType: DataEnumType): boolean => dataType === "decimal" || dataType === "integer"

/** The data types that a type of monitor may watch (DM-41). */
const watches: { readonly [T in MonitorEnumType]: (dataType: DataEnumType) => boolean } = {
  UpperThreshold: isNumeric,
  LowerThreshold: isNumeric,
  Delta: () => true,
  Periodic: (dataType) => dataType !== "dateTime",
  PeriodicClockAligned: (dataType) => dataType !== "dateTime"
}
