/** The parts of one job as a listener hears them, before the job is over. */
import type { SequenceRange } from "../blocks/SequenceRanges.ts"
import { add, gaps } from "../blocks/SequenceRanges.ts"
import type { JobPart } from "../blocks/Job.ts"
import { type FollowUpOf, isFollowed, type JobKind } from "../blocks/JobKinds.ts"

/** How far a job is. */
export interface JobSeen {
  readonly requestId: number
  /** Parts that came, each counted once; 0 for kinds that are followed by their status. */
  readonly parts: number
  /** Parts that came again. */
  readonly duplicates: number
  /** seqNos of which a later one is there already. */
  readonly missing: ReadonlyArray<SequenceRange>
}

/** See the head of the file. Mutable: one listener, one fiber. */
export class HeardParts<K extends JobKind> {
  duplicates = 0
  private readonly bySeqNo = new Map<number, JobPart<K>>()
  private received: ReadonlyArray<number> = []
  private readonly kind: K
  private readonly requestId: number

  constructor(kind: K, requestId: number) {
    this.kind = kind
    this.requestId = requestId
  }

  /** What had come before anybody listened. */
  seed(parts: ReadonlyArray<JobPart<K>>): void {
    for (const part of parts) this.put(part)
  }

  /** A message of the job; `receivedAt` is the CSMS clock in milliseconds. */
  add(message: FollowUpOf<K>, receivedAt: number): void {
    if (isFollowed(this.kind)) return
    const { seqNo = this.bySeqNo.size } = message as { readonly seqNo?: number }
    if (this.bySeqNo.has(seqNo)) this.duplicates++
    else if (seqNo >= 0) this.put({ seqNo, receivedAt, message })
  }

  get seen(): JobSeen {
    const { duplicates, received, requestId } = this
    return { requestId, parts: this.bySeqNo.size, duplicates, missing: gaps(received, 0, received.at(-1) ?? -1) }
  }

  /** In the order of their seqNo. */
  get parts(): ReadonlyArray<JobPart<K>> {
    return [...this.bySeqNo.values()].toSorted((a, b) => a.seqNo - b.seqNo)
  }

  private put(part: JobPart<K>): void {
    this.bySeqNo.set(part.seqNo, part)
    this.received = add(this.received, part.seqNo)
  }
}
