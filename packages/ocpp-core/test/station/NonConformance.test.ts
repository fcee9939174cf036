/** The bounded summary of what a station sends that breaks a schema. */
import { assert, it } from "@effect/vitest"
import fc from "fast-check"
import { type NonConformance, type Outcome, recorded } from "../../src/station/NonConformance.ts"

const message = fc.record({
  action: fc.constantFrom("Heartbeat", "MeterValues", "TransactionEvent"),
  direction: fc.constantFrom("request" as const, "response" as const),
  errors: fc.array(
    fc.record({
      path: fc.constantFrom("", "/a", "/a/0/b", "/a/17/b", "/a/1/b/2", "/c", "/d", "/e", "/f", "/g"),
      keyword: fc.constantFrom("type", "enum", "format", "maxLength")
    }),
    { maxLength: 4 }
  )
})
const outcome = fc.constantFrom<Outcome>("repaired", "reported", "refused")

it("at most 32 fields, most recent first, each once, places in lists as one; every message is counted", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(message, outcome), { maxLength: 60 }), (messages) => {
      const summary = messages.reduce<NonConformance | undefined>(
        (before, [one, became], at) => recorded(before, one, became, at),
        undefined
      )
      if (summary === undefined) return
      const { fields, refused, repaired, reported } = summary
      assert.strictEqual(refused + repaired + reported, messages.length)
      assert.isAtMost(fields.length, 32)
      const keys = fields.map(({ action, direction, keyword, path }) => [action, direction, keyword, path].join("|"))
      assert.strictEqual(new Set(keys).size, keys.length)
      assert.isTrue(fields.every(({ path }) => !/\d/.test(path)))
      const times = fields.map(({ lastAt }) => lastAt)
      assert.deepStrictEqual(
        times,
        times.toSorted((a, b) => b - a)
      )
    })
  )
})
