import { adapterSuite } from "@wattline/ocpp-conformance"
import { harness, tlsHarness } from "./ws-harness.ts"

adapterSuite("ws", harness)
adapterSuite("ws over TLS", tlsHarness)
