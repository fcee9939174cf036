/** The HTTP server below the adapter: one of its own, or the application's. */
import { createServer, type Server as HttpServer, type ServerOptions } from "node:http"
import { createServer as createSecureServer, type Server as HttpsServer } from "node:https"
import type { AddressInfo, DropArgument, Socket } from "node:net"
import { Server as TlsServer, type TLSSocket } from "node:tls"
import type { Acceptor } from "@wattline/ocpp-core"
import { fromListen, ListenError, type Links, type Run, serverCertificateProblems } from "@wattline/ocpp-core/adapter"
import * as Effect from "effect/Effect"
import { type Trust, trustOf } from "./ClientCertificates.ts"
import type { Settings } from "./Options.ts"
import { refuseRequest, upgradeRequired } from "./Refusal.ts"
import { type OnUpgrade, route } from "./Router.ts"
import { badCa, tlsMaterial, type TlsMaterial, type TlsOptions } from "./Tls.ts"

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
  /** Starts to hand upgrade requests below the path over. */
  readonly accept: (onUpgrade: OnUpgrade) => void
  /** Whose client certificates are trusted at present. */
  readonly trust: () => Trust | undefined
  /** See `WsServerShape.reload`. */
  readonly reload: (tls: TlsOptions) => Effect.Effect<void, ListenError>
  /**
   * May be called twice. Hands over no more requests. An own port is free at once, and connections that are no
   * WebSocket yet are cut off.
   */
  readonly stop: () => void
}

/** What a listener works with. */
export interface ListenerDeps {
  readonly acceptor: Acceptor["Service"]
  readonly links: Links
  readonly run: Run
}

/** Listens, or looks at the server that was given. */
export const open = (settings: Settings, deps: ListenerDeps): Effect.Effect<Listener, ListenError> => {
  const { listener, tls } = settings
  if ("server" in listener) return attach(settings, listener.server)
  return tls === undefined
    ? listen(createServer(serverOptions(settings), upgradeRequired), settings, deps, listener, undefined)
    : Effect.flatMap(readMaterial(tls), (material) =>
        listen(secureServer(settings, tls, material), settings, deps, listener, material)
      )
}

/** Certificates that stations may trip over are used all the same, with a warning. By the clock that OpenSSL goes by. */
const readMaterial = (tls: TlsOptions): Effect.Effect<TlsMaterial, ListenError> =>
  Effect.tap(Effect.fromResult(tlsMaterial(tls)), ({ certificates }) =>
    Effect.forEach(certificates, (certificate) =>
      Effect.forEach(serverCertificateProblems(certificate, Date.now()), (problem) =>
        Effect.logWarning(`Server certificate ${certificate.subject.replaceAll("\n", ", ")}: ${problem}`)
      )
    )
  )

const serverOptions = ({ handshakeTimeout }: Settings): ServerOptions => ({
  headersTimeout: handshakeTimeout * 1000,
  requestTimeout: handshakeTimeout * 1000,
  connectionsCheckingInterval: Math.min(handshakeTimeout * 1000, 5000)
})

const secureServer = (settings: Settings, { SNICallback }: TlsOptions, { context, trust }: TlsMaterial): HttpsServer =>
  createSecureServer(
    {
      ...serverOptions(settings),
      ...context,
      ...(SNICallback === undefined ? {} : { SNICallback }),
      handshakeTimeout: settings.handshakeTimeout * 1000,
      requestCert: trust !== undefined,
      rejectUnauthorized: false // the core judges, and answers with a status
    },
    upgradeRequired
  )

