/** Habits 1 and 4: each connection is claimed, and gets an epoch that tells it from all earlier ones. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import type { ClusterCase } from "../clusterSuite.ts"
import { confusableIdentities } from "../harness.ts"
import { callTo } from "./requests.ts"

/** The cases of the claims. */
export const claims = (clusterCase: ClusterCase): void => {
  clusterCase(
    "the epochs of an identity rise, whatever was released in between, in any spelling",
    Effect.fnUntraced(function* ({ a }) {
      const epochs: Array<number> = []
      for (const spelling of ["CS-1", "cs-1", "Cs-1", "CS-1"]) {
        const epoch = yield* a.member.claim(spelling, 0)
        epochs.push(epoch)
        if (epochs.length % 2 === 0) yield* a.member.release(spelling, epoch)
      }
      assertRising(epochs, 0)
    })
  )

  clusterCase(
    "an epoch is greater than `atLeast`, and never falls behind it again",
    Effect.fnUntraced(function* ({ a }) {
      const epochs: Array<number> = []
      for (const atLeast of [41, 0, 41, 2 ** 40, 7]) {
        const epoch = yield* a.member.claim("CS-1", atLeast)
        assert.isAbove(epoch, atLeast)
        epochs.push(epoch)
      }
      assertRising(epochs, 41)
    })
  )

  clusterCase(
    "a claim that is run twice claims twice",
    Effect.fnUntraced(function* ({ a }) {
      const claim = a.member.claim("CS-1", 0)
      assertRising([yield* claim, yield* claim], 0)
    })
  )

  clusterCase(
    "no two concurrent claims of an identity get the same epoch",
    Effect.fnUntraced(function* ({ a }) {
      const epochs = yield* Effect.forEach(Array.from({ length: 24 }), () => a.member.claim("CS-1", 3), {
        concurrency: "unbounded"
      })
      assertRising(
        epochs.toSorted((one, other) => one - other),
        3
      )
    })
  )

  clusterCase(
    "identities are claimed and released independently, whatever they are called",
    Effect.fnUntraced(function* ({ a }) {
      const claimed = yield* Effect.forEach(confusableIdentities, (identity) => a.member.claim(identity, 0))
      for (const [index, identity] of confusableIdentities.entries())
        if (index % 2 === 0) yield* a.member.release(identity, claimed[index] ?? 0)
      for (const [index, identity] of confusableIdentities.entries())
        assert.isAbove(yield* a.member.claim(identity, 0), claimed[index] ?? 0, identity)
    })
  )

  clusterCase(
    "releasing an old epoch does nothing, and neither does a release of what was never claimed",
    Effect.fnUntraced(function* ({ a }) {
      yield* a.member.release("CS-1", 1)
      const old = yield* a.member.claim("CS-1", 0)
      const current = yield* a.member.claim("CS-1", 0)
      for (let times = 0; times < 2; times++) yield* a.member.release("cs-1", old)
      yield* a.member.call(callTo("CS-1", "Reset"))
      assert.strictEqual(a.local.calls.length, 1)
      assert.isAbove(yield* a.member.claim("CS-1", 0), current)
    })
  )

  clusterCase(
    "a node that claims its own station again is not fenced: it replaces the connection itself",
    Effect.fnUntraced(function* ({ a }) {
      yield* a.member.claim("CS-1", 0)
      yield* a.member.claim("cs-1", 0)
      yield* a.member.call(callTo("CS-1", "Reset")) // whatever was on its way has come
      assert.strictEqual(yield* a.local.fencings, 0)
    })
  )
}

/** Whole numbers that JSON can carry, each greater than the one before, the first greater than `floor`. */
export const assertRising = (epochs: ReadonlyArray<number>, floor: number): void => {
  let last = floor
  for (const epoch of epochs) {
    assert.isTrue(Number.isSafeInteger(epoch), `${epoch} is no epoch`)
    assert.isAbove(epoch, last)
    last = epoch
  }
}
