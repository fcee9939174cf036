/** Peers that are gone without a word. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { until } from "./Census.ts"
import { allClosed, endOf, faultCase } from "./faultCase.ts"
import type { FaultHarness } from "./FaultHarness.ts"

const pingInterval = 0.2
const missedPings = 2

/** In milliseconds: the longest a dead peer may stay unnoticed, and what a busy machine may add to it. */
const promised = (missedPings + 1) * pingInterval * 1000
const tolerance = 500

/** The cases about half-open connections and abrupt ends. */
export const halfOpen = (harness: FaultHarness): void => {
  faultCase(
    harness,
    "R-172: 50 stations that answer no ping are found within (missedPings + 1) × pingInterval, told as 1006; live ones stay",
    Effect.fnUntraced(function* (bench) {
      const live = yield* bench.booted("LIVE")
      const began = performance.now()
      const dead = yield* Effect.forEach(
        Array.from({ length: 50 }, (_, index) => `DEAD-${index}`),
        (identity) => bench.booted(identity, { answersPings: false }),
        { concurrency: "unbounded" }
      )
      const connected = performance.now()
      const ends = yield* Effect.forEach(dead, ({ closed }) => Effect.map(closed, () => performance.now()), {
        concurrency: "unbounded"
      })
      assert.isBelow(Math.max(...ends) - connected, promised + tolerance, "the last one is found in time")
      assert.isAbove(Math.min(...ends) - began, (missedPings - 1) * pingInterval * 1000, "and none too early")
      assert.isTrue(
        yield* until(() => bench.links.every(({ code, identity }) => code !== undefined || identity === "LIVE"))
      )
      assert.strictEqual(yield* endOf(bench, "DEAD-7#1"), 1006)
      assert.strictEqual((yield* bench.view("DEAD-7")).state, "Offline")
      assert.property((yield* live.call("Heartbeat", {}))[2], "currentTime")
      assert.isAtLeast(live.pings, missedPings)
    }),
    { pingInterval, missedPings }
  )

  faultCase(
    harness,
    "R-172: a station that answers no ping but sends messages is not cut off",
    Effect.fnUntraced(function* (bench) {
      const station = yield* bench.booted("CS-1", { answersPings: false })
      while (station.pings < 3 * missedPings) {
        assert.property((yield* station.call("Heartbeat", {}))[2], "currentTime")
        yield* Effect.sleep("20 millis") // its own pace, a fraction of the ping interval
      }
      assert.strictEqual(bench.links[0]?.code, undefined)
    }),
    { pingInterval, missedPings }
  )

  for (const how of ["FIN", "RST"] as const) {
    faultCase(
      harness,
      `R-188: an abrupt end by ${how} is told as Disconnected with 1006`,
      Effect.fnUntraced(function* (bench) {
        const station = yield* bench.booted("CS-1")
        station.cut(how)
        yield* allClosed(bench)
        assert.strictEqual(yield* endOf(bench, "CS-1#1"), 1006)
      })
    )
  }
}
