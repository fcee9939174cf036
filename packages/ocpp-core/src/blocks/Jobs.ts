/**
 * The jobs of one station: registered before their request is sent, fed by what follows, ended exactly once (CE-1 to CE-5).
 * Unlike the rest of the mirror this is what we asked for, so it begins with the sending (ST-1). Deadlines belong to the
 * engine, which calls `giveUp` when one passes.
 */
import type { Action } from "@wattline/ocpp-v201"
import type { Exchange } from "./Block.ts"
import type { FinishedJob, Job, JobEnd, JobOutcome, JobPart, JobProgressed, JobsState, JobStarted } from "./Job.ts"
import {
  type AboutOf,
  answers,
  type ChangeOf,
  type CollectedKind,
  type FollowedKind,
  type FollowUpOf,
  isFollowed,
  jobKinds,
  type JobKind,
  kindAskedBy,
  kindFollowedBy,
  maxStagedItems,
  meaningOf,
  type StatusOf
} from "./JobKinds.ts"
import { add, gaps, type SequenceRange } from "./SequenceRanges.ts"

/** No job. Shared by all stations. */
export const noJobs: JobsState = Object.freeze({ open: Object.freeze([]), finished: Object.freeze([]) })

/** Jobs that may be open per station; the oldest is given up for one more. */
export const maxOpenJobs = 32

/** Finished jobs that are remembered per station. */
export const maxFinishedJobs = 8

/** Changes that are remembered of each open job; one that is outrun by more is given up. */
export const maxChanges = 256

/** Who is told while jobs change. */
export interface JobEars {
  readonly tell: (event: JobStarted | JobProgressed) => void
  readonly end: (end: JobEnd) => void
}

/** The open job of this kind with this id (CE-2). */
export const findJob = <K extends JobKind>(jobs: JobsState, kind: K, requestId: number): Job<K> | undefined =>
  // The cast: `kind` says which one it is.
  jobs.open.find((job) => job.requestId === requestId && job.kind === kind) as Job<K> | undefined

/** The finished job of this kind with this id, as long as it is remembered. */
export const findFinished = <K extends JobKind>(
  jobs: JobsState,
  kind: K,
  requestId: number
): FinishedJob<K> | undefined =>
  jobs.finished.find((job) => job.requestId === requestId && job.kind === kind) as FinishedJob<K> | undefined

/** True when a message follows a request that was not refused: what a Pending station may send (LC-6). */
export const isExpected = (jobs: JobsState, action: string, payload: unknown): boolean => {
  const kind = kindFollowedBy(action)
  const { requestId } = (payload ?? {}) as { readonly requestId?: unknown }
  return jobs.open.some((job) => job.kind === kind && job.requestId === requestId && job.standing !== "Unanswered")
}

/** The missing seqNos as far as they are known: up to the last part, or to the highest one that came (B-15). */
export const missingParts = ({ parts, lastSeqNo }: Job): ReadonlyArray<SequenceRange> => {
  const received = parts.reduce<ReadonlyArray<number>>((ranges, { seqNo }) => add(ranges, seqNo), [])
  return gaps(received, 0, lastSeqNo ?? parts.at(-1)?.seqNo ?? -1)
}

/**
 * From when on the silence of a job counts, CSMS clock in milliseconds since 1970: its last message, or a later time that
 * its request puts it off to.
 */
export const silentSince = ({ about, kind, progressAt }: Job): number => {
  if (kind !== "Firmware") return progressAt
  const { installDateTime = "", retrieveDateTime } = about as AboutOf<"Firmware">
  return [retrieveDateTime, installDateTime].reduce(
    (latest, time) => Math.max(latest, Date.parse(time) || 0),
    progressAt
  )
}

/** Registers what a CALL of ours asks for, before it is sent (CE-1). A reused id starts afresh. */
export const request = (jobs: JobsState, action: string, payload: unknown, at: number, ears: JobEars): JobsState => {
  const kind = kindAskedBy(action)
  if (kind === undefined) return jobs
  const { requestId } = payload as { readonly requestId: number }
  const opened: Job = {
    kind,
    requestId,
    about: aboutOf(kind, payload),
    standing: "Requested",
    openedAt: at,
    progressAt: at,
    parts: [],
    items: 0
  }
  const before = findJob(jobs, kind, requestId)
  let next = before === undefined ? jobs : ended(jobs, before, { _tag: "Cancelled" }, at, ears)
  const oldest = next.open.length >= maxOpenJobs ? next.open[0] : undefined
  if (oldest !== undefined) next = giveUp(next, oldest, at, ears)
  return { open: [...next.open, opened], finished: next.finished.filter((job) => !isSame(job, opened)) }
}

/** The CALL was not sent, or refused with a CALLERROR: there never was a job (LC-6). */
export const withdraw = (jobs: JobsState, action: string, payload: unknown): JobsState => {
  const job = askedFor(jobs, action, payload)
  return job?.standing === "Requested" ? without(jobs, job) : jobs
}

