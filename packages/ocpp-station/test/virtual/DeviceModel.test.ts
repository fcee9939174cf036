import { assert, describe, it } from "@effect/vitest"
import { misfit, standardVariable, standardVariables } from "@wattline/ocpp-core/engine"
import type { AttributeEnumType, GetReportRequest, ReportBaseEnumType, ReportDataType } from "@wattline/ocpp-v201"
import * as fc from "fast-check"
import { inventoryOf } from "../../src/virtual/deviceModel/Inventory.ts"
import { EVSE } from "../../src/virtual/EVSE.ts"
import { set, station, valid, type World } from "./deviceModel.support.ts"

const get = (
  { ask }: World,
  component: string,
  variable: string,
  attributeType?: AttributeEnumType,
  instance?: string
) =>
  ask("GetVariables", {
    getVariableData: [
      {
        component: { name: component },
        variable: { name: variable, ...(instance !== undefined && { instance }) },
        ...(attributeType && { attributeType })
      }
    ]
  }).getVariableResult[0]

/** All variables of a base report, as they came. */
const report = (world: World, reportBase: ReportBaseEnumType = "FullInventory"): ReadonlyArray<ReportDataType> => {
  world.sent.splice(0)
  assert.strictEqual(world.ask("GetBaseReport", { requestId: 1, reportBase }).status, "Accepted")
  return world.take("NotifyReport").flatMap(({ reportData }) => reportData ?? [])
}

const nameOf = ({ component, variable }: Pick<ReportDataType, "component" | "variable">) => {
  const { evse, name } = component
  const place = evse === undefined ? "" : `@${evse.id}${evse.connectorId === undefined ? "" : `.${evse.connectorId}`}`
  return `${name}${place}.${variable.name}${variable.instance === undefined ? "" : `[${variable.instance}]`}`
}

describe("GetVariables", () => {
  it("B06.FR.01, B06.FR.02, B06.FR.11: one result per item, as it was asked, with attributeType Actual", () => {
    const { ask } = station()
    const component = { name: "occpcommctrlr" }
    const { getVariableResult } = ask("GetVariables", {
      getVariableData: [
        { component: { name: "ocppcommctrlr" }, variable: { name: "OFFLINETHRESHOLD", instance: "" } },
        { component, variable: { name: "OfflineThreshold" } }
      ]
    })
    assert.deepStrictEqual(getVariableResult, [
      {
        component: { name: "ocppcommctrlr" },
        variable: { name: "OFFLINETHRESHOLD", instance: "" },
        attributeType: "Actual",
        attributeStatus: "Accepted",
        attributeValue: "60"
      },
      {
        component,
        variable: { name: "OfflineThreshold" },
        attributeType: "Actual",
        attributeStatus: "UnknownComponent"
      }
    ])
  })

  it("B06.FR.06 to .09, B06.FR.15: what it does not know, and what it must not tell", () => {
    const world = station()
    assert.strictEqual(get(world, "TxCtrlr", "Nothing")?.attributeStatus, "UnknownVariable")
    assert.strictEqual(get(world, "TxCtrlr", "TxStartPoint", "Target")?.attributeStatus, "NotSupportedAttributeType")
    assert.strictEqual(get(world, "OCPPCommCtrlr", "MessageTimeout")?.attributeStatus, "UnknownVariable")
    assert.strictEqual(get(world, "Connector", "Available")?.attributeStatus, "UnknownComponent")
    const secret = get(world, "SecurityCtrlr", "BasicAuthPassword")
    assert.strictEqual(secret?.attributeStatus, "Rejected")
    assert.notProperty(secret, "attributeValue")
  })

  it("B06.FR.16, B06.FR.17: too many items or bytes are a CALLERROR", () => {
    const { ask, model } = station()
    const item = { component: { name: "TxCtrlr" }, variable: { name: "TxStartPoint" } }
    const items = (count: number) => ({ getVariableData: Array.from({ length: count }, () => item) })
    assert.strictEqual(ask("GetVariables", items(32)).getVariableResult.length, 32)
    assert.throws(() => ask("GetVariables", items(33)), /33 items/)
    model.set("DeviceDataCtrlr", "BytesPerMessage", 500, "GetVariables")
    assert.throws(() => ask("GetVariables", items(20)), /bytes, at most 500/)
  })

  it("shows what the station itself shows: clock, meter, identity, settings of the client", () => {
    const world = station()
    world.power.watts = 7360
    assert.strictEqual(world.model.value("ClockCtrlr", "DateTime"), "2026-01-01T10:00:07Z")
    assert.strictEqual(world.model.value({ name: "EVSE", evse: { id: 1 } }, "Power"), "7360")
    assert.strictEqual(
      world.model.value({ name: "FiscalMetering", evse: { id: 1 } }, "EnergyImportRegister"),
      "1234.568"
    )
    assert.strictEqual(world.model.value("SecurityCtrlr", "Identity"), "CS-1")
    assert.strictEqual(
      get(world, "OCPPCommCtrlr", "MessageAttempts", "Actual", "TransactionEvent")?.attributeValue,
      "3"
    )
  })
})

