/** Drives the jobs of one station, exchange by exchange, as the engine does. */
import type { Action } from "@wattline/ocpp-v201"
import type { Exchange } from "../../src/blocks/Block.ts"
import type { Job, JobEnd, JobProgressed, JobsState, JobStarted } from "../../src/blocks/Job.ts"
import type { CollectedKind, JobKind } from "../../src/blocks/JobKinds.ts"
import * as Jobs from "../../src/blocks/Jobs.ts"
import { noon } from "./payloads.ts"

/** What the requests of all kinds have besides their id. */
const minimal = {
  reportBase: "FullInventory",
  report: true,
  clear: false,
  chargingProfile: { stackLevel: 0 },
  logType: "SecurityLog",
  firmware: { location: "ftp://user:secret@host/fw", retrieveDateTime: "2024-05-01T12:00:00Z" },
  location: "ftp://user:secret@host/fw",
  log: { remoteLocation: "ftp://user:secret@host/log" },
  checksum: "d41d8cd98f00b204e9800998ecf8427e"
}

/** See the head of the file. Each answer is to the last request. */
export class JobsDriver {
  state: JobsState = Jobs.noJobs
  readonly told: Array<JobStarted | JobProgressed> = []
  readonly ends: Array<JobEnd> = []
  at = noon
  private asked: object = minimal
  private readonly ears: Jobs.JobEars = {
    tell: (event) => void this.told.push(event),
    end: (end) => void this.ends.push(end)
  }

  /** The request is sent. */
  asks(action: Action, requestId: number, more: object = {}): this {
    this.asked = { ...minimal, requestId, ...more }
    return this.to(Jobs.request(this.state, action, this.asked, this.at, this.ears))
  }
  /** Its CALL is answered. */
  answers(action: Action, requestId: number, status = "Accepted", more: object = {}): this {
    const exchange = { request: { ...this.asked, requestId }, response: { status, ...more }, at: this.at }
    return this.to(Jobs.acknowledge(this.state, action, exchange as unknown as Exchange, this.ears))
  }
  /** Sent, and answered. */
  starts(action: Action, requestId: number, status = "Accepted", more: object = {}): this {
    return this.asks(action, requestId, more).answers(action, requestId, status)
  }
  /** A message of the station. */
  hears(action: Action, request: object): this {
    const exchange = { request, response: {}, at: this.at }
    return this.to(Jobs.hear(this.state, action, exchange, this.ears))
  }
  withdraws(action: Action, requestId: number): this {
    return this.to(Jobs.withdraw(this.state, action, { requestId }))
  }
  losesAnswer(action: Action, requestId: number): this {
    return this.to(Jobs.unanswered(this.state, action, { requestId }, this.at, this.ears))
  }
  cancels(kind: CollectedKind, requestId: number): this {
    return this.to(Jobs.cancel(this.state, kind, requestId, this.at, this.ears))
  }
  /** The deadline of a job passes. */
  givesUp(kind: JobKind, requestId: number): this {
    const job: Job | undefined = Jobs.findJob(this.state, kind, requestId)
    return job === undefined ? this : this.to(Jobs.giveUp(this.state, job, this.at, this.ears))
  }

  get outcomes(): ReadonlyArray<unknown> {
    return this.ends.map(({ outcome }) => outcome)
  }
  get open(): ReadonlyArray<string> {
    return this.state.open.map(({ kind, requestId }) => `${kind} ${requestId}`)
  }

  private to(next: JobsState): this {
    this.state = next
    return this
  }
}
