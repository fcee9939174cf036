/** What breaks the WebSocket protocol, as a table: for the fault suite and for the soak. */
import { maxMessageBytes } from "./FaultHarness.ts"
import { closeFrame, fragments, opcodes, stationFrame as frame } from "./Frame.ts"

const { binary, close, continuation, ping, text } = opcodes

/** A breach: what it is, the close codes it may be answered with (RFC 6455 §7.4.1), and its bytes. */
export type Breach = readonly [what: string, codes: ReadonlyArray<number>, bytes: ReadonlyArray<Buffer>]

/** All breaches; those of length take `maxMessageBytes` for the limit. */
export const breaches: ReadonlyArray<Breach> = [
  ["a frame that is not masked", [1002], [frame({ opcode: text, payload: "[]", masked: false })]],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
    (opcode) => [`opcode ${opcode}`, [1002], [frame({ opcode, payload: "x" })]] as const
  ),
  ...[1, 2, 3, 4, 5, 6, 7].map(
    (reserved) => [`reserved bits ${reserved}`, [1002], [frame({ opcode: text, payload: "x", reserved })]] as const
  ),
  ["invalid UTF-8 in a text (R-079)", [1007], [frame({ opcode: text, payload: Buffer.from([0x22, 0xff, 0x22]) })]],
  [
    "a text that ends within a character (R-079)",
    [1007],
    [frame({ opcode: text, payload: Buffer.from([0xe2, 0x82]) })]
  ],
  [
    "a surrogate in UTF-8 over two fragments (R-079)",
    [1007],
    [
      frame({ opcode: text, payload: Buffer.from([0x22, 0xed]), fin: false }),
      frame({ opcode: continuation, payload: Buffer.from([0xa0, 0x80, 0x22]) })
    ]
  ],
  ["one frame over the limit (R-012)", [1009], [frame({ opcode: text, payload: "x".repeat(maxMessageBytes + 1) })]],
  [
    "only the header of a frame over the limit (R-012)",
    [1009],
    [frame({ opcode: text, claimedLength: BigInt(maxMessageBytes) + 1n })]
  ],
  [
    "fragments over the limit together (R-012)",
    [1009],
    fragments("x".repeat(maxMessageBytes + 1), maxMessageBytes / 4)
  ],
  [
    "fragments over the limit without an end (R-012)",
    [1009],
    fragments("x".repeat(maxMessageBytes * 2), maxMessageBytes / 4).slice(0, -1)
  ],
  ["a length of 2^63", [1002, 1009], [frame({ opcode: text, payload: "x", claimedLength: 2n ** 63n })]],
  ["a length of 2^64 - 1", [1002, 1009], [frame({ opcode: binary, payload: "x", claimedLength: 2n ** 64n - 1n })]],
  ["a ping of 126 bytes", [1002], [frame({ opcode: ping, payload: "x".repeat(126) })]],
  ["a close frame of 200 bytes", [1002], [closeFrame(1000, "x".repeat(198))]],
  ["a ping in fragments", [1002], [frame({ opcode: ping, payload: "x", fin: false })]],
  ["a continuation of nothing", [1002], [frame({ opcode: continuation, payload: "x" })]],
  [
    "a new text within a fragmented one",
    [1002],
    [frame({ opcode: text, payload: "[", fin: false }), frame({ opcode: text, payload: "[]" })]
  ],
  ["a close frame of one byte", [1002], [frame({ opcode: close, payload: "x" })]],
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map(
    (code) => [`close code ${code}, which may not be sent`, [1002], [closeFrame(code)]] as const
  ),
  ["a close reason in invalid UTF-8", [1007, 1002], [closeFrame(1000, Buffer.from([0xff, 0xfe]))]]
]
