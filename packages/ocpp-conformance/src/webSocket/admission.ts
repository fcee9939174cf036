/** A core that takes its time over a request. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { assert, it } from "@effect/vitest"
import type { Admission } from "@wattline/ocpp-core"
import { admitted } from "../RecordingAcceptor.ts"
import { opcodes, stationFrame } from "../faults/Frame.ts"
import { parse, raw, upgradeRequest } from "../tcp.ts"
import { running } from "./running.ts"
import type { WebSocketHarness } from "./WebSocketHarness.ts"

const chosen = admitted("/ocpp/CS-1")

/** An admission that waits for its gate, and tells when it was interrupted. */
const slowAdmission = () => {
  const gate = Deferred.makeUnsafe<Admission>()
  const interrupted = Deferred.makeUnsafe<void>()
  return {
    gate,
    interrupted: Deferred.await(interrupted),
    admit: () => Effect.onInterrupt(Deferred.await(gate), () => Deferred.succeed(interrupted, undefined))
  }
}

/** The cases of a slow admission. */
export const admission = ({ start }: WebSocketHarness): void => {
  for (const [how, leave] of [
    ["resets the connection", "resetAndDestroy"],
    ["hangs up", "end"]
  ] as const) {
    it.live(`R-013: a station that ${how} takes its question back`, () =>
      Effect.gen(function* () {
        const { admit, interrupted } = slowAdmission()
        const { acceptor, port } = yield* running(start(), { admit })
        const { socket } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
        yield* acceptor.nextRequest
        socket[leave]()
        yield* interrupted
        assert.deepStrictEqual(acceptor.links, [])
      })
    )
  }

  it.effect("R-015: it is refused with 503 after handshakeTimeout, and interrupted", () =>
    Effect.gen(function* () {
      const { admit, interrupted } = slowAdmission()
      const { acceptor, port } = yield* running(start({ handshakeTimeout: 20 }), { admit })
      const { answer } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
      yield* acceptor.nextRequest
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(parse(yield* answer).status, 503)
      yield* interrupted
    })
  )

  it.effect("R-013: one that ends in time is not disturbed by the timeout later", () =>
    Effect.gen(function* () {
      const { admit, gate } = slowAdmission()
      const { acceptor, port, server } = yield* running(start({ handshakeTimeout: 20, pingInterval: 0 }), { admit })
      const { until } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
      yield* acceptor.nextRequest
      yield* TestClock.adjust("19 seconds")
      yield* Deferred.succeed(gate, chosen)
      const link = yield* acceptor.nextLink
      yield* until("\r\n\r\n")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* server.connections, 1)
      assert.deepStrictEqual(link.calls, [])
    })
  )

  it.live("R-013, R-014: fragments behind a link that was opened late are joined, with a ping between them", () =>
    Effect.gen(function* () {
      const { admit, gate } = slowAdmission()
      const { acceptor, port } = yield* running(start(), { admit })
      const { socket, until } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
      yield* acceptor.nextRequest
      yield* Deferred.succeed(gate, chosen)
      const link = yield* acceptor.nextLink
      yield* until("\r\n\r\n")
      const frames = [
        stationFrame({ opcode: opcodes.text, fin: false, payload: "[2," }),
        stationFrame({ opcode: opcodes.continuation, fin: false, payload: '"1"' }),
        stationFrame({ opcode: opcodes.ping }),
        stationFrame({ opcode: opcodes.continuation, payload: "]" })
      ]
      socket.write(Buffer.concat(frames))
      assert.deepStrictEqual(yield* link.next, { _tag: "Text", text: '[2,"1"]' })
    })
  )

  it.live("R-013: admission of one station does not hold up another", () =>
    Effect.gen(function* () {
      const { admit } = slowAdmission()
      const { acceptor, connect, port } = yield* running(start(), {
        admit: ({ target }) => (target.endsWith("SLOW") ? admit() : Effect.succeed(chosen))
      })
      yield* raw(port, upgradeRequest("/ocpp/SLOW"))
      yield* acceptor.nextRequest
      yield* connect()
    })
  )
}
