import { assert, describe, it } from "@effect/vitest"
import { behindHead } from "@wattline/ocpp-conformance"
import { opcodes, stationFrame, textFrame } from "@wattline/ocpp-conformance/raw"
import { raw, upgradeRequest } from "@wattline/ocpp-conformance/tcp"
import { Effect } from "effect"
import { setup } from "./ws-harness.ts"

const breaches: ReadonlyArray<readonly [what: string, code: number, bytes: Buffer]> = [
  [
    "R-079: invalid UTF-8 closes with 1007 and is not handed over",
    1007,
    stationFrame({ opcode: opcodes.text, payload: Buffer.from([0xc3, 0x28]) })
  ],
  [
    "R-014: an unmasked frame closes with 1002",
    1002,
    stationFrame({ opcode: opcodes.text, payload: "[]", masked: false })
  ],
  [
    "R-012: a length over the limit closes with 1009 before the payload is there",
    1009,
    stationFrame({ opcode: opcodes.text, claimedLength: 0x20_0000n, lengthBytes: 8 })
  ]
]

describe("frames", () => {
  for (const [title, code, bytes] of breaches) {
    it.live(title, () =>
      Effect.gen(function* () {
        const { acceptor, port } = yield* setup({ closeTimeout: 1 })
        const { answer, socket } = yield* raw(port, upgradeRequest("/ocpp/CS-1"), bytes)
        const link = yield* acceptor.nextLink
        assert.deepInclude(yield* link.next, { _tag: "Close" })
        socket.end()
        const close = Buffer.from(behindHead(yield* answer), "latin1")
        assert.deepStrictEqual([close[0], close.readUInt16BE(2)], [0x88, code])
      })
    )
  }

  it.live("R-013: a frame in the same segment as the handshake is handed over after open", () =>
    Effect.gen(function* () {
      const { acceptor, port } = yield* setup()
      yield* raw(port, upgradeRequest("/ocpp/CS-1"), textFrame("first"), textFrame("second"))
      const link = yield* acceptor.nextLink
      assert.deepStrictEqual(yield* link.next, { _tag: "Text", text: "first" })
      assert.deepStrictEqual(yield* link.next, { _tag: "Text", text: "second" })
    })
  )
})

describe("close", () => {
  it.live("R-186: a close frame that is not answered is followed by a cut after closeTimeout", () =>
    Effect.gen(function* () {
      const { acceptor, port, server } = yield* setup({ closeTimeout: 0.05 })
      const { answer } = yield* raw(port, upgradeRequest("/ocpp/CS-1"))
      const link = yield* acceptor.nextLink
      link.link.close(1000, "replaced")
      assert.deepStrictEqual(yield* link.next, { _tag: "Close", code: 1006, reason: "" })
      assert.include(yield* answer, "\x88\x0a\x03\xe8replaced")
      assert.strictEqual(yield* server.connections, 0)
    })
  )
})
