import { dial } from "@wattline/ocpp-conformance"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { isTlsApp, listenOn, type UwsApp, type UwsModule } from "../src/Native.ts"
import { parse, raw, upgradeRequest } from "@wattline/ocpp-conformance/tcp"
import { native, startWith } from "./uws-harness.ts"

const own = { port: 0, plain: true, path: "/ocpp" } as const
const station = { target: "/ocpp/CS-1", protocols: ["ocpp2.0.1"] }

/** An app of an application, listening on a free port, with a route of its own. */
const application = Effect.acquireRelease(
  Effect.sync(() => {
    const module = native as UwsModule
    const app = module.App()
    app.any("/hello", (response) => void response.end("hello"))
    const socket = listenOn(app, "127.0.0.1", 0)
    if (socket === undefined) throw new Error("the app does not listen")
    return {
      app,
      port: module.us_socket_local_port(socket),
      close: () => module.us_listen_socket_close(socket)
    }
  }),
  ({ close }) => Effect.sync(close)
)

describe.skipIf(native === undefined)("uWebSockets.js", () => {
  describe("own port", () => {
    it.live("calls all addresses of a machine localhost, and tells an IPv4 station on it as Node does", () =>
      Effect.gen(function* () {
        const { acceptor, port, server } = yield* startWith({ ...own, host: "::" })
        assert.strictEqual(server.url, `ws://localhost:${port}/ocpp`)
        yield* dial(`ws://127.0.0.1:${port}`, station)
        yield* dial(`ws://[::1]:${port}`, station)
        assert.deepStrictEqual(
          acceptor.requests.map(({ remoteAddress }) => remoteAddress),
          ["::ffff:127.0.0.1", "::1"]
        )
      })
    )

    it.live("R-015: who was connected without a WebSocket gets 503 after the stop, and the core is not asked", () =>
      Effect.gen(function* () {
        const { acceptor, port, stop } = yield* startWith(own)
        const request = upgradeRequest("/ocpp/CS-2")
        const { answer, socket } = yield* raw(port, request.slice(0, 30))
        yield* dial(`ws://127.0.0.1:${port}`, station) // by now the other one is connected, too
        yield* stop
        socket.write(request.slice(30))
        assert.strictEqual(parse(yield* answer).status, 503)
        assert.strictEqual(acceptor.requests.length, 1)
      })
    )
  })

  describe("an app of the application", () => {
    it.live("gets a route below path; its other routes stay, and nothing needs to be imported", () =>
      Effect.gen(function* () {
        const { app, port } = yield* application
        const { acceptor, server } = yield* startWith({ app, port, plain: true, path: "/ocpp", native: undefined })
        assert.deepStrictEqual(server.address, { host: "127.0.0.1", port })
        assert.strictEqual(server.url, `ws://127.0.0.1:${port}/ocpp`)
        yield* dial(`ws://127.0.0.1:${port}`, station)
        assert.isFalse((yield* acceptor.nextRequest).secure)
        const hello = "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        assert.strictEqual(parse(yield* (yield* raw(port, hello)).answer).body, "hello")
      })
    )

    it.live("goes on when the adapter is released, and another adapter can take its place", () =>
      Effect.gen(function* () {
        const { app, port } = yield* application
        const options = { app, port, plain: true, path: "/ocpp" }
        const first = yield* startWith(options)
        const peer = yield* dial(`ws://127.0.0.1:${port}`, station)
        yield* first.stop
        assert.strictEqual((yield* peer.closed).code, 1001)
        assert.strictEqual((yield* Effect.flip(dial(`ws://127.0.0.1:${port}`, station))).status, 404)
        const second = yield* startWith(options)
        yield* dial(`ws://127.0.0.1:${port}`, station)
        assert.strictEqual(first.acceptor.requests.length, 1)
        assert.strictEqual(second.acceptor.requests.length, 1)
      })
    )

    it("tells an SSLApp from an App", () => {
      const module = native as UwsModule
      const apps: ReadonlyArray<UwsApp> = [module.App(), module.SSLApp({ cert_file_name: "", key_file_name: "" })]
      assert.deepStrictEqual(apps.map(isTlsApp), [false, true])
    })

    it.live("cannot be reloaded", () =>
      Effect.gen(function* () {
        const { app, port } = yield* application
        const { server } = yield* startWith({ app, port, plain: true })
        const error = yield* Effect.flip(server.reload({ certFile: "x", keyFile: "y" }))
        assert.strictEqual(error.reason, "InvalidOption")
      })
    )
  })
})
