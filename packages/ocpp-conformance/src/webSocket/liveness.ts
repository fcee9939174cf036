/** Pings, and what counts as a sign of life. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as TestClock from "effect/testing/TestClock"
import { assert, it } from "@effect/vitest"
import { closeFrame, opcodes, stationFrame, textFrame } from "../faults/Frame.ts"
import { behindHead, opened, running } from "./running.ts"
import type { WebSocketHarness } from "./WebSocketHarness.ts"

const binary = stationFrame({ opcode: opcodes.binary })

/** The cases of liveness. */
export const liveness = ({ start }: WebSocketHarness): void => {
  it.effect("R-170: a ping of the station is answered with a pong of the same content", () =>
    Effect.gen(function* () {
      const { answer, socket } = yield* opened(start())
      socket.write(stationFrame({ opcode: opcodes.ping, payload: "beat" }))
      socket.end(closeFrame(1000))
      assert.include(yield* answer, "\x8a\x04beat")
    })
  )

  it.effect("R-172: a silent station gets missedPings pings, then it is cut off with 1006, and the limit is told", () =>
    Effect.gen(function* () {
      const { acceptor, answer, link, server } = yield* opened(start({ pingInterval: 30, missedPings: 3 }))
      yield* TestClock.adjust("90 seconds")
      assert.strictEqual(yield* server.connections, 1)
      yield* TestClock.adjust("30 seconds")
      assert.deepInclude(yield* link.next, { _tag: "Close", code: 1006 })
      assert.strictEqual(behindHead(yield* answer), "\x89\x00".repeat(3))
      assert.strictEqual(acceptor.limits.length, 1)
      assert.deepInclude(acceptor.limits[0], { limit: "silence", identity: "CS-1" })
    })
  )

  for (const [title, sign, calls] of [
    ["R-172, R-173: a message is a sign of life, no Heartbeat is needed", textFrame("[]"), ["Text", "Binary"]],
    ["R-172: a ping is a sign of life", stationFrame({ opcode: opcodes.ping }), ["Binary"]],
    ["R-172: a pong is a sign of life", stationFrame({ opcode: opcodes.pong }), ["Binary"]]
  ] as const) {
    it.effect(title, () =>
      Effect.gen(function* () {
        const { link, server, socket } = yield* opened(start({ pingInterval: 30, missedPings: 1 }))
        for (let round = 0; round < 5; round++) {
          yield* TestClock.adjust("30 seconds")
          socket.write(Buffer.concat([sign, binary]))
          for (const call of calls) assert.strictEqual((yield* link.next)._tag, call)
        }
        assert.strictEqual(yield* server.connections, 1)
      })
    )
  }

  it.effect("R-171: pingInterval 0 sends no ping and keeps a silent station", () =>
    Effect.gen(function* () {
      const { answer, server, socket } = yield* opened(start({ pingInterval: 0 }))
      yield* TestClock.adjust("1 day")
      assert.strictEqual(yield* server.connections, 1)
      socket.end(closeFrame(1000))
      assert.notInclude(behindHead(yield* answer), "\x89")
    })
  )

  it.live("R-172, R-174: a station that only answers pings is not cut off", () =>
    Effect.gen(function* () {
      const { connect, server } = yield* running(start({ pingInterval: 0.1, missedPings: 2 }))
      const sixPings = Deferred.makeUnsafe<void>()
      let pings = 0
      yield* connect({
        finishRequest: (request, ws) => {
          ws.on("ping", () => {
            if (++pings === 6) Deferred.doneUnsafe(sixPings, Exit.void)
          })
          request.end()
        }
      })
      yield* Deferred.await(sixPings)
      assert.strictEqual(yield* server.connections, 1)
    })
  )
}
