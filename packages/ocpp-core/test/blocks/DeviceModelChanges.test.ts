import type { GetVariableResultType, SetVariableResultType } from "@wattline/ocpp-v201"
import { describe, expect, it } from "vitest"
import { empty, entries, find, value, type DeviceModel } from "../../src/blocks/DeviceModel.ts"
import {
  afterReboot,
  applyEvents,
  applyGetVariables,
  applySetVariables,
  markStale,
  type VariableChanged
} from "../../src/blocks/DeviceModelChanges.ts"
import { applyReport } from "../../src/blocks/DeviceModelReport.ts"
import { eventData, frozen, noon, recorder, reported, time } from "./payloads.ts"

const names = { component: { name: "A" }, variable: { name: "x" } }
const x = { component: "A", variable: "x" } as const
const other = { component: { name: "B" }, variable: { name: "y" } }

const model = frozen(
  applyReport(
    empty,
    [
      {
        seqNo: 0,
        generatedAt: time(),
        receivedAt: noon,
        reportData: [
          reported("A", "x", "1"),
          reported("A", "x", { type: "Target", value: "2" }),
          reported("B", "y", { mutability: "WriteOnly" })
        ]
      }
    ],
    "replace",
    noon
  )
)

const get = (before: DeviceModel, result: Partial<GetVariableResultType>, at = noon + 1) => {
  const { events, emit } = recorder<VariableChanged>()
  const response = { getVariableResult: [{ ...names, attributeStatus: "Accepted" as const, ...result }] }
  return { model: applyGetVariables(before, response, at, emit), events }
}

const set = (before: DeviceModel, attributeValue: string, result: Partial<SetVariableResultType> = {}) => {
  const { events, emit } = recorder<VariableChanged>()
  const { attributeType } = result
  const target = { ...names, ...(attributeType !== undefined && { attributeType }) }
  const next = applySetVariables(
    before,
    { setVariableData: [{ ...target, attributeValue }] },
    { setVariableResult: [{ ...target, attributeStatus: "Accepted", ...result }] },
    noon + 1,
    emit
  )
  return { model: next, events }
}

