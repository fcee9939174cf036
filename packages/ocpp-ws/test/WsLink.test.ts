import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit } from "effect"
import { TestClock } from "effect/testing"
import { raw, upgradeRequest } from "@wattline/ocpp-conformance/tcp"
import type { CommonOptions } from "../src/index.ts"
import { setup } from "./setup.ts"
import { textFrame } from "./ws-harness.ts"

const frame = (first: number, payload: Buffer) =>
  Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), payload])

/** What a raw station sends right behind its handshake, and the close code it gets for it. */
const codeFor = Effect.fnUntraced(function* (data: Buffer) {
  const { acceptor, port } = yield* setup({ closeTimeout: 1 })
  const { socket, answer } = yield* raw(port, upgradeRequest("/ocpp/CS-1"), data)
  const link = yield* acceptor.nextLink
  const call = yield* link.next
  socket.end()
  const close = Buffer.from((yield* answer).split("\r\n\r\n")[1] ?? "", "latin1")
  return { calls: [call], opcode: close[0], code: close.readUInt16BE(2) }
})

describe("frames", () => {
  it.live("R-079: invalid UTF-8 closes with 1007 and is not handed over", () =>
    Effect.gen(function* () {
      const { calls, opcode, code } = yield* codeFor(frame(0x81, Buffer.from([0xc3, 0x28])))
      assert.deepStrictEqual([opcode, code], [0x88, 1007])
      assert.deepInclude(calls[0], { _tag: "Close" })
    })
  )

  it.live("R-014: an unmasked frame closes with 1002", () =>
    Effect.gen(function* () {
      const { opcode, code } = yield* codeFor(Buffer.from([0x81, 0x02, 0x5b, 0x5d]))
      assert.deepStrictEqual([opcode, code], [0x88, 1002])
    })
  )

  it.live("R-012: a length over the limit closes with 1009 before the payload is there", () =>
    Effect.gen(function* () {
      const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0])
      const { opcode, code } = yield* codeFor(head)
      assert.deepStrictEqual([opcode, code], [0x88, 1009])
    })
  )

  it.live("R-014: fragments are joined, with a ping between them", () =>
    Effect.gen(function* () {
      const { acceptor, port } = yield* setup()
      const [one, two, three] = ["[2,", '"1"', "]"].map((text) => Buffer.from(text))
      yield* raw(
        port,
        upgradeRequest("/ocpp/CS-1"),
        frame(0x01, one ?? Buffer.alloc(0)),
        frame(0x00, two ?? Buffer.alloc(0)),
        frame(0x89, Buffer.alloc(0)),
        frame(0x80, three ?? Buffer.alloc(0))
      )
      const link = yield* acceptor.nextLink
      assert.deepStrictEqual(yield* link.next, { _tag: "Text", text: '[2,"1"]' })
    })
  )

  it.live("R-013: a frame in the same segment as the handshake is handed over after open", () =>
    Effect.gen(function* () {
      const { acceptor, port } = yield* setup()
      yield* raw(port, upgradeRequest("/ocpp/CS-1"), textFrame("first"), textFrame("second"))
      const link = yield* acceptor.nextLink
      assert.deepStrictEqual(yield* link.next, { _tag: "Text", text: "first" })
      assert.deepStrictEqual(yield* link.next, { _tag: "Text", text: "second" })
    })
  )
})

/** How the first frame looks to a station that offers `offer`. */
const firstFrame = Effect.fnUntraced(function* (offer: string | undefined, text: string, options: CommonOptions = {}) {
  const { acceptor, port } = yield* setup(options)
  const { answer, socket, until } = yield* raw(
    port,
    upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Extensions": offer })
  )
  const { link } = yield* acceptor.nextLink
  link.send(text)
  link.close(1000, "")
  yield* until("\x88\x02\x03\xe8")
  socket.end(frame(0x88, Buffer.from([0x03, 0xe8])))
  const [head = "", frames = ""] = (yield* answer).split(/\r\n\r\n(.*)/s)
  return { head, opcode: frames.charCodeAt(0), length: frames.length }
})

