/** Which requests are upgrades to the endpoint, and what the core is told of them. */
import * as Effect from "effect/Effect"
import { assert, it } from "@effect/vitest"
import { parse, raw, upgradeRequest } from "../tcp.ts"
import { running } from "./running.ts"
import type { WebSocketHarness } from "./WebSocketHarness.ts"

const refused: ReadonlyArray<readonly [what: string, status: number, text: string]> = [
  ["POST", 405, upgradeRequest("/ocpp/CS-1").replace("GET", "POST")],
  ["another protocol than websocket", 400, upgradeRequest("/ocpp/CS-1", { Upgrade: "h2c" })],
  ["no Sec-WebSocket-Key", 400, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Key": undefined })],
  ["a short Sec-WebSocket-Key", 400, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Key": "abc" })],
  ["a Sec-WebSocket-Key that is no base64", 400, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Key": "!".repeat(24) })],
  ["no version", 426, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Version": undefined })],
  ["version 12", 426, upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Version": "12" })],
  ["a plain GET", 426, upgradeRequest("/ocpp/CS-1", { Upgrade: undefined, Connection: "close" })],
  ["headers without end", 431, upgradeRequest("/ocpp/CS-1", { "X-Long": "x".repeat(100_000) })]
]

const outside = ["/", "/ocpp", "/ocpp?x", "/ocppp/CS-1", "/OCPP/CS-1", "/other/ocpp/CS-1"]

/** The cases of requests. */
export const requests = ({ start }: WebSocketHarness): void => {
  for (const [what, status, text] of refused) {
    it.live(`R-015: ${what} is answered with ${status}, and the core is not asked`, () =>
      Effect.gen(function* () {
        const { acceptor, connect, port } = yield* running(start())
        assert.strictEqual(parse(yield* (yield* raw(port, text)).answer).status, status)
        assert.deepStrictEqual(acceptor.requests, [])
        yield* connect()
      })
    )
  }

  it.live("R-015: version 12 is told the version that is spoken", () =>
    Effect.gen(function* () {
      const { port } = yield* running(start())
      const request = upgradeRequest("/ocpp/CS-1", { "Sec-WebSocket-Version": "12" })
      assert.strictEqual(parse(yield* (yield* raw(port, request)).answer).headers["sec-websocket-version"], "13")
    })
  )

  for (const target of outside) {
    it.live(`R-020: ${target} is outside /ocpp and answered with 404`, () =>
      Effect.gen(function* () {
        const { acceptor, port } = yield* running(start())
        assert.strictEqual(parse(yield* (yield* raw(port, upgradeRequest(target))).answer).status, 404)
        assert.deepStrictEqual(acceptor.requests, [])
      })
    )
  }

  it.live("R-029: below the path everything is for the core to judge", () =>
    Effect.gen(function* () {
      const { acceptor, port } = yield* running(start())
      for (const target of ["/ocpp/tenant/CS-1", "/ocpp/", "/ocpp/%zz", "/ocpp/%2e%2e", "/ocpp/a?b=%20&c"]) {
        yield* raw(port, upgradeRequest(target))
        assert.strictEqual((yield* acceptor.nextRequest).target, target)
      }
    })
  )

  it.live("R-020: without a path the endpoint is the root", () =>
    Effect.gen(function* () {
      const { connect, port, server } = yield* running(start({ path: "/" }))
      assert.strictEqual(server.url, `ws://127.0.0.1:${port}`)
      yield* connect({}, "/CS-1")
    })
  )

  it.live("R-002: several headers of one name are one list, and the peer's address is told", () =>
    Effect.gen(function* () {
      const { acceptor, port } = yield* running(start())
      const second = "\r\nSec-WebSocket-Protocol: ocpp1.6\r\nX: y\r\n\r\n"
      yield* raw(port, upgradeRequest("/ocpp/CS-1").replace("\r\n\r\n", second))
      const { certificate, protocols, remoteAddress } = yield* acceptor.nextRequest
      assert.deepStrictEqual(protocols?.split(/, ?/), ["ocpp2.0.1", "ocpp1.6"])
      assert.strictEqual(remoteAddress, "127.0.0.1")
      assert.isUndefined(certificate)
    })
  )
}
