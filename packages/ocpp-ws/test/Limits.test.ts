import { testPki } from "@wattline/ocpp-conformance"
import { closeFrame, textFrame } from "@wattline/ocpp-conformance/raw"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { connect, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import { parse, raw, upgradeRequest } from "@wattline/ocpp-conformance/tcp"
import { setup, startWith } from "./ws-harness.ts"

/** A TCP connection that says nothing, and what becomes of it. */
const silent = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly socket: Socket; readonly closed: Effect.Effect<void> }>((resume) => {
      const socket = connect({ port, host: "127.0.0.1" })
      const closed = new Promise<void>((done) => {
        socket.on("error", () => undefined)
        socket.once("close", () => done())
      })
      socket.resume()
      socket.once("connect", () => resume(Effect.succeed({ socket, closed: Effect.promise(() => closed) })))
    }),
    ({ socket }) => Effect.sync(() => socket.destroy())
  )

/** A listener with TLS in a scope of its own. */
const secure = Effect.fnUntraced(function* (handshakeTimeout: number) {
  const { ca } = yield* testPki
  const { chain, key } = yield* ca.issue({ commonName: "csms.test", key: "EC", usage: "server" })
  const started = yield* startWith({ port: 0, handshakeTimeout, tls: { certificates: [{ cert: chain, key }] } })
  return { ...started, ca, port: started.server.address.port }
})

describe("the handshake takes too long", () => {
  it.live("a request that never ends is cut off after handshakeTimeout", () =>
    Effect.gen(function* () {
      const { acceptor, connect: dial, port } = yield* setup({ handshakeTimeout: 0.2 })
      const slow = yield* raw(port, "GET /ocpp/CS-1 HTTP/1.1\r\nHost: x\r\n")
      const started = performance.now()
      assert.strictEqual(parse(yield* slow.answer).status, 408)
      assert.isAtLeast(performance.now() - started, 190)
      assert.deepStrictEqual(acceptor.requests, [])
      assert.deepStrictEqual(acceptor.limits, [{ limit: "handshakeTime", remoteAddress: "127.0.0.1" }])
      yield* dial()
    })
  )

  it.live("a connection that says nothing is cut off after handshakeTimeout", () =>
    Effect.gen(function* () {
      const { acceptor, port } = yield* setup({ handshakeTimeout: 0.2 })
      yield* (yield* silent(port)).closed
      assert.deepStrictEqual(
        acceptor.limits.map(({ limit }) => limit),
        ["handshakeTime"]
      )
    })
  )

  it.live("R-050: with TLS it is cut off as well, before the handshake and after it", () =>
    Effect.gen(function* () {
      const { acceptor, ca, port } = yield* secure(0.2)
      yield* (yield* silent(port)).closed
      const socket = connectTls({ port, host: "127.0.0.1", ca: ca.cert, servername: "csms.test" })
      yield* Effect.callback<void>((resume) => void socket.resume().once("close", () => resume(Effect.void)))
      assert.deepStrictEqual(acceptor.requests, [])
      assert.deepStrictEqual(
        acceptor.limits.map(({ limit }) => limit),
        ["handshakeTime", "handshakeTime"]
      )
    })
  )

  it.live("a TLS handshake that is under way does not outlive the layer", () =>
    Effect.gen(function* () {
      const { port, stop } = yield* secure(3600)
      const { closed, socket } = yield* silent(port)
      // Half of a record header: the handshake has begun.
      socket.write(Buffer.of(0x16, 3, 1))
      const { closed: otherClosed, socket: other } = yield* silent(port)
      other.write("no TLS")
      yield* otherClosed // connections are accepted in order: the server has the first one
      yield* stop
      yield* closed
    })
  )
})

describe("messageBytes", () => {
  it.live("R-011: no more is inflated of one that inflates to too much, and the limit is told", () =>
    Effect.gen(function* () {
      const { acceptor, connect: dial } = yield* setup({ maxMessageBytes: 1000 })
      const { peer } = yield* dial({ perMessageDeflate: { threshold: 0 } })
      yield* peer.send("x".repeat(50_000_000))
      assert.strictEqual((yield* peer.closed).code, 1009)
      assert.strictEqual(acceptor.limits.length, 1)
      assert.deepInclude(acceptor.limits[0], { limit: "messageBytes", identity: "CS-1" })
    })
  )

  it.live("a frame that breaks the protocol is none", () =>
    Effect.gen(function* () {
      const { acceptor, port } = yield* setup()
      yield* raw(port, upgradeRequest("/ocpp/CS-1"), Buffer.from([0x81, 0x02, 0x5b, 0x5d]))
      assert.strictEqual((yield* (yield* acceptor.nextLink).next)._tag, "Close")
      assert.deepStrictEqual(acceptor.limits, [])
    })
  )
})

const mebibyte = "x".repeat(1024 * 1024)

describe("sendBuffer", () => {
  it.live("nothing is read from a station that does not read, until it reads again", () =>
    Effect.gen(function* () {
      // The system takes up to some 10 MiB; 64 leave more than a quarter of the limit to the adapter.
      const {
        acceptor,
        connect: dial,
        port
      } = yield* setup({
        maxBufferedBytes: 128 * 1024 * 1024,
        compression: false
      })
      const { socket } = yield* raw(port, upgradeRequest("/ocpp/SLOW"))
      const slow = yield* acceptor.nextLink
      socket.pause()
      for (let sent = 0; sent < 64; sent++) assert.isTrue(slow.link.send(mebibyte))
      socket.write(textFrame("while it does not read"))
      const { peer, link } = yield* dial()
      for (const round of ["one", "two", "three"]) {
        yield* peer.send(round)
        assert.deepStrictEqual(yield* link.next, { _tag: "Text", text: round })
      }
      assert.deepStrictEqual(slow.calls, [])
      assert.deepStrictEqual(acceptor.limits, [])
      socket.resume()
      assert.deepStrictEqual(yield* slow.next, { _tag: "Text", text: "while it does not read" })
    })
  )

  it.live("a station for which more than maxBufferedBytes wait is closed with 1008, and told as a limit once", () =>
    Effect.gen(function* () {
      const { acceptor, port } = yield* setup({ maxBufferedBytes: 4 * 1024 * 1024, compression: false })
      const { socket, until } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
      const slow = yield* acceptor.nextLink
      socket.pause()
      while (slow.link.send(mebibyte))
        yield* Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))
      assert.isFalse(slow.link.send("more"))
      assert.strictEqual(acceptor.limits.length, 1)
      assert.deepInclude(acceptor.limits[0], { limit: "sendBuffer", identity: "CS-1" })
      socket.resume()
      yield* until("\x88\x12\x03\xf0reads too slowly")
      socket.end(closeFrame(1008))
      assert.deepStrictEqual(yield* slow.next, { _tag: "Close", code: 1008, reason: "" })
    })
  )

  it.effect(
    "a station of which nothing is read is closed when nothing could be sent to it for missedPings intervals",
    () =>
      Effect.gen(function* () {
        const { acceptor, port } = yield* setup({
          maxBufferedBytes: 128 * 1024 * 1024,
          compression: false,
          closeTimeout: 0.05,
          pingInterval: 30
        })
        const { socket } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
        const slow = yield* acceptor.nextLink
        socket.pause()
        for (let sent = 0; sent < 64; sent++) slow.link.send(mebibyte)
        yield* TestClock.adjust("120 seconds")
        assert.deepStrictEqual(yield* slow.next, { _tag: "Close", code: 1006, reason: "" })
        assert.deepStrictEqual(
          acceptor.limits.map(({ limit }) => limit),
          ["sendBuffer"]
        )
      })
  )
})
