/** One case of the TLS contract: its own acceptor, its own listener, certificates of the test CA. */
import type { ConnectionOptions } from "node:tls"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { it } from "@effect/vitest"
import { Acceptor } from "@wattline/ocpp-core"
import { type CertificateSpec, type Issued, type TestPki, testPki } from "../Pki.ts"
import { makeRecordingAcceptor, type RecordingAcceptor } from "../RecordingAcceptor.ts"
import { type TlsRefused, type TlsStation, tlsStation } from "./station.ts"
import type { TlsHarness, TlsListener, TlsSetup } from "./TlsHarness.ts"

/** What the body of a case works with. */
export interface TlsBench {
  readonly acceptor: RecordingAcceptor
  readonly pki: TestPki
  readonly start: (setup: TlsSetup) => Effect.Effect<TlsListener, unknown, Scope.Scope>
  /** A new certificate of `csms.test`. */
  readonly server: (key: CertificateSpec["key"]) => Effect.Effect<Issued>
  /** A TLS connection of a station that trusts the test CA. */
  readonly shakeHands: (port: number, options?: ConnectionOptions) => Effect.Effect<TlsStation, TlsRefused, Scope.Scope>
}

/** Defines the test. */
export const tlsCase = (
  harness: TlsHarness,
  title: string,
  body: (bench: TlsBench) => Effect.Effect<void, unknown, Scope.Scope>,
  options: { readonly skip?: boolean } = {}
): void =>
  it.live.skipIf(options.skip === true)(
    title,
    Effect.fnUntraced(function* () {
      const acceptor = yield* makeRecordingAcceptor()
      const pki = yield* testPki
      yield* body({
        acceptor,
        pki,
        start: (setup) => Effect.provideService(harness.start(setup), Acceptor, acceptor.service),
        server: (key) => pki.ca.issue({ commonName: "csms.test", key, usage: "server" }),
        shakeHands: (port, station = {}) => tlsStation(port, { ca: pki.ca.cert, ...station })
      })
    })
  )

/** What a listener takes of an issued certificate. */
export const pair = ({ chain, key }: Issued) => ({ cert: chain, key })
