import { describe, expect, it } from "vitest"
import { txPointsIn, txPointsProblems } from "../../src/blocks/TxPoints.ts"

describe("TxPoints", () => {
  it.each([
    ["EVConnected", "EVConnected", []],
    ["EVConnected", "Authorized,DataSigned", ["StopAtDataSigned"]],
    ["PowerPathClosed", "EnergyTransfer", ["StopAtEnergyTransfer"]],
    ["ParkingBayOccupancy,EVConnected", "EVConnected", ["NoStopAtParkingBay"]],
    ["ParkingBayOccupancy", "ParkingBayOccupancy", []],
    ["Authorized", "EVConnected", ["NoStopAfterAuthorized"]],
    ["Authorized", "EVConnected, Authorized", []],
    ["Authorized", "PowerPathClosed", []],
    ["Authorized,EVConnected", "EVConnected", []],
    [undefined, "EnergyTransfer", ["StopAtEnergyTransfer"]],
    ["Authorized", undefined, []],
    ["Authorized", "", ["NoStopAfterAuthorized"]]
  ] as const)("E-30: start %s, stop %s: %j", (start, stop, problems) => {
    expect(txPointsProblems(start, stop)).toEqual(problems)
  })

  it("E-30: are found by names in any case, and only where the Actual value is set", () => {
    const item = (component: string, variable: string, more: object = {}) => ({
      component: { name: component },
      variable: { name: variable },
      attributeValue: "EVConnected",
      ...more
    })
    expect(txPointsIn({ setVariableData: [item("txctrlr", "TXStopPoint")] })).toEqual({ stop: "EVConnected" })
    expect(txPointsIn({ setVariableData: [item("TxCtrlr", "TxStartPoint", { attributeType: "Target" })] })).toBe(
      undefined
    )
    expect(txPointsIn({ setVariableData: [item("OCPPCommCtrlr", "TxStopPoint")] })).toBe(undefined)
  })
})
