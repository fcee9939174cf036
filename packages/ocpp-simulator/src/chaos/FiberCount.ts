/** Fibers that have not ended, of what it is provided to: Effect tells it of each. */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

/** See the head of the file. */
export class FiberCount implements Metric.FiberRuntimeMetricsService {
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
