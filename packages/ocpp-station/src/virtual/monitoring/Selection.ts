/** Which monitors a report is about, by variable (N02.FR.05 to .21). Pure. */
import type {
  GetMonitoringReportRequest,
  MonitorEnumType,
  MonitoringCriterionEnumType,
  MonitoringDataType
} from "@wattline/ocpp-v201"
import type { Item } from "../deviceModel/Inventory.ts"
import { isNamed } from "../deviceModel/Selection.ts"
import type { Monitor } from "./Monitor.ts"

/** The types that a criterion stands for (N02.FR.12 to .14). */
const typesBy: { readonly [C in MonitoringCriterionEnumType]: ReadonlyArray<MonitorEnumType> } = {
  ThresholdMonitoring: ["UpperThreshold", "LowerThreshold"],
  DeltaMonitoring: ["Delta"],
  PeriodicMonitoring: ["Periodic", "PeriodicClockAligned"]
}

/** The monitors of one of the types, on one of the variables, as they are reported. */
export const monitorsAsked = (
  monitors: Iterable<Monitor>,
  {
    componentVariable,
    monitoringCriteria
  }: Pick<GetMonitoringReportRequest, "componentVariable" | "monitoringCriteria">
): ReadonlyArray<MonitoringDataType> => {
  const types = monitoringCriteria?.flatMap((criterion) => typesBy[criterion])
  const found = new Map<Item, MonitoringDataType>()
  for (const { id, item, severity, transaction, type, value } of monitors) {
    if (types?.includes(type) === false || !isNamed(item, componentVariable)) continue
    const entry = { id, transaction, value, type, severity }
    const known = found.get(item)
    if (known !== undefined) known.variableMonitoring.push(entry)
    else found.set(item, { component: item.component, variable: item.variable, variableMonitoring: [entry] })
  }
  return [...found.values()]
}
