/** Which certificates replace which. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  type CertificateRecord,
  discarded,
  maxRenewed,
  maxReplaced,
  offered,
  used
} from "../../src/station/CertificateRecord.ts"

const renewing = offered(undefined, "new", "old")

describe("A-24: a renewed certificate", () => {
  it("replaces nothing before it is used", () => {
    assert.deepStrictEqual(renewing, { inUse: "old", renewed: ["new"], replaced: [] })
    assert.strictEqual(used(renewing, "old"), renewing)
  })

  it("replaces the old one once it is used", () => {
    assert.deepStrictEqual(used(renewing, "new"), { inUse: "new", renewed: [], replaced: ["old"] })
  })

  it("replaces renewed ones that were older, and leaves a newer one to come", () => {
    const three = offered(offered(renewing, "newer", "old"), "newest", "old")
    assert.deepStrictEqual(used(three, "newer"), { inUse: "newer", renewed: ["newest"], replaced: ["old", "new"] })
  })

  it("of a station that had none replaces nothing", () => {
    assert.deepStrictEqual(used(offered(undefined, "new", undefined), "new"), {
      inUse: "new",
      renewed: [],
      replaced: []
    })
  })

  it("that is in use already changes nothing, and one that was replaced may be given again", () => {
    assert.deepStrictEqual(offered(undefined, "old", "old").renewed, [])
    const back = offered(used(renewing, "new"), "old", "new")
    assert.deepStrictEqual(back, { inUse: "new", renewed: ["old"], replaced: [] })
  })

  it("any other certificate only becomes the one in use", () => {
    assert.deepStrictEqual(used(renewing, "by hand"), { inUse: "by hand", renewed: ["new"], replaced: [] })
  })
})

describe("A-32: a renewed certificate that was discarded", () => {
  it("is not waited for, and what is used stays", () => {
    assert.deepStrictEqual(discarded(renewing), { inUse: "old", renewed: [], replaced: [] })
    assert.deepStrictEqual(used(discarded(renewing), "new").replaced, [])
  })
})

it("A-24: whatever happens, the one in use is never among the replaced, and the lists stay short", () => {
  const fingerprint = fc.constantFrom(...Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
  const step = fc.oneof(
    fc.tuple(fc.constant("offered" as const), fingerprint),
    fc.tuple(fc.constant("used" as const), fingerprint),
    fc.tuple(fc.constant("discarded" as const), fingerprint)
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let record: CertificateRecord | undefined
      let inUse: string | undefined
      for (const [what, one] of steps) {
        if (what === "offered") record = offered(record, one, inUse)
        else if (what === "used" && record?.replaced.includes(one) !== true) {
          inUse = one // a replaced one is not let in
          record = record && used(record, one)
        } else if (what === "discarded") record = record && discarded(record)
        if (record === undefined) continue
        if (inUse !== undefined) assert.notInclude(record.replaced, inUse)
        for (const renewed of record.renewed) assert.notInclude(record.replaced, renewed)
        assert.isAtMost(record.renewed.length, maxRenewed)
        assert.isAtMost(record.replaced.length, maxReplaced)
        assert.strictEqual(new Set(record.renewed).size, record.renewed.length)
      }
    })
  )
})
