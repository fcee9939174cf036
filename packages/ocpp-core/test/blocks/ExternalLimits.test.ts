import { describe, expect, it } from "vitest"
import type { ClearedChargingLimitRequest, NotifyChargingLimitRequest } from "@wattline/ocpp-v201"
import {
  type ExternalLimit,
  type ExternalLimitEvent,
  limitCleared,
  limitNotified,
  maxExternalLimits
} from "../../src/blocks/ExternalLimits.ts"
import { maxHeldPeriods } from "../../src/blocks/HeldSchedule.ts"
import { initial, reduce } from "../../src/blocks/Mirror.ts"
import { exchange, frozen, noon, recorder } from "./payloads.ts"

type Schedule = NonNullable<NotifyChargingLimitRequest["chargingSchedule"]>[number]

const setup = () => {
  const { emit, events } = recorder<ExternalLimitEvent>()
  let limits: ReadonlyArray<ExternalLimit> = frozen([])
  return {
    events,
    limits: () => limits,
    notify: (request: NotifyChargingLimitRequest, at = noon) =>
      (limits = frozen(limitNotified(limits, exchange("NotifyChargingLimit", request, {}, at), emit))),
    clear: (request: ClearedChargingLimitRequest) =>
      (limits = frozen(limitCleared(limits, exchange("ClearedChargingLimit", request, {}), emit)))
  }
}

const by = (chargingLimitSource: "EMS" | "Other" | "SO" | "CSO") => ({ chargingLimit: { chargingLimitSource } })
const schedule = (length: number): Schedule => ({
  id: -1,
  chargingRateUnit: "A",
  chargingSchedulePeriod: Array.from({ length }, (_, at) => ({
    startPeriod: at,
    limit: 6
  })) as Schedule["chargingSchedulePeriod"]
})

describe("limits by others than the CSMS", () => {
  it("K-38, K12.FR.02: the last one of a source at an EVSE is in force", () => {
    const { events, limits, notify } = setup()
    notify({ ...by("EMS"), evseId: 1 })
    notify({ ...by("SO"), evseId: 1 }, noon + 1)
    notify({ ...by("EMS"), evseId: 2 }, noon + 2)
    notify({ chargingLimit: { chargingLimitSource: "EMS", isGridCritical: true }, evseId: 1 }, noon + 3)
    expect(limits()).toEqual([
      { evseId: 1, source: "SO", receivedAt: noon + 1 },
      { evseId: 2, source: "EMS", receivedAt: noon + 2 },
      { evseId: 1, source: "EMS", isGridCritical: true, receivedAt: noon + 3 }
    ])
    expect(events.map(({ _tag }) => _tag)).toEqual(Array(4).fill("ExternalLimitSet"))
  })

  it("K-38, K13.FR.02: cleared at one EVSE, or with none given on the whole station", () => {
    const { clear, events, limits, notify } = setup()
    for (const evseId of [1, 2]) notify({ ...by("EMS"), evseId })
    notify(by("EMS"))
    notify(by("SO"))
    clear({ chargingLimitSource: "EMS", evseId: 1 })
    expect(limits().map(({ evseId, source }) => [source, evseId])).toEqual([["EMS", 2], ["EMS", undefined], ["SO", undefined]]) // prettier-ignore
    clear({ chargingLimitSource: "EMS" })
    expect(limits().map(({ source }) => source)).toEqual(["SO"])
    const before = limits()
    clear({ chargingLimitSource: "Other" })
    expect(limits()).toBe(before)
    expect(events.slice(-2)).toEqual([
      { _tag: "ExternalLimitCleared", source: "EMS" },
      { _tag: "ExternalLimitCleared", source: "Other" }
    ])
  })

  it("K-38: EVSE 0 is the station", () => {
    const { clear, limits, notify } = setup()
    notify({ ...by("EMS"), evseId: 0 })
    notify(by("EMS"), noon + 1)
    expect(limits()).toEqual([{ source: "EMS", receivedAt: noon + 1 }])
    clear({ chargingLimitSource: "EMS", evseId: 0 })
    expect(limits()).toEqual([])
  })

  it("K-38, K11.FR.05, K12.FR.04: the CSMS itself is no external source", () => {
    const { clear, events, limits, notify } = setup()
    notify(by("CSO"))
    clear({ chargingLimitSource: "CSO", evseId: 1 })
    expect(limits()).toEqual([])
    expect(events).toEqual([
      { _tag: "ExternalLimitDoubtful", source: "CSO" },
      { _tag: "ExternalLimitDoubtful", evseId: 1, source: "CSO" }
    ])
  })

  it("K-39, K11.FR.06, K12.FR.05: charging profiles of the CSMS stay as they are", () => {
    const { emit } = recorder()
    const before = frozen(initial)
    const request = { ...by("EMS"), evseId: 1, chargingSchedule: [schedule(1)] } satisfies NotifyChargingLimitRequest
    const mirror = reduce(before, "NotifyChargingLimit", exchange("NotifyChargingLimit", request, {}), emit)
    expect(mirror.smartCharging).toBe(before.smartCharging)
    expect(mirror.evCharging.limits).toMatchObject([{ source: "EMS", schedules: [{ id: -1 }] }])
  })

  it("K-38: a station cannot fill the memory: neither with limits nor with periods", () => {
    const { limits, notify } = setup()
    for (let evseId = 1; evseId <= maxExternalLimits + 5; evseId++)
      notify({ ...by("EMS"), evseId, chargingSchedule: [schedule(1000)] })
    expect(limits()).toHaveLength(maxExternalLimits)
    const held = limits().flatMap(({ schedules = [] }) => schedules)
    expect(held.length * 1000).toBeLessThanOrEqual(maxHeldPeriods)
    expect(limits().filter(({ cut }) => cut === true)).toHaveLength(maxExternalLimits - held.length)
    expect(limits().at(-1)).toMatchObject({ evseId: maxExternalLimits + 5, schedules: [{ chargingRateUnit: "A" }] })
  })
})
