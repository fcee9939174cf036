/** What all stations of one CSMS share: settings, clock, deadlines, store, events, and the way into Effect. */
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { EventHub } from "../csms/Events.ts"
import type { Settings } from "../csms/Settings.ts"
import type { StationDirectoryShape } from "../csms/StationDirectory.ts"
import type { StationStoreShape } from "../csms/StationStore.ts"
import type { Sweeper } from "../csms/Sweeper.ts"
import type { Counters } from "../observability/Counters.ts"
import type { LimitReports } from "../observability/LimitReports.ts"
import type { ConnectionRates } from "../rpc/ConnectionLimits.ts"
import type { Deadlines } from "../rpc/Deadlines.ts"
import type { InboundLimits } from "../rpc/InboundLane.ts"
import type { PasswordCache } from "../transport/PasswordCache.ts"
import type { Protocol } from "../rpc/Protocol.ts"

/** Starts an effect now, in this tick, until it suspends. */
export type Run = <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>

/**
 * Runs an effect and goes on with its exit: in this tick, and without a fiber where it is an exit already. Gives the fiber
 * when it is suspended and `done` is still to come.
 */
export const runInline = <A, E>(
  run: Run,
  effect: Effect.Effect<A, E>,
  done: (exit: Exit.Exit<A, E>) => void
): Fiber.Fiber<A, E> | undefined => {
  if (Exit.isExit(effect)) {
    done(effect as Exit.Exit<A, E>) // the guard cannot know the type parameters
    return undefined
  }
  const fiber = run(effect)
  const exit = fiber.pollUnsafe()
  if (exit === undefined) {
    fiber.addObserver(done)
    return fiber
  }
  done(exit)
  return undefined
}

/** See the head of the file. */
export interface Engine {
  readonly protocol: Protocol
  readonly settings: Settings
  readonly inboundLimits: InboundLimits
  readonly rates: ConnectionRates
  readonly counters: Counters
  readonly limits: LimitReports
  readonly deadlines: Deadlines
  readonly sweeper: Sweeper
  readonly events: EventHub
  readonly store: StationStoreShape
  readonly directory: StationDirectoryShape
  readonly passwords: PasswordCache
  /** CSMS clock in milliseconds. */
  readonly now: () => number
  /** CSMS time as on the wire: RFC 3339, UTC, whole seconds. */
  readonly currentTime: () => string
  /** A message id never used before. */
  readonly nextMessageId: () => string
  readonly run: Run
  /** Tells the cluster that a connection is gone. */
  readonly release: (identity: string, epoch: number) => void
}

/** Writes moments as on the wire: RFC 3339, UTC, whole seconds. The last one is remembered, for many ask in the same second. */
export const wireTime = (): ((milliseconds: number) => string) => {
  let second = Number.NaN
  let text = ""
  return (milliseconds) => {
    const current = Math.floor(milliseconds / 1000)
    if (current !== second) {
      second = current
      text = new Date(current * 1000).toISOString().replace(".000Z", "Z")
    }
    return text
  }
}
