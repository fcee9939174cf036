/**
 * The deadlines of reports in progress (B-15): each part gives a report more time; one that pauses too long is given up,
 * and what came of it is kept (DM-22). The parts themselves are in the mirror; a report outlives its connection (B-20).
 */
import type { GetBaseReportRequest, NotifyReportRequest } from "@wattline/ocpp-v201"
import type { MirrorEvent } from "../blocks/Mirror.ts"
import { abandonReport } from "../blocks/Provisioning.ts"
import { findReport } from "../blocks/Reports.ts"
import type { Expirable } from "../rpc/Deadlines.ts"
import type { StationProcess } from "./Station.ts"

/** See the head of the file. */
export class ReportJobs {
  private jobs: Map<number, Expirable> | undefined = undefined
  private readonly station: StationProcess

  constructor(station: StationProcess) {
    this.station = station
  }

  /** A report request was answered: from here on its parts are due. */
  answered(action: string, request: unknown, response: unknown): void {
    if (action !== "GetBaseReport" && action !== "GetReport") return
    if ((response as { readonly status: string }).status === "Accepted")
      this.wait((request as GetBaseReportRequest).requestId)
  }

  /** A message came: a part of a report that is waited for gives it more time. */
  heard(action: string, request: unknown): void {
    if (action !== "NotifyReport" || this.jobs === undefined) return
    const { requestId } = request as NotifyReportRequest
    if (this.jobs.has(requestId)) this.wait(requestId)
  }

  /** A report is complete or failed: nothing is due any more. */
  concluded(event: MirrorEvent): void {
    if (event._tag === "ReportReceived" || event._tag === "ReportFailed") this.forget(event.requestId)
  }

  /** Starts the deadlines of reports that were open when the station was last stored. */
  resume(): void {
    for (const { requestId } of this.station.mirror.provisioning.reports.open) this.wait(requestId)
  }

  /** Forgets all deadlines. */
  close(): void {
    for (const requestId of this.jobs?.keys() ?? []) this.forget(requestId)
  }

  private wait(requestId: number): void {
    const { deadlines, settings } = this.station.engine
    const jobs = (this.jobs ??= new Map())
    let job = jobs.get(requestId)
    if (job === undefined) jobs.set(requestId, (job = { slot: 0, expire: () => this.giveUp(requestId) }))
    deadlines.add(job, settings.reportTimeout)
  }

  private forget(requestId: number): void {
    const job = this.jobs?.get(requestId)
    if (job === undefined) return
    this.station.engine.deadlines.remove(job)
    this.jobs?.delete(requestId)
    if (this.jobs?.size === 0) this.jobs = undefined
  }

  private giveUp(requestId: number): void {
    this.forget(requestId)
    const { engine, mirror } = this.station
    if (findReport(mirror.provisioning.reports, requestId) === undefined) return
    this.station.remirror((now, emit) => ({
      ...now,
      provisioning: abandonReport(now.provisioning, requestId, engine.now(), emit)
    }))
  }
}
