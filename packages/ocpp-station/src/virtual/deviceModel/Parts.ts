/** A report in parts: cut to the size that goes into one message, each sent when the one before it was answered. */
import { CallError } from "@wattline/ocpp-core"
import type { CallOutcome } from "../../client/Client.ts"

/** What may go into one message. */
export interface PartLimits {
  readonly items: number
  /** Bytes of the items, UTF-8. */
  readonly bytes: number
}

/** Sends one part, and says when it was answered. */
export type SendPart<Data> = (
  data: Array<Data>,
  place: { readonly seqNo: number; readonly tbc: boolean },
  answered: (outcome: CallOutcome<"NotifyReport" | "NotifyMonitoringReport">) => void
) => void

/**
 * Sends `items` part by part; `render` is called when the part of an item is made, so that it tells the value of that moment.
 * One that the CSMS refuses is followed by the next; when it cannot be sent or nothing comes back, the rest is given up, for
 * the CSMS would not know what to make of it.
 */
export const sendInParts = <Item, Data>(
  items: ReadonlyArray<Item>,
  limits: PartLimits,
  render: (item: Item) => Data,
  sizeOf: (item: Item) => number,
  send: SendPart<Data>,
  done: () => void
): void => {
  let at = 0
  let seqNo = 0
  const next = (): void => {
    const data: Array<Data> = []
    for (let bytes = 0; at < items.length && data.length < limits.items; at++) {
      const item = items[at] as Item // at < items.length
      bytes += sizeOf(item)
      if (data.length > 0 && bytes > limits.bytes) break
      data.push(render(item))
    }
    const tbc = at < items.length
    send(data, { seqNo: seqNo++, tbc }, (outcome) => {
      const reached = outcome._tag === "Success" || outcome.cause.reasons.some(isRefusal)
      if (reached && tbc) next()
      else done()
    })
  }
  next()
}

const isRefusal = (reason: { readonly _tag: string; readonly error?: unknown }): boolean =>
  reason._tag === "Fail" && reason.error instanceof CallError

const utf8 = new TextEncoder()

/** Bytes of a value as JSON in UTF-8. */
export const jsonBytes = (value: unknown): number => utf8.encode(JSON.stringify(value)).length
