import { describe, expect, it } from "vitest"
import { type DeviceModel, empty, entries, find, maxVariables, value } from "../../src/blocks/DeviceModel.ts"
import { applyEvents, applyGetVariables } from "../../src/blocks/DeviceModelChanges.ts"
import { applyReport } from "../../src/blocks/DeviceModelReport.ts"
import { eventData, noon, reported, time } from "./payloads.ts"

const inventory = (count: number, mode: "replace" | "merge" = "replace", before: DeviceModel = empty, prefix = "V") =>
  applyReport(
    before,
    [
      {
        seqNo: 0,
        generatedAt: time(),
        receivedAt: noon,
        reportData: Array.from({ length: count }, (_, i) => reported(`C${i % 100}`, `${prefix}${i}`))
      }
    ],
    mode,
    noon
  )

const full = inventory(maxVariables)

describe("the device model is bounded", () => {
  it("DM-20: what fits exactly is whole; one more is left out, and then absence means nothing (DM-18)", () => {
    expect([full.size, full.isTruncated, full.inventoryAt]).toEqual([maxVariables, undefined, noon])
    const cut = inventory(maxVariables + 1)
    expect([cut.size, cut.isTruncated, cut.inventoryAt]).toEqual([maxVariables, true, undefined])
    expect(entries(cut)).toHaveLength(maxVariables)
    expect(inventory(3, "replace", cut)).toMatchObject({ size: 3, inventoryAt: noon })
    expect(inventory(3, "replace", cut).isTruncated).toBeUndefined()
  })

  it("DM-21: a merge adds as much as there is room for, and updates what is there", () => {
    const merged = inventory(5, "merge", inventory(maxVariables - 2), "W")
    expect([merged.size, merged.isTruncated]).toEqual([maxVariables, true])
    expect(entries(inventory(5, "merge", full))).toHaveLength(maxVariables)
    expect(inventory(5, "merge", full).isTruncated).toBeUndefined()
  })

  it("DM-26: an event adds no pair to a full model, and still changes one that is there", () => {
    const next = applyEvents(
      full,
      [eventData("New", "pair", "1"), eventData("C0", "V0", "9", { timestamp: time(9) })],
      noon + 9
    )
    expect([next.size, next.isTruncated, find(next, "New", "pair")]).toEqual([maxVariables, true, undefined])
    expect(value(next, { component: "C0", variable: "V0" })).toBe("9")
    expect(applyEvents(next, [eventData("New", "pair", "1")], noon)).toBe(next)
  })

  it("DM-23: a pair that is removed makes room", () => {
    const names = { component: { name: "C0" }, variable: { name: "V0" } }
    const result = { ...names, attributeStatus: "UnknownVariable" } as const
    const next = applyGetVariables(full, { getVariableResult: [result] }, noon)
    expect(next.size).toBe(maxVariables - 1)
    expect(find(applyEvents(next, [eventData("New", "pair", "1")], noon), "New", "pair")).toBeDefined()
  })
})
