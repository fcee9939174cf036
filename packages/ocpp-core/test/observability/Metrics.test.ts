/** The metrics of a CSMS, as an exporter sees them; and their page in `docs/`. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Logger, Metric, Scope } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { TestClock } from "effect/testing"
import { Acceptor, Csms, type Handlers } from "../../src/index.ts"
import { bounds } from "../../src/observability/Durations.ts"
import { histograms, metrics } from "../../src/observability/Metrics.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, settle, statusNotification, upgrade } from "../csms/support.ts"

/** One line of what Prometheus reads. */
const scrape = (line: string) =>
  Effect.map(PrometheusMetrics.format(), (text) => {
    const found = text.split("\n").find((one) => one.startsWith(`${line} `))
    return found === undefined ? undefined : Number(found.slice(line.length + 1))
  })

const withCsms = <E>(body: Effect.Effect<void, E, Csms | Acceptor | Scope.Scope>, handlers: Handlers = {}) =>
  body.pipe(
    Effect.provide(Csms.layer(handlers, { drain: { grace: 0 } })),
    Effect.provide(Logger.layer([])),
    Effect.provideService(Metric.MetricRegistry, new Map())
  )

const expect = Effect.fnUntraced(function* (lines: Readonly<Record<string, number | undefined>>) {
  for (const [line, value] of Object.entries(lines)) assert.strictEqual(yield* scrape(line), value, line)
})

describe("what is counted", () => {
  it.effect("connections, as they come and go", () =>
    withCsms(
      Effect.gen(function* () {
        const { fake } = yield* booted("CS-1")
        const two = yield* booted("CS-2")
        yield* expect({ ocpp_connections: 2, ocpp_connections_opened_total: 2, ocpp_stations: 2 })
        fake.vanish()
        two.fake.vanish(4711, "whatever")
        yield* expect({
          ocpp_connections: 0,
          ocpp_connections_opened_total: 2,
          'ocpp_connections_closed_total{code="1006"}': 1,
          'ocpp_connections_closed_total{code="other"}': 1,
          ocpp_stations: 2
        })
      })
    )
  )

  it.effect("a link whose station is only being loaded counts like any other", () =>
    withCsms(
      Effect.gen(function* () {
        const fake = yield* FakeStation.connect("CS-1")
        yield* expect({ ocpp_connections: 1 })
        fake.vanish()
        yield* expect({ ocpp_connections: 0, 'ocpp_connections_closed_total{code="1006"}': 1 })
      })
    )
  )

  it.effect("admissions by status", () =>
    withCsms(
      Effect.gen(function* () {
        const csms = yield* Csms
        yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
        yield* upgrade("/CS-1")
        yield* upgrade("/CS-2")
        yield* upgrade("/")
        yield* expect({
          'ocpp_admissions_total{status="101"}': 1,
          'ocpp_admissions_total{status="404"}': 1,
          'ocpp_admissions_total{status="400"}': 1,
          'ocpp_admissions_total{status="429"}': 0
        })
      })
    )
  )

  it.effect("frames, bytes and CALLERRORs in both directions", () =>
    withCsms(
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        fake.call("Heartbeat", {})
        fake.call("Bogus", {})
        fake.say("no JSON")
        fake.sayBinary()
        const answered = yield* begin(station.call("GetLocalListVersion", {}))
        fake.reply({ versionNumber: 1 })
        const refused = yield* begin(Effect.exit(station.call("ClearCache", {})))
        fake.fail("NotSupported")
        yield* settle
        assert.isDefined(answered.pollUnsafe())
        assert.isDefined(refused.pollUnsafe())
        yield* expect({
          'ocpp_frames_total{direction="in",type="CALL"}': 3,
          'ocpp_frames_total{direction="in",type="CALLRESULT"}': 1,
          'ocpp_frames_total{direction="in",type="CALLERROR"}': 1,
          'ocpp_frames_total{direction="in",type="unreadable"}': 2,
          'ocpp_frames_total{direction="out",type="CALL"}': 2,
          'ocpp_frames_total{direction="out",type="CALLRESULT"}': 2,
          'ocpp_frames_total{direction="out",type="CALLERROR"}': 3,
          'ocpp_call_errors_total{direction="in",code="NotSupported"}': 1,
          'ocpp_call_errors_total{direction="out",code="NotImplemented"}': 1,
          'ocpp_call_errors_total{direction="out",code="RpcFrameworkError"}': 2,
          'ocpp_bytes_total{direction="out"}': fake.texts.join("").length
        })
        const before = (yield* scrape('ocpp_bytes_total{direction="in"}')) ?? 0
        const text = '[2,"x","Heartbeat",{}]'
        fake.say(text)
        yield* expect({ 'ocpp_bytes_total{direction="in"}': before + text.length })
      })
    )
  )

  it.effect("what a link does not take is not counted as sent", () =>
    withCsms(
      Effect.gen(function* () {
        const { fake } = yield* booted()
        const before = yield* scrape('ocpp_frames_total{direction="out",type="CALLRESULT"}')
        fake.deaf = true
        fake.closed = { code: 1000, reason: "" }
        fake.call("Heartbeat", {})
        yield* expect({ 'ocpp_frames_total{direction="out",type="CALLRESULT"}': before })
      })
    )
  )

  it.effect("queues, as deep as they are", () =>
    withCsms(
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        for (let i = 0; i < 3; i++) fake.call("StatusNotification", statusNotification(i))
        for (let i = 0; i < 4; i++) yield* begin(Effect.exit(station.call("ClearCache", {})))
        yield* expect({ ocpp_inbound_unanswered: 3, ocpp_outbound_outstanding: 1, ocpp_outbound_queued: 3 })
        fake.vanish()
        yield* settle
        yield* expect({ ocpp_outbound_outstanding: 0, ocpp_outbound_queued: 0 })
      }),
      { StatusNotification: () => Effect.never }
    )
  )

  it.effect("how long stations and handlers take, by action", () =>
    withCsms(
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        yield* begin(station.call("GetLocalListVersion", {}))
        yield* TestClock.adjust("200 millis")
        fake.reply({ versionNumber: 1 })
        fake.call("StatusNotification", statusNotification())
        yield* TestClock.adjust("3 seconds")
        yield* expect({
          'ocpp_call_duration_seconds_bucket{action="GetLocalListVersion",le="0.1"}': 0,
          'ocpp_call_duration_seconds_bucket{action="GetLocalListVersion",le="0.25"}': 1,
          'ocpp_call_duration_seconds_bucket{action="GetLocalListVersion",le="+Inf"}': 1,
          'ocpp_call_duration_seconds_sum{action="GetLocalListVersion"}': 0.2,
          'ocpp_call_duration_seconds_count{action="GetLocalListVersion"}': 1,
          'ocpp_handler_duration_seconds_bucket{action="StatusNotification",le="2.5"}': 1,
          'ocpp_handler_duration_seconds_count{action="StatusNotification"}': 1,
          'ocpp_handler_duration_seconds_count{action="Heartbeat"}': undefined
        })
      }),
      { StatusNotification: () => Effect.delay(Effect.void, "2 seconds") }
    )
  )

  it.effect("a handler that is too late counts with the time it was given", () =>
    withCsms(
      Effect.gen(function* () {
        const { fake } = yield* booted()
        fake.call("StatusNotification", statusNotification())
        yield* TestClock.adjust("30 seconds")
        yield* expect({
          'ocpp_handler_duration_seconds_bucket{action="StatusNotification",le="10"}': 0,
          'ocpp_handler_duration_seconds_bucket{action="StatusNotification",le="30"}': 1
        })
      }),
      { StatusNotification: () => Effect.never }
    )
  )
})