describe("SetVariables", () => {
  it("B05.FR.04 to .08: refuses what it does not know and what does not fit", () => {
    const world = station()
    assert.deepStrictEqual(set(world, "Nothing", "X", "1"), ["UnknownComponent", undefined])
    assert.deepStrictEqual(set(world, "TxCtrlr", "Nothing", "1"), ["UnknownVariable", undefined])
    assert.deepStrictEqual(set(world, "TxCtrlr", "TxStartPoint", "", "MaxSet"), [
      "NotSupportedAttributeType",
      undefined
    ])
    assert.deepStrictEqual(set(world, "OCPPCommCtrlr", "OfflineThreshold", "6e1"), ["Rejected", "InvalidValue"])
    assert.deepStrictEqual(set(world, "OCPPCommCtrlr", "OfflineThreshold", ""), ["Rejected", "InvalidValue"])
    assert.deepStrictEqual(set(world, "OCPPCommCtrlr", "HeartbeatInterval", "0"), ["Rejected", "ValueTooLow"])
    assert.deepStrictEqual(set(world, "OCPPCommCtrlr", "ResetRetries", "11"), ["Rejected", "ValueTooHigh"])
    assert.deepStrictEqual(set(world, "TxCtrlr", "TxStartPoint", "Never"), ["Rejected", "InvalidValue"])
    assert.deepStrictEqual(set(world, "TariffCostCtrlr", "Currency", "EURO"), ["Rejected", "TooLargeElement"])
    assert.deepStrictEqual(set(world, "SecurityCtrlr", "SecurityProfile", "2"), ["Rejected", "ReadOnly"])
    assert.deepStrictEqual(world.told, [])
  })

  it("B05.FR.10: a value that is accepted is the value, and who watches is told once", () => {
    const world = station()
    const seen: Array<string> = []
    world.model.watch("TxCtrlr", "txstartpoint", (value) => seen.push(value))
    assert.deepStrictEqual(set(world, "TxCtrlr", "TxStartPoint", "Authorized,EVConnected"), ["Accepted", undefined])
    set(world, "TxCtrlr", "TxStartPoint", "Authorized,EVConnected")
    assert.deepStrictEqual(world.model.list("TxCtrlr", "TxStartPoint"), ["Authorized", "EVConnected"])
    assert.deepStrictEqual(seen, ["Authorized,EVConnected"])
    assert.deepInclude(world.told[0], { component: "TxCtrlr", variable: "TxStartPoint" })
  })

  it("HeartbeatInterval and its like configure the client, and show what the client has been told elsewhere", () => {
    const world = station()
    const seen: Array<string> = []
    world.model.watch("OCPPCommCtrlr", "HeartbeatInterval", (value) => seen.push(value))
    set(world, "OCPPCommCtrlr", "HeartbeatInterval", "120")
    set(world, "OCPPCommCtrlr", "QueueAllMessages", "true")
    set(world, "OCPPCommCtrlr", "MessageAttempts", "7", "Actual", "TransactionEvent")
    assert.deepInclude(world.settings(), { heartbeatInterval: 120, queueAllMessages: true, messageAttempts: 7 })
    world.virtual.client.configure({ heartbeatInterval: 900 })
    world.model.settingsChanged({ heartbeatInterval: 900 })
    assert.strictEqual(get(world, "OCPPCommCtrlr", "HeartbeatInterval")?.attributeValue, "900")
    assert.deepStrictEqual(seen, ["120", "900"])
  })

  it("asks the guards of the other parts; what needs a restart is in force after it", () => {
    const world = station()
    world.model.guard("AuthCtrlr", "MasterPassGroupId", (value) =>
      value === "no" ? { status: "Rejected", reasonCode: "InvalidIdToken" } : { status: "RebootRequired" }
    )
    assert.deepStrictEqual(set(world, "AuthCtrlr", "MasterPassGroupId", "no"), ["Rejected", "InvalidIdToken"])
    assert.deepStrictEqual(set(world, "AuthCtrlr", "MasterPassGroupId", "G"), ["RebootRequired", undefined])
    assert.strictEqual(world.model.value("AuthCtrlr", "MasterPassGroupId"), "")
    world.model.down()
    assert.strictEqual(world.model.value("AuthCtrlr", "MasterPassGroupId"), "G")
  })

  it("the Actual value follows a Target, within MinSet and MaxSet", () => {
    const world = station()
    const dim = (value: string, type?: AttributeEnumType) => set(world, "EnvironmentalLighting", "Percent", value, type)
    assert.deepStrictEqual(dim("40"), ["Rejected", "ReadOnly"])
    assert.deepStrictEqual(dim("40", "Target"), ["Accepted", undefined])
    assert.strictEqual(get(world, "EnvironmentalLighting", "Percent")?.attributeValue, "40")
    assert.deepStrictEqual(dim("30", "MaxSet"), ["Accepted", undefined])
    assert.strictEqual(get(world, "EnvironmentalLighting", "Percent")?.attributeValue, "30")
    assert.deepStrictEqual(dim("31", "Target"), ["Rejected", "ValueOutOfRange"])
    assert.deepStrictEqual(dim("101", "Target"), ["Rejected", "ValueTooHigh"])
    assert.strictEqual(get(world, "EnvironmentalLighting", "Percent", "MaxSet")?.attributeValue, "30")
  })

  it("the password can be set, is never told, and reaches the part that needs it", () => {
    const world = station()
    assert.deepStrictEqual(set(world, "SecurityCtrlr", "BasicAuthPassword", "0123456789abcdef"), [
      "Accepted",
      undefined
    ])
    assert.strictEqual(world.model.value("SecurityCtrlr", "BasicAuthPassword"), "0123456789abcdef")
    assert.notInclude(JSON.stringify([world.told, report(world)]), "0123456789abcdef")
  })

  it("two stations of one build share the inventory, not the values", () => {
    const [one, other] = [station(), station()]
    set(one, "OCPPCommCtrlr", "OfflineThreshold", "5")
    set(one, "OCPPCommCtrlr", "HeartbeatInterval", "5")
    assert.strictEqual(other.model.number("OCPPCommCtrlr", "OfflineThreshold"), 60)
    assert.strictEqual(other.model.number("OCPPCommCtrlr", "HeartbeatInterval"), 300)
    const item = { component: { name: "TxCtrlr" }, variable: { name: "TxStartPoint" } } as const
    assert.strictEqual(one.model.named(item.component, item.variable), other.model.named(item.component, item.variable))
  })

  it("options: values from the beginning, components it has not", () => {
    const world = station({
      values: { "TxCtrlr.TxStartPoint": "EVConnected", "EVSE.AllowReset": "false" },
      without: ["ReservationCtrlr"]
    })
    assert.strictEqual(world.model.value("TxCtrlr", "TxStartPoint"), "EVConnected")
    assert.isFalse(world.model.flag({ name: "EVSE", evse: { id: 2 } }, "AllowReset"))
    assert.strictEqual(get(world, "ReservationCtrlr", "Available")?.attributeStatus, "UnknownComponent")
  })

  it("adds a variable that the station sets and that was not there", () => {
    const world = station()
    const seen: Array<string> = []
    world.model.watch("VendorCtrlr", "Mood", (value) => seen.push(value), "Now")
    world.model.set("VendorCtrlr", "Mood", "good", "Now")
    assert.deepStrictEqual(set(world, "vendorctrlr", "MOOD", "bad", "Actual", "now"), ["Rejected", "ReadOnly"])
    assert.deepStrictEqual(seen, ["good"])
    assert.include(report(world).map(nameOf), "VendorCtrlr.Mood[Now]")
  })

  it("property: a value read is the value accepted, ReadOnly never changes, and a refusal changes nothing", () => {
    const world = station()
    const items = report(world).filter(({ variable }) => variable.name !== "DateTime")
    const inputs = fc.oneof(
      fc.constantFrom("", "true", "false", "0", "1", "-1", "5", "99999", "1.5", "1,2", "A", "W", "W,A", "A,A", "NTP"),
      fc.string({ maxLength: 60 })
    )
    const step = fc.record({ item: fc.constantFrom(...items), value: inputs })
    const run = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      for (const { item, value } of steps) {
        const { component, variable } = item
        const read = () =>
          world.ask("GetVariables", { getVariableData: [{ component, variable }] }).getVariableResult[0]?.attributeValue
        const before = read()
        const status = world.ask("SetVariables", { setVariableData: [{ component, variable, attributeValue: value }] })
          .setVariableResult[0]?.attributeStatus
        const { mutability } = item.variableAttribute[0] ?? {}
        if (mutability === "ReadOnly") assert.strictEqual(status, "Rejected")
        if (mutability === "WriteOnly") assert.isUndefined(read())
        else assert.strictEqual(read(), status === "Accepted" ? value : before)
        if (status === "Accepted" && item.variableCharacteristics)
          assert.isUndefined(misfit(value, item.variableCharacteristics))
      }
    })
    fc.assert(run, { numRuns: 200 })
  })
})

