/** Habits 1 and 7: a connection that is no longer the newest one of its station cannot write. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { assert } from "@effect/vitest"
import { type StaleEpoch, type StationSnapshot, StationStore, type StoreError } from "@wattline/ocpp-core"
import { assertSameJson, shuffled } from "../harness.ts"
import type { StoreCase } from "../stationStoreSuite.ts"

/** The cases of the epochs. */
export const epochs = (storeCase: StoreCase): void => {
  storeCase(
    "an equal or a greater epoch replaces the snapshot",
    Effect.fnUntraced(function* ({ recorded, store }) {
      for (const [requestId, epoch] of [0, 0, 1, 1, 7, 7, 2 ** 32, 2 ** 32 + 1].entries()) {
        const snapshot = { ...recorded.last.snapshot, epoch, requestId }
        yield* store.save(snapshot, [])
        assertSameJson(yield* store.load("CS-1"), snapshot)
      }
    })
  )

  for (const [epoch, current] of [
    [1, 2],
    [9, 10], // in this order also when they are compared as texts
    [2 ** 40 - 1, 2 ** 40]
  ] as const) {
    storeCase(
      `a save with epoch ${epoch} after ${current} fails with StaleEpoch, which has both, and changes nothing`,
      Effect.fnUntraced(function* ({ recorded, store }) {
        const snapshot = { ...recorded.last.snapshot, epoch: current }
        yield* store.save(snapshot, [])
        for (const identity of ["CS-1", "cs-1"]) {
          const refused = yield* Effect.flip(store.save({ ...recorded.first.snapshot, identity, epoch }, []))
          assert.deepInclude(refused, { _tag: "StaleEpoch", identity, epoch, current })
        }
        assertSameJson(yield* store.load("CS-1"), snapshot)
      })
    )
  }

  storeCase(
    "the epochs of one station mean nothing to another",
    Effect.fnUntraced(function* ({ recorded, store }) {
      yield* store.save({ ...recorded.first.snapshot, epoch: 9 }, [])
      const other = { ...recorded.first.snapshot, identity: "CS-2", epoch: 1 }
      yield* store.save(other, [])
      assertSameJson(yield* store.load("CS-2"), other)
    })
  )

  storeCase(
    "a removed station may start again with any epoch",
    Effect.fnUntraced(function* ({ recorded, store }) {
      yield* store.save({ ...recorded.last.snapshot, epoch: 9 }, [])
      yield* store.remove("CS-1")
      yield* store.save(recorded.first.snapshot, [])
      assertSameJson(yield* store.load("CS-1"), recorded.first.snapshot)
    })
  )

  storeCase(
    "concurrent saves of one station end with the newest epoch, and only older ones were refused",
    Effect.fnUntraced(function* ({ recorded, store }) {
      const outcomes = yield* saveAll([store], recorded.last.snapshot)
      assertRace(outcomes)
      assertSameJson(yield* store.load("CS-1"), { ...recorded.last.snapshot, epoch: racers, requestId: racers })
    })
  )

  storeCase(
    "concurrent saves of different stations do not disturb each other",
    Effect.fnUntraced(function* ({ recorded, store }) {
      const numbered = (epoch: number) => ({ ...recorded.first.snapshot, identity: `CS-${epoch}`, epoch })
      const numbers = shuffled(racers)
      yield* Effect.forEach(numbers, (epoch) => store.save(numbered(epoch), []), { concurrency: "unbounded" })
      for (const epoch of numbers) assertSameJson(yield* store.load(`cs-${epoch}`), numbered(epoch))
    })
  )
}

const racers = 24

/** One save of many. */
interface Outcome {
  readonly epoch: number
  readonly result: Result.Result<void, StaleEpoch | StoreError>
}

/** Saves one station with the epochs 1 to 24 at once, over all instances in turn. */
export const saveAll = (
  stores: ReadonlyArray<StationStore["Service"]>,
  snapshot: StationSnapshot
): Effect.Effect<ReadonlyArray<Outcome>> =>
  Effect.forEach(
    shuffled(racers).map((epoch, index) => [epoch, stores[index % stores.length]] as const),
    ([epoch, store]) =>
      Effect.map(
        Effect.result(store === undefined ? Effect.void : store.save({ ...snapshot, epoch, requestId: epoch }, [])),
        (result) => ({ epoch, result })
      ),
    { concurrency: "unbounded" }
  )

/** Whoever was refused was refused for a greater epoch, and the newest was not. */
export const assertRace = (outcomes: ReadonlyArray<Outcome>): void => {
  for (const { epoch, result } of outcomes) {
    if (Result.isSuccess(result)) continue
    assert.deepInclude(result.failure, { _tag: "StaleEpoch", epoch })
    if (result.failure._tag === "StaleEpoch") assert.isAbove(result.failure.current, epoch)
  }
  assert.isTrue(outcomes.some(({ epoch, result }) => epoch === racers && Result.isSuccess(result)))
}
