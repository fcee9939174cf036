/** What an upgrade request is answered with. */
import * as Effect from "effect/Effect"
import { assert, it } from "@effect/vitest"
import { admitted } from "../RecordingAcceptor.ts"
import { parse, raw, upgradeRequest } from "../tcp.ts"
import { running } from "./running.ts"
import type { WebSocketHarness } from "./WebSocketHarness.ts"

const offers = ["ocpp1.6 ,\tocpp2.0.1", "ocpp2.0.1,ocpp2.0.1", "ocpp1.6,,ocpp2.0.1,", "ocpp2.0.1,ocpp1.6"]

/** The cases of answers. */
export const responses = ({ early, start }: WebSocketHarness): void => {
  it.live("R-015: a refusal is one HTTP answer with length, reason and Connection: close, then the end", () =>
    Effect.gen(function* () {
      const headers = { "WWW-Authenticate": 'Basic realm="OCPP"' }
      const { acceptor, port } = yield* running(start(), {
        admit: () => Effect.succeed({ _tag: "Refused", status: 401, reason: "Wröng.", headers })
      })
      const answer = yield* (yield* raw(port, upgradeRequest("/ocpp/CS-1"))).answer
      const text = Buffer.from(answer, "latin1").toString()
      assert.match(text, /^HTTP\/1\.1 401 Unauthorized\r\n/)
      assert.match(text, /\r\n\r\nWröng\.$/)
      assert.deepInclude(parse(text).headers, {
        connection: "close",
        "content-type": "text/plain; charset=utf-8",
        "content-length": "7",
        "www-authenticate": 'Basic realm="OCPP"'
      })
      assert.deepStrictEqual(acceptor.links, [])
    })
  )

  it.live("R-015: an admission that dies is 503 without a word about why", () =>
    Effect.gen(function* () {
      const { port } = yield* running(start(), { admit: () => Effect.die(new Error("secret")) })
      const answer = yield* (yield* raw(port, upgradeRequest("/ocpp/CS-1"))).answer
      assert.strictEqual(parse(answer).status, 503)
      assert.notInclude(answer, "secret")
    })
  )

  it.live("R-003, R-004: odd spacing, repetition and order do not matter to the 101", () =>
    Effect.gen(function* () {
      const { port } = yield* running(start(), { admit: () => Effect.succeed(admitted("/ocpp/CS-1")) })
      for (const offer of offers) {
        const request = upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Protocol": offer })
        const { answer, socket, until } = yield* raw(port, request)
        yield* until("\r\n\r\n")
        socket.end()
        const { headers, status } = parse(yield* answer)
        assert.deepStrictEqual([status, headers["sec-websocket-protocol"]], [101, "ocpp2.0.1"], offer)
      }
    })
  )

  it.live("R-007: closeAfterUpgrade names no protocol in the 101, closes, and listens to nothing", () =>
    Effect.gen(function* () {
      const { port, server } = yield* running(start({ closeTimeout: 0.05 }), {
        admit: () => Effect.succeed({ _tag: "ClosedAfterUpgrade", code: 1002, reason: "" })
      })
      const request = upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Protocol": "ocpp1.6" })
      const badFrame = Buffer.from([0xff, 0xff])
      const { answer } = yield* raw(port, request, ...(early ? [badFrame] : []))
      const { body, headers, status } = parse(yield* answer)
      assert.strictEqual(status, 101)
      assert.notProperty(headers, "sec-websocket-protocol")
      assert.strictEqual(body, "\x88\x02\x03\xea")
      assert.strictEqual(yield* server.connections, 0)
    })
  )
}
