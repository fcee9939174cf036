import { admitted } from "@wattline/ocpp-conformance"
import type { Admission } from "@wattline/ocpp-core"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit } from "effect"
import { TestClock } from "effect/testing"
import { parse, raw, upgradeRequest } from "@wattline/ocpp-conformance/tcp"
import { setup } from "./setup.ts"
import { dial } from "./ws-harness.ts"

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

describe("requests that are no upgrade", () => {
  const cases: ReadonlyArray<readonly [string, number, string]> = [
    ["POST", 405, upgradeRequest("/ocpp/CS-1").replace("GET", "POST")],
    ["another protocol than websocket", 400, upgradeRequest("/ocpp/CS-1", { Upgrade: "h2c" })],
    ["no Sec-WebSocket-Key", 400, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Key": undefined })],
    ["a short Sec-WebSocket-Key", 400, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Key": "abc" })],
    ["no version", 426, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Version": undefined })],
    ["version 12", 426, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Version": "12" })],
    ["a plain GET", 426, upgradeRequest("/ocpp/CS-1", { Upgrade: undefined, Connection: "close" })],
    ["no HTTP", 400, '[2,"1","Heartbeat",{}]\r\n\r\n'],
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

  it.live("R-015: version 12 is told the version that is spoken", () =>
    Effect.gen(function* () {
      const { port } = yield* setup()
      const request = upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Version": "12" })
      assert.strictEqual(parse(yield* (yield* raw(port, request)).answer).headers["sec-websocket-version"], "13")
    })
  )
})

describe("path", () => {
  for (const target of ["/", "/ocpp", "/ocpp?x", "/ocppp/CS-1", "/OCPP/CS-1", "/other/ocpp/CS-1", "*"]) {
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
      for (const target of ["/ocpp/tenant/CS-1", "/ocpp/", "/ocpp/%zz"]) {
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

describe("refusal", () => {
  it.live("R-015: it is one HTTP answer with length, reason and Connection: close, and nothing behind it", () =>
    Effect.gen(function* () {
      const { acceptor, port } = yield* setup(
        {},
        {
          admit: () =>
            Effect.succeed({
              _tag: "Refused",
              status: 401,
              reason: "Wröng.",
              headers: { "WWW-Authenticate": 'Basic realm="OCPP"' }
            })
        }
      )
      const { answer } = yield* raw(port, upgradeRequest("/ocpp/CS-1"), Buffer.alloc(1_000_000))
      assert.strictEqual(
        Buffer.from(yield* answer, "latin1").toString(),
        "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n" +
          'Content-Length: 7\r\nWWW-Authenticate: Basic realm="OCPP"\r\n\r\nWröng.'
      )
      assert.deepStrictEqual(acceptor.links, [])
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
  it.live("R-003, R-004: odd spacing, repetition and order do not matter to the 101", () =>
    Effect.gen(function* () {
      const { port } = yield* setup({}, { admit: () => Effect.succeed(chosen) })
      for (const offer of ["ocpp1.6 ,\tocpp2.0.1", "ocpp2.0.1,ocpp2.0.1", "ocpp1.6,,ocpp2.0.1,", "ocpp2.0.1,ocpp1.6"]) {
        const request = upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Protocol": offer })
        const { answer, socket } = yield* raw(port, request)
        socket.end()
        const { status, headers } = parse(yield* answer)
        assert.deepStrictEqual([status, headers["sec-websocket-protocol"]], [101, "ocpp2.0.1"], offer)
      }
    })
  )

  it.live("R-007: closeAfterUpgrade names no protocol in the 101, closes, and listens to nothing", () =>
    Effect.gen(function* () {
      const { port, server } = yield* setup(
        { closeTimeout: 0.05 },
        { admit: () => Effect.succeed({ _tag: "ClosedAfterUpgrade", code: 1002, reason: "" }) }
      )
      const request = upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Protocol": "ocpp1.6" })
      const badFrame = Buffer.from([0xff, 0xff])
      const { status, headers, body } = parse(yield* (yield* raw(port, request, badFrame)).answer)
      assert.strictEqual(status, 101)
      assert.notProperty(headers, "sec-websocket-protocol")
      assert.strictEqual(body, "\x88\x02\x03\xea")
      assert.strictEqual(yield* server.connections, 0)
    })
  )
})

describe("a slow admission", () => {
  it.live("R-013: a station that resets the connection takes its question back", () =>
    Effect.gen(function* () {
      const { admit, interrupted } = slowAdmission()
      const { acceptor, connect, port } = yield* setup({}, { admit })
      const { socket } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
      yield* acceptor.nextRequest
      socket.resetAndDestroy()
      yield* interrupted
      assert.deepStrictEqual(acceptor.links, [])
      assert.isFunction(connect)
    })
  )

  it.live("R-013: a station that hangs up takes its question back", () =>
    Effect.gen(function* () {
      const { admit, interrupted } = slowAdmission()
      const { acceptor, port } = yield* setup({}, { admit })
      const { socket } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
      yield* acceptor.nextRequest
      socket.end()
      yield* interrupted
      assert.deepStrictEqual(acceptor.links, [])
    })
  )

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

  it.effect("R-013: one that ends in time is not disturbed by the timeout later", () =>
    Effect.gen(function* () {
      const { admit, gate } = slowAdmission()
      const { acceptor, server, url } = yield* setup({ handshakeTimeout: 20, pingInterval: 0 }, { admit })
      const dialing = yield* Effect.forkChild(dial(url, { target: "/ocpp/CS-1", protocols: ["ocpp2.0.1"] }))
      yield* acceptor.nextRequest
      yield* TestClock.adjust("19 seconds")
      Deferred.doneUnsafe(gate, Exit.succeed(chosen))
      yield* acceptor.nextLink
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* server.connections, 1)
      assert.isUndefined(
        dialing
          .pollUnsafe()
          ?.toString()
          .match(/Failure/)?.[0]
      )
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
