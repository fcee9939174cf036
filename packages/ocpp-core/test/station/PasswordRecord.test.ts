import { assert, describe, it } from "@effect/vitest"
import {
  acceptedPasswords,
  begin,
  type ChangeOutcome,
  conclude,
  loggedIn,
  maxOpen,
  type PasswordRecord,
  rebooted,
  restored
} from "../../src/station/PasswordRecord.ts"

/** The directory's hash is `old`; a change to `new` has begun, and has number 1. */
const begun = (): PasswordRecord => {
  const record = begin(undefined, "old", "new")
  if (record === undefined) throw new Error("not begun")
  return record
}

const after = (outcome: ChangeOutcome) => conclude(begun(), 1, outcome)

/** The hashes that are accepted. */
const hashes = (record: PasswordRecord | undefined, directory: string | undefined = "old") =>
  acceptedPasswords(record, directory).map(({ hash }) => hash)

describe("R-047: which passwords are accepted", () => {
  it("without a record the directory's, and none without one", () => {
    assert.deepStrictEqual(hashes(undefined), ["old"])
    assert.deepStrictEqual(acceptedPasswords(undefined, undefined), [])
  })

  it("from before the sending both", () => {
    assert.deepStrictEqual(hashes(begun()), ["old", "new"])
  })

  const outcomes: ReadonlyArray<readonly [ChangeOutcome, ReadonlyArray<string>]> = [
    ["Accepted", ["new"]],
    ["Refused", ["old"]],
    ["Unknown", ["old", "new"]],
    ["RebootRequired", ["old", "new"]]
  ]
  for (const [outcome, expected] of outcomes)
    it(`A-12, A-13: after ${outcome} ${expected.join(" and ")}`, () => {
      assert.deepStrictEqual(hashes(after(outcome)), expected)
    })

  it("A-13: after an unknown outcome the first login decides", () => {
    assert.deepStrictEqual(hashes(loggedIn(after("Unknown"), 0)), ["old"])
    assert.deepStrictEqual(hashes(loggedIn(after("Unknown"), 1)), ["new"])
  })

  it("A-13: after RebootRequired the old one decides nothing before a reboot, the new one at once", () => {
    assert.deepStrictEqual(hashes(loggedIn(after("RebootRequired"), 0)), ["old", "new"])
    assert.deepStrictEqual(hashes(loggedIn(after("RebootRequired"), 1)), ["new"])
  })

  it("A-13: after RebootRequired and a reboot the next login decides", () => {
    const record = rebooted(after("RebootRequired"))
    assert.deepStrictEqual(hashes(record), ["old", "new"])
    assert.deepStrictEqual(hashes(loggedIn(record, 0)), ["old"])
    assert.deepStrictEqual(hashes(loggedIn(record, 1)), ["new"])
  })

  it("a reboot decides nothing that is not RebootRequired", () => {
    const record = begun()
    assert.strictEqual(rebooted(record), record)
    assert.deepStrictEqual(hashes(loggedIn(rebooted(after("Unknown")), 0)), ["old"])
  })

  it("a login while the CALL waits does not take the new one away", () => {
    const record = loggedIn(begun(), 0)
    assert.deepStrictEqual(hashes(record), ["old", "new"])
    assert.deepStrictEqual(hashes(conclude(record, 1, "Accepted")), ["new"])
  })

  it("a login with the new one while its answer is outstanding decides for it, whatever the answer", () => {
    for (const outcome of ["Refused", "Unknown", "RebootRequired", "Accepted"] as const)
      assert.deepStrictEqual(hashes(conclude(loggedIn(begun(), 1), 1, outcome)), ["new"])
  })

  it("a restart of the CSMS makes what was being sent unknown", () => {
    assert.deepStrictEqual(hashes(restored(begun())), ["old", "new"])
    assert.deepStrictEqual(hashes(loggedIn(restored(begun()), 0)), ["old"])
  })

  it("an application that gives its directory another password wins, at once and for the next change", () => {
    assert.deepStrictEqual(hashes(after("Accepted"), "other"), ["other"])
    assert.deepStrictEqual(hashes(begun(), "other"), ["other"])
    assert.deepStrictEqual(hashes(begin(after("Accepted"), "other", "third"), "other"), ["other", "third"])
  })

  it("a station without a password in the directory can be given one", () => {
    const record = begin(undefined, undefined, "new")
    assert.isDefined(record)
    assert.deepStrictEqual(
      acceptedPasswords(record, undefined).map(({ hash }) => hash),
      ["new"]
    )
  })
})

describe("several changes", () => {
  const twice = (first: ChangeOutcome, second: ChangeOutcome) => {
    const record = begin(conclude(begun(), 1, first), "old", "newer")
    return record && conclude(record, record.last, second)
  }

  it("R-047: an accepted one settles those before it", () => {
    assert.deepStrictEqual(hashes(twice("Unknown", "Accepted")), ["newer"])
    assert.deepStrictEqual(hashes(twice("Accepted", "Accepted")), ["newer"])
  })

  it("R-047: a refused one leaves those before it as they were", () => {
    assert.deepStrictEqual(hashes(twice("Unknown", "Refused")), ["old", "new"])
    assert.deepStrictEqual(hashes(twice("Accepted", "Refused")), ["new"])
  })

  it("R-047: a login decides between all that are unknown", () => {
    const record = twice("Unknown", "Unknown")
    if (record === undefined) return assert.fail("not begun")
    assert.deepStrictEqual(hashes(record), ["old", "newer", "new"])
    assert.deepStrictEqual(hashes(loggedIn(record, 1)), ["new"])
    assert.deepStrictEqual(hashes(loggedIn(record, 2)), ["newer"])
    assert.deepStrictEqual(hashes(loggedIn(record, 0)), ["old"])
  })

  it(`no more than ${maxOpen} are open, and none is forgotten for another`, () => {
    let record: PasswordRecord | undefined
    for (let i = 0; i < maxOpen; i++) {
      record = begin(record, "old", `new ${i}`)
      if (record !== undefined) record = conclude(record, record.last, "Unknown")
    }
    assert.strictEqual(record?.open.length, maxOpen)
    assert.isUndefined(begin(record, "old", "one more"))
  })

  it("numbers are not used twice, so a late login cannot be taken for another password", () => {
    const record = begin(after("Refused"), "old", "newer")
    assert.deepStrictEqual(
      record?.open.map(({ number }) => number),
      [2]
    )
    if (record !== undefined) assert.strictEqual(loggedIn(record, 1), record)
  })
})
