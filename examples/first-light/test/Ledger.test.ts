import type { ClientEvent } from "@wattline/ocpp-station"
import type { Happening } from "@wattline/ocpp-station/virtual"
import { assert, it } from "vitest"
import { accountOf, blank, note } from "../src/station/Ledger.ts"

type Event = Happening | ClientEvent | { readonly _tag: "EventsMissed" }

const called = (action: string, end: "CALLRESULT" | "Timeout" | "InternalError" = "CALLRESULT"): Event => ({
  _tag: "CallEnded",
  action,
  end,
  status: undefined,
  milliseconds: 3
})

const account = (...events: ReadonlyArray<Event>) => accountOf(events.reduce(note, blank))

it("counts CALLs that got a CALLRESULT, and the events and the energy of the transaction", () => {
  const ended: Event = {
    _tag: "TransactionEnded",
    evseId: 1,
    transactionId: "t-1",
    energyWh: 151.349,
    stoppedReason: "Remote"
  }
  const answered: Event = { _tag: "Answered", action: "GetBaseReport", with: "CALLRESULT", status: "Accepted" }
  assert.deepStrictEqual(
    account(called("BootNotification"), answered, called("TransactionEvent"), ended, called("TransactionEvent")),
    {
      metered: [{ transactionId: "t-1", energyWh: 151.3, events: 2 }],
      traffic: { sent: 3, answered: 1, faults: [] }
    }
  )
})

it.each<[Event, string]>([
  [called("Authorize", "Timeout"), "Authorize: Timeout"],
  [called("Heartbeat", "InternalError"), "Heartbeat: InternalError"],
  [{ _tag: "Answered", action: "Reset", with: "NotSupported", status: undefined }, "Reset: answered NotSupported"],
  [{ _tag: "HandlerFailed", action: "Reset", message: "broken" }, "Reset: broken"],
  [
    { _tag: "MessageGivenUp", action: "TransactionEvent", attempts: 3, end: "Timeout" },
    "TransactionEvent: MessageGivenUp"
  ],
  [{ _tag: "StrayAnswer", messageId: "7" }, "StrayAnswer"],
  [{ _tag: "EventsMissed" }, "EventsMissed"]
])("%j is a fault, and no traffic", (event, fault) => {
  assert.deepStrictEqual(account(event), { metered: [], traffic: { sent: 0, answered: 0, faults: [fault] } })
})
