import { adapterSuite, webSocketSuite } from "@wattline/ocpp-conformance"
import { harness, tlsHarness, webSocketHarness } from "./ws-harness.ts"

adapterSuite("ws", harness)
adapterSuite("ws over TLS", tlsHarness)
webSocketSuite("ws", webSocketHarness)