describe("GetBaseReport", () => {
  it("B07.FR.03, B07.FR.04, B07.FR.10: in parts, one after the other, numbered from 0, also while Pending", () => {
    const world = station()
    world.world.holds = []
    assert.strictEqual(world.ask("GetBaseReport", { requestId: 9, reportBase: "FullInventory" }).status, "Accepted")
    const parts: Array<{ seqNo: number; tbc?: boolean; requestId: number; size: number }> = []
    for (let answered = 0; world.sent.length > 0; answered++) {
      assert.strictEqual(world.sent.length, 1)
      assert.isTrue(world.sent[0]?.triggered)
      for (const { reportData = [], requestId, seqNo, tbc = false } of world.take("NotifyReport"))
        parts.push({ requestId, seqNo, tbc, size: reportData.length })
      world.world.holds[answered]?.()
    }
    assert.isAbove(parts.length, 4)
    for (const [at, part] of parts.entries()) {
      assert.deepInclude(part, { requestId: 9, seqNo: at, tbc: at < parts.length - 1 })
      assert.isAtMost(part.size, 32)
    }
  })

  it("a part is no larger than BytesPerMessage", () => {
    const world = station()
    world.model.set("DeviceDataCtrlr", "BytesPerMessage", 3000, "GetReport")
    world.model.set("TariffCostCtrlr", "TariffFallbackMessage", "ä".repeat(200))
    world.ask("GetBaseReport", { requestId: 9, reportBase: "FullInventory" })
    for (const part of world.take("NotifyReport"))
      assert.isAtMost(Buffer.byteLength(JSON.stringify([2, "x".repeat(36), "NotifyReport", part])), 3000)
  })

  it("B07.FR.08, B08.FR.12: every variable once, schema-valid, with a value that fits its characteristics", () => {
    const entries = report(station())
    assert.isAbove(entries.length, 200)
    assert.strictEqual(new Set(entries.map((one) => nameOf(one).toLowerCase())).size, entries.length)
    for (const entry of entries) {
      const { component, variable, variableAttribute, variableCharacteristics: characteristics } = entry
      assert.isDefined(characteristics, nameOf(entry))
      if (characteristics === undefined) continue
      if (characteristics.dataType.endsWith("List")) assert.isNotEmpty(characteristics.valuesList ?? "", nameOf(entry))
      for (const { mutability, value } of variableAttribute) {
        assert.strictEqual(value === undefined, mutability === "WriteOnly", nameOf(entry))
        assert.isUndefined(misfit(value ?? "", characteristics), `${nameOf(entry)} = ${value}`)
      }
      const standard = standardVariable(component.name, variable.name)
      if (standard === undefined) continue
      assert.strictEqual(characteristics.dataType, standard.type, nameOf(entry))
      if (standard.unit !== undefined) assert.strictEqual(characteristics.unit, standard.unit, nameOf(entry))
    }
  })

  it("B07.FR.08: all variables that the standard requires of what the station has", () => {
    const entries = new Set(report(station()).map(nameOf))
    for (const name of required) assert.isTrue(entries.has(name), name)
    const controllers = Object.keys(standardVariables).filter((name) => name.endsWith("Ctrlr"))
    for (const name of controllers.filter((one) => one !== "CustomizationCtrlr"))
      assert.isTrue(
        [...entries].some((entry) => entry.startsWith(`${name}.`)),
        name
      )
  })

  it("part 2 §2.7.3, §2.7.14: a station whose meters do not sign reports no SignReadings", () => {
    const world = station()
    assert.strictEqual(get(world, "SampledDataCtrlr", "SignReadings")?.attributeStatus, "UnknownVariable")
    assert.strictEqual(get(world, "AlignedDataCtrlr", "SignReadings")?.attributeStatus, "UnknownVariable")
  })

  it("part 2 §2.1.12: UnlockOnEVSideDisconnect is false for good where all cables are fixed, else it can be set", () => {
    const name = ["OCPPCommCtrlr", "UnlockOnEVSideDisconnect"] as const
    const fixed = station()
    assert.strictEqual(get(fixed, ...name)?.attributeValue, "false")
    assert.deepStrictEqual(set(fixed, ...name, "true"), ["Rejected", "ReadOnly"])
    const supply = { phases: 3, voltage: 230, maxCurrent: 32 } as const
    const sockets = inventoryOf({ evses: [new EVSE(1, [{ id: 1, type: "sType2" }], supply)] })
    const { mutability, value } = sockets.find(...name)?.definition ?? {}
    assert.deepStrictEqual([mutability, value], ["ReadWrite", "true"])
  })

  it("B07.FR.11: all attributes of a variable are there", () => {
    const light = report(station()).find((entry) => nameOf(entry) === "EnvironmentalLighting.Percent")
    assert.deepStrictEqual(
      light?.variableAttribute.map(({ type }) => type),
      ["Actual", "Target", "MinSet", "MaxSet"]
    )
  })

  it("B07.FR.07: ConfigurationInventory is what can be set", () => {
    const world = station()
    const configurable = report(world, "ConfigurationInventory")
    for (const { variableAttribute } of configurable)
      assert.isTrue(variableAttribute.some(({ mutability }) => mutability !== "ReadOnly"))
    const names = configurable.map(nameOf)
    assert.includeMembers(names, ["SecurityCtrlr.BasicAuthPassword", "OCPPCommCtrlr.HeartbeatInterval"])
    assert.notInclude(names, "SecurityCtrlr.SecurityProfile")
  })

  it("B07.FR.09: SummaryInventory is availability, and what is wrong", () => {
    const world = station()
    const states = [
      "ChargingStation.AvailabilityState",
      "EVSE@1.AvailabilityState",
      "Connector@1.1.AvailabilityState",
      "EVSE@2.AvailabilityState",
      "Connector@2.1.AvailabilityState",
      "Connector@2.2.AvailabilityState"
    ]
    assert.sameMembers(report(world, "SummaryInventory").map(nameOf), states)
    world.model.set({ name: "Connector", evse: { id: 2, connectorId: 1 } }, "Problem", true)
    assert.sameMembers(report(world, "SummaryInventory").map(nameOf), [...states, "Connector@2.1.Problem"])
  })

  it("B07.FR.13: Rejected while too many reports are on their way; free again once they are answered", () => {
    const world = station()
    world.world.holds = []
    const ask = () => world.ask("GetBaseReport", { requestId: 1, reportBase: "SummaryInventory" }).status
    assert.deepStrictEqual([ask(), ask(), ask(), ask(), ask()], [...Array(4).fill("Accepted"), "Rejected"])
    for (const answer of world.world.holds) answer()
    assert.strictEqual(ask(), "Accepted")
  })

  it("a report that cannot be sent is given up, and the next one goes out whole", () => {
    const world = station()
    world.world.fails = 1
    world.ask("GetBaseReport", { requestId: 1, reportBase: "FullInventory" })
    assert.strictEqual(world.take("NotifyReport").length, 1)
    assert.isAbove(report(world).length, 200)
  })
})

