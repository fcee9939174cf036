/** permessage-deflate (RFC 7692) from stations that compress badly or with bad intent. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { allClosed, boot, faultCase, type FaultBench, password, transfer } from "./faultCase.ts"
import { allowedCodes, type FaultHarness, maxMessageBytes } from "./FaultHarness.ts"
import { opcodes, stationFrame } from "./Frame.ts"
import { bomb, compressedBit, compressedFrame, compressionOffer, deflated } from "./compressed.ts"
import type { RawStation } from "./RawStation.ts"

/** A station that compresses. */
const compressing = Effect.fnUntraced(function* (
  bench: FaultBench,
  identity: string
): Effect.fn.Return<RawStation, unknown, Scope.Scope> {
  const station = yield* bench.tcp({ answersClose: false })
  yield* station.upgrade({ identity, password, headers: compressionOffer })
  assert.include(station.head.toLowerCase(), "permessage-deflate")
  return station
})

const bootText = JSON.stringify([2, "boot", "BootNotification", boot])

/** The cases about compression. */
export const deflate = (harness: FaultHarness): void => {
  const codes = (...allowed: ReadonlyArray<number>): ReadonlyArray<number> => allowedCodes(harness, allowed)

  faultCase(
    harness,
    "R-010: compressed messages of a station that negotiated it are served",
    Effect.fnUntraced(function* (bench) {
      const station = yield* compressing(bench, "CS-1")
      station.write(compressedFrame(deflated(bootText)))
      assert.include(yield* station.next, "Accepted")
      station.write(compressedFrame(deflated(station.message("DataTransfer", transfer("again")))))
      assert.include(yield* station.next, "again")
    })
  )

  faultCase(
    harness,
    "a deflate stream that ends early, at any byte, is never handled as the whole message",
    Effect.fnUntraced(function* (bench) {
      const whole = deflated(bootText)
      const outcome = Effect.fnUntraced(function* (length: number) {
        const station = yield* compressing(bench, `EARLY-${length}`)
        station.write(compressedFrame(whole.subarray(0, length)))
        station.say(station.message("Heartbeat", {}))
        return yield* Effect.race(
          station.next,
          Effect.map(station.closed, ({ code }) => code)
        )
      }, Effect.scoped)
      // The last two bytes hold no text any more, only the end of the flush.
      const outcomes = yield* Effect.forEach(
        Array.from({ length: whole.length - 2 }, (_, length) => length),
        outcome,
        { concurrency: 10 }
      ).pipe(Effect.timeoutOrElse({ duration: "10 seconds", orElse: () => Effect.die("a station got no outcome") }))
      assert.deepStrictEqual(
        outcomes.filter((end) => (typeof end === "number" ? !codes(1002, 1007).includes(end) : end.includes('"boot"'))),
        []
      )
    })
  )

  faultCase(
    harness,
    "a deflate stream with any one byte damaged ends the connection or is answered; nothing else happens",
    Effect.fnUntraced(function* (bench) {
      const whole = deflated(bootText)
      const outcome = Effect.fnUntraced(function* (index: number) {
        const station = yield* compressing(bench, `DAMAGED-${index}`)
        station.write(compressedFrame(Buffer.from(whole.map((byte, at) => (at === index ? byte ^ 0x55 : byte)))))
        station.cut("FIN")
        return (yield* station.closed).code
      }, Effect.scoped)
      const ends = yield* Effect.forEach(Array.from(whole.keys()), outcome, { concurrency: 10 })
      assert.deepStrictEqual(
        ends.filter((code) => ![1006, 1002, 1007, 1009].includes(code)),
        []
      )
      yield* allClosed(bench)
    })
  )

  faultCase(
    harness,
    "R-011: 20 zip bombs of 32 MiB each end with 1009 and are not inflated",
    Effect.fnUntraced(function* (bench) {
      const small = bomb(32 * 1024 * 1024)
      assert.isBelow(small.length, maxMessageBytes)
      const stations = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, index) => `BOMB-${index}`),
        (identity) => compressing(bench, identity)
      )
      const before = process.memoryUsage.rss()
      for (const station of stations) station.write(small)
      const ends = yield* Effect.forEach(stations, ({ closed }) => closed, { concurrency: "unbounded" })
      const grown = process.memoryUsage.rss() - before
      for (const { code } of ends) assert.include(codes(1009), code)
      assert.isBelow(grown, 200 * 1024 * 1024, "bytes of memory for 640 MiB of bombs")
      yield* allClosed(bench)
    })
  )

  faultCase(
    harness,
    "R-010: a compressed message that was not negotiated ends the connection with 1002",
    Effect.fnUntraced(function* (bench) {
      const station = yield* bench.booted("CS-1", { answersClose: false })
      station.write(compressedFrame(deflated(station.message("DataTransfer", transfer()))))
      assert.include(codes(1002), (yield* station.closed).code)
      assert.deepStrictEqual(bench.handled, [])
    })
  )

  for (const [what, sent] of misplacedBits) {
    const isUnnoticed = harness.unnoticed?.includes(what) === true
    faultCase(
      harness,
      isUnnoticed ? `${what} is not noticed and does no harm` : `${what} ends the connection with 1002`,
      Effect.fnUntraced(function* (bench) {
        const station = yield* compressing(bench, "CS-1")
        station.write(...sent)
        if (isUnnoticed) station.cut("FIN")
        const { code } = yield* station.closed
        if (!isUnnoticed) assert.include(codes(1002), code)
        yield* allClosed(bench)
      })
    )
  }
}

/** The compressed bit where RFC 7692 §6.1 does not allow it. */
const misplacedBits: ReadonlyArray<readonly [what: string, bytes: ReadonlyArray<Buffer>]> = [
  [
    "the compressed bit on a continuation",
    [
      stationFrame({ opcode: opcodes.text, payload: "[", fin: false }),
      stationFrame({ opcode: opcodes.continuation, payload: "]", reserved: compressedBit })
    ]
  ],
  ["the compressed bit on a ping", [stationFrame({ opcode: opcodes.ping, payload: "x", reserved: compressedBit })]]
]
