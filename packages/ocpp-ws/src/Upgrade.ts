/**
 * The way of an upgrade request: is it one, is it ours, what does the core say; then 101 and a link, or a refusal.
 * While the core decides nothing is read from the socket, and a station that goes away takes its question back.
 */
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { TLSSocket } from "node:tls"
import type {
  Acceptor,
  AdapterLimit,
  Admission,
  Admitted,
  ClosedAfterUpgrade,
  UpgradeRequest
} from "@wattline/ocpp-core"
import {
  type AdapterRefusal,
  type Hop,
  isRefusal,
  type Links,
  malformed,
  Questions,
  type Run
} from "@wattline/ocpp-core/adapter"
import * as Effect from "effect/Effect"
import { type Server, type ServerOptions, WebSocketServer } from "ws"
import { presentedCertificate, type Trust } from "./ClientCertificates.ts"
import { deflateOptions, servableOffers } from "./Deflate.ts"
import type { Settings } from "./Options.ts"
import { headersOf, seenThrough } from "./Proxy.ts"
import { keep, letGo, refuse } from "./Refusal.ts"
import { type LinkHost, StationSocket, WsLink } from "./WsLink.ts"

/** What an upgrader works with. */
export interface UpgraderDeps {
  readonly settings: Settings
  readonly acceptor: Acceptor["Service"]
  readonly links: Links
  readonly run: Run
  /** Whose client certificates are trusted at present. */
  readonly trust: () => Trust | undefined
}

/** Turns upgrade requests into links. */
export class Upgrader implements LinkHost {
  readonly compressFrom: number
  readonly maxBufferedBytes: number
  private readonly deps: UpgraderDeps
  private readonly ws: Server<typeof StationSocket>
  private readonly questions: Questions

  constructor(deps: UpgraderDeps) {
    this.deps = deps
    this.compressFrom = deps.settings.compression?.threshold ?? Infinity
    this.maxBufferedBytes = deps.settings.maxBufferedBytes
    this.questions = new Questions(deps.acceptor, deps.run, deps.settings.handshakeTimeout)
    this.ws = new WebSocketServer(serverOptions(deps.settings))
  }

  /** Takes an upgrade request below the path of the endpoint. */
  readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    keep(socket)
    const problem = malformed(request.method, headersOf(request))
    if (problem !== undefined) return refuse(socket, problem)
    this.ask(request, socket, head)
  }

  /** Refuses whoever comes from now on, and whoever waits for the core. */
  stop(): void {
    this.questions.stop()
  }

  closed(link: WsLink): void {
    this.deps.links.delete(link)
  }

  limitReached(link: WsLink, limit: AdapterLimit): void {
    this.deps.acceptor.limitReached(limit, { identity: link.identity, remoteAddress: link.remoteAddress })
  }

  failed(link: WsLink, error: Error): void {
    this.deps.run(Effect.logDebug(`Connection of station ${link.identity} failed: ${error.message}`))
  }

  private ask(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const question: UpgradeRequest = {
      target: request.url ?? "",
      protocols: request.headers["sec-websocket-protocol"],
      authorization: request.headers.authorization,
      ...seenThrough(this.deps.settings.proxy, hopOf(request.socket, this.deps.trust()), request)
    }
    let abandon: (() => void) | undefined = undefined
    const giveUp = this.questions.ask(question, (answer) => {
      if (abandon !== undefined) socket.off("close", abandon).off("end", abandon)
      this.decided(answer, request, socket, head)
    })
    if (giveUp === undefined) return
    abandon = () => {
      giveUp()
      socket.destroy() // a FIN alone leaves our side open
    }
    socket.once("close", abandon).once("end", abandon)
  }

  private decided(answer: Admission | AdapterRefusal, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (socket.destroyed) return
    if (isRefusal(answer)) return refuse(socket, answer)
    if (answer._tag === "Admitted") {
      this.upgrade(request, socket, head, answer.protocol, (ws) => this.open(ws, request, answer))
    } else {
      this.upgrade(request, socket, head, undefined, (ws) => closeAtOnce(ws, answer))
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
    letGo(socket)
    this.ws.handleUpgrade(request, socket, head, done)
  }

  private open(ws: StationSocket, request: IncomingMessage, admitted: Admitted): void {
    const link = new WsLink(ws, request.socket, this, admitted)
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

/** What the connection itself shows. */
const hopOf = (socket: Socket, trust: Trust | undefined): Hop => ({
  remoteAddress: socket.remoteAddress,
  secure: socket instanceof TLSSocket,
  certificate: socket instanceof TLSSocket ? presentedCertificate(socket, trust) : undefined
})

const closeAtOnce = (ws: StationSocket, { code, reason }: ClosedAfterUpgrade): void => {
  ws.on("error", ignore)
  ws.close(code, reason)
}

const ignore = (): void => undefined
