/** The adapter as a layer: it listens when built, and takes leave of every station when released. */
import { Acceptor } from "@wattline/ocpp-core"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Links } from "./Links.ts"
import type { ListenError } from "./ListenError.ts"
import { type Address, type Listener, open, urlOf } from "./Listener.ts"
import { resolve, type WsServerOptions } from "./Options.ts"
import { type Run, Upgrader } from "./Upgrade.ts"

/** What can be known of a running adapter. */
export interface WsServerShape {
  /** Where it listens; the port is the real one, also when 0 was asked for. */
  readonly address: Address
  /** The URL to which a station adds `/` and its identity, for example `ws://127.0.0.1:9000/ocpp`. */
  readonly url: string
  /** How many stations are connected now. */
  readonly connections: Effect.Effect<number>
}

const make = Effect.fnUntraced(function* (options: WsServerOptions) {
  const settings = yield* Effect.fromResult(resolve(options))
  const acceptor = yield* Acceptor
  const run = Effect.runForkWith(Context.omit(Scope.Scope)(yield* Effect.context()))
  const links = new Links()

  const listener = yield* Effect.acquireRelease(open(settings), ({ stop }) => Effect.sync(stop))
  const upgrader = new Upgrader({ settings, acceptor, links, run, othersListen: listener.othersListen })
  yield* Effect.addFinalizer(() => takeLeave({ listener, upgrader, links, run, closeTimeout: settings.closeTimeout }))
  listener.accept(upgrader.onUpgrade)

  if (settings.pingInterval > 0) {
    yield* Effect.forkScoped(links.watch(settings.pingInterval, settings.missedPings))
  }
  const url = urlOf(listener, settings.path)
  yield* acceptor.announce({ adapter: "ws", url })
  return WsServer.of({ address: listener.address, url, connections: Effect.sync(() => links.size) })
})

/** Nobody new, then 1001 to everybody, and whoever does not take leave in `closeTimeout` seconds is cut off. */
const takeLeave = ({ listener, upgrader, links, run, closeTimeout }: Leave): Effect.Effect<void> =>
  Effect.suspend(() => {
    listener.stop()
    upgrader.stop()
    links.close(1001, "going away")
    const cutOff = run(
      Effect.andThen(
        Effect.sleep(Duration.seconds(closeTimeout)),
        Effect.sync(() => links.terminate())
      )
    )
    return Effect.ensuring(
      links.empty,
      Effect.sync(() => cutOff.interruptUnsafe())
    )
  })

interface Leave {
  readonly listener: Listener
  readonly upgrader: Upgrader
  readonly links: Links
  readonly run: Run
  readonly closeTimeout: number
}

/** The WebSocket transport over `ws`. */
export class WsServer extends Context.Service<WsServer, WsServerShape>()("@wattline/ocpp-ws/WsServer") {
  /**
   * Listens for stations and hands them to the core's `Acceptor`. On release it takes no new ones, closes every link
   * with 1001 and frees an own port; an attached server goes on without it.
   */
  static readonly layer = (options: WsServerOptions): Layer.Layer<WsServer, ListenError, Acceptor> =>
    Layer.effect(WsServer, make(options))
}
