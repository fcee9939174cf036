/** The adapter contract over in-memory links. */
import { adapterSuite } from "@wattline/ocpp-conformance"
import { harness } from "./setup.ts"

adapterSuite("memory", harness)
