/**
 * What is told when a limit was reached: one log line, one count, one event, whoever noticed it. Limits before admission
 * can be flooded by anybody: of each of those one line and one event a second, which say how many were left out.
 */
import * as Effect from "effect/Effect"
import type { EventHub } from "../csms/Events.ts"
import type { Run } from "../station/Engine.ts"
import type { LimitReacher } from "../transport/Transport.ts"
import type { Counters, limits } from "./Counters.ts"

/** The name of a limit: of a connection, of an adapter, of admission. */
export type Limit = (typeof limits)[number]

/** Who reached a limit, as far as it is known. */
interface WhoReached extends LimitReacher {
  readonly connectionId?: string | undefined
}

/** Limits that whoever can open a socket can reach, as often as he likes. */
const floodable: ReadonlySet<Limit> = new Set<Limit>([
  "pendingSockets",
  "connectionAttemptsPerAddress",
  "failedAttemptsPerAddress",
  "connectionAttemptsPerIdentity",
  "maxConnections",
  "maxPendingAdmissions"
])

/** Milliseconds between two reports of a limit that can be flooded. */
const pause = 1_000

/** See the head of the file. One per CSMS. */
export class LimitReports {
  private readonly last = new Map<Limit, { toldAt: number; leftOut: number }>()
  private readonly events: EventHub
  private readonly counters: Counters
  private readonly now: () => number
  private readonly run: Run

  constructor(events: EventHub, counters: Counters, now: () => number, run: Run) {
    this.events = events
    this.counters = counters
    this.now = now
    this.run = run
  }

  /** Tells that `who` reached a limit. */
  reached(limit: Limit, who: WhoReached): void {
    this.counters.limits[limit]++
    const at = this.now()
    const leftOut = floodable.has(limit) ? this.leftOutBefore(limit, at) : 0
    if (leftOut === undefined) return
    const { connectionId, identity, remoteAddress } = who
    this.run(
      Effect.annotateLogs(Effect.logWarning("LimitReached"), {
        limit,
        ...(identity !== undefined && { station: identity }),
        ...(connectionId !== undefined && { connectionId }),
        ...(remoteAddress !== undefined && { remoteAddress }),
        ...(leftOut > 0 && { leftOut })
      })
    )
    this.events.publish({
      _tag: "LimitReached",
      limit,
      ...(identity !== undefined && { identity }),
      ...(connectionId !== undefined && { connectionId }),
      ...(remoteAddress !== undefined && { remoteAddress }),
      leftOut,
      at
    })
  }

  /** How many were left out since the last report, or `undefined` when it is too early for another. */
  private leftOutBefore(limit: Limit, at: number): number | undefined {
    const last = this.last.get(limit)
    if (last === undefined) {
      this.last.set(limit, { toldAt: at, leftOut: 0 })
      return 0
    }
    if (at - last.toldAt < pause) {
      last.leftOut++
      return undefined
    }
    const { leftOut } = last
    last.toldAt = at
    last.leftOut = 0
    return leftOut
  }
}
