/** Block P, data transfer: TC_P_02, 03. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { CustomData } from "@wattline/ocpp-core"
import type { OcaCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"

/** The cases, in the order of the standard. */
export const dataTransfers: ReadonlyArray<OcaCase> = [
  {
    id: "TC_P_02_CSMS",
    title: "data transfer to a CSMS without vendor extensions",
    certification: "M",
    requirements: ["P02.FR.06", "P02.FR.07"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      for (const more of [{}, { data: { any: ["thing", 1.1, null] } }]) {
        const response = yield* world.cs.call("DataTransfer", {
          vendorId: "com.example",
          messageId: "Scenario22",
          ...more
        })
        assert.deepStrictEqual(response, { status: "UnknownVendorId" })
      }
    })
  },
  {
    id: "TC_P_03_CSMS",
    title: "customData is received",
    certification: "M",
    requirements: ["R-200", "R-201"],
    run: Effect.fnUntraced(function* (world) {
      const [{ connectorId, id }] = world.evses
      const customData = { vendorId: "com.example", spot: 7, deep: [{ "not: a name": null }] }
      const received: Array<unknown> = []
      yield* world.handles({
        StatusNotification: (request) => Effect.sync(() => received.push(request.customData)),
        TransactionEvent: (request, context) =>
          Effect.sync(() => {
            const text = CustomData.textOf(context, "transactionInfo", "customData")
            received.push(request.customData, request.transactionInfo.customData, JSON.parse(text ?? ""))
            return {}
          })
      })
      yield* accepted(world)
      received.length = 0
      const timestamp = yield* world.now
      const status = yield* world.cs.call("StatusNotification", {
        evseId: id,
        connectorId,
        connectorStatus: "Available",
        timestamp,
        customData
      })
      assert.deepStrictEqual<unknown>(status, {})
      const event = yield* world.cs.call("TransactionEvent", {
        eventType: "Started",
        triggerReason: "CablePluggedIn",
        seqNo: 0,
        timestamp,
        transactionInfo: { transactionId: crypto.randomUUID(), customData },
        customData
      })
      assert.deepStrictEqual<unknown>(event, {})
      assert.deepStrictEqual(received, [customData, customData, customData, customData])
    })
  }
]
