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
  /** The certificate that the station presented in its TLS handshake, already judged; `undefined` without one. */
  readonly certificate?: ClientCertificate | undefined
}

/** A station's certificate as the TLS layer saw it. Plain data: it may go into events and logs. */
export interface ClientCertificate {
  /** The CN of its subject: the station's serial number. */
  readonly commonName: string | undefined
  /** The O entries of its subject: the operator's name. */
  readonly organizations: ReadonlyArray<string>
  /**
   * `trusted`: issued by a CA the listener trusts, and valid now; `expired`: issued by one, and only too old;
   * `untrusted`: anything else, told by `problem`.
   */
  readonly verification: "trusted" | "expired" | "untrusted"
  /** What the TLS layer did not like, for the log: `CERT_HAS_EXPIRED`, `UNABLE_TO_VERIFY_LEAF_SIGNATURE`. */
  readonly problem: string | undefined
  /** SHA-256 over the certificate: upper-case hex bytes, joined with `:`. */
  readonly fingerprint256: string
  /** Milliseconds since 1970 of its end. */
  readonly validTo: number
  /** Who issued it, as the TLS layer writes names; for a revocation check. */
  readonly issuer?: string | undefined
  /** The number its issuer gave it, in hex; for a revocation check. It is not the station's serial number. */
  readonly certificateNumber?: string | undefined
}

/** The station may come in: finish the upgrade with `protocol`, then hand the link to `Acceptor.open`. */
export interface Admitted {
  readonly _tag: "Admitted"
  /** The identity as decoded from the URL. */
  readonly identity: string
  /** The one subprotocol of the 101 response. */
  readonly protocol: string
  readonly remoteAddress: string | undefined
  /** The security profile in use on this connection. */
  readonly securityProfile: SecurityProfile
  /** The station's certificate with profile 3; its CN must be the serial number in BootNotification. */
  readonly certificate?: ClientCertificate | undefined
  /** Whether the certificate is that of a local controller, which R-057 does not hold for. Default false. */
  readonly localController?: boolean | undefined
  /** What stands before the identity in the URL, as `StationDirectory.find` got it. Default: nothing. */
  readonly prefix?: string | undefined
  /** Which of several passwords it logged in with while it is given another one. Default 0, the directory's. */
  readonly passwordNumber?: number | undefined
}

/** The upgrade is refused with an HTTP status; nothing else is sent on this socket. */
export interface Refused {
  readonly _tag: "Refused"
  readonly status: 400 | 401 | 403 | 404 | 429 | 503
  /** One sentence for the response body and the log; holds no secret. */
  readonly reason: string
  /** Response headers, for example `WWW-Authenticate` with 401, `Retry-After` with 429 and 503. */
  readonly headers: Readonly<Record<string, string>>
}

/** Finish the upgrade without a subprotocol and close at once: the standard's own reading of R-007, off by default. */
export interface ClosedAfterUpgrade {
  readonly _tag: "ClosedAfterUpgrade"
  /** WebSocket close code. */
  readonly code: number
  readonly reason: string
}

/**
 * How a station must connect (P2 A00). `0`: no authentication at all, over plain and TLS, for development and in-memory
 * links only; `1`: Basic over plain; `2`: Basic over TLS; `3`: client certificate over TLS.
 */
export type SecurityProfile = 0 | 1 | 2 | 3

/** What the core decided about an upgrade request. */
export type Admission = Admitted | Refused | ClosedAfterUpgrade

/** Where stations can connect: told by an adapter once it listens. */
export interface Endpoint {
  /** The adapter's name: `ws`, `uws`, `memory`. */
  readonly adapter: string
  /** The URL to which a station adds `/` and its identity, for example `ws://127.0.0.1:9000/ocpp`. */
  readonly url: string
}

/** A limit that an adapter enforces by itself. */
export type AdapterLimit =
  /** A message longer than the listener takes; closed with 1009. */
  | "messageBytes"
  /** A station that does not read what it is sent; closed with 1008. */
  | "sendBuffer"
  /** More sockets than allowed that are not WebSockets yet; the newest is cut off. */
  | "pendingSockets"
  /** A TLS handshake or an upgrade request that took too long; HTTP 408, or cut off within the TLS handshake. */
  | "handshakeTime"
  /** A station from which nothing came for the set number of pings; cut off. */
  | "silence"

/** Who reached a limit, as far as it is known. */
export interface LimitReacher {
  readonly identity?: string | undefined
  readonly remoteAddress?: string | undefined
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
    /**
     * Takes leave of links that `open` was called for: lets what is in flight in both directions come to its end within
     * the grace time, then closes them in waves. Done when all are closing. Called by an adapter that shuts down, once it
     * takes no new ones.
     */
    readonly drain: (links: Iterable<LinkHandler>) => Effect.Effect<void>
    /** Tells that a limit was reached, for the log, the metrics and the event stream; the adapter has acted already. */
    readonly limitReached: (limit: AdapterLimit, who: LimitReacher) => void
    /** Says where stations can connect, until the scope closes. */
    readonly announce: (endpoint: Endpoint) => Effect.Effect<void, never, Scope.Scope>
  }
>()("@wattline/ocpp-core/Acceptor") {}