const listen = (
  server: HttpServer | HttpsServer,
  settings: Settings,
  deps: ListenerDeps,
  { host, port }: { readonly host: string; readonly port: number },
  material: TlsMaterial | undefined
): Effect.Effect<Listener, ListenError> =>
  Effect.callback((resume) => {
    limitPending(server, settings.maxPendingSockets, deps)
    const handshakes = server instanceof TlsServer ? handshakesOf(server) : new Map<string, Socket>()
    server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
      if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") tooSlow(socket, deps)
      refuseRequest(socket, error.code)
    })
    server.on("tlsClientError", (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      if (error.code === "ERR_TLS_HANDSHAKE_TIMEOUT") tooSlow(socket, deps)
      const who = socket.remoteAddress ?? "an unknown address"
      deps.run(Effect.logDebug(`TLS handshake with ${who} failed: ${error.code ?? error.message}`))
    })
    server.once("error", (error) => resume(Effect.fail(fromListen(error, host, port))))
    server.listen({ host, port }, () => {
      server.removeAllListeners("error")
      server.on("error", ignore) // a failed accept, such as too many open files: the station tries again
      let current = material
      resume(
        Effect.succeed({
          address: addressOf(server.address()),
          scheme: server instanceof TlsServer ? "wss" : "ws",
          accept: (onUpgrade) => void route(server, settings.path, onUpgrade),
          trust: () => current?.trust,
          reload: (tls) =>
            Effect.suspend(() => {
              if (current === undefined || !(server instanceof TlsServer)) return noOwnTls
              const asks = current.trust !== undefined
              return Effect.flatMap(readMaterial(tls), (next) => {
                if ((next.trust !== undefined) !== asks) return askingIsFixed
                server.setSecureContext(next.context)
                current = next
                return Effect.void
              })
            }),
          stop: () => {
            server.close()
            server.closeAllConnections()
            for (const socket of handshakes.values()) socket.destroy()
          }
        })
      )
    })
    return Effect.sync(() => void server.close())
  })

const tooSlow = ({ remoteAddress }: Socket, { acceptor }: ListenerDeps): void =>
  acceptor.limitReached("handshakeTime", { remoteAddress })

/** Node counts the connections; those that are a link already are not pending. */
const limitPending = (server: HttpServer | HttpsServer, limit: number, { acceptor, links }: ListenerDeps): void => {
  Object.defineProperty(server, "maxConnections", { get: () => links.size + limit })
  server.on("drop", (dropped?: DropArgument) =>
    acceptor.limitReached("pendingSockets", { remoteAddress: dropped?.remoteAddress })
  )
}

/** The connections that are in their TLS handshake, by the address of the peer: `closeAllConnections` does not know them. */
const handshakesOf = (server: TlsServer): ReadonlyMap<string, Socket> => {
  const handshakes = new Map<string, Socket>()
  const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
  server.on("connection", (socket: Socket) => {
    const key = keyOf(socket)
    handshakes.set(key, socket)
    socket.once("close", () => {
      if (handshakes.get(key) === socket) handshakes.delete(key)
    })
  })
  server.on("secureConnection", (socket: TLSSocket) => void handshakes.delete(keyOf(socket)))
  return handshakes
}

const attach = (
  { clientCertificates, path }: Settings,
  server: HttpServer | HttpsServer
): Effect.Effect<Listener, ListenError> =>
  Effect.suspend(() => {
    if (!server.listening) return notListening
    const trust = clientCertificates === undefined ? undefined : trustOf(clientCertificates)
    if (trust === "unreadable") return Effect.fail(badCa("clientCertificates"))
    let leave = ignore
    return Effect.succeed({
      address: addressOf(server.address()),
      scheme: server instanceof TlsServer ? "wss" : "ws",
      accept: (onUpgrade) => {
        leave = route(server, path, onUpgrade)
      },
      trust: () => trust,
      reload: () => noOwnTls,
      stop: () => leave()
    })
  })

const notListening = Effect.fail(
  new ListenError({
    reason: "NotListening",
    message: "The server that was given does not listen yet. Call its `listen` first, then build the layer."
  })
)

const noOwnTls = Effect.fail(
  new ListenError({
    reason: "InvalidOption",
    message: "There is no `tls` to reload: the port is plain, or the server is not the adapter's own."
  })
)

const askingIsFixed = Effect.fail(
  new ListenError({
    reason: "InvalidOption",
    message: "`tls.clientCertificates` cannot be turned on or off while the port is open. Build the layer anew."
  })
)

const addressOf = (address: AddressInfo | string | null): Address =>
  address === null || typeof address === "string"
    ? { host: address ?? "", port: 0 }
    : { host: address.address, port: address.port }

const ignore = (): void => undefined
