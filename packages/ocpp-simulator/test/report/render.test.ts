import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { chartHtml, ticks, timeTicks } from "../../src/report/chart.ts"
import { escape } from "../../src/report/escape.ts"
import { toHtml } from "../../src/report/html.ts"
import { toJson } from "../../src/report/json.ts"
import { countText, durationText, energyText, figureText, millisecondsText } from "../../src/report/numbers.ts"
import { toText } from "../../src/report/text.ts"
import { run, scenario } from "./fleet.support.ts"

const site = scenario("name: Site\nstations: 20\nrampUp: 10\nduration: 300\n")
const day = scenario("name: Day\nstations: 20\nduration: 400\ntime: virtual\nseed: 9\n")

/** Tags of a page, checked to be closed in order. */
const wellFormed = (html: string): ReadonlyArray<string> => {
  const empty = new Set(["meta", "!doctype"])
  const open: Array<string> = []
  const seen: Array<string> = []
  for (const [, slash, name, , self] of html.matchAll(/<(\/?)([a-z!][a-z0-9]*)((?:"[^"]*"|[^">])*?)(\/?)>/giu)) {
    const tag = name!.toLowerCase()
    if (slash === "/") expect(open.pop()).toBe(tag)
    else {
      seen.push(tag)
      if (self !== "/" && !empty.has(tag)) open.push(tag)
    }
  }
  expect(open).toStrictEqual([])
  return seen
}

describe("toJson", () => {
  it("is byte-identical for equal runs under virtual time", () => {
    expect(toJson(run(day))).toBe(toJson(run(day)))
  })

  it("reads back as the report", () => {
    const report = run(site, { startedAt: "2026-01-05T10:00:00Z", wallSeconds: 300.5 })
    expect(JSON.parse(toJson(report))).toStrictEqual(report)
    expect(report.schema).toBe("wattline/ocpp-sim-report/1")
  })

  it("R-046: has nothing of the password or the URL in it", () => {
    const secret = scenario("csms: { url: 'ws://secret-host', password: secret-word }\nstations: 1\nduration: 1\n")
    for (const text of [toJson(run(secret)), toText(run(secret)), toHtml(run(secret))])
      expect(text).not.toContain("secret")
  })
})

