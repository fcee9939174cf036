import type { TransactionEventRequest, TransactionEventResponse } from "@wattline/ocpp-v201"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { initial, type MirrorEvent, reduce, type StationMirror } from "../../src/blocks/Mirror.ts"
import { currencyOf, supportsCost } from "../../src/blocks/Tariff.ts"
import { maxRunningCosts } from "../../src/blocks/TariffAndCost.ts"
import type { DeviceModel } from "../../src/blocks/DeviceModel.ts"
import { exchange, frozen, noon, property, recorder, stored, time } from "./payloads.ts"

type Step = (mirror: StationMirror, emit: (event: MirrorEvent) => void) => StationMirror

const event =
  (eventType: TransactionEventRequest["eventType"], response: TransactionEventResponse, transactionId = "T1"): Step =>
  (mirror, emit) => {
    const request: TransactionEventRequest = {
      eventType,
      triggerReason: "MeterValuePeriodic",
      seqNo: 1,
      timestamp: time(),
      transactionInfo: { transactionId }
    }
    return reduce(mirror, "TransactionEvent", exchange("TransactionEvent", request, response), emit)
  }

const costUpdated =
  (totalCost: number, transactionId = "T1"): Step =>
  (mirror, emit) =>
    reduce(mirror, "CostUpdated", exchange("CostUpdated", { transactionId, totalCost }, {}), emit)

const after = (...steps: ReadonlyArray<Step>) => {
  const { emit, events } = recorder<MirrorEvent>()
  const mirror = steps.reduce((before, step) => frozen(step(before, emit)), initial)
  return { mirror, events }
}

const toldTwice = (events: ReadonlyArray<MirrorEvent>) => events.filter(({ _tag }) => _tag === "RunningCostToldTwice")

/** A model with these variables of `TariffCostCtrlr` and `DisplayMessageCtrlr`; `whole`: there is nothing else. */
const model = (
  variables: ReadonlyArray<readonly [component: string, variable: string, value: string, instance?: string]>,
  whole = false
): DeviceModel => {
  const getVariableResult = variables.map(([component, name, attributeValue, instance]) => ({
    attributeStatus: "Accepted" as const,
    attributeValue,
    component: { name: component },
    variable: { name, ...(instance !== undefined && { instance }) }
  }))
  const getVariableData = getVariableResult.map(({ component, variable }) => ({ component, variable }))
  const read = exchange("GetVariables", { getVariableData }, { getVariableResult })
  const { deviceModel } = reduce(initial, "GetVariables", read, () => {}).provisioning
  return whole ? { ...deviceModel, inventoryAt: noon } : deviceModel
}

describe("TariffAndCost", () => {
  it("I-2: the running cost in one of the two ways is as it should be", () => {
    expect(toldTwice(after(event("Updated", { totalCost: 1 }), event("Updated", { totalCost: 2 })).events)).toEqual([])
    expect(toldTwice(after(costUpdated(1), costUpdated(2), event("Updated", {})).events)).toEqual([])
  })

  it("I-2: both ways for one transaction are told, once", () => {
    const both = after(
      event("Updated", { totalCost: 1 }),
      costUpdated(2),
      event("Updated", { totalCost: 3 }),
      costUpdated(4)
    )
    expect(toldTwice(both.events)).toEqual([{ _tag: "RunningCostToldTwice", transactionId: "T1" }])
    expect(toldTwice(after(event("Updated", { totalCost: 1 }), costUpdated(2, "T2")).events)).toEqual([])
  })

  it("I-4: the final cost in the answer to Ended is no running cost, 0 is one, and it ends what is held", () => {
    const { events, mirror } = after(costUpdated(1), event("Ended", { totalCost: 0 }))
    expect(toldTwice(events)).toEqual([])
    expect(mirror.tariffAndCost.running).toEqual([])
    expect(mirror.transactions.ended[0]?.totalCost).toBe(0)
  })

  it("answers without a cost change nothing", () => {
    const { mirror } = after(event("Started", {}), event("Ended", { totalCost: 1 }))
    expect(mirror.tariffAndCost).toBe(initial.tariffAndCost)
  })

  it("holds no more transactions than its limit", () => {
    const ids = fc.array(fc.tuple(fc.nat(80), fc.boolean()), { maxLength: 200 })
    fc.assert(
      fc.property(ids, (told) => {
        const steps = told.map(([id, answer]) =>
          answer ? event("Updated", { totalCost: 1 }, `T${id}`) : costUpdated(1, `T${id}`)
        )
        const { tariffAndCost } = after(...steps).mirror
        expect(tariffAndCost.running.length).toBeLessThanOrEqual(maxRunningCosts)
        expect(stored(tariffAndCost)).toEqual(tariffAndCost)
      }),
      property
    )
  })
})

describe("Tariff", () => {
  it("I-3, DM-17, DM-18: a reported false says that no costs are shown, and so does an inventory without the controller", () => {
    expect(supportsCost(model([]))).toBeUndefined()
    expect(supportsCost(model([["TariffCostCtrlr", "Available", "false", "Cost"]]))).toBe(false)
    expect(supportsCost(model([["TariffCostCtrlr", "Enabled", "FALSE", "Cost"]]))).toBe(false)
    expect(supportsCost(model([["TariffCostCtrlr", "Enabled", "false", "Tariff"]]))).toBeUndefined()
    expect(supportsCost(model([["TariffCostCtrlr", "Enabled", "true", "Cost"]]))).toBe(true)
    expect(supportsCost(model([["OCPPCommCtrlr", "HeartbeatInterval", "1"]], true))).toBe(false)
  })

  it("I-7: the currency of all amounts is that of the station", () => {
    expect(currencyOf(model([["TariffCostCtrlr", "Currency", "EUR"]]))).toBe("EUR")
    expect(currencyOf(model([["TariffCostCtrlr", "Currency", ""]]))).toBeUndefined()
    expect(currencyOf(model([]))).toBeUndefined()
  })
})
