/** The adapter as a layer: it listens when built, and takes leave of every station when released. */
import { Acceptor } from "@wattline/ocpp-core"
import { type ListenError, Links, urlOf } from "@wattline/ocpp-core/adapter"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { type Address, open } from "./Listener.ts"
import { resolve, type WsServerOptions } from "./Options.ts"
import type { TlsOptions } from "./Tls.ts"
import { Upgrader } from "./Upgrade.ts"

/** What can be known of a running adapter. */
export interface WsServerShape {
  /** Where it listens; the port is the real one, also when 0 was asked for. */
  readonly address: Address
  /** The URL to which a station adds `/` and its identity, for example `ws://127.0.0.1:9000/ocpp`. */
  readonly url: string
  /** How many stations are connected now. */
  readonly connections: Effect.Effect<number>
  /**
   * From now on new connections are served with these certificates; open ones stay as they are. Replaces `tls` as a whole
   * but for `SNICallback`. When something is wrong with it, it fails and what was there before stays. Client certificates
   * cannot be turned on or off, and an attached server is reloaded by its owner (`setSecureContext`): `InvalidOption`.
   */
  readonly reload: (tls: TlsOptions) => Effect.Effect<void, ListenError>
}

const make = Effect.fnUntraced(function* (options: WsServerOptions) {
  const settings = yield* Effect.fromResult(resolve(options))
  const acceptor = yield* Acceptor
  const run = Effect.runForkWith(Context.omit(Scope.Scope)(yield* Effect.context()))
  const links = new Links()

  const listener = yield* Effect.acquireRelease(open(settings, { acceptor, links, run }), ({ stop }) =>
    Effect.sync(stop)
  )
  const upgrader = new Upgrader({ settings, acceptor, links, run, trust: listener.trust })
  yield* Effect.addFinalizer(() => {
    listener.stop()
    upgrader.stop()
    return links.takeLeave(acceptor, settings.closeTimeout)
  })
  listener.accept(upgrader.onUpgrade)

  if (settings.pingInterval > 0) {
    yield* Effect.forkScoped(links.watch(settings.pingInterval, settings.missedPings))
  }
  const { address, scheme } = listener
  const url = urlOf(scheme, address.host, address.port, settings.path)
  yield* acceptor.announce({ adapter: "ws", url })
  return WsServer.of({ address, url, connections: Effect.sync(() => links.size), reload: listener.reload })
})

/** The WebSocket transport over `ws`. */
export class WsServer extends Context.Service<WsServer, WsServerShape>()("@wattline/ocpp-ws/WsServer") {
  /**
   * Listens for stations and hands them to the core's `Acceptor`. On release it takes no new ones, closes every link
   * with 1001 and frees an own port; an attached server goes on without it.
   */
  static readonly layer = (options: WsServerOptions): Layer.Layer<WsServer, ListenError, Acceptor> =>
    Layer.effect(WsServer, make(options))
}
