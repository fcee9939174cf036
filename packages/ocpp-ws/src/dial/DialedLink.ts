/** A station's end of a connection: the link over a socket of `ws`, and the pings that tell whether the CSMS is still there. */
import type { Socket } from "node:net"
import type { Dialed, Deadlines, Expirable } from "@wattline/ocpp-core/engine"
import { WebSocket } from "ws"
import { type LinkHost, type StationSocket, WsLink } from "../WsLink.ts"

/** What all links of one dialer share. */
export interface DialHost extends LinkHost {
  /** All that waits: one wheel, so that ten thousand idle links have no timer of their own. */
  readonly deadlines: Deadlines
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Looks in one ping interval. The silence before a ping is known to one look. */
const looks = 4

/** See the head of the file. */
export class DialedLink extends WsLink implements Dialed, Expirable {
  slot = 0
  private readonly dialer: DialHost
  /** Milliseconds between two looks, and when the next one is due. */
  private pause = 0
  private dueAt = 0
  /** Looks since the last sign of life, or since the ping. */
  private quiet = 0
  private asked = false
  private lifeSeen = 0

  constructor(ws: StationSocket, tcp: Socket, dialer: DialHost, identity: string) {
    super(ws, tcp, dialer, { identity, remoteAddress: undefined })
    this.dialer = dialer
  }

  /** The station holds its link by itself. */
  get link(): this {
    return this
  }

  get protocol(): string {
    return this.ws.protocol
  }

  ping(seconds: number): void {
    this.dialer.deadlines.remove(this)
    if (!(seconds > 0)) return
    this.pause = (seconds * 1000) / looks
    this.dueAt = this.dialer.now()
    this.restart()
    this.wait()
  }

  private restart(): void {
    this.quiet = 0
    this.asked = false
    this.lifeSeen = this.lifeBytes
  }

  private wait(): void {
    this.dueAt += this.pause
    this.dialer.deadlines.add(this, this.dueAt - this.dialer.now())
  }

  /** Any byte is life. */
  expire(): void {
    if (this.ws.readyState !== WebSocket.OPEN) return
    const now = this.dialer.now()
    if (now - this.dueAt > Math.max(this.pause, 1000)) {
      // The process stood still: what came in meanwhile is not read yet.
      this.dueAt = now
      return this.wait()
    }
    if (this.lifeBytes !== this.lifeSeen) this.restart()
    this.quiet++
    if (this.quiet >= looks) {
      if (this.asked) return this.silent()
      this.restart()
      this.asked = true
      if (!this.ws.isPaused) this.ws.ping()
    }
    this.wait()
  }

  private silent(): void {
    this.dialer.limitReached(this, "silence")
    this.terminate()
  }

  override gone(code: number, reason: Buffer): void {
    this.dialer.deadlines.remove(this)
    super.gone(code, reason)
  }
}
