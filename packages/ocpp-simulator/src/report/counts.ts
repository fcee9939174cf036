/** What is counted of one action, and the plain data it becomes in a report. */
import type { Scenario } from "../scenario/Scenario.ts"
import { Histogram } from "./Histogram.ts"
import type { ActionReport, Latency, Report, Tally } from "./Report.ts"
import type { GaugeName, TimeSeries } from "./TimeSeries.ts"

/** What is counted of one action in one direction. */
export class ActionCounts {
  calls = 0
  answered = 0
  timeouts = 0
  lost = 0
  invalid = 0
  readonly statuses = new Map<string, number>()
  readonly errors = new Map<string, number>()
  readonly latency = new Histogram()
}

/** The counts of an action, made when it first happens. */
export const actionOf = (actions: Map<string, ActionCounts>, name: string): ActionCounts => {
  const known = actions.get(name)
  if (known !== undefined) return known
  const made = new ActionCounts()
  actions.set(name, made)
  return made
}

/** One more of this name. */
export const increment = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** Three decimals are enough for anything here. */
export const round = (value: number): number => Math.round(value * 1000) / 1000

/** In alphabetical order. */
export const tally = (counts: ReadonlyMap<string, number>): Tally =>
  Object.fromEntries([...counts].toSorted(([one], [two]) => (one < two ? -1 : 1)))

const sumOf = (counts: Tally): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

/** CALLs to the CSMS without a CALLRESULT that the schema allows; those that were not sent are none. */
export const failedOf = ({ callErrors, invalid, lost, timeouts }: Report["messages"]): number =>
  callErrors + timeouts + lost + invalid

/** Percentiles; `null` when nothing was added. */
export const latencyOf = (histogram: Histogram): Latency | null =>
  histogram.count === 0
    ? null
    : {
        count: histogram.count,
        mean: round(histogram.mean ?? 0),
        p50: round(histogram.percentile(0.5) ?? 0),
        p90: round(histogram.percentile(0.9) ?? 0),
        p99: round(histogram.percentile(0.99) ?? 0),
        max: round(histogram.max)
      }

/** Actions of one direction, in alphabetical order. */
export const actionsOf = (
  actions: ReadonlyMap<string, ActionCounts>,
  direction: ActionReport["direction"]
): ReadonlyArray<ActionReport> =>
  [...actions]
    .toSorted(([one], [two]) => (one < two ? -1 : 1))
    .map(([action, { answered, calls, errors, invalid, latency, lost, statuses, timeouts }]) => ({
      action,
      direction,
      calls,
      answered,
      statuses: tally(statuses),
      errors: tally(errors),
      timeouts,
      lost,
      invalid,
      latency: latencyOf(latency)
    }))

/** What the report says of the scenario: no URL, no secret. */
export const headOf = ({ arrivals, duration, name, rampUp, seed, stations }: Scenario): Report["scenario"] => ({
  name,
  seed,
  stations: stations.count,
  evses: stations.evses,
  supply: stations.supply,
  duration,
  rampUp: rampUp.seconds,
  sessionsPerHour: arrivals.perHour
})

/** All actions together; `elapsed` in seconds. */
export const messagesOf = (
  actions: ReadonlyArray<ActionReport>,
  { fromCsms, toCsms }: { readonly toCsms: number; readonly fromCsms: number },
  elapsed: number,
  latency: Histogram
): Report["messages"] => {
  const sent = actions.filter(({ direction }) => direction === "toCsms")
  const total = (count: (action: ActionReport) => number): number =>
    sent.reduce((sum, action) => sum + count(action), 0)
  return {
    toCsms,
    fromCsms,
    perSecond: elapsed > 0 ? round((toCsms + fromCsms) / elapsed) : 0,
    answered: total(({ answered }) => answered),
    callErrors: total(({ errors }) => sumOf(errors)),
    timeouts: total(({ timeouts }) => timeouts),
    lost: total(({ lost }) => lost),
    invalid: total(({ invalid }) => invalid),
    latency: latencyOf(latency)
  }
}

/** The time series, as far as it is complete at `elapsed` milliseconds. */
export const seriesOf = (series: TimeSeries, elapsed: number): Report["series"] => {
  const each = <T>(value: (bucket: number) => T): ReadonlyArray<T> =>
    Array.from({ length: series.complete(elapsed) }, (_, bucket) => value(bucket))
  const orNull = (value: number | undefined): number | null => (value === undefined ? null : round(value))
  const gauge = (name: GaugeName) => each((bucket) => orNull(series.gauge(name, bucket)))
  return {
    width: round(series.width / 1000),
    connected: gauge("connected"),
    accepted: gauge("accepted"),
    transactions: gauge("transactions"),
    power: gauge("power"),
    queued: gauge("queued"),
    toCsms: each((bucket) => round(series.rate("toCsms", bucket, elapsed))),
    fromCsms: each((bucket) => round(series.rate("fromCsms", bucket, elapsed))),
    failures: each((bucket) => round(series.rate("failures", bucket, elapsed))),
    p50: each((bucket) => orNull(series.percentile(bucket, 0.5))),
    p90: each((bucket) => orNull(series.percentile(bucket, 0.9))),
    p99: each((bucket) => orNull(series.percentile(bucket, 0.99)))
  }
}
