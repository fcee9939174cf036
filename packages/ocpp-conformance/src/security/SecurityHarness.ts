/** What an adapter gives to be put through `securitySuite`. */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Acceptor } from "@wattline/ocpp-core"
import type { Issued } from "../Pki.ts"

/** The TLS of a listener. */
export interface ListenerTls {
  /** Certificates with different kinds of key; `chain` and `key` are texts in PEM. */
  readonly certificates: ReadonlyArray<Pick<Issued, "chain" | "key">>
  /** The CA whose client certificates are trusted, PEM; without it none is asked for. */
  readonly clientCa?: string
}

/** Something the standard allows or asks for that not every adapter can do. */
export type Capability =
  /** An EC and an RSA certificate on one listener. */
  | "twoCertificates"
  /** A listener that asks for client certificates lets a station without one go on to its HTTP request (profile 2). */
  | "optionalCertificate"
  /** The core hears of a certificate that is not trusted or has expired, and refuses it or lets it in. */
  | "judgedCertificate"

/** See the head of the file. */
export interface SecurityHarness {
  /**
   * Starts the adapter over the `Acceptor` in the environment and gives its port; closing the scope stops it. It listens
   * on 127.0.0.1 below `/ocpp`, plain without `tls`. One case may start several.
   */
  readonly start: (tls: ListenerTls | undefined) => Effect.Effect<number, unknown, Acceptor | Scope.Scope>
  /** What the adapter cannot do, each with the reason, as one clause. Scenarios that need it are shown as skipped. */
  readonly cannot?: { readonly [C in Capability]?: string }
}
