/** The judge of a chaos run: each thing that can be wrong is found, and what is right is no finding. */
import { assert, describe, it } from "@effect/vitest"
import type { KnownTransaction, Ledger, MadeTransaction, MirroredTransaction } from "../../src/chaos/contract.ts"
import { judge } from "../../src/chaos/judge.ts"

const identity = "CHAOS-0001"
const transactionId = "T1"
const events = [
  { kind: "S", seqNo: 0 },
  { kind: "U", seqNo: 1 },
  { kind: "E", seqNo: 2 }
]
const stored: KnownTransaction["stored"] = [
  ["S", 0],
  ["U", 1],
  ["E", 2]
]
const made: MadeTransaction = { identity, transactionId, events, energyWh: 20.04 }
const mirrored: MirroredTransaction = {
  isRunning: false,
  received: [0, 2],
  isComplete: true,
  conflicts: 0,
  energyWh: 20
}
const known: KnownTransaction = {
  identity: "chaos-0001",
  transactionId,
  stored,
  energyWh: 20,
  handled: [0, 1, 1, 2],
  handledAgain: 1,
  mirrored
}

const faultsOf = (
  of: Partial<MadeTransaction>,
  ledger: Partial<KnownTransaction> | undefined,
  anomalies: Ledger["anomalies"] = {}
): ReadonlyArray<string> => {
  const transactions = ledger === undefined ? [] : [{ ...known, ...ledger }]
  return [...new Set(judge([{ ...made, ...of }], { transactions, anomalies }).findings.map(({ fault }) => fault))]
}

const { mirrored: _, ...letGo } = known
const running: Partial<KnownTransaction> = {
  stored: stored.slice(0, 2),
  mirrored: { ...mirrored, isRunning: true, isComplete: false, received: [0, 1] }
}

describe("judge", () => {
  it("R-190, R-191: an event that the handler saw twice and the CSMS counted once is right", () => {
    assert.deepInclude(judge([made], { transactions: [known], anomalies: {} }), {
      transactions: 1,
      events: 3,
      cutOff: 0,
      handledAgain: 1,
      findings: []
    })
    assert.deepStrictEqual(judge([made], { transactions: [letGo], anomalies: {} }).findings, [])
  })

  it.each([
    ["a transaction nobody knows of", undefined, ["Lost"]],
    ["an event that was not stored", { stored: stored.filter(([kind]) => kind !== "U") }, ["Lost"]],
    ["an event that no handler saw", { handled: [0, 2] }, ["Lost"]],
    ["an event that was stored twice", { stored: [...stored.slice(0, 2), ...stored.slice(1)] }, ["Doubled"]],
    ["a number with two meanings", { mirrored: { ...mirrored, conflicts: 1 } }, ["Doubled"]],
    ["an event that was not made", { stored: [...stored, ["U", 3] as const] }, ["Invented"]],
    ["another order", { stored: stored.toReversed() }, ["Disordered"]],
    ["a gap in the mirror", { mirrored: { ...mirrored, received: [0, 0, 2, 2] } }, ["Open"]],
    ["a transaction that runs on", { mirrored: { ...mirrored, isRunning: true } }, ["Open"]],
    ["one that was given up", { mirrored: { ...mirrored, givenUp: "NotOngoing" } }, ["Open"]],
    ["another amount when it ended", { energyWh: 19 }, ["Energy"]],
    ["another amount in the mirror", { mirrored: { ...mirrored, energyWh: 21 } }, ["Energy"]]
  ] as const)("finds %s", (_title, ledger, faults) => {
    assert.deepStrictEqual(faultsOf({}, ledger), faults)
  })

  it("finds a transaction of a station that made none, and whatever the CSMS complains of", () => {
    const { findings } = judge([], { transactions: [known], anomalies: { StoreFailed: 2 } })
    assert.deepStrictEqual(
      findings.map(({ fault }) => fault),
      ["Invented", "Anomaly"]
    )
  })

  it("finds a station that counts wrongly", () => {
    const swapped = [
      { kind: "U", seqNo: 0 },
      { kind: "S", seqNo: 1 },
      { kind: "E", seqNo: 2 }
    ]
    const likewise = swapped.map(({ kind, seqNo }) => [kind, seqNo] as const)
    assert.deepStrictEqual(faultsOf({ events: swapped }, { stored: likewise }), ["Disordered"])
  })

  describe("a station that was killed", () => {
    const { energyWh: __, ...withoutMeter } = made
    const cut = (kind: string, seqNo: number) => ({ kind, seqNo, isCut: true })

    it("its transaction was ended by the next process; one that was not is found", () => {
      assert.strictEqual(judge([withoutMeter], { transactions: [known], anomalies: {} }).cutOff, 1)
      assert.deepStrictEqual(judge([withoutMeter], { transactions: [known], anomalies: {} }).findings, [])
      assert.deepStrictEqual(faultsOf({ events: events.slice(0, 2) }, running), ["Open"])
    })

    it("what it wrote down last may be missing, and nothing before that", () => {
      const [started = cut("S", 0), updated = cut("U", 1), ended = cut("E", 2)] = events
      assert.deepStrictEqual(faultsOf({ events: [started, updated, cut("U", 2), ended] }, {}), [])
      assert.deepStrictEqual(faultsOf({ events: [started, updated, cut("E", 2), ended] }, {}), [])
      assert.deepStrictEqual(faultsOf({ events: [started, cut("U", 1), ended] }, {}), [])
      assert.deepStrictEqual(faultsOf({ events: [cut("S", 0)] }, undefined), [])
      const lossy = { stored: stored.filter(([kind]) => kind !== "U") }
      assert.include(faultsOf({ events: [started, updated, cut("U", 2), ended] }, lossy), "Lost")
      assert.include(faultsOf({ events: [started, cut("U", 1), ended] }, lossy), "Disordered")
    })
  })
})
