import { describe, expect, it } from "vitest"
import { importRegisterWh, sample } from "../../src/blocks/Metering.ts"

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

  it("J-3: Wh is the default of energies only", () => {
    expect(sample({ value: 1, measurand: "Energy.Active.Export.Interval", unitOfMeasure: {} }).unit).toBe("Wh")
    expect(sample({ value: 50, measurand: "SoC" })).not.toHaveProperty("unit")
    expect(sample({ value: 50, measurand: "SoC", unitOfMeasure: { unit: "Percent" } }).unit).toBe("Percent")
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
