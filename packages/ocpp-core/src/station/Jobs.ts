/**
 * The jobs of one station, in time: registered before their request is sent, given up when the station falls silent (CE-1,
 * CE-4). What is known of them is in the mirror, so they outlive a connection and the process (B-20, CE-8); what is here can
 * be made again from it.
 */
import type { Job, JobsState } from "../blocks/Job.ts"
import { type CollectedKind, isFollowed, kindAskedBy } from "../blocks/JobKinds.ts"
import * as Jobs from "../blocks/Jobs.ts"
import { withJobs } from "../blocks/Mirror.ts"
import { Duty } from "./Duty.ts"

/** See the head of the file. Its deadline is that of the job that is due first. */
export class StationJobs extends Duty {
  /** Whether a deadline passed while the station was offline, or before this process: it starts anew when it is back. */
  private isLapsed = false
  /** CSMS clock in milliseconds: when it started anew for the last time. */
  private anewAt = 0

  /** Some were open when the station was stored. */
  restored(): void {
    this.isLapsed = true
  }

  /** A CALL of ours is about to be sent: what it asks for may come before its answer (CE-1, R-165). */
  requested(action: string, payload: unknown): void {
    const kind = kindAskedBy(action)
    if (kind === undefined) return
    this.change((jobs, at, ears) => Jobs.request(jobs, action, payload, at, ears))
    if (isFollowed(kind)) this.station.journal.flush() // what it brings would not be known after a crash (CE-8)
  }

  /** The CALL was not sent, or answered with a CALLERROR. */
  withdrawn(action: string, payload: unknown): void {
    if (kindAskedBy(action) !== undefined) this.change((jobs) => Jobs.withdraw(jobs, action, payload))
  }

  /** What became of the CALL is not known. */
  unanswered(action: string, payload: unknown): void {
    if (kindAskedBy(action) !== undefined)
      this.change((jobs, at, ears) => Jobs.unanswered(jobs, action, payload, at, ears))
  }

  /** Whether a message is part of a job: a Pending station may send it (LC-6). */
  expects(action: string, payload: unknown): boolean {
    return Jobs.isExpected(this.station.mirror.jobs, action, payload)
  }

  /** Forgets a job of parts (CE-7); `false` when there was none. */
  cancel(kind: CollectedKind, requestId: number): boolean {
    return this.change((jobs, at, ears) => Jobs.cancel(jobs, kind, requestId, at, ears))
  }

  /** An exchange changed them. */
  mirrored(): void {
    this.arm()
  }

  /** The station is there, or there again (CE-4). */
  connected(): void {
    if (!this.isLapsed) return
    this.isLapsed = false
    this.anewAt = this.station.engine.now()
    this.arm()
  }

  expire(): void {
    if (this.station.session === undefined) {
      this.isLapsed = true
      return
    }
    const due = this.open.filter((job) => this.dueAt(job) <= this.station.engine.now())
    // The end of a followed job is stored like one that a message brings.
    this.station.journal.record(
      () => {
        for (const job of due) this.change((jobs, at, ears) => Jobs.giveUp(jobs, job, at, ears))
      },
      () => {}
    )
    this.arm()
  }

  private get open(): ReadonlyArray<Job> {
    return this.station.mirror.jobs.open
  }

  /** Until when a job may be silent, CSMS clock in milliseconds. The answer to its request has a deadline of its own. */
  private dueAt(job: Job): number {
    const { longJobTimeout, reportTimeout } = this.station.engine.settings
    if (job.standing === "Requested") return Infinity
    const timeout = isFollowed(job.kind) ? longJobTimeout : reportTimeout
    return Math.max(Jobs.silentSince(job), this.anewAt) + timeout
  }

  private arm(): void {
    const first = this.open.reduce((least, job) => Math.min(least, this.dueAt(job)), Infinity)
    if (first === Infinity || this.isLapsed) this.close()
    else this.due(first - this.station.engine.now())
  }

  private change(by: (jobs: JobsState, at: number, ears: Jobs.JobEars) => JobsState): boolean {
    const { station } = this
    const before = station.mirror
    const at = station.engine.now()
    station.remirror((mirror, emit) => withJobs(mirror, (jobs, ears) => by(jobs, at, ears), emit))
    if (station.mirror.jobs === before.jobs) return false
    this.arm()
    return true
  }
}
