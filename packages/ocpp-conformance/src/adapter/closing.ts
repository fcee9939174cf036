/** How a connection ends, from either side. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import type { AdapterHarness } from "../Peer.ts"
import { contractCase, nextCalls } from "./contractCase.ts"

/** The cases of the close. `contractCase` adds to each: exactly one `onClose`, as the last call. */
export const closing = (harness: AdapterHarness): void => {
  contractCase(
    harness,
    "R-186: Link.close reaches the station with code and reason, then onClose tells the code",
    Effect.fnUntraced(function* ({ connect }) {
      const { peer, server } = yield* connect()
      server.link.close(1000, "replaced – ersetzt")
      assert.deepStrictEqual(yield* peer.closed, { code: 1000, reason: "replaced – ersetzt" })
      const close = yield* server.next
      assert.strictEqual(close._tag === "Close" && close.code, 1000)
    })
  )

  for (const code of [1000, 1001, 3001, 4001]) {
    contractCase(
      harness,
      `a close of the station with ${code} reaches onClose with code and reason`,
      Effect.fnUntraced(function* ({ connect }) {
        const { peer, server } = yield* connect()
        yield* peer.close(code, "maintenance")
        assert.deepStrictEqual(yield* server.next, { _tag: "Close", code, reason: "maintenance" })
        assert.strictEqual((yield* peer.closed).code, code)
      }),
      { skip: code === 3001 && harness.registeredCloseCodes === false }
    )
  }

  contractCase(
    harness,
    "a station that is cut off is a close with 1006",
    Effect.fnUntraced(function* ({ connect }) {
      const { peer, server } = yield* connect()
      yield* peer.terminate
      const close = yield* server.next
      assert.strictEqual(close._tag === "Close" && close.code, 1006)
      assert.strictEqual((yield* peer.closed).code, 1006)
    })
  )

  contractCase(
    harness,
    "Link.terminate is 1006 on both sides",
    Effect.fnUntraced(function* ({ connect }) {
      const { peer, server } = yield* connect()
      server.link.terminate()
      assert.strictEqual((yield* peer.closed).code, 1006)
      const close = yield* server.next
      assert.strictEqual(close._tag === "Close" && close.code, 1006)
    })
  )

  contractCase(
    harness,
    "what was sent before a close arrives before it, both ways",
    Effect.fnUntraced(function* ({ connect }) {
      const byServer = yield* connect("/ocpp/CS-1")
      byServer.server.link.send("last words")
      byServer.server.link.close(1000, "")
      assert.strictEqual(yield* byServer.peer.receive, "last words")
      assert.strictEqual((yield* Effect.flip(byServer.peer.receive)).code, 1000)

      const byPeer = yield* connect("/ocpp/CS-2")
      yield* byPeer.peer.send("last words")
      yield* byPeer.peer.close(1000, "")
      assert.deepStrictEqual(yield* nextCalls(byPeer.server, 2), [
        { _tag: "Text", text: "last words" },
        { _tag: "Close", code: 1000, reason: "" }
      ])
    })
  )

  contractCase(
    harness,
    "Link.send answers false from the close on, sends nothing and does not throw",
    Effect.fnUntraced(function* ({ connect }) {
      const { peer, server } = yield* connect()
      server.link.close(1000, "")
      assert.isFalse(server.link.send("while closing"))
      yield* server.next
      assert.isFalse(server.link.send("when closed"))
      assert.strictEqual((yield* Effect.flip(peer.receive)).code, 1000)

      const cut = yield* connect()
      cut.server.link.terminate()
      assert.isFalse(cut.server.link.send("when cut off"))

      const left = yield* connect()
      yield* left.peer.close(1000, "")
      yield* left.server.next
      assert.isFalse(left.server.link.send("when the station has left"))
    })
  )

  contractCase(
    harness,
    "close and terminate on a link that is closing or closed change nothing",
    Effect.fnUntraced(function* ({ connect }) {
      const { peer, server } = yield* connect()
      server.link.close(1000, "first")
      server.link.close(1008, "second")
      assert.deepStrictEqual(yield* peer.closed, { code: 1000, reason: "first" })
      yield* server.next
      server.link.close(1000, "third")
      server.link.terminate()
      server.link.terminate()
    })
  )

  contractCase(
    harness,
    "a link may be closed inside onText and inside onClose",
    Effect.fnUntraced(function* ({ connect }) {
      const { peer } = yield* connect()
      yield* peer.send("flood")
      assert.deepStrictEqual(yield* peer.closed, { code: 1008, reason: "rate" })
    }),
    { onCall: ({ link }, call) => link.close(call._tag === "Text" ? 1008 : 1000, "rate") }
  )

  contractCase(
    harness,
    "a link may be closed inside Acceptor.open",
    Effect.fnUntraced(function* ({ connect }) {
      const { peer, server } = yield* connect()
      assert.deepStrictEqual(yield* peer.closed, { code: 1013, reason: "try again later" })
      assert.strictEqual((yield* server.next)._tag, "Close")
    }),
    { onOpen: ({ link }) => link.close(1013, "try again later") }
  )
}
