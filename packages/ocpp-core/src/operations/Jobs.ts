/**
 * Jobs: what a CALL sets going and messages of the station then report on, part by part or status by status. Asking, waiting,
 * looking on, forgetting (CE-7), the same for reports, monitors, customer information, charging profiles, messages, logs and
 * firmware. The functions of the blocks are made from these.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { FinishedJob, Job, JobOutcome, JobPart } from "../blocks/Job.ts"
import {
  type AskOf,
  type CollectedKind,
  type FollowUpOf,
  isFollowed,
  jobKinds,
  type JobKind
} from "../blocks/JobKinds.ts"
import { findFinished, findJob } from "../blocks/Jobs.ts"
import type { ResponseOf } from "../blocks/Block.ts"
import type { EventsMissed, StationEvent } from "../csms/Events.ts"
import type { Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { HeardParts, type JobSeen } from "./JobParts.ts"

export type { JobSeen } from "./JobParts.ts"

/** How a job is waited for. */
export interface JobOptions<K extends JobKind> {
  /**
   * Told of each message of the job as it comes, duplicates too. Must not throw; what it takes, the next message waits for.
   */
  readonly onMessage?: (message: FollowUpOf<K>, seen: JobSeen) => void
}

/** What came of a job (CE-5). */
export interface JobResult<K extends JobKind> {
  readonly kind: K
  readonly requestId: number
  readonly outcome: JobOutcome<K> | Unfinished<K>
  /** Parts that came again and changed nothing, as far as this was listened to. */
  readonly duplicates: number
}

/** Nobody will tell the end here: the station was removed, the CSMS is closing, or the end is among events that were missed. */
export interface Unfinished<K extends JobKind> {
  readonly _tag: "Unfinished"
  /** What was heard until then; none of a job that is followed by its status. */
  readonly parts: ReadonlyArray<JobPart<K>>
}

/** A job that a station answered to; it goes on by itself. */
export interface StartedJob<K extends JobKind, R> {
  readonly kind: K
  /** What it is found by later, also after a restart of the CSMS: `Jobs.follow`. */
  readonly requestId: number
  readonly response: R
  /** What came of it; at once when it is over, or the station refused. */
  readonly ended: Effect.Effect<JobResult<K>, UnknownJob>
}

/** No job of this kind and id is open, nor among the last that ended. */
export class UnknownJob extends Data.TaggedError("UnknownJob")<{
  readonly identity: string
  readonly kind: JobKind
  readonly requestId: number
}> {
  override get message(): string {
    return `${this.identity} has no job ${this.kind} ${this.requestId}, and none that ended lately`
  }
}

/** A log upload or a firmware update cannot be forgotten here: the station would go on with it (CE-7). */
export class JobNotCancellable extends Data.TaggedError("JobNotCancellable")<{
  readonly identity: string
  readonly kind: JobKind
  readonly requestId: number
}> {
  override get message(): string {
    const how = { Log: "GetLog", Firmware: "UpdateFirmware", PublishFirmware: "PublishFirmware" }[this.kind as string]
    return `Job ${this.kind} ${this.requestId} of ${this.identity} ends at the station only; a new ${how} can take its place (L01.FR.24, N01.FR.12)`
  }
}

/**
 * Asks with a new requestId, collects what follows, and gives it all when the job is over (CE-1, CE-3, CE-5). It listens before it
 * asks. The job goes on when this is interrupted. Fails as `ask` does; then there is no job, or nobody waits for it.
 *
 * @example
 * const { outcome } = yield* Jobs.run(station, "DisplayMessages", (requestId) =>
 *   station.call("GetDisplayMessages", { requestId })
 * )
 * if (outcome._tag === "Complete") console.log(outcome.parts.flatMap(({ message }) => message.messageInfo ?? []))
 */
export const run = Effect.fn("Jobs.run")(function* <K extends JobKind, A extends AskOf<K>>(
  station: Station,
  kind: K,
  ask: (requestId: number) => Effect.Effect<ResponseOf<A>, CallFailure>,
  options: JobOptions<K> = {}
) {
  const requestId = yield* station.nextRequestId
  const { wait } = yield* listening(station, kind, requestId, options)
  const response = yield* ask(requestId)
  return { ...(yield* wait), response }
}, Effect.scoped)

/**
 * Asks with a new requestId and gives the job to wait for later, which nothing has to run for. For what takes hours: logs and
 * firmware. Fails as `ask` does.
 *
 * @example
 * const job = yield* Jobs.start(station, "Log", (requestId) => station.call("GetLog", { requestId, logType: "SecurityLog", log }))
 * const { outcome } = yield* job.ended
 */
export const start = Effect.fn("Jobs.start")(function* <K extends JobKind, A extends AskOf<K>>(
  station: Station,
  kind: K,
  ask: (requestId: number) => Effect.Effect<ResponseOf<A>, CallFailure>
) {
  const requestId = yield* station.nextRequestId
  const response = yield* ask(requestId)
  const job: StartedJob<K, ResponseOf<A>> = { kind, requestId, response, ended: follow(station, kind, requestId) }
  return job
})

