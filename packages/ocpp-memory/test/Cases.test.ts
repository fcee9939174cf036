/** The OCA cases over in-memory links, in virtual time. */
import { casesSuite } from "@wattline/ocpp-conformance"
import { harness } from "./setup.ts"

casesSuite("memory", harness, { clock: "virtual" })
