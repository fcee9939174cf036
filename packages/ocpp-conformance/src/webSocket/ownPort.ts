/** A port of the adapter's own. */
import { createServer } from "node:net"
import * as Effect from "effect/Effect"
import { assert, it } from "@effect/vitest"
import { dial } from "../dial.ts"
import { raw, upgradeRequest } from "../tcp.ts"
import { recorded, running } from "./running.ts"
import type { WebSocketHarness } from "./WebSocketHarness.ts"

const station = { target: "/ocpp/CS-1", protocols: ["ocpp2.0.1"] }

/** A port of this machine that somebody else listens on. */
const taken = Effect.acquireRelease(
  Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" ? (address?.port ?? 0) : 0
      resume(Effect.succeed({ port, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

/** The cases of an own port. */
export const ownPort = ({ adapter, start }: WebSocketHarness): void => {
  it.live("R-020: tells the real port and the URL, and announces it", () =>
    Effect.gen(function* () {
      const { acceptor, server } = yield* recorded(start())
      const { host, port } = server.address
      assert.strictEqual(host, "127.0.0.1")
      assert.isAbove(port, 0)
      assert.strictEqual(server.url, `ws://127.0.0.1:${port}/ocpp`)
      assert.deepStrictEqual(acceptor.endpoints, [{ adapter, url: server.url }])
    })
  )

  it.live("a port in use is a ListenError that says what to do", () =>
    Effect.gen(function* () {
      const { port } = yield* taken
      assert.deepInclude(yield* Effect.flip(recorded(start({ port }))), {
        _tag: "ListenError",
        reason: "PortInUse",
        message: `Port ${port} on 127.0.0.1 is already in use. Stop the other process or choose another port.`
      })
    })
  )

  it.live("a port in use by another of its kind, too", () =>
    Effect.gen(function* () {
      const { address } = (yield* recorded(start())).server
      assert.deepInclude(yield* Effect.flip(recorded(start({ port: address.port }))), { reason: "PortInUse" })
    })
  )

  it.live("a host of another machine is a ListenError", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(recorded(start({ host: "192.0.2.1" })))
      assert.deepInclude(error, { _tag: "ListenError", reason: "HostNotFound" })
    })
  )

  it.live("the port is free when it has stopped, and nothing comes in during the stop", () =>
    Effect.gen(function* () {
      const first = yield* running(start())
      yield* first.connect()
      yield* first.stop
      const again = yield* running(start({ port: first.port }))
      assert.strictEqual(again.port, first.port)
      yield* again.connect()
      assert.deepStrictEqual([first.acceptor.requests.length, again.acceptor.requests.length], [1, 1])
    })
  )

  it.live("connections counts the open links", () =>
    Effect.gen(function* () {
      const { connect, server } = yield* running(start())
      const { link, peer } = yield* connect()
      yield* connect({}, "/ocpp/CS-2")
      assert.strictEqual(yield* server.connections, 2)
      yield* peer.close(1000, "")
      yield* link.next
      assert.strictEqual(yield* server.connections, 1)
    })
  )

  it.live("a stop drains the core's links first, then says 1001 to whoever is left", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const { connect, stop } = yield* running(start(), {
        drain: (handlers) => Effect.sync(() => void events.push(`drain ${handlers.length}`)),
        onCall: (_, call) => void events.push(call._tag === "Close" ? `close ${call.code}` : call._tag)
      })
      yield* connect()
      yield* stop
      assert.deepStrictEqual(events, ["drain 1", "close 1001"])
    })
  )

  it.live("over maxPendingSockets a connection is cut off and told; stations that are in do not count", () =>
    Effect.gen(function* () {
      const { acceptor, connect, port, server, url } = yield* running(start({ maxPendingSockets: 2 }))
      for (const name of ["CS-1", "CS-2", "CS-3"]) yield* connect({}, `/ocpp/${name}`)
      const first = yield* raw(port, "GET ")
      yield* raw(port, "GET ")
      assert.strictEqual(yield* (yield* raw(port, upgradeRequest("/ocpp/CS-4"))).answer, "")
      assert.deepStrictEqual(acceptor.limits, [{ limit: "pendingSockets", remoteAddress: "127.0.0.1" }])
      assert.strictEqual(yield* server.connections, 3)
      first.socket.destroy()
      yield* first.answer
      yield* Effect.eventually(dial(url, station)) // until the server has seen the end of the first
    })
  )
}
