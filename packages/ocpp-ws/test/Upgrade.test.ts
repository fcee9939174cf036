import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { parse, raw, upgradeRequest } from "@wattline/ocpp-conformance/tcp"
import { setup } from "./ws-harness.ts"

describe("requests that are no upgrade", () => {
  it.live("R-015: no HTTP is answered with 400, and the core is not asked", () =>
    Effect.gen(function* () {
      const { acceptor, connect, port } = yield* setup()
      const { answer } = yield* raw(port, '[2,"1","Heartbeat",{}]\r\n\r\n')
      assert.strictEqual(parse(yield* answer).status, 400)
      assert.deepStrictEqual(acceptor.requests, [])
      yield* connect()
    })
  )

  it.live("R-020: * is outside /ocpp and answered with 404", () =>
    Effect.gen(function* () {
      const { acceptor, port } = yield* setup()
      assert.strictEqual(parse(yield* (yield* raw(port, upgradeRequest("*"))).answer).status, 404)
      assert.deepStrictEqual(acceptor.requests, [])
    })
  )
})

describe("refusal", () => {
  it.live("R-015: nothing is behind it on the wire, whatever came behind the request", () =>
    Effect.gen(function* () {
      const headers = { "WWW-Authenticate": 'Basic realm="OCPP"' }
      const { port } = yield* setup(
        {},
        { admit: () => Effect.succeed({ _tag: "Refused", status: 401, reason: "Wröng.", headers }) }
      )
      const { answer } = yield* raw(port, upgradeRequest("/ocpp/CS-1"), Buffer.alloc(1_000_000))
      assert.strictEqual(
        Buffer.from(yield* answer, "latin1").toString(),
        "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n" +
          'Content-Length: 7\r\nWWW-Authenticate: Basic realm="OCPP"\r\n\r\nWröng.'
      )
    })
  )
})
