/**
 * WebSocket frames by hand (RFC 6455 §5.2): a station's with any mistake one can make in them, the server's read back.
 * Below every WebSocket library, because the faults are there.
 */

/** Opcodes of RFC 6455 §5.2. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** A station's frame. What is left out is as it should be. */
export interface StationFrame {
  /** 0 to 15; `opcodes` has those that exist. */
  readonly opcode: number
  readonly payload?: string | Buffer
  /** Default `true`. */
  readonly fin?: boolean
  /** The three reserved bits, 0 to 7; 4 says that the message is compressed. Default 0. */
  readonly reserved?: number
  /** Default `true`, as RFC 6455 §5.3 demands of a station. */
  readonly masked?: boolean
  /** Bytes of the extended length field. Default: as few as the length needs. */
  readonly lengthBytes?: 0 | 2 | 8
  /** The length in the header, when it is not that of the payload. */
  readonly claimedLength?: bigint
}

const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d])

/** The bytes of a frame. */
export const stationFrame = (frame: StationFrame): Buffer => {
  const payload = Buffer.from(frame.payload ?? "")
  const length = frame.claimedLength ?? BigInt(payload.length)
  const lengthBytes = frame.lengthBytes ?? (length < 126n ? 0 : length < 65_536n ? 2 : 8)
  const masked = frame.masked ?? true
  const header = Buffer.alloc(2 + lengthBytes)
  header[0] = ((frame.fin ?? true) ? 0x80 : 0) | ((frame.reserved ?? 0) << 4) | frame.opcode
  header[1] = (masked ? 0x80 : 0) | (lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127)
  if (lengthBytes === 2) header.writeUInt16BE(Number(length), 2)
  if (lengthBytes === 8) header.writeBigUInt64BE(length, 2)
  if (!masked) return Buffer.concat([header, payload])
  return Buffer.concat([header, mask, payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0))])
}

/** One whole text message. */
export const textFrame = (text: string): Buffer => stationFrame({ opcode: opcodes.text, payload: text })

/** One text message in fragments of at most `size` bytes. */
export const fragments = (text: string, size: number): ReadonlyArray<Buffer> => {
  const payload = Buffer.from(text)
  const count = Math.max(1, Math.ceil(payload.length / size))
  return Array.from({ length: count }, (_, index) =>
    stationFrame({
      opcode: index === 0 ? opcodes.text : opcodes.continuation,
      fin: index === count - 1,
      payload: payload.subarray(index * size, (index + 1) * size)
    })
  )
}

/** A close frame with any code, also one that may not be sent. */
export const closeFrame = (code: number, reason: string | Buffer = ""): Buffer => {
  const status = Buffer.alloc(2)
  status.writeUInt16BE(code)
  return stationFrame({ opcode: opcodes.close, payload: Buffer.concat([status, Buffer.from(reason)]) })
}

/** A frame of the server. */
export interface ServerFrame {
  readonly opcode: number
  readonly fin: boolean
  readonly reserved: number
  readonly payload: Buffer
}

/** Cuts the bytes of the server into frames. A masked frame is an error: a server must not mask (RFC 6455 §5.1). */
export class FrameReader {
  private rest: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): ReadonlyArray<ServerFrame> {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    const frames: Array<ServerFrame> = []
    for (let frame = this.shift(); frame !== undefined; frame = this.shift()) frames.push(frame)
    return frames
  }

  private shift(): ServerFrame | undefined {
    const { rest } = this
    const [first = 0, second = 0] = rest
    if ((second & 0x80) !== 0) throw new Error("the server masked a frame")
    const short = second & 0x7f
    const start = short < 126 ? 2 : short === 126 ? 4 : 10
    if (rest.length < start) return undefined
    const length = short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2))
    if (rest.length < start + length) return undefined
    this.rest = rest.subarray(start + length)
    const payload = rest.subarray(start, start + length)
    return { opcode: first & 0xf, fin: first >= 0x80, reserved: (first >> 4) & 7, payload }
  }
}
