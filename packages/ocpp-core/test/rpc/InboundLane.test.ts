import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { type InboundCall, InboundLane, type InboundLimits } from "../../src/rpc/InboundLane.ts"
import { property } from "./support.ts"

const limits: InboundLimits = { maxWaiting: 3, maxAnswers: 2, answerWindow: 1000 }

/** A CALL under an id; `link` is the connection it came on. */
const call = (
  messageId: string,
  payload: unknown = {},
  link = 1,
  receivedAt = 0,
  action = "X"
): InboundCall<number> => ({
  slot: 0,
  expire: () => {},
  connection: link,
  messageId,
  action,
  payload,
  text: JSON.stringify([2, messageId, action, payload]),
  receivedAt
})

const lane = (): InboundLane<number> => new InboundLane<number>()

/** Offers a repeatable CALL and says what became of it. */
const offer = (to: InboundLane<number>, one: InboundCall<number>): string => to.offer(one, true, limits)._tag

const answered = (to: InboundLane<number>, answer: string, at = 0): InboundCall<number> | undefined =>
  to.finish({ answer, at }, limits)

describe("one after the other", () => {
  it("R-110: the first CALL is handled, the others wait and follow in the order of arrival", () => {
    const inbound = lane()
    const calls = ["a", "b", "c"].map((id) => call(id))
    assert.deepStrictEqual(
      calls.map((one) => offer(inbound, one)),
      ["Handle", "Wait", "Wait"]
    )
    assert.strictEqual(inbound.running, calls[0])
    assert.deepStrictEqual(
      [answered(inbound, "1"), answered(inbound, "2"), answered(inbound, "3")],
      [calls[1], calls[2], undefined]
    )
    assert.strictEqual(inbound.running, undefined)
  })

  it("R-109: CALLs beyond the bound are not taken in, and are once there is room", () => {
    const inbound = lane()
    const tags = ["a", "b", "c", "d", "e"].map((id) => offer(inbound, call(id)))
    assert.deepStrictEqual(tags, ["Handle", "Wait", "Wait", "Wait", "Overflow"])
    assert.strictEqual(inbound.depth, 4)
    answered(inbound, "1")
    assert.strictEqual(offer(inbound, call("e")), "Wait")
  })
})

