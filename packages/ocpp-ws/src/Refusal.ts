/** Answers to a request that does not become a WebSocket: a status, a sentence, and the end of the connection. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import type { AdapterRefusal } from "@wattline/ocpp-core/adapter"

/** Writes the refusal and ends the connection; nothing else is sent on it. */
export const refuse = (socket: Duplex, { status, reason, headers }: AdapterRefusal): void => {
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

/** Until `ws` takes the socket over, an error on it must not end the process. */
export const keep = (socket: Duplex): Duplex => socket.on("error", destroy)

/** The end of `keep`. */
export const letGo = (socket: Duplex): Duplex => socket.off("error", destroy)

function destroy(this: Duplex): void {
  this.destroy()
}

/** Answers a plain HTTP request on a port that only speaks WebSocket. */
export const upgradeRequired = (_request: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(426, { Connection: "close", Upgrade: "websocket", "Content-Type": "text/plain; charset=utf-8" })
  response.end("This is an OCPP endpoint. Connect with a WebSocket.")
}

/**
 * Answers what never became a request: too slow, too long, or no HTTP. What failed below HTTP, in the TLS handshake for
 * instance, gets no answer.
 */
export const refuseRequest = (socket: Duplex, error = ""): void => {
  const status = error === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : error === "HPE_HEADER_OVERFLOW" ? 431 : 400
  if (!socket.writable || !/^(?:HPE_|ERR_HTTP_)/.test(error)) return void socket.destroy()
  socket.once("finish", destroy)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`)
}