describe("GetReport", () => {
  const names = (world: World, request: Omit<GetReportRequest, "requestId">): ReadonlyArray<string> => {
    const { status } = world.ask("GetReport", { requestId: 3, ...request })
    const found = world.take("NotifyReport").flatMap(({ reportData = [] }) => reportData.map(nameOf))
    return status === "Accepted" ? found : [status]
  }

  it("B08.FR.11, B08.FR.20 to .25: what an entry leaves out stands for all", () => {
    const world = station()
    const of = (
      component: { name: string; evse?: { id: number; connectorId?: number } },
      variable?: { name: string; instance?: string }
    ) => names(world, { componentVariable: [{ component, ...(variable && { variable }) }] })
    assert.deepStrictEqual(of({ name: "ReservationCtrlr" }), [
      "ReservationCtrlr.Available",
      "ReservationCtrlr.Enabled",
      "ReservationCtrlr.NonEvseSpecific"
    ])
    assert.deepStrictEqual(of({ name: "deviceDataCtrlr" }, { name: "ItemsPerMessage" }).length, 3)
    assert.deepStrictEqual(of({ name: "DeviceDataCtrlr" }, { name: "ItemsPerMessage", instance: "GetReport" }), [
      "DeviceDataCtrlr.ItemsPerMessage[GetReport]"
    ])
    assert.deepStrictEqual(of({ name: "Connector", evse: { id: 2 } }, { name: "Available" }), [
      "Connector@2.1.Available",
      "Connector@2.2.Available"
    ])
    assert.deepStrictEqual(of({ name: "Connector" }, { name: "Available" }).length, 3)
    assert.deepStrictEqual(of({ name: "Connector", evse: { id: 2, connectorId: 2 } }, { name: "Available" }), [
      "Connector@2.2.Available"
    ])
  })

  it("B08.FR.15: EmptyResultSet, and no report", () => {
    const world = station()
    assert.deepStrictEqual(names(world, { componentVariable: [{ component: { name: "Nothing" } }] }), [
      "EmptyResultSet"
    ])
    assert.deepStrictEqual(names(world, { componentCriteria: ["Problem"] }), ["EmptyResultSet"])
  })

  it("B08.FR.07 to .10, B08.FR.13: components by criteria, absent ones count as true but for Problem", () => {
    const world = station()
    world.model.set({ name: "EVSE", evse: { id: 1 } }, "Problem", true)
    assert.isTrue(names(world, { componentCriteria: ["Problem"] }).every((name) => name.startsWith("EVSE@1.")))
    set(world, "ReservationCtrlr", "Enabled", "false")
    const enabled = names(world, { componentCriteria: ["Enabled"] })
    assert.isFalse(enabled.some((name) => name.startsWith("ReservationCtrlr.")))
    assert.include(enabled, "ClockCtrlr.DateTime")
    const either = names(world, { componentCriteria: ["Enabled", "Available"] })
    assert.include(either, "ReservationCtrlr.Enabled")
    const both = names(world, {
      componentCriteria: ["Enabled"],
      componentVariable: [{ component: { name: "ReservationCtrlr" } }]
    })
    assert.deepStrictEqual(both, ["EmptyResultSet"])
  })

  it("B08.FR.17: too many entries are a CALLERROR", () => {
    const componentVariable = Array.from({ length: 33 }, () => ({ component: { name: "EVSE" } }))
    assert.throws(() => station().ask("GetReport", { requestId: 1, componentVariable }), /33 items/)
  })
})

