/** Bytes that no station should send. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { breaches } from "./breaches.ts"
import { until } from "./Census.ts"
import { allClosed, endOf, faultCase, transfer } from "./faultCase.ts"
import { allowedCodes, type FaultHarness, maxMessageBytes } from "./FaultHarness.ts"
import { fragments, opcodes, stationFrame as frame } from "./Frame.ts"
import { garbage as bytes } from "./random.ts"

const { binary, continuation, ping, text } = opcodes

/** The cases about garbage. */
export const garbage = (harness: FaultHarness): void => {
  for (const [what, codes, sent] of breaches) {
    const isUnnoticed = harness.unnoticed?.includes(what) === true
    faultCase(
      harness,
      isUnnoticed
        ? `${what} is not noticed and does no harm`
        : `${what} ends the connection with ${codes.join(" or ")}`,
      Effect.fnUntraced(function* (bench) {
        const station = yield* bench.booted("CS-1", { answersClose: false })
        station.write(...sent)
        if (isUnnoticed) station.cut("FIN")
        const { code } = yield* station.closed
        if (!isUnnoticed) assert.include(allowedCodes(harness, codes), code)
        yield* allClosed(bench)
        assert.isNumber(yield* endOf(bench, "CS-1#1"))
        assert.deepStrictEqual(bench.handled, [])
      })
    )
  }

  faultCase(
    harness,
    "what is legal although it looks odd is served: long length fields, empty fragments, pings in between",
    Effect.fnUntraced(function* (bench) {
      const station = yield* bench.booted("CS-1")
      const message = station.message("DataTransfer", transfer("odd"))
      station.write(
        frame({ opcode: text, payload: "", fin: false }),
        frame({ opcode: ping, payload: "p" }),
        frame({ opcode: continuation, payload: message.slice(0, 9), fin: false }),
        frame({ opcode: ping, payload: "x".repeat(125) }),
        frame({ opcode: opcodes.pong, payload: "nobody asked" }),
        frame({ opcode: continuation, payload: message.slice(9), fin: true }),
        ...fragments(station.message("DataTransfer", transfer("odder")), 1)
      )
      assert.include(yield* station.next, '"odd"')
      assert.include(yield* station.next, '"odder"')
    })
  )

  faultCase(
    harness,
    "R-012: a message of exactly the limit is served",
    Effect.fnUntraced(function* (bench) {
      const station = yield* bench.booted("CS-1")
      const empty = station.message("DataTransfer", transfer(""))
      const message = empty.replace('""', JSON.stringify("x".repeat(maxMessageBytes - empty.length)))
      assert.lengthOf(message, maxMessageBytes)
      station.say(message)
      assert.include(yield* station.next, "Accepted")
    })
  )

  faultCase(
    harness,
    "R-014: a binary message is answered with a CALLERROR and the session goes on",
    Effect.fnUntraced(function* (bench) {
      const station = yield* bench.booted("CS-1")
      station.write(frame({ opcode: binary, payload: bytes(1, 300) }))
      assert.include(yield* station.next, "RpcFrameworkError")
      assert.property((yield* station.call("Heartbeat", {}))[2], "currentTime")
    })
  )

  faultCase(
    harness,
    "200 connections that say random bytes instead of HTTP are refused or cut, none becomes a station",
    Effect.fnUntraced(function* (bench) {
      const statuses = yield* Effect.forEach(
        Array.from({ length: 200 }, (_, seed) => seed),
        Effect.fnUntraced(function* (seed) {
          const station = yield* bench.tcp()
          station.write(
            seed % 2 === 0 ? bytes(seed, seed * 5) : Buffer.concat([Buffer.from("GET /ocpp/"), bytes(seed, seed)])
          )
          station.cut("FIN")
          yield* station.closed
          return station.status
        }, Effect.scoped),
        { concurrency: 20 }
      )
      assert.deepStrictEqual(
        statuses.filter((status) => status !== 0 && status < 400),
        []
      )
      assert.lengthOf(bench.links, 0)
    })
  )

  faultCase(
    harness,
    "200 stations that say random bytes after their upgrade are cut, none says anything that is handled",
    Effect.fnUntraced(function* (bench) {
      yield* Effect.forEach(
        Array.from({ length: 200 }, (_, seed) => seed),
        Effect.fnUntraced(function* (seed) {
          const station = yield* bench.station(`NOISE-${seed}`)
          station.write(bytes(seed, 1 + seed * 3))
          station.cut("FIN")
          yield* station.closed
        }, Effect.scoped),
        { concurrency: 20, discard: true }
      )
      yield* allClosed(bench)
      assert.lengthOf(bench.links, 200)
      assert.deepStrictEqual(bench.handled, [])
    })
  )

  faultCase(
    harness,
    "random bytes as texts are answered with CALLERRORs or nothing, and the session goes on",
    Effect.fnUntraced(function* (bench) {
      const station = yield* bench.booted("CS-1")
      for (let seed = 0; seed < 20; seed++) station.say(bytes(seed, 100).toString("latin1"))
      station.say(station.message("Heartbeat", {}))
      let answer = yield* station.next
      while (!answer.startsWith("[3,")) {
        assert.match(answer, /^\[4,"-1","(RpcFrameworkError|FormatViolation|FormationViolation)"/)
        answer = yield* station.next
      }
      assert.include(answer, "currentTime")
      assert.isTrue(yield* until(() => bench.links[0]?.texts.length === 22))
    })
  )
}
