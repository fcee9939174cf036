/**
 * The metrics of a CSMS, as a table: name, labels, and where the value is read when somebody looks. Every series stands in
 * the `MetricRegistry` of the context that the CSMS is built in, until its layer closes. `docs/metrics.md` explains them.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Scope from "effect/Scope"
import type { Counters } from "./Counters.ts"
import { bounds, type Durations, type Histogram } from "./Durations.ts"

/** What is read besides the counters. */
interface Waiting {
  /** Stations in memory. */
  readonly size: number
  depths(): { readonly inbound: number; readonly queued: number; readonly outstanding: number }
}

type Labels = Readonly<Record<string, string>>
type Series = readonly [labels: Labels, read: () => number]

interface Definition {
  readonly description: string
  readonly type: "counter" | "gauge"
  readonly series: (counters: Counters, stations: Waiting) => ReadonlyArray<Series>
}

const byKey = <K extends string>(tally: Readonly<Record<K, number>>, label: string, more: Labels = {}) =>
  Object.keys(tally).map((key): Series => [{ ...more, [label]: key }, () => tally[key as K]])

/** Counters and gauges by name. */
export const metrics = {
  ocpp_connections: {
    type: "gauge",
    description: "Links that are open",
    series: (counters) => [[{}, () => counters.open]]
  },
  ocpp_connections_opened_total: {
    type: "counter",
    description: "Links that were opened",
    series: (counters) => [[{}, () => counters.opened]]
  },
  ocpp_connections_closed_total: {
    type: "counter",
    description: "Links that are gone, by WebSocket close code",
    series: (counters) => byKey(counters.closed, "code")
  },
  ocpp_admissions_total: {
    type: "counter",
    description: "Upgrade requests by the status they were answered with",
    series: (counters) => byKey(counters.admissions, "status")
  },
  ocpp_frames_total: {
    type: "counter",
    description: "Messages by direction and type",
    series: (counters) => [
      [{ direction: "in", type: "CALL" }, () => counters.callsIn],
      [{ direction: "in", type: "CALLRESULT" }, () => counters.callResultsIn],
      [{ direction: "in", type: "CALLERROR" }, () => counters.callErrorsIn],
      [{ direction: "in", type: "unreadable" }, () => counters.unreadableIn],
      [{ direction: "out", type: "CALL" }, () => counters.callsOut],
      [{ direction: "out", type: "CALLRESULT" }, () => counters.callResultsOut],
      [{ direction: "out", type: "CALLERROR" }, () => counters.callErrorsOut]
    ]
  },
  ocpp_bytes_total: {
    type: "counter",
    description: "UTF-16 code units of text messages by direction",
    series: (counters) => [
      [{ direction: "in" }, () => counters.bytesIn],
      [{ direction: "out" }, () => counters.bytesOut]
    ]
  },
  ocpp_call_errors_total: {
    type: "counter",
    description: "CALLERRORs by direction and code",
    series: (counters) => [
      ...byKey(counters.errorsIn, "code", { direction: "in" }),
      ...byKey(counters.errorsOut, "code", { direction: "out" })
    ]
  },
  ocpp_nonconforming_messages_total: {
    type: "counter",
    description: "Payloads of stations that break a schema, by what became of them",
    series: (counters) => [
      ...byKey(counters.nonConforming.request, "outcome", { direction: "request" }),
      ...byKey(counters.nonConforming.response, "outcome", { direction: "response" })
    ]
  },
  ocpp_limits_reached_total: {
    type: "counter",
    description: "How often a limit was reached",
    series: (counters) => byKey(counters.limits, "limit")
  },
  ocpp_stations: {
    type: "gauge",
    description: "Stations in memory, connected or not",
    series: (_counters, stations) => [[{}, () => stations.size]]
  },
  ocpp_inbound_unanswered: {
    type: "gauge",
    description: "CALLs of stations without an answer yet",
    series: (_counters, stations) => [[{}, () => stations.depths().inbound]]
  },
  ocpp_outbound_queued: {
    type: "gauge",
    description: "CALLs to stations that wait for their turn",
    series: (_counters, stations) => [[{}, () => stations.depths().queued]]
  },
  ocpp_outbound_outstanding: {
    type: "gauge",
    description: "CALLs to stations that wait for their answer",
    series: (_counters, stations) => [[{}, () => stations.depths().outstanding]]
  }
} as const satisfies Readonly<Record<string, Definition>>

/** Histograms by name; one series per action, from its first time. */
export const histograms = {
  ocpp_call_duration_seconds: {
    description: "From the sending of a CALL to a station to its answer, by action",
    durations: (counters: Counters): Durations => counters.calls
  },
  ocpp_handler_duration_seconds: {
    description: "From the start of a handler to its end, by action",
    durations: (counters: Counters): Durations => counters.handlers
  }
} as const

/** Registers all series; they are taken out again when the scope closes. */
export const registerMetrics = (counters: Counters, stations: Waiting): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const context = Context.omit(Scope.Scope)(yield* Effect.context<Scope.Scope>())
    const registered: Array<Metric.Registration> = []
    for (const [name, definition] of Object.entries<Definition>(metrics))
      for (const [labels, read] of definition.series(counters, stations))
        registered.push(registerNumber(name, definition, labels, read, context))
    for (const [name, { description, durations }] of Object.entries(histograms))
      durations(counters).onNew = (action, histogram) =>
        void registered.push(registerHistogram(name, description, action, histogram, context))
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        for (const { durations } of Object.values(histograms)) durations(counters).onNew = undefined
        for (const registration of registered) registration.remove()
      })
    )
  })

const registerNumber = (
  name: string,
  { description, type }: Definition,
  attributes: Labels,
  read: () => number,
  context: Context.Context<never>
): Metric.Registration =>
  type === "gauge"
    ? Metric.registerUnsafe(Metric.gauge(name, { description, attributes }), context, {
        ...unchanged,
        get: () => ({ value: read() })
      })
    : Metric.registerUnsafe(Metric.counter(name, { description, attributes, incremental: true }), context, {
        ...unchanged,
        get: () => ({ count: read(), incremental: true })
      })

const registerHistogram = (
  name: string,
  description: string,
  action: string,
  histogram: Histogram,
  context: Context.Context<never>
): Metric.Registration => {
  const metric = Metric.histogram(name, { description, attributes: { action }, boundaries: bounds })
  return Metric.registerUnsafe(metric, context, { ...unchanged, get: () => stateOf(histogram) })
}

/** Each bucket holds those before it too, as the exporters want it. */
const stateOf = ({ count, counts, max, min, sum }: Histogram) => {
  let below = 0
  const buckets = bounds.map((bound, i): [number, number] => [bound, (below += counts[i] ?? 0)])
  return { buckets, count, max, min, sum }
}

const unchanged = { update: () => {}, modify: () => {} }
