import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { empty, entries, find, value } from "../../src/blocks/DeviceModel.ts"
import { afterReboot, applyEvents, applySetVariables, markStale } from "../../src/blocks/DeviceModelChanges.ts"
import { applyReport, withoutSecrets, type ReportPart } from "../../src/blocks/DeviceModelReport.ts"
import { anyReportData, eventData, frozen, noon, property, reported, stored, time } from "./payloads.ts"

const part = (
  seqNo: number,
  reportData: ReportPart["reportData"],
  receivedAt = noon + seqNo,
  generatedAt = time(seqNo)
): ReportPart => ({ seqNo, generatedAt, receivedAt, reportData })

const two = applyReport(empty, [part(0, [reported("A", "x"), reported("B", "y")])], "replace", noon)
const x = { component: "A", variable: "x" } as const

describe("DeviceModelReport", () => {
  it("DM-20: a FullInventory removes the pairs it does not report", () => {
    const next = applyReport(two, [part(0, [reported("A", "x", "2")])], "replace", noon + 1)
    expect(entries(next).map(({ component }) => component.name)).toEqual(["A"])
    expect(value(next, x)).toBe("2")
    expect([next.reportedAt, next.inventoryAt]).toEqual([noon + 1, noon + 1])
  })

  it("DM-21: any other report updates what it reports and leaves the rest", () => {
    const next = applyReport(two, [part(0, [reported("a", "X", "2")])], "merge", noon + 1)
    expect(entries(next)).toHaveLength(2)
    expect(value(next, x)).toBe("2")
    expect(next.components["b\n\n\n"]).toBe(two.components["b\n\n\n"])
    expect([next.reportedAt, next.inventoryAt]).toEqual([noon + 1, noon])
  })

  it("DM-21: an attribute that is not reported this time stays", () => {
    const target = applyReport(two, [part(0, [reported("A", "x", { type: "Target", value: "9" })])], "merge", noon)
    expect([value(target, x), value(target, { ...x, attribute: "Target" })]).toEqual(["1", "9"])
  })

  it("DM-12: characteristics stay when a report leaves them out", () => {
    const characteristics = { dataType: "integer", supportsMonitoring: true } as const
    const typed = applyReport(two, [part(0, [reported("A", "x", "5", characteristics)])], "merge", noon)
    expect(find(applyReport(typed, [part(1, [reported("A", "x", "6")])], "merge", noon), "A", "x")).toMatchObject({
      attributes: { Actual: { value: "6" } },
      characteristics
    })
  })

  it("DM-03: the spelling of the latest report is kept", () => {
    const next = applyReport(two, [part(0, [reported("a", "X")])], "merge", noon)
    expect([find(next, "A", "x")?.component.name, find(next, "A", "x")?.variable.name]).toEqual(["a", "X"])
  })

  it("DM-26: an event that came after a part was sent is newer than the part", () => {
    const staged = part(0, [reported("A", "x", { value: "Available", mutability: "ReadOnly" })])
    const live = applyEvents(two, [eventData("A", "x", "Occupied", { timestamp: time(5) })], noon + 5)
    const next = applyReport(live, [staged], "replace", noon + 9)
    expect(find(next, "A", "x")?.attributes.Actual).toMatchObject({ value: "Occupied", mutability: "ReadOnly" })
  })

  it("DM-26: an event that was queued before a part was sent is not", () => {
    const staged = part(0, [reported("A", "x", "Available")], noon, time(10))
    const live = applyEvents(two, [eventData("A", "x", "Occupied", { timestamp: time(5) })], noon + 5)
    expect(value(applyReport(live, [staged], "replace", noon + 9), x)).toBe("Available")
  })

  it("a timestamp far in the future does not outlast the next report", () => {
    const ahead = applyEvents(two, [eventData("A", "x", "9", { timestamp: "2099-01-01T00:00:00Z" })], noon)
    expect(value(applyReport(ahead, [part(0, [reported("A", "x", "2")], noon + 1)], "merge", noon + 1), x)).toBe("2")
  })

  it("DM-24: a value that was set after a part was sent is newer than the part", () => {
    const names = { component: { name: "A" }, variable: { name: "x" } }
    const set = applySetVariables(
      two,
      { setVariableData: [{ ...names, attributeValue: "7" }] },
      { setVariableResult: [{ ...names, attributeStatus: "Accepted" }] },
      noon + 5
    )
    expect(value(applyReport(set, [part(0, [reported("A", "x")])], "replace", noon + 9), x)).toBe("7")
  })

  it("DM-25: a report before the reboot keeps the pending value, one after it settles it", () => {
    const names = { component: { name: "A" }, variable: { name: "x" } }
    const set = applySetVariables(
      two,
      { setVariableData: [{ ...names, attributeValue: "7" }] },
      { setVariableResult: [{ ...names, attributeStatus: "RebootRequired" }] },
      noon
    )
    const before = applyReport(set, [part(0, [reported("A", "x")], noon + 1)], "replace", noon + 1)
    expect(find(before, "A", "x")?.attributes.Actual).toMatchObject({ value: "1", pending: { value: "7" } })
    const after = applyReport(afterReboot(before), [part(0, [reported("A", "x", "7")], noon + 2)], "replace", noon + 2)
    expect(find(after, "A", "x")?.attributes.Actual).toMatchObject({ value: "7", stale: false })
    expect(find(after, "A", "x")?.attributes.Actual).not.toHaveProperty("pending")
  })

  it("DM-28: only a FullInventory makes a stale model fresh", () => {
    const stale = markStale(two)
    const merged = applyReport(stale, [part(0, [reported("A", "x")])], "merge", noon)
    expect([merged.stale, find(merged, "A", "x")?.attributes.Actual?.stale]).toEqual([true, false])
    expect(find(merged, "B", "y")?.attributes.Actual?.stale).toBe(true)
    expect(applyReport(stale, [part(0, [reported("A", "x")])], "replace", noon).stale).toBe(false)
  })

  it("DM-30: content that the application supplies is marked as such", () => {
    const configured = applyReport(empty, [part(0, [reported("A", "x")])], "merge", noon, "configured")
    expect(find(configured, "A", "x")?.attributes.Actual?.source).toBe("configured")
  })

  it("DM-11: A-14: values of WriteOnly variables and passwords are taken out", () => {
    const plain = [reported("A", "x")]
    expect(withoutSecrets(plain)).toBe(plain)
    const cleaned = withoutSecrets([
      reported("A", "x"),
      reported("A", "w", { value: "secret", mutability: "WriteOnly" }),
      reported("SecurityCtrlr", "BASICAUTHPASSWORD", { value: "secret", persistent: true })
    ])
    expect(cleaned.map((item) => item.variableAttribute)).toEqual([
      [{ value: "1" }],
      [{ mutability: "WriteOnly" }],
      [{ persistent: true }]
    ])
  })

  it("B-14: parts in any order give the same model, and leave the old one alone", () => {
    const anyParts = fc
      .array(fc.array(anyReportData, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 })
      .map((data) => data.map((reportData, seqNo) => part(seqNo, reportData)))
    fc.assert(
      fc.property(
        anyParts,
        anyParts.chain((parts) =>
          fc.tuple(fc.constant(parts), fc.shuffledSubarray(parts, { minLength: parts.length }))
        ),
        fc.constantFrom("replace", "merge"),
        (first, [parts, shuffled], mode) => {
          const before = frozen(applyReport(empty, first, "replace", noon))
          const model = applyReport(before, frozen(parts), mode, noon)
          expect(applyReport(before, shuffled, mode, noon)).toStrictEqual(model)
          expect(stored(model)).toStrictEqual(model)
          expect(applyReport(model, parts, mode, noon)).toStrictEqual(model)
        }
      ),
      property
    )
  })
})
