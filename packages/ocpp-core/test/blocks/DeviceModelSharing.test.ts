import { describe, expect, it } from "vitest"
import { empty, entries } from "../../src/blocks/DeviceModel.ts"
import { applyReport } from "../../src/blocks/DeviceModelReport.ts"
import { shared, withShared } from "../../src/blocks/DeviceModelSharing.ts"
import { noon, reported, time } from "./payloads.ts"

const report = () => [
  {
    seqNo: 0,
    generatedAt: time(0),
    receivedAt: noon,
    reportData: [
      structuredClone(
        reported("TxCtrlr", "EVConnectionTimeOut", "120", { dataType: "integer", supportsMonitoring: true })
      )
    ]
  }
]

describe("what device models have in common", () => {
  it("is held once for all stations that report the same", () => {
    const [one] = entries(applyReport(empty, report(), "replace", noon))
    const [other] = entries(applyReport(empty, report(), "replace", noon))
    expect(other).toEqual(one)
    expect(other?.component).toBe(one?.component)
    expect(other?.variable).toBe(one?.variable)
    expect(one?.characteristics).toBeDefined()
    expect(other?.characteristics).toBe(one?.characteristics)
    expect(other?.attributes.Actual).not.toBe(one?.attributes.Actual)
  })

  it("LC-18: is shared again after a restart, and nothing of the model changes", () => {
    const model = applyReport(empty, report(), "replace", noon)
    const restored = withShared(structuredClone(model))
    expect(restored).toEqual(model)
    expect(entries(restored)[0]?.characteristics).toBe(entries(model)[0]?.characteristics)
  })

  it("is forgotten when there is too much of it, never mixed up", () => {
    const first = shared({ name: "First" })
    for (let i = 0; i < 20_000; i++) expect(shared({ name: `Made up ${i}` })).toEqual({ name: `Made up ${i}` })
    const again = shared({ name: "First" })
    expect(again).toEqual(first)
    expect(again).not.toBe(first)
  })
})
