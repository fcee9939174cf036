/** Nothing is lost: what a store did not take is offered to it again, the snapshot and the durable events. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { StaleEpoch, type StationEvent, type StationSnapshot, StoreError } from "../../src/index.ts"
import { maxOwed } from "../../src/station/Journal.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { booted, connected, Recorder, settle, statusNotification, transactionEvent } from "./support.ts"
import { TestStore } from "./TestStore.ts"

const refuse = () => new StoreError({ detail: "disk full" })

const storedOf = (store: TestStore): StationSnapshot => JSON.parse(store.texts.get("cs-1") ?? "{}") as StationSnapshot

/** What a snapshot says beside its number: an event that is only told, and a connection that brings nothing, are not stored. */
const content = (snapshot: StationSnapshot): unknown => {
  const { identity, mirror, registration, requestId, resetPending, security } = snapshot
  return JSON.parse(JSON.stringify({ identity, mirror, registration, requestId, resetPending, security }))
}

describe("a save that failed", () => {
  it.effect("goes along with the next one, oldest event first", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const { fake } = yield* booted()
          store.refuseWith = refuse
          fake.call("TransactionEvent", transactionEvent(0))
          fake.call("TransactionEvent", transactionEvent(1))
          store.refuseWith = undefined
          fake.call("TransactionEvent", transactionEvent(2))
          assert.deepStrictEqual(
            store.events.map(({ _tag }) => _tag),
            ["Booted", "TransactionStarted", "TransactionUpdated", "TransactionUpdated"]
          )
          assert.isAbove(store.events[1]?.seq ?? 0, store.events[0]?.seq ?? 0)
        })
      )
    })
  )

  it.effect("is made good when the CSMS closes, also for a station that has gone", () =>
    Effect.gen(function* () {
      for (const vanishes of [false, true]) {
        const store = new TestStore()
        yield* store.csms(
          Effect.gen(function* () {
            const { fake } = yield* booted()
            store.refuseWith = refuse
            fake.call("TransactionEvent", transactionEvent(0))
            if (vanishes) fake.vanish()
            store.refuseWith = undefined
          })
        )
        assert.deepStrictEqual(storedOf(store).mirror.transactions.running.length, 1)
        assert.strictEqual(store.events.at(-1)?._tag, "TransactionStarted")
      }
    })
  )

  it.effect("is made good when the station disconnects", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const { fake } = yield* booted()
          store.refuseWith = refuse
          fake.call("TransactionEvent", transactionEvent(0))
          store.refuseWith = undefined
          fake.vanish()
          assert.strictEqual(store.events.at(-1)?._tag, "TransactionStarted")
        })
      )
    })
  )

  it.effect("is made good by itself once the store is back, after at most a minute", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const { fake } = yield* booted()
          store.refuseWith = refuse
          fake.call("TransactionEvent", transactionEvent(0))
          yield* TestClock.adjust("10 minutes")
          const attempts = store.log.length
          assert.isBelow(attempts, 32) // 1, 2, 4 … 60 s
          store.refuseWith = undefined
          yield* TestClock.adjust("61 seconds")
          assert.strictEqual(store.log.length, attempts + 1)
          assert.strictEqual(store.events.at(-1)?._tag, "TransactionStarted")
          yield* TestClock.adjust("10 minutes")
          assert.strictEqual(store.log.length, attempts + 1) // and that is that
        })
      )
    })
  )

  it.effect("a station cannot fill the memory meanwhile: the oldest events are given up, and this is told", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const recorder = yield* Recorder.start
          const { fake } = yield* booted()
          store.refuseWith = refuse
          for (let seqNo = 0; seqNo < maxOwed + 3; seqNo++) fake.call("TransactionEvent", transactionEvent(seqNo))
          store.refuseWith = undefined
          fake.vanish()
          yield* settle
          assert.strictEqual(store.events.length, 1 + maxOwed)
          const given = recorder.of("StoreFailed").map(({ givenUp }) => givenUp)
          assert.deepStrictEqual(given.slice(-4), [0, 1, 1, 1])
        })
      )
    })
  )

  it.effect("habit 7: a write that is refused as stale is not repeated, another node has the station", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const { fake } = yield* booted()
          store.refuseWith = ({ epoch, identity }) => new StaleEpoch({ identity, epoch, current: epoch + 1 })
          fake.call("TransactionEvent", transactionEvent(0))
          const attempts = store.log.length
          store.refuseWith = undefined
          yield* TestClock.adjust("10 minutes")
          assert.strictEqual(store.log.length, attempts)
        })
      )
    })
  )

  it.effect("a station that is removed is not stored again", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const { csms, fake } = yield* booted()
          store.refuseWith = refuse
          fake.call("TransactionEvent", transactionEvent(0))
          store.refuseWith = undefined
          yield* csms.removeStation("CS-1")
          yield* TestClock.adjust("10 minutes")
          assert.isFalse(store.texts.has("cs-1"))
        })
      )
    })
  )
})

