import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { isBefore } from "../../src/blocks/Timestamp.ts"
import { property } from "./payloads.ts"

describe("Timestamp", () => {
  it("ST-5: orders by the moment, not by the text", () => {
    expect(isBefore("2024-05-01T12:00:00Z", "2024-05-01T12:00:01Z")).toBe(true)
    expect(isBefore("2024-05-01T12:00:00Z", "2024-05-01T12:00:00.5Z")).toBe(true)
    expect(isBefore("2024-05-01T13:30:00+02:00", "2024-05-01T12:00:00Z")).toBe(true)
    expect(isBefore("2024-05-01T14:00:00+02:00", "2024-05-01T12:00:00Z")).toBe(false)
    expect(isBefore("2024-05-01T09:00:00+01:00", "2024-05-01T08:30:00-01:00")).toBe(true)
    expect(isBefore("2024-05-01t12:00:00Z", "2024-05-01T12:00:01Z")).toBe(true)
  })

  it("what cannot be read is before nothing and after nothing", () => {
    expect(isBefore("yesterday", "2024-05-01T12:00:00Z")).toBe(false)
    expect(isBefore("2024-05-01T12:00:00Z", "tomorrow")).toBe(false)
  })

  it("agrees with the clock whatever the form", () => {
    const form = fc.constantFrom("Z", "+00:00", "s")
    const written = (ms: number, as: string): string => {
      const text = new Date(ms).toISOString()
      return as === "s" ? `${text.slice(0, 19)}Z` : text.replace("Z", as)
    }
    const second = fc.integer({ min: 0, max: 1e9 }).map((s) => s * 1000)
    fc.assert(
      fc.property(second, second, form, form, (a, b, asA, asB) => {
        expect(isBefore(written(a, asA), written(b, asB))).toBe(a < b)
      }),
      property
    )
  })
})
