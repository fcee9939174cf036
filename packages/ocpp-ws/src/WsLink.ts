/**
 * One station's connection: the core's `Link` over a socket of `ws`. All listeners are shared functions that find their
 * link on the socket, so an idle connection costs one small object on top of `ws`.
 */
import type { Socket } from "node:net"
import type { Link, LinkHandler } from "@wattline/ocpp-core"
import { WebSocket } from "ws"
import type { WatchedLink } from "./Links.ts"

/** A socket of `ws` that knows its link. */
export class StationSocket extends WebSocket {
  link: WsLink | undefined = undefined
}

/** What all links of one server share. */
export interface LinkHost {
  /** Characters from which a text is compressed if the station takes compression. */
  readonly compressFrom: number
  readonly maxBufferedBytes: number
  /** The link is gone; called once per link, after its handler. */
  closed(link: WsLink): void
  /**
   * A frame that breaks the protocol, too long a message, a station that does not read. The connection ends by itself.
   */
  failed(link: WsLink, error: Error): void
}

/** Bytes a close frame has room for beside its code. */
const maxReasonBytes = 123

const uncompressed = { compress: false }

/** One station's connection. */
export class WsLink implements Link, WatchedLink {
  /** The core's side, set by `start`. */
  private handler: LinkHandler | undefined = undefined
  private readonly ws: StationSocket
  private readonly tcp: Socket
  private readonly host: LinkHost
  /** The station, for the log. */
  readonly identity: string
  slice = 0
  /** Pings since the last byte came in, and the bytes that had come in by then. */
  private unanswered = 0
  private bytesSeen = 0

  constructor(ws: StationSocket, tcp: Socket, host: LinkHost, identity: string) {
    this.ws = ws
    this.tcp = tcp
    this.host = host
    this.identity = identity
    ws.link = this
  }

  /** Hands the link to the core. `ws` reads no frame before the tick ends, so none is early or lost. */
  start(handler: LinkHandler): void {
    this.handler = handler
    this.ws.on("message", onMessage)
    this.ws.on("close", onClose)
    this.ws.on("error", onError)
  }

  send(text: string): boolean {
    const ws = this.ws
    if (ws.readyState !== WebSocket.OPEN) return false
    if (ws.bufferedAmount > this.host.maxBufferedBytes) {
      this.host.failed(this, new Error(`more than ${this.host.maxBufferedBytes} bytes wait for it`))
      ws.terminate()
      return false
    }
    if (text.length < this.host.compressFrom) ws.send(text, uncompressed)
    else ws.send(text)
    return true
  }

  close(code: number, reason: string): void {
    try {
      this.ws.close(code, cut(reason))
    } catch {
      this.ws.close() // a code that may not be sent, such as 1006
    }
  }

  terminate(): void {
    this.ws.terminate()
  }

  /**
   * Asks for a sign of life, or cuts the station off after `limit` questions without one. Any byte is a sign.
   */
  checkLife(limit: number): void {
    const bytes = this.tcp.bytesRead
    if (bytes !== this.bytesSeen) this.unanswered = 0
    this.bytesSeen = bytes
    if (this.unanswered >= limit) {
      this.host.failed(this, new Error(`nothing heard for ${limit} ping intervals`))
      this.ws.terminate()
      return
    }
    this.unanswered++
    if (this.ws.readyState === WebSocket.OPEN) this.ws.ping()
  }

  /** Called by the listeners. */
  receive(data: Buffer, isBinary: boolean): void {
    if (isBinary) this.handler?.onBinary()
    else this.handler?.onText(data.toString())
  }

  /** Called by the listeners. */
  gone(code: number, reason: Buffer): void {
    this.handler?.onClose(code, reason.length === 0 ? "" : reason.toString())
    this.host.closed(this)
  }

  /** Called by the listeners. */
  failed(error: Error): void {
    this.host.failed(this, error)
  }
}

/** As much of `reason` as fits into a close frame, in whole characters. */
const cut = (reason: string): string => {
  if (Buffer.byteLength(reason) <= maxReasonBytes) return reason
  const bytes = Buffer.from(reason)
  let end = maxReasonBytes
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString("utf8", 0, end)
}

function onMessage(this: WebSocket, data: Buffer, isBinary: boolean): void {
  if (this instanceof StationSocket) this.link?.receive(data, isBinary)
}

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  if (this instanceof StationSocket) this.link?.gone(code, reason)
}

// Without a listener an error of `ws` would end the process. The close follows by itself.
function onError(this: WebSocket, error: Error): void {
  if (this instanceof StationSocket) this.link?.failed(error)
}