/** What the world does, one step after the other. */
type Step =
  | { readonly do: "event" | "status" | "requestId" | "reconnect" | "vanish" | "works" | "fails" | "slow" | "release" }
  | { readonly do: "wait"; readonly seconds: number }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.constant({ do: "event" } as const), weight: 4 },
  fc.constantFrom<Step>(
    { do: "status" },
    { do: "requestId" },
    { do: "reconnect" },
    { do: "vanish" },
    { do: "works" },
    { do: "fails" },
    { do: "slow" },
    { do: "release" }
  ),
  fc.record({ do: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 90 }) })
)

describe("a store that fails at random", () => {
  it("has the last snapshot and every durable event in the end, in order", () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async (steps) => {
        const store = new TestStore()
        const durable: Array<StationEvent> = []
        let last: StationSnapshot | undefined
        await Effect.runPromise(
          Effect.provide(
            store.csms(
              Effect.gen(function* () {
                const recorder = yield* Recorder.start
                const { station } = yield* connected()
                let fake = yield* FakeStation.connect("CS-1")
                fake.boot()
                let seqNo = 0
                for (const step of steps) {
                  if (step.do === "event") fake.call("TransactionEvent", transactionEvent(seqNo++))
                  else if (step.do === "status") fake.call("StatusNotification", statusNotification())
                  else if (step.do === "requestId") yield* station.nextRequestId
                  else if (step.do === "vanish") fake.vanish()
                  else if (step.do === "reconnect") fake = yield* FakeStation.connect("CS-1")
                  else if (step.do === "wait") yield* TestClock.adjust(step.seconds * 1000)
                  else if (step.do === "works") store.refuseWith = undefined
                  else if (step.do === "fails") store.refuseWith = refuse
                  else if (step.do === "slow") store.isSlow = true
                  else yield* store.release
                }
                store.refuseWith = undefined
                store.isSlow = false
                for (let i = 0; i < 100; i++) yield* store.release
                yield* settle
                last = yield* station.snapshot
                const kept = recorder.events.filter((event) => "durable" in event && event.durable)
                durable.push(...(kept as Array<StationEvent>))
              }),
              { storeTimeout: "1 hour", unknownRegistration: "serve" }
            ),
            TestClock.layer()
          )
        )
        assert.isDefined(last)
        assert.deepStrictEqual(content(storedOf(store)), content(last))
        const keyOf = ({ epoch, seq }: StationEvent) => epoch * 1e6 + seq
        const keys = store.events.map(keyOf)
        assert.deepStrictEqual([...new Set(keys)], durable.map(keyOf), store.events.map(({ _tag }) => _tag).join())
        assert.deepStrictEqual(
          keys,
          keys.toSorted((a, b) => a - b)
        )
      }),
      { numRuns: 150 }
    ))
})
