/** What `pnpm conformance` prints. */
import { assert, describe, it } from "@effect/vitest"
import { report, type Result, verdictOf } from "../src/report/Table.ts"

const test = (title: string, state: Result["state"], adapter = "ws", errors: ReadonlyArray<string> = []): Result => ({
  adapter,
  title,
  state,
  errors
})

describe("verdictOf", () => {
  it("a case has passed when one of its tests has and none has failed", () => {
    assert.deepStrictEqual(verdictOf([test("a", "passed"), test("not applicable: no TLS (TC_A_04_CSMS)", "skipped")]), {
      _tag: "Passed"
    })
    assert.strictEqual(verdictOf([test("a", "passed"), test("b", "failed")])._tag, "Failed")
  })

  it("a case of which all tests are skipped is not applicable, with the reasons", () => {
    assert.deepStrictEqual(
      verdictOf([
        test("TC_A_01_CSMS: title not applicable: no HTTP", "skipped"),
        test("not applicable: no HTTP (TC_A_01_CSMS: x)", "skipped"),
        test("TC_A_01_CSMS: title", "skipped")
      ]),
      { _tag: "NotApplicable", reasons: ["no HTTP", "the adapter does not run on this machine"] }
    )
  })

  it("a case that no test names, and one that is known to fail, has failed", () => {
    assert.strictEqual(verdictOf([])._tag, "Failed")
    assert.strictEqual(verdictOf([test("TC_B_01_CSMS: title known failing: because", "passed")])._tag, "Failed")
  })
})

describe("report", () => {
  it("is a table by block, the reasons, the failures, and the numbers in the last line", () => {
    const { failed, lines } = report(
      [{ id: "B", name: "Provisioning", cases: ["TC_B_01_CSMS", "TC_B_02_CSMS"] }],
      ["memory", "ws"],
      [
        test("TC_B_01_CSMS: boot", "passed", "memory"),
        test("TC_B_02_CSMS: pending not applicable: no time", "skipped", "memory"),
        test("TC_B_01_CSMS: boot", "passed", "ws"),
        test("TC_B_02_CSMS: pending", "failed", "ws", ["expected Pending"])
      ]
    )
    assert.strictEqual(failed, 1)
    assert.deepStrictEqual(lines, [
      "block            cases   memory                      ws",
      "B Provisioning   2       1 passed, 0 failed, 1 n/a   1 passed, 1 failed, 0 n/a",
      "all              2       1 passed, 0 failed, 1 n/a   1 passed, 1 failed, 0 n/a",
      "",
      "not applicable",
      "  memory: no time\n    TC_B_02_CSMS",
      "",
      "failed",
      "  TC_B_02_CSMS over ws: TC_B_02_CSMS: pending\n    expected Pending",
      "",
      "2 passed, 1 failed"
    ])
  })
})
