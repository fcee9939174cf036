import { adapterSuite } from "@wattline/ocpp-conformance"
import { harness } from "./ws-harness.ts"

adapterSuite("ws", harness)
