/** What an adapter gives to be put through `tlsSuite`. */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Acceptor } from "@wattline/ocpp-core"

/** What a listener is started with, all in PEM. */
export interface TlsSetup {
  /** Certificates, leaf first, with their private keys: one, or an EC and an RSA one where the adapter can hold both. */
  readonly certificates: ReadonlyArray<{ readonly cert: string; readonly key: string }>
  /** Asks stations for a certificate; those of this CA are trusted. */
  readonly clientCertificates?: { readonly ca: string; readonly crl?: string }
}

/** A listener with TLS. */
export interface TlsListener {
  /** It listens on this port of 127.0.0.1, below `/ocpp`. */
  readonly port: number
  /** Swaps everything for new connections; fails and changes nothing when something is wrong with the setup. */
  readonly reload: (setup: TlsSetup) => Effect.Effect<void, unknown>
}

/** See the head of the file. */
export interface TlsHarness {
  /** Starts a listener over the `Acceptor` in the environment; closing the scope stops it. */
  readonly start: (setup: TlsSetup) => Effect.Effect<TlsListener, unknown, Acceptor | Scope.Scope>
  /** Whether one listener can hold an EC and an RSA certificate. Otherwise each suite is tried on one of its own. */
  readonly bothKeys: boolean
  /**
   * What becomes of a station certificate: `judged`, told to the core whatever it is worth; `enforced`, a bad one ends the
   * handshake; `none`, certificates are not asked for.
   */
  readonly clientCertificates: "judged" | "enforced" | "none"
  /** Whether revocation lists are looked at. */
  readonly revocation: boolean
  /** Whether `TlsListener.reload` works. */
  readonly reload: boolean
}
