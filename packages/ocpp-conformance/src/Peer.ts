/**
 * The station side of a connection, below OCPP: what an adapter's test needs to talk to the adapter it starts.
 * Every adapter's harness builds these over its own wire (a WebSocket client, an in-memory link).
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Acceptor } from "@wattline/ocpp-core"

/** The connection is closed and everything that had arrived before was received. 1006 when no close frame came. */
export class PeerClosed extends Schema.TaggedError<PeerClosed>()("PeerClosed", {
  code: Schema.Number,
  reason: Schema.String
}) {}

/** The upgrade was refused. */
export class DialRefused extends Schema.TaggedError<DialRefused>()("DialRefused", {
  /** The HTTP status; 0 when there was no HTTP answer at all, as after a shutdown. */
  status: Schema.Number,
  /** The response headers, names in lower case. */
  headers: Schema.Record(Schema.String, Schema.String),
  /** The response body, `""` when there was none. */
  body: Schema.String,
  /** What TCP or TLS said where there was no HTTP answer: `tlsv1 alert protocol version`. */
  problem: Schema.optionalKey(Schema.String)
}) {}

/** A station's end of one open connection. */
export interface Peer {
  /** Sends one text message. Does nothing once the connection is closed. */
  readonly send: (text: string) => Effect.Effect<void>
  /** Sends one binary message. Does nothing once the connection is closed. */
  readonly sendBinary: (data: Uint8Array) => Effect.Effect<void>
  /** The next text in the order of arrival; what arrived before the close can still be received after it. */
  readonly receive: Effect.Effect<string, PeerClosed>
  /** Starts the closing handshake; does not wait for its end (`closed` does). */
  readonly close: (code: number, reason: string) => Effect.Effect<void>
  /** Cuts the connection off: the server must see 1006. */
  readonly terminate: Effect.Effect<void>
  /** Waits for the end of the connection: the close frame of the server, or 1006. */
  readonly closed: Effect.Effect<{ readonly code: number; readonly reason: string }>
  /** The subprotocol of the 101 response, `""` when it named none. */
  readonly protocol: string
}

/** How a station asks for its connection. */
export interface Dial {
  /** The request target, percent-encoded: `/ocpp/RDAM%7C123?x=1`. */
  readonly target: string
  /** The subprotocols on offer; absent or empty sends no header. */
  readonly protocols?: ReadonlyArray<string>
  /** The `Authorization` header. */
  readonly authorization?: string
  /** Texts that a hasty station sends right behind its request, before the 101 (see `AdapterHarness.early`). */
  readonly early?: ReadonlyArray<string>
}

/** What an adapter gives to be put through `adapterSuite`. */
export interface AdapterHarness {
  /**
   * Starts the adapter over the `Acceptor` in the environment and gives a way to dial it; closing the scope stops the
   * adapter. `maxMessageBytes` must be 65536. A dialed peer that is still open when its own scope closes is cut off.
   */
  readonly start: Effect.Effect<
    { readonly dial: (dial: Dial) => Effect.Effect<Peer, DialRefused, Scope.Scope> },
    unknown,
    Acceptor | Scope.Scope
  >
  /** Whether `dial` understands `Dial.early`. Without it that one case is skipped. */
  readonly early?: boolean
  /** Whether its connections are TLS connections. */
  readonly secure?: boolean
  /**
   * `false` when the adapter's library takes close codes from 1012 to 3999 for a breach of the protocol and tells 1006
   * (uWebSockets.js). Without it one case is skipped.
   */
  readonly registeredCloseCodes?: false
}
