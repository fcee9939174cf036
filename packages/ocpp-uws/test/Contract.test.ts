import { describe } from "@effect/vitest"
import { adapterSuite } from "@wattline/ocpp-conformance"
import { native, plainHarness, tlsHarness } from "./uws-harness.ts"

describe.skipIf(native === undefined)("uWebSockets.js", () => {
  adapterSuite("uws", plainHarness)
  adapterSuite("uws over TLS", tlsHarness)
})
