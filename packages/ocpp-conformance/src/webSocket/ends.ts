/** `Link.close` and what may go wrong in it. */
import * as Effect from "effect/Effect"
import { assert, it } from "@effect/vitest"
import { running } from "./running.ts"
import type { WebSocketHarness } from "./WebSocketHarness.ts"

/** The cases of the end of a link. */
export const ends = ({ start }: WebSocketHarness): void => {
  it.live("close does not throw over a reason that is too long, and keeps its characters whole", () =>
    Effect.gen(function* () {
      const { connect } = yield* running(start())
      const { peer, link } = yield* connect()
      link.link.close(1000, "€".repeat(100))
      assert.deepStrictEqual(yield* peer.closed, { code: 1000, reason: "€".repeat(41) })
    })
  )

  for (const code of [1006, 999, 5000, 0, 1004, 2999]) {
    it.live(`close with ${code}, which may not be sent, closes without a code`, () =>
      Effect.gen(function* () {
        const { connect } = yield* running(start())
        const { peer, link } = yield* connect()
        link.link.close(code, "gone")
        assert.strictEqual((yield* peer.closed).code, 1005)
        assert.deepInclude(yield* link.next, { _tag: "Close", code: 1005 })
      })
    )
  }

  it.live("R-079: a lone surrogate goes out as valid UTF-8", () =>
    Effect.gen(function* () {
      const { connect } = yield* running(start())
      const { peer, link } = yield* connect()
      link.link.send("\ud800!")
      assert.strictEqual(yield* peer.receive, "\ufffd!")
    })
  )
}
