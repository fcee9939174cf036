/** What in-memory links promise beyond the adapter contract. */
import { assert, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { TestClock } from "effect/testing"
import { Fault } from "../src/index.ts"
import { connected, start, told } from "./setup.ts"

it.effect("R-020, R-042: an identity becomes the last path segment, a password a Basic header", () =>
  Effect.gen(function* () {
    const { acceptor, network } = yield* start({}, { path: "/tenant/ocpp" })
    yield* network.dial({ identity: "RDAM|123", password: "pässwörd", remoteAddress: "10.0.0.7", secure: true })
    assert.deepStrictEqual(acceptor.requests, [
      {
        target: "/tenant/ocpp/RDAM%7C123",
        protocols: "ocpp2.0.1",
        authorization: `Basic ${Buffer.from("RDAM|123:pässwörd").toString("base64")}`,
        remoteAddress: "10.0.0.7",
        secure: true
      }
    ])
    assert.deepStrictEqual(acceptor.endpoints, [{ adapter: "memory", url: "memory://csms/tenant/ocpp" }])
  })
)

it.effect("R-042: with a target alone, the user name is the identity decoded from it", () =>
  Effect.gen(function* () {
    const { acceptor, network } = yield* start()
    yield* network.dial({ target: "/a/b/RDAM%7C123?x=/y", password: "secret" })
    yield* network.dial({ target: "/a/b/RDAM%7C123", identity: "somebody", authorization: "Bearer x" })
    assert.deepStrictEqual(
      acceptor.requests.map(({ target, authorization }) => [target, authorization]),
      [
        ["/a/b/RDAM%7C123?x=/y", `Basic ${btoa("RDAM|123:secret")}`],
        ["/a/b/RDAM%7C123", "Bearer x"]
      ]
    )
  })
)

it.effect("nothing is delivered inside a send, and no handler is entered while it runs", () =>
  Effect.gen(function* () {
    let depth = 0
    const alone = (body: () => void) => () => {
      assert.strictEqual(depth, 0)
      depth += 1
      body()
      depth -= 1
    }
    const trace: Array<string> = []
    const { acceptor, network } = yield* start({
      onCall: ({ link }, call) => {
        alone(() => {
          trace.push(`csms ${call._tag}`)
          link.send("answer")
          link.send("answer")
        })()
      }
    })
    const end = yield* network.connect(
      { identity: "CS-1" },
      {
        onText: (text) =>
          alone(() => {
            trace.push(`station ${text}`)
            if (trace.length < 6) end.link.send("again")
          })(),
        onBinary: () => {},
        onClose: () => alone(() => trace.push("station closed"))()
      }
    )
    alone(() => end.link.send("first"))()
    assert.deepStrictEqual(trace, [])
    yield* Effect.yieldNow
    assert.deepStrictEqual(trace.slice(0, 4), ["csms Text", "station answer", "station answer", "csms Text"])
    assert.deepStrictEqual(acceptor.violations, [])
  })
)

it.effect("R-079: what is no valid UTF-16 arrives as valid UTF-8 would", () =>
  Effect.gen(function* () {
    const { peer, server } = yield* connected()
    yield* peer.send("half \uD83D a pair")
    assert.deepStrictEqual(yield* server.next, { _tag: "Text", text: "half \uFFFD a pair" })
  })
)

it.effect("R-012: the default limit is 1 MiB", () =>
  Effect.gen(function* () {
    const { peer, server } = yield* connected()
    yield* peer.send("x".repeat(1_048_576))
    assert.strictEqual((yield* server.next)._tag, "Text")
    yield* peer.send("x".repeat(1_048_577))
    assert.deepStrictEqual(yield* server.next, { _tag: "Close", code: 1009, reason: "message too long" })
  })
)

it.effect("R-186: a close that the station never answers is cut off after closeTimeout", () =>
  Effect.gen(function* () {
    const { peer, server } = yield* connected({}, { closeTimeout: "3 seconds" })
    yield* peer.faults.halfOpen
    server.link.close(1000, "replaced")
    yield* TestClock.adjust("2999 millis")
    assert.deepStrictEqual(told(server), [])
    yield* TestClock.adjust("1 milli")
    assert.deepStrictEqual(told(server), ["closed 1006"])
    yield* peer.faults.heal
    assert.strictEqual((yield* peer.closed).code, 1000)
  })
)

it.effect("a station leaves with 1000 when its scope closes, and with 1006 when its link is silent", () =>
  Effect.gen(function* () {
    const { acceptor, network } = yield* start()
    yield* Effect.scoped(network.dial({ identity: "CS-1" }))
    yield* Effect.scoped(Effect.flatMap(network.dial({ identity: "CS-2" }), (peer) => peer.faults.halfOpen))
    assert.deepStrictEqual(acceptor.links.map(told), [["closed 1000"], ["closed 1006"]])
  })
)

it.effect("a shutdown needs no clock: it ends delays, and cuts silent links off", () =>
  Effect.gen(function* () {
    const { acceptor, network, shutdown } = yield* start()
    const scope = yield* Scope.make()
    const [slow, silent] = yield* Effect.all([
      network.dial({ identity: "CS-1", faults: [Fault.delay("toCsms", "1 hour"), Fault.delay("toStation", "1 hour")] }),
      network.dial({ identity: "CS-2" })
    ]).pipe(Scope.provide(scope))
    yield* silent.faults.halfOpen
    yield* slow.send("on its way")
    yield* silent.send("lost")
    yield* shutdown
    assert.deepStrictEqual(acceptor.links.map(told), [["on its way", "closed 1001"], ["closed 1006"]])
    assert.strictEqual((yield* slow.closed).code, 1001)
    assert.strictEqual((yield* silent.closed).code, 1006)
    yield* Scope.close(scope, Exit.void)
  })
)
