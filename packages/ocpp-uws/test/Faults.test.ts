import { type FaultHarness, faultSuite, maxMessageBytes } from "@wattline/ocpp-conformance"
import { describe } from "@effect/vitest"
import { Effect } from "effect"
import { native, start } from "./uws-harness.ts"

const harness: FaultHarness = {
  breach: "cut",
  unnoticed: [
    "a frame that is not masked",
    "only the header of a frame over the limit (R-012)", // up to twice the limit, see `Upgrade.ts`
    "fragments over the limit without an end (R-012)",
    "the compressed bit on a ping"
  ],
  lateness: 5, // its timers go in steps of 4 seconds
  early: false,
  start: (wishes) =>
    Effect.map(
      start({ port: 0, plain: true, path: "/ocpp", maxMessageBytes, ...wishes }),
      ({ address, connections }) => ({ port: address.port, connections })
    )
}

describe.skipIf(native === undefined)("uWebSockets.js", () => {
  faultSuite("uws", harness)
})
