/** The network that stations dial: the in-memory stand-in for a listening socket. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { ClientCertificate, LinkHandler } from "@wattline/ocpp-core"
import type { Fault } from "./Fault.ts"
import type { MemoryEnd, MemoryPeer } from "./MemoryPeer.ts"

/** The upgrade was refused. */
export class DialRefused extends Schema.TaggedError<DialRefused>()("DialRefused", {
  /** The HTTP status; 0 when the network is shut down and nobody answers. */
  status: Schema.Number,
  /** The response headers, names in lower case. */
  headers: Schema.Record(Schema.String, Schema.String),
  /** The response body. */
  body: Schema.String
}) {}

/** How a station asks for its connection. Either `identity` or `target` must be given. */
export type DialOptions = DialTarget & DialDetails

/** Where to: by identity, or by the whole request target as it stands in the HTTP request. */
export type DialTarget =
  /** The identity is percent-encoded behind the network's path. With `target` it only serves as user name. */
  | { readonly identity: string; readonly target?: string }
  /** `/ocpp/RDAM%7C123?x=1`, taken as it is. */
  | { readonly identity?: undefined; readonly target: string }

/** What else an upgrade request says. */
export interface DialDetails {
  /** The subprotocols on offer, best first; default `["ocpp2.0.1"]`. An empty list sends no header. */
  readonly protocols?: ReadonlyArray<string>
  /** The Basic password that goes with the identity. */
  readonly password?: string
  /** The whole `Authorization` header, instead of `password`. */
  readonly authorization?: string
  /** Default: not known. */
  readonly remoteAddress?: string
  /** Whether the connection counts as TLS, as for security profiles 2 and 3; default `false`. */
  readonly secure?: boolean
  /** The client certificate of the TLS handshake, as a listener would have judged it; makes the link `secure`. */
  readonly certificate?: ClientCertificate
  /** Texts that a hasty station sends while it is still being admitted; they arrive first. */
  readonly early?: ReadonlyArray<string>
  /** Faults that act from the first text on. */
  readonly faults?: ReadonlyArray<Fault>
}

/** In-memory connections to the CSMS of this environment. Made by `MemoryTransport.layer`. */
export class MemoryNetwork extends Context.Service<
  MemoryNetwork,
  {
    /**
     * Connects a station and gives its end. Admission is asked as by any adapter. When the scope closes, a connection
     * that is still open is closed with 1000, and cut off when the link is silent.
     */
    readonly dial: (options: DialOptions) => Effect.Effect<MemoryPeer, DialRefused, Scope.Scope>
    /** As `dial`, for a station that is driven by callbacks. */
    readonly connect: (options: DialOptions, handler: LinkHandler) => Effect.Effect<MemoryEnd, DialRefused, Scope.Scope>
  }
>()("@wattline/ocpp-memory/MemoryNetwork") {}
