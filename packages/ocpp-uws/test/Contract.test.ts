import { describe } from "@effect/vitest"
import { adapterSuite, webSocketSuite } from "@wattline/ocpp-conformance"
import { native, plainHarness, tlsHarness, webSocketHarness } from "./uws-harness.ts"

describe.skipIf(native === undefined)("uWebSockets.js", () => {
  adapterSuite("uws", plainHarness)
  adapterSuite("uws over TLS", tlsHarness)
  webSocketSuite("uws", webSocketHarness)
})
