/** From the upgrade request to the open link. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import type { Refused } from "@wattline/ocpp-core"
import type { AdapterHarness } from "../Peer.ts"
import { admitted } from "../RecordingAcceptor.ts"
import { contractCase, gated, nextCalls } from "./contractCase.ts"

const basic = `Basic ${btoa("RDAM|123:0123456789abcdef")}`
const refused = (status: Refused["status"], headers: Refused["headers"] = {}): Refused => ({
  _tag: "Refused",
  status,
  reason: `refused with ${status}`,
  headers
})
const texts = Array.from({ length: 20 }, (_, n) => `text ${n}`)
const asCalls = texts.map((text) => ({ _tag: "Text", text }))

/** The cases of the handshake. */
export const handshake = (harness: AdapterHarness): void => {
  contractCase(
    harness,
    "R-021, R-022: the request reaches admit as it came, nothing decoded, with its query",
    Effect.fnUntraced(function* ({ acceptor, dial }) {
      yield* dial({ target: "/ocpp/RDAM%7C123?a=%20b", protocols: ["ocpp2.0.1", "ocpp1.6"], authorization: basic })
      const request = yield* acceptor.nextRequest
      assert.strictEqual(acceptor.requests.length, 1)
      assert.strictEqual(request.target, "/ocpp/RDAM%7C123?a=%20b")
      assert.deepStrictEqual(
        request.protocols?.split(",").map((name) => name.trim()),
        ["ocpp2.0.1", "ocpp1.6"]
      )
      assert.strictEqual(request.authorization, basic)
      assert.strictEqual(request.secure, harness.secure === true)
    })
  )

  contractCase(
    harness,
    "absent headers are undefined",
    Effect.fnUntraced(function* ({ acceptor, dial }) {
      yield* Effect.flip(dial({ target: "/ocpp/CS-1" }))
      const request = yield* acceptor.nextRequest
      assert.isUndefined(request.protocols)
      assert.isUndefined(request.authorization)
    }),
    { admit: () => Effect.succeed(refused(400)) }
  )

  const chosen = admitted("/ocpp/CS-1", "ocpp2.0.1")
  contractCase(
    harness,
    "R-004: the station gets the one protocol that admit chose, and open what admit answered",
    Effect.fnUntraced(function* ({ acceptor, dial }) {
      const peer = yield* dial({ target: "/ocpp/CS-1", protocols: ["ocpp1.6", "ocpp2.0.1"] })
      assert.strictEqual(peer.protocol, "ocpp2.0.1")
      assert.deepStrictEqual((yield* acceptor.nextLink).admitted, chosen)
    }),
    { admit: () => Effect.succeed(chosen) }
  )

  for (const status of [400, 401, 403, 404, 503] as const) {
    contractCase(
      harness,
      `R-015: a refusal with ${status} reaches the station, and no link is opened`,
      Effect.fnUntraced(function* ({ acceptor, dial }) {
        const refusal = yield* Effect.flip(dial({ target: "/ocpp/CS-1", protocols: ["ocpp2.0.1"] }))
        assert.strictEqual(refusal.status, status)
        assert.include(refusal.body, `refused with ${status}`)
        assert.deepStrictEqual(acceptor.links, [])
      }),
      { admit: () => Effect.as(Effect.yieldNow, refused(status)) }
    )
  }

  contractCase(
    harness,
    "R-040: a 401 carries its WWW-Authenticate header",
    Effect.fnUntraced(function* ({ dial }) {
      const refusal = yield* Effect.flip(dial({ target: "/ocpp/CS-1", protocols: ["ocpp2.0.1"] }))
      assert.strictEqual(refusal.headers["www-authenticate"], 'Basic realm="ocpp"')
    }),
    { admit: () => Effect.succeed(refused(401, { "WWW-Authenticate": 'Basic realm="ocpp"' })) }
  )

  contractCase(
    harness,
    "R-007: closeAfterUpgrade finishes the upgrade without a protocol, then closes; no link is opened",
    Effect.fnUntraced(function* ({ acceptor, dial }) {
      const peer = yield* dial({ target: "/ocpp/CS-1" })
      assert.strictEqual(peer.protocol, "")
      assert.deepStrictEqual(yield* peer.closed, { code: 1002, reason: "no common subprotocol" })
      assert.deepStrictEqual(acceptor.links, [])
    }),
    { admit: () => Effect.succeed({ _tag: "ClosedAfterUpgrade", code: 1002, reason: "no common subprotocol" }) }
  )

  const gate = Deferred.makeUnsafe<void>()
  contractCase(
    harness,
    "R-013: texts sent right after an admission that took its time arrive, all and in order",
    Effect.fnUntraced(function* ({ acceptor, dial }) {
      const dialing = yield* Effect.forkChild(dial({ target: "/ocpp/CS-1", protocols: ["ocpp2.0.1"] }))
      yield* acceptor.nextRequest
      yield* Deferred.succeed(gate, undefined)
      const peer = yield* Fiber.join(dialing)
      yield* Effect.forEach(texts, peer.send)
      assert.deepStrictEqual<unknown>(yield* nextCalls(yield* acceptor.nextLink, texts.length), asCalls)
    }),
    { admit: () => gated(gate, chosen) }
  )

  const earlyGate = Deferred.makeUnsafe<void>()
  contractCase(
    harness,
    "R-013: texts that come before the 101 wait for the admission, are all kept and in order",
    Effect.fnUntraced(function* ({ acceptor, dial }) {
      const early = texts.slice(0, 10)
      const dialing = yield* Effect.forkChild(dial({ target: "/ocpp/CS-1", protocols: ["ocpp2.0.1"], early }))
      yield* acceptor.nextRequest
      assert.deepStrictEqual(acceptor.links, [])
      yield* Deferred.succeed(earlyGate, undefined)
      const peer = yield* Fiber.join(dialing)
      yield* Effect.forEach(texts.slice(10), peer.send)
      assert.deepStrictEqual<unknown>(yield* nextCalls(yield* acceptor.nextLink, texts.length), asCalls)
    }),
    { admit: () => gated(earlyGate, chosen), skip: harness.early !== true }
  )
}