describe("every report", () => {
  it("is a valid NotifyReport", () => {
    const world = station()
    world.ask("GetBaseReport", { requestId: 1, reportBase: "FullInventory" })
    for (const { request } of world.sent) valid("NotifyReport", "request", request)
    assert.isNotEmpty(world.sent)
  })
})

/** Required of a station with all blocks (part 2 appendices, E25). */
const required = [
  "AlignedDataCtrlr.Interval",
  "AlignedDataCtrlr.Measurands",
  "AlignedDataCtrlr.TxEndedInterval",
  "AlignedDataCtrlr.TxEndedMeasurands",
  "AuthCtrlr.AuthorizeRemoteStart",
  "AuthCtrlr.LocalAuthorizeOffline",
  "AuthCtrlr.LocalPreAuthorize",
  "ChargingStation.AvailabilityState",
  "ChargingStation.Available",
  "ChargingStation.SupplyPhases",
  "ClockCtrlr.DateTime",
  "ClockCtrlr.TimeSource",
  "Connector@1.1.AvailabilityState",
  "Connector@1.1.Available",
  "Connector@1.1.ConnectorType",
  "Connector@1.1.SupplyPhases",
  "DeviceDataCtrlr.BytesPerMessage[GetReport]",
  "DeviceDataCtrlr.BytesPerMessage[GetVariables]",
  "DeviceDataCtrlr.BytesPerMessage[SetVariables]",
  "DeviceDataCtrlr.ItemsPerMessage[GetReport]",
  "DeviceDataCtrlr.ItemsPerMessage[GetVariables]",
  "DeviceDataCtrlr.ItemsPerMessage[SetVariables]",
  "DisplayMessageCtrlr.DisplayMessages",
  "DisplayMessageCtrlr.SupportedFormats",
  "DisplayMessageCtrlr.SupportedPriorities",
  "EVSE@1.AvailabilityState",
  "EVSE@1.Available",
  "EVSE@1.Power",
  "EVSE@1.SupplyPhases",
  "ISO15118Ctrlr.ContractValidationOffline",
  "LocalAuthListCtrlr.BytesPerMessage",
  "LocalAuthListCtrlr.Entries",
  "LocalAuthListCtrlr.ItemsPerMessage",
  "MonitoringCtrlr.BytesPerMessage[SetVariableMonitoring]",
  "MonitoringCtrlr.ItemsPerMessage[SetVariableMonitoring]",
  "OCPPCommCtrlr.ActiveNetworkProfile",
  "OCPPCommCtrlr.FileTransferProtocols",
  "OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]",
  "OCPPCommCtrlr.MessageAttempts[TransactionEvent]",
  "OCPPCommCtrlr.MessageTimeout[Default]",
  "OCPPCommCtrlr.NetworkConfigurationPriority",
  "OCPPCommCtrlr.NetworkProfileConnectionAttempts",
  "OCPPCommCtrlr.OfflineThreshold",
  "OCPPCommCtrlr.ResetRetries",
  "OCPPCommCtrlr.RetryBackOffRandomRange",
  "OCPPCommCtrlr.RetryBackOffRepeatTimes",
  "OCPPCommCtrlr.RetryBackOffWaitMinimum",
  "OCPPCommCtrlr.UnlockOnEVSideDisconnect",
  "OCPPCommCtrlr.WebSocketPingInterval",
  "SampledDataCtrlr.TxEndedInterval",
  "SampledDataCtrlr.TxEndedMeasurands",
  "SampledDataCtrlr.TxStartedMeasurands",
  "SampledDataCtrlr.TxUpdatedInterval",
  "SampledDataCtrlr.TxUpdatedMeasurands",
  "SecurityCtrlr.CertificateEntries",
  "SecurityCtrlr.OrganizationName",
  "SecurityCtrlr.SecurityProfile",
  "SmartChargingCtrlr.Entries[ChargingProfiles]",
  "SmartChargingCtrlr.LimitChangeSignificance",
  "SmartChargingCtrlr.PeriodsPerSchedule",
  "SmartChargingCtrlr.ProfileStackLevel",
  "SmartChargingCtrlr.RateUnit",
  "TariffCostCtrlr.Currency",
  "TariffCostCtrlr.TariffFallbackMessage",
  "TariffCostCtrlr.TotalCostFallbackMessage",
  "TxCtrlr.EVConnectionTimeOut",
  "TxCtrlr.StopTxOnEVSideDisconnect",
  "TxCtrlr.StopTxOnInvalidId",
  "TxCtrlr.TxStartPoint",
  "TxCtrlr.TxStopPoint"
]
