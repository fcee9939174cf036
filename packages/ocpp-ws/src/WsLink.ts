/**
 * One station's connection: the core's `Link` over a socket of `ws`. All listeners are shared functions that find their
 * link on the socket, so an idle connection costs one small object on top of `ws`.
 */
import type { Socket } from "node:net"
import type { AdapterLimit, Admitted, Link, LinkHandler } from "@wattline/ocpp-core"
import { closeReason, type WatchedLink } from "@wattline/ocpp-core/adapter"
import { WebSocket } from "ws"

/** A socket of `ws` that knows its link. */
export class StationSocket extends WebSocket {
  link: WsLink | undefined = undefined
}

/** What all links of one server share. */
export interface LinkHost {
  /** Characters from which a text is compressed if the station takes compression. */
  readonly compressFrom: number
  /** Bytes that may wait to be sent; from a quarter of them on nothing is read from the station. */
  readonly maxBufferedBytes: number
  /** The link is gone; called once per link, after its handler. */
  closed(link: WsLink): void
  /** The link reached a limit, and was acted on. */
  limitReached(link: WsLink, limit: AdapterLimit): void
  /** A frame that breaks the protocol, or an error of the socket. The connection ends by itself. */
  failed(link: WsLink, error: Error): void
}

const uncompressed = { compress: false }

/** One station's connection. */
export class WsLink implements Link, WatchedLink {
  /** The core's side, set by `start`. */
  handler: LinkHandler | undefined = undefined
  protected readonly ws: StationSocket
  private readonly tcp: Socket
  private readonly host: LinkHost
  /** The station, for the log. */
  readonly identity: string
  readonly remoteAddress: string | undefined
  slice = 0
  /** Pings since the last sign of life, and the bytes that had come in, or gone out to a slow reader, by then. */
  private unanswered = 0
  private bytesSeen = 0

  constructor(ws: StationSocket, tcp: Socket, host: LinkHost, peer: Pick<Admitted, "identity" | "remoteAddress">) {
    this.ws = ws
    this.tcp = tcp
    this.host = host
    this.identity = peer.identity
    this.remoteAddress = peer.remoteAddress
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
    if (ws.bufferedAmount > this.host.maxBufferedBytes / 4) return this.sendSlowly(text)
    if (text.length < this.host.compressFrom) ws.send(text, uncompressed)
    else ws.send(text)
    return true
  }

  /**
   * A station that does not read what it is sent: until it does, its own messages wait, and so nothing new is answered. When
   * that does not help it is closed, and cut off if it does not even read the close frame.
   */
  private sendSlowly(text: string): boolean {
    const ws = this.ws
    if (ws.bufferedAmount > this.host.maxBufferedBytes) {
      this.tooSlow()
      return false
    }
    ws.pause()
    ws.send(text, { compress: text.length >= this.host.compressFrom }, () => {
      if (ws.bufferedAmount <= this.host.maxBufferedBytes / 4) ws.resume()
    })
    return true
  }

  private tooSlow(): void {
    this.close(1008, "reads too slowly")
    this.host.limitReached(this, "sendBuffer")
  }

  close(code: number, reason: string): void {
    if (this.ws.isPaused) this.ws.resume() // for the answer to the close frame
    try {
      this.ws.close(code, closeReason(reason))
    } catch {
      this.ws.close() // a code that may not be sent, such as 1006
    }
  }

  terminate(): void {
    this.ws.terminate()
  }

  /**
   * Asks for a sign of life, or cuts the station off after `limit` questions without one. Any byte is a sign. From a
   * slow reader nothing is read, so there it is a byte that could be sent, and without one for so long it is closed.
   */
  checkLife(limit: number): void {
    const { ws } = this
    const bytes = this.lifeBytes
    if (bytes !== this.bytesSeen) this.unanswered = 0
    this.bytesSeen = bytes
    if (this.unanswered >= limit) {
      if (ws.isPaused) return this.tooSlow()
      this.host.limitReached(this, "silence")
      ws.terminate()
      return
    }
    this.unanswered++
    if (ws.readyState === WebSocket.OPEN && !ws.isPaused) ws.ping()
  }

  /** Changes with every sign of life: bytes that came in, or with a slow reader bytes that went out. */
  protected get lifeBytes(): number {
    const { tcp, ws } = this
    return ws.isPaused ? tcp.bytesWritten - tcp.writableLength : tcp.bytesRead
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
  failed(error: Error & { readonly code?: string }): void {
    if (error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") this.host.limitReached(this, "messageBytes")
    else this.host.failed(this, error)
  }
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
