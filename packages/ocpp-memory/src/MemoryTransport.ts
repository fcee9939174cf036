/** The in-memory adapter: gives an `Acceptor` a network of links that need no sockets and no real time. */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Acceptor, type Admitted, type ClosedAfterUpgrade, type LinkHandler } from "@wattline/ocpp-core"
import { MemoryLink } from "./link/MemoryLink.ts"
import { makeTimers } from "./link/Timers.ts"
import { type DialOptions, DialRefused, MemoryNetwork } from "./MemoryNetwork.ts"
import { makeMailbox, type MemoryEnd } from "./MemoryPeer.ts"
import { upgradeRequest } from "./upgradeRequest.ts"

/** Settings of the network; all have defaults. */
export interface MemoryTransportOptions {
  /** Longest text from a station in bytes of UTF-8; default 1 MiB. */
  readonly maxMessageBytes?: number
  /** How long an end waits for the close frame of the other before it cuts off; default 5 seconds. */
  readonly closeTimeout?: Duration.Input
  /** The path before the identity; default `/ocpp`. */
  readonly path?: string
}

const nobodyAnswers = new DialRefused({ status: 0, headers: {}, body: "" })

const make = Effect.fnUntraced(function* (options: MemoryTransportOptions) {
  const acceptor = yield* Acceptor
  const timers = yield* makeTimers
  const down = yield* Deferred.make<never, DialRefused>()
  const links = new Set<MemoryLink>()
  const path = options.path ?? "/ocpp"
  const limits = {
    maxMessageBytes: options.maxMessageBytes ?? 1_048_576,
    closeTimeout: Duration.toMillis(options.closeTimeout ?? Duration.seconds(5))
  }
  let connections = 0

  const takeLeave = Effect.gen(function* () {
    Deferred.doneUnsafe(down, nobodyAnswers)
    yield* acceptor.drain([...links].flatMap(({ core }) => core ?? []))
    const open = [...links]
    for (const link of open) link.shutdown()
    yield* Effect.forEach(open, (link) => Deferred.await(link.ended), { discard: true })
  })

  yield* Effect.addFinalizer(() => takeLeave)
  yield* acceptor.announce({ adapter: "memory", url: `memory://csms${path}` })

  const establish = (admission: Admitted | ClosedAfterUpgrade, to: DialOptions, handler: LinkHandler) => {
    const link = new MemoryLink(handler, limits, timers, () => links.delete(link))
    links.add(link)
    connections += 1
    for (const fault of to.faults ?? []) link.addFault(fault)
    if (admission._tag === "Admitted") link.open((end) => acceptor.open(admission, end))
    else link.closeUnopened(admission.code, admission.reason)
    for (const text of to.early ?? []) link.station.send(text)
    return { link, connection: connections }
  }

  const connect = Effect.fnUntraced(function* (to: DialOptions, handler: LinkHandler) {
    if (Deferred.isDoneUnsafe(down)) return yield* nobodyAnswers
    const admission = yield* Effect.raceFirst(acceptor.admit(upgradeRequest(to, path)), Deferred.await(down))
    if (admission._tag === "Refused") return yield* refusal(admission.status, admission.headers, admission.reason)
    const { link, connection } = yield* Effect.acquireRelease(
      Effect.sync(() => establish(admission, to, handler)),
      // The yield lets the CSMS hear of it before the scope is closed.
      (opened) =>
        Effect.andThen(
          Effect.sync(() => opened.link.leave()),
          Effect.yieldNow
        )
    )
    return stationEnd(link, admission._tag === "Admitted" ? admission.protocol : "", connection)
  })

  const dial = Effect.fnUntraced(function* (to: DialOptions) {
    const { handler, toPeer } = makeMailbox()
    return toPeer(yield* connect(to, handler))
  })

  return MemoryNetwork.of({ connect, dial })
})

const refusal = (status: number, headers: Readonly<Record<string, string>>, body: string): DialRefused =>
  new DialRefused({
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body
  })

const stationEnd = (link: MemoryLink, protocol: string, connection: number): MemoryEnd => ({
  link: {
    send: (text) => link.station.send(text),
    close: (code, reason) => link.station.close(code, reason),
    terminate: () => link.terminate()
  },
  sendBinary: () => link.station.sendBinary(),
  protocol,
  connection,
  faults: {
    inject: (fault) => Effect.sync(() => link.addFault(fault)),
    clear: Effect.sync(() => link.clearFaults()),
    halfOpen: Effect.sync(() => link.halfOpen()),
    heal: Effect.sync(() => link.heal()),
    cut: Effect.sync(() => link.cut())
  }
})

/** A network with settings of its own. Every call makes another network. */
export const layerWith = (options: MemoryTransportOptions): Layer.Layer<MemoryNetwork, never, Acceptor> =>
  Layer.effect(MemoryNetwork, make(options))

/** A network with the default settings. */
export const layer: Layer.Layer<MemoryNetwork, never, Acceptor> = layerWith({})
