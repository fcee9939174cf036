/**
 * What a job is, how it ends, and what is told of it. Plain data; `Jobs.ts` changes it, `JobKinds.ts` says what kinds differ in.
 */
import type { AboutOf, ChangeOf, CollectedKind, FollowedKind, FollowUpOf, JobKind, StatusOf } from "./JobKinds.ts"
import type { SequenceRange } from "./SequenceRanges.ts"

/** One part of a result: a message as it came, without secrets. */
export interface JobPart<K extends JobKind = JobKind> {
  /** The station's, or 0, 1, 2 … in order of arrival for kinds without one. */
  readonly seqNo: number
  /** CSMS clock in milliseconds since 1970. */
  readonly receivedAt: number
  readonly message: FollowUpOf<K>
}

/** One job that has not ended. Plain data. */
export interface Job<K extends JobKind = JobKind> {
  readonly kind: K
  readonly requestId: number
  /** What is kept of the request. */
  readonly about: AboutOf<K>
  /**
   * - `Requested`: the CALL is on the wire
   * - `Accepted`: the station has accepted, or sent what it sends after that
   * - `Unanswered`: what became of the CALL is not known; what follows shows that it was accepted
   */
  readonly standing: "Requested" | "Accepted" | "Unanswered"
  /** CSMS clock in milliseconds since 1970: when its request was sent. */
  readonly openedAt: number
  /** CSMS clock in milliseconds since 1970: its last message, else its answer. Deadlines count from here (CE-4). */
  readonly progressAt: number
  /** By seqNo, each once. None for kinds that are followed. */
  readonly parts: ReadonlyArray<JobPart<K>>
  /** How much is in the parts. */
  readonly items: number
  /** seqNo of the part without tbc, once it is there. */
  readonly lastSeqNo?: number
  /** The last message of a kind that is followed: its status, and what came with it. */
  readonly last?: FollowUpOf<K>
  /** What has changed since the request, in order; the report need not know of it. At most `maxChanges`; absent: nothing. */
  readonly changes?: ReadonlyArray<ChangeOf<K>>
}

/** How a job of parts ends. */
export type CollectedOutcome<K extends CollectedKind> =
  /** All parts are there; none, when the station answered that nothing fits (B-16, K-34, O-5). */
  | { readonly _tag: "Complete"; readonly parts: ReadonlyArray<JobPart<K>> }
  /** The deadline passed. `missing`: the seqNos known to be missing; the end may be missing too. */
  | {
      readonly _tag: "Partial"
      readonly parts: ReadonlyArray<JobPart<K>>
      readonly missing: ReadonlyArray<SequenceRange>
    }
  /** The station refused; `reason` is its answer. */
  | { readonly _tag: "Failed"; readonly reason: string }
  /** Forgotten here (CE-7). */
  | { readonly _tag: "Cancelled" }

/** How a job that is followed by its status ends. */
export type FollowedOutcome<K extends FollowedKind> =
  | { readonly _tag: "Complete"; readonly message: FollowUpOf<K> }
  /** `reason`: the station's answer, the status that ended it, or `Silent` when the deadline passed. */
  | {
      readonly _tag: "Failed"
      readonly reason: StatusOf<K> | "Silent" | (string & {})
      readonly message?: FollowUpOf<K>
    }
  /** The station gave it up for a newer one, `by` when that told (L-5, N-3). */
  | { readonly _tag: "Cancelled"; readonly by?: number }

/** How a job ends, once (CE-5). */
export type JobOutcome<K extends JobKind = JobKind> = K extends CollectedKind
  ? CollectedOutcome<K>
  : K extends FollowedKind
    ? FollowedOutcome<K>
    : never

/** A job that has ended, for whoever asks later. */
export interface FinishedJob<K extends JobKind = JobKind> {
  readonly kind: K
  readonly requestId: number
  readonly about: AboutOf<K>
  /** CSMS clock in milliseconds since 1970. */
  readonly endedAt: number
  /** With no parts: what they said is in the mirror. */
  readonly outcome: JobOutcome<K>
}

/** What a block is given of a job that ends. */
export interface JobEnd<K extends JobKind = JobKind> {
  readonly job: Job<K>
  readonly outcome: JobOutcome<K>
  /** CSMS clock in milliseconds since 1970. */
  readonly at: number
}

/** Open jobs in the order they were asked for, and the last few finished ones. Plain data. */
export interface JobsState {
  readonly open: ReadonlyArray<Job>
  readonly finished: ReadonlyArray<FinishedJob>
}

/** The station accepted (CE-1). */
export interface JobStarted {
  readonly _tag: "JobStarted"
  readonly kind: JobKind
  readonly requestId: number
}

/** A job that is followed has another status than before. The one that ends it is told by `JobEnded`. */
export interface JobProgressed {
  readonly _tag: "JobProgressed"
  readonly kind: FollowedKind
  readonly requestId: number
  readonly status: StatusOf<FollowedKind>
}

/** A job is over (CE-5). Reports are told by `ReportReceived` and `ReportFailed`. */
export type JobEnded = { readonly [K in Exclude<JobKind, "Report">]: JobEndedOf<K> }[Exclude<JobKind, "Report">]

/** See `JobEnded`. */
export interface JobEndedOf<K extends JobKind> {
  readonly _tag: "JobEnded"
  readonly kind: K
  readonly requestId: number
  readonly outcome: JobOutcome<K>
}
