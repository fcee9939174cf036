import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  acknowledge,
  addPart,
  dropUnacknowledged,
  findReport,
  finish,
  isComplete,
  maxFinishedReports,
  maxUnacknowledgedParts,
  missingParts,
  noReports,
  type Reports
} from "../../src/blocks/Reports.ts"
import { noon, part, property, reported, time } from "./payloads.ts"

const data = [reported("A", "x")]
const opened = acknowledge(noReports, 1, "Custom", noon)
const withParts = (reports: Reports, ...parts: ReadonlyArray<ReturnType<typeof part>>): Reports =>
  parts.reduce((next, item, i) => addPart(next, item, noon + i), reports)
const seqNos = (reports: Reports, requestId = 1) => findReport(reports, requestId)?.parts.map(({ seqNo }) => seqNo)
const isDone = (reports: Reports, requestId = 1) => {
  const report = findReport(reports, requestId)
  return report !== undefined && isComplete(report)
}

describe("Reports", () => {
  it("B-14: complete when the part without tbc and all before it are there, in any order", () => {
    const parts = [0, 1, 2, 3].map((seqNo) => part(1, seqNo, data, { tbc: seqNo < 3 }))
    fc.assert(
      fc.property(fc.shuffledSubarray(parts, { minLength: 1 }), fc.array(fc.constantFrom(...parts)), (some, again) => {
        const reports = withParts(opened, ...some, ...again.filter((item) => some.includes(item)))
        expect(isDone(reports)).toBe(some.length === 4)
        expect(seqNos(reports)).toEqual(some.map(({ seqNo }) => seqNo).toSorted((a, b) => a - b))
      }),
      property
    )
  })

  it("B-14: a duplicate changes nothing", () => {
    const once = withParts(opened, part(1, 0, data, { tbc: true }))
    expect(addPart(once, part(1, 0, [], { tbc: false }), noon + 9)).toBe(once)
  })

  it("B-14: a single part without tbc and without data is a report", () => {
    const { reportData: _, tbc: __, ...bare } = part(1, 0, data)
    expect(isDone(withParts(opened, bare))).toBe(true)
  })

  it("B-15: missing parts are listed up to the last one, or up to the highest so far", () => {
    const tbc = { tbc: true }
    const gap = findReport(withParts(opened, part(1, 1, data, tbc), part(1, 4, data, tbc)), 1)
    expect(gap && missingParts(gap)).toEqual([
      [0, 0],
      [2, 3]
    ])
    const end = findReport(withParts(opened, part(1, 0, data, tbc), part(1, 5, data)), 1)
    expect(end && missingParts(end)).toEqual([[1, 4]])
    const none = findReport(opened, 1)
    expect(none && missingParts(none)).toEqual([])
  })

  it("B-15: a seqNo out of all bounds costs nothing", () => {
    const first = part(1, 0, data)
    const odd = withParts(opened, { ...first, seqNo: 2 ** 52 }, { ...first, seqNo: -1 })
    expect(isDone(odd)).toBe(false)
    expect(seqNos(odd)).toEqual([2 ** 52])
  })

  it("B-15: every part moves the deadline", () => {
    expect(findReport(addPart(opened, part(1, 0, data, { tbc: true }), noon + 40), 1)).toMatchObject({
      openedAt: noon,
      progressAt: noon + 40
    })
  })

  it("B-19: parts of two reports interleave", () => {
    const both = acknowledge(opened, 2, "FullInventory", noon)
    const tbc = { tbc: true }
    const reports = withParts(
      both,
      part(1, 0, data, tbc),
      part(2, 0, data, tbc),
      part(1, 1, data),
      part(2, 1, data, tbc)
    )
    expect([isDone(reports, 1), isDone(reports, 2)]).toEqual([true, false])
  })

  it("R-165: CE-1: parts that overtake the acknowledgement are kept", () => {
    const early = withParts(noReports, part(1, 0, data, { tbc: true }), part(1, 1, data))
    expect(findReport(early, 1)).not.toHaveProperty("kind")
    const reports = acknowledge(early, 1, "SummaryInventory", noon + 5)
    expect(findReport(reports, 1)).toMatchObject({ kind: "SummaryInventory", lastSeqNo: 1 })
    expect(isDone(reports)).toBe(true)
  })

  it("B-13: parts nobody asked for are bounded, the oldest report gives way", () => {
    const flood = Array.from({ length: 3 * maxUnacknowledgedParts }, (_, i) =>
      part(100 + (i % 5), i, data, { tbc: true })
    )
    const reports = withParts(withParts(opened, part(1, 0, data, { tbc: true })), ...flood)
    const staged = reports.open.flatMap(({ kind, parts }) => (kind === undefined ? parts : []))
    expect(staged.length).toBeLessThanOrEqual(maxUnacknowledgedParts)
    expect(seqNos(reports)).toEqual([0])
    const single = withParts(noReports, ...flood.map(({ seqNo }) => part(9, seqNo, data, { tbc: true })))
    expect(seqNos(single, 9)).toHaveLength(maxUnacknowledgedParts)
  })

  it("B-13: late duplicates of a finished report are not a new one, a new report with its id is", () => {
    const finished = finish(withParts(opened, part(1, 0, data)), 1)
    expect(addPart(finished, part(1, 0, data), noon + 9)).toBe(finished)
    expect(seqNos(addPart(finished, part(1, 0, data, { generatedAt: time(60) }), noon + 9))).toEqual([0])
  })

  it("a reused id starts afresh", () => {
    const again = acknowledge(withParts(opened, part(1, 0, data, { tbc: true })), 1, "Custom", noon + 1)
    expect(seqNos(again)).toEqual([])
    expect(acknowledge(finish(again, 1), 1, "Custom", noon + 2).finished).toEqual([])
  })

  it("only the last finished reports are remembered", () => {
    const ids = Array.from({ length: maxFinishedReports + 2 }, (_, i) => i)
    const reports = ids.reduce((next, id) => finish(acknowledge(next, id, "Custom", noon), id), noReports)
    expect(reports.finished.map(({ requestId }) => requestId)).toEqual(ids.slice(2))
    expect(reports.open).toEqual([])
  })

  it("B-20: a reboot keeps what was acknowledged", () => {
    const reports = withParts(opened, part(2, 0, data, { tbc: true }))
    expect(dropUnacknowledged(reports).open.map(({ requestId }) => requestId)).toEqual([1])
    expect(dropUnacknowledged(opened)).toBe(opened)
  })
})
