/** The adapter as a layer: it listens when built, and takes leave of every station when released. */
import { Acceptor } from "@wattline/ocpp-core"
import { type ListenError, Links, urlOf } from "@wattline/ocpp-core/adapter"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { type Address, isSecure, open } from "./Listener.ts"
import { resolve, type TlsFiles, type UwsServerOptions } from "./Options.ts"
import { PendingSockets } from "./PendingSockets.ts"
import { Upgrader } from "./Upgrade.ts"

/** What can be known of a running adapter. */
export interface UwsServerShape {
  /** Where it listens; the port is the real one, also when 0 was asked for. */
  readonly address: Address
  /** The URL to which a station adds `/` and its identity, for example `wss://csms.example:443/ocpp`. */
  readonly url: string
  /** How many stations are connected now. */
  readonly connections: Effect.Effect<number>
  /**
   * Uses other certificate files, or the same ones with new content, for all connections from now on; open ones stay. When
   * it fails everything is as before. Fails with `InvalidOption` on a listener that has no `tls` of its own.
   */
  readonly reload: (files: TlsFiles) => Effect.Effect<void, ListenError>
}

const make = Effect.fnUntraced(function* (options: UwsServerOptions) {
  const settings = yield* Effect.fromResult(resolve(options))
  const acceptor = yield* Acceptor
  const run = Effect.runForkWith(Context.omit(Scope.Scope)(yield* Effect.context()))
  const links = new Links()
  const secure = isSecure(settings)
  const pending = new PendingSockets(settings.maxPendingSockets, acceptor)
  const shared = settings.listener.kind === "app"
  const upgrader = new Upgrader({ settings, acceptor, links, run, secure, shared, upgraded: pending.upgraded })

  const listener = yield* Effect.acquireRelease(open(settings, upgrader, pending), ({ stop }) =>
    Effect.suspend(() => {
      stop()
      upgrader.stop()
      return links.takeLeave(acceptor, settings.closeTimeout)
    })
  )
  if (settings.pingInterval > 0) {
    yield* Effect.forkScoped(links.watch(settings.pingInterval, settings.missedPings))
  }
  const { address, reload } = listener
  const url = urlOf(secure ? "wss" : "ws", address.host, address.port, settings.path)
  yield* acceptor.announce({ adapter: "uws", url })
  return UwsServer.of({ address, url, reload, connections: Effect.sync(() => links.size) })
})

/** The WebSocket transport over uWebSockets.js. */
export class UwsServer extends Context.Service<UwsServer, UwsServerShape>()("@wattline/ocpp-uws/UwsServer") {
  /**
   * Listens for stations and hands them to the core's `Acceptor`. On release it takes no new ones, closes every link with
   * 1001 and frees an own port; an app of the application goes on, and the adapter's route in it lets requests pass.
   */
  static readonly layer = (options: UwsServerOptions): Layer.Layer<UwsServer, ListenError, Acceptor> =>
    Layer.effect(UwsServer, make(options))
}
