/** Monitoring as a whole: which monitors there are, how severe an event has to be (N03, N05). */
import * as Effect from "effect/Effect"
import type {
  GenericDeviceModelStatusEnumType,
  GenericStatusEnumType,
  MonitoringBaseEnumType,
  StatusInfoType
} from "@wattline/ocpp-v201"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { type AllowedRules, type BrokenRule, CheckFailed, unallowed } from "./CheckFailed.ts"
import { brokenBySeverity, brokenBySupport } from "./DiagnosticsRules.ts"

/** How monitoring is changed. */
export interface MonitoringOptions extends CallOptions {
  /** Rules that may be broken, by what is known of the station; `"All"` leaves it all to the station. Default: none. */
  readonly allow?: AllowedRules
}

/** The station's answer. */
export interface MonitoringStatus<Status> {
  readonly status: Status
  readonly statusInfo?: StatusInfoType
}

/**
 * Chooses which monitors are there: All, FactoryDefault (custom ones are removed), HardWiredOnly (preconfigured ones are switched
 * off as well). What is known of monitors is stale then, and read again (N-7, DM-46). Fails as `station.call` does, and with
 * `CheckFailed` when the station has no monitoring.
 *
 * @example
 * const { status } = yield* Diagnostics.setMonitoringBase(station, "FactoryDefault")
 */
export const setMonitoringBase: (
  station: Station,
  monitoringBase: MonitoringBaseEnumType,
  options?: MonitoringOptions
) => Effect.Effect<MonitoringStatus<GenericDeviceModelStatusEnumType>, CallFailure | CheckFailed> = Effect.fn(
  "Diagnostics.setMonitoringBase"
)(function* (station, monitoringBase, options = {}) {
  yield* checked(station, "SetMonitoringBase", options)
  const { status, statusInfo } = yield* station.call("SetMonitoringBase", { monitoringBase }, options)
  return { status, ...(statusInfo && { statusInfo }) }
})

/**
 * Events of a severity with a higher number are not sent any longer (N-12, N05.FR.03). Fails as `station.call` does, and with
 * `CheckFailed` when `severity` is not one of 0 to 9 or the station has no monitoring.
 *
 * @example
 * const { status } = yield* Diagnostics.setMonitoringLevel(station, 4)
 */
export const setMonitoringLevel: (
  station: Station,
  severity: number,
  options?: MonitoringOptions
) => Effect.Effect<MonitoringStatus<GenericStatusEnumType>, CallFailure | CheckFailed> = Effect.fn(
  "Diagnostics.setMonitoringLevel"
)(function* (station, severity, options = {}) {
  yield* checked(station, "SetMonitoringLevel", options, brokenBySeverity(severity, "N-12"))
  const { status, statusInfo } = yield* station.call("SetMonitoringLevel", { severity }, options)
  return { status, ...(statusInfo && { statusInfo }) }
})

/** Fails with all that is broken, unless it is left to the station. */
export const checked = Effect.fnUntraced(function* (
  { identity, snapshot }: Station,
  action: string,
  { allow }: MonitoringOptions,
  broken: ReadonlyArray<BrokenRule> = []
) {
  const all = unallowed([...brokenBySupport((yield* snapshot).mirror.provisioning.deviceModel), ...broken], allow)
  if (all.length > 0) return yield* new CheckFailed({ identity, action, broken: all })
})
