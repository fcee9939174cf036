/** What monitors and customers break, by what is known of a station. Pure. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { DataEnumType, MonitorEnumType } from "@wattline/ocpp-v201"
import { empty } from "../../src/blocks/DeviceModel.ts"
import { applyReport } from "../../src/blocks/DeviceModelReport.ts"
import { monitorTypes } from "../../src/blocks/Monitors.ts"
import { brokenByCustomer, brokenByMonitors, idleThresholds } from "../../src/operations/DiagnosticsRules.ts"
import { noon, property, reported, time } from "../blocks/payloads.ts"
import { wanted } from "../blocks/monitoring.ts"

const modelOf = (dataType: DataEnumType, limits: { readonly minLimit?: number; readonly maxLimit?: number } = {}) =>
  applyReport(
    empty,
    [
      {
        seqNo: 0,
        receivedAt: noon,
        generatedAt: time(),
        reportData: [reported("A", "V", "", { dataType, supportsMonitoring: true, ...limits })]
      }
    ],
    "merge",
    noon
  )

const brokenAt = (dataType: DataEnumType, type: MonitorEnumType, value: number) =>
  brokenByMonitors([wanted("a", { type, value })], modelOf(dataType), {}).map(({ rule }) => rule)

const thresholds = ["UpperThreshold", "LowerThreshold"]
const periodic = ["Periodic", "PeriodicClockAligned"]

describe("monitors", () => {
  it.each([
    ["decimal", []],
    ["integer", []],
    ["dateTime", [...thresholds, ...periodic]],
    ["string", thresholds],
    ["boolean", thresholds],
    ["OptionList", thresholds],
    ["SequenceList", thresholds],
    ["MemberList", thresholds]
  ] as const)("N-9, DM-41: the types of monitors that a %s cannot have", (dataType, none) => {
    const found = monitorTypes.filter((type) => brokenAt(dataType, type, 1).includes("DM-41"))
    expect(found).toEqual(monitorTypes.filter((type) => (none as ReadonlyArray<string>).includes(type)))
  })

  it("N-9, N04.FR.17, DM-42: the Delta of what is neither a number nor a time has the value 1", () => {
    const wrong = (
      ["decimal", "integer", "dateTime", "string", "boolean", "OptionList", "SequenceList"] as const
    ).filter((dataType) => brokenAt(dataType, "Delta", 5).includes("N04.FR.17"))
    expect(wrong).toEqual(["string", "boolean", "OptionList", "SequenceList"])
    expect(brokenAt("string", "Delta", 1)).toEqual([])
  })

  it("N-9, N04.FR.06, DM-42: a threshold is sent exactly when it is within the limits, and warned of at its own one", () => {
    const value = fc.integer({ min: -10, max: 10 })
    const run = fc.property(
      value,
      value,
      value,
      fc.constantFrom("UpperThreshold", "LowerThreshold"),
      (a, b, at, type) => {
        const [minLimit, maxLimit] = [Math.min(a, b), Math.max(a, b)]
        const model = modelOf("integer", { minLimit, maxLimit })
        const data = [wanted("A", { type, value: at })]
        expect(brokenByMonitors(data, model, {}).length).toBe(at >= minLimit && at <= maxLimit ? 0 : 1)
        expect(idleThresholds(data, model).length).toBe(
          at === (type === "UpperThreshold" ? maxLimit : minLimit) ? 1 : 0
        )
      }
    )
    fc.assert(run, property)
  })

  it("N-10: of a monitor that may have another id by now nothing is held against a replacement", () => {
    const known = { id: 1, ...wanted("B"), transaction: false, kind: "HardWiredMonitor", at: noon } as const
    const data = [wanted("A", { id: 1 })]
    const rules = (stale: boolean) => brokenByMonitors(data, empty, { 1: { ...known, stale } }).map(({ rule }) => rule)
    expect([rules(false), rules(true)]).toEqual([["N04.FR.16", "N04.FR.18"], []])
  })
})

describe("customers", () => {
  const idToken = { idToken: "SECRET", type: "Central" } as const
  const certificate = {
    hashAlgorithm: "SHA256",
    issuerNameHash: "aa",
    issuerKeyHash: "bb",
    serialNumber: "0C"
  } as const
  const rules = (...[request, installed = []]: Partial<Parameters<typeof brokenByCustomer>>) => {
    const broken = brokenByCustomer({ report: true, clear: false, ...request }, installed)
    expect(JSON.stringify(broken)).not.toContain("SECRET")
    return broken.map(({ rule }) => rule)
  }

  it("N-16, N09.FR.04, N09.FR.09, N10.FR.08: a customer is named in exactly one way", () => {
    const both = { report: true, clear: true, idToken, customerIdentifier: "SECRET" }
    expect(rules({ report: true, clear: false })).toEqual(["N09.FR.04"])
    expect(rules(both)).toEqual(["N10.FR.08"])
    for (const one of [{ idToken }, { customerIdentifier: "" }, { customerCertificate: certificate }])
      expect(rules({ report: true, clear: false, ...one })).toEqual([])
  })

  it("N-16, N09.FR.07: something is wanted: a report, or that the customer is forgotten", () => {
    expect(rules({ report: false, clear: false, idToken })).toEqual(["N09.FR.07"])
    expect(rules({ report: false, clear: true, idToken })).toEqual([])
  })

  it("N-19, N09.FR.08, N10.FR.09: a certificate goes by the hash algorithm that the station knows it by", () => {
    const request = { report: true, clear: false, customerCertificate: certificate }
    const other = { ...certificate, hashAlgorithm: "SHA512", serialNumber: "c" } as const
    expect(rules(request, [other])).toEqual(["N09.FR.08"])
    expect(rules({ ...request, clear: true }, [other])).toEqual(["N10.FR.09"])
    expect(rules(request, [{ ...other, serialNumber: "d" }])).toEqual([])
    expect(rules(request, [other, certificate])).toEqual([])
  })
})
