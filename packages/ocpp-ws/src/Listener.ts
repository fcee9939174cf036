/** The HTTP server below the adapter: one of its own, or the application's. */
import { createServer, type IncomingMessage, type Server as HttpServer } from "node:http"
import type { Server as HttpsServer } from "node:https"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import { Server as TlsServer } from "node:tls"
import * as Effect from "effect/Effect"
import { fromListen, ListenError } from "./ListenError.ts"
import type { Settings } from "./Options.ts"
import { upgradeRequired } from "./Refusal.ts"

/** Where a server can be reached. */
export interface Address {
  /** An IP address as the operating system gives it, or the path of a pipe. */
  readonly host: string
  /** TCP port; 0 for a pipe. */
  readonly port: number
}

/** A listening HTTP server. */
export interface Listener {
  readonly address: Address
  readonly scheme: "ws" | "wss"
  /** Starts to hand upgrade requests over. */
  readonly accept: (onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void) => void
  /** Whether other upgrade listeners are there. */
  readonly othersListen: () => boolean
  /**
   * May be called twice. Hands over no more requests. An own port is free at once, and connections that are no
   * WebSocket yet are cut off.
   */
  readonly stop: () => void
}

/** Listens, or looks at the server that was given. */
export const open = ({ listener, handshakeTimeout }: Settings): Effect.Effect<Listener, ListenError> =>
  "server" in listener ? attach(listener.server) : listen(listener.host, listener.port, handshakeTimeout)

const listen = (host: string, port: number, handshakeTimeout: number): Effect.Effect<Listener, ListenError> =>
  Effect.callback((resume) => {
    const timeout = handshakeTimeout * 1000
    const server = createServer(
      {
        headersTimeout: timeout,
        requestTimeout: timeout,
        connectionsCheckingInterval: Math.min(timeout, 5000)
      },
      upgradeRequired
    )
    server.once("error", (error) => resume(Effect.fail(fromListen(error, host, port))))
    server.listen({ host, port }, () => {
      server.removeAllListeners("error")
      server.on("error", ignore) // a failed accept, such as too many open files: the station tries again
      resume(
        Effect.succeed({
          address: addressOf(server.address()),
          scheme: "ws",
          accept: (onUpgrade) => void server.on("upgrade", onUpgrade),
          othersListen: () => false,
          stop: () => {
            server.close()
            server.closeAllConnections()
          }
        })
      )
    })
    return Effect.sync(() => void server.close())
  })

const attach = (server: HttpServer | HttpsServer): Effect.Effect<Listener, ListenError> =>
  Effect.suspend(() => {
    if (!server.listening) return notListening
    let listener: Parameters<Listener["accept"]>[0] | undefined
    return Effect.succeed({
      address: addressOf(server.address()),
      scheme: server instanceof TlsServer ? "wss" : "ws",
      accept: (onUpgrade) => {
        listener = onUpgrade
        server.on("upgrade", onUpgrade)
      },
      othersListen: () => server.listenerCount("upgrade") > 1,
      stop: () => {
        if (listener !== undefined) server.off("upgrade", listener)
      }
    })
  })

const notListening = Effect.fail(
  new ListenError({
    reason: "NotListening",
    message: "The server that was given does not listen yet. Call its `listen` first, then build the layer."
  })
)

const addressOf = (address: AddressInfo | string | null): Address =>
  address === null || typeof address === "string"
    ? { host: address ?? "", port: 0 }
    : { host: address.address, port: address.port }

const ignore = (): void => undefined

/** The URL to which a station adds `/` and its identity. All addresses of a machine together are called `localhost`. */
export const urlOf = ({ address: { host, port }, scheme }: Listener, path: string): string => {
  if (port === 0) return `${scheme}+unix:${host}:${path}`
  if (host === "0.0.0.0" || host === "::") return `${scheme}://localhost:${port}${path}`
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}${path}`
}
