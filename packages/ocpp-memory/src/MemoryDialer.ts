/** Connections of stations over a `MemoryNetwork`: the same `Dialer` as over WebSocket, without sockets and real time. */
import type { ClientCertificate, LinkHandler } from "@wattline/ocpp-core"
import { authorizationOf, certificateOf, dialProblem, dialTarget, refusedDial } from "@wattline/ocpp-core/adapter"
import { type Dialed, Dialer, DialFailed, type DialRequest } from "@wattline/ocpp-core/engine"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { type DialOptions, type DialRefused, MemoryNetwork } from "./MemoryNetwork.ts"
import type { MemoryEnd } from "./MemoryPeer.ts"

const schemes = ["memory:", "ws:", "wss:"]

const make = Effect.gen(function* () {
  const network = yield* MemoryNetwork
  const clock = yield* Clock.Clock
  const open = yield* Scope.Scope

  const connect = Effect.fnUntraced(function* (request: DialRequest, accept: (dialed: Dialed) => LinkHandler) {
    const problem = dialProblem(request, schemes)
    if (problem !== undefined) return yield* invalid(problem)
    const certificate = request.securityProfile === 3 ? yield* certificateFor(request, clock) : undefined
    const scope = yield* Scope.fork(open)
    const handler = new StationHandler(() => Effect.runFork(Scope.close(scope, Exit.void)))
    const connecting = Effect.flatMap(
      Effect.mapError(network.connect(wishesOf(request, certificate), handler), (refused) =>
        failureOf(request, refused, clock.currentTimeMillisUnsafe())
      ),
      (end) => take(request, end, (dialed) => handler.start(accept(dialed)))
    )
    yield* Effect.onExit(Scope.provide(connecting, scope), (exit) =>
      Exit.isSuccess(exit) || handler.isStarted ? Effect.void : Scope.close(scope, exit)
    )
  })

  return Dialer.of({
    dial: (request, accept) =>
      Effect.timeoutOrElse(connect(request, accept), {
        duration: Duration.millis(request.timeout),
        orElse: () => Effect.fail(new DialFailed({ reason: "Timeout", detail: "The CSMS did not answer in time." }))
      })
  })
})

/** What the CSMS sends before the station has its handler is kept for it. */
class StationHandler implements LinkHandler {
  private handler: LinkHandler | undefined = undefined
  private readonly early: Array<(handler: LinkHandler) => void> = []
  private readonly gone: () => void

  constructor(gone: () => void) {
    this.gone = gone
  }

  get isStarted(): boolean {
    return this.handler !== undefined
  }

  start(handler: LinkHandler): void {
    this.handler = handler
    for (const tell of this.early.splice(0)) tell(handler)
  }

  onText(text: string): void {
    if (this.handler === undefined) this.early.push((handler) => handler.onText(text))
    else this.handler.onText(text)
  }

  onBinary(): void {
    if (this.handler === undefined) this.early.push((handler) => handler.onBinary())
    else this.handler.onBinary()
  }

  onClose(code: number, reason: string): void {
    if (this.handler === undefined) this.early.push((handler) => handler.onClose(code, reason))
    else this.handler.onClose(code, reason)
    this.gone()
  }
}

const noPing = (): void => undefined

/** */
const take = (request: DialRequest, { link, protocol }: MemoryEnd, start: (dialed: Dialed) => void) =>
  Effect.suspend(() => {
    if (request.protocols.includes(protocol)) {
      start({ link, protocol, ping: noPing })
      return Effect.void
    }
    link.terminate()
    const detail = `The CSMS answered the upgrade ${protocol === "" ? "without a subprotocol" : "with a subprotocol that was not offered"} (R-230).`
    return Effect.fail(new DialFailed({ reason: "Protocol", detail }))
  })

const wishesOf = (request: DialRequest, certificate: ClientCertificate | undefined): DialOptions => {
  const authorization = authorizationOf(request)
  const { pathname, protocol, search } = dialTarget(request)
  return {
    identity: request.identity,
    target: pathname + search,
    protocols: request.protocols,
    secure: protocol === "wss:" || request.securityProfile >= 2,
    ...(authorization !== undefined && { authorization }),
    ...(certificate !== undefined && { certificate })
  }
}

/** There is no TLS here: a certificate counts as issued by a CA that the CSMS trusts. */
const certificateFor = ({ tls }: DialRequest, clock: Clock.Clock): Effect.Effect<ClientCertificate, DialFailed> =>
  Effect.flatMap(
    Effect.promise(async () => await certificateOf(tls?.certificate ?? "", clock.currentTimeMillisUnsafe())),
    (certificate) =>
      certificate === undefined ? invalid("`tls.certificate` is no certificate in PEM.") : Effect.succeed(certificate)
  )

const failureOf = (request: DialRequest, { body, headers, status }: DialRefused, now: number): DialFailed =>
  status === 0
    ? new DialFailed({ reason: "Unreachable", detail: "The network is shut down." })
    : refusedDial(request, { status, retryAfter: headers["retry-after"], explanation: body }, now)

const invalid = (detail: string) => Effect.fail(new DialFailed({ reason: "Invalid", detail }))

/**
 * Dials over the network of the environment. `memory:`, `ws:` and `wss:` all lead there; only the path of a URL counts, and `wss:`
 * and the profiles 2 and 3 count as TLS. Nothing is encrypted, no private key is looked at, and pings do nothing. On release it
 * closes with 1000 what is still open.
 */
export const layer: Layer.Layer<Dialer, never, MemoryNetwork> = Layer.effect(Dialer, make)
