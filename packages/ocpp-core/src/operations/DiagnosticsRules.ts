/** What must hold of monitors before they are sent (N-9, N-10, DM-41 to DM-43), and of customers (N-16, N-19). Pure. */
import type {
  CertificateHashDataType,
  CustomerInformationRequest,
  DataEnumType,
  MonitorEnumType,
  SetMonitoringDataType
} from "@wattline/ocpp-v201"
import { type DeviceModel, find } from "../blocks/DeviceModel.ts"
import { type Monitor, monitorKey, type Monitors, placeKey } from "../blocks/Monitors.ts"
import { isSupported } from "../blocks/PersonalMessages.ts"
import { type HashData, isSameHex } from "../transport/CertificateHash.ts"
import type { BrokenRule } from "./CheckFailed.ts"

/** The data types that a type of monitor may watch (DM-41). */
const watches: { readonly [T in MonitorEnumType]: (dataType: DataEnumType) => boolean } = {
  UpperThreshold: (dataType) => isNumeric(dataType),
  LowerThreshold: (dataType) => isNumeric(dataType),
  Delta: () => true,
  Periodic: (dataType) => dataType !== "dateTime",
  PeriodicClockAligned: (dataType) => dataType !== "dateTime"
}

const isNumeric = (dataType: DataEnumType): boolean => dataType === "decimal" || dataType === "integer"

/** Monitoring as a whole: closed by a reported false, or by an inventory without it (DM-17, DM-18). */
export const brokenBySupport = (model: DeviceModel): ReadonlyArray<BrokenRule> =>
  isSupported(model, "MonitoringCtrlr") === false
    ? [{ rule: "DM-18", detail: "the station has no monitoring, or it is switched off" }]
    : []

/** A severity is a whole number from 0, Danger, to 9, Debug (DM-45). `rule`: who says so. */
export const brokenBySeverity = (severity: number, rule: string): ReadonlyArray<BrokenRule> =>
  Number.isInteger(severity) && severity >= 0 && severity <= 9
    ? []
    : [{ rule, detail: `severity ${severity} is not one of 0 to 9` }]

/** Every rule that monitors break: by what they are, and by what is known of their variables and of those that are there. */
export const brokenByMonitors = (
  data: ReadonlyArray<SetMonitoringDataType>,
  model: DeviceModel,
  known: Monitors
): ReadonlyArray<BrokenRule> => {
  const seen = new Set<string>()
  return data.flatMap((item, at): ReadonlyArray<BrokenRule> => {
    const key = monitorKey(item)
    const isDouble = seen.has(key)
    seen.add(key)
    return [
      ...(isDouble ? [{ rule: "DM-43", detail: "another one has this variable, type and severity" }] : []),
      ...brokenBySeverity(item.severity, "DM-45"),
      ...brokenByValue(item),
      ...brokenByVariable(item, model),
      ...(item.id === undefined ? [] : brokenByReplacing(item, known[item.id]))
    ].map(({ detail, rule }) => ({ rule, detail: `monitor ${at}: ${detail}` }))
  })
}

const brokenByValue = ({ type, value }: SetMonitoringDataType): ReadonlyArray<BrokenRule> => {
  if (type === "Delta" && value < 0) return [{ rule: "N04.FR.14", detail: "a Delta is not negative" }]
  if (type.startsWith("Periodic") && !(value > 0)) return [{ rule: "DM-42", detail: "a period is more than 0 s" }]
  return []
}

const brokenByVariable = (item: SetMonitoringDataType, model: DeviceModel): ReadonlyArray<BrokenRule> => {
  const characteristics = find(model, item.component, item.variable)?.characteristics
  if (characteristics === undefined) return []
  const { dataType, maxLimit = Infinity, minLimit = -Infinity, supportsMonitoring } = characteristics
  const { type, value } = item
  const broken: Array<BrokenRule> = []
  if (!supportsMonitoring) broken.push({ rule: "DM-43", detail: "the variable cannot be monitored" })
  if (!watches[type](dataType)) broken.push({ rule: "DM-41", detail: `there is no ${type} of a ${dataType}` })
  else if (type.endsWith("Threshold") && (value < minLimit || value > maxLimit))
    broken.push({ rule: "N04.FR.06", detail: `${value} is outside of ${minLimit} to ${maxLimit}` })
  if (type === "Delta" && value !== 1 && !isNumeric(dataType) && dataType !== "dateTime")
    broken.push({ rule: "N04.FR.17", detail: `the Delta of a ${dataType} has the value 1` })
  return broken
}

const brokenByReplacing = (item: SetMonitoringDataType, known: Monitor | undefined): ReadonlyArray<BrokenRule> => {
  if (known === undefined || known.stale) return []
  const broken: Array<BrokenRule> = []
  if (placeKey(known) !== placeKey(item))
    broken.push({ rule: "N04.FR.16", detail: `monitor ${known.id} is of another variable` })
  if (known.kind === "HardWiredMonitor") broken.push({ rule: "N04.FR.18", detail: `monitor ${known.id} is hard-wired` })
  return broken
}

/** Thresholds that are taken and never pass: at the limit of the variable on their side (DM-42). */
export const idleThresholds = (
  data: ReadonlyArray<SetMonitoringDataType>,
  model: DeviceModel
): ReadonlyArray<BrokenRule> =>
  data.flatMap(({ component, type, value, variable }, at) => {
    const characteristics = find(model, component, variable)?.characteristics
    const limit =
      type === "UpperThreshold"
        ? characteristics?.maxLimit
        : type === "LowerThreshold"
          ? characteristics?.minLimit
          : undefined
    return limit === value
      ? [{ rule: "DM-42", detail: `monitor ${at}: ${type} ${value} is the limit of the variable and never passed` }]
      : []
  })

/** What a CustomerInformation request breaks. `installed`: the certificates that are known. Names no customer. */
export const brokenByCustomer = (
  {
    clear,
    customerCertificate,
    customerIdentifier,
    idToken,
    report
  }: Pick<CustomerInformationRequest, "clear" | "customerCertificate" | "customerIdentifier" | "idToken" | "report">,
  installed: ReadonlyArray<HashData>
): ReadonlyArray<BrokenRule> => {
  const broken: Array<BrokenRule> = []
  const named = [customerCertificate, customerIdentifier, idToken].filter((one) => one !== undefined).length
  if (named !== 1)
    broken.push({
      rule: clear ? "N10.FR.08" : "N09.FR.04",
      detail: `the customer is named in ${named} ways: one of idToken, customerCertificate, customerIdentifier`
    })
  if (!report && !clear) broken.push({ rule: "N09.FR.07", detail: "neither report nor clear" })
  if (customerCertificate !== undefined && isOtherwiseHashed(customerCertificate, installed))
    broken.push({
      rule: clear ? "N10.FR.09" : "N09.FR.08",
      detail: "the station knows the certificate by another hash algorithm"
    })
  return broken
}

/** It is known, by its serial number, and only with other algorithms. */
const isOtherwiseHashed = (asked: CertificateHashDataType, installed: ReadonlyArray<HashData>): boolean => {
  const same = installed.filter(({ serialNumber }) => isSameHex(serialNumber, asked.serialNumber))
  return same.length > 0 && same.every(({ hashAlgorithm }) => hashAlgorithm !== asked.hashAlgorithm)
}
