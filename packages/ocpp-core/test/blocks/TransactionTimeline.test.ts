import type { MeterValueType, SampledValueType } from "@wattline/ocpp-v201"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { addPoints, type Timeline } from "../../src/blocks/TransactionTimeline.ts"
import { anyMeterValues, frozen, property, stored, time } from "./payloads.ts"

const values = (seconds: number, ...sampledValue: [SampledValueType, ...Array<SampledValueType>]): MeterValueType => ({
  timestamp: time(seconds),
  sampledValue
})
const power = (value: number, more: Partial<SampledValueType> = {}): SampledValueType => ({
  measurand: "Power.Active.Import",
  value,
  ...more
})

describe("TransactionTimeline", () => {
  it("a point has the register in Wh, the power in W and the state of charge", () => {
    const read = values(
      0,
      { value: 1.5, unitOfMeasure: { unit: "kWh" } },
      power(11, { unitOfMeasure: { unit: "kW" } }),
      { measurand: "SoC", value: 40, location: "EV" },
      { measurand: "Voltage", value: 230 }
    )
    expect(addPoints(undefined, [read], 3, 8)).toEqual([
      { seqNo: 3, timestamp: time(0), wh: 1500, watts: 11_000, soc: 40 }
    ])
  })

  it("single phases and other quantities are no points; of two places the outlet counts", () => {
    expect(addPoints(undefined, [values(0, power(3000, { phase: "L1" }))], 0, 8)).toBeUndefined()
    expect(addPoints(undefined, [values(0, power(1, { unitOfMeasure: { unit: "hp" } }))], 0, 8)).toBeUndefined()
    const both = values(0, power(9000, { location: "EV" }), power(10_000))
    expect(addPoints(undefined, [both], 0, 8)).toMatchObject([{ watts: 10_000 }])
  })

  it("ST-7: 0 is a reading", () => {
    const zero = values(0, { value: 0 }, power(0), { measurand: "SoC", value: 0 })
    expect(addPoints(undefined, [zero], 0, 8)).toMatchObject([{ wh: 0, watts: 0, soc: 0 }])
  })

  it("a length of 0 holds nothing", () => {
    expect(addPoints(undefined, [values(0, power(1))], 0, 0)).toBeUndefined()
  })

  it("E-10: holds the last points by the station's time, whatever the order they came in", () => {
    const events = fc
      .array(anyMeterValues, { minLength: 1, maxLength: 8 })
      .map((all) => all.map((meterValues, seqNo) => ({ meterValues, seqNo })))
    const fold = (all: ReadonlyArray<{ meterValues: ReadonlyArray<MeterValueType>; seqNo: number }>, length: number) =>
      all.reduce<Timeline | undefined>(
        (timeline, { meterValues, seqNo }) => frozen(addPoints(timeline, meterValues, seqNo, length)),
        undefined
      ) ?? []
    fc.assert(
      fc.property(
        events.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        fc.integer({ min: 1, max: 6 }),
        ([inOrder, shuffled], length) => {
          const whole = fold(inOrder, 1000)
          const moments = whole.map(({ timestamp }) => timestamp)
          expect(moments).toEqual(moments.toSorted())
          expect(fold(inOrder, length)).toStrictEqual(whole.slice(-length))
          expect(fold(shuffled, length)).toStrictEqual(whole.slice(-length))
          expect(stored(whole)).toStrictEqual(whole)
        }
      ),
      property
    )
  })
})
