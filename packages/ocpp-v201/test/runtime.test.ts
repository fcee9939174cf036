import { Ajv } from "ajv"
import addFormats from "ajv-formats"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { dateTime, ucs2length } from "../src/runtime.ts"

describe("R-130: ucs2length", () => {
  it("counts code points, a lone surrogate as one", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "é", "😀", "\ud83d", "\ude00") }), (text) => {
        expect(ucs2length(text)).toBe(Array.from(text).length)
      }),
      { seed: 201 }
    )
  })
})

describe("R-126: dateTime", () => {
  it.each([
    "2026-01-31T23:59:59Z",
    "2026-01-31t23:59:59z",
    "2026-01-31T23:59:59.123456789012Z",
    "2026-01-31T23:59:59.123Z",
    "2024-02-29T23:59:60.000Z",
    "2026-01-31T23:59:59+05:30",
    "2024-02-29T00:00:00-11:00",
    "2000-02-29T00:00:00Z",
    "2016-12-31T23:59:60Z"
  ])("takes %s", (text) => {
    expect(dateTime(text)).toBe(true)
  })

  it.each([
    "2026-01-31T23:59:59",
    "2026-01-31T23:59:59+0530",
    "2026-01-31T23:59:59+24:00",
    "2026-01-31 23:59:59Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T23:59Z",
    "2026-01-31T23:59:59.Z",
    "2026-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "26-01-01T00:00:00Z",
    "2o26-01-01T00:00:00Z",
    "202x-01-01T00:00:00Z",
    "2026-01-0xT00:00:00Z",
    "2026-01-01T00:00:0xZ",
    "2026-01-01T00:00:00.0x0Z",
    "2026-01-01T00:00:00.00xZ",
    "2026/01/01T00:00:00Z",
    "2026-01-01",
    ""
  ])("refuses %j", (text) => {
    expect(dateTime(text)).toBe(false)
  })

  it("agrees with ajv-formats on everything with a capital T and no leap second", () => {
    const ajv = new Ajv()
    addFormats.default(ajv, ["date-time"])
    const reference = ajv.compile({ type: "string", format: "date-time" })
    const two = fc.integer({ min: 0, max: 61 }).map((n) => String(n).padStart(2, "0"))
    const parts = fc.tuple(
      fc.constantFrom("1900", "2000", "2023", "2024"),
      fc.integer({ min: 0, max: 13 }).map((n) => String(n).padStart(2, "0")),
      fc.integer({ min: 0, max: 32 }).map((n) => String(n).padStart(2, "0")),
      fc.integer({ min: 0, max: 25 }).map((n) => String(n).padStart(2, "0")),
      two,
      two.filter((second) => second !== "60"),
      fc.constantFrom("", ".1", ".123456", "."),
      fc.constantFrom("Z", "z", "+00:00", "-23:59", "+24:00", "", "+0100", "+01")
    )
    fc.assert(
      fc.property(parts, ([year, month, day, hour, minute, second, fraction, zone]) => {
        const text = `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone}`
        // ajv-formats takes "+0100" and "+01"; RFC 3339 wants hours, a colon and minutes.
        fc.pre(!/[+-]\d\d(?:\d\d)?$/.test(text))
        expect(`${text} ${dateTime(text)}`).toBe(`${text} ${reference(text)}`)
      }),
      { seed: 201, numRuns: 5000 }
    )
  })
})
