import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit } from "effect"
import { TestClock } from "effect/testing"
import type { CommonOptions } from "../src/index.ts"
import { raw, upgradeRequest } from "@wattline/ocpp-conformance/tcp"
import { frame, setup, textFrame } from "./setup.ts"
import { native } from "./uws-harness.ts"

/** A raw station whose handshake is over. */
const opened = Effect.fnUntraced(function* (
  options: CommonOptions = {},
  headers: Readonly<Record<string, string | undefined>> = {}
) {
  const started = yield* setup(options)
  const station = yield* raw(started.port, upgradeRequest("/ocpp/CS-1", headers))
  const link = yield* started.acceptor.nextLink
  yield* station.until("\r\n\r\n")
  return { ...started, ...station, link }
})

const body = (answer: string) => answer.split(/\r\n\r\n(.*)/s)[1] ?? ""

describe.skipIf(native === undefined)("uWebSockets.js", () => {
  describe("frames", () => {
    const breaches: ReadonlyArray<readonly [string, Buffer, RegExp]> = [
      ["R-079: invalid UTF-8", frame(0x81, Buffer.from([0xc3, 0x28])), /UTF-8/],
      ["R-014: a reserved opcode", frame(0x83, "x"), /invalid WebSocket frame/],
      ["R-014: a compressed frame that was not agreed", frame(0xc1, "x"), /invalid WebSocket frame/]
    ]
    for (const [what, bytes, reason] of breaches) {
      it.live(`${what} ends the connection without a close frame; the core is told why`, () =>
        Effect.gen(function* () {
          const { answer, link, socket } = yield* opened()
          socket.write(bytes)
          const call = yield* link.next
          assert.strictEqual(call._tag === "Close" && call.code, 1006)
          assert.match(call._tag === "Close" ? call.reason : "", reason)
          assert.strictEqual(body(yield* answer), "")
        })
      )
    }

    it.live("R-012: over twice maxMessageBytes the connection is cut off before the payload is there", () =>
      Effect.gen(function* () {
        const { acceptor, answer, link, socket } = yield* opened({ maxMessageBytes: 1000 })
        socket.write(Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0]))
        assert.deepInclude(yield* link.next, { _tag: "Close", code: 1006 })
        assert.strictEqual(body(yield* answer), "")
        assert.deepStrictEqual(acceptor.limits, [{ limit: "messageBytes", identity: "CS-1", remoteAddress: undefined }])
      })
    )

    it.live("R-012: over maxMessageBytes the close frame says 1009, and the limit is told", () =>
      Effect.gen(function* () {
        const { acceptor, connect } = yield* setup({ maxMessageBytes: 1000 })
        const { link, peer } = yield* connect()
        yield* peer.send("x".repeat(1001))
        assert.strictEqual((yield* peer.closed).code, 1009)
        assert.deepInclude(yield* link.next, { _tag: "Close", code: 1009 })
        assert.deepStrictEqual(acceptor.limits, [{ limit: "messageBytes", identity: "CS-1", remoteAddress: undefined }])
      })
    )
  })

  /** How the first frame looks to a station that offers `offer`. */
  const firstFrame = Effect.fnUntraced(function* (
    offer: string | undefined,
    text: string,
    options: CommonOptions = {}
  ) {
    const { answer, link } = yield* opened(options, { "Sec-WebSocket-Extensions": offer })
    link.link.send(text)
    link.link.close(1000, "")
    const [head = "", frames = ""] = (yield* answer).split(/\r\n\r\n(.*)/s)
    return { head, opcode: frames.charCodeAt(0), length: frames.length }
  })

  describe("compression", () => {
    const long = "abc".repeat(10_000)

    it.live("R-009: it is negotiated, and long messages cross compressed both ways, again and again", () =>
      Effect.gen(function* () {
        const { connect } = yield* setup()
        const { peer, link } = yield* connect({ perMessageDeflate: true })
        for (const text of [long, `${long}!`, long]) {
          yield* peer.send(text)
          assert.deepStrictEqual(yield* link.next, { _tag: "Text", text })
          assert.isTrue(link.link.send(text))
          assert.strictEqual(yield* peer.receive, text)
        }
      })
    )

    it.live("R-009: what was negotiated goes out compressed from the threshold on", () =>
      Effect.gen(function* () {
        const compressed = yield* firstFrame("permessage-deflate", long)
        assert.include(compressed.head, "Sec-WebSocket-Extensions: permessage-deflate")
        assert.strictEqual(compressed.opcode, 0xc1)
        assert.isBelow(compressed.length, 300)
        assert.strictEqual((yield* firstFrame("permessage-deflate", "short")).opcode, 0x81)
        const never = { compression: { threshold: Infinity } }
        assert.strictEqual((yield* firstFrame("permessage-deflate", long, never)).opcode, 0x81)
      })
    )

    it.live("R-011: a station that offers it is asked for a smaller window, another is asked for nothing", () =>
      Effect.gen(function* () {
        const { head } = yield* firstFrame("permessage-deflate; client_max_window_bits", long)
        assert.include(head, "permessage-deflate; client_max_window_bits=12; server_no_context_takeover\r\n")
        const bare = yield* firstFrame("permessage-deflate", long)
        assert.include(bare.head, "Extensions: permessage-deflate; server_no_context_takeover\r\n")
      })
    )

    it.live("R-010: a station that does not offer it is served uncompressed", () =>
      Effect.gen(function* () {
        const { head, opcode, length } = yield* firstFrame(undefined, long)
        assert.notInclude(head, "Extensions")
        assert.strictEqual(opcode, 0x81)
        assert.isAbove(length, long.length)
      })
    )

    it.live("R-010: an offer that cannot be served is declined, not refused", () =>
      Effect.gen(function* () {
        const offers = [
          "permessage-deflate; server_max_window_bits=10",
          "permessage-deflate; nonsense",
          "x-webkit-deflate-frame",
          ";;",
          '"'
        ]
        for (const offer of offers) {
          const { head, opcode } = yield* firstFrame(offer, long)
          assert.include(head, "101 Switching Protocols")
          assert.notInclude(head, "Extensions")
          assert.strictEqual(opcode, 0x81)
        }
      })
    )

    it.live("R-009: the switch turns it off", () =>
      Effect.gen(function* () {
        const { head, opcode } = yield* firstFrame("permessage-deflate", long, { compression: false })
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
        const { answer, link, server, socket } = yield* opened()
        socket.on("end", () => socket.destroy())
        link.link.close(1000, "replaced")
        assert.deepStrictEqual(link.calls, [], "not inside close")
        assert.deepStrictEqual(yield* link.next, { _tag: "Close", code: 1000, reason: "replaced" })
        assert.strictEqual(yield* server.connections, 0)
        assert.strictEqual(body(yield* answer), "\x88\x0a\x03\xe8replaced")
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

    it.live("close does not throw over a reason that is too long, and keeps its characters whole", () =>
      Effect.gen(function* () {
        const { connect } = yield* setup()
        const { peer, link } = yield* connect()
        link.link.close(1000, "€".repeat(100))
        assert.deepStrictEqual(yield* peer.closed, { code: 1000, reason: "€".repeat(41) })
      })
    )

    for (const code of [1006, 999, 5000, 0, 1004, 2999]) {
      it.live(`close with ${code}, which may not be sent, closes without a code`, () =>
        Effect.gen(function* () {
          const { connect } = yield* setup()
          const { peer, link } = yield* connect()
          link.link.close(code, "gone")
          assert.strictEqual((yield* peer.closed).code, 1005)
          assert.deepInclude(yield* link.next, { _tag: "Close", code: 1005 })
        })
      )
    }

    it.live("R-079: a lone surrogate goes out as valid UTF-8", () =>
      Effect.gen(function* () {
        const { connect } = yield* setup()
        const { peer, link } = yield* connect()
        link.link.send("\ud800!")
        assert.strictEqual(yield* peer.receive, "\ufffd!")
      })
    )

    it.live("a station that does not read is closed over maxBufferedBytes, and cut off after closeTimeout", () =>
      Effect.gen(function* () {
        const options = { maxBufferedBytes: 1024 * 1024, compression: false, closeTimeout: 0.1 }
        const { acceptor, answer, link, socket } = yield* opened(options)
        socket.pause()
        const text = "x".repeat(256 * 1024)
        let sent = 0
        while (sent < 200 && link.link.send(text)) sent++
        assert.isAbove(sent, 3)
        assert.isBelow(sent, 200)
        assert.isFalse(link.link.send("more"))
        assert.deepInclude(yield* link.next, { _tag: "Close", code: 1006 })
        assert.deepStrictEqual(acceptor.limits, [{ limit: "sendBuffer", identity: "CS-1", remoteAddress: undefined }])
        socket.resume()
        assert.notInclude((yield* answer).slice(-200), "\x88")
      })
    )

    it.live("if it reads after all, it gets everything that was taken, and the close frame with 1008", () =>
      Effect.gen(function* () {
        const { connect } = yield* setup({ maxBufferedBytes: 1024 * 1024, compression: false })
        const { peer, link } = yield* connect()
        const texts: Array<string> = []
        for (let n = 0; n < 200; n++) {
          const text = `${n}`.padEnd(256 * 1024, "x")
          if (!link.link.send(text)) break
          texts.push(text)
        }
        for (const text of texts) assert.strictEqual(yield* peer.receive, text)
        assert.strictEqual((yield* peer.closed).code, 1008)
        assert.deepInclude(yield* link.next, { _tag: "Close", code: 1008 })
      })
    )

    it.live("terminate does not wait for what a station has not read", () =>
      Effect.gen(function* () {
        const { link, socket } = yield* opened({ compression: false })
        socket.pause()
        const text = "x".repeat(256 * 1024)
        for (let n = 0; n < 16; n++) link.link.send(text)
        link.link.close(1000, "")
        assert.deepStrictEqual(link.calls, [])
        link.link.terminate()
        assert.deepInclude(yield* link.next, { _tag: "Close", code: 1006 })
      })
    )

    it.live("every text that send took arrives at a station that reads slowly, in order", () =>
      Effect.gen(function* () {
        const { connect } = yield* setup({ compression: false })
        const { peer, link } = yield* connect()
        const texts = Array.from({ length: 14 }, (_, n) => `${n}`.padEnd(256 * 1024, "x"))
        for (const text of texts) assert.isTrue(link.link.send(text))
        for (const text of texts) assert.strictEqual(yield* peer.receive, text)
      })
    )

    it.live("a station that pings and does not read the pongs is closed, too", () =>
      Effect.gen(function* () {
        const { acceptor, link, socket } = yield* opened({ maxBufferedBytes: 100_000, closeTimeout: 0.1 })
        socket.pause()
        const pings = Buffer.concat(Array.from({ length: 500 }, () => frame(0x89, "x".repeat(125))))
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

  describe("liveness", () => {
    it.effect("R-170: a ping of the station is answered with a pong of the same content", () =>
      Effect.gen(function* () {
        const { answer, socket } = yield* opened()
        socket.write(frame(0x89, "beat"))
        socket.write(frame(0x88, Buffer.from([0x03, 0xe8])))
        assert.include(yield* answer, "\x8a\x04beat")
      })
    )

    it.effect(
      "R-172: a silent station gets missedPings pings, then it is cut off with 1006, and the limit is told",
      () =>
        Effect.gen(function* () {
          const { acceptor, answer, link, server } = yield* opened({ pingInterval: 30, missedPings: 3 })
          yield* TestClock.adjust("90 seconds")
          assert.strictEqual(yield* server.connections, 1)
          yield* TestClock.adjust("30 seconds")
          assert.deepInclude(yield* link.next, { _tag: "Close", code: 1006 })
          assert.strictEqual(body(yield* answer), "\x89\x00".repeat(3))
          assert.deepStrictEqual(acceptor.limits, [{ limit: "silence", identity: "CS-1", remoteAddress: undefined }])
        })
    )

    for (const [what, sign] of [
      ["a message", textFrame("[]")],
      ["a ping", frame(0x89)],
      ["a pong", frame(0x8a)]
    ] as const) {
      it.effect(`R-172: ${what} is a sign of life`, () =>
        Effect.gen(function* () {
          const { link, server, socket } = yield* opened({ pingInterval: 30, missedPings: 1 })
          for (let round = 0; round < 5; round++) {
            yield* TestClock.adjust("30 seconds")
            socket.write(Buffer.concat([sign, frame(0x82)]))
            assert.strictEqual((yield* link.next)._tag, what === "a message" ? "Text" : "Binary")
            if (what === "a message") yield* link.next
          }
          assert.strictEqual(yield* server.connections, 1)
        })
      )
    }

    it.effect("R-171: pingInterval 0 sends no ping and keeps a silent station", () =>
      Effect.gen(function* () {
        const { answer, server, socket } = yield* opened({ pingInterval: 0 })
        yield* TestClock.adjust("1 day")
        assert.strictEqual(yield* server.connections, 1)
        socket.write(frame(0x88, Buffer.from([0x03, 0xe8])))
        assert.notInclude(body(yield* answer), "\x89")
      })
    )

    it.live("R-172: a station that only answers pings is not cut off", () =>
      Effect.gen(function* () {
        const { connect, server } = yield* setup({ pingInterval: 0.1, missedPings: 2 })
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
  })
})
