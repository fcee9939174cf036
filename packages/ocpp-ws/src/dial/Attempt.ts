/** One attempt to connect: TCP, TLS, the upgrade; ends once, with a link or with a reason. */
import type { ClientRequest, IncomingMessage } from "node:http"
import { connect as connectTcp, type Socket } from "node:net"
import { connect as connectTls, TLSSocket } from "node:tls"
import { authorizationOf, refusedDial } from "@wattline/ocpp-core/adapter"
import type { Dialed, DialFailed, DialRequest, Expirable, LinkHandler } from "@wattline/ocpp-core/engine"
import * as Effect from "effect/Effect"
import type { ClientOptions } from "ws"
import { StationSocket } from "../WsLink.ts"
import { type DialHost, DialedLink } from "./DialedLink.ts"
import { failureOf, type Stage, timedOut } from "./failure.ts"
import { bare, type TlsClient } from "./TlsClients.ts"

/** What an attempt is made of. */
export interface AttemptDeps {
  readonly request: DialRequest
  /** With the identity. */
  readonly url: URL
  /** `undefined` with `ws:`. */
  readonly tls: TlsClient | undefined
  readonly localAddress: string | undefined
  /** Of `ws`, the same for all. */
  readonly options: ClientOptions
  readonly host: DialHost
  readonly open: (dialed: Dialed) => LinkHandler
  /** Told of the link before its first message. */
  readonly opened: (link: DialedLink) => void
  /** Called once, unless the attempt is given up. */
  readonly done: (result: Effect.Effect<void, DialFailed>) => void
}

/** Longest explanation of a refusal that is read, in bytes. */
const longestExplanation = 1024

/** See the head of the file. */
export class Attempt implements Expirable {
  slot = 0
  private readonly deps: AttemptDeps
  private readonly ws: StationSocket
  private socket: Socket | undefined = undefined
  private stage: Stage = "Connecting"
  private over = false
  /** A refusal whose explanation is still to come. */
  private refusal: (() => DialFailed) | undefined = undefined

  constructor(deps: AttemptDeps) {
    this.deps = deps
    const { host, options, request, url } = deps
    const authorization = authorizationOf(request)
    this.ws = new StationSocket(url, [...request.protocols], {
      ...options,
      ...(authorization !== undefined && { headers: { Authorization: authorization } }),
      createConnection: () => this.connect()
    })
    this.ws.on("upgrade", () => (this.stage = "Upgraded"))
    this.ws.on("open", () => this.open())
    this.ws.on("unexpected-response", (_: ClientRequest, response: IncomingMessage) => this.refused(response))
    this.ws.on("error", (error) => this.failed(error))
    host.deadlines.add(this, request.timeout)
  }

  /** Ends the attempt without a word; does nothing once it is over. */
  giveUp(): void {
    if (this.end()) this.ws.terminate()
  }

  /** The time is over. */
  expire(): void {
    this.fail(this.refusal?.() ?? timedOut(this.address, this.stage))
  }

  /** Ends the attempt with a reason; does nothing once it is over. */
  fail(failure: DialFailed): void {
    if (!this.end()) return
    this.ws.terminate()
    this.deps.done(Effect.fail(failure))
  }

  private get port(): number {
    const { port, protocol } = this.deps.url
    return port === "" ? (protocol === "wss:" ? 443 : 80) : Number(port)
  }

  private get address(): string {
    return `${this.deps.url.hostname}:${this.port}`
  }

  private connect(): Socket {
    const { localAddress, tls, url } = this.deps
    const to = {
      host: bare(url.hostname),
      port: this.port,
      ...(localAddress !== undefined && { localAddress })
    }
    if (tls === undefined) {
      this.socket = connectTcp(to).once("connect", () => (this.stage = "Upgrading"))
      return this.socket
    }
    const socket = connectTls({ ...to, ...tls.options })
    socket.once("connect", () => (this.stage = "Handshaking"))
    socket.once("secureConnect", () => (this.stage = "Upgrading"))
    socket.on("session", tls.keep)
    this.socket = socket
    return socket
  }

  /** `ws` reads no frame before the tick ends, so none is lost that came in one packet with the 101. */
  private open(): void {
    const { deps, socket, ws } = this
    if (socket === undefined || !this.end()) return
    for (const event of ["upgrade", "open", "unexpected-response", "error"]) ws.removeAllListeners(event)
    const link = new DialedLink(ws, socket, deps.host, deps.request.identity)
    deps.opened(link)
    try {
      link.start(deps.open(link))
      deps.done(Effect.void)
    } catch (defect) {
      link.start(nobody)
      link.terminate()
      deps.done(Effect.die(defect))
    }
  }

  /** An answer other than 101; a short explanation in plain text is worth waiting for. */
  private refused(response: IncomingMessage): void {
    const { headers, statusCode = 0 } = response
    let explanation = ""
    const refusal = (): DialFailed => {
      const answer = { status: statusCode, retryAfter: headers["retry-after"], explanation }
      return refusedDial(this.deps.request, answer, this.deps.host.now())
    }
    const isShort = Number(headers["content-length"] ?? Infinity) <= longestExplanation
    if (!isShort || headers["content-type"]?.startsWith("text/plain") !== true) return this.fail(refusal())
    this.refusal = refusal
    response.setEncoding("utf8")
    response.on("data", (chunk: string) => (explanation += chunk))
    response.once("close", () => this.fail(refusal()))
  }

  private failed(error: Error): void {
    const { deps, socket, stage } = this
    const tls = socket instanceof TLSSocket ? socket : undefined
    const trouble = {
      badCertificate: tls?.authorized === false && Boolean(tls.authorizationError),
      secure: tls !== undefined
    }
    if (stage === "Handshaking") deps.tls?.keep(undefined)
    this.fail(failureOf({ address: this.address, error, stage, ...trouble }))
  }

  /** Whether it was not over before. */
  private end(): boolean {
    if (this.over) return false
    this.over = true
    this.deps.host.deadlines.remove(this)
    return true
  }
}

const nobody: LinkHandler = { onText: () => {}, onBinary: () => {}, onClose: () => {} }
