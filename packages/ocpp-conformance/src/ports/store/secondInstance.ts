/** One set of data, two instances: two nodes, or a process and the next one. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { assertSameJson } from "../harness.ts"
import type { StoreCase } from "../stationStoreSuite.ts"
import { assertRace, saveAll } from "./epochs.ts"

/** The cases of two instances. */
export const secondInstance = (storeCase: StoreCase): void => {
  storeCase(
    "what one has saved or removed, the other finds",
    Effect.fnUntraced(function* ({ recorded, second, store }) {
      const other = yield* second
      yield* store.save(recorded.first.snapshot, recorded.first.events)
      assertSameJson(yield* other.load("cs-1"), recorded.first.snapshot)
      yield* other.save(recorded.last.snapshot, recorded.last.events)
      assertSameJson(yield* store.load("CS-1"), recorded.last.snapshot)
      yield* store.remove("CS-1")
      assert.isUndefined(yield* other.load("CS-1"))
    })
  )

  storeCase(
    "what was saved before the instance was made is there",
    Effect.fnUntraced(function* ({ recorded, second, store }) {
      yield* store.save(recorded.last.snapshot, recorded.last.events)
      assertSameJson(yield* (yield* second).load("CS-1"), recorded.last.snapshot)
    })
  )

  storeCase(
    "an epoch saved by one makes the other's older ones stale",
    Effect.fnUntraced(function* ({ recorded, second, store }) {
      const other = yield* second
      yield* store.save(recorded.first.snapshot, [])
      yield* other.save(recorded.last.snapshot, [])
      const refused = yield* Effect.flip(store.save(recorded.first.snapshot, recorded.first.events))
      assert.deepInclude(refused, { _tag: "StaleEpoch", epoch: 1, current: 2 })
      assertSameJson(yield* store.load("CS-1"), recorded.last.snapshot)
    })
  )

  storeCase(
    "concurrent saves over both end with the newest epoch",
    Effect.fnUntraced(function* ({ recorded, second, store }) {
      const stores = [store, yield* second]
      assertRace(yield* saveAll(stores, recorded.last.snapshot))
      for (const each of stores) assert.strictEqual((yield* each.load("CS-1"))?.epoch, 24)
    })
  )
}
