/** The OCA cases over uWebSockets.js. */
import { describe } from "@effect/vitest"
import { casesSuite } from "@wattline/ocpp-conformance"
import { native, plainHarness } from "./uws-harness.ts"

describe.skipIf(native === undefined)("uWebSockets.js", () => {
  casesSuite("uws", plainHarness, { security: true })
})