/** What became of the CALL is not known. What has come already shows that it was accepted. */
export const unanswered = (jobs: JobsState, action: string, payload: unknown, at: number, ears: JobEars): JobsState => {
  const job = askedFor(jobs, action, payload)
  if (job?.standing !== "Requested") return jobs
  const next: Job = { ...job, standing: "Unanswered", progressAt: at }
  return settled(jobs, job, next.parts.length > 0 || next.last !== undefined ? accepted(next, ears) : next, at, ears)
}

/** The station answered: it accepted, has nothing that fits, or refused (B-16, CE-1). */
export const acknowledge = (
  jobs: JobsState,
  action: Action,
  { request: payload, response, at }: Exchange,
  ears: JobEars
): JobsState => {
  const known = askedFor(jobs, action, payload)
  const kind = kindAskedBy(action)
  const { requestId } = payload as { readonly requestId: number }
  // Forgotten before its answer came: it has ended, and ends once.
  if (known === undefined && kind && findFinished(jobs, kind, requestId) !== undefined) return jobs
  const all = known === undefined || known.standing === "Accepted" ? request(jobs, action, payload, at, ears) : jobs
  const job = askedFor(all, action, payload)
  if (job === undefined) return jobs
  const { status } = response as { readonly status: string }
  const answer = answers.get(status)
  switch (answer) {
    case "accepted":
    case "supersedes": {
      const older = answer === "supersedes" ? all.open.filter((one) => one.kind === job.kind && one !== job) : []
      const left = older.reduce(
        (rest, one) => ended(rest, one, { _tag: "Cancelled", by: job.requestId }, at, ears),
        all
      )
      const next = accepted({ ...job, about: aboutOf(job.kind, payload, response), progressAt: at }, ears)
      return settled(left, job, next, at, ears)
    }
    case "empty":
      return ended(all, job, { _tag: "Complete", parts: [] }, at, ears)
    case undefined:
      return ended(all, job, { _tag: "Failed", reason: status }, at, ears)
  }
}

/** A message follows. What belongs to no job changes nothing (B-13, CE-6). */
export const hear = (jobs: JobsState, action: Action, { request: message, at }: Exchange, ears: JobEars): JobsState => {
  const kind = kindFollowedBy(action)
  const { requestId } = message as { readonly requestId?: number }
  const job = kind && requestId !== undefined ? findJob(jobs, kind, requestId) : undefined
  if (job === undefined) return jobs
  const next = isFollowed(job.kind) ? withStatus(job, message, at, ears) : withPart(jobs, job, message, at)
  if (next === job) return jobs
  return settled(jobs, job, next.standing === "Unanswered" ? accepted(next, ears) : next, at, ears)
}

/** A deadline has passed: what is there is all there will be (CE-4, B-15). A job that never began vanishes. */
export const giveUp = (jobs: JobsState, job: Job, at: number, ears: JobEars): JobsState => {
  if (job.standing !== "Accepted") return without(jobs, job)
  const ending: Ending = isFollowed(job.kind)
    ? { _tag: "Failed", reason: "Silent", ...(job.last && { message: job.last }) }
    : { _tag: "Partial", parts: job.parts, missing: missingParts(job) }
  return ended(jobs, job, ending, at, ears)
}

/** Something changed that the open jobs of this kind need not know of: they keep it until they end. */
export const note = (
  jobs: JobsState,
  kind: CollectedKind,
  changes: ReadonlyArray<ChangeOf<CollectedKind>>,
  at: number,
  ears: JobEars
): JobsState => {
  if (changes.length === 0) return jobs
  let next = jobs
  for (const job of jobs.open) {
    if (job.kind !== kind) continue
    const all = [...(job.changes ?? []), ...changes]
    const noted: Job = { ...job, changes: all }
    next = all.length > maxChanges ? giveUp(next, job, at, ears) : replaced(next, job, noted)
  }
  return next
}

/** Forgets a job of parts (CE-7); what comes of it later belongs to no job. */
export const cancel = (
  jobs: JobsState,
  kind: CollectedKind,
  requestId: number,
  at: number,
  ears: JobEars
): JobsState => {
  const job = findJob(jobs, kind, requestId)
  return job === undefined ? jobs : ended(jobs, job, { _tag: "Cancelled" }, at, ears)
}

/** Jobs as they were stored: an answer that was outstanding will not come any more (CE-8). */
export const restored = ({ open, finished }: JobsState = noJobs): JobsState => ({
  open: open.map((job) => (job.standing === "Requested" ? { ...job, standing: "Unanswered" } : job)),
  finished
})

const askedFor = (jobs: JobsState, action: string, payload: unknown): Job | undefined => {
  const kind = kindAskedBy(action)
  return kind && findJob(jobs, kind, (payload as { readonly requestId: number }).requestId)
}

// The table has the functions of each kind under its name, which no type can say of a kind that is a variable.
const aboutOf = (kind: JobKind, payload: unknown, response?: object): AboutOf<JobKind> =>
  jobKinds[kind].about(payload as never, response)

const statusOf = (message: unknown): StatusOf<FollowedKind> =>
  (message as { readonly status: StatusOf<FollowedKind> }).status

