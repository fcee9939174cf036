import { assert, describe, it } from "@effect/vitest"
import { textFrame } from "@wattline/ocpp-conformance/raw"
import { parse, raw, upgradeRequest } from "@wattline/ocpp-conformance/tcp"
import { Effect } from "effect"
import { native, setup } from "./uws-harness.ts"

describe.skipIf(native === undefined)("uWebSockets.js", () => {
  describe("requests that are no upgrade", () => {
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

  describe("refusal", () => {
    it.live("no line break in a header gets onto the wire", () =>
      Effect.gen(function* () {
        const injected = { "Retry-After": "1\r\nX-Injected: yes\r\n\r\n<html>", "Bad Name\r\nX": "z" }
        const { port } = yield* setup(
          {},
          { admit: () => Effect.succeed({ _tag: "Refused", status: 401, reason: "No.\r\n", headers: injected }) }
        )
        const { answer } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
        const { headers } = parse(yield* answer)
        assert.strictEqual(headers["retry-after"], "1 X-Injected: yes <html>")
        assert.notProperty(headers, "x-injected")
        assert.notProperty(headers, "x")
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
})
