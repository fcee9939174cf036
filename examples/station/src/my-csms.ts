/** Guide "A station to test with": the CSMS that is tested. It knows a driver, and what a kWh costs. */
import type { Handlers } from "@wattline/ocpp-core"
import { Effect } from "effect"

/** In euro for each kWh. */
const price = 0.5

export const handlers: Handlers = {
  authorize: ({ idToken }) => Effect.succeed({ status: idToken === "04A2E8B1C39D80" ? "Accepted" : "Unknown" }),
  TransactionEvent: ({ eventType }, { transaction: { energy } }) =>
    Effect.sync(() => {
      const wh = energy === undefined ? 0 : energy.last.wh - energy.first.wh
      return eventType === "Ended" ? { totalCost: Math.round(wh * price) / 1000 } : {}
    })
}