describe("compression", () => {
  const long = "abc".repeat(10_000)

  it.live("R-009: it is negotiated, and a long message crosses compressed both ways", () =>
    Effect.gen(function* () {
      const { connect } = yield* setup()
      const extensions: Array<string | undefined> = []
      const { peer, link } = yield* connect({
        perMessageDeflate: true,
        finishRequest: (request, ws) => {
          ws.once("open", () => extensions.push(ws.extensions))
          request.end()
        }
      })
      assert.deepStrictEqual(extensions, ["permessage-deflate"])
      yield* peer.send(long)
      assert.deepStrictEqual(yield* link.next, { _tag: "Text", text: long })
      assert.isTrue(link.link.send(long))
      assert.strictEqual(yield* peer.receive, long)
    })
  )

  it.live("R-009: what was negotiated goes out compressed from the threshold on", () =>
    Effect.gen(function* () {
      const compressed = yield* firstFrame("permessage-deflate", long)
      assert.include(compressed.head, "Sec-WebSocket-Extensions: permessage-deflate")
      assert.strictEqual(compressed.opcode, 0xc1)
      assert.isBelow(compressed.length, 200)
      assert.strictEqual((yield* firstFrame("permessage-deflate", "short")).opcode, 0x81)
      const never = { compression: { threshold: Infinity } }
      assert.strictEqual((yield* firstFrame("permessage-deflate", long, never)).opcode, 0x81)
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
      for (const offer of ["permessage-deflate; server_max_window_bits=8", "permessage-deflate; nonsense", ";;", '"']) {
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

  it.live("R-011: a message that inflates over the limit closes with 1009", () =>
    Effect.gen(function* () {
      const { connect } = yield* setup({ maxMessageBytes: 10_000 })
      const { peer, link } = yield* connect({ perMessageDeflate: { threshold: 0 } })
      yield* peer.send("a".repeat(9_999))
      assert.deepInclude(yield* link.next, { _tag: "Text" })
      yield* peer.send("a".repeat(10_000_000))
      assert.strictEqual((yield* peer.closed).code, 1009)
      assert.deepInclude(yield* link.next, { _tag: "Close" })
    })
  )
})

describe("Link", () => {
  it.live("R-186: a close frame that is not answered is followed by a cut after closeTimeout", () =>
    Effect.gen(function* () {
      const { acceptor, port, server } = yield* setup({ closeTimeout: 0.05 })
      const { answer } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
      const link = yield* acceptor.nextLink
      link.link.close(1000, "replaced")
      assert.deepStrictEqual(yield* link.next, { _tag: "Close", code: 1006, reason: "" })
      assert.include(yield* answer, "\x88\x0a\x03\xe8replaced")
      assert.strictEqual(yield* server.connections, 0)
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

  it.live("close with a code that may not be sent closes without a code", () =>
    Effect.gen(function* () {
      const { connect } = yield* setup()
      const { peer, link } = yield* connect()
      link.link.close(1006, "gone")
      assert.strictEqual((yield* peer.closed).code, 1005)
    })
  )
})

describe("liveness", () => {
  it.effect("R-170: a ping of the station is answered with a pong of the same content", () =>
    Effect.gen(function* () {
      const { acceptor, port } = yield* setup()
      const { answer, socket } = yield* raw(port, upgradeRequest("/ocpp/CS-1"), frame(0x89, Buffer.from("beat")))
      yield* acceptor.nextLink
      socket.end(frame(0x88, Buffer.from([0x03, 0xe8])))
      assert.include(yield* answer, "\x8a\x04beat")
    })
  )

  it.effect("R-172: a silent station gets missedPings pings, then it is cut off with 1006", () =>
    Effect.gen(function* () {
      const { acceptor, port, server } = yield* setup({ pingInterval: 30, missedPings: 3 })
      const { answer } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
      const link = yield* acceptor.nextLink
      yield* TestClock.adjust("90 seconds")
      assert.strictEqual(yield* server.connections, 1)
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* link.next, { _tag: "Close", code: 1006, reason: "" })
      const pings = (yield* answer).split("\r\n\r\n")[1]
      assert.strictEqual(pings, "\x89\x00".repeat(3))
    })
  )

  it.effect("R-173: a message is a sign of life, no Heartbeat is needed", () =>
    Effect.gen(function* () {
      const { acceptor, port, server } = yield* setup({ pingInterval: 30, missedPings: 1 })
      const { socket } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
      const link = yield* acceptor.nextLink
      for (let message = 0; message < 5; message++) {
        yield* TestClock.adjust("30 seconds")
        socket.write(textFrame("[]"))
        yield* link.next
      }
      assert.strictEqual(yield* server.connections, 1)
    })
  )

  it.effect("R-171: pingInterval 0 sends no ping and keeps a silent station", () =>
    Effect.gen(function* () {
      const { acceptor, port, server } = yield* setup({ pingInterval: 0 })
      const { answer, socket } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
      yield* acceptor.nextLink
      yield* TestClock.adjust("1 day")
      assert.strictEqual(yield* server.connections, 1)
      socket.end(frame(0x88, Buffer.from([0x03, 0xe8])))
      assert.notInclude(yield* answer, "\x89")
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
