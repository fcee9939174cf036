/** Many at once: those who never finish their request, and those who all come back together. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { allClosed, faultCase, requestOf } from "./faultCase.ts"
import type { FaultHarness } from "./FaultHarness.ts"

const handshakeTimeout = 0.5

/** In milliseconds: sockets are looked at now and then, and a busy machine may take its time. */
const tolerance = 1500

/** The cases about crowds. */
export const crowds = (harness: FaultHarness): void => {
  faultCase(
    harness,
    "100 requests that drip for ever and 100 that never begin are cut off by handshakeTimeout; a good station gets in",
    Effect.fnUntraced(function* (bench) {
      const began = performance.now()
      const silent = yield* Effect.forEach(Array.from({ length: 100 }), () => bench.tcp(), { concurrency: "unbounded" })
      const dripping = yield* Effect.forEach(Array.from({ length: 100 }), () => bench.tcp(), {
        concurrency: "unbounded"
      })
      const drip = Effect.forEach(
        dripping,
        (station, index) => {
          station.write(requestOf(`LORIS-${index}`).subarray(0, 80))
          return Effect.forever(
            Effect.andThen(
              Effect.sleep("50 millis"),
              Effect.sync(() => station.write("x"))
            )
          ).pipe(Effect.raceFirst(station.closed))
        },
        { concurrency: "unbounded", discard: true }
      )
      const good = yield* bench.booted("STEADY")
      assert.isBelow(
        performance.now() - began,
        handshakeTimeout * 1000,
        "the good station need not wait for them to go"
      )
      yield* drip
      yield* Effect.forEach(silent, ({ closed }) => closed, { concurrency: "unbounded" })
      assert.isBelow(performance.now() - began, (handshakeTimeout + (harness.lateness ?? 0)) * 1000 + tolerance)
      assert.property((yield* good.call("Heartbeat", {}))[2], "currentTime")
    }),
    { handshakeTimeout }
  )

  faultCase(
    harness,
    "R-189: 500 stations of profile 1 that lose their links at once all come back at once, none is refused",
    Effect.fnUntraced(function* (bench) {
      const identities = Array.from({ length: 500 }, (_, index) => `STORM-${index}`)
      const all = { concurrency: "unbounded" } as const
      const first = yield* Effect.forEach(identities, (identity) => bench.booted(identity), all)
      for (const station of first) station.cut("RST")
      const second = yield* Effect.forEach(identities, (identity) => bench.station(identity), all)
      const answers = yield* Effect.forEach(second, (station) => station.call("Heartbeat", {}), all)
      for (const answer of answers) assert.property(answer[2], "currentTime")
      assert.deepStrictEqual(
        bench.events.filter(({ _tag }) => _tag === "AdmissionRefused"),
        []
      )
      assert.strictEqual(yield* bench.connections, identities.length)
      for (const station of second) station.cut("RST")
      yield* allClosed(bench)
    })
  )
}
