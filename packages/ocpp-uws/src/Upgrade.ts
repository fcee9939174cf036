/**
 * The way of an upgrade request: is it one, is it ours, what does the core say; then 101 and a link, or a refusal. No
 * exception leaves a callback of uWebSockets.js: it would end the process.
 */
import type { Acceptor, AdapterLimit, Admission, Admitted } from "@wattline/ocpp-core"
import {
  type AdapterRefusal,
  isRefusal,
  type Links,
  notFound,
  Questions,
  type Run,
  shuttingDown
} from "@wattline/ocpp-core/adapter"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { servableOffer } from "./Compression.ts"
import { compressionChoice, type UwsBehavior, type UwsRequest, type UwsResponse, type UwsSocket } from "./Native.ts"
import type { Settings } from "./Options.ts"
import { seenThrough } from "./Proxy.ts"
import { problemOf, refuse } from "./Refusal.ts"
import { certificateOf, headersOf, remoteAddressOf, targetOf, type UpgradeHeaders } from "./Request.ts"
import { type LinkHost, UwsLink } from "./UwsLink.ts"

/** What an upgrader works with. */
export interface UpgraderDeps {
  readonly settings: Settings
  readonly acceptor: Acceptor["Service"]
  readonly links: Links
  readonly run: Run
  /** Whether the connections come over TLS. */
  readonly secure: boolean
  /** Whether a request outside `path`, and any after `stop`, has somebody else to answer it. */
  readonly shared: boolean
  /** A connection became a WebSocket. */
  readonly upgraded: () => void
}

/** A request on its way, as long as the station waits for its answer. */
interface Waiting {
  readonly response: UwsResponse
  readonly headers: UpgradeHeaders
  readonly context: object
  /** The station went away: nothing may be said to it any more. */
  gone: boolean
}

/** What a socket carries: `undefined` where the core knows nothing of it. */
interface UserData {
  link: UwsLink | undefined
}

/** Turns upgrade requests into links. */
export class Upgrader implements LinkHost {
  readonly compressFrom: number
  readonly maxMessageBytes: number
  readonly maxBufferedBytes: number
  private readonly deps: UpgraderDeps
  private readonly questions: Questions
  /** The socket of the upgrade that is under way: its open handler runs inside the upgrade. */
  private fresh: UwsSocket | undefined = undefined

  constructor(deps: UpgraderDeps) {
    this.deps = deps
    const { settings } = deps
    this.compressFrom = settings.compression?.threshold ?? Infinity
    this.maxMessageBytes = settings.maxMessageBytes
    this.maxBufferedBytes = settings.maxBufferedBytes
    this.questions = new Questions(deps.acceptor, deps.run, settings.handshakeTimeout)
  }

  /** The WebSocket route of an app. */
  readonly behavior = (): UwsBehavior => ({
    // uWebSockets.js ends a connection over its own limit without a close frame; ours sends 1009.
    maxPayloadLength: 2 * this.maxMessageBytes,
    maxBackpressure: 0, // it would drop messages; the links look after the buffer
    idleTimeout: 0, // the links are watched
    sendPingsAutomatically: false,
    compression: this.deps.settings.compression === undefined ? 0 : compressionChoice,
    upgrade: this.onUpgrade,
    open: (socket) => void (this.fresh = socket),
    message: this.onMessage,
    ping: (socket) => this.guard(() => linkOf(socket)?.heard()),
    pong: (socket) => this.guard(() => linkOf(socket)?.heard()),
    drain: (socket) => this.guard(() => linkOf(socket)?.drained()),
    close: (socket, code, reason) => this.guard(() => linkOf(socket)?.gone(code, Buffer.from(reason).toString()))
  })

  /** Answers what is no upgrade on a port of the adapter's own. */
  readonly onRequest = (response: UwsResponse, request: UwsRequest): void =>
    this.guard(() => {
      const problem = problemOf(request.getCaseSensitiveMethod(), headersOf(request))
      refuse(response, problem ?? notFound)
    }, response)

  /** Refuses whoever comes from now on, and whoever waits for the core. */
  stop(): void {
    this.questions.stop()
  }

  closed(link: UwsLink): void {
    this.deps.links.delete(link)
  }

  limitReached({ admitted: { identity, remoteAddress } }: UwsLink, limit: AdapterLimit): void {
    this.deps.acceptor.limitReached(limit, { identity, remoteAddress })
  }

