import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { nextSampled } from "../../src/virtual/transactions/Samples.ts"
import { begins, ceases, endsWithAuthorization, type Facts, txPoints } from "../../src/virtual/transactions/TxPoints.ts"

const nothing: Facts = { bay: false, connected: false, authorized: false, transferring: false, signed: false }
const facts: fc.Arbitrary<Facts> = fc.record({
  bay: fc.boolean(),
  connected: fc.boolean(),
  authorized: fc.boolean(),
  transferring: fc.boolean(),
  signed: fc.boolean()
})
const every = txPoints([
  "ParkingBayOccupancy",
  "EVConnected",
  "Authorized",
  "PowerPathClosed",
  "EnergyTransfer",
  "DataSigned"
])
const points = fc.subarray([...every], { minLength: 1 })

/** Start points that are reached, and stop points that are lost, when one thing comes about, or goes away again. */
const table: ReadonlyArray<[what: string, Partial<Facts>, Partial<Facts>, starts: string, stops: string]> = [
  ["E01.FR.01, E06.FR.01: a vehicle", {}, { bay: true }, "ParkingBayOccupancy", "ParkingBayOccupancy"],
  ["E01.FR.02, E06.FR.02, E06.FR.06: the cable", {}, { connected: true }, "EVConnected", "EVConnected PowerPathClosed"],
  ["E01.FR.03, E06.FR.03, E06.FR.06: the token", {}, { authorized: true }, "Authorized", "Authorized PowerPathClosed"],
  [
    "E01.FR.05: the token with a cable",
    { connected: true },
    { connected: true, authorized: true },
    "EVConnected Authorized PowerPathClosed",
    "Authorized PowerPathClosed"
  ],
  [
    "E01.FR.05: the cable with a token",
    { authorized: true },
    { connected: true, authorized: true },
    "EVConnected PowerPathClosed",
    "EVConnected PowerPathClosed"
  ],
  ["E01.FR.06, E06.FR.07: energy", {}, { transferring: true }, "EnergyTransfer", "EnergyTransfer"],
  ["E01.FR.04, E06.FR.05 (deleted): a signed value", {}, { signed: true }, "DataSigned", ""]
]

describe("TxStartPoint and TxStopPoint", () => {
  for (const [what, without, withIt, starts, stops] of table)
    it(`${what} starts at ${starts}, and ends at ${stops || "nothing"}`, () => {
      const [before, after] = [
        { ...nothing, ...without },
        { ...nothing, ...withIt }
      ]
      assert.strictEqual(every.filter((point) => begins([point], before, after)).join(" "), starts)
      assert.strictEqual(every.filter((point) => ceases([point], after, before)).join(" "), stops)
    })

  it("TxStopPoint: PowerPathClosed is the same as EVConnected and Authorized", () => {
    fc.assert(
      fc.property(facts, facts, (before, after) => {
        const both = ceases(["EVConnected", "Authorized"], before, after)
        assert.strictEqual(ceases(["PowerPathClosed"], before, after), both)
      })
    )
  })

  it("a list starts and stops where one of its points does", () => {
    fc.assert(
      fc.property(points, facts, facts, (list, before, after) => {
        for (const decides of [begins, ceases])
          assert.strictEqual(
            decides(list, before, after),
            list.some((point) => decides([point], before, after))
          )
      })
    )
  })

  it("nothing starts or stops where nothing changes", () => {
    fc.assert(
      fc.property(points, facts, (list, same) => {
        assert.isFalse(begins(list, same, same))
        assert.isFalse(ceases(list, same, same))
      })
    )
  })

  it("E05.FR.10: the end of the authorization ends it with Authorized, PowerPathClosed and EnergyTransfer", () => {
    const ending = every.filter((point) => endsWithAuthorization([point]))
    assert.deepStrictEqual(ending, ["Authorized", "PowerPathClosed", "EnergyTransfer"])
  })

  it("names that the standard does not have count for nothing", () => {
    assert.deepStrictEqual(txPoints(["Sunrise", "EVConnected", "toString"]), ["EVConnected"])
  })
})

it("J02.FR.11: an interval is counted from the start of the transaction; 0 is none", () => {
  assert.strictEqual(nextSampled(1000, 1000, 60), 61_000)
  assert.strictEqual(nextSampled(1000, 60_999, 60), 61_000)
  assert.strictEqual(nextSampled(1000, 61_000, 60), 121_000)
  assert.strictEqual(nextSampled(1000, 61_000, 0), Infinity)
})
