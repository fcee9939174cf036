/**
 * One station's connection: the core's `Link` over a socket of uWebSockets.js. The library calls the close handler inside
 * `end` and `close`, and throws at whoever uses the socket afterwards: both are kept from the core here.
 */
import type { AdapterLimit, Admitted, Link, LinkHandler } from "@wattline/ocpp-core"
import { closeReason, type WatchedLink } from "@wattline/ocpp-core/adapter"
import type { UwsSocket } from "./Native.ts"

/** What all links of one server share. */
export interface LinkHost {
  /** Characters from which a text is compressed if the station takes compression. */
  readonly compressFrom: number
  readonly maxMessageBytes: number
  readonly maxBufferedBytes: number
  /** The link is gone; called once per link, after its handler. */
  closed(link: UwsLink): void
  /** A limit is reached; the link ends by itself. */
  limitReached(link: UwsLink, limit: AdapterLimit): void
  /** Calls `action` after `closeTimeout` unless the result was called before. */
  afterCloseTimeout(action: () => void): () => void
}

/** A close that waits until the station has read what was sent before it. */
interface Parting {
  readonly sayGoodbye: () => void
  readonly stopWaiting: () => void
}

/** What uWebSockets.js says when it cut a station off by itself over the size of a message. */
const tooBig = /^Received too big message/

/** One station's connection. */
export class UwsLink implements Link, WatchedLink {
  /** The core's side, set by `start`. */
  handler: LinkHandler | undefined = undefined
  slice = 0
  readonly admitted: Admitted
  private readonly host: LinkHost
  /** `undefined` once it must not be touched any more. */
  private ws: UwsSocket | undefined
  private ending = false
  private parting: Parting | undefined = undefined
  /** The last message did not go out at once. */
  private congested = false
  /** Pings since the last sign of life. */
  private unanswered = 0

  constructor(ws: UwsSocket, host: LinkHost, admitted: Admitted) {
    this.ws = ws
    this.host = host
    this.admitted = admitted
  }

  /** Hands the link to the core, which may end it at once. */
  start(handler: LinkHandler): void {
    this.handler = handler
  }

  send(text: string): boolean {
    const ws = this.ws
    if (ws === undefined || this.ending) return false
    if (this.congested && this.overfull(ws)) return false
    this.congested = ws.send(text, false, text.length >= this.host.compressFrom) !== 1
    return true
  }

  /**
   * The close frame goes out once nothing waits before it: in `end` the library would queue it, and then forget the time it
   * gives a station whenever that reads a little.
   */
  close(code: number, reason: string): void {
    const ws = this.ws
    if (ws === undefined || this.ending) return
    this.ending = true
    const sayGoodbye = () => (isSendable(code) ? ws.end(code, closeReason(reason)) : ws.end())
    if (ws.getBufferedAmount() === 0) return sayGoodbye()
    this.parting = { sayGoodbye, stopWaiting: this.host.afterCloseTimeout(() => this.terminate()) }
  }

  terminate(): void {
    if (this.ending && this.parting === undefined) return
    this.ending = true
    this.ws?.close()
  }

  /** Runs `action` while this connection holds the library's cork, if it can. */
  cork(action: () => void): void {
    if (this.ws === undefined || this.ending) action()
    else this.ws.cork(action)
  }

  /** Something that waited went out; called by the route. */
  drained(): void {
    if (this.parting === undefined || this.ws?.getBufferedAmount() !== 0) return
    const { sayGoodbye } = this.parting
    this.stopWaiting()
    sayGoodbye()
  }

  private stopWaiting(): void {
    this.parting?.stopWaiting()
    this.parting = undefined
  }

  /** Asks for a sign of life, or cuts the station off after `limit` questions without one. */
  checkLife(limit: number): void {
    if (this.ws === undefined || this.ending) return
    if (this.unanswered >= limit) {
      this.host.limitReached(this, "silence")
      this.terminate()
      return
    }
    this.unanswered++
    this.ws.ping()
  }

  /** Called by the route. */
  receive(message: ArrayBuffer, isBinary: boolean): void {
    if (this.ending) return
    this.unanswered = 0
    if (message.byteLength > this.host.maxMessageBytes) {
      this.host.limitReached(this, "messageBytes")
      this.close(1009, "message too long")
    } else if (isBinary) {
      this.handler?.onBinary()
    } else {
      this.handler?.onText(Buffer.from(message).toString())
    }
  }

  /** A ping or pong came; called by the route. */
  heard(): void {
    this.unanswered = 0
    // Every ping is answered by the library; whoever pings and does not read would fill the buffer with pongs.
    if (this.ws !== undefined && !this.ending) this.overfull(this.ws)
  }

  /** Called by the route. */
  gone(code: number, reason: string): void {
    this.ws = undefined
    this.stopWaiting()
    if (!this.ending && tooBig.test(reason)) this.host.limitReached(this, "messageBytes")
    // Inside the core's own call of `close`, or of `Acceptor.open` around it, is too early to tell.
    if (this.ending) queueMicrotask(() => this.tell(code, reason))
    else this.tell(code, reason)
  }

  private tell(code: number, reason: string): void {
    this.handler?.onClose(code === 0 ? 1005 : code, reason)
    this.host.closed(this)
  }

  private overfull(ws: UwsSocket): boolean {
    if (ws.getBufferedAmount() <= this.host.maxBufferedBytes) return false
    this.host.limitReached(this, "sendBuffer")
    this.close(1008, "too much waits to be read")
    return true
  }
}

/** Whether a close frame may carry this code (RFC 6455 §7.4). */
const isSendable = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999)
