import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  derive,
  knownTokens,
  nextArrival,
  nextEvent,
  nextFault,
  rateAt,
  session,
  vary,
  Xoshiro
} from "../../src/scenario/Arrivals.ts"
import { normalized, patterns } from "../../src/scenario/Hours.ts"
import { readScenario } from "../../src/scenario/readScenario.ts"
import type { Scenario } from "../../src/scenario/Scenario.ts"

const hour = 3_600_000
const monday = Date.UTC(2026, 0, 5)

const scenario = (yaml: string): Scenario => Result.getOrThrow(readScenario({ yaml }))

/** All arrivals of so many hours. */
const arrivals = (
  random: () => number,
  { arrivals: pattern }: Scenario,
  from: number,
  hours: number
): Array<number> => {
  const all: Array<number> = []
  for (let at = nextArrival(random, pattern, from); at < from + hours * hour; at = nextArrival(random, pattern, at))
    all.push(at)
  return all
}

describe("derive", () => {
  it("gives the same stream for the same seed and label", () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), (seed, label) => {
        const [one, two] = [derive(seed, label), derive(seed, label)]
        for (let index = 0; index < 20; index++) expect(one()).toBe(two())
      })
    )
  })

  it("gives another stream for each label and seed", () => {
    const firsts = new Set(Array.from({ length: 10_000 }, (_, index) => derive(1, `CS-${index}`)()))
    for (let seed = 2; seed < 1000; seed++) firsts.add(derive(seed, "CS-1")())
    // 32 bits of state to start from: two of 11,000 may meet, not more.
    expect(firsts.size).toBeGreaterThan(10_990)
  })

  it("is spread evenly from 0 to 1", () => {
    const random = derive(7, "even")
    const tenths = Array.from({ length: 10 }, () => 0)
    for (let index = 0; index < 100_000; index++) {
      const value = random()
      expect(value >= 0 && value < 1).toBe(true)
      tenths[Math.floor(value * 10)]!++
    }
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })

  it("streams of neighbouring stations have nothing to do with each other", () => {
    const [one, two] = [derive(1, "CS-1"), derive(1, "CS-2")]
    let product = 0
    for (let index = 0; index < 20_000; index++) product += (one() - 0.5) * (two() - 0.5)
    expect(Math.abs(product / 20_000)).toBeLessThan(0.002)
  })

  it("is the published generator", () => {
    const stream = new Xoshiro(1, 2, 3, 4)
    expect(Array.from({ length: 6 }, () => stream.bits())).toStrictEqual([
      11_520, 0, 5_927_040, 70_819_200, 2_031_721_883, 1_637_235_492
    ])
  })
})

describe("nextArrival", () => {
  it("comes always later", () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0.01, max: 1000, noNaN: true }), fc.nat(1e9), (seed, perHour, offset) => {
        const { arrivals: pattern } = scenario(`arrivals: { perHour: ${perHour.toFixed(3)}, pattern: highway }\n`)
        const from = monday + offset
        expect(nextArrival(derive(seed, "a"), pattern, from)).toBeGreaterThan(from)
      })
    )
  })

  it("comes as often as the scenario says over a weekday", () => {
    const busy = scenario("arrivals: { perHour: 20, pattern: office }\n")
    // 480 are expected on each of 40 Mondays: a deviation of 3 % is more than four standard deviations.
    let count = 0
    for (let day = 0; day < 40; day++) count += arrivals(derive(day, "b"), busy, monday, 24).length
    expect(Math.abs(count / (40 * 480) - 1)).toBeLessThan(0.03)
  })

  it("follows the hours", () => {
    const half = Array.from({ length: 24 }, (_, index) => (index < 12 ? 0 : 3)).join(",")
    const site = scenario(`arrivals: { perHour: 10, weekday: [${half}] }\n`)
    const hours = arrivals(derive(1, "c"), site, monday, 24).map((at) => new Date(at).getUTCHours())
    expect(Math.min(...hours)).toBeGreaterThanOrEqual(12)
    expect(Math.abs(hours.length - 240)).toBeLessThan(70)
  })

  it("knows the weekend", () => {
    const zero = Array.from({ length: 24 }, () => 0).join(",")
    const site = scenario(`arrivals: { perHour: 1, weekend: [${zero}] }\n`)
    expect([0, 4, 5, 6, 7].map((day) => rateAt(site.arrivals, monday + day * 24 * hour))).toStrictEqual([1, 1, 0, 0, 1])
    expect(nextArrival(derive(1, "d"), site.arrivals, monday + 5 * 24 * hour)).toBeGreaterThanOrEqual(
      monday + 7 * 24 * hour
    )
  })

  it("never comes when the rate is 0", () => {
    expect(nextArrival(derive(1, "e"), scenario("arrivals: 0\n").arrivals, monday)).toBe(Infinity)
    expect(nextEvent(derive(1, "e"), 0, monday)).toBe(Infinity)
  })
})

