/** How many items a station takes in one message, where it has told so in a report or an answer (B05.FR.11, B06.FR.05). */
import type { Tell } from "./Finding.ts"
import type { Check, MakeCheck, SentCall, StationLog } from "./StationLog.ts"

interface Limit {
  readonly list: string
  readonly variable: string
  readonly rules: ReadonlyArray<string>
}

const limits: { readonly [action: string]: Limit | undefined } = {
  ClearVariableMonitoring: {
    list: "id",
    variable: "MonitoringCtrlr.ItemsPerMessage[ClearVariableMonitoring]",
    rules: ["N-13"]
  },
  GetMonitoringReport: {
    list: "componentVariable",
    variable: "DeviceDataCtrlr.ItemsPerMessage[GetReport]",
    rules: ["N-5"]
  },
  GetReport: {
    list: "componentVariable",
    variable: "DeviceDataCtrlr.ItemsPerMessage[GetReport]",
    rules: ["B08.FR.06", "B-18"]
  },
  GetVariables: {
    list: "getVariableData",
    variable: "DeviceDataCtrlr.ItemsPerMessage[GetVariables]",
    rules: ["B06.FR.05", "B-8"]
  },
  SendLocalList: {
    list: "localAuthorizationList",
    variable: "LocalAuthListCtrlr.ItemsPerMessage",
    rules: ["D01.FR.11", "D-1"]
  },
  SetVariableMonitoring: {
    list: "setMonitoringData",
    variable: "MonitoringCtrlr.ItemsPerMessage[SetVariableMonitoring]",
    rules: ["N04.FR.09"]
  },
  SetVariables: {
    list: "setVariableData",
    variable: "DeviceDataCtrlr.ItemsPerMessage[SetVariables]",
    rules: ["B05.FR.11", "B-1"]
  }
}

/** The variables that hold a limit. */
export const limitVariables: ReadonlyArray<string> = Object.values(limits).flatMap((limit) => limit?.variable ?? [])

class Limits implements Check {
  readonly #log: StationLog

  constructor(log: StationLog) {
    this.#log = log
  }

  call({ action, from, payload }: SentCall, tell: Tell): void {
    const limit = Object.hasOwn(limits, action) ? limits[action] : undefined
    if (from !== "csms" || limit === undefined) return
    const most = this.#log.number(limit.variable)
    const items = (payload as Readonly<Record<string, unknown>>)[limit.list]
    if (most === undefined || most <= 0 || !Array.isArray(items) || items.length <= most) return
    tell(
      "error",
      limit.rules,
      `${items.length} items in ${limit.list}; the station takes ${most} in one message (${limit.variable})`
    )
  }
}

/** Items in one message. */
export const itemLimits: MakeCheck = (log) => new Limits(log)
