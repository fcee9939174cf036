import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { type OutboundCall, OutboundLane } from "../../src/rpc/OutboundLane.ts"
import { property } from "./support.ts"

const maxWaiting = 4

const call = (messageId: string, waitForReconnect = false): OutboundCall => ({
  slot: 0,
  expire: () => {},
  action: "Reset",
  state: "Waiting",
  messageId,
  waitForReconnect
})

const laneWith = (...calls: ReadonlyArray<OutboundCall>): OutboundLane<OutboundCall> => {
  const lane = new OutboundLane<OutboundCall>()
  for (const one of calls) lane.enqueue(one, maxWaiting)
  return lane
}

describe("OutboundLane", () => {
  it("R-100: one CALL is outstanding; the next is taken when it is settled", () => {
    const [a, b] = [call("a"), call("b")]
    const lane = laneWith(a, b)
    assert.strictEqual(lane.take(), a)
    assert.strictEqual(lane.outstanding, a)
    assert.strictEqual(lane.take(), undefined)
    assert.strictEqual(lane.settle("a"), a)
    assert.strictEqual(lane.take(), b)
  })

  it("R-100: with nothing to send nothing is taken", () => {
    assert.deepStrictEqual([laneWith().take(), laneWith().outstanding], [undefined, undefined])
  })

  it("R-103: only the id of the outstanding CALL settles it, and once", () => {
    const a = call("a")
    const lane = laneWith(a, call("b"))
    lane.take()
    for (const id of ["b", "A", "", "-1", undefined]) assert.strictEqual(lane.settle(id), undefined)
    assert.strictEqual(lane.outstanding, a)
    assert.deepStrictEqual([lane.settle("a"), lane.settle("a")], [a, undefined])
  })

  it("R-103: with nothing outstanding nothing is settled", () => {
    assert.deepStrictEqual([laneWith().settle(undefined), laneWith(call("")).settle("")], [undefined, undefined])
  })

  it("R-106: a full queue does not take the newest; one that left makes room", () => {
    const calls = ["a", "b", "c", "d"].map((id) => call(id))
    const lane = laneWith(...calls)
    assert.isFalse(lane.enqueue(call("e"), maxWaiting))
    assert.strictEqual(lane.depth, 4)
    lane.take()
    assert.isTrue(lane.enqueue(call("e"), maxWaiting))
  })

  it("R-107: a CALL that waits can be withdrawn, one that is outstanding cannot", () => {
    const [a, b, c] = [call("a"), call("b"), call("c")]
    const lane = laneWith(a, b, c)
    lane.take()
    assert.deepStrictEqual([lane.withdraw(b), lane.withdraw(b), lane.withdraw(a)], [true, false, false])
    assert.deepStrictEqual([lane.outstanding, lane.depth], [a, 1])
  })

  it("R-181: a lost connection takes the outstanding CALL, and what waits as its owner says", () => {
    const [a, b, c, d] = [call("a"), call("b", true), call("c"), call("d", true)]
    const lane = laneWith(a, b, c, d)
    lane.take()
    assert.deepStrictEqual([lane.lose(), lane.lose()], [a, undefined])
    assert.deepStrictEqual(
      lane.drop(({ waitForReconnect }) => !waitForReconnect),
      [c]
    )
    assert.deepStrictEqual([lane.take(), lane.depth], [b, 1])
  })
})

describe("whatever is called, answered, given up and lost", () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant("enqueue" as const), stays: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("take" as const, "settle" as const, "lose" as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom("withdraw" as const, "stray" as const), which: fc.nat(30) })
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("drop" as const) }) }
  )

  it("R-100, R-103, R-106, R-107: first in, first out, one outstanding, bounded, none lost, none twice", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const lane = new OutboundLane<OutboundCall>()
        const all: Array<OutboundCall> = []
        let waiting: ReadonlyArray<OutboundCall> = []
        let outstanding: OutboundCall | undefined
        for (const action of steps) {
          switch (action.do) {
            case "enqueue": {
              const one = call(String(all.length), action.stays)
              const fits = waiting.length < maxWaiting
              assert.strictEqual(lane.enqueue(one, maxWaiting), fits)
              all.push(one)
              if (fits) waiting = waiting.concat(one)
              break
            }
            case "take": {
              const next = outstanding === undefined ? waiting[0] : undefined
              assert.strictEqual(lane.take(), next)
              if (next !== undefined) [outstanding, waiting] = [next, waiting.slice(1)]
              break
            }
            case "settle":
              assert.strictEqual(lane.settle(outstanding?.messageId), outstanding)
              outstanding = undefined
              break
            case "stray": {
              const { messageId } = all[action.which] ?? call("?")
              if (messageId !== outstanding?.messageId) assert.strictEqual(lane.settle(messageId), undefined)
              break
            }
            case "withdraw": {
              const one = all[action.which] ?? call("?")
              assert.strictEqual(lane.withdraw(one), waiting.includes(one))
              waiting = waiting.filter((other) => other !== one)
              break
            }
            case "lose":
              assert.strictEqual(lane.lose(), outstanding)
              outstanding = undefined
              break
            case "drop":
              assert.deepStrictEqual(
                lane.drop(({ waitForReconnect }) => !waitForReconnect),
                waiting.filter(({ waitForReconnect }) => !waitForReconnect)
              )
              waiting = waiting.filter(({ waitForReconnect }) => waitForReconnect)
          }
          assert.strictEqual(lane.outstanding, outstanding)
          assert.strictEqual(lane.depth, waiting.length)
        }
      }),
      { ...property, numRuns: 1500 }
    )
  })
})
