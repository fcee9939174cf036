/** Compressed messages of a station (RFC 7692), by hand. */
import { constants, deflateRawSync } from "node:zlib"
import { opcodes, stationFrame } from "./Frame.ts"

/** The reserved bit that says that a message is compressed. */
export const compressedBit = 4

/** A message as RFC 7692 §7.2.1 wants it: flushed, without the four bytes at its end. */
export const deflated = (text: string | Buffer): Buffer =>
  deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH, windowBits: 12 }).subarray(0, -4)

/** A text message whose payload is compressed already, or is said to be. */
export const compressedFrame = (payload: Buffer): Buffer =>
  stationFrame({ opcode: opcodes.text, payload, reserved: compressedBit })

/** A small message that inflates to `bytes` bytes. */
export const bomb = (bytes: number): Buffer => compressedFrame(deflated(Buffer.alloc(bytes, " ")))

/** The header of a station that can compress. */
export const compressionOffer = {
  "Sec-WebSocket-Extensions":
    "permessage-deflate; client_no_context_takeover; server_no_context_takeover; client_max_window_bits=12"
}
