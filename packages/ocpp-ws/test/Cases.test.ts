/** The OCA cases over WebSockets of `ws`. */
import { casesSuite } from "@wattline/ocpp-conformance"
import { harness } from "./ws-harness.ts"

casesSuite("ws", harness, { security: true })
