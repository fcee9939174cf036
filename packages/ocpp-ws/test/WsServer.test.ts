import { dial } from "@wattline/ocpp-conformance"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { createServer, type Server } from "node:http"
import { createServer as createSecureServer } from "node:https"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import { parse, raw, upgradeRequest } from "@wattline/ocpp-conformance/tcp"
import { startWith } from "./ws-harness.ts"

/** An application's own server, listening on a free port. */
const listening = <S extends Server>(server: S) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly server: S; readonly port: number }>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, port: portOf(server) })))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

const portOf = (server: Server): number => (server.address() as AddressInfo).port

const own = { port: 0, plain: true, path: "/ocpp" } as const
const station = { target: "/ocpp/CS-1", protocols: ["ocpp2.0.1"] }

describe("own port", () => {
  it.effect("calls all addresses of a machine localhost, and puts IPv6 into brackets", () =>
    Effect.gen(function* () {
      const everywhere = yield* startWith({ ...own, host: "0.0.0.0" })
      assert.strictEqual(everywhere.server.url, `ws://localhost:${everywhere.server.address.port}/ocpp`)
    })
  )

  it.effect("R-034: an unplain port is a ListenError", () =>
    Effect.gen(function* () {
      // @ts-expect-error the type asks for it as well
      const error = yield* Effect.flip(startWith({ port: 0 }))
      assert.deepInclude(error, { _tag: "ListenError", reason: "PlainNotAllowed" })
    })
  )

  it.effect("R-186: at the release a station that does not answer is cut off after closeTimeout", () =>
    Effect.gen(function* () {
      const { acceptor, server, stop } = yield* startWith({ ...own, closeTimeout: 3600 })
      const { answer } = yield* raw(server.address.port, upgradeRequest("/ocpp/CS-1"))
      const link = yield* acceptor.nextLink
      const stopping = yield* Effect.forkChild(stop, { startImmediately: true })
      yield* TestClock.adjust("59 minutes")
      assert.isUndefined(stopping.pollUnsafe())
      assert.deepStrictEqual(link.calls, [])
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(stopping)
      assert.deepStrictEqual(link.calls, [{ _tag: "Close", code: 1006, reason: "" }])
      assert.include(yield* answer, "\x88\x0c\x03\xe9going away")
    })
  )

  it.live("a connection that says nothing does not hold up the release", () =>
    Effect.gen(function* () {
      const { server, stop } = yield* startWith(own)
      const { answer } = yield* raw(server.address.port, "GET /ocpp/CS-1 HTTP/1.1\r\n")
      // Connections are accepted in order: when this one is answered, the server has the other.
      yield* (yield* raw(server.address.port, upgradeRequest("/other"))).answer
      yield* stop
      assert.strictEqual(yield* answer, "")
    })
  )
})

describe("attached server", () => {
  it.live("takes the upgrades below its path and leaves the others to their listener", () =>
    Effect.gen(function* () {
      const { server, port } = yield* listening(createServer((_, response) => response.end("the application")))
      server.on("upgrade", ({ url }: { url?: string }, socket: Duplex) => {
        if (url === "/chat") socket.end("HTTP/1.1 418 Teapot\r\nConnection: close\r\n\r\n")
      })
      const { acceptor, server: adapter } = yield* startWith({ server, plain: true, path: "/ocpp" })
      assert.deepStrictEqual(adapter.address, { host: "127.0.0.1", port })
      yield* dial(`ws://127.0.0.1:${port}`, station)
      assert.strictEqual(parse(yield* (yield* raw(port, upgradeRequest("/chat"))).answer).status, 418)
      const page = upgradeRequest("/page", { Upgrade: undefined, Connection: "close" })
      assert.include(yield* (yield* raw(port, page)).answer, "the application")
      assert.strictEqual(acceptor.requests.length, 1)
    })
  )

  it.live("R-027: an upgrade that nobody else listens for is 404 instead of hanging", () =>
    Effect.gen(function* () {
      const { server, port } = yield* listening(createServer())
      yield* startWith({ server, plain: true, path: "/ocpp" })
      assert.strictEqual(parse(yield* (yield* raw(port, upgradeRequest("/chat"))).answer).status, 404)
    })
  )

  it.live(
    "R-020, R-027: several adapters share it, the longest path wins, and what is outside all of them is 404",
    () =>
      Effect.gen(function* () {
        const { server, port } = yield* listening(createServer())
        const one = yield* startWith({ server, plain: true, path: "/ocpp", closeTimeout: 0.05 })
        const two = yield* startWith({ server, plain: true, path: "/ocpp/v2", closeTimeout: 0.05 })
        const status = (target: string) =>
          Effect.flatMap(raw(port, upgradeRequest(target)), ({ until }) => until("\r\n\r\n"))
        yield* status("/ocpp/CS-1")
        yield* status("/ocpp/v2/CS-2")
        assert.deepStrictEqual(
          [one, two].map(({ acceptor }) => acceptor.requests.map(({ target }) => target)),
          [["/ocpp/CS-1"], ["/ocpp/v2/CS-2"]]
        )
        const outside = yield* raw(port, upgradeRequest("/chat"))
        assert.strictEqual(parse(yield* outside.answer).status, 404)
        yield* two.stop
        yield* status("/ocpp/v2/CS-3")
        assert.strictEqual(one.acceptor.requests.length, 2)
        yield* one.stop
        assert.strictEqual(server.listenerCount("upgrade"), 0)
      })
  )

  it.live("goes on without the adapter after the release", () =>
    Effect.gen(function* () {
      const { server, port } = yield* listening(createServer((_, response) => response.end("the application")))
      const { stop } = yield* startWith({ server, plain: true, path: "/ocpp" })
      const peer = yield* dial(`ws://127.0.0.1:${port}`, station)
      yield* stop
      assert.strictEqual((yield* peer.closed).code, 1001)
      assert.strictEqual(server.listenerCount("upgrade"), 0)
      assert.isTrue(server.listening)
      const page = upgradeRequest("/page", { Upgrade: undefined, Connection: "close" })
      assert.include(yield* (yield* raw(port, page)).answer, "the application")
    })
  )

  it.effect("one that does not listen yet is a ListenError that says what to do", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(startWith({ server: createServer(), plain: true }))
      assert.deepInclude(error, { _tag: "ListenError", reason: "NotListening" })
      assert.include(String(error), "Call its `listen` first")
    })
  )

  it.live("R-030: over TLS the request is secure and the URL says wss", () =>
    Effect.gen(function* () {
      // A pre-shared key spares the test a certificate.
      const psk = Buffer.from("0123456789abcdef")
      const tls = { ciphers: "PSK", maxVersion: "TLSv1.2" } as const
      const { server, port } = yield* listening(createSecureServer({ ...tls, pskCallback: () => psk }))
      const { acceptor, server: adapter } = yield* startWith({ server, path: "/ocpp" })
      assert.strictEqual(adapter.url, `wss://127.0.0.1:${port}/ocpp`)
      const client = { ...tls, rejectUnauthorized: false, pskCallback: () => ({ psk, identity: "CS-1" }) }
      const peer = yield* dial(`wss://127.0.0.1:${port}`, station, client)
      assert.isTrue((yield* acceptor.nextRequest).secure)
      yield* peer.send("hello")
      assert.deepStrictEqual(yield* (yield* acceptor.nextLink).next, { _tag: "Text", text: "hello" })
    })
  )
})
