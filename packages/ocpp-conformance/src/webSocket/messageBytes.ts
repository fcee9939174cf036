/** Messages over `maxMessageBytes`. */
import * as Effect from "effect/Effect"
import { assert, it } from "@effect/vitest"
import { running } from "./running.ts"
import type { WebSocketHarness } from "./WebSocketHarness.ts"

const limit = { limit: "messageBytes", identity: "CS-1" } as const

/** The cases of messages that are too long. */
export const messageBytes = ({ start }: WebSocketHarness): void => {
  it.live("R-012: over maxMessageBytes the close frame says 1009, and the limit is told once", () =>
    Effect.gen(function* () {
      const { acceptor, connect } = yield* running(start({ maxMessageBytes: 1000 }))
      const { link, peer } = yield* connect()
      yield* peer.send("x".repeat(1001))
      assert.strictEqual((yield* peer.closed).code, 1009)
      assert.strictEqual((yield* link.next)._tag, "Close")
      assert.strictEqual(acceptor.limits.length, 1)
      assert.deepInclude(acceptor.limits[0], limit)
    })
  )

  it.live("R-011: so it does for a message that inflates over the limit", () =>
    Effect.gen(function* () {
      const { acceptor, connect } = yield* running(start({ maxMessageBytes: 10_000 }))
      const { link, peer } = yield* connect({ perMessageDeflate: { threshold: 0 } })
      yield* peer.send("a".repeat(9_999))
      assert.deepInclude(yield* link.next, { _tag: "Text" })
      yield* peer.send("a".repeat(15_000))
      assert.strictEqual((yield* peer.closed).code, 1009)
      assert.strictEqual((yield* link.next)._tag, "Close")
      assert.strictEqual(acceptor.limits.length, 1)
      assert.deepInclude(acceptor.limits[0], limit)
    })
  )
}