  afterCloseTimeout(action: () => void): () => void {
    const timeout = Duration.seconds(this.deps.settings.closeTimeout)
    const fiber = this.deps.run(Effect.andThen(Effect.sleep(timeout), Effect.sync(action)))
    return () => fiber.interruptUnsafe()
  }

  private readonly onUpgrade = (response: UwsResponse, request: UwsRequest, context: object): void =>
    this.guard(() => {
      const target = targetOf(request)
      const ours = target.startsWith(`${this.deps.settings.path}/`)
      if (this.deps.shared && (!ours || this.questions.isStopped)) return void request.setYield(true)
      const headers = headersOf(request)
      const problem = ours ? problemOf(request.getCaseSensitiveMethod(), headers) : notFound
      if (problem !== undefined) return refuse(response, problem)
      this.ask(target, { response, headers, context, gone: false })
    }, response)

  private readonly onMessage = (socket: UwsSocket, message: ArrayBuffer, isBinary: boolean): void => {
    try {
      linkOf(socket)?.receive(message, isBinary)
    } catch (defect) {
      this.report(defect)
    }
  }

  private ask(target: string, waiting: Waiting): void {
    const { headers, response } = waiting
    let giveUp: (() => void) | undefined = undefined
    response.onAborted(() => {
      waiting.gone = true
      this.guard(() => giveUp?.())
    })
    const hop = {
      remoteAddress: remoteAddressOf(response),
      secure: this.deps.secure,
      certificate: certificateOf(response)
    }
    const question = {
      target,
      protocols: headers.get("sec-websocket-protocol"),
      authorization: headers.get("authorization"),
      ...seenThrough(this.deps.settings.proxy, hop, headers)
    }
    giveUp = this.questions.ask(question, (answer) => {
      // Never inside the call that brought the request: what came right behind it would be lost without a word.
      setImmediate(() => this.guard(() => this.decided(answer, waiting), response))
    })
  }

  private decided(answer: Admission | AdapterRefusal, waiting: Waiting): void {
    if (waiting.gone) return
    if (isRefusal(answer)) return refuse(waiting.response, answer)
    if (this.questions.isStopped) return refuse(waiting.response, shuttingDown)
    if (answer._tag === "Admitted") {
      this.open(this.upgrade(waiting, answer.protocol), answer)
    } else {
      this.upgrade(waiting, "").end(answer.code, answer.reason)
    }
  }

  /** Writes the 101. The core has chosen the protocol: the station is shown that one alone. */
  private upgrade({ context, headers, response }: Waiting, protocol: string): UwsSocket {
    const { compression } = this.deps.settings
    const extensions = headers.get("sec-websocket-extensions")
    const offer =
      extensions === undefined || compression === undefined ? "" : servableOffer(extensions, compression.windowBits)
    const userData: UserData = { link: undefined }
    this.fresh = undefined
    // The response must not hold the cork itself: after that uWebSockets.js looks at the request once more, and where the socket
    // became a WebSocket in the same place in memory it reads what is no request any more, and may cut the station off. But it
    // warns on stderr of answers outside of `cork`. So another station holds the cork; only without one is there the line.
    const upgrade = () => {
      response.upgrade(userData, headers.get("sec-websocket-key") ?? "", protocol, offer, context)
    }
    const lender = this.deps.links.any()
    if (lender instanceof UwsLink) lender.cork(() => response.cork(upgrade))
    else upgrade()
    if (this.fresh === undefined) throw new Error("uWebSockets.js did not open the socket")
    this.deps.upgraded()
    return this.fresh
  }

  private open(socket: UwsSocket, admitted: Admitted): void {
    const link = new UwsLink(socket, this, admitted)
    const userData = socket.getUserData() as UserData
    userData.link = link
    this.deps.links.add(link)
    try {
      link.start(this.deps.acceptor.open(admitted, link))
    } catch (defect) {
      link.terminate()
      throw defect
    }
  }

  /** Keeps exceptions from uWebSockets.js. A request must not stay without an answer: that would end the process, too. */
  private guard(callback: () => void, response?: UwsResponse): void {
    try {
      callback()
    } catch (defect) {
      this.report(defect)
      try {
        response?.close()
      } catch {
        // It was answered or has become a WebSocket already.
      }
    }
  }

  private report(defect: unknown): void {
    this.deps.run(Effect.logError("A callback of ocpp-uws failed", defect))
  }
}

const linkOf = (socket: UwsSocket): UwsLink | undefined => (socket.getUserData() as UserData).link
