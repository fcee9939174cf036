/**
 * The OCA cases of block A that a transport decides, and TC_B_58, as scenarios over a real CSMS behind an adapter; with
 * them the requirements on security profiles that no case looks at. An adapter's test file is one call of this.
 */
import { assert, describe, it } from "@effect/vitest"
import { basicAuth } from "./basicAuth.ts"
import { clientCertificates } from "./clientCertificates.ts"
import { profiles } from "./profiles.ts"
import type { Suite } from "./scenario.ts"
import { Secrets } from "./Secrets.ts"
import type { SecurityHarness } from "./SecurityHarness.ts"
import { tls } from "./tls.ts"
import { upgrade } from "./upgrade.ts"

/** Defines the security scenarios under `name`, over real connections, real certificates and real time. */
export const securitySuite = (name: string, harness: SecurityHarness): void => {
  describe(`security: ${name}`, () => {
    const suite: Suite = { harness, secrets: new Secrets() }
    describe("Basic authentication", () => {
      basicAuth(suite)
    })
    describe("TLS", () => {
      tls(suite)
    })
    describe("client certificates", () => {
      clientCertificates(suite)
    })
    describe("profiles", () => {
      profiles(suite)
    })
    describe("upgrade", () => {
      upgrade(suite)
    })
    it("R-046: nothing that was logged, told or answered in the whole suite holds a password, a hash or a key", () => {
      const { secrets, told } = suite.secrets.size
      assert.isAbove(secrets, 100)
      assert.isAbove(told, 100)
      assert.deepStrictEqual(suite.secrets.leaks(), [])
    })
  })
}
