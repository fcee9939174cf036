/**
 * What every transport adapter must do. An adapter's test file is one call of this with a harness of its own; everything
 * else it tests is what only that adapter has.
 */
import { describe } from "@effect/vitest"
import { closing } from "./adapter/closing.ts"
import { handshake } from "./adapter/handshake.ts"
import { lifetime } from "./adapter/lifetime.ts"
import { messages } from "./adapter/messages.ts"
import type { AdapterHarness } from "./Peer.ts"

/** Defines the adapter contract tests under `name`, over real connections and real time. */
export const adapterSuite = (name: string, harness: AdapterHarness): void => {
  describe(`adapter contract: ${name}`, () => {
    describe("handshake", () => {
      handshake(harness)
    })
    describe("messages", () => {
      messages(harness)
    })
    describe("closing", () => {
      closing(harness)
    })
    describe("lifetime", () => {
      lifetime(harness)
    })
  })
}