describe("the same CALL again, before its answer", () => {
  it("R-094: it attaches to the one that runs or waits, and its answer goes where the last copy came from", () => {
    const inbound = lane()
    const [running, waiting] = [call("a"), call("b")]
    offer(inbound, running)
    offer(inbound, waiting)
    assert.deepStrictEqual([offer(inbound, call("a", {}, 2)), offer(inbound, call("b", {}, 3))], ["Attach", "Attach"])
    assert.deepStrictEqual([running.connection, waiting.connection, inbound.depth], [2, 3, 2])
  })

  it("R-094: the same payload may be written in another way", () => {
    const inbound = lane()
    offer(inbound, call("a", { x: 1, y: { p: [1, 2], q: null } }))
    const again = { ...call("a"), text: '[ 2, "\\u0061", "X", { "y": {"q":null, "p":[1.0,2]}, "x":1 } ]' }
    assert.strictEqual(offer(inbound, again), "Attach")
  })

  it("R-095: another payload or action under the id of an unanswered CALL of this connection is a conflict", () => {
    const inbound = lane()
    offer(inbound, call("a", { x: [1, 2] }))
    for (const other of [call("a", { x: [2, 1] }), call("a"), call("a", { x: [1, 2] }, 1, 0, "Y")])
      assert.strictEqual(offer(inbound, other), "Conflict")
    assert.strictEqual(inbound.depth, 1)
  })

  it("R-095: across connections the same id is a new CALL", () => {
    const inbound = lane()
    offer(inbound, call("a", { x: 1 }, 1))
    assert.deepStrictEqual(
      [offer(inbound, call("a", { x: 2 }, 2)), offer(inbound, call("a", { x: 3 }, 2))],
      ["Wait", "Conflict"]
    )
  })

  it("R-094: a CALL that may not be repeated attaches within its connection only", () => {
    const inbound = lane()
    const boot = (link: number): string => inbound.offer(call("a", {}, link), false, limits)._tag
    assert.deepStrictEqual([boot(1), boot(1), boot(2), boot(2)], ["Handle", "Attach", "Wait", "Attach"])
  })

  it("R-090: ids are compared with case", () => {
    const inbound = lane()
    offer(inbound, call("a"))
    assert.strictEqual(offer(inbound, call("A")), "Wait")
  })

  it("R-095: a payload too deep to be written again is compared as it stands", () => {
    const inbound = lane()
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`
    const text = `[2,"a","X",{"data":${deep}}]`
    offer(inbound, { ...call("a"), text })
    assert.strictEqual(offer(inbound, { ...call("a"), text }), "Attach")
    assert.strictEqual(offer(inbound, { ...call("a"), text: ` ${text}` }), "Conflict")
  })
})

describe("the same CALL again, after its answer", () => {
  const done = (answer: string | undefined): InboundLane<number> => {
    const inbound = lane()
    offer(inbound, call("a", { x: 1 }))
    inbound.finish(answer === undefined ? undefined : { answer, at: 0 }, limits)
    return inbound
  }

  it("R-096: gets the stored answer, on any connection", () => {
    const again = done("yes").offer(call("a", { x: 1 }, 2), true, limits)
    assert.deepStrictEqual(again, { _tag: "Repeat", answer: "yes" })
  })

  it("R-096: the id alone is no repeat", () => {
    for (const other of [call("a", { x: 2 }), call("a", { x: 1 }, 1, 0, "Y"), call("b", { x: 1 })])
      assert.strictEqual(offer(done("yes"), other), "Handle")
  })

  it("R-093, R-096: what was answered without storing is judged afresh", () => {
    assert.strictEqual(offer(done(undefined), call("a", { x: 1 })), "Handle")
  })

  it("R-096: an action that may not be repeated is handled again", () => {
    assert.strictEqual(done("yes").offer(call("a", { x: 1 }), false, limits)._tag, "Handle")
  })

  it("R-096: an answer is kept for the window, and not longer", () => {
    assert.strictEqual(offer(done("yes"), call("a", { x: 1 }, 1, 999)), "Repeat")
    assert.strictEqual(offer(done("yes"), call("a", { x: 1 }, 1, 1000)), "Handle")
    const swept = done("yes")
    swept.sweep(999, limits)
    assert.strictEqual(offer(swept, call("a", { x: 1 })), "Repeat")
    swept.sweep(1000, limits)
    assert.strictEqual(offer(swept, call("a", { x: 1 })), "Handle")
  })

  it("R-096: no more answers are kept than asked for, the oldest go first", () => {
    const inbound = lane()
    for (const id of ["a", "b", "c"]) {
      offer(inbound, call(id))
      answered(inbound, id)
    }
    assert.deepStrictEqual(
      ["c", "b", "a"].map((id) => offer(inbound, call(id))),
      ["Repeat", "Repeat", "Handle"]
    )
  })

  it("R-096: nothing is kept when no answers are asked for", () => {
    const inbound = lane()
    inbound.offer(call("a"), true, { ...limits, maxAnswers: 0 })
    inbound.finish({ answer: "yes", at: 0 }, { ...limits, maxAnswers: 0 })
    assert.strictEqual(inbound.offer(call("a"), true, { ...limits, maxAnswers: 0 })._tag, "Handle")
  })

  it("R-096: the answer to a very long CALL is not kept: it is handled again", () => {
    const inbound = lane()
    const long = call("a", { x: "x".repeat(5000) })
    offer(inbound, long)
    answered(inbound, "yes")
    assert.strictEqual(offer(inbound, long), "Handle")
  })

  it("R-096: a station that boots has forgotten its ids", () => {
    const inbound = done("yes")
    inbound.forgetAnswers()
    assert.strictEqual(offer(inbound, call("a", { x: 1 })), "Handle")
  })
})

describe("whatever arrives, whenever it is answered", () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("offer" as const),
        id: fc.constantFrom("a", "b", "c", "d", "e"),
        content: fc.nat(2),
        link: fc.nat(1)
      })
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("finish" as const), keep: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("pass" as const), time: fc.nat(600) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("sweep" as const, "boot" as const) }) }
  )

  it("R-094…R-096, R-109, R-110: order, one at a time, at most once per content, bounded", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const inbound = lane()
        const unanswered: Array<InboundCall<number>> = []
        let memory: ReadonlyArray<{ readonly text: string; readonly answer: string; readonly at: number }> = []
        let now = 0
        for (const [index, action] of steps.entries()) {
          switch (action.do) {
            case "offer": {
              const { content, id, link } = action
              const repeatable = content !== 0 // content 0 stands for a BootNotification
              const one = call(id, { content }, link, now)
              const same = unanswered.filter(({ text }) => text === one.text)
              const twins = same.filter(({ connection }) => repeatable || connection === link)
              const rivals = unanswered.filter(
                (other) => other.messageId === id && other.connection === link && other.text !== one.text
              )
              const known = memory.filter(({ at, text }) => repeatable && text === one.text && now - at < 1000)
              const verdict = inbound.offer(one, repeatable, limits)
              if (verdict._tag === "Attach") assert.isTrue(twins.some(({ connection }) => connection === link))
              else if (verdict._tag === "Conflict") assert.isNotEmpty(rivals)
              else {
                // It is none of the CALLs that are being handled: it is answered from memory, or it is new.
                assert.isEmpty([...twins, ...rivals])
                const place =
                  unanswered.length === 0 ? "Handle" : unanswered.length <= limits.maxWaiting ? "Wait" : "Overflow"
                if (verdict._tag === "Repeat") assert.strictEqual(verdict.answer, known.at(-1)?.answer)
                else assert.deepStrictEqual([verdict._tag, known], [place, []])
                if (verdict._tag === "Handle" || verdict._tag === "Wait") unanswered.push(one)
              }
              break
            }
            case "finish": {
              const done = unanswered.shift()
              const answer = String(index)
              assert.strictEqual(inbound.finish(action.keep ? { answer, at: now } : undefined, limits), unanswered[0])
              if (done !== undefined && action.keep)
                memory = [...memory, { text: done.text, answer, at: now }].slice(-limits.maxAnswers)
              break
            }
            case "pass":
              now += action.time
              break
            case "sweep":
              inbound.sweep(now, limits) // nobody can tell
              break
            case "boot":
              inbound.forgetAnswers()
              memory = []
          }
          assert.strictEqual(inbound.running, unanswered[0])
          assert.strictEqual(inbound.depth, unanswered.length)
        }
      }),
      { ...property, numRuns: 2000 }
    )
  })
})
