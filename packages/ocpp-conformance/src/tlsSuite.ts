/** What every adapter that ends TLS by itself must do, below the core's decisions: handshakes, certificates, reload. */
import { describe } from "@effect/vitest"
import { negotiation } from "./tls/negotiation.ts"
import { reloading } from "./tls/reload.ts"
import { stationCertificates } from "./tls/stationCertificates.ts"
import type { TlsHarness } from "./tls/TlsHarness.ts"

/** Defines the TLS contract tests under `name`, with stations of `node:tls` and below it. */
export const tlsSuite = (name: string, harness: TlsHarness): void => {
  describe(`TLS contract: ${name}`, () => {
    describe("negotiation", () => {
      negotiation(harness)
    })
    describe("station certificates", () => {
      stationCertificates(harness)
    })
    describe("reload", () => {
      reloading(harness)
    })
  })
}
