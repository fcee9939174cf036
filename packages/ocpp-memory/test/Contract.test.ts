/** The adapter contract over in-memory links. */
import { adapterSuite } from "@wattline/ocpp-conformance"
import { Context, Effect, Layer } from "effect"
import { MemoryNetwork, MemoryTransport } from "../src/index.ts"

adapterSuite("memory", {
  start: Effect.map(Layer.build(MemoryTransport.layerWith({ maxMessageBytes: 65_536 })), (context) => ({
    dial: ({ protocols = [], ...dial }) => Context.get(context, MemoryNetwork).dial({ ...dial, protocols })
  })),
  early: true
})
