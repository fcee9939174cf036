import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Histogram } from "../../src/report/Histogram.ts"
import { Recorder } from "../../src/report/Recorder.ts"
import { TimeSeries } from "../../src/report/TimeSeries.ts"
import { scenario } from "./fleet.support.ts"

const filled = (values: ReadonlyArray<number>): Histogram => {
  const histogram = new Histogram()
  for (const value of values) histogram.add(value)
  return histogram
}

const times = fc.array(fc.double({ min: 0, max: 4_000_000, noNaN: true }), { minLength: 1, maxLength: 200 })

describe("Histogram", () => {
  it("gives percentiles within 1.6 %, or a microsecond", () => {
    fc.assert(
      fc.property(times, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const sorted = values.toSorted((one, two) => one - two)
        const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1]!
        const found = filled(values).percentile(share)!
        expect(found).toBeGreaterThanOrEqual(Math.min(exact - 0.001, filled(values).max))
        expect(found).toBeLessThanOrEqual(exact * 1.016 + 0.001)
      })
    )
  })

  it("merged is the same as added to one", () => {
    fc.assert(
      fc.property(times, times, (one, two) => {
        const merged = filled(one)
        merged.merge(filled(two))
        const all = filled([...one, ...two])
        expect([merged.count, merged.max, merged.percentile(0.5), merged.percentile(0.99)]).toStrictEqual([
          all.count,
          all.max,
          all.percentile(0.5),
          all.percentile(0.99)
        ])
      })
    )
  })

  it("knows nothing when empty, and takes what is out of range", () => {
    expect(new Histogram().percentile(0.5)).toBeUndefined()
    expect([filled([-5]).max, filled([1e12]).percentile(0.5)! > 4e6]).toStrictEqual([0, true])
  })
})

describe("TimeSeries", () => {
  it("never has more buckets than it may, and loses nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000_000), { minLength: 1, maxLength: 100 }), (moments) => {
        const series = new TimeSeries(16, 1000)
        const ordered = moments.toSorted((one, two) => one - two)
        for (const moment of ordered) series.add("toCsms", moment)
        let total = 0
        for (let bucket = 0; bucket < series.length; bucket++)
          total += (series.rate("toCsms", bucket, Infinity) * series.width) / 1000
        expect(series.length).toBeLessThanOrEqual(16)
        expect(Math.round(total)).toBe(moments.length)
      })
    )
  })

  it("keeps the mean of gauges and the latencies when buckets become one", () => {
    const series = new TimeSeries(2, 1000)
    const gauges = { connected: 0, accepted: 0, transactions: 0, power: 0, queued: 0 }
    series.sample(0, { ...gauges, connected: 2 })
    series.sample(1000, { ...gauges, connected: 4 })
    series.latency(0, 1)
    series.latency(1000, 100)
    series.add("toCsms", 2000)
    expect([series.width, series.length]).toStrictEqual([2000, 2])
    expect([series.gauge("connected", 0), series.gauge("connected", 1)]).toStrictEqual([3, undefined])
    expect([series.percentile(0, 0.5), series.percentile(0, 1)]).toStrictEqual([expect.closeTo(1, 1), 100])
  })

  it("a rate is per second of what is over of the last bucket", () => {
    const series = new TimeSeries(4, 1000)
    for (let index = 0; index < 10; index++) series.add("toCsms", 1500)
    expect([series.rate("toCsms", 1, 2000), series.rate("toCsms", 1, 1500)]).toStrictEqual([10, 20])
    expect([series.complete(1499), series.complete(1500)]).toStrictEqual([1, 2])
  })
})

describe("Recorder", () => {
  const recorder = (virtual = false) => {
    let at = 1_000_000
    const made = new Recorder({ now: () => at, virtual })
    return { made, pass: (milliseconds: number) => (at += milliseconds) }
  }
  const one = scenario("stations: 1\n")

  it("counts each end of a CALL by itself, and all but answers as failures", () => {
    const { made } = recorder()
    for (let n = 0; n < 7; n++) made.sent("Authorize")
    made.answered("Authorize", 5, "Invalid")
    made.answered("Authorize", 5, "Accepted")
    made.answered("Authorize", 5)
    made.callError("Authorize", 5, "Odd")
    made.timedOut("Authorize")
    made.lost("Authorize")
    made.invalid("Authorize")
    const { actions, messages } = made.report(one)
    expect(actions).toMatchObject([
      {
        calls: 7,
        answered: 3,
        statuses: { Accepted: 1, Invalid: 1 },
        errors: { Odd: 1 },
        timeouts: 1,
        lost: 1,
        invalid: 1
      }
    ])
    expect(messages).toMatchObject({
      toCsms: 7,
      answered: 3,
      callErrors: 1,
      timeouts: 1,
      lost: 1,
      invalid: 1
    })
    expect(made.totals().failures).toBe(4)
    expect(actions[0]?.latency?.count).toBe(4)
  })

  it("keeps both directions apart", () => {
    const { made } = recorder()
    made.sent("DataTransfer")
    made.received("DataTransfer")
    made.replied("DataTransfer", { errorCode: "NotSupported" })
    made.received("DataTransfer")
    made.replied("DataTransfer", { status: "Rejected" })
    expect(made.report(one).actions).toMatchObject([
      { direction: "toCsms", calls: 1 },
      { direction: "fromCsms", calls: 2, answered: 1, statuses: { Rejected: 1 }, errors: { NotSupported: 1 } }
    ])
  })

  it("has no latencies in virtual time", () => {
    const { made } = recorder(true)
    made.sent("Heartbeat")
    made.answered("Heartbeat", 0)
    const report = made.report(one)
    expect([report.clock, report.messages.latency, report.actions[0]?.latency, report.series.p50]).toStrictEqual([
      "virtual",
      null,
      null,
      [null]
    ])
  })

  it("counts connections and sessions to their peaks", () => {
    const { made, pass } = recorder()
    made.opened(false)
    made.opened(false)
    made.closed(1006)
    made.opened(true)
    made.sessionStarted()
    made.sessionStarted()
    made.sessionEnded({ stoppedReason: "Local", energyWh: 10.5, seconds: 60 })
    made.costTold(2)
    made.sessionEnded({ stoppedReason: "Local", energyWh: 1, seconds: 30 })
    pass(10_000)
    const { connections, elapsed, sessions } = made.report(one)
    expect(connections).toMatchObject({ opened: 3, reconnects: 1, open: 2, peak: 2, closed: { 1006: 1 } })
    expect(sessions).toMatchObject({
      running: 0,
      peak: 2,
      energy: 11.5,
      cost: 2,
      withCost: 1,
      meanDuration: 45,
      stoppedReasons: { Local: 2 }
    })
    expect(elapsed).toBe(10)
  })

  it("a name from outside cannot be mistaken for a property", () => {
    const { made } = recorder()
    made.sent("__proto__")
    made.answered("__proto__", 1, "constructor")
    expect(made.report(one).actions).toMatchObject([{ action: "__proto__", statuses: { constructor: 1 } }])
  })
})
