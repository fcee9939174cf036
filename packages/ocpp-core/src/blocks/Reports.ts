/**
 * Reports in progress: the parts of each, from the first NotifyReport to the last (B07, B08). Deadlines belong to the
 * engine, which calls `abandonReport` of Provisioning.ts when one passes.
 */
import type { NotifyReportRequest, ReportBaseEnumType } from "@wattline/ocpp-v201"
import { maxVariables } from "./DeviceModel.ts"
import { withoutSecrets, type ReportPart } from "./DeviceModelReport.ts"
import { add, gaps, type SequenceRange } from "./SequenceRanges.ts"
import { isBefore } from "./Timestamp.ts"

/** What was asked for: a base report, or `Custom` for GetReport. */
export type ReportKind = ReportBaseEnumType | "Custom"

/** One report whose parts are being collected (B-14). Staged secrets are removed. */
export interface Report {
  readonly requestId: number
  /** Absent while the acknowledgement has not been reduced; the first parts may be earlier (R-165, CE-1). */
  readonly kind?: ReportKind
  /** CSMS clock in milliseconds since 1970: the acknowledgement, or the first part if that was earlier. */
  readonly openedAt: number
  /** CSMS clock in milliseconds since 1970: the last part or the opening. Deadlines count from here (B-15). */
  readonly progressAt: number
  /** By seqNo, each once. */
  readonly parts: ReadonlyArray<ReportPart>
  /** seqNo of the part without tbc, once it is there. */
  readonly lastSeqNo?: number
}

/** A report that was completed or given up; its late duplicates are not a new report (B-13). */
export interface FinishedReport {
  readonly requestId: number
  /** Station clock, ISO 8601: `generatedAt` of its latest part; absent when it had none. */
  readonly generatedAt?: string
}

/** Reports in progress in the order they were opened, and the last few finished ones. Plain data. */
export interface Reports {
  readonly open: ReadonlyArray<Report>
  readonly finished: ReadonlyArray<FinishedReport>
}

/** No report. Shared by all stations. */
export const noReports: Reports = Object.freeze({ open: Object.freeze([]), finished: Object.freeze([]) })

/**
 * Parts that are kept for reports nobody asked for, per station. An acknowledgement is reduced within a few parts;
 * what never gets one must not fill the memory.
 */
export const maxUnacknowledgedParts = 32

/**
 * Variables, and parts, that are kept for the reports in progress of one station; further ones are left out. One more than a
 * device model takes, so that it shows there.
 */
export const maxStagedVariables = maxVariables + 1

/** Finished reports that are remembered per station, to know their late duplicates. */
export const maxFinishedReports = 8

/** The report in progress with this id. */
export const findReport = (reports: Reports, requestId: number): Report | undefined =>
  reports.open.find((report) => report.requestId === requestId)

/** True when the part without tbc and all before it are there (B-14, CE-3). */
export const isComplete = ({ parts, lastSeqNo }: Report): boolean =>
  // Sorted, unique and not negative: at its own index there is no gap before it.
  lastSeqNo !== undefined && parts[lastSeqNo]?.seqNo === lastSeqNo

/** The missing seqNos as far as they are known: up to the last part, or to the highest one that came (B-15). */
export const missingParts = ({ parts, lastSeqNo }: Report): ReadonlyArray<SequenceRange> => {
  const received = parts.reduce<ReadonlyArray<number>>((ranges, { seqNo }) => add(ranges, seqNo), [])
  return gaps(received, 0, lastSeqNo ?? parts.at(-1)?.seqNo ?? -1)
}

/** Opens a report on its acknowledgement, with the parts that overtook it. A reused id starts afresh. */
export const acknowledge = (reports: Reports, requestId: number, kind: ReportKind, at: number): Reports => {
  const staged = findReport(reports, requestId)
  const opened: Report =
    staged === undefined || staged.kind !== undefined
      ? { requestId, kind, openedAt: at, progressAt: at, parts: [] }
      : { ...staged, kind, progressAt: at }
  return {
    open: [...reports.open.filter((report) => report !== staged), opened],
    finished: reports.finished.filter((report) => report.requestId !== requestId)
  }
}

/** Stages one part (B-14, B-19). Duplicates, and late duplicates of finished reports, change nothing (B-13). */
export const addPart = (reports: Reports, request: NotifyReportRequest, at: number): Reports => {
  const { requestId, seqNo, generatedAt, reportData = [], tbc = false } = request
  const report = findReport(reports, requestId)
  if (seqNo < 0 || report?.parts.some((part) => part.seqNo === seqNo)) return reports
  if (report === undefined && isLateDuplicate(reports, request)) return reports
  const room = report?.kind === undefined ? roomFor(reports, report) : reports.open
  if (room === undefined) return reports
  const staged = reports.open.flatMap(({ parts }) => parts)
  if (staged.length >= maxStagedVariables) return reports
  const left = maxStagedVariables - staged.reduce((sum, one) => sum + one.reportData.length, 0)
  const fitting = reportData.length > left ? reportData.slice(0, left) : reportData
  const part: ReportPart = { seqNo, generatedAt, receivedAt: at, reportData: withoutSecrets(fitting) }
  const before = report ?? { requestId, openedAt: at, parts: [] }
  const parts = before.parts.slice()
  parts.splice(before.parts.findLastIndex((other) => other.seqNo < seqNo) + 1, 0, part)
  const next: Report = { ...before, progressAt: at, parts, ...(!tbc && { lastSeqNo: lastOf(report, seqNo) }) }
  return { ...reports, open: report === undefined ? [...room, next] : room.map((old) => (old === report ? next : old)) }
}

// Two parts without tbc contradict each other; the higher one is the safe reading, whatever came first.
const lastOf = (report: Report | undefined, seqNo: number): number => Math.max(report?.lastSeqNo ?? seqNo, seqNo)

const isLateDuplicate = ({ finished }: Reports, { requestId, generatedAt }: NotifyReportRequest): boolean =>
  finished.some(
    (report) =>
      report.requestId === requestId && report.generatedAt !== undefined && !isBefore(report.generatedAt, generatedAt)
  )

/** The open reports with room for one more part nobody asked for: the oldest such report gives way, never `own`. */
const roomFor = ({ open }: Reports, own: Report | undefined): ReadonlyArray<Report> | undefined => {
  const staged = open.reduce((sum, { kind, parts }) => sum + (kind === undefined ? parts.length : 0), 0)
  if (staged < maxUnacknowledgedParts) return open
  const oldest = open.find((report) => report.kind === undefined && report !== own)
  return oldest && open.filter((report) => report !== oldest)
}

/** Takes a report out; its late duplicates will be known (B-13). */
export const finish = (reports: Reports, requestId: number): Reports => {
  const report = findReport(reports, requestId)
  const generatedAt = report?.parts
    .map((part) => part.generatedAt)
    .reduce<string | undefined>((latest, at) => (latest === undefined || isBefore(latest, at) ? at : latest), undefined)
  const finished: FinishedReport = { requestId, ...(generatedAt !== undefined && { generatedAt }) }
  return {
    open: reports.open.filter((other) => other !== report),
    finished: [...reports.finished.filter((other) => other.requestId !== requestId), finished].slice(
      -maxFinishedReports
    )
  }
}

/** After a reboot nothing will acknowledge what came before it. */
export const dropUnacknowledged = (reports: Reports): Reports =>
  reports.open.every((report) => report.kind !== undefined)
    ? reports
    : { ...reports, open: reports.open.filter((report) => report.kind !== undefined) }
