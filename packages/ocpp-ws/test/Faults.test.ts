import { type FaultHarness, faultSuite, maxMessageBytes } from "@wattline/ocpp-conformance"
import { Effect } from "effect"
import { start } from "./ws-harness.ts"

const harness: FaultHarness = {
  breach: "closeFrame",
  early: true,
  start: (wishes) =>
    Effect.map(
      start({ port: 0, plain: true, path: "/ocpp", maxMessageBytes, ...wishes }),
      ({ address, connections }) => ({ port: address.port, connections })
    )
}

faultSuite("ws", harness)
