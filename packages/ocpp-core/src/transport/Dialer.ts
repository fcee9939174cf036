/**
 * What the station's side asks of an adapter: open a connection to a CSMS. The counterpart of `Transport.ts`; the same `Link`
 * and `LinkHandler` carry the frames, so a station speaks through the same session as a CSMS.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Link, LinkHandler } from "./Link.ts"
import type { SecurityProfile } from "./Transport.ts"

/** What a station shows and trusts in a TLS handshake (security profiles 2 and 3). All are PEM. */
export interface DialTls {
  /** CA certificates that may have issued the server's certificate (A00.FR.307). Default: those the runtime trusts. */
  readonly ca?: string | ReadonlyArray<string> | undefined
  /** Whether those the runtime trusts count besides `ca`. Default `false`. */
  readonly trustsRuntime?: boolean | undefined
  /** The station's certificate, with the certificates of its issuers behind it (profile 3). */
  readonly certificate?: string | undefined
  /** The private key of `certificate`. Must not reach a log or an error. */
  readonly key?: Redacted.Redacted | undefined
  /** The name the server's certificate must have. Default: the host of the URL (A00.FR.309). */
  readonly serverName?: string | undefined
  /**
   * Whether a wildcard in the server's certificate counts (R-054) [SecurityCtrlr.AllowCSMSTLSWildcards]. Default `true`, as for
   * any TLS client.
   */
  readonly allowWildcards?: boolean | undefined
}

/** One attempt to connect. */
export interface DialRequest {
  /** Where the CSMS is, without the identity: `wss://csms.example.com/ocpp`. The identity is appended, percent-encoded. */
  readonly url: string
  readonly identity: string
  /** The subprotocols on offer, best first: `["ocpp2.0.1"]`. */
  readonly protocols: ReadonlyArray<string>
  /** `1` and `2` send `password` with the upgrade; `2` and `3` need `wss:`; `3` shows `tls.certificate`. */
  readonly securityProfile: SecurityProfile
  /** The Basic password that goes with the identity. Must not reach a log or an error. */
  readonly password?: Redacted.Redacted | undefined
  readonly tls?: DialTls | undefined
  /** Milliseconds until an attempt without an answer counts as failed. */
  readonly timeout: number
}

/**
 * The connection was not opened, or not for OCPP.
 *
 * - `Unreachable`: no TCP connection; nobody listens, no route, no such host.
 * - `Refused`: an HTTP answer other than 101; `status` is its status, `retryAfter` its `Retry-After` in seconds.
 * - `Tls`: the TLS handshake failed; the server's certificate or ours is not good (A00.FR.309, A00.FR.404).
 * - `Protocol`: the upgrade was answered without, or with another, subprotocol. The connection was closed.
 * - `Timeout`: no answer within `timeout`.
 * - `Invalid`: the request contradicts itself (profile 2 with `ws:`), or a certificate cannot be read; nothing was opened, and
 *   trying again does not help.
 */
export class DialFailed extends Data.TaggedError("DialFailed")<{
  readonly reason: "Unreachable" | "Refused" | "Tls" | "Protocol" | "Timeout" | "Invalid"
  readonly status?: number | undefined
  readonly retryAfter?: number | undefined
  /** The security event that the standard has for this failure (A04); most have none. */
  readonly securityEvent?:
    | "FailedToAuthenticateAtCsms"
    | "InvalidCsmsCertificate"
    | "InvalidTLSVersion"
    | "InvalidTLSCipherSuite"
    | undefined
  /** One sentence for the log; holds no secret. */
  readonly detail: string
}> {
  override get message(): string {
    return `The CSMS could not be reached: ${this.detail}`
  }
}

/** A connection that is open. */
export interface Dialed {
  readonly link: Link
  /** The one subprotocol the CSMS chose. */
  readonly protocol: string
  /**
   * Sends a WebSocket ping whenever nothing has come in for `seconds`, and cuts the link off when the pong does not come in
   * the same time again (R-235, `WebSocketPingInterval`). 0 stops it. An adapter without pings does nothing.
   */
  ping(seconds: number): void
}

/** Opens connections. Adapters give it: `WsDialer.layer()`, `MemoryDialer.layer`. */
export class Dialer extends Context.Service<
  Dialer,
  {
    /**
     * Connects once; going on trying is the caller's business. `open` is called when the upgrade is done, before any message
     * of the CSMS is handed over, and gives what is to be done with the link; from then on only the link ends it. Interrupting
     * before gives the attempt up.
     */
    readonly dial: (request: DialRequest, open: (dialed: Dialed) => LinkHandler) => Effect.Effect<void, DialFailed>
  }
>()("@wattline/ocpp-core/Dialer") {}
