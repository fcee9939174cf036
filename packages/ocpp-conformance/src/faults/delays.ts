/** Connections that are slow: byte by byte, or nobody reads. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { until } from "./Census.ts"
import { allClosed, boot, faultCase, requestOf, transfer } from "./faultCase.ts"
import type { FaultHarness } from "./FaultHarness.ts"
import { closeFrame, fragments, textFrame } from "./Frame.ts"

/** The cases about delays. */
export const delays = (harness: FaultHarness): void => {
  faultCase(
    harness,
    "R-014: a whole session that comes one byte at a time is served like any other",
    Effect.fnUntraced(function* (bench) {
      const station = yield* bench.tcp({ answersClose: false })
      yield* station.drip(requestOf("CS-1"))
      yield* station.upgraded
      yield* station.drip(textFrame(station.message("BootNotification", boot)))
      assert.deepInclude(yield* answer(station.next), { status: "Accepted" })
      yield* station.drip(Buffer.concat(fragments(station.message("DataTransfer", transfer("é".repeat(40))), 7)))
      assert.deepStrictEqual(yield* answer(station.next), { status: "Accepted", data: "é".repeat(40) })
      yield* station.drip(closeFrame(1000, "bye"))
      assert.strictEqual((yield* station.closed).code, 1000)
    })
  )

  faultCase(
    harness,
    "R-110: a station that pauses reading gets every answer, in order, once it reads again",
    Effect.fnUntraced(function* (bench) {
      const station = yield* bench.booted("CS-1")
      station.socket.pause()
      const data = "x".repeat(20_000)
      const ids = Array.from({ length: 50 }, (_, index) => `paused-${index}`)
      for (const id of ids) station.say(JSON.stringify([2, id, "DataTransfer", transfer(data)]))
      assert.isTrue(yield* until(() => bench.handled.length === ids.length), "all are handled meanwhile")
      station.socket.resume()
      const answers = yield* Effect.forEach(ids, () => station.next)
      assert.deepStrictEqual(
        answers.map((text) => (JSON.parse(text) as ReadonlyArray<unknown>)[1]),
        ids
      )
    })
  )

  faultCase(
    harness,
    "a station that never reads is cut off when its send buffer is full; the others do not notice",
    Effect.fnUntraced(function* (bench) {
      const deaf = yield* bench.booted("DEAF")
      const other = yield* bench.booted("OTHER")
      deaf.socket.pause()
      const data = "x".repeat(60_000)
      const ask = (): void => deaf.say(deaf.message("DataTransfer", transfer(data)))
      // The system buffers some megabytes before anything waits in the process.
      for (let sent = 0; sent < 500 && bench.links[0]?.code === undefined; sent++) {
        ask()
        if (sent % 10 === 0) assert.property((yield* other.call("Heartbeat", {}))[2], "currentTime")
      }
      assert.isTrue(yield* until(() => bench.links[0]?.code !== undefined), "the deaf station is cut off")
      assert.property((yield* other.call("Heartbeat", {}))[2], "currentTime")
      deaf.socket.resume()
      yield* deaf.closed
      yield* other.leave()
      yield* allClosed(bench)
    }),
    // An adapter may stop reading from it before its send buffer is full (ocpp-ws does): then the ping watch ends it.
    { maxBufferedBytes: 100_000, pingInterval: 0.2, csms: { bytesPerSecond: Infinity } }
  )
}

const answer = <E>(next: Effect.Effect<string, E>): Effect.Effect<unknown, E> =>
  Effect.map(next, (text) => (JSON.parse(text) as ReadonlyArray<unknown>)[2])
