/** permessage-deflate (RFC 7692). */
import * as Effect from "effect/Effect"
import { assert, it } from "@effect/vitest"
import { closeFrame } from "../faults/Frame.ts"
import { behindHead, opened, running } from "./running.ts"
import type { WebSocketHarness, Wishes } from "./WebSocketHarness.ts"

const long = "abc".repeat(10_000)

/** How the first frame looks to a station that offers `offer`. */
export const firstFrame = Effect.fnUntraced(function* (
  { start }: WebSocketHarness,
  offer: string | undefined,
  text = long,
  wishes: Wishes = {}
) {
  const { answer, link, socket, until } = yield* opened(start(wishes), { "Sec-WebSocket-Extensions": offer })
  link.link.send(text)
  link.link.close(1000, "")
  yield* until("\x88\x02\x03\xe8")
  socket.end(closeFrame(1000))
  const all = yield* answer
  const frames = behindHead(all)
  return { head: all.slice(0, all.length - frames.length), opcode: frames.charCodeAt(0), length: frames.length }
})

const declined = [
  "permessage-deflate; server_max_window_bits=8",
  "permessage-deflate; nonsense",
  "x-webkit-deflate-frame",
  ";;",
  '"'
]

/** The cases of compression. */
export const compression = (harness: WebSocketHarness): void => {
  it.live("R-009: it is negotiated, and long messages cross compressed both ways, again and again", () =>
    Effect.gen(function* () {
      const { connect } = yield* running(harness.start())
      const extensions: Array<string> = []
      const { peer, link } = yield* connect({
        perMessageDeflate: true,
        finishRequest: (request, ws) => {
          ws.once("open", () => extensions.push(ws.extensions))
          request.end()
        }
      })
      assert.deepStrictEqual(extensions, ["permessage-deflate"])
      for (const text of [long, `${long}!`, long]) {
        yield* peer.send(text)
        assert.deepStrictEqual(yield* link.next, { _tag: "Text", text })
        assert.isTrue(link.link.send(text))
        assert.strictEqual(yield* peer.receive, text)
      }
    })
  )

  it.live("R-009: what was negotiated goes out compressed from the threshold on", () =>
    Effect.gen(function* () {
      const compressed = yield* firstFrame(harness, "permessage-deflate")
      assert.include(compressed.head, "Sec-WebSocket-Extensions: permessage-deflate")
      assert.strictEqual(compressed.opcode, 0xc1)
      assert.isBelow(compressed.length, 300)
      assert.strictEqual((yield* firstFrame(harness, "permessage-deflate", "short")).opcode, 0x81)
      const never = { compression: { threshold: Infinity } }
      assert.strictEqual((yield* firstFrame(harness, "permessage-deflate", long, never)).opcode, 0x81)
    })
  )

  it.live("R-010: a station that does not offer it is served uncompressed", () =>
    Effect.gen(function* () {
      const { head, length, opcode } = yield* firstFrame(harness, undefined)
      assert.notInclude(head, "Extensions")
      assert.strictEqual(opcode, 0x81)
      assert.isAbove(length, long.length)
    })
  )

  it.live("R-010: an offer that cannot be served is declined, not refused", () =>
    Effect.gen(function* () {
      for (const offer of declined) {
        const { head, opcode } = yield* firstFrame(harness, offer)
        assert.include(head, "101 Switching Protocols")
        assert.notInclude(head, "Extensions")
        assert.strictEqual(opcode, 0x81)
      }
    })
  )

  it.live("R-009: the switch turns it off", () =>
    Effect.gen(function* () {
      const { head, opcode } = yield* firstFrame(harness, "permessage-deflate", long, { compression: false })
      assert.notInclude(head, "Extensions")
      assert.strictEqual(opcode, 0x81)
    })
  )
}
