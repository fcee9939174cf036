/** The life of the adapter itself: from its announcement to its end. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import type { AdapterHarness } from "../Peer.ts"
import { contractCase } from "./contractCase.ts"

/** The cases of start and shutdown. */
export const lifetime = (harness: AdapterHarness): void => {
  contractCase(
    harness,
    "announces one URL while it runs, without a slash at its end",
    Effect.fnUntraced(function* ({ acceptor, shutdown }) {
      assert.strictEqual(acceptor.endpoints.length, 1)
      const { adapter, url } = acceptor.endpoints[0] ?? { adapter: "", url: "" }
      assert.notStrictEqual(adapter, "")
      assert.isTrue(URL.canParse(url), url)
      assert.isFalse(url.endsWith("/"), url)
      yield* shutdown
      assert.deepStrictEqual(acceptor.endpoints, [])
    })
  )

  contractCase(
    harness,
    "a shutdown closes every open link with 1001 and has called every onClose when it ends",
    Effect.fnUntraced(function* ({ acceptor, connect, shutdown }) {
      const ends = yield* Effect.forEach([1, 2, 3], (n) => connect(`/ocpp/CS-${n}`))
      yield* shutdown
      assert.deepStrictEqual(
        acceptor.links.map((link) => link.calls.map((call) => call._tag)),
        [["Close"], ["Close"], ["Close"]]
      )
      const codes = yield* Effect.forEach(ends, ({ peer }) => Effect.map(peer.closed, ({ code }) => code))
      assert.deepStrictEqual(codes, [1001, 1001, 1001])
    })
  )

  contractCase(
    harness,
    "nobody is let in after a shutdown",
    Effect.fnUntraced(function* ({ acceptor, dial, shutdown }) {
      yield* shutdown
      const refusal = yield* Effect.flip(dial({ target: "/ocpp/CS-1", protocols: ["ocpp2.0.1"] }))
      assert.strictEqual(refusal.status, 0)
      assert.deepStrictEqual(acceptor.requests, [])
    })
  )

  contractCase(
    harness,
    "a shutdown does not wait for an admission; that station is not let in",
    Effect.fnUntraced(function* ({ acceptor, dial, shutdown }) {
      const dialing = yield* Effect.forkChild(Effect.flip(dial({ target: "/ocpp/CS-1", protocols: ["ocpp2.0.1"] })))
      yield* acceptor.nextRequest
      yield* shutdown
      assert.strictEqual((yield* Fiber.join(dialing))._tag, "DialRefused")
      assert.deepStrictEqual(acceptor.links, [])
    }),
    { admit: () => Effect.never }
  )
}
