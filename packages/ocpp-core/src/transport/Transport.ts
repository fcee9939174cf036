/**
 * What an adapter asks of the core: may this station in, and here is its link. Adapters are layers that need an
 * `Acceptor`; the core provides it. They are therefore built last and closed first: stations connect only when the core
 * is ready, and leave before it goes.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Link, LinkHandler } from "./Link.ts"

/** An HTTP upgrade request as the adapter received it; nothing decoded, nothing judged. */
export interface UpgradeRequest {
  /** The request target, percent-encoded, with its query string if there is one: `/ocpp/RDAM%7C123`. */
  readonly target: string
  /** The `Sec-WebSocket-Protocol` header, several headers joined with `,`. */
  readonly protocols: string | undefined
  /** The `Authorization` header. */
  readonly authorization: string | undefined
  /** Address of the peer, for logs and rate limits. */
  readonly remoteAddress: string | undefined
  /** Whether the connection came over TLS (security profiles 2 and 3). */
  readonly secure: boolean
}

/** The station may come in: finish the upgrade with `protocol`, then hand the link to `Acceptor.open`. */
export interface Admitted {
  readonly _tag: "Admitted"
  /** The identity as decoded from the URL. */
  readonly identity: string
  /** The one subprotocol of the 101 response. */
  readonly protocol: string
  readonly remoteAddress: string | undefined
}

/** The upgrade is refused with an HTTP status; nothing else is sent on this socket. */
export interface Refused {
  readonly _tag: "Refused"
  readonly status: 400 | 401 | 403 | 404 | 503
  /** One sentence for the response body and the log; holds no secret. */
  readonly reason: string
  /** Response headers, for example `WWW-Authenticate` with 401. */
  readonly headers: Readonly<Record<string, string>>
}

/** Finish the upgrade without a subprotocol and close at once: the standard's own reading of R-007, off by default. */
export interface ClosedAfterUpgrade {
  readonly _tag: "ClosedAfterUpgrade"
  /** WebSocket close code. */
  readonly code: number
  readonly reason: string
}

/** What the core decided about an upgrade request. */
export type Admission = Admitted | Refused | ClosedAfterUpgrade

/** Where stations can connect: told by an adapter once it listens. */
export interface Endpoint {
  /** The adapter's name: `ws`, `uws`, `memory`. */
  readonly adapter: string
  /** The URL to which a station adds `/` and its identity, for example `ws://127.0.0.1:9000/ocpp`. */
  readonly url: string
}

/** The core's door, used by adapters only. */
export class Acceptor extends Context.Service<
  Acceptor,
  {
    /** Decides on an upgrade request before the 101. Never fails: what goes wrong inside is a `Refused` with 503. */
    readonly admit: (request: UpgradeRequest) => Effect.Effect<Admission>
    /**
     * Takes over the link of an admitted station; called once the 101 is written. Frames that arrive while the core still
     * claims the station are kept, not lost and not handled early.
     */
    readonly open: (admitted: Admitted, link: Link) => LinkHandler
    /** Says where stations can connect, until the scope closes. */
    readonly announce: (endpoint: Endpoint) => Effect.Effect<void, never, Scope.Scope>
  }
>()("@wattline/ocpp-core/Acceptor") {}
