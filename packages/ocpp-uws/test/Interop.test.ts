import { describe } from "@effect/vitest"
import { interopSuite } from "@wattline/ocpp-conformance"
import { listenersHarness } from "./listeners.ts"
import { native } from "./uws-harness.ts"

describe.skipIf(native === undefined)("uWebSockets.js", () => {
  interopSuite("uws", listenersHarness)
})
