import { securitySuite } from "@wattline/ocpp-conformance"
import { listenersHarness } from "./ws-harness.ts"

securitySuite("ws", listenersHarness)
