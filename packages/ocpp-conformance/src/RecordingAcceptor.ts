/**
 * An `Acceptor` that decides what it is told to and writes down what an adapter does with it. It also watches what the
 * contract forbids: see `violations`.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type {
  Acceptor,
  AdapterLimit,
  Admission,
  Admitted,
  Endpoint,
  LimitReacher,
  Link,
  LinkHandler,
  UpgradeRequest
} from "@wattline/ocpp-core"

/** One call of an adapter on a `LinkHandler`. */
export type LinkCall =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Binary" }
  | { readonly _tag: "Close"; readonly code: number; readonly reason: string }

/** One link that an adapter opened. */
export interface RecordedLink {
  readonly admitted: Admitted
  readonly link: Link
  /** All calls so far, in order. */
  readonly calls: ReadonlyArray<LinkCall>
  /** Waits for the next call that was not taken yet. */
  readonly next: Effect.Effect<LinkCall>
}

/** What the acceptor does instead of only recording. */
export interface RecordingOptions {
  /** The decision on a request, at once or later. Default: admit with the first protocol on offer. */
  readonly admit?: (request: UpgradeRequest) => Effect.Effect<Admission>
  /** Runs when the adapter shuts down, before it closes what is left. Default: nothing. */
  readonly drain?: (links: ReadonlyArray<LinkHandler>) => Effect.Effect<void>
  /** Runs inside `open`. */
  readonly onOpen?: (link: RecordedLink) => void
  /** Runs inside the handler's call, in the adapter's own tick, after it was recorded. */
  readonly onCall?: (link: RecordedLink, call: LinkCall) => void
}

/** A recording `Acceptor`. All lists grow while it is in use. */
export interface RecordingAcceptor {
  readonly service: Acceptor["Service"]
  readonly requests: ReadonlyArray<UpgradeRequest>
  readonly links: ReadonlyArray<RecordedLink>
  /** Waits for the next opened link that was not taken yet. */
  readonly nextLink: Effect.Effect<RecordedLink>
  /** Waits for the next upgrade request that was not taken yet. */
  readonly nextRequest: Effect.Effect<UpgradeRequest>
  /** The limits that the adapter said were reached. */
  readonly limits: ReadonlyArray<LimitReacher & { readonly limit: AdapterLimit }>
  /** The endpoints announced at present. */
  readonly endpoints: ReadonlyArray<Endpoint>
  /** What the adapter did against the contract, one sentence each. */
  readonly violations: ReadonlyArray<string>
}

/** The `Admitted` of a target: the last path segment decoded as identity, `ocpp2.0.1` unless told otherwise. */
export const admitted = (target: string, protocol = "ocpp2.0.1"): Admitted => {
  const path = target.split("?")[0] ?? ""
  return {
    _tag: "Admitted",
    identity: decodeURIComponent(path.slice(path.lastIndexOf("/") + 1)),
    protocol,
    remoteAddress: undefined,
    securityProfile: 0
  }
}

const admitFirstOffer = (request: UpgradeRequest): Effect.Effect<Admission> =>
  Effect.succeed(admitted(request.target, request.protocols?.split(",")[0]?.trim()))

/** Makes a `RecordingAcceptor`. */
export const makeRecordingAcceptor = Effect.fnUntraced(function* (options: RecordingOptions = {}) {
  const requests: Array<UpgradeRequest> = []
  const links: Array<RecordedLink> = []
  const endpoints: Array<Endpoint> = []
  const violations: Array<string> = []
  const limits: Array<LimitReacher & { readonly limit: AdapterLimit }> = []
  const requestQueue = yield* Queue.unbounded<UpgradeRequest>()
  const linkQueue = yield* Queue.unbounded<RecordedLink>()
  const decide = options.admit ?? admitFirstOffer

  const admit = (request: UpgradeRequest) =>
    Effect.suspend(() => {
      requests.push(request)
      Queue.offerUnsafe(requestQueue, request)
      return decide(request)
    })

  const open = (admission: Admitted, link: Link): LinkHandler => {
    const calls: Array<LinkCall> = []
    const queue = Effect.runSync(Queue.unbounded<LinkCall>())
    const recorded: RecordedLink = { admitted: admission, link, calls, next: Queue.take(queue) }
    const record = (call: LinkCall) => {
      if (calls.some((earlier) => earlier._tag === "Close")) violations.push(`${call._tag} after Close`)
      calls.push(call)
      Queue.offerUnsafe(queue, call)
      options.onCall?.(recorded, call)
    }
    links.push(recorded)
    Queue.offerUnsafe(linkQueue, recorded)
    options.onOpen?.(recorded)
    return {
      onText: (text) => record({ _tag: "Text", text }),
      onBinary: () => record({ _tag: "Binary" }),
      onClose: (code, reason) => record({ _tag: "Close", code, reason })
    }
  }

  const drain = (handlers: Iterable<LinkHandler>) => options.drain?.([...handlers]) ?? Effect.void

  const announce = (endpoint: Endpoint) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        endpoints.push(endpoint)
      }),
      () => Effect.sync(() => endpoints.splice(endpoints.indexOf(endpoint), 1))
    )

  const acceptor: RecordingAcceptor = {
    service: { admit, open, announce, drain, limitReached: (limit, who) => void limits.push({ limit, ...who }) },
    requests,
    links,
    nextLink: Queue.take(linkQueue),
    nextRequest: Queue.take(requestQueue),
    limits,
    endpoints,
    violations
  }
  return acceptor
})
