import { describe, expect, it } from "vitest"
import { importRegisterWh, readings, sample } from "../../src/blocks/Metering.ts"

describe("Metering", () => {
  it("J-3: fills in the defaults and keeps the raw value", () => {
    const raw = { value: 12 }
    expect(sample(raw)).toEqual({
      measurand: "Energy.Active.Import.Register",
      context: "Sample.Periodic",
      location: "Outlet",
      value: 12,
      unit: "Wh",
      raw
    })
    expect(sample(raw).raw).toBe(raw)
  })

  it("J-3: Wh is the default of energies; others without a unit are in that of their quantity", () => {
    expect(sample({ value: 1, measurand: "Energy.Active.Export.Interval", unitOfMeasure: {} }).unit).toBe("Wh")
    expect(sample({ value: 1, measurand: "Energy.Reactive.Net" }).unit).toBe("Wh")
    expect(sample({ value: 50, measurand: "SoC" }).unit).toBe("Percent")
    expect(sample({ value: 16, measurand: "Current.Import" }).unit).toBe("A")
    expect(sample({ value: 230, measurand: "Voltage" }).unit).toBe("V")
    expect(sample({ value: 0.98, measurand: "Power.Factor" })).not.toHaveProperty("unit")
  })

  it.each([
    [{ value: 11.04, measurand: "Power.Active.Import", unitOfMeasure: { unit: "kW" } }, 11_040, "W"],
    [{ value: 1.5, unitOfMeasure: { unit: "kWh" } }, 1500, "Wh"],
    [{ value: 1.5, unitOfMeasure: { unit: "kWh", multiplier: -3 } }, 1.5, "Wh"],
    [{ value: 2, measurand: "Energy.Reactive.Net", unitOfMeasure: { unit: "kvarh" } }, 2000, "varh"],
    [{ value: 3, measurand: "Power.Offered", unitOfMeasure: { unit: "kVA" } }, 3000, "VA"],
    [{ value: 40, measurand: "SoC", unitOfMeasure: { unit: "%" } }, 40, "Percent"],
    [{ value: 20, measurand: "Voltage", unitOfMeasure: { unit: "Celsius" } }, 20, "Celsius"],
    [{ value: 1, unitOfMeasure: { unit: "toString" } }, 1, "toString"]
  ] as const)("J-3: %j is %d %s", (raw, value, unit) => {
    expect(sample(raw)).toMatchObject({ value, unit })
  })

  it("J-3: a multiplier beyond all numbers gives no number, and the raw value stays", () => {
    const raw = { value: 1, unitOfMeasure: { multiplier: 400 } }
    expect(sample(raw)).toMatchObject({ value: Number.NaN, raw })
  })

  it("J-7: one element is one time for all its samples", () => {
    const samples = [{ value: 1 }, { value: 2, measurand: "SoC" as const }]
    const two = [
      { timestamp: "2026-01-01T00:00:00Z", sampledValue: samples },
      { timestamp: "2026-01-01T00:15:00+01:00", sampledValue: [{ value: 3, context: "Sample.Clock" as const }] }
    ]
    expect(readings(two).map(({ context, timestamp, value }) => [timestamp, value, context])).toEqual([
      ["2026-01-01T00:00:00Z", 1, "Sample.Periodic"],
      ["2026-01-01T00:00:00Z", 2, "Sample.Periodic"],
      ["2026-01-01T00:15:00+01:00", 3, "Sample.Clock"]
    ])
  })

  it("J-6: a signed value is passed through unchanged, also with an empty publicKey", () => {
    const signedMeterValue = {
      signedMeterData: "T0NNRnx7IkZWIjoiMS4wIn0=",
      signingMethod: "",
      encodingMethod: "OCMF",
      publicKey: ""
    }
    const raw = { value: 1.1, context: "Transaction.End" as const, signedMeterValue }
    const [reading] = readings([{ timestamp: "2026-01-01T00:00:00Z", sampledValue: [raw] }])
    expect(reading?.raw).toBe(raw)
    expect(reading?.raw.signedMeterValue).toBe(signedMeterValue)
  })

  it("J-3: resolves the multiplier", () => {
    const power = {
      value: 11,
      measurand: "Power.Active.Import",
      phase: "L1",
      unitOfMeasure: { unit: "W", multiplier: 3 }
    }
    expect(sample({ ...power, measurand: "Power.Active.Import", phase: "L1" })).toMatchObject({
      value: 11_000,
      unit: "W",
      phase: "L1"
    })
    expect(sample({ value: 2305, measurand: "Voltage", unitOfMeasure: { unit: "V", multiplier: -1 } }).value).toBe(
      230.5
    )
  })

  it.each([
    [{ value: 1500 }, 1500],
    [{ value: 1.5, unitOfMeasure: { unit: "kWh" } }, 1500],
    [{ value: 2.3, unitOfMeasure: { unit: "kWh" } }, 2300],
    [{ value: 4.35, unitOfMeasure: { multiplier: 2 } }, 435],
    [{ value: 1234567, unitOfMeasure: { unit: "Wh", multiplier: -3 } }, 1234.567],
    [{ value: 0.5, unitOfMeasure: { unit: "kWh", multiplier: 3 } }, 500_000],
    [{ value: 0 }, 0]
  ] as const)("J-3: the register %j is %d Wh", (raw, wh) => {
    expect(importRegisterWh(raw)).toBe(wh)
  })

  it.each([
    { value: 1, measurand: "Power.Active.Import" },
    { value: 1, measurand: "Energy.Active.Import.Interval" },
    { value: 1, phase: "L1" },
    { value: 1, unitOfMeasure: { unit: "kvarh" } },
    { value: 1, unitOfMeasure: { multiplier: 400 } },
    { value: 0, unitOfMeasure: { multiplier: 400 } }
  ] as const)("%j is no reading of the import register", (raw) => {
    expect(importRegisterWh(raw)).toBeUndefined()
  })
})
