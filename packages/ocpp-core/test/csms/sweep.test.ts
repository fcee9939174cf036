/** What is kept for repeats goes in time, and a clock that jumps meets nothing that runs meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import { Csms } from "../../src/index.ts"
import { Sweeper } from "../../src/csms/Sweeper.ts"
import { booted, statusNotification } from "./support.ts"

describe("sweeping", () => {
  it.effect("goes on once a minute while something is left, then not at all, until it is woken again", () =>
    Effect.gen(function* () {
      const context = yield* Effect.context()
      let left = 2
      let count = 0
      const sweeper = new Sweeper(Effect.runForkWith(context), () => (count++, --left > 0))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(count, 0)
      sweeper.wake()
      sweeper.wake()
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(count, 2)
      left = 1
      sweeper.wake()
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(count, 3)
      left = 100
      sweeper.wake()
      sweeper.stop()
      sweeper.wake()
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(count, 3)
    })
  )

  it.effect("R-096: the clock of a CSMS may jump by decades, also with a station that is connected", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-01-01T00:00:00Z"))
      const { fake } = yield* booted()
      fake.call("StatusNotification", statusNotification(), "once")
      fake.call("StatusNotification", statusNotification(), "once")
      assert.lengthOf(
        fake.frames.filter(([, id]) => id === "once"),
        2
      )
      yield* TestClock.setTime(Date.parse("2076-01-01T00:00:00Z"))
      assert.strictEqual(yield* Clock.currentTimeMillis, Date.parse("2076-01-01T00:00:00Z"))
      fake.call("Heartbeat", {}, "later")
      assert.deepStrictEqual(fake.answerTo("later"), [{ currentTime: "2076-01-01T00:00:00Z" }])
    }).pipe(Effect.provide(Csms.layer()))
  )
})
