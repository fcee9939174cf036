/** The app below the adapter: one of its own that listens on a port, or the application's. */
import { createServer } from "node:net"
import * as Effect from "effect/Effect"
import { fromListen, ListenError } from "@wattline/ocpp-core/adapter"
import { importNative, isTlsApp, listenOn, type UwsApp, type UwsModule } from "./Native.ts"
import type { Settings, TlsFiles } from "./Options.ts"
import type { PendingSockets } from "./PendingSockets.ts"
import { secureApp } from "./Tls.ts"
import type { Upgrader } from "./Upgrade.ts"

/** Where a server can be reached. */
export interface Address {
  /** As it was given in the options. */
  readonly host: string
  /** TCP port. */
  readonly port: number
}

/** A listening app. */
export interface Listener {
  readonly address: Address
  /** Takes no new connections on a port of its own, which is free at once. An app of the application goes on. */
  readonly stop: () => void
  /** Listens with other certificate files from now on; see `UwsServerShape.reload`. */
  readonly reload: (files: TlsFiles) => Effect.Effect<void, ListenError>
}

/** Whether connections come over TLS. */
export const isSecure = ({ listener }: Settings): boolean =>
  listener.kind === "tls" || (listener.kind === "app" && isTlsApp(listener.app))

/** Adds the route to the given app, or listens on a port of its own. */
export const open = (
  { handshakeTimeout, listener, native, path }: Settings,
  upgrader: Upgrader,
  pending: PendingSockets
): Effect.Effect<Listener, ListenError> => {
  const { host, port } = listener
  if (listener.kind === "app") {
    return Effect.sync(() => {
      listener.app.ws(`${path}/*`, upgrader.behavior())
      return { address: { host, port }, stop: () => undefined, reload: () => Effect.fail(noOwnTls) }
    })
  }
  return Effect.gen(function* () {
    const module = native ?? (yield* importNative())
    const furnish = (app: UwsApp): UwsApp => {
      app.filter(pending.onConnection)
      app.setIdleTimeout?.(Math.min(maxIdleTimeout, Math.ceil(handshakeTimeout)))
      app.ws("/*", upgrader.behavior())
      app.any("/*", upgrader.onRequest)
      return app
    }
    const app = listener.kind === "tls" ? yield* secureApp(module, listener.tls) : module.App()
    const door = new Door(module, host, furnish(app))
    yield* door.open(port)
    return {
      address: { host, port: door.port },
      stop: () => door.close(),
      reload: (files) =>
        listener.kind === "tls"
          ? Effect.flatMap(secureApp(module, files), (renewed) => door.change(furnish(renewed)))
          : Effect.fail(noOwnTls)
    }
  })
}

/** Seconds; uWebSockets.js ends the process over a longer one. */
const maxIdleTimeout = 960

const noOwnTls = new ListenError({
  reason: "InvalidOption",
  message: "Only a port of the adapter's own that was opened with `tls` can be given other certificates."
})

/** The listening socket and the app behind it. Connections stay with the app that took them. */
class Door {
  port = 0
  private readonly native: UwsModule
  private readonly host: string
  private app: UwsApp
  private socket: object | undefined = undefined

  constructor(native: UwsModule, host: string, app: UwsApp) {
    this.native = native
    this.host = host
    this.app = app
  }

  open(port: number): Effect.Effect<void, ListenError> {
    return Effect.suspend(() => (this.listen(this.app, port) ? Effect.void : this.explain(port)))
  }

  /** In one tick: who is not accepted yet, or connects in these microseconds, is reset and tries again. */
  change(app: UwsApp): Effect.Effect<void, ListenError> {
    return Effect.suspend(() => {
      if (this.socket === undefined) return Effect.fail(notListening)
      const { app: former, port } = this
      this.close()
      if (this.listen(app, port)) {
        this.app = app
        return Effect.void
      }
      this.listen(former, port)
      return this.explain(port)
    })
  }

  close(): void {
    if (this.socket !== undefined) this.native.us_listen_socket_close(this.socket)
    this.socket = undefined
  }

  private listen(app: UwsApp, port: number): boolean {
    this.socket = listenOn(app, this.host, port)
    if (this.socket === undefined) return false
    this.port = this.native.us_socket_local_port(this.socket)
    if (port !== 0) return true
    // A port that the system chose could not be opened again for `change` while stations are connected to it.
    this.close()
    return this.listen(app, this.port)
  }

  /** uWebSockets.js does not tell why it cannot listen: Node does. */
  private explain(port: number): Effect.Effect<never, ListenError> {
    const { host } = this
    return Effect.callback((resume) => {
      const probe = createServer()
      probe.once("error", (error) => resume(Effect.fail(fromListen(error, host, port))))
      probe.listen({ host, port, exclusive: true }, () => {
        probe.close(() => resume(Effect.fail(fromListen(new Error("uWebSockets.js failed to listen"), host, port))))
      })
      return Effect.sync(() => void probe.close())
    })
  }
}

const notListening = new ListenError({
  reason: "NotListening",
  message: "The adapter does not listen any more. Build its layer again."
})