const accepted = (job: Job, ears: JobEars): Job => {
  ears.tell({ _tag: "JobStarted", kind: job.kind, requestId: job.requestId })
  const next: Job = { ...job, standing: "Accepted" }
  if (next.last !== undefined) progressed(next, ears)
  return next
}

const progressed = ({ kind, last, requestId }: Job, ears: JobEars): void => {
  const status = statusOf(last)
  if (isFollowed(kind) && meaningOf(kind, status) === "progress")
    ears.tell({ _tag: "JobProgressed", kind, requestId, status })
}

const withStatus = (job: Job, message: object, at: number, ears: JobEars): Job => {
  const kind = job.kind as FollowedKind
  const status = statusOf(message)
  if (meaningOf(kind, status) === "none") return job
  // Before the answer its end may have come already: that one counts.
  if (job.last !== undefined && meaningOf(kind, statusOf(job.last)) !== "progress") return job
  const next: Job = { ...job, last: message as FollowUpOf<FollowedKind>, progressAt: at }
  if (job.standing === "Accepted" && (job.last === undefined || statusOf(job.last) !== status)) progressed(next, ears)
  return next
}

const withPart = (jobs: JobsState, job: Job, came: object, at: number): Job => {
  const { items, numbered, staged } = jobKinds[job.kind as CollectedKind].parts
  if (!numbered && job.lastSeqNo !== undefined) return job
  const { seqNo = job.parts.length, tbc = false } = came as { readonly seqNo?: number; readonly tbc?: boolean }
  if (seqNo < 0 || job.parts.some((part) => part.seqNo === seqNo)) return job
  const held = jobs.open.reduce((sum, one) => sum + one.parts.length, 0)
  const room = maxStagedItems - jobs.open.reduce((sum, one) => sum + one.items, 0)
  const message = (staged === undefined ? came : staged(came as never, room)) as FollowUpOf<CollectedKind>
  const more = items(message as never)
  if (held >= maxStagedItems || more > room) return job // a station must not fill the memory: the job stays incomplete
  const parts = job.parts.slice()
  const part: JobPart = { seqNo, receivedAt: at, message }
  parts.splice(job.parts.findLastIndex((other) => other.seqNo < seqNo) + 1, 0, part)
  // Two parts without tbc contradict each other; the higher one is the safe reading, whatever came first.
  const end = tbc ? {} : { lastSeqNo: Math.max(job.lastSeqNo ?? seqNo, seqNo) }
  return { ...job, parts, items: job.items + more, progressAt: at, ...end }
}

const replaced = (jobs: JobsState, job: Job, by: Job): JobsState => ({
  ...jobs,
  open: jobs.open.map((one) => (one === job ? by : one))
})

/** Puts `next` in the place of `job`, or ends it if it is over (CE-3). */
const settled = (jobs: JobsState, job: Job, next: Job, at: number, ears: JobEars): JobsState => {
  const { kind, last, lastSeqNo, parts } = next
  const changed = replaced(jobs, job, next)
  if (next.standing !== "Accepted") return changed
  if (!isFollowed(kind))
    // Sorted, unique and not negative: at its own index there is no gap before it.
    return lastSeqNo !== undefined && parts[lastSeqNo]?.seqNo === lastSeqNo
      ? ended(changed, next, { _tag: "Complete", parts }, at, ears)
      : changed
  if (last === undefined) return changed
  switch (meaningOf(kind, statusOf(last))) {
    case "success":
      return ended(changed, next, { _tag: "Complete", message: last }, at, ears)
    case "failure":
      return ended(changed, next, { _tag: "Failed", reason: statusOf(last), message: last }, at, ears)
    case "cancelled":
      return ended(changed, next, { _tag: "Cancelled" }, at, ears)
    default:
      return changed
  }
}

/** An outcome of any kind. */
type Ending =
  | {
      readonly _tag: "Complete" | "Partial"
      readonly parts: Job["parts"]
      readonly missing?: ReadonlyArray<SequenceRange>
    }
  | { readonly _tag: "Complete" | "Failed"; readonly reason?: string; readonly message?: FollowUpOf<JobKind> }
  | { readonly _tag: "Cancelled"; readonly by?: number }

/** The one way a job ends. */
const ended = (jobs: JobsState, job: Job, ending: Ending, at: number, ears: JobEars): JobsState => {
  ears.end({ job, outcome: ending as JobOutcome, at }) // of its own kind: `settled` looks at the kind first
  const { about, kind, requestId } = job
  const outcome = ("parts" in ending ? { ...ending, parts: [] } : ending) as JobOutcome
  const finished: FinishedJob = { kind, requestId, about, endedAt: at, outcome }
  return {
    open: jobs.open.filter((one) => one !== job),
    finished: [...jobs.finished.filter((one) => !isSame(one, job)), finished].slice(-maxFinishedJobs)
  }
}

const without = (jobs: JobsState, job: Job): JobsState => ({ ...jobs, open: jobs.open.filter((one) => one !== job) })

const isSame = (a: Pick<Job, "kind" | "requestId">, b: Pick<Job, "kind" | "requestId">): boolean =>
  a.kind === b.kind && a.requestId === b.requestId