describe("patterns", () => {
  it.each(Object.entries(patterns))("%s has 24 hours and a mean of 1 on weekdays", (_, week) => {
    const { weekday, weekend } = normalized(week)!
    expect([week.weekday.length, week.weekend.length, weekend.length]).toStrictEqual([24, 24, 24])
    expect(weekday.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(24)
  })
})

describe("vary", () => {
  it("has the mean and the spread that are asked for", () => {
    const random = derive(3, "vary")
    const values = Array.from({ length: 50_000 }, () => vary(random, { mean: 100, spread: 0.5 }))
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    expect(Math.abs(mean - 100)).toBeLessThan(1.5)
    expect(Math.abs(deviation - 50)).toBeLessThan(3)
    expect(Math.min(...values)).toBeGreaterThan(0)
  })

  it("is the mean without spread", () => {
    expect(vary(derive(1, "x"), { mean: 60, spread: 0 })).toBe(60)
  })
})

describe("session", () => {
  const site = scenario(
    "evs: [{ model: compact, share: 3 }, { model: hybrid, share: 1 }]\ntokens: { unknown: 0.25, count: 50 }\nsessions: { energy: 10kWh, remoteStart: 0.5 }\n"
  )
  const many = (from: Scenario, count = 20_000) => {
    const random = derive(1, "sessions")
    return Array.from({ length: count }, () => session(random, from))
  }

  it("is the same for the same seed, and the next is not moved by what the scenario makes of it", () => {
    expect(many(site, 100)).toStrictEqual(many(site, 100))
    const stays = (yaml: string) => many(scenario(yaml), 50).map((plan) => plan.stay)
    expect(stays("tokens: { unknown: 1 }\nsessions: { energy: { mean: 5, spread: 0 } }\n")).toStrictEqual(stays(""))
  })

  it("keeps the shares", () => {
    const plans = many(site)
    const part = (test: (plan: (typeof plans)[number]) => boolean) => plans.filter(test).length / plans.length
    expect(Math.abs(part((plan) => plan.model.name === "compact") - 0.75)).toBeLessThan(0.015)
    expect(Math.abs(part((plan) => !plan.known) - 0.25)).toBeLessThan(0.015)
    expect(Math.abs(part((plan) => plan.remoteStart) - 0.5)).toBeLessThan(0.015)
  })

  it("uses only tokens of the pool when the CSMS should know them", () => {
    const pool = new Set(knownTokens(site).map((token) => token.idToken))
    expect(pool.size).toBe(50)
    for (const plan of many(site, 2000)) expect(pool.has(plan.idToken.idToken)).toBe(plan.known)
  })

  it("brings no EV that cannot charge there", () => {
    const dc = scenario("stations: { supply: DC }\nevs: [family, hybrid]\n")
    for (const plan of many(dc, 500)) expect(plan.model.maxDcPower).toBeGreaterThan(0)
  })

  it("arrives with a charge between empty and its target", () => {
    for (const plan of many(site, 2000)) expect(plan.stateOfCharge > 0 && plan.stateOfCharge <= plan.target).toBe(true)
  })
})

describe("nextFault", () => {
  it("comes as often as all rates together, each in its share", () => {
    const { faults } = scenario("faults: { connectionDrop: 3, reboot: 1 }\n")
    const random = derive(1, "faults")
    const kinds: Record<string, number> = {}
    let at = monday
    for (let index = 0; index < 20_000; index++) {
      const fault = nextFault(random, faults, at)!
      expect(fault.at).toBeGreaterThan(at)
      at = fault.at
      kinds[fault.kind] = (kinds[fault.kind] ?? 0) + 1
    }
    expect(Math.abs((at - monday) / hour / 5000 - 1)).toBeLessThan(0.04)
    expect(Object.keys(kinds).toSorted()).toStrictEqual(["connectionDrop", "reboot"])
    expect(Math.abs(kinds["reboot"]! / 20_000 - 0.25)).toBeLessThan(0.015)
  })

  it("never comes without a rate", () => {
    expect(nextFault(derive(1, "none"), scenario("").faults, monday)).toBeUndefined()
  })
})
