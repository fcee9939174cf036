/**
 * What has happened and is not told yet, in order. It is told right after what is going on, so that nobody is called in the
 * middle of a change, or at once when somebody is about to say something that comes after it.
 */
import type { ClientEvent } from "@wattline/ocpp-station"
import type { Happening } from "@wattline/ocpp-station/virtual"
import type { Message } from "./messages.ts"

/** A message, or something that happened at the station. */
export type Item = Message | Happening | ClientEvent

/** See the head of the file. */
export class News {
  private items: Array<Item> = []
  private reader: ((items: ReadonlyArray<Item>) => void) | undefined

  /** Something happened. */
  readonly add = (item: Item): void => {
    this.items.push(item)
    if (this.items.length === 1) queueMicrotask(() => this.tell())
  }

  /** Who is told, from now on, and of what has happened before; nobody any more without a reader. */
  readBy(reader: ((items: ReadonlyArray<Item>) => void) | undefined): void {
    this.reader = reader
    this.tell()
  }

  /** Tells what there is. */
  tell(): void {
    if (this.reader === undefined || this.items.length === 0) return
    const { items } = this
    this.items = []
    this.reader(items)
  }
}
