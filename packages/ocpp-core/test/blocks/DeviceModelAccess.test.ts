import { describe, expect, expectTypeOf, it } from "vitest"
import { empty } from "../../src/blocks/DeviceModel.ts"
import { DeviceModel, parsed } from "../../src/blocks/DeviceModelAccess.ts"
import { applyReport } from "../../src/blocks/DeviceModelReport.ts"
import { standardVariable, standardVariables } from "../../src/blocks/StandardVariables.ts"
import { noon, reported, time } from "./payloads.ts"

const evse = { name: "EVSE", evse: { id: 1 } }
const model = applyReport(
  empty,
  [
    {
      seqNo: 0,
      generatedAt: time(),
      receivedAt: noon,
      reportData: [
        reported("ocppcommctrlr", "heartbeatinterval", "300"),
        reported("OCPPCommCtrlr", "ActiveNetworkProfile", "2", { dataType: "string", supportsMonitoring: false }),
        reported("OCPPCommCtrlr", { name: "MessageTimeout", instance: "Default" }, "30"),
        reported("OCPPCommCtrlr", "OfflineThreshold", ""),
        reported("OCPPCommCtrlr", "ResetRetries", "many"),
        reported("OCPPCommCtrlr", "QueueAllMessages", "true"),
        reported("OCPPCommCtrlr", "NetworkConfigurationPriority", "2,1"),
        reported("DeviceDataCtrlr", { name: "ItemsPerMessage", instance: "GetReport" }, "4"),
        reported("ClockCtrlr", "NextTimeOffsetTransitionDateTime", time()),
        reported("SecurityCtrlr", "Identity", "CS-1"),
        reported(evse, "Power", { type: "MaxSet", value: "11.5" })
      ]
    }
  ],
  "replace",
  noon
)

describe("DeviceModel.read", () => {
  it("DM-03, DM-14: a standardised variable is read by the type of the standard, whatever the station's spelling", () => {
    const seconds = DeviceModel.read(model, "OCPPCommCtrlr", "HeartbeatInterval")
    expectTypeOf(seconds).toEqualTypeOf<number | undefined>()
    expect(seconds).toBe(300)
    const queued = DeviceModel.read(model, "OCPPCommCtrlr", "QueueAllMessages")
    expectTypeOf(queued).toEqualTypeOf<boolean | undefined>()
    expect(queued).toBe(true)
    const slots = DeviceModel.read(model, "OCPPCommCtrlr", "NetworkConfigurationPriority")
    expectTypeOf(slots).toEqualTypeOf<ReadonlyArray<string> | undefined>()
    expect(slots).toEqual(["2", "1"])
    expect(DeviceModel.read(model, "ClockCtrlr", "NextTimeOffsetTransitionDateTime")).toBe(noon)
    expect(DeviceModel.read(model, "SecurityCtrlr", "Identity")).toBe("CS-1")
  })

  it("DM-14: a station that reports another type for it is read all the same", () => {
    expect(DeviceModel.read(model, "OCPPCommCtrlr", "ActiveNetworkProfile")).toBe(2)
  })

  it("DM-11: unset, unreadable and unknown are undefined; the raw text is still there", () => {
    expect(DeviceModel.read(model, "OCPPCommCtrlr", "OfflineThreshold")).toBeUndefined()
    expect(DeviceModel.read(model, "OCPPCommCtrlr", "ResetRetries")).toBeUndefined()
    expect(DeviceModel.read(model, "OCPPCommCtrlr", "RetryBackOffRepeatTimes")).toBeUndefined()
    expect(DeviceModel.value(model, { component: "OCPPCommCtrlr", variable: "ResetRetries" })).toBe("many")
  })

  it("DM-02: instances are named; the only one there is need not be", () => {
    expect(DeviceModel.read(model, "DeviceDataCtrlr", "ItemsPerMessage", { instance: "GetReport" })).toBe(4)
    expect(DeviceModel.read(model, "DeviceDataCtrlr", "ItemsPerMessage", { instance: "SetVariables" })).toBeUndefined()
    expect(DeviceModel.read(model, "OCPPCommCtrlr", "MessageTimeout")).toBe(30)
    // @ts-expect-error there is no such instance
    expect(DeviceModel.read(model, "DeviceDataCtrlr", "ItemsPerMessage", { instance: "Reset" })).toBeUndefined()
    // @ts-expect-error no such variable
    expect(DeviceModel.read(model, "OCPPCommCtrlr", "Heartbeat")).toBeUndefined()
  })

  it("DM-05, DM-06: EVSE and attribute say which", () => {
    expect(DeviceModel.read(model, "EVSE", "Power", { evseId: 1, attribute: "MaxSet" })).toBe(11.5)
    expect(DeviceModel.read(model, "EVSE", "Power", { evseId: 1 })).toBeUndefined()
    expect(DeviceModel.read(model, "EVSE", "Power", { evseId: 2, attribute: "MaxSet" })).toBeUndefined()
  })

  it("DM-12: a value is parsed by what the station reported, then by the standard, and is else untyped", () => {
    const of = (component: string, variable: string, raw: string) => parsed(model, { component, variable }, raw)
    expect(of("OCPPCommCtrlr", "ActiveNetworkProfile", "2")).toEqual({ _tag: "string", value: "2", raw: "2" })
    expect(of("OCPPCommCtrlr", "heartbeatINTERVAL", "60")).toEqual({ _tag: "integer", value: 60, raw: "60" })
    expect(of("Vendor", "Odd", "60")).toEqual({ _tag: "Untyped", raw: "60" })
  })
})

describe("the table of standardised variables", () => {
  it("DM-03: is found without regard to case, and no name of Object.prototype is in it", () => {
    expect(standardVariable("OCPPCOMMCTRLR", "heartbeatinterval")).toEqual({ type: "integer", unit: "s" })
    expect(standardVariable("constructor", "toString")).toBeUndefined()
  })

  it("has no two names that differ in case only", () => {
    const names = Object.entries(standardVariables).flatMap(([component, variables]) =>
      Object.keys(variables).map((variable) => `${component}.${variable}`.toLowerCase())
    )
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThan(120)
  })
})
