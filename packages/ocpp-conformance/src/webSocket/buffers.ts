/** What waits for a station that does not read, or reads slowly. */
import * as Effect from "effect/Effect"
import { assert, it } from "@effect/vitest"
import { opened, running } from "./running.ts"
import type { WebSocketHarness } from "./WebSocketHarness.ts"

const mebibyte = 1024 * 1024
const block = (n: number) => `${n}`.padEnd(mebibyte / 4, "x")
const nextTurn = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))

/** The cases of stations that do not read. */
export const buffers = ({ start }: WebSocketHarness): void => {
  it.live("it is closed over maxBufferedBytes, told as a limit once, and cut off after closeTimeout", () =>
    Effect.gen(function* () {
      const options = { maxBufferedBytes: mebibyte, compression: false, closeTimeout: 0.1 }
      const { acceptor, answer, link, server, socket } = yield* opened(start(options))
      socket.pause()
      let sent = 0
      while (sent < 200 && link.link.send(block(sent))) {
        sent++
        yield* nextTurn
      }
      assert.isAbove(sent, 3)
      assert.isBelow(sent, 200)
      assert.isFalse(link.link.send("more"))
      assert.deepInclude(yield* link.next, { _tag: "Close", code: 1006 })
      assert.strictEqual(yield* server.connections, 0)
      assert.strictEqual(acceptor.limits.length, 1)
      assert.deepInclude(acceptor.limits[0], { limit: "sendBuffer", identity: "CS-1" })
      socket.resume()
      assert.notInclude((yield* answer).slice(-200), "\x88")
    })
  )

  it.live("if it reads after all, it gets everything that was taken, and the close frame with 1008", () =>
    Effect.gen(function* () {
      const { acceptor, connect } = yield* running(start({ maxBufferedBytes: mebibyte, compression: false }))
      const { peer, link } = yield* connect()
      const texts: Array<string> = []
      for (let n = 0; n < 200; n++) {
        if (!link.link.send(block(n))) break
        texts.push(block(n))
      }
      for (const text of texts) assert.strictEqual(yield* peer.receive, text)
      assert.strictEqual((yield* peer.closed).code, 1008)
      assert.deepInclude(yield* link.next, { _tag: "Close", code: 1008 })
      assert.strictEqual(acceptor.limits.length, 1)
    })
  )

  it.live("every text that send took arrives at a station that reads slowly, in order", () =>
    Effect.gen(function* () {
      const { connect } = yield* running(start({ compression: false }))
      const { peer, link } = yield* connect()
      const texts = Array.from({ length: 14 }, (_, n) => block(n))
      for (const text of texts) assert.isTrue(link.link.send(text))
      for (const text of texts) assert.strictEqual(yield* peer.receive, text)
    })
  )

  it.live("terminate does not wait for what a station has not read", () =>
    Effect.gen(function* () {
      const { link, socket } = yield* opened(start({ compression: false }))
      socket.pause()
      for (let n = 0; n < 16; n++) link.link.send(block(n))
      link.link.close(1000, "")
      assert.deepStrictEqual(link.calls, [])
      link.link.terminate()
      assert.deepInclude(yield* link.next, { _tag: "Close", code: 1006 })
    })
  )
}
