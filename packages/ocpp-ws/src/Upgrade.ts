/**
 * The way of an upgrade request: is it one, is it ours, what does the core say; then 101 and a link, or a refusal.
 * While the core decides nothing is read from the socket, and a station that goes away takes its question back.
 */
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { TLSSocket } from "node:tls"
import type { Acceptor, Admission, Admitted, ClosedAfterUpgrade } from "@wattline/ocpp-core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { type Server, type ServerOptions, WebSocketServer } from "ws"
import { deflateOptions, servableOffers } from "./Deflate.ts"
import type { Links } from "./Links.ts"
import type { Settings } from "./Options.ts"
import { malformed, notFound, refuse, shuttingDown, undecided } from "./Refusal.ts"
import { type LinkHost, StationSocket, WsLink } from "./WsLink.ts"

/** Runs an effect at once, in this tick as far as it goes. */
export type Run = <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>

/** What an upgrader works with. */
export interface UpgraderDeps {
  readonly settings: Settings
  readonly acceptor: Acceptor["Service"]
  readonly links: Links
  readonly run: Run
  /** Whether an upgrade outside `path` has somebody else to answer it. */
  readonly othersListen: () => boolean
}

/** Turns upgrade requests into links. */
export class Upgrader implements LinkHost {
  readonly compressFrom: number
  readonly maxBufferedBytes: number
  private readonly deps: UpgraderDeps
  private readonly ws: Server<typeof StationSocket>
  /** One for every request the core has not decided on; gives the question up. */
  private readonly pending = new Set<() => void>()
  private stopped = false

  constructor(deps: UpgraderDeps) {
    this.deps = deps
    this.compressFrom = deps.settings.compression?.threshold ?? Infinity
    this.maxBufferedBytes = deps.settings.maxBufferedBytes
    this.ws = new WebSocketServer(serverOptions(deps.settings))
  }

  /** The listener of the HTTP server's `upgrade` event. */
  readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const target = request.url ?? ""
    if (!target.startsWith(`${this.deps.settings.path}/`)) {
      if (!this.deps.othersListen()) refuse(keep(socket), notFound)
      return
    }
    keep(socket)
    const problem = this.stopped ? shuttingDown : malformed(request)
    if (problem !== undefined) return refuse(socket, problem)
    this.ask(request, socket, (decision) => this.decided(decision, request, socket, head))
  }

  /** Refuses whoever comes from now on, and whoever waits for the core. */
  stop(): void {
    this.stopped = true
    for (const abandon of this.pending) abandon()
  }

  closed(link: WsLink): void {
    this.deps.links.delete(link)
  }

  failed(link: WsLink, error: Error): void {
    this.deps.run(Effect.logDebug(`Connection of station ${link.identity} failed: ${error.message}`))
  }

  private ask(request: IncomingMessage, socket: Duplex, done: (exit: Exit.Exit<Admission>) => void): void {
    const admission = this.deps.acceptor.admit({
      target: request.url ?? "",
      protocols: request.headers["sec-websocket-protocol"],
      authorization: request.headers.authorization,
      remoteAddress: request.socket.remoteAddress,
      secure: request.socket instanceof TLSSocket
    })
    const fiber = this.deps.run(admission)
    const exit = fiber.pollUnsafe()
    if (exit !== undefined) return done(exit)
    const settle = (late: Exit.Exit<Admission>) => {
      if (!this.pending.delete(abandon)) return
      timer.interruptUnsafe()
      socket.off("close", abandon).off("end", abandon)
      done(late)
    }
    const abandon = () => {
      settle(Exit.interrupt())
      fiber.interruptUnsafe()
    }
    const patience = Duration.seconds(this.deps.settings.handshakeTimeout)
    const timer = this.deps.run(Effect.andThen(Effect.sleep(patience), Effect.sync(abandon)))
    this.pending.add(abandon)
    socket.once("close", abandon).once("end", abandon)
    fiber.addObserver(settle)
  }

  private decided(exit: Exit.Exit<Admission>, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (socket.destroyed) return
    if (Exit.isFailure(exit)) return refuse(socket, this.stopped ? shuttingDown : undecided)
    const admission = exit.value
    switch (admission._tag) {
      case "Refused":
        return refuse(socket, admission)
      case "Admitted":
        return this.upgrade(request, socket, head, admission.protocol, (ws) => this.open(ws, request, admission))
      case "ClosedAfterUpgrade":
        return this.upgrade(request, socket, head, undefined, (ws) => closeAtOnce(ws, admission))
    }
  }

  /** Writes the 101. The core has chosen the protocol: `ws` is shown that one alone, and answers with it. */
  private upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    protocol: string | undefined,
    done: (ws: StationSocket) => void
  ): void {
    const { compression } = this.deps.settings
    const extensions = request.headers["sec-websocket-extensions"]
    request.headers["sec-websocket-protocol"] = protocol
    request.headers["sec-websocket-extensions"] =
      extensions === undefined || compression === undefined
        ? undefined
        : servableOffers(extensions, compression.windowBits)
    socket.off("error", destroy)
    this.ws.handleUpgrade(request, socket, head, done)
  }

  private open(ws: StationSocket, request: IncomingMessage, admitted: Admitted): void {
    const link = new WsLink(ws, request.socket, this, admitted.identity)
    this.deps.links.add(link)
    link.start(this.deps.acceptor.open(admitted, link))
  }
}

const serverOptions = (
  settings: Settings
): ServerOptions<typeof StationSocket> & { readonly closeTimeout: number } => ({
  noServer: true,
  clientTracking: false, // `Links` does it, for less
  WebSocket: StationSocket,
  perMessageDeflate: deflateOptions(settings.compression),
  maxPayload: settings.maxMessageBytes,
  skipUTF8Validation: false,
  closeTimeout: settings.closeTimeout * 1000
})

/** Until `ws` takes the socket over, an error on it must not end the process. */
const keep = (socket: Duplex): Duplex => socket.on("error", destroy)

function destroy(this: Duplex): void {
  this.destroy()
}

const closeAtOnce = (ws: StationSocket, { code, reason }: ClosedAfterUpgrade): void => {
  ws.on("error", ignore)
  ws.close(code, reason)
}

const ignore = (): void => undefined