/**
 * Waits for the end of a job that is open, however it was begun: also one that was restored after a restart of the CSMS (CE-8). Of
 * one that is over it gives the outcome, as long as it is among the last eight of the station; parts are not held any longer then.
 *
 * @example
 * const { mirror } = yield* station.snapshot
 * for (const { kind, requestId } of mirror.jobs.open)
 *   if (kind === "Firmware") console.log((yield* Jobs.follow(station, kind, requestId)).outcome)
 */
export const follow: <K extends JobKind>(
  station: Station,
  kind: K,
  requestId: number,
  options?: JobOptions<K>
) => Effect.Effect<JobResult<K>, UnknownJob> = Effect.fn("Jobs.follow")(function* <K extends JobKind>(
  station: Station,
  kind: K,
  requestId: number,
  options: JobOptions<K> = {}
) {
  const { heard, wait } = yield* listening(station, kind, requestId, options)
  const { jobs } = (yield* station.snapshot).mirror
  const open: Job<K> | undefined = findJob(jobs, kind, requestId)
  if (open !== undefined) {
    heard.seed(open.parts)
    return yield* wait
  }
  const finished: FinishedJob<K> | undefined = findFinished(jobs, kind, requestId)
  if (finished === undefined) return yield* new UnknownJob({ identity: station.identity, kind, requestId })
  const result: JobResult<K> = { kind, requestId, outcome: finished.outcome, duplicates: 0 }
  return result
}, Effect.scoped)

/**
 * Forgets a job that comes in parts: it ends as `Cancelled`, and what still comes is answered and belongs to no job. `false` when
 * it is not open. Logs and firmware are ended by the station only.
 *
 * @example
 * const wasOpen = yield* Jobs.cancel(station, "CustomerInformation", 7)
 */
export const cancel = (station: Station, kind: JobKind, requestId: number): Effect.Effect<boolean, JobNotCancellable> =>
  isFollowed(kind)
    ? Effect.fail(new JobNotCancellable({ identity: station.identity, kind, requestId }))
    : station.cancelJob(kind satisfies CollectedKind, requestId)

/** Subscribed at once; `wait` takes what was told since then. */
const listening = Effect.fnUntraced(function* <K extends JobKind>(
  station: Station,
  kind: K,
  requestId: number,
  { onMessage }: JobOptions<K>
) {
  const heard = new HeardParts<K>(kind, requestId)
  const told = yield* station.subscribe((event): event is StationEvent => concerns(event, kind, requestId))
  const hear = (event: StationEvent & { readonly _tag: "NotificationReceived" }): void => {
    const message = event.request as FollowUpOf<K> // `concerns` has looked at the action
    heard.add(message, event.at)
    onMessage?.(message, heard.seen)
  }
  const unfinished = (): Unfinished<K> => ({ _tag: "Unfinished", parts: heard.parts })
  const judge = (event: StationEvent | EventsMissed): Effect.Effect<JobResult<K>["outcome"] | undefined> => {
    switch (event._tag) {
      case "NotificationReceived":
        return Effect.as(
          Effect.sync(() => hear(event)),
          undefined
        )
      case "EventsMissed": // the end may be among them: what is still open will end
        return Effect.map(station.snapshot, ({ mirror: { jobs } }) => {
          const open: Job<K> | undefined = findJob(jobs, kind, requestId)
          if (open === undefined)
            return (isFollowed(kind) ? findFinished(jobs, kind, requestId)?.outcome : undefined) ?? unfinished()
          heard.seed(open.parts)
          return undefined
        })
      default:
        return Effect.succeed(event._tag === "Removed" ? unfinished() : endOf(event, heard))
    }
  }
  const wait = Effect.map(
    Stream.runHead(
      told.pipe(
        Stream.mapEffect(judge),
        Stream.filter((outcome) => outcome !== undefined)
      )
    ),
    (outcome): JobResult<K> => ({
      kind,
      requestId,
      outcome: outcome._tag === "Some" ? outcome.value : unfinished(), // the CSMS has closed
      duplicates: heard.duplicates
    })
  )
  return { heard, wait }
})

const concerns = (event: StationEvent, kind: JobKind, requestId: number): boolean => {
  switch (event._tag) {
    case "NotificationReceived":
      return (
        event.action === jobKinds[kind].follow && "requestId" in event.request && event.request.requestId === requestId
      )
    case "JobEnded":
      return event.kind === kind && event.requestId === requestId
    case "ReportReceived":
    case "ReportFailed":
      return kind === "Report" && event.requestId === requestId
    default:
      return event._tag === "Removed"
  }
}

/** How the job ended; reports have events of their own. The casts: `concerns` has looked at the kind. */
const endOf = <K extends JobKind>(event: StationEvent, heard: HeardParts<K>): JobOutcome<K> | undefined => {
  const { parts } = heard
  switch (event._tag) {
    case "JobEnded":
      return event.outcome as JobOutcome<K>
    case "ReportReceived":
      return { _tag: "Complete", parts } as unknown as JobOutcome<K>
    case "ReportFailed": {
      const { missing, reason } = event
      const outcome =
        reason === "Incomplete"
          ? { _tag: "Partial", parts, missing }
          : reason === "Cancelled"
            ? { _tag: reason }
            : { _tag: "Failed", reason }
      return outcome as unknown as JobOutcome<K>
    }
    default:
      return undefined
  }
}
