/** Monitors set and cleared: split as the station needs it, matched by key, told one by one (N04, N06). */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type {
  ClearMonitoringStatusEnumType,
  MonitorEnumType,
  SetMonitoringDataType,
  SetMonitoringResultType,
  SetMonitoringStatusEnumType,
  StatusInfoType
} from "@wattline/ocpp-v201"
import { value as valueOf, type VariableQuery } from "../blocks/DeviceModel.ts"
import { monitorKey } from "../blocks/Monitors.ts"
import type { Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import type { BrokenRule, CheckFailed } from "./CheckFailed.ts"
import { checked, type MonitoringOptions } from "./DiagnosticsBase.ts"
import { brokenByMonitors, idleThresholds } from "./DiagnosticsRules.ts"
import { batches, callBytes, limitVariables, requestLimits, targetOf } from "./ProvisioningBatches.ts"
import { getVariables } from "./ProvisioningVariables.ts"

/** How monitors are set or cleared; the rest holds for each request. */
export interface MonitorsOptions extends MonitoringOptions {
  /** Items in one request as long as the station has not told its limit, and reported nothing. Default 1 (DM-16). */
  readonly itemsPerMessage?: number
  /** Reads the limits of the station first, if they are not known. Default false. */
  readonly readLimits?: boolean
}

/** A monitor that is to be set: `{ component: "EVSE", evseId: 1, variable: "AvailabilityState", type: "Delta", value: 1 }`. */
export interface MonitorItem extends Omit<VariableQuery, "attribute"> {
  readonly type: MonitorEnumType
  /**
   * Thresholds: in the unit of the variable. Delta: a difference in that unit, seconds for a dateTime, 1 for what is no number.
   * Periodic: seconds (DM-42).
   */
  readonly value: number
  /** 0 Danger to 9 Debug. Default 5, Alert (DM-45). */
  readonly severity?: number
  /** Only during transactions. Default false. */
  readonly transaction?: boolean
  /** Replaces the monitor with this id, which must be of the same variable (N04.FR.12, N04.FR.16). */
  readonly id?: number
}

/** What became of one monitor that was to be set; `Missing`: the station left it out of its answer. */
export interface SetMonitorOutcome {
  readonly item: MonitorItem
  readonly status: SetMonitoringStatusEnumType | "Missing"
  /** What the station calls it; with Accepted (N04.FR.11). */
  readonly id?: number
  readonly statusInfo?: StatusInfoType
}

/** What became of all of them. */
export interface SetMonitorsResult {
  /** One for each item, in the order they were asked for. */
  readonly outcomes: ReadonlyArray<SetMonitorOutcome>
  /** Results for what nobody asked for. */
  readonly unexpected: ReadonlyArray<SetMonitoringResultType>
  /** What the station takes although it does nothing: thresholds that are never passed (DM-42). */
  readonly warnings: ReadonlyArray<BrokenRule>
}

/** What became of one monitor that was to be cleared; `Missing`: the station left it out of its answer. */
export interface ClearMonitorOutcome {
  readonly id: number
  readonly status: ClearMonitoringStatusEnumType | "Missing"
  readonly statusInfo?: StatusInfoType
}

/** One of several requests failed; `outcomes` holds what was answered before. */
export class MonitorsPartlySet extends Data.TaggedError("MonitorsPartlySet")<{
  readonly identity: string
  readonly outcomes: ReadonlyArray<SetMonitorOutcome>
  /** Of the request that failed: it depends on `failure` whether the station knows of them. */
  readonly unanswered: ReadonlyArray<MonitorItem>
  /** Of which the station knows nothing. */
  readonly notAttempted: ReadonlyArray<MonitorItem>
  readonly failure: CallFailure
}> {
  override get message(): string {
    return `${this.identity}: ${this.outcomes.length} monitors were told, then: ${this.failure.message}`
  }
}

/** One of several requests failed; `outcomes` holds what was answered before. */
export class MonitorsPartlyCleared extends Data.TaggedError("MonitorsPartlyCleared")<{
  readonly identity: string
  readonly outcomes: ReadonlyArray<ClearMonitorOutcome>
  /** Of the request that failed: it depends on `failure` whether the station knows of them. */
  readonly unanswered: ReadonlyArray<number>
  /** Of which the station knows nothing. */
  readonly notAttempted: ReadonlyArray<number>
  readonly failure: CallFailure
}> {
  override get message(): string {
    return `${this.identity}: ${this.outcomes.length} monitors were told, then: ${this.failure.message}`
  }
}

/**
 * Sets any number of monitors: one request after the other, each as large as the station takes it, results matched by component,
 * variable, type and severity, in the order asked, with the ids the station gave (N-8). A negative status is a value. Fails with
 * `CheckFailed` before anything is sent (N-9, N-10): see `DiagnosticsRules`; as `station.call` does; with `MonitorsPartlySet`
 * when there are several requests and one of them fails.
 *
 * @example
 * const { outcomes } = yield* Diagnostics.setVariableMonitoring(station, [
 *   { component: "ChargingStation", variable: "Power", type: "UpperThreshold", value: 40_000, severity: 4 }
 * ])
 */
export const setVariableMonitoring: (
  station: Station,
  monitors: ReadonlyArray<MonitorItem>,
  options?: MonitorsOptions
) => Effect.Effect<SetMonitorsResult, CallFailure | CheckFailed | MonitorsPartlySet> = Effect.fn(
  "Diagnostics.setVariableMonitoring"
)(function* (station, monitors, options = {}) {
  const limits = yield* limitsOf(station, "SetVariableMonitoring", options)
  const { diagnostics, provisioning } = (yield* station.snapshot).mirror
  const asked = monitors.map((item) => {
    const { id, severity = 5, transaction, type, value, ...query } = item
    const { component, variable } = targetOf(provisioning.deviceModel, query)
    const data: SetMonitoringDataType = {
      ...(id !== undefined && { id }),
      ...(transaction !== undefined && { transaction }),
      value,
      type,
      severity,
      component,
      variable
    }
    return { item, data, key: monitorKey(data) }
  })
  const all = asked.map(({ data }) => data)
  yield* checked(
    station,
    "SetVariableMonitoring",
    options,
    brokenByMonitors(all, provisioning.deviceModel, diagnostics.monitors)
  )
  const overhead = callBytes("SetVariableMonitoring", "setMonitoringData", [])
  const { answered, failure, told, ...rest } = yield* inTurn(
    batches(asked, limits, overhead, ({ data }) => data),
    (batch) =>
      Effect.map(
        station.call("SetVariableMonitoring", { setMonitoringData: batch.map(({ data }) => data) }, options),
        ({ setMonitoringResult }) => setMonitoringResult
      )
  )
  const results = new Map<string, SetMonitoringResultType>()
  const keys = new Set(answered.map(({ key }) => key))
  const unexpected = told.filter((result) => {
    const key = monitorKey(result)
    if (!keys.has(key) || results.has(key)) return true
    results.set(key, result)
    return false
  })
  const outcomes = answered.map(({ item, key }) => setOutcome(item, results.get(key)))
  if (failure === undefined) return { outcomes, unexpected, warnings: idleThresholds(all, provisioning.deviceModel) }
  if (answered.length === 0) return yield* Effect.fail(failure)
  const unanswered = rest.unanswered.map(({ item }) => item)
  const notAttempted = rest.notAttempted.map(({ item }) => item)
  return yield* new MonitorsPartlySet({ identity: station.identity, outcomes, unanswered, notAttempted, failure })
})

/**
 * Clears any number of monitors: one request after the other, each as large as the station takes it, a result for each id in the
 * order asked, each id once (N-13). A negative status is a value. Fails as `station.call` does; with `CheckFailed` when the station
 * has no monitoring; with `MonitorsPartlyCleared` when there are several requests and one of them fails.
 *
 * @example
 * const { mirror } = yield* station.snapshot
 * const outcomes = yield* Diagnostics.clearVariableMonitoring(station, monitorsOf(mirror.diagnostics.monitors).map(({ id }) => id))
 */
export const clearVariableMonitoring: (
  station: Station,
  ids: ReadonlyArray<number>,
  options?: MonitorsOptions
) => Effect.Effect<ReadonlyArray<ClearMonitorOutcome>, CallFailure | CheckFailed | MonitorsPartlyCleared> = Effect.fn(
  "Diagnostics.clearVariableMonitoring"
)(function* (station, ids, options = {}) {
  yield* checked(station, "ClearVariableMonitoring", options)
  const limits = yield* limitsOf(station, "ClearVariableMonitoring", options)
  const { answered, failure, told, ...rest } = yield* inTurn(
    batches([...new Set(ids)], limits, callBytes("ClearVariableMonitoring", "id", [])),
    (batch) =>
      Effect.map(
        station.call("ClearVariableMonitoring", { id: [...batch] }, options),
        ({ clearMonitoringResult }) => clearMonitoringResult
      )
  )
  const results = new Map(told.map((result) => [result.id, result]))
  const outcomes = answered.map((id): ClearMonitorOutcome => {
    const { status = "Missing", statusInfo } = results.get(id) ?? {}
    return { id, status, ...(statusInfo && { statusInfo }) }
  })
  if (failure === undefined) return outcomes
  if (answered.length === 0) return yield* Effect.fail(failure)
  return yield* new MonitorsPartlyCleared({ identity: station.identity, outcomes, ...rest, failure })
})

/** What the station takes in one request; asks it when that is wanted and not known. */
const limitsOf = Effect.fnUntraced(function* (
  station: Station,
  action: "SetVariableMonitoring" | "ClearVariableMonitoring",
  { itemsPerMessage = 1, readLimits = false, ...options }: MonitorsOptions
) {
  const model = Effect.map(station.snapshot, ({ mirror }) => mirror.provisioning.deviceModel)
  if (readLimits) {
    const before = yield* model
    const unknown = limitVariables(action).filter((query) => valueOf(before, query) === undefined)
    // One that cannot be read is one that is not known; what is wrong with the link shows in the request itself.
    if (before.reportedAt === undefined && unknown.length > 0)
      yield* Effect.ignore(getVariables(station, unknown, options))
  }
  return requestLimits(yield* model, action, itemsPerMessage)
})

/** One request after the other, up to the first that fails. */
const inTurn = Effect.fnUntraced(function* <Item, Told>(
  all: ReadonlyArray<ReadonlyArray<Item>>,
  send: (batch: ReadonlyArray<Item>) => Effect.Effect<ReadonlyArray<Told>, CallFailure>
) {
  const told: Array<Told> = []
  for (const [at, batch] of all.entries()) {
    const answer = yield* Effect.result(send(batch))
    if (answer._tag === "Failure") {
      const notAttempted = all.slice(at + 1).flat()
      return { answered: all.slice(0, at).flat(), told, failure: answer.failure, unanswered: batch, notAttempted }
    }
    told.push(...answer.success)
  }
  return { answered: all.flat(), told, failure: undefined, unanswered: [], notAttempted: [] }
})

const setOutcome = (item: MonitorItem, told: SetMonitoringResultType | undefined): SetMonitorOutcome => {
  const { id, status = "Missing", statusInfo } = told ?? {}
  return { item, status, ...(id !== undefined && { id }), ...(statusInfo && { statusInfo }) }
}
