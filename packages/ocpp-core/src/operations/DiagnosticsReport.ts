/** Reports of monitors, collected from all their parts (N02). */
import * as Effect from "effect/Effect"
import type {
  ComponentVariableType,
  GetMonitoringReportResponse,
  MonitoringCriterionEnumType,
  MonitoringDataType,
  StatusInfoType
} from "@wattline/ocpp-v201"
import type { SequenceRange } from "../blocks/SequenceRanges.ts"
import type { Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import type { CheckFailed } from "./CheckFailed.ts"
import { checked, type MonitoringOptions } from "./DiagnosticsBase.ts"
import type { JobSeen } from "./JobParts.ts"
import * as Jobs from "./Jobs.ts"
import { requestReports } from "./ReportRequests.ts"
import type { ReportStatus } from "./ProvisioningReport.ts"

/** How a report of monitors is asked for; the rest holds for each request. */
export interface MonitoringReportOptions extends MonitoringOptions {
  /** Told after each part. Must not throw; what it takes, the parts wait for. */
  readonly onProgress?: (progress: JobSeen) => void
  /** Variables in one request as long as the station has not told its limit, and reported nothing. Default 1 (DM-16). */
  readonly itemsPerMessage?: number
}

/** Which monitors; all of them, without anything. An empty list counts as absent (N-5). */
export interface MonitoringReportQuery {
  readonly componentVariable?: ReadonlyArray<ComponentVariableType>
  readonly monitoringCriteria?: ReadonlyArray<MonitoringCriterionEnumType>
}

/** One request and what came of it. */
export interface CollectedMonitoringReport {
  readonly requestId: number
  readonly status: ReportStatus
  readonly statusInfo?: StatusInfoType
  /** In the order of the parts. Of an incomplete one: what came. */
  readonly monitors: ReadonlyArray<MonitoringDataType>
  /** Parts that came, each counted once. */
  readonly parts: number
  /** The seqNos known to be missing; the end may be missing too. */
  readonly missing: ReadonlyArray<SequenceRange>
}

/** What became of it, of one request or of several. */
export interface MonitoringReportResult {
  /** `Complete` and `EmptyResultSet` only when all requests ended so; otherwise what the last one ended with. */
  readonly status: ReportStatus
  readonly monitors: ReadonlyArray<MonitoringDataType>
  /** In the order they were made. */
  readonly requests: ReadonlyArray<CollectedMonitoringReport>
  /** How a further request failed, after others had been answered; the status is `Incomplete` then. */
  readonly failure?: CallFailure
}

/**
 * Asks for monitors and collects all parts; every way it can end is a value, and what came is in the mirror by then. With more
 * variables than the station takes at once several requests follow each other with the same criteria, by the limits of GetReport;
 * the first one that is refused or incomplete is the last (N-5). Fails as `station.call` does, unless others were answered before,
 * and with `CheckFailed` when the station has no monitoring.
 *
 * @example
 * const { monitors, status } = yield* Diagnostics.getMonitoringReport(station, { monitoringCriteria: ["ThresholdMonitoring"] })
 */
export const getMonitoringReport: (
  station: Station,
  query?: MonitoringReportQuery,
  options?: MonitoringReportOptions
) => Effect.Effect<MonitoringReportResult, CallFailure | CheckFailed> = Effect.fn("Diagnostics.getMonitoringReport")(
  function* (station, { componentVariable = [], monitoringCriteria = [] } = {}, options = {}) {
    yield* checked(station, "GetMonitoringReport", options)
    const criteria = { ...(monitoringCriteria.length > 0 && { monitoringCriteria: [...monitoringCriteria] }) }
    const asked = yield* requestReports(
      station,
      "GetMonitoringReport",
      componentVariable,
      criteria,
      options,
      (fields) =>
        collect(station, options.onProgress, (requestId) =>
          station.call("GetMonitoringReport", { requestId, ...fields }, options)
        )
    )
    return { ...asked, monitors: asked.requests.flatMap((one) => one.monitors) }
  }
)

const collect = Effect.fnUntraced(function* (
  station: Station,
  onProgress: MonitoringReportOptions["onProgress"],
  ask: (requestId: number) => Effect.Effect<GetMonitoringReportResponse, CallFailure>
) {
  const { outcome, requestId, response } = yield* Jobs.run(station, "MonitoringReport", ask, {
    onMessage: (_message, seen) => onProgress?.(seen)
  })
  const parts = "parts" in outcome ? outcome.parts : []
  const collected: CollectedMonitoringReport = {
    requestId,
    status: statusOf(outcome, response),
    ...(response.statusInfo && { statusInfo: response.statusInfo }),
    monitors: parts.flatMap(({ message }) => message.monitor ?? []),
    parts: parts.length,
    missing: outcome._tag === "Partial" ? outcome.missing : []
  }
  return collected
})

const statusOf = (
  { _tag }: Jobs.JobResult<"MonitoringReport">["outcome"],
  { status }: GetMonitoringReportResponse
): ReportStatus => {
  switch (_tag) {
    case "Complete":
      return status === "EmptyResultSet" ? status : "Complete"
    case "Failed":
      return status === "Accepted" ? "Incomplete" : status
    case "Cancelled":
      return _tag
    default:
      return "Incomplete"
  }
}
