/**
 * Taking leave of links: what is in flight comes to its end, then they are closed in waves, so that the stations do not all
 * come back in one moment somewhere else.
 */
import * as Effect from "effect/Effect"
import type { CsmsHappening } from "./CsmsHappening.ts"

/** How links are closed; times in milliseconds. See `DrainOptions`. */
export interface DrainSettings {
  readonly grace: number
  /** Links per wave. */
  readonly wave: number
  /** Between two waves. */
  readonly interval: number
  readonly code: number | "terminate"
}

/** A link as seen by who closes it. */
export interface Leaving {
  /** Gone, or being closed already. */
  readonly isClosed: boolean
  /** Whether nothing is in flight, in either direction. */
  readonly isIdle: boolean
  /** From now on no new CALL of ours goes out; CALLs of the station are still answered. */
  drain(): void
  /** Closes the link; what still comes is dropped. */
  end(code: number | "terminate", reason: string): void
}

/** What draining needs of its CSMS. */
interface DrainHost {
  readonly now: () => number
  readonly events: { publish(event: CsmsHappening): void }
}

/**
 * Drains these links; done when all are closed or closing. An idle link is closed when its wave comes; another one when it is
 * idle, or after the grace time, and then counts as `unfinished`. Many idle links take as long as their waves take, also
 * beyond the grace time: with the defaults 2 500 links a second.
 */
export const drain = (host: DrainHost, settings: DrainSettings, links: ReadonlyArray<Leaving>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const connections = links.length
    if (connections === 0) return Effect.void
    for (const link of links) link.drain()
    host.events.publish({ _tag: "DrainStarted", connections, at: host.now() })
    const until = host.now() + settings.grace
    let left = links
    let unfinished = 0
    const wave: Effect.Effect<void> = Effect.suspend(() => {
      const isOver = host.now() >= until
      let closed = 0
      left = left.filter((link) => {
        if (link.isClosed) return false
        const { isIdle } = link
        if (closed === settings.wave || !(isIdle || isOver)) return true
        closed++
        if (!isIdle) unfinished++
        link.end(settings.code, "going away")
        return false
      })
      if (left.length > 0) return Effect.delay(wave, settings.interval)
      host.events.publish({ _tag: "DrainEnded", connections, unfinished, at: host.now() })
      return Effect.void
    })
    return wave
  })