describe("toHtml", () => {
  it("is one well-formed page that loads and runs nothing", () => {
    const html = toHtml(run(site))
    const tags = wellFormed(html)
    expect(tags.filter((tag) => ["script", "link", "img", "iframe", "object"].includes(tag))).toStrictEqual([])
    expect(html).not.toMatch(/\b(?:src|href)=|url\(|@import|\son\w+=/u)
    expect(tags.filter((tag) => tag === "figure")).toHaveLength(6)
  })

  it("names every chart and table for those who cannot see them", () => {
    const html = toHtml(run(site))
    const charts = html.match(/<svg [^>]*role="img" aria-labelledby="(\w+)-t \1-d">/gu) ?? []
    expect(charts).toHaveLength(6)
    expect(html.match(/<desc id=/gu)).toHaveLength(6)
    const tables = html.match(/<table>/gu) ?? []
    expect(html.match(/<table><caption>/gu)).toHaveLength(tables.length)
  })

  it("has no chart of latencies in virtual time, and says why", () => {
    const html = toHtml(run(day))
    expect(html).not.toContain('id="latency-t"')
    expect(html).toContain("takes no time in virtual time")
  })

  it("says of a run that was cut off how long it was to be", () => {
    const report = run(day)
    expect(toText(report)).not.toContain("ended early")
    const planned = { ...report.scenario, duration: report.scenario.duration + 200 }
    expect(toHtml({ ...report, scenario: planned })).toContain("ended early, 10 min were planned")
  })

  it("says what was not delivered at the end", () => {
    const report = run(day)
    expect(toText(report)).not.toContain("not delivered at the end")
    const offlineQueue = { ...report.offlineQueue, atEnd: 10 }
    expect(toText({ ...report, offlineQueue })).toContain(", 10 not delivered at the end")
  })

  it("escapes what comes from outside", () => {
    const evil = `</title><script>alert("x")</script>'&`
    const html = toHtml(run(scenario(JSON.stringify({ name: evil, stations: 1, duration: 5 }))))
    expect(html).not.toContain("<script")
    expect(html).toContain(escape(evil))
    wellFormed(html)
  })

  it("stays well-formed when nothing happened", () => {
    expect(wellFormed(toHtml(run(scenario("stations: 1\nduration: 1\nseed: 4\n"))))).toContain("figure")
  })
})

describe("charts", () => {
  it("axes begin at 0, reach the highest value and have few steps", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e12, noNaN: true }), (most) => {
        const axis = ticks(most)
        expect(axis[0]).toBe(0)
        expect(axis.at(-1)).toBeGreaterThanOrEqual(most * (1 - 1e-9))
        expect(axis.length).toBeLessThanOrEqual(6)
        expect(axis.length).toBeGreaterThanOrEqual(2)
      })
    )
  })

  it("times are at most eight and within the run", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 * 86_400 }), (seconds) => {
        const times = timeTicks(seconds)
        expect(times.length).toBeLessThanOrEqual(8)
        expect(times.at(-1)).toBeLessThanOrEqual(seconds)
      })
    )
  })

  it("a gap is a gap, and a value alone is a dot", () => {
    const html = chartHtml({
      id: "x",
      title: "X",
      unit: "u",
      width: 1,
      lines: [{ label: "a", values: [1, null, 1, 2] }]
    })
    const [, path] = /<path d="([^"]*)" class="l1"/u.exec(html) ?? []
    expect(path?.replaceAll(/[\d.]+ [\d.]+/gu, "p")).toBe("Mph0.01MpLp")
  })

  it("draws nothing but numbers, whatever the values", () => {
    const value = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }))
    fc.assert(
      fc.property(fc.array(value, { maxLength: 30 }), (values) => {
        const html = chartHtml({ id: "x", title: "X", unit: "u", width: 1, lines: [{ label: "a", values }] })
        expect(html).not.toMatch(/NaN|Infinity|undefined/u)
      })
    )
  })
})

describe("toText", () => {
  it("aligns every table", () => {
    const lines = toText(run(site)).split("\n")
    const start = lines.indexOf("CALLs to the CSMS")
    const table = lines.slice(start + 1, lines.indexOf("", start))
    expect(table.length).toBeGreaterThan(3)
    expect(new Set(table.map((line) => line.length)).size).toBe(1)
  })

  it("lets no control character of a name through", () => {
    const text = toText(run(scenario(JSON.stringify({ name: "A\u001B[2J\u202EB", stations: 1, duration: 1 }))))
    expect(text).toContain("A?[2J?B")
  })
})

describe("numbers", () => {
  it("read as people write them", () => {
    expect([0, 999, 1000, 1_234_567].map(countText)).toStrictEqual(["0", "999", "1,000", "1,234,567"])
    expect([0, 0.1234, 1, 9.999, 12.34, 1234.5].map(figureText)).toStrictEqual([
      "0",
      "0.123",
      "1",
      "10",
      "12.3",
      "1,235"
    ])
    expect([0.0004, 0.5, 12.34, 2500].map(millisecondsText)).toStrictEqual(["0 µs", "500 µs", "12.3 ms", "2.5 s"])
    expect([42, 60, 3599.9, 7800, 90_000].map(durationText)).toStrictEqual([
      "42 s",
      "1 min",
      "1 h",
      "2 h 10 min",
      "1 d 1 h"
    ])
    expect([850, 12_340, 4.56e6].map((value) => energyText(value))).toStrictEqual(["850 Wh", "12.3 kWh", "4.56 MWh"])
  })
})
