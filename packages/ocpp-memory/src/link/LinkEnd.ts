/** One end of an in-memory link: a `Link` with the states and the closing handshake of a WebSocket. */
import type { Link, LinkHandler } from "@wattline/ocpp-core"
import type { Item } from "./Lane.ts"
import type { Timers } from "./Timers.ts"

/** What bounds an end. */
export interface EndLimits {
  /** Longest inbound text in bytes of UTF-8. */
  readonly maxMessageBytes: number
  /** Milliseconds to wait for the other side's close frame before the connection is cut off. */
  readonly closeTimeout: number
}

/** One end of a link. What it sends goes through `transmit`; what arrives comes in through `receive`. */
export class LinkEnd implements Link {
  private state: "Open" | "Closing" | "Closed" = "Open"
  /** Set when an inbound message broke a limit: nothing more is read. */
  private deaf = false
  private cancelCloseTimeout: (() => void) | undefined
  private readonly handler: LinkHandler
  private readonly transmit: (item: Item) => void
  private readonly limits: EndLimits
  private readonly timers: Timers

  constructor(handler: LinkHandler, transmit: (item: Item) => void, limits: EndLimits, timers: Timers) {
    this.handler = handler
    this.transmit = transmit
    this.limits = limits
    this.timers = timers
  }

  send(text: string): boolean {
    if (this.state !== "Open") return false
    // UTF-8 has no lone surrogates.
    this.transmit({ _tag: "Text", text: text.toWellFormed() })
    return true
  }

  sendBinary(): void {
    if (this.state === "Open") this.transmit({ _tag: "Binary" })
  }

  close(code: number, reason: string): void {
    if (this.state !== "Open") return
    this.state = "Closing"
    this.transmit({ _tag: "Close", code, reason })
    this.cancelCloseTimeout = this.timers.after(this.limits.closeTimeout, () => this.terminate())
  }

  terminate(): void {
    if (this.state === "Closed") return
    this.state = "Closed"
    this.cancelCloseTimeout?.()
    this.transmit({ _tag: "Gone" })
    queueMicrotask(() => this.handler.onClose(1006, ""))
  }

  receive(item: Item): void {
    if (this.state === "Closed") return
    switch (item._tag) {
      case "Text":
        if (this.deaf) return
        if (!exceeds(item.text, this.limits.maxMessageBytes)) return this.handler.onText(item.text)
        this.deaf = true
        return this.close(1009, "message too long")
      case "Binary":
        return this.deaf ? undefined : this.handler.onBinary()
      case "Close":
        if (this.state === "Open") this.transmit(item)
        return this.end(item.code, item.reason)
      case "Gone":
        return this.end(1006, "")
    }
  }

  private end(code: number, reason: string): void {
    this.state = "Closed"
    this.cancelCloseTimeout?.()
    this.handler.onClose(code, reason)
  }
}

const encoder = new TextEncoder()

/** A UTF-16 unit takes one to three bytes of UTF-8, so most texts need no count. */
const exceeds = (text: string, bytes: number): boolean =>
  text.length > bytes || (text.length * 3 > bytes && encoder.encode(text).length > bytes)
