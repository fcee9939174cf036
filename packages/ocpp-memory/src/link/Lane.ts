/**
 * One direction of a link: what is pushed comes out in the same order, never inside `push`. Delivery is a microtask, or a
 * timer for what is delayed.
 */
import type { Timers } from "./Timers.ts"

/** What travels on a link. */
export type Item =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Binary" }
  | { readonly _tag: "Close"; readonly code: number; readonly reason: string }
  /** The connection broke. */
  | { readonly _tag: "Gone" }

interface Entry {
  readonly item: Item
  /** Whether its own delay is over; it still waits for those before it. */
  ready: boolean
}

/** An ordered, asynchronous way for items. */
export class Lane {
  private readonly timers: Timers
  private readonly deliver: (item: Item) => void
  private queue: Array<Entry> = []
  private held = false
  private scheduled = false

  constructor(timers: Timers, deliver: (item: Item) => void) {
    this.timers = timers
    this.deliver = deliver
  }

  /** Sends an item on its way; it arrives after `delay` milliseconds and behind everything pushed before. */
  push(item: Item, delay = 0): void {
    const entry: Entry = { item, ready: delay <= 0 }
    this.queue.push(entry)
    if (entry.ready) return this.schedule()
    this.timers.after(delay, () => {
      entry.ready = true
      this.pump()
    })
  }

  /** Nothing is delivered until `release`. */
  hold(): void {
    this.held = true
  }

  /** Delivers again, beginning with what was held back. */
  release(): void {
    this.held = false
    this.schedule()
  }

  /** Forgets what is on its way. */
  clear(): void {
    this.queue = []
  }

  /** Ends every delay: what is on its way arrives now. */
  flush(): void {
    for (const entry of this.queue) entry.ready = true
    this.schedule()
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    queueMicrotask(() => {
      this.scheduled = false
      this.pump()
    })
  }

  private pump(): void {
    while (!this.held && this.queue[0]?.ready === true) {
      const entry = this.queue.shift()
      if (entry !== undefined) this.deliver(entry.item)
    }
  }
}
