import type { MeterValueType } from "@wattline/ocpp-v201"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { addReadings, latestReading, type Energy, type LatestReading } from "../../src/blocks/TransactionEnergy.ts"
import { anyMeterValues, property, register, time } from "./payloads.ts"

const energyOf = (...events: ReadonlyArray<ReadonlyArray<MeterValueType>>): Energy | undefined =>
  events.reduce<Energy | undefined>((energy, values, seqNo) => addReadings(energy, values, seqNo), undefined)

describe("TransactionEnergy", () => {
  it("E-27: the first and the last reading by the station's timestamps, not by arrival", () => {
    const energy = energyOf([register(60, 1100)], [register(0, 1000), register(120, 1200)], [register(90, 1150)])
    expect(energy).toEqual({
      location: "Outlet",
      first: { wh: 1000, timestamp: time(0), seqNo: 1 },
      last: { wh: 1200, timestamp: time(120), seqNo: 1 }
    })
  })

  it("E-15: among readings of one moment the lowest seqNo is first and the highest is last", () => {
    expect(energyOf([register(0, 1)], [register(0, 2)], [register(0, 3)])).toMatchObject({
      first: { wh: 1 },
      last: { wh: 3 }
    })
  })

  it("readings at the outlet replace those of any other place, and are never mixed with them", () => {
    const at = (seconds: number, value: number, location: "Inlet" | "Body"): MeterValueType => ({
      timestamp: time(seconds),
      sampledValue: [{ value, location }]
    })
    expect(energyOf([at(0, 5000, "Inlet")], [at(60, 5100, "Inlet")])).toMatchObject({ location: "Inlet" })
    expect(energyOf([at(0, 5000, "Inlet")], [register(60, 100)], [at(120, 5200, "Body")])).toMatchObject({
      location: "Outlet",
      first: { wh: 100 },
      last: { wh: 100 }
    })
  })

  it("single phases and other measurands are not the register", () => {
    const sampledValue: MeterValueType["sampledValue"] = [
      { value: 1, phase: "L1" },
      { value: 2, measurand: "SoC" }
    ]
    expect(energyOf([{ timestamp: time(), sampledValue }])).toBeUndefined()
  })

  it("nothing new gives the same energy", () => {
    const energy = energyOf([register(0, 1), register(60, 2)])
    expect(addReadings(energy, [register(30, 1.5)], 1)).toBe(energy)
  })

  it("J-7: the latest reading keeps all samples of its moment as received", () => {
    const sampledValue: MeterValueType["sampledValue"] = [{ value: 1 }, { value: 50, measurand: "SoC" }]
    const latest = latestReading(undefined, [{ timestamp: time(9), sampledValue }, register(3, 7)], 4)
    expect(latest).toEqual({ seqNo: 4, timestamp: time(9), sampledValue })
    expect(latest?.sampledValue).toBe(sampledValue)
    expect(latestReading(latest, [register(8, 1)], 5)).toBe(latest)
  })

  it("J-6: signatures are not held", () => {
    const signedMeterValue = { signedMeterData: "c2ln", signingMethod: "", encodingMethod: "", publicKey: "" }
    const signed = { timestamp: time(), sampledValue: [{ value: 1, signedMeterValue }] }
    expect(latestReading(undefined, [signed], 0)?.sampledValue).toEqual([{ value: 1 }])
  })

  it("E-10: events in any order give the same energy and the same latest reading", () => {
    const events = fc
      .array(anyMeterValues, { minLength: 1, maxLength: 5 })
      .map((all) => all.map((values, seqNo) => ({ values, seqNo })))
    const fold = (all: ReadonlyArray<{ values: ReadonlyArray<MeterValueType>; seqNo: number }>) =>
      all.reduce<{ energy: Energy | undefined; latest: LatestReading | undefined }>(
        ({ energy, latest }, { values, seqNo }) => ({
          energy: addReadings(energy, values, seqNo),
          latest: latestReading(latest, values, seqNo)
        }),
        { energy: undefined, latest: undefined }
      )
    fc.assert(
      fc.property(
        events.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([inOrder, shuffled]) => {
          expect(fold(shuffled)).toStrictEqual(fold(inOrder))
        }
      ),
      property
    )
  })
})
