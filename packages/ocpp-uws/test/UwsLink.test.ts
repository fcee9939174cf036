import { assert, describe, it } from "@effect/vitest"
import { behindHead, firstFrame, opened } from "@wattline/ocpp-conformance"
import { opcodes, stationFrame } from "@wattline/ocpp-conformance/raw"
import { Effect } from "effect"
import { native, setup, webSocketHarness } from "./uws-harness.ts"

const { start } = webSocketHarness

describe.skipIf(native === undefined)("uWebSockets.js", () => {
  describe("frames", () => {
    const breaches: ReadonlyArray<readonly [string, Buffer, RegExp]> = [
      ["R-079: invalid UTF-8", stationFrame({ opcode: opcodes.text, payload: Buffer.from([0xc3, 0x28]) }), /UTF-8/],
      ["R-014: a reserved opcode", stationFrame({ opcode: 3, payload: "x" }), /invalid WebSocket frame/],
      [
        "R-014: a compressed frame that was not agreed",
        stationFrame({ opcode: opcodes.text, reserved: 4, payload: "x" }),
        /invalid WebSocket frame/
      ]
    ]
    for (const [what, bytes, reason] of breaches) {
      it.live(`${what} ends the connection without a close frame; the core is told why`, () =>
        Effect.gen(function* () {
          const { answer, link, socket } = yield* opened(start())
          socket.write(bytes)
          const call = yield* link.next
          assert.strictEqual(call._tag === "Close" && call.code, 1006)
          assert.match(call._tag === "Close" ? call.reason : "", reason)
          assert.strictEqual(behindHead(yield* answer), "")
        })
      )
    }

    it.live("R-012: over twice maxMessageBytes the connection is cut off before the payload is there", () =>
      Effect.gen(function* () {
        const { acceptor, answer, link, socket } = yield* opened(start({ maxMessageBytes: 1000 }))
        socket.write(stationFrame({ opcode: opcodes.text, claimedLength: 0x20_0000n, lengthBytes: 8 }))
        assert.deepInclude(yield* link.next, { _tag: "Close", code: 1006 })
        assert.strictEqual(behindHead(yield* answer), "")
        assert.deepStrictEqual(acceptor.limits, [{ limit: "messageBytes", identity: "CS-1", remoteAddress: undefined }])
      })
    )
  })

  describe("compression", () => {
    it.live("R-011: a station that offers it is asked for a smaller window, another is asked for nothing", () =>
      Effect.gen(function* () {
        const { head } = yield* firstFrame(webSocketHarness, "permessage-deflate; client_max_window_bits")
        assert.include(head, "permessage-deflate; client_max_window_bits=12; server_no_context_takeover\r\n")
        const bare = yield* firstFrame(webSocketHarness, "permessage-deflate")
        assert.include(bare.head, "Extensions: permessage-deflate; server_no_context_takeover\r\n")
      })
    )

    it.live("R-010: an offer to inflate a smaller window than the shared one is declined, not refused", () =>
      Effect.gen(function* () {
        const { head, opcode } = yield* firstFrame(webSocketHarness, "permessage-deflate; server_max_window_bits=10")
        assert.include(head, "101 Switching Protocols")
        assert.notInclude(head, "Extensions")
        assert.strictEqual(opcode, 0x81)
      })
    )

    it.live("R-011: a message that inflates over the limit ends the connection: 1009 up to twice, then a cut", () =>
      Effect.gen(function* () {
        const { acceptor, connect } = yield* setup({ maxMessageBytes: 10_000 })
        for (const [length, code] of [
          [15_000, 1009],
          [10_000_000, 1006]
        ] as const) {
          const { peer, link } = yield* connect({ perMessageDeflate: { threshold: 0 } })
          yield* peer.send("a".repeat(9_999))
          assert.deepInclude(yield* link.next, { _tag: "Text" })
          yield* peer.send("a".repeat(length))
          assert.strictEqual((yield* peer.closed).code, code)
          assert.deepInclude(yield* link.next, { _tag: "Close", code })
        }
        assert.deepStrictEqual(
          acceptor.limits.map(({ limit }) => limit),
          ["messageBytes", "messageBytes"]
        )
      })
    )
  })

  describe("Link", () => {
    it.live("R-186: the core hears of its own close at once; a station that does not answer is cut off", () =>
      Effect.gen(function* () {
        const { answer, link, server, socket } = yield* opened(start())
        socket.on("end", () => socket.destroy())
        link.link.close(1000, "replaced")
        assert.deepStrictEqual(link.calls, [], "not inside close")
        assert.deepStrictEqual(yield* link.next, { _tag: "Close", code: 1000, reason: "replaced" })
        assert.strictEqual(yield* server.connections, 0)
        assert.strictEqual(behindHead(yield* answer), "\x88\x0a\x03\xe8replaced")
      })
    )

    it.live("R-186: nothing a station says after our close reaches the core", () =>
      Effect.gen(function* () {
        const { connect } = yield* setup({}, { onCall: ({ link }) => link.close(1000, "enough") })
        const { peer, link } = yield* connect()
        for (const text of ["one", "two", "three"]) yield* peer.send(text)
        yield* peer.closed
        assert.deepStrictEqual(
          link.calls.map(({ _tag }) => _tag),
          ["Text", "Close"]
        )
      })
    )

    it.live("a station that pings and does not read the pongs is closed, too", () =>
      Effect.gen(function* () {
        const { acceptor, link, socket } = yield* opened(start({ maxBufferedBytes: 100_000, closeTimeout: 0.1 }))
        socket.pause()
        const pings = Buffer.concat(
          Array.from({ length: 500 }, () => stationFrame({ opcode: opcodes.ping, payload: "x".repeat(125) }))
        )
        const flood = () => {
          while (!socket.destroyed && socket.write(pings));
        }
        socket.on("drain", flood)
        flood()
        assert.deepInclude(yield* link.next, { _tag: "Close", code: 1006 })
        assert.deepStrictEqual(
          acceptor.limits.map(({ limit }) => limit),
          ["sendBuffer"]
        )
      })
    )
  })
})
