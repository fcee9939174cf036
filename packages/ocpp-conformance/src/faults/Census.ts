/** Counts what a layer leaves behind: fibers, what keeps the process alive, and errors that nobody caught. */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"

/**
 * Fibers of the effects it is provided to, and of all they fork. Effect tells the service of `Metric.FiberRuntimeMetrics`
 * about every start and every end, also of fibers run from a captured context.
 */
export class FiberCensus implements Metric.FiberRuntimeMetricsService {
  /** Fibers that have started and not ended. */
  live = 0

  readonly recordFiberStart = (): void => {
    this.live++
  }

  readonly recordFiberEnd = (): void => {
    this.live--
  }

  /** Counts the fibers that `self` forks, and the fibers of these. */
  readonly of = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(self, Metric.FiberRuntimeMetrics, this)
}

/** Sockets, servers, timers that keep the process alive, by kind. */
export const resources = (): ReadonlyMap<string, number> => {
  const count = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== "Immediate") count.set(kind, (count.get(kind) ?? 0) + 1) // the census itself waits with one
  }
  return count
}

/** The kinds of which there are more than there were, for example `TCPSocketWrap: 2 more`. */
export const leaked = (before: ReadonlyMap<string, number>): ReadonlyArray<string> =>
  Array.from(resources(), ([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const)
    .filter(([, more]) => more > 0)
    .map(([kind, more]) => `${kind}: ${more} more`)

/** The errors that nobody caught, for as long as the scope lives. */
export const uncaughtErrors: Effect.Effect<ReadonlyArray<unknown>, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const errors: Array<unknown> = []
    const note = (error: unknown): void => void errors.push(error)
    process.on("unhandledRejection", note).on("uncaughtExceptionMonitor", note)
    return { errors, note }
  }),
  ({ note }) => Effect.sync(() => process.off("unhandledRejection", note).off("uncaughtExceptionMonitor", note))
).pipe(Effect.map(({ errors }) => errors))

/** Waits without a timer, so that it is not counted, until `holds`; gives up after `patience` milliseconds. */
export const until = (holds: () => boolean, patience = 5000): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const end = performance.now() + patience
    const look = (): void => {
      if (holds()) return resume(Effect.succeed(true))
      if (performance.now() > end) return resume(Effect.succeed(false))
      setImmediate(look)
    }
    look()
  })