describe("the registry", () => {
  it.effect("holds every series from the beginning, and none after the CSMS has closed", () => {
    const registry: Metric.MetricRegistry = new Map()
    return Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Csms.layer({ Heartbeat: () => Effect.void }), scope)
      const ids = new Set(Array.from(registry.values(), ({ id }) => id))
      assert.deepStrictEqual([...ids].toSorted(), Object.keys(metrics).toSorted())
      const { fake } = yield* Effect.provideContext(booted(), context)
      fake.call("Heartbeat", {})
      assert.isTrue(Array.from(registry.values()).some(({ id }) => id === "ocpp_handler_duration_seconds"))
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(registry.size, 0)
    }).pipe(Effect.provideService(Metric.MetricRegistry, registry))
  })

  it.effect("holds two CSMSs beside each other when they have attributes", () => {
    const registry: Metric.MetricRegistry = new Map()
    const named = (csms: string) =>
      Layer.provide(Layer.fresh(Csms.layer()), Layer.succeed(Metric.CurrentMetricAttributes, { csms }))
    return Effect.gen(function* () {
      const north = yield* Layer.build(named("north"))
      yield* Layer.build(named("south"))
      yield* Effect.provideContext(booted(), north)
      yield* expect({ 'ocpp_connections{csms="north"}': 1, 'ocpp_connections{csms="south"}': 0 })
    }).pipe(Effect.provideService(Metric.MetricRegistry, registry))
  })

  it("gives no name that Prometheus would have to change, and every counter ends in _total", () => {
    for (const [name, { type }] of Object.entries(metrics)) {
      assert.match(name, /^ocpp(_[a-z]+)+$/)
      assert.strictEqual(name.endsWith("_total"), type === "counter")
    }
    for (const name of Object.keys(histograms)) assert.match(name, /^ocpp(_[a-z]+)+_seconds$/)
    assert.deepStrictEqual(
      [...bounds].toSorted((a, b) => a - b),
      bounds
    )
  })
})

describe("docs/metrics.md", () => {
  const rows = readFileSync(new URL("../../../../docs/metrics.md", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `ocpp_"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
  const documented = new Map(
    rows.map(([, name = "", type, unit, labels, meaning]) => [name, { type, unit, labels, meaning }])
  )

  it.effect("lists every metric with its type and its labels, and none that does not exist", () =>
    withCsms(
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        yield* begin(station.call("GetLocalListVersion", {}))
        fake.reply({ versionNumber: 1 })
        fake.call("Heartbeat", {})
        const registered = new Map<string, { type: string; labels: string }>()
        for (const { attributes, id, type } of yield* Metric.snapshot) {
          const labels = Object.keys(attributes ?? {}).map((label) => `\`${label}\``)
          registered.set(`\`${id}\``, { type: type.toLowerCase(), labels: labels.join(", ") })
        }
        assert.deepStrictEqual([...documented.keys()].toSorted(), [...registered.keys()].toSorted())
        for (const [name, { labels, type }] of registered) {
          assert.deepInclude(documented.get(name), { type, labels }, name)
          assert.isNotEmpty(documented.get(name)?.unit, name)
          assert.isNotEmpty(documented.get(name)?.meaning, name)
        }
      }),
      { Heartbeat: () => Effect.void }
    )
  )
})
