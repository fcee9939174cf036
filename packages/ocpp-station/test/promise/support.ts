/** Stations with promises: before a scripted CSMS, and before our own one, joined in memory. */
import { createCsms, type PromiseCsms, type PromiseHandlers } from "@wattline/ocpp-core/promise"
import { MemoryDialer, MemoryNetwork, MemoryTransport } from "@wattline/ocpp-memory"
import {
  connectStation,
  type DialerLayer,
  type PromiseEvents,
  type PromiseStationOptions
} from "@wattline/ocpp-station/promise"
import { Context, Effect, Layer } from "effect"
import { connection, FakeCsms } from "../client/FakeCsms.ts"

/** A station that was accepted by a scripted CSMS. */
export const accepted = async (options: Partial<PromiseStationOptions> = {}) => {
  const csms = new FakeCsms()
  const station = await connectStation({ dialer: csms.layer, ...connection, ...options })
  csms.accept()
  return { csms, station, [Symbol.asyncDispose]: () => station.close() }
}

/** Our own CSMS on a network in memory, and the dialer of that network. */
export const csmsInMemory = async (
  handlers: PromiseHandlers = {}
): Promise<{ readonly csms: PromiseCsms; readonly dialer: DialerLayer; [Symbol.asyncDispose](): Promise<void> }> => {
  let network: MemoryNetwork["Service"] | undefined = undefined
  const transport = Layer.tap(MemoryTransport.layer, (context) =>
    Effect.sync(() => {
      network = Context.get(context, MemoryNetwork)
    })
  )
  const csms = await createCsms({ transports: [transport], handlers })
  if (network === undefined) throw new Error("the transport was not built")
  const dialer = Layer.provide(MemoryDialer.layer, Layer.succeed(MemoryNetwork, network))
  return { csms, dialer, [Symbol.asyncDispose]: () => csms.close() }
}

/** What a promise was rejected with. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => Promise.reject(new Error(`it was not rejected: ${JSON.stringify(value)}`)),
    (reason: unknown) => reason
  )

/** The next event with this tag; ends the subscription. */
export const next = async <E extends { readonly _tag: string }, Tag extends E["_tag"]>(
  events: PromiseEvents<E>,
  tag: Tag
): Promise<Extract<E, { readonly _tag: Tag }>> => {
  for await (const event of events) if (event._tag === tag) return event as Extract<E, { readonly _tag: Tag }>
  throw new Error(`there was no ${tag}`)
}

/** A Started event. */
export const startedEvent = (transactionId: string, seqNo = 0) =>
  ({
    eventType: "Started",
    timestamp: "2026-01-05T08:00:00Z",
    triggerReason: "CablePluggedIn",
    seqNo,
    transactionInfo: { transactionId }
  }) as const
