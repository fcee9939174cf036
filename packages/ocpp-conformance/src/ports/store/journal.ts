/** Habit 6: durable events are stored with the snapshot they led to, both or neither. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import type { StationEvent } from "@wattline/ocpp-core"
import { assertSameJson } from "../harness.ts"
import type { StoreCase } from "../stationStoreSuite.ts"

/** The cases of a store that keeps events. */
export const journal = (storeCase: StoreCase): void => {
  storeCase(
    "events are appended in order, equal as JSON; a save without any appends nothing",
    Effect.fnUntraced(function* ({ events, recorded, store }) {
      const all: Array<StationEvent> = []
      for (const save of recorded.saves) {
        yield* store.save(save.snapshot, save.events)
        yield* store.save(save.snapshot, [])
        all.push(...save.events)
        assertSameJson(yield* events("CS-1"), all)
      }
      assert.isAbove(all.length, 1)
    })
  )

  storeCase(
    "several events of one save keep their order",
    Effect.fnUntraced(function* ({ events, recorded, store }) {
      const numbered = (seq: number): StationEvent => ({ ...recorded.event, seq })
      const many = [1, 2, 9, 10, 11].map(numbered)
      yield* store.save(recorded.last.snapshot, many)
      assertSameJson(yield* events("CS-1"), many)
    })
  )

  storeCase(
    "R-026: the events of a station are one list in any spelling, and no other station's",
    Effect.fnUntraced(function* ({ events, recorded, store }) {
      const { first, last } = recorded
      const respelled = (identity: string): ReadonlyArray<StationEvent> => [{ ...recorded.event, identity }]
      yield* store.save(first.snapshot, first.events)
      yield* store.save({ ...last.snapshot, identity: "cs-1" }, respelled("cs-1"))
      yield* store.save({ ...last.snapshot, identity: "CS-10" }, respelled("CS-10"))
      assertSameJson(yield* events("Cs-1"), [...first.events, ...respelled("cs-1")])
      assertSameJson(yield* events("CS-10"), respelled("CS-10"))
      assertSameJson(yield* events("CS-2"), [])
    })
  )

  storeCase(
    "neither: a refused save appends nothing",
    Effect.fnUntraced(function* ({ events, recorded, store }) {
      yield* store.save(recorded.last.snapshot, recorded.last.events)
      yield* Effect.flip(store.save(recorded.first.snapshot, recorded.first.events))
      assertSameJson(yield* events("CS-1"), recorded.last.events)
      assertSameJson(yield* store.load("CS-1"), recorded.last.snapshot)
    })
  )

  storeCase(
    "both: what was saved at the same time is there once each, if and only if its save succeeded",
    Effect.fnUntraced(function* ({ events, recorded, store }) {
      const saved = yield* Effect.forEach(
        [3, 1, 4, 2, 5],
        (epoch) =>
          store.save({ ...recorded.last.snapshot, epoch }, [{ ...recorded.event, epoch }]).pipe(
            Effect.as([epoch]),
            Effect.catchTag("StaleEpoch", () => Effect.succeed([]))
          ),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        (yield* events("CS-1")).map(({ epoch }) => epoch),
        saved.flat().toSorted((a, b) => a - b)
      )
    })
  )
}

/** The case of a journal that fails. */
export const brokenJournal = (storeCase: StoreCase): void =>
  storeCase(
    "neither: a save whose events cannot be stored fails with StoreError and leaves the snapshot as it was",
    Effect.fnUntraced(function* ({ breakEvents, recorded, store }) {
      yield* store.save(recorded.first.snapshot, recorded.first.events)
      yield* breakEvents
      const failed = yield* Effect.flip(store.save(recorded.last.snapshot, recorded.last.events))
      assert.strictEqual(failed._tag, "StoreError")
      assertSameJson(yield* store.load("CS-1"), recorded.first.snapshot)
    })
  )
