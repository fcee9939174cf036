import { assert, describe, it } from "@effect/vitest"
import * as SecurityRecord from "../../src/station/SecurityRecord.ts"
import type { SecurityProfile } from "../../src/transport/Transport.ts"

const { connectedWith, expectedProfiles, nothing, profileAccepted } = SecurityRecord
type Record = SecurityRecord.SecurityRecord

const connectedOn = (...profiles: ReadonlyArray<SecurityProfile>): Record =>
  profiles.reduce((record, profile) => connectedWith(record, profile), nothing)

describe("expected profile", () => {
  it("R-030: without a record it is the directory's", () => {
    for (const profile of [0, 1, 2, 3] as const)
      assert.deepStrictEqual(expectedProfiles(undefined, profile), { expected: profile, next: [] })
  })

  it("R-032: it is never lower than the profile of an earlier connection", () => {
    for (const before of [1, 2, 3] as const)
      for (const directory of [0, 1, 2, 3] as const)
        assert.strictEqual(
          expectedProfiles(connectedOn(before), directory).expected,
          Math.max(before, directory),
          `${before} on record, ${directory} in the directory`
        )
  })

  it("R-030: an accepted network connection profile with a higher one is allowed next, also several", () => {
    const record = profileAccepted(profileAccepted(connectedOn(1), 1, 2, false), 1, 3, false)
    assert.deepStrictEqual(expectedProfiles(record, 1), { expected: 1, next: [2, 3] })
    assert.deepStrictEqual(expectedProfiles(connectedWith(record, 2), 1), { expected: 2, next: [3] })
    assert.deepStrictEqual(expectedProfiles(connectedWith(record, 3), 1), { expected: 3, next: [] })
  })

  it("R-030: one with the same, a lower or an unknown profile changes nothing", () => {
    const record = connectedOn(2)
    for (const offered of [0, 1, 2, 4, -1, 2.5]) assert.strictEqual(profileAccepted(record, 2, offered, true), record)
  })

  it("a station without security stays so, whatever it is offered", () => {
    assert.strictEqual(profileAccepted(nothing, 0, 1, true), nothing)
  })

  it("R-033: 3 to 2 needs a station that allows it", () => {
    const record = connectedOn(3)
    assert.strictEqual(profileAccepted(record, 3, 2, false), record)
    assert.deepStrictEqual(expectedProfiles(profileAccepted(record, 3, 2, true), 3), { expected: 3, next: [2] })
  })

  it("R-033: nothing leads to 1, and 2 to nothing lower", () => {
    assert.deepStrictEqual(expectedProfiles(profileAccepted(connectedOn(3), 3, 1, true), 3).next, [])
    assert.deepStrictEqual(expectedProfiles(profileAccepted(connectedOn(2), 2, 1, true), 2).next, [])
  })

  it("R-033: after the downgrade 2 is the one on record, also where the directory says 3, and 3 is not let in", () => {
    const record = connectedWith(profileAccepted(connectedOn(3), 3, 2, true), 2)
    assert.deepStrictEqual(expectedProfiles(record, 3), { expected: 2, next: [] })
    assert.deepStrictEqual(expectedProfiles(record, 2), { expected: 2, next: [] })
  })

  it("R-033: back on 3 the downgrade is over", () => {
    const lowered = connectedWith(profileAccepted(connectedOn(3), 3, 2, true), 2)
    const raised = connectedWith(profileAccepted(lowered, 2, 3, true), 3)
    assert.deepStrictEqual(expectedProfiles(raised, 2), { expected: 3, next: [] })
    assert.isUndefined(raised.downgraded)
  })

  it("profile 0 is never put on record", () => {
    assert.strictEqual(connectedOn(0), nothing)
  })
})

describe("what is shown", () => {
  it("R-046: no hash of a password", () => {
    const record: Record = {
      securityProfile: 2,
      password: {
        directory: "hash-of-old",
        current: { number: 1, hash: "hash-of-first" },
        open: [{ number: 2, hash: "hash-of-second", state: "Unknown" }],
        last: 2
      }
    }
    const view = SecurityRecord.view(record)
    assert.deepStrictEqual(view, { securityProfile: 2, openPasswords: 1, passwordChanged: true })
    assert.isUndefined(SecurityRecord.view(nothing))
  })
})
