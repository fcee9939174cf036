/** Answers to a request that does not become a WebSocket: a status, a sentence, and the end of the connection. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"

/** An HTTP answer instead of the 101. */
export interface Refusal {
  readonly status: number
  readonly reason: string
  readonly headers: Readonly<Record<string, string>>
}

const refusal = (status: number, reason: string, headers: Refusal["headers"] = {}): Refusal => ({
  status,
  reason,
  headers
})

/** No endpoint at this path. */
export const notFound = refusal(404, "There is no OCPP endpoint at this path.")

/** The adapter is being closed. */
export const shuttingDown = refusal(503, "The server is shutting down.")

/** The core did not decide in time, or failed to decide at all. */
export const undecided = refusal(503, "The station cannot be checked at the moment.")

/** What is wrong with an upgrade request before one even asks who it is (RFC 6455 §4.2.1), or `undefined`. */
export const malformed = (request: IncomingMessage): Refusal | undefined => {
  const { upgrade, "sec-websocket-key": key, "sec-websocket-version": version } = request.headers
  if (request.method !== "GET") return refusal(405, "A WebSocket is opened with GET.", { Allow: "GET" })
  if (upgrade?.toLowerCase() !== "websocket") return refusal(400, "The Upgrade header must be websocket.")
  if (key === undefined || !/^[+/0-9A-Za-z]{22}==$/.test(key)) {
    return refusal(400, "The Sec-WebSocket-Key header is missing or malformed.")
  }
  if (version !== "13" && version !== "8") {
    return refusal(426, "Only WebSocket version 13 is spoken here.", { "Sec-WebSocket-Version": "13" })
  }
  return undefined
}

/** Writes the refusal and ends the connection; nothing else is sent on it. */
export const refuse = (socket: Duplex, { status, reason, headers }: Refusal): void => {
  if (socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const all = {
    Connection: "close",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": String(Buffer.byteLength(reason)),
    ...headers
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.once("finish", destroy)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${reason}`)
}

function destroy(this: Duplex): void {
  this.destroy()
}

/** Answers a plain HTTP request on a port that only speaks WebSocket. */
export const upgradeRequired = (_request: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(426, { Connection: "close", Upgrade: "websocket", "Content-Type": "text/plain; charset=utf-8" })
  response.end("This is an OCPP endpoint. Connect with a WebSocket.")
}
