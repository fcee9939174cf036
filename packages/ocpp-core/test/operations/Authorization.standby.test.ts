/** The verdict of `authorize` stands, whatever becomes of the TransactionEvent handler beside it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Csms, type Handlers } from "../../src/index.ts"
import { booted, Recorder, settle, token, transactionEvent } from "../csms/support.ts"

type OnEvent = NonNullable<Handlers["TransactionEvent"]>

const accepted = [{ idTokenInfo: { status: "Accepted" } }]

/** How often `authorize` was asked, and a CSMS with it and this TransactionEvent handler. */
const csmsWith = (
  TransactionEvent: OnEvent,
  verdict: Effect.Effect<{ status: "Accepted" }, Error> = Effect.succeed({ status: "Accepted" })
) => {
  const asked = { count: 0 }
  const authorize = () => Effect.suspend(() => (asked.count++, verdict))
  return { asked, layer: Csms.layer({ authorize, TransactionEvent }, { handlerTimeout: "20 seconds" }) }
}

const failing: Readonly<Record<string, readonly [OnEvent, string]>> = {
  "fails at once": [() => Effect.fail(new Error("queue away")), "Failure"],
  "fails later": [() => Effect.delay(Effect.fail(new Error("queue away")), "3 seconds"), "Failure"],
  "fails after half of its time": [() => Effect.delay(Effect.fail(new Error("queue away")), "15 seconds"), "Failure"],
  dies: [() => Effect.die(new Error("queue away")), "Defect"],
  throws: [
    () => {
      throw new Error("queue away")
    },
    "Defect"
  ],
  "is late": [() => Effect.never, "Deadline"],
  "answers nonsense": [() => Effect.succeed({ totalCost: "free" as unknown as number }), "InvalidAnswer"]
}

describe("a TransactionEvent handler beside authorize", () => {
  for (const [what, [handler, why]] of Object.entries(failing))
    it.effect(`C-2, E-4: one that ${what} is told, and the station gets the verdict`, () => {
      const { asked, layer } = csmsWith(handler)
      return Effect.gen(function* () {
        const { fake } = yield* booted()
        const recorder = yield* Recorder.start
        const id = fake.call("TransactionEvent", transactionEvent(0, token))
        yield* TestClock.adjust("20250 millis")
        assert.deepStrictEqual(fake.answerTo(id), accepted)
        yield* settle
        assert.deepStrictEqual(
          recorder.of("HandlerFailed").map((failed) => failed.why),
          [why]
        )
        if (why === "Failure") assert.match(recorder.of("HandlerFailed")[0]?.message ?? "", /queue away/)
        assert.strictEqual(asked.count, 1)
      }).pipe(Effect.provide(layer))
    })

  it.effect("one that answers late, but in time, is heard; authorize is asked once", () => {
    const { asked, layer } = csmsWith(() => Effect.delay(Effect.succeed({ totalCost: 2 }), "15 seconds"))
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      const id = fake.call("TransactionEvent", transactionEvent(0, token))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(asked.count, 1)
      assert.isUndefined(fake.answerTo(id))
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(fake.answerTo(id), [{ totalCost: 2, idTokenInfo: { status: "Accepted" } }])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual([asked.count, recorder.count("HandlerFailed")], [1, 0])
    }).pipe(Effect.provide(layer))
  })

  it.effect("C-2, E-4: when authorize fails too, the answer is Unknown, and Accepted for an Ended", () => {
    const { layer } = csmsWith(() => Effect.fail(new Error("queue away")), Effect.fail(new Error("register away")))
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      const unknown = fake.call("TransactionEvent", transactionEvent(0, token))
      const ended = fake.call("TransactionEvent", transactionEvent(1, { ...token, eventType: "Ended" }))
      const statusIn = (id: string) =>
        (fake.answerTo(id)?.[0] as { readonly idTokenInfo: { readonly status: string } } | undefined)?.idTokenInfo
          .status
      assert.deepStrictEqual([statusIn(unknown), statusIn(ended)], ["Unknown", "Accepted"])
      yield* settle
      const [first] = recorder.of("HandlerFailed")
      assert.match(first?.message ?? "", /queue away[^]*register away/)
    }).pipe(Effect.provide(layer))
  })
})
