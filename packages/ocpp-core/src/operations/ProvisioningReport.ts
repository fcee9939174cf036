/** Reports, collected from all their parts: what came, what is missing, how far it is (B07, B08). */
import * as Effect from "effect/Effect"
import type {
  ComponentCriterionEnumType,
  ComponentVariableType,
  GetReportResponse,
  ReportBaseEnumType,
  ReportDataType,
  StatusInfoType
} from "@wattline/ocpp-v201"
import type { SequenceRange } from "../blocks/SequenceRanges.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import type { JobSeen } from "./JobParts.ts"
import * as Jobs from "./Jobs.ts"
import { requestReports } from "./ReportRequests.ts"

/** How far a report is, after each part. */
export interface ReportProgress {
  readonly requestId: number
  /** Parts that came, each counted once. */
  readonly parts: number
  /** Variables in them. */
  readonly variables: number
  /** Parts of which a later one is there already. */
  readonly missing: ReadonlyArray<SequenceRange>
}

/** How a report is asked for; the rest holds for each CALL. */
export interface ReportOptions extends CallOptions {
  /** Told after each part. Must not throw; what it takes, the parts wait for. */
  readonly onProgress?: (progress: ReportProgress) => void
}

/** How a GetReport is asked for. */
export interface GetReportOptions extends ReportOptions {
  /** Variables in one request as long as the station has not told its limit, and reported nothing. Default 1 (DM-16). */
  readonly itemsPerMessage?: number
}

/** What a GetReport is about; what is left out counts as any (B08.FR.20 to .25). */
export interface ReportQuery {
  readonly componentVariable?: ReadonlyArray<ComponentVariableType>
  /** Components for which one of these is true (B08.FR.13). */
  readonly componentCriteria?: ReadonlyArray<ComponentCriterionEnumType>
}

/**
 * What became of one report request.
 *
 * - `Complete`: all parts are there
 * - `EmptyResultSet`: the station has nothing that fits; no part comes (B08.FR.15)
 * - `Rejected`, `NotSupported`: the station's answer (B-16)
 * - `Incomplete`: parts are missing after the deadline (`reportTimeout` of the CSMS, from the last part on), the end may be
 *   among them; what came is in the device model (B-15, DM-22)
 * - `Cancelled`: it was forgotten here (CE-7)
 */
export type ReportStatus = "Complete" | "EmptyResultSet" | "Rejected" | "NotSupported" | "Incomplete" | "Cancelled"

/** One report request and what came of it. */
export interface CollectedReport {
  readonly requestId: number
  readonly status: ReportStatus
  readonly statusInfo?: StatusInfoType
  /** In the order of the parts, without secrets. Of an incomplete one: what came. */
  readonly reportData: ReadonlyArray<ReportDataType>
  /** Parts that came, each counted once. */
  readonly parts: number
  /** Parts that came again and changed nothing (B-14). */
  readonly duplicates: number
  /** The seqNos known to be missing; the end may be missing too. */
  readonly missing: ReadonlyArray<SequenceRange>
}

/** What became of a GetReport, of one request or of several. */
export interface ReportResult {
  /** `Complete` and `EmptyResultSet` only when all requests ended so; otherwise what the last one ended with. */
  readonly status: ReportStatus
  readonly reportData: ReadonlyArray<ReportDataType>
  /** In the order they were made. */
  readonly requests: ReadonlyArray<CollectedReport>
  /** How a further request failed, after others had been answered; the status is `Incomplete` then (B-7). */
  readonly failure?: CallFailure
}

/**
 * Asks for a base report and collects all its parts (B-12, B-14, TC_B_12, TC_B_13, TC_B_14). Every way it can end is a value.
 * The device model has it by then: a FullInventory in place of what was there, others on top (DM-20, DM-21). Works while
 * Pending. Fails as `station.call` does.
 *
 * @example
 * const report = yield* Provisioning.getBaseReport(station, "FullInventory", {
 *   onProgress: ({ parts, variables }) => console.log(parts, variables)
 * })
 * if (report.status === "Incomplete") console.log("missing", report.missing)
 */
export const getBaseReport: (
  station: Station,
  reportBase: ReportBaseEnumType,
  options?: ReportOptions
) => Effect.Effect<CollectedReport, CallFailure> = Effect.fn("Provisioning.getBaseReport")(
  (station, reportBase, options = {}) =>
    collect(station, options.onProgress, (requestId) =>
      station.call("GetBaseReport", { requestId, reportBase }, options)
    )
)

/**
 * Asks for a report of some components and variables (B08, TC_B_18). With more variables than the station takes at once
 * several requests follow each other, each with an id of its own and with the same criteria (B-18, B08.FR.17/.18); the first
 * one that is refused or incomplete is the last. Works while Pending. Fails as `station.call` does, unless others were
 * answered before.
 *
 * @example
 * const { status, reportData } = yield* Provisioning.getReport(station, {
 *   componentCriteria: ["Problem"],
 *   componentVariable: [{ component: { name: "EVSE", evse: { id: 1 } }, variable: { name: "AvailabilityState" } }]
 * })
 */
export const getReport: (
  station: Station,
  query: ReportQuery,
  options?: GetReportOptions
) => Effect.Effect<ReportResult, CallFailure> = Effect.fn("Provisioning.getReport")(function* (
  station,
  { componentCriteria, componentVariable = [] },
  options = {}
) {
  const criteria = { ...(componentCriteria && { componentCriteria: [...componentCriteria] }) }
  const asked = yield* requestReports(station, "GetReport", componentVariable, criteria, options, (fields) =>
    collect(station, options.onProgress, (requestId) => station.call("GetReport", { requestId, ...fields }, options))
  )
  return { ...asked, reportData: asked.requests.flatMap((one) => one.reportData) }
})

const collect = Effect.fnUntraced(function* (
  station: Station,
  onProgress: ReportOptions["onProgress"],
  ask: (requestId: number) => Effect.Effect<GetReportResponse, CallFailure>
) {
  let seen: JobSeen | undefined
  let variables = 0
  const { outcome, requestId, response } = yield* Jobs.run(station, "Report", ask, {
    onMessage: ({ reportData = [] }, now) => {
      const isNew = now.parts > (seen?.parts ?? 0)
      seen = now
      if (!isNew) return
      variables += reportData.length
      onProgress?.({ requestId: now.requestId, parts: now.parts, variables, missing: now.missing })
    }
  })
  const { statusInfo } = response
  const collected: CollectedReport = {
    requestId,
    status: statusOf(outcome, response),
    ...(statusInfo && { statusInfo }),
    reportData: "parts" in outcome ? outcome.parts.flatMap(({ message }) => message.reportData ?? []) : [],
    parts: seen?.parts ?? 0,
    duplicates: seen?.duplicates ?? 0,
    missing: outcome._tag === "Partial" ? outcome.missing : outcome._tag === "Unfinished" ? (seen?.missing ?? []) : []
  }
  return collected
})

const statusOf = (outcome: Jobs.JobResult<"Report">["outcome"], { status }: GetReportResponse): ReportStatus => {
  if (outcome._tag === "Cancelled") return "Cancelled"
  if (outcome._tag === "Complete") return status === "EmptyResultSet" ? status : "Complete"
  return outcome._tag === "Failed" && status !== "Accepted" ? status : "Incomplete"
}
