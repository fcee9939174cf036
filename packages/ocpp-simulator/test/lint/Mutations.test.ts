/** Each way to break a rule, and the finding that must come of it. */
import { assert, describe, it } from "@effect/vitest"
import { lint } from "../../src/lint/Lint.ts"
import { followUps, messages, transactions } from "./mutations/blocks.ts"
import { answers, calls, frames } from "./mutations/frames.ts"
import { lifecycle, outcomes } from "./mutations/lifecycle.ts"

describe.each([
  ["frames", frames],
  ["CALLs", calls],
  ["answers", answers],
  ["lifecycle and time", lifecycle],
  ["transactions", transactions],
  ["follow-ups", followUps],
  ["outcomes", outcomes],
  ["messages", messages]
] as const)("%s", (_, mutations) => {
  it.each(mutations.map(([title, expected, log]) => ({ title, expected, log })))(
    "$expected: $title",
    ({ expected, log }) => {
      const findings = lint(log().records)
      assert.include(
        findings.map(({ rules, severity }) => `${severity} ${rules[0]}`),
        expected,
        JSON.stringify(findings, null, 1)
      )
    }
  )
})