describe("DeviceModelChanges", () => {
  it("DM-23: Accepted updates the attribute, and says so once", () => {
    const read = get(model, { attributeValue: "5" })
    expect(find(read.model, "A", "x")?.attributes.Actual).toEqual({
      value: "5",
      mutability: "ReadWrite",
      persistent: false,
      constant: false,
      source: "get",
      at: noon + 1,
      stale: false
    })
    expect(read.events).toEqual([{ _tag: "VariableChanged", ...names, attribute: "Actual", from: "1", to: "5" }])
    expect(get(read.model, { attributeValue: "5" }).events).toEqual([])
  })

  it("DM-23: a variable that was never reported is created, without what only a report tells", () => {
    const { model: read } = get(empty, { attributeValue: "5", attributeType: "MaxSet" })
    expect(entries(read)).toEqual([
      { ...names, attributes: { MaxSet: { value: "5", source: "get", at: noon + 1, stale: false } } }
    ])
  })

  it("DM-23: UnknownVariable and UnknownComponent remove the pair", () => {
    for (const attributeStatus of ["UnknownVariable", "UnknownComponent"] as const) {
      const removed = get(model, { attributeStatus })
      expect(entries(removed.model).map(({ component }) => component.name)).toEqual(["B"])
      expect(removed.events.map(({ attribute, from, to }) => [attribute, from, to])).toEqual([
        ["Actual", "1", undefined],
        ["Target", "2", undefined]
      ])
      expect(get(removed.model, { attributeStatus }).model).toBe(removed.model)
    }
  })

  it("DM-23: NotSupportedAttributeType removes the attribute, Rejected nothing", () => {
    const removed = get(model, { attributeStatus: "NotSupportedAttributeType", attributeType: "Target" }).model
    expect(Object.keys(find(removed, "A", "x")?.attributes ?? {})).toEqual(["Actual"])
    expect(get(removed, { attributeStatus: "NotSupportedAttributeType", attributeType: "Target" }).model).toBe(removed)
    expect(get(model, { attributeStatus: "Rejected" }).model).toBe(model)
  })

  it("DM-24: Accepted sets the attribute", () => {
    const { model: written, events } = set(model, "8", { attributeType: "Target" })
    expect(find(written, "A", "x")?.attributes.Target).toMatchObject({ value: "8", source: "set", at: noon + 1 })
    expect(find(written, "A", "x")?.attributes.Target).not.toHaveProperty("timestamp")
    expect(events).toEqual([{ _tag: "VariableChanged", ...names, attribute: "Target", from: "2", to: "8" }])
  })

  it("DM-24: any other status sets nothing", () => {
    for (const attributeStatus of ["Rejected", "UnknownComponent", "NotSupportedAttributeType"] as const)
      expect(set(model, "8", { attributeStatus }).model).toBe(model)
  })

  it("DM-24: B-3: results find their item by key, without case and in any order", () => {
    const next = applySetVariables(
      model,
      {
        setVariableData: [
          { ...names, attributeValue: "8" },
          { ...names, attributeType: "Target", attributeValue: "9" }
        ]
      },
      {
        setVariableResult: [
          { ...names, attributeType: "Target", attributeStatus: "Accepted" },
          { component: { name: "a" }, variable: { name: "X", instance: "" }, attributeStatus: "Accepted" },
          { component: { name: "Extra" }, variable: { name: "z" }, attributeStatus: "Accepted" }
        ]
      },
      noon
    )
    expect([value(next, x), value(next, { ...x, attribute: "Target" })]).toEqual(["8", "9"])
    expect(find(next, "Extra", "z")).toBeUndefined()
  })

  it("DM-24: A-14: nothing is stored of a WriteOnly variable or a password", () => {
    const data = { ...other, attributeValue: "s" }
    const accepted = { setVariableResult: [{ ...other, attributeStatus: "Accepted" as const }] }
    expect(applySetVariables(model, { setVariableData: [data] }, accepted, noon)).toBe(model)
    const password = { component: { name: "SecurityCtrlr" }, variable: { name: "BasicAuthPassword" } }
    const response = { setVariableResult: [{ ...password, attributeStatus: "RebootRequired" as const }] }
    expect(applySetVariables(empty, { setVariableData: [{ ...password, attributeValue: "s" }] }, response, noon)).toBe(
      empty
    )
  })

  it("DM-25: RebootRequired leaves the value and stores a pending one", () => {
    const { model: written, events } = set(model, "8", { attributeStatus: "RebootRequired" })
    expect(find(written, "A", "x")?.attributes.Actual).toMatchObject({
      value: "1",
      source: "report",
      pending: { value: "8", rebooted: false }
    })
    expect(events).toEqual([])
  })

  it("DM-25: the pending value counts after the reboot once it is read", () => {
    const pending = set(model, "8", { attributeStatus: "RebootRequired" }).model
    const early = get(pending, { attributeValue: "1" }).model
    expect(find(early, "A", "x")?.attributes.Actual).toHaveProperty("pending")
    const rebooted = afterReboot(early)
    expect(find(rebooted, "A", "x")?.attributes.Actual).toMatchObject({ value: "1", stale: true })
    const reread = get(rebooted, { attributeValue: "8" }).model
    expect(find(reread, "A", "x")?.attributes.Actual).toMatchObject({ value: "8", stale: false })
    expect(find(reread, "A", "x")?.attributes.Actual).not.toHaveProperty("pending")
  })

  it("DM-25: a reboot with nothing pending changes nothing", () => {
    expect(afterReboot(model)).toBe(model)
  })

  it("DM-26: an event sets Actual with its timestamp", () => {
    const { events, emit } = recorder<VariableChanged>()
    const next = applyEvents(model, [eventData("A", "x", "3", { timestamp: time(9) })], noon + 9, emit)
    expect(find(next, "A", "x")?.attributes.Actual).toMatchObject({ value: "3", source: "event", timestamp: time(9) })
    expect(value(next, { ...x, attribute: "Target" })).toBe("2")
    expect(events).toHaveLength(1)
  })

  it("DM-26: an event that is older than what is known is ignored for the value", () => {
    expect(applyEvents(model, [eventData("A", "x", "3", { timestamp: time(-1) })], noon + 9)).toBe(model)
    const read = get(model, { attributeValue: "5" }, noon + 60_000).model
    expect(applyEvents(read, [eventData("A", "x", "3", { timestamp: time(59) })], noon + 61_000)).toBe(read)
    expect(value(applyEvents(read, [eventData("A", "x", "3", { timestamp: time(60) })], noon + 61_000), x)).toBe("3")
  })

  it("DM-26: several events of one message are applied in order", () => {
    const next = applyEvents(model, [eventData("A", "x", "3"), eventData("A", "x", "4")], noon)
    expect(value(next, x)).toBe("4")
  })

  it("DM-26: the empty value of a WriteOnly variable is not stored", () => {
    expect(applyEvents(model, [eventData("B", "y", "")], noon)).toBe(model)
  })

  it("a change in one component shares the others", () => {
    const next = get(model, { attributeValue: "5" }).model
    expect(next.components["b\n\n\n"]).toBe(model.components["b\n\n\n"])
  })

  it("ST-3: a write with unknown outcome makes its attributes stale, until they are read", () => {
    const stale = markStale(model, [
      { ...names, attributeType: "Target" },
      { ...names, variable: { name: "none" } }
    ])
    expect(find(stale, "A", "x")?.attributes).toMatchObject({ Actual: { stale: false }, Target: { stale: true } })
    expect(stale.stale).toBe(false)
    const reread = get(stale, { attributeType: "Target", attributeValue: "2" }).model
    expect(find(reread, "A", "x")?.attributes.Target?.stale).toBe(false)
  })

  it("DM-28: the whole model can be stale", () => {
    const stale = markStale(model)
    expect(stale.stale).toBe(true)
    expect(
      entries(stale)
        .flatMap(({ attributes }) => Object.values(attributes))
        .every((known) => known.stale)
    ).toBe(true)
    expect(markStale(empty).stale).toBe(true)
  })
})
