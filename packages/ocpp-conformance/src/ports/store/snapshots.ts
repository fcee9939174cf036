/** Load, save, remove. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import type { StationSnapshot } from "@wattline/ocpp-core"
import { asJson, assertSameJson, confusableIdentities, deepFreeze } from "../harness.ts"
import type { StoreCase } from "../stationStoreSuite.ts"

/** The cases of the snapshots. */
export const snapshots = (storeCase: StoreCase): void => {
  storeCase(
    "load of a station that was never saved gives undefined",
    Effect.fnUntraced(function* ({ store }) {
      assert.isUndefined(yield* store.load("CS-1"))
    })
  )

  storeCase(
    "whatever a CSMS saves is loaded again, equal as JSON",
    Effect.fnUntraced(function* ({ recorded, store }) {
      for (const { events, snapshot } of recorded.saves) {
        yield* store.save(snapshot, events)
        assertSameJson(yield* store.load("CS-1"), snapshot)
      }
    })
  )

  storeCase(
    "a snapshot is replaced wholly: nothing of the one before is left",
    Effect.fnUntraced(function* ({ recorded, store }) {
      const bare = { ...recorded.first.snapshot, epoch: recorded.last.snapshot.epoch, registration: undefined }
      yield* store.save(recorded.last.snapshot, [])
      yield* store.save(bare, [])
      assertSameJson(yield* store.load("CS-1"), bare)
    })
  )

  storeCase(
    "R-026: identities are compared without case; the spelling of the last save counts",
    Effect.fnUntraced(function* ({ recorded, store }) {
      const spelled = (identity: string): StationSnapshot => ({ ...recorded.last.snapshot, identity })
      yield* store.save(spelled("Cs-1"), [])
      assertSameJson(yield* store.load("cS-1"), spelled("Cs-1"))
      yield* store.save(spelled("CS-1"), [])
      assertSameJson(yield* store.load("cs-1"), spelled("CS-1"))
      yield* store.remove("cs-1")
      assert.isUndefined(yield* store.load("CS-1"))
      assert.isUndefined(yield* store.load("Cs-1"))
    })
  )

  storeCase(
    "stations are kept apart, whatever they are called",
    Effect.fnUntraced(function* ({ recorded, store }) {
      const numbered = (identity: string, requestId: number) => ({ ...recorded.first.snapshot, identity, requestId })
      for (const [index, identity] of confusableIdentities.entries()) {
        assert.isUndefined(yield* store.load(identity), identity)
        yield* store.save(numbered(identity, index), [])
      }
      for (const [index, identity] of confusableIdentities.entries())
        assertSameJson(yield* store.load(identity), numbered(identity, index), identity)
      yield* store.remove("CS_1")
      yield* store.remove("CS%1")
      for (const [index, identity] of confusableIdentities.entries()) {
        const isRemoved = identity === "CS_1" || identity === "CS%1"
        assertSameJson(yield* store.load(identity), isRemoved ? undefined : numbered(identity, index), identity)
      }
    })
  )

  const texts = {
    "an empty text": "",
    "quotes, backslashes and line ends": `'"\\\r\n\t$1 %s {}`,
    "characters outside the basic plane": "⚡🔌 Ladesäule 充电站",
    "U+0000": "a\u0000b",
    "half a surrogate pair": "a\uD800b",
    "a mebibyte": "x".repeat(1 << 20)
  }
  for (const [what, text] of Object.entries(texts)) {
    storeCase(
      `a text in a snapshot may be ${what}`,
      Effect.fnUntraced(function* ({ recorded, store }) {
        const { snapshot } = recorded.last
        const chargingStation = { model: text, vendorName: text }
        const provisioning = { ...snapshot.mirror.provisioning, chargingStation }
        const unusual = { ...snapshot, mirror: { ...snapshot.mirror, provisioning } }
        yield* store.save(unusual, [])
        assertSameJson(yield* store.load("CS-1"), unusual)
      })
    )
  }

  storeCase(
    "numbers may be beyond 32 bits, and fractions are kept",
    Effect.fnUntraced(function* ({ recorded, store }) {
      const { snapshot } = recorded.last
      const provisioning = { ...snapshot.mirror.provisioning, bootedAt: 1_767_225_600_000.123_5 }
      const mirror = { ...snapshot.mirror, provisioning }
      const large = { ...snapshot, epoch: 2 ** 40, seq: 2 ** 41, requestId: Number.MAX_SAFE_INTEGER, mirror }
      yield* store.save(large, [])
      assertSameJson(yield* store.load("CS-1"), large)
    })
  )

  storeCase(
    "what is saved is only read, and what was loaded is not changed by the next save",
    Effect.fnUntraced(function* ({ recorded, store }) {
      const { first, last } = deepFreeze(recorded)
      const before = asJson(first)
      yield* store.save(first.snapshot, first.events)
      const loaded = yield* store.load("CS-1")
      yield* store.save(last.snapshot, last.events)
      assertSameJson(yield* store.load("CS-1"), last.snapshot)
      assertSameJson(loaded, first.snapshot)
      assert.deepStrictEqual(asJson(first), before)
    })
  )

  storeCase(
    "load looks when it is run, each time anew",
    Effect.fnUntraced(function* ({ recorded, store }) {
      const load = store.load("CS-1")
      assert.isUndefined(yield* load)
      yield* store.save(recorded.first.snapshot, [])
      assertSameJson(yield* load, recorded.first.snapshot)
      yield* store.save(recorded.last.snapshot, [])
      assertSameJson(yield* load, recorded.last.snapshot)
    })
  )

  storeCase(
    "remove forgets one station, and is fine when there is none",
    Effect.fnUntraced(function* ({ recorded, store }) {
      const other = { ...recorded.first.snapshot, identity: "CS-2" }
      yield* store.remove("CS-1")
      yield* store.save(recorded.first.snapshot, recorded.first.events)
      yield* store.save(other, [])
      yield* store.remove("CS-1")
      assert.isUndefined(yield* store.load("CS-1"))
      assertSameJson(yield* store.load("CS-2"), other)
      yield* store.remove("CS-1")
    })
  )
}
