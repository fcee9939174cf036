import { describe } from "@effect/vitest"
import { securitySuite } from "@wattline/ocpp-conformance"
import { listenersHarness } from "./listeners.ts"
import { native } from "./uws-harness.ts"

describe.skipIf(native === undefined)("uWebSockets.js", () => {
  securitySuite("uws", listenersHarness)
})
