/** Messages on an open link, both ways. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import type { AdapterHarness } from "../Peer.ts"
import { contractCase, nextCalls, receiveMany } from "./contractCase.ts"

const maxMessageBytes = 65_536
const numbered = (length: number) => Array.from({ length }, (_, n) => `text ${n}`)

const samples = {
  "an empty text": "",
  "non-ASCII text": "Ladesäule „Süd“ – 充電 ⚡ 🔌 \u{1F468}\u200D\u{1F527}",
  "60 kB": "x".repeat(60_000),
  "R-012: exactly maxMessageBytes, in characters of three bytes": "€".repeat(21_845) + "x"
}

const tooLong = {
  "one byte over maxMessageBytes": "x".repeat(maxMessageBytes + 1),
  "over maxMessageBytes in bytes, below it in characters": "é".repeat(40_000)
}

/** The cases of messages. */
export const messages = (harness: AdapterHarness): void => {
  contractCase(
    harness,
    "texts arrive in order, both ways at once",
    Effect.fnUntraced(function* ({ connect }) {
      const { peer, server } = yield* connect()
      const texts = numbered(100)
      yield* Effect.forEach(texts, (text) =>
        Effect.andThen(
          peer.send(text),
          Effect.sync(() => assert.isTrue(server.link.send(text)))
        )
      )
      assert.deepStrictEqual(yield* receiveMany(peer, 100), texts)
      assert.deepStrictEqual<unknown>(
        yield* nextCalls(server, 100),
        texts.map((text) => ({ _tag: "Text", text }))
      )
    })
  )

  for (const [what, text] of Object.entries(samples)) {
    contractCase(
      harness,
      `${what} arrives whole, both ways`,
      Effect.fnUntraced(function* ({ connect }) {
        const { peer, server } = yield* connect()
        yield* peer.send(text)
        assert.deepStrictEqual(yield* server.next, { _tag: "Text", text })
        server.link.send(text)
        assert.strictEqual(yield* peer.receive, text)
      })
    )
  }

  for (const [what, text] of Object.entries(tooLong)) {
    contractCase(
      harness,
      `R-012: a message ${what} closes the connection with 1009; neither it nor what follows is handed over`,
      Effect.fnUntraced(function* ({ connect }) {
        const { peer, server } = yield* connect()
        yield* peer.send(text)
        yield* peer.send("behind it")
        assert.strictEqual((yield* peer.closed).code, 1009)
        assert.strictEqual((yield* server.next)._tag, "Close")
      })
    )
  }

  contractCase(
    harness,
    "R-014: a binary message is told as such, in its place; the link stays open",
    Effect.fnUntraced(function* ({ connect }) {
      const { peer, server } = yield* connect()
      yield* peer.send("before")
      yield* peer.sendBinary(Uint8Array.of(1, 2, 3))
      yield* peer.send("after")
      assert.deepStrictEqual(yield* nextCalls(server, 3), [
        { _tag: "Text", text: "before" },
        { _tag: "Binary" },
        { _tag: "Text", text: "after" }
      ])
    })
  )

  contractCase(
    harness,
    "an answer given inside onText goes out, in order",
    Effect.fnUntraced(function* ({ connect }) {
      const { peer } = yield* connect()
      const texts = numbered(20)
      yield* Effect.forEach(texts, peer.send)
      assert.deepStrictEqual(
        yield* receiveMany(peer, 40),
        texts.flatMap((text) => [`first answer to ${text}`, `second answer to ${text}`])
      )
    }),
    {
      onCall: ({ link }, call) => {
        if (call._tag !== "Text") return
        link.send(`first answer to ${call.text}`)
        link.send(`second answer to ${call.text}`)
      }
    }
  )

  contractCase(
    harness,
    "a text sent inside Acceptor.open is the first that the station receives",
    Effect.fnUntraced(function* ({ connect }) {
      const { peer, server } = yield* connect()
      server.link.send("later")
      assert.deepStrictEqual(yield* receiveMany(peer, 2), ["at once", "later"])
    }),
    { onOpen: ({ link }) => link.send("at once") }
  )

  contractCase(
    harness,
    "50 stations at once stay apart",
    Effect.fnUntraced(function* ({ connect, acceptor }) {
      const names = Array.from({ length: 50 }, (_, n) => `CS-${n}`)
      const ends = yield* Effect.forEach(names, (name) => connect(`/ocpp/${name}`), { concurrency: 10 })
      for (const round of numbered(5)) {
        yield* Effect.forEach(ends, ({ peer }, n) => peer.send(`${names[n]}: ${round}`))
      }
      yield* Effect.forEach(ends, ({ peer }, n) =>
        Effect.map(receiveMany(peer, 5), (received) =>
          assert.deepStrictEqual(
            received,
            numbered(5).map((round) => `${names[n]} got ${names[n]}: ${round}`)
          )
        )
      )
      assert.sameMembers(
        acceptor.links.map((link) => link.admitted.identity),
        names
      )
    }),
    {
      onCall: ({ link, admitted }, call) => {
        if (call._tag === "Text") link.send(`${admitted.identity} got ${call.text}`)
      }
    }
  )
}
