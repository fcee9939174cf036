import { admitted, testPki } from "@wattline/ocpp-conformance"
import type { Admission } from "@wattline/ocpp-core"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit } from "effect"
import { TestClock } from "effect/testing"
import type { ProxyOptions } from "../src/index.ts"
import { parse, raw, upgradeRequest } from "@wattline/ocpp-conformance/tcp"
import { frame, setup, textFrame } from "./setup.ts"
import { native } from "./uws-harness.ts"

const chosen = admitted("/ocpp/CS-1")

/** An admission that takes its time, and tells when it was interrupted. */
const slowAdmission = () => {
  const gate = Deferred.makeUnsafe<Admission>()
  const interrupted = Deferred.makeUnsafe<void>()
  return {
    gate,
    interrupted: Deferred.await(interrupted),
    admit: () => Effect.onInterrupt(Deferred.await(gate), () => Deferred.succeed(interrupted, undefined))
  }
}

describe.skipIf(native === undefined)("uWebSockets.js", () => {
  describe("requests that are no upgrade", () => {
    const cases: ReadonlyArray<readonly [string, number, string]> = [
      ["POST", 405, upgradeRequest("/ocpp/CS-1").replace("GET", "POST")],
      ["another protocol than websocket", 400, upgradeRequest("/ocpp/CS-1", { Upgrade: "h2c" })],
      ["no Sec-WebSocket-Key", 400, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Key": undefined })],
      ["a short Sec-WebSocket-Key", 400, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Key": "abc" })],
      [
        "a Sec-WebSocket-Key that is no base64",
        400,
        upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Key": "!".repeat(24) })
      ],
      ["no version", 426, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Version": undefined })],
      ["version 12", 426, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Version": "12" })],
      ["a plain GET", 426, upgradeRequest("/ocpp/CS-1", { Upgrade: undefined, Connection: "close" })],
      ["headers without end", 431, upgradeRequest("/ocpp/CS-1", { "X-Long": "x".repeat(100_000) })]
    ]
    for (const [what, status, text] of cases) {
      it.live(`R-015: ${what} is answered with ${status}, and the core is not asked`, () =>
        Effect.gen(function* () {
          const { acceptor, connect, port } = yield* setup()
          const answer = parse(yield* (yield* raw(port, text)).answer)
          assert.strictEqual(answer.status, status)
          assert.deepStrictEqual(acceptor.requests, [])
          yield* connect()
        })
      )
    }

    it.live("R-015: what is no HTTP ends the connection, and the next station works", () =>
      Effect.gen(function* () {
        const { acceptor, connect, port } = yield* setup()
        assert.notInclude(yield* (yield* raw(port, textFrame("[]"), "\r\n\r\n")).answer, "101")
        assert.deepStrictEqual(acceptor.requests, [])
        yield* connect()
      })
    )

    it.live(
      "a request that does not come to its end is cut off after handshakeTimeout, however it drips",
      () =>
        Effect.gen(function* () {
          const { acceptor, port } = yield* setup({ handshakeTimeout: 4 })
          const began = performance.now()
          const { answer, socket } = yield* raw(port, "GET /ocpp/CS-1 HTTP/1.1\r\nHost: slow\r\n")
          const drip = setInterval(() => socket.write("X: y\r\n"), 500)
          assert.strictEqual(
            yield* Effect.ensuring(
              answer,
              Effect.sync(() => clearInterval(drip))
            ),
            ""
          )
          assert.isBelow(performance.now() - began, 12_000)
          assert.deepStrictEqual(acceptor.requests, [])
        }),
      30_000
    )
  })

  describe("path", () => {
    for (const target of ["/", "/ocpp", "/ocpp?x", "/ocppp/CS-1", "/OCPP/CS-1", "/other/ocpp/CS-1"]) {
      it.live(`R-020: ${target} is outside /ocpp and answered with 404`, () =>
        Effect.gen(function* () {
          const { acceptor, port } = yield* setup()
          assert.strictEqual(parse(yield* (yield* raw(port, upgradeRequest(target))).answer).status, 404)
          assert.deepStrictEqual(acceptor.requests, [])
        })
      )
    }

    it.live("R-029: below the path everything is for the core to judge", () =>
      Effect.gen(function* () {
        const { acceptor, port } = yield* setup()
        for (const target of ["/ocpp/tenant/CS-1", "/ocpp/", "/ocpp/%zz", "/ocpp/%2e%2e", "/ocpp/a?b=%20&c"]) {
          yield* raw(port, upgradeRequest(target))
          assert.strictEqual((yield* acceptor.nextRequest).target, target)
        }
      })
    )

    it.live("R-020: without a path the endpoint is the root", () =>
      Effect.gen(function* () {
        const { connect, server, port } = yield* setup({ path: "/" })
        assert.strictEqual(server.url, `ws://127.0.0.1:${port}`)
        yield* connect({}, "/CS-1")
      })
    )
  })

  describe("request", () => {
    it.live("R-002: several headers of one name are one list, and the peer's address is told", () =>
      Effect.gen(function* () {
        const { acceptor, port } = yield* setup()
        yield* raw(
          port,
          upgradeRequest("/ocpp/CS-1").replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: ocpp1.6\r\nX: y\r\n\r\n")
        )
        const request = yield* acceptor.nextRequest
        assert.strictEqual(request.protocols, "ocpp2.0.1,ocpp1.6")
        assert.strictEqual(request.remoteAddress, "127.0.0.1")
        assert.isUndefined(request.certificate)
      })
    )
  })

  describe("a proxy", () => {
    /** What the core is told of a request with these headers. */
    const told = Effect.fnUntraced(function* (proxy: ProxyOptions | undefined, headers: Record<string, string>) {
      const { acceptor, port } = yield* setup({ proxy })
      yield* raw(port, upgradeRequest("/ocpp/CS-1", headers))
      return yield* acceptor.nextRequest
    })
    const headers = { "X-Forwarded-For": "198.51.100.1, 203.0.113.7", "X-Forwarded-Proto": "https" }

    it.live("R-060: is believed if it is a trusted hop, and nobody else is", () =>
      Effect.gen(function* () {
        const itself = { remoteAddress: "127.0.0.1", secure: false }
        assert.deepInclude(yield* told(undefined, headers), itself)
        assert.deepInclude(yield* told({ trusted: ["10.0.0.0/8", "fd00::/8"] }, headers), itself)
        const seen = { remoteAddress: "203.0.113.7", secure: true }
        assert.deepInclude(yield* told({ trusted: ["10.0.0.0/8", "127.0.0.0/8"] }, headers), seen)
      })
    )

    it.live("R-060: the certificate of a station is read from the header of a trusted hop", () =>
      Effect.gen(function* () {
        const { ca } = yield* testPki
        const { cert, fingerprint256 } = yield* ca.issue({ commonName: "SN-1", key: "EC", usage: "client" })
        const certificate = { certificateHeader: "X-Cert", verifyHeader: "X-Verify" }
        const sent = { ...headers, "X-Cert": encodeURIComponent(cert), "X-Verify": "SUCCESS" }
        const request = yield* told({ trusted: ["127.0.0.1"], certificate }, sent)
        assert.deepInclude(request.certificate, { commonName: "SN-1", verification: "trusted", fingerprint256 })
        assert.isUndefined((yield* told({ trusted: ["10.0.0.1"], certificate }, sent)).certificate)
      })
    )
  })

  describe("refusal", () => {
    const refused = (reason: string, headers: Readonly<Record<string, string>>) => ({
      admit: () => Effect.succeed({ _tag: "Refused", status: 401, reason, headers } as const)
    })

    it.live("R-015: it is one HTTP answer with length, reason and Connection: close, then the end", () =>
      Effect.gen(function* () {
        const { acceptor, port } = yield* setup({}, refused("Wröng.", { "WWW-Authenticate": 'Basic realm="OCPP"' }))
        const { answer } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
        const text = Buffer.from(yield* answer, "latin1").toString()
        const { body, headers, status } = parse(text)
        assert.deepStrictEqual([status, body], [401, "Wröng."])
        assert.match(text, /^HTTP\/1\.1 401 Unauthorized\r\n/)
        assert.deepInclude(headers, {
          connection: "close",
          "content-length": "7",
          "www-authenticate": 'Basic realm="OCPP"'
        })
        assert.deepStrictEqual(acceptor.links, [])
      })
    )

    it.live("no line break in a header gets onto the wire", () =>
      Effect.gen(function* () {
        const injected = { "Retry-After": "1\r\nX-Injected: yes\r\n\r\n<html>", "Bad Name\r\nX": "z" }
        const { port } = yield* setup({}, refused("No.\r\n", injected))
        const { answer } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
        const { headers } = parse(yield* answer)
        assert.strictEqual(headers["retry-after"], "1 X-Injected: yes <html>")
        assert.notProperty(headers, "x-injected")
        assert.notProperty(headers, "x")
      })
    )

    it.live("R-015: an admission that dies is 503 without a word about why", () =>
      Effect.gen(function* () {
        const { port } = yield* setup({}, { admit: () => Effect.die(new Error("secret")) })
        const answer = yield* (yield* raw(port, upgradeRequest("/ocpp/CS-1"))).answer
        assert.strictEqual(parse(answer).status, 503)
        assert.notInclude(answer, "secret")
      })
    )
  })

  describe("subprotocol", () => {
    it.live("R-007: closeAfterUpgrade names no protocol in the 101, closes, and listens to nothing", () =>
      Effect.gen(function* () {
        const { port, server } = yield* setup(
          {},
          { admit: () => Effect.succeed({ _tag: "ClosedAfterUpgrade", code: 1002, reason: "" }) }
        )
        const request = upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Protocol": "ocpp1.6" })
        const { status, headers, body } = parse(yield* (yield* raw(port, request)).answer)
        assert.strictEqual(status, 101)
        assert.notProperty(headers, "sec-websocket-protocol")
        assert.strictEqual(body, "\x88\x02\x03\xea")
        assert.strictEqual(yield* server.connections, 0)
      })
    )
  })

  describe("a hasty station", () => {
    it.live("R-013: what comes before the 101 ends the attempt aloud, it is not lost in silence", () =>
      Effect.gen(function* () {
        const { acceptor, connect, port } = yield* setup()
        const { answer } = yield* raw(port, upgradeRequest("/ocpp/CS-1"), textFrame("first"), textFrame("second"))
        const { status } = parse(yield* answer)
        assert.isAtLeast(status, 400)
        assert.deepStrictEqual(acceptor.links, [])
        yield* connect()
      })
    )
  })

  describe("a slow admission", () => {
    for (const [how, leave] of [
      ["resets the connection", "resetAndDestroy"],
      ["hangs up", "end"]
    ] as const) {
      it.live(`R-013: a station that ${how} takes its question back`, () =>
        Effect.gen(function* () {
          const { admit, interrupted } = slowAdmission()
          const { acceptor, port } = yield* setup({}, { admit })
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
        const { acceptor, port } = yield* setup({ handshakeTimeout: 20 }, { admit })
        const { answer } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
        yield* acceptor.nextRequest
        yield* TestClock.adjust("20 seconds")
        assert.strictEqual(parse(yield* answer).status, 503)
        yield* interrupted
      })
    )

    it.live("R-013: a frame behind a link that was opened late arrives", () =>
      Effect.gen(function* () {
        const { admit, gate } = slowAdmission()
        const { acceptor, port } = yield* setup({}, { admit })
        const { socket, until } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
        yield* acceptor.nextRequest
        Deferred.doneUnsafe(gate, Exit.succeed(chosen))
        const link = yield* acceptor.nextLink
        yield* until("\r\n\r\n")
        socket.write(Buffer.concat([frame(0x01, "[2,"), frame(0x89), frame(0x80, '"1"]')]))
        assert.deepStrictEqual(yield* link.next, { _tag: "Text", text: '[2,"1"]' })
      })
    )

    it.live("R-013: admission of one station does not hold up another", () =>
      Effect.gen(function* () {
        const { admit } = slowAdmission()
        const { acceptor, connect, port } = yield* setup(
          {},
          { admit: ({ target }) => (target.endsWith("SLOW") ? admit() : Effect.succeed(chosen)) }
        )
        yield* raw(port, upgradeRequest("/ocpp/SLOW"))
        yield* acceptor.nextRequest
        yield* connect()
      })
    )
  })
})
