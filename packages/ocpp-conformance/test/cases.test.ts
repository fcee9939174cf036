/** The table of OCA cases. */
import { assert, describe, it } from "@effect/vitest"
import { blocks } from "../src/cases/catalogue.ts"
import { knownFailing } from "../src/cases/knownFailing.ts"
import { violation } from "../src/cases/wire.ts"
import { readBlocks } from "../src/status/Requirements.ts"

const ids = blocks.flatMap(([, cases]) => cases.map(({ id }) => id))

describe("the table of OCA cases", () => {
  it("has all 252 cases for a CSMS, each once and in its block", () => {
    const wanted = readBlocks().flatMap(({ cases }) => cases.map(([id]) => id))
    assert.strictEqual(ids.length, 252)
    assert.deepStrictEqual(ids.toSorted(), wanted.toSorted())
    for (const [block, cases] of blocks) for (const { id } of cases) assert.isTrue(id.startsWith(`TC_${block}_`), id)
  })

  it("names at least one requirement for each case, and no case as failing that is not there", () => {
    for (const [, cases] of blocks) for (const { id, requirements } of cases) assert.isNotEmpty(requirements, id)
    for (const id of Object.keys(knownFailing)) assert.include<string>(ids, id)
  })
})

describe("the second opinion on payloads", () => {
  it("finds nothing wrong with a payload that fits, and says what is wrong with one that does not", () => {
    assert.isUndefined(violation("Reset", "request", { type: "OnIdle" }))
    assert.match(violation("Reset", "request", { type: "Later" }) ?? "", /^Reset request: .*type must be equal to one/)
    assert.match(violation("Reset", "response", {}) ?? "", /^Reset response: .*status/)
    assert.match(violation("NoAction", "request", {}) ?? "", /^NoAction request: /)
  })
})
