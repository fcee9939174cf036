/** Stations below WebSocket and above TCP: one handshake with exactly these options, and no more manners than needed. */
import { connect as connectTcp } from "node:net"
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** There is no TLS connection, or it ended before an answer came. */
export class TlsRefused extends Schema.TaggedError<TlsRefused>()("TlsRefused", {
  /** OpenSSL's or the system's code for it. */
  code: Schema.String
}) {}

const refusedBy = (error: Error & { readonly code?: string }): TlsRefused =>
  new TlsRefused({ code: error.code ?? error.message })

/** A station with a TLS connection. */
export interface TlsStation {
  readonly socket: TLSSocket
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string | null
  /** The suite by its OpenSSL name. */
  readonly suite: string
  /** The serial number of the server's certificate. */
  readonly serverCertificate: string | undefined
  readonly serverKey: string | undefined
  /** Whether the handshake resumed an earlier session. */
  readonly resumed: boolean
  /** Asks for the WebSocket of `/ocpp/CS-1` and gives the HTTP status. */
  readonly upgrade: Effect.Effect<number, TlsRefused>
  /** Sends one text message, of at most 125 bytes. */
  readonly say: (text: string) => Effect.Effect<void>
}

/** Shakes hands with a listener on this machine as `csms.test`; the connection is cut off with the scope. */
export const tlsStation = (port: number, options: ConnectionOptions) =>
  Effect.map(
    Effect.acquireRelease(handshake(port, options), (socket) => Effect.sync(() => socket.destroy())),
    (socket): TlsStation => {
      const certificate = socket.getPeerX509Certificate()
      return {
        socket,
        protocol: socket.getProtocol(),
        suite: socket.getCipher().name,
        serverCertificate: certificate?.serialNumber,
        serverKey: certificate?.publicKey.asymmetricKeyType,
        resumed: socket.isSessionReused(),
        upgrade: upgrade(socket),
        say: (text) => Effect.sync(() => void socket.write(textFrame(text)))
      }
    }
  )

const handshake = (port: number, options: ConnectionOptions) =>
  Effect.callback<TLSSocket, TlsRefused>((resume) => {
    const socket = connect({ port, host: "127.0.0.1", servername: "csms.test", ...options })
    const refused = (error: Error): void => resume(Effect.fail(refusedBy(error)))
    socket.once("error", refused)
    socket.once("secureConnect", () => {
      socket.on("error", () => undefined)
      resume(Effect.succeed(socket))
    })
    return Effect.sync(() => socket.destroy())
  })

const request = [
  "GET /ocpp/CS-1 HTTP/1.1",
  "Host: csms.test",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Protocol: ocpp2.0.1",
  "",
  ""
].join("\r\n")

const upgrade = (socket: TLSSocket) =>
  Effect.callback<number, TlsRefused>((resume) => {
    // With TLS 1.3 a refused client certificate shows only now.
    socket.once("error", (error) => resume(Effect.fail(refusedBy(error))))
    socket.once("close", () => resume(Effect.fail(new TlsRefused({ code: "closed" }))))
    socket.once("data", (chunk: Buffer) => resume(Effect.succeed(Number(chunk.toString("latin1").split(" ")[1]))))
    socket.write(request)
  })

const textFrame = (text: string): Buffer => {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.of(0x81, 0x80 | payload.length, 0, 0, 0, 0), payload])
}

/** What a Client Hello that nobody's library writes any more offers. */
export interface BareHello {
  /** `[3, 3]` is TLS 1.2, `[3, 0]` SSL 3. */
  readonly version: readonly [number, number]
  /** Suites by their numbers. */
  readonly suites: ReadonlyArray<number>
  /** Compression methods; 0 is none, 1 is DEFLATE. */
  readonly compression: ReadonlyArray<number>
}

/** How a server answers it. */
export type HelloAnswer =
  | { readonly _tag: "ServerHello"; readonly suite: number; readonly compression: number }
  | { readonly _tag: "Alert"; readonly description: number }
  | { readonly _tag: "Closed" }

/** Says one Client Hello with as few extensions as can be, and reads the first record of the answer. */
export const bareHello = (port: number, hello: BareHello) =>
  Effect.callback<HelloAnswer>((resume) => {
    const socket = connectTcp(port, "127.0.0.1")
    let received = Buffer.alloc(0)
    socket.on("error", () => undefined)
    socket.once("close", () => resume(Effect.succeed({ _tag: "Closed" })))
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const length = received.length < 5 ? Infinity : 5 + received.readUInt16BE(3)
      if (received.length >= length) resume(Effect.succeed(answerOf(received)))
    })
    socket.write(clientHello(hello))
    return Effect.sync(() => socket.destroy())
  })

/** The one extension without which TLS 1.2 means SHA-1: signature_algorithms, ECDSA and RSA with SHA-256 and SHA-384. */
const extensions = Buffer.from("000e000d000a00080403050304010501", "hex")

const clientHello = ({ version, suites, compression }: BareHello): Buffer => {
  const body = Buffer.concat([
    Buffer.of(...version),
    crypto.getRandomValues(new Uint8Array(32)),
    Buffer.of(0, 0, suites.length * 2),
    Buffer.from(suites.flatMap((suite) => [suite >> 8, suite & 0xff])),
    Buffer.of(compression.length, ...compression),
    extensions
  ])
  return Buffer.concat([Buffer.of(0x16, 3, 1, 0, body.length + 4, 1, 0, 0, body.length), body])
}

const answerOf = (record: Buffer): HelloAnswer => {
  if (record[0] === 0x15) return { _tag: "Alert", description: record[6] ?? 0 }
  const afterSessionId = 5 + 4 + 2 + 32 + 1 + (record[43] ?? 0)
  return {
    _tag: "ServerHello",
    suite: record.readUInt16BE(afterSessionId),
    compression: record[afterSessionId + 2] ?? 0
  }
}
