import { interopSuite } from "@wattline/ocpp-conformance"
import { listenersHarness } from "./ws-harness.ts"

interopSuite("ws", listenersHarness)
