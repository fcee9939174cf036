/** Stations below WebSocket: TCP connections that say exactly what they are told. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { connect, type Socket } from "node:net"

/** One TCP connection. */
export interface Raw {
  readonly socket: Socket
  /** Everything received until the server ends the connection. */
  readonly answer: Effect.Effect<string>
  /** Waits until what was received ends with `text`. */
  readonly until: (text: string) => Effect.Effect<void>
}

/** Connects, says `text`, and is cut off when the scope closes. */
export const raw = (port: number, ...data: ReadonlyArray<string | Buffer>) =>
  Effect.acquireRelease(
    Effect.sync((): Raw => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true })
      const answer = Deferred.makeUnsafe<string>()
      let received = ""
      socket.setEncoding("latin1")
      socket.on("data", (chunk: string) => (received += chunk))
      socket.on("error", () => undefined)
      socket.once("close", () => Deferred.doneUnsafe(answer, Exit.succeed(received)))
      socket.write(Buffer.concat(data.map((part) => Buffer.from(part))))
      const until = (text: string) =>
        Effect.callback<void>((resume) => {
          const look = () => {
            if (received.endsWith(text)) resume(Effect.void)
          }
          socket.on("data", look)
          look()
          return Effect.sync(() => socket.off("data", look))
        })
      return { socket, answer: Deferred.await(answer), until }
    }),
    ({ socket }) => Effect.sync(() => socket.destroy())
  )

/** A complete upgrade request for `target`; a header given as `undefined` is left out. */
export const upgradeRequest = (target: string, headers: Readonly<Record<string, string | undefined>> = {}): string => {
  const all = {
    Host: "127.0.0.1",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": "ocpp2.0.1",
    ...headers
  }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\r\n`]))
  return `GET ${target} HTTP/1.1\r\n${lines.join("")}\r\n`
}

/** Status, headers in lower case and body of an HTTP answer. */
export const parse = (answer: string) => {
  const [head = "", body = ""] = answer.split("\r\n\r\n", 2)
  const [statusLine = "", ...lines] = head.split("\r\n")
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()])
  )
  return { status: Number(statusLine.split(" ")[1]), headers, body }
}
