import { describe, expect, it } from "vitest"
import { empty, entries, find, value } from "../../src/blocks/DeviceModel.ts"
import { applyEvents, applyStatus, type VariableChanged } from "../../src/blocks/DeviceModelChanges.ts"
import { assumeHeartbeatInterval } from "../../src/blocks/DeviceModelImplied.ts"
import { applyReport } from "../../src/blocks/DeviceModelReport.ts"
import { provisioning, type ProvisioningEvent } from "../../src/blocks/Provisioning.ts"
import { eventData, exchange, frozen, noon, recorder, reported, time } from "./payloads.ts"

const heartbeat = { component: "OCPPCommCtrlr", variable: "HeartbeatInterval" } as const
const state = (connectorId = 1) =>
  ({ component: "Connector", evseId: 1, connectorId, variable: "AvailabilityState" }) as const
const status = (connectorStatus: "Available" | "Occupied", seconds = 0, connectorId = 1) => ({
  evseId: 1,
  connectorId,
  connectorStatus,
  timestamp: time(seconds)
})
const inventory = (...names: ReadonlyArray<string>) =>
  applyReport(
    empty,
    [
      {
        seqNo: 0,
        generatedAt: time(),
        receivedAt: noon,
        reportData: names.map((name) => reported("OCPPCommCtrlr", name, "300"))
      }
    ],
    "replace",
    noon
  )

describe("DM-27: StatusNotification", () => {
  it("DM-27: sets Connector.AvailabilityState of that connector, with the time of the station", () => {
    const model = applyStatus(frozen(empty), status("Occupied", 3), noon + 5)
    expect(value(model, state())).toBe("Occupied")
    expect(value(model, state(2))).toBeUndefined()
    expect(
      find(model, { name: "Connector", evse: { id: 1, connectorId: 1 } }, "AvailabilityState")?.attributes
    ).toEqual({
      Actual: { value: "Occupied", source: "event", timestamp: time(3), at: noon + 5, stale: false }
    })
  })

  it("DM-27, DM-26: an older one than what is known is ignored, wherever that is from", () => {
    const component = { name: "Connector", evse: { id: 1, connectorId: 1 } }
    const model = applyEvents(
      empty,
      [eventData(component, "AvailabilityState", "Available", { timestamp: time(9) })],
      noon
    )
    expect(applyStatus(model, status("Occupied", 8), noon + 10)).toBe(model)
    expect(value(applyStatus(model, status("Occupied", 10), noon + 10), state())).toBe("Occupied")
  })

  it("DM-27, ST-2: the change is told by block G alone", () => {
    const { emit, events } = recorder<ProvisioningEvent>()
    const told = exchange("StatusNotification", status("Available"), {})
    const next = provisioning.reduce.StatusNotification?.(frozen(provisioning.initial), told, emit)
    expect(next && value(next.deviceModel, state())).toBe("Available")
    expect(events).toEqual([])
  })
})

describe("DM-29: the interval of a BootNotification", () => {
  const model = inventory("HeartbeatInterval", "OfflineThreshold")

  it("DM-29: is taken for the HeartbeatInterval, and is stale until it is read", () => {
    const { emit, events } = recorder<VariableChanged>()
    const next = assumeHeartbeatInterval(frozen(model), 60, noon + 1, emit)
    expect(find(next, "OCPPCommCtrlr", "HeartbeatInterval")?.attributes.Actual).toMatchObject({
      value: "60",
      source: "set",
      stale: true
    })
    expect(events).toMatchObject([{ from: "300", to: "60", variable: { name: "HeartbeatInterval" } }])
    expect(find(next, "OCPPCommCtrlr", "OfflineThreshold")).toEqual(find(model, "OCPPCommCtrlr", "OfflineThreshold"))
  })

  it("DM-29, B01.FR.04: 0 leaves the station its own, and the same value changes nothing", () => {
    expect(assumeHeartbeatInterval(model, 0, noon + 1)).toBe(model)
    expect(assumeHeartbeatInterval(model, 300, noon + 1)).toBe(model)
  })

  it("DM-29: before the first inventory it is known all the same, and that is no change to tell", () => {
    const { emit, events } = recorder<VariableChanged>()
    const next = assumeHeartbeatInterval(empty, 60, noon, emit)
    expect(value(next, heartbeat)).toBe("60")
    expect([next.size, next.inventoryAt, next.stale]).toEqual([1, undefined, false])
    expect(events).toEqual([])
    assumeHeartbeatInterval(next, 90, noon, emit)
    expect(events).toMatchObject([{ from: "60", to: "90" }])
  })

  it("DM-29: what a station reports of it afterwards counts", () => {
    const assumed = assumeHeartbeatInterval(empty, 60, noon)
    const part = { seqNo: 0, generatedAt: time(1), receivedAt: noon + 1 }
    const reportData = [reported("OCPPCommCtrlr", "HeartbeatInterval", "45")]
    expect(value(applyReport(assumed, [{ ...part, reportData }], "replace", noon + 1), heartbeat)).toBe("45")
    expect(value(applyReport(assumed, [{ ...part, reportData: [] }], "replace", noon + 1), heartbeat)).toBeUndefined()
  })

  it("DM-29, DM-18: one that an inventory left out is not made up", () => {
    const other = inventory("OfflineThreshold")
    expect(assumeHeartbeatInterval(other, 60, noon)).toBe(other)
  })

  it.each([
    ["Accepted", "60"],
    ["Pending", "300"],
    ["Rejected", "300"]
  ] as const)("DM-29: with %s it is %s", (registration, expected) => {
    const boot = exchange(
      "BootNotification",
      { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V" } },
      { status: registration, interval: 60, currentTime: time() }
    )
    const next = provisioning.reduce.BootNotification?.({ ...provisioning.initial, deviceModel: model }, boot, () => {})
    expect(next && value(next.deviceModel, heartbeat)).toBe(expected)
  })
})

it("the pairs are counted", () => {
  const one = applyStatus(inventory("HeartbeatInterval"), status("Available"), noon)
  const two = applyStatus(applyStatus(one, status("Occupied", 1), noon), status("Occupied", 1, 2), noon)
  expect([one.size, two.size]).toEqual([entries(one).length, entries(two).length])
  expect(two.size).toBe(3)
})
