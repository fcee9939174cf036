import { describe, expect, it } from "vitest"
import {
  capacity,
  componentKey,
  empty,
  entries,
  entry,
  find,
  limit,
  typedValue,
  value,
  variableKey
} from "../../src/blocks/DeviceModel.ts"
import { applyGetVariables } from "../../src/blocks/DeviceModelChanges.ts"
import { applyReport } from "../../src/blocks/DeviceModelReport.ts"
import { noon, reported, stored, time } from "./payloads.ts"

const integer = { dataType: "integer", supportsMonitoring: false } as const
const model = applyReport(
  empty,
  [
    {
      seqNo: 0,
      generatedAt: time(),
      receivedAt: noon,
      reportData: [
        reported("OCPPCommCtrlr", "HeartbeatInterval", "300", integer),
        reported("DeviceDataCtrlr", { name: "ItemsPerMessage", instance: "GetReport" }, "4", integer),
        reported("DeviceDataCtrlr", { name: "ItemsPerMessage", instance: "GetVariables" }, "", integer),
        reported("SmartChargingCtrlr", { name: "Entries", instance: "ChargingProfiles" }, "2", {
          ...integer,
          maxLimit: 9
        }),
        reported({ name: "EVSE", evse: { id: 1 } }, "Power", { type: "Target", value: "11" }),
        reported({ name: "Connector", evse: { id: 1, connectorId: 2 } }, "ConnectorType", "cType2"),
        reported({ name: "Vendor", instance: "left" }, { name: "Odd", instance: "" }, { mutability: "WriteOnly" })
      ]
    }
  ],
  "replace",
  noon
)

describe("DeviceModel", () => {
  it("DM-01: name, instance, EVSE and connector make four different components", () => {
    const keys = [
      componentKey("Connector"),
      componentKey({ name: "Connector", instance: "1" }),
      componentKey({ name: "Connector", evse: { id: 1 } }),
      componentKey({ name: "Connector", evse: { id: 1, connectorId: 1 } }),
      componentKey({ name: "Connector", instance: "1", evse: { id: 1 } })
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  it("DM-02: name and instance make different variables", () => {
    expect(variableKey("ItemsPerMessage")).not.toBe(variableKey({ name: "ItemsPerMessage", instance: "GetReport" }))
  })

  it("DM-03: names and instances compare without case, and the station's spelling is kept", () => {
    const found = find(model, "ocppCOMMctrlr", "heartbeatinterval")
    expect([found?.component.name, found?.variable.name]).toEqual(["OCPPCommCtrlr", "HeartbeatInterval"])
    expect(find(model, { name: "VENDOR", instance: "LEFT" }, "odd")?.component.instance).toBe("left")
  })

  it("DM-04: an absent and an empty instance are the same", () => {
    expect(find(model, { name: "OCPPCommCtrlr", instance: "" }, { name: "HeartbeatInterval", instance: "" })).toEqual(
      find(model, "OCPPCommCtrlr", "HeartbeatInterval")
    )
    expect(find(model, { name: "Vendor", instance: "left" }, "Odd")).toBeDefined()
  })

  it("DM-05: an absent attribute type means Actual", () => {
    const power = { component: "EVSE", evseId: 1, variable: "Power" } as const
    expect(value(model, power)).toBeUndefined()
    expect(value(model, { ...power, attribute: "Target" })).toBe("11")
  })

  it("DM-06: connector m of EVSE n is found by its two ids, or by the component spelled out", () => {
    const component = { name: "Connector", evse: { id: 1, connectorId: 2 } }
    expect(value(model, { component: "Connector", evseId: 1, connectorId: 2, variable: "ConnectorType" })).toBe(
      "cType2"
    )
    expect(value(model, { component, variable: { name: "ConnectorType" } })).toBe("cType2")
    expect(value(model, { component, evseId: 2, variable: "ConnectorType" })).toBeUndefined()
    expect(value(model, { component: "Connector", evseId: 1, variable: "ConnectorType" })).toBeUndefined()
  })

  it("a query finds an instance of a variable and an instance of a component", () => {
    expect(value(model, { component: "DeviceDataCtrlr", variable: "ItemsPerMessage", instance: "GetReport" })).toBe("4")
    expect(entry(model, { component: "Vendor", componentInstance: "left", variable: "Odd" })).toBeDefined()
    expect(entry(model, { component: "Vendor", variable: "Odd" })).toBeUndefined()
  })

  it("DM-10: absent mutability means ReadWrite, absent persistent and constant mean false", () => {
    expect(find(model, "OCPPCommCtrlr", "HeartbeatInterval")?.attributes.Actual).toEqual({
      value: "300",
      mutability: "ReadWrite",
      persistent: false,
      constant: false,
      source: "report",
      timestamp: time(),
      at: noon,
      stale: false
    })
  })

  it("DM-11: WriteOnly has no value; unset is the empty text", () => {
    expect(value(model, { component: { name: "Vendor", instance: "left" }, variable: "Odd" })).toBeUndefined()
    expect(value(model, { component: "DeviceDataCtrlr", variable: "ItemsPerMessage", instance: "GetVariables" })).toBe(
      ""
    )
  })

  it("DM-14: a typed value is parsed by the reported data type", () => {
    const query = { component: "OCPPCommCtrlr", variable: "HeartbeatInterval" } as const
    expect(typedValue(model, query)).toEqual({ _tag: "integer", value: 300, raw: "300" })
    expect(typedValue(model, { ...query, variable: "None" })).toBeUndefined()
  })

  it("DM-16: an unknown limit is the fallback before the first report, and none after it", () => {
    const items = { component: "DeviceDataCtrlr", variable: "ItemsPerMessage" } as const
    expect(limit(empty, { ...items, instance: "GetReport" }, 1)).toBe(1)
    expect(limit(model, { ...items, instance: "GetReport" }, 1)).toBe(4)
    expect(limit(model, { ...items, instance: "SetVariables" }, 1)).toBeUndefined()
  })

  it("DM-16: a limit that was read before the first report counts", () => {
    const names = {
      component: { name: "DeviceDataCtrlr" },
      variable: { name: "ItemsPerMessage", instance: "GetReport" }
    }
    const result = { ...names, attributeStatus: "Accepted", attributeValue: "7" } as const
    const read = applyGetVariables(empty, { getVariableResult: [result] }, noon)
    expect(limit(read, names, 1)).toBe(7)
  })

  it("DM-13: the capacity of a counter is its maxLimit, not its value", () => {
    const profiles = { component: "SmartChargingCtrlr", variable: "Entries", instance: "ChargingProfiles" } as const
    expect(capacity(model, profiles, 1)).toBe(9)
    expect(capacity(empty, profiles, 1)).toBe(1)
    expect(capacity(model, { ...profiles, instance: "Other" }, 1)).toBeUndefined()
  })

  it("lists every pair once", () => {
    expect(entries(model).map(({ component, variable }) => `${component.name}.${variable.name}`)).toEqual([
      "OCPPCommCtrlr.HeartbeatInterval",
      "DeviceDataCtrlr.ItemsPerMessage",
      "DeviceDataCtrlr.ItemsPerMessage",
      "SmartChargingCtrlr.Entries",
      "EVSE.Power",
      "Connector.ConnectorType",
      "Vendor.Odd"
    ])
    expect(entries(empty)).toEqual([])
  })

  it("names of Object.prototype are names like any other", () => {
    expect(find(model, "__proto__", "constructor")).toBeUndefined()
    expect(find(empty, "constructor", "toString")).toBeUndefined()
  })

  it("is plain data", () => {
    expect(stored(model)).toStrictEqual(model)
  })
})
