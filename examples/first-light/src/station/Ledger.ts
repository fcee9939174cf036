/** The books of a virtual station: what its events say of the traffic on its line and of the one session it has. */
import type { ClientEvent } from "@wattline/ocpp-station"
import type { Happening } from "@wattline/ocpp-station/virtual"
import type { Account, Metered, Traffic } from "./Account.ts"

/** Counts up to now. */
export interface Ledger extends Traffic {
  /** TransactionEvents that the CSMS has acknowledged. */
  readonly transactionEvents: number
  readonly ended: Omit<Metered, "events"> | undefined
}

/** Nothing has happened yet. */
export const blank: Ledger = { sent: 0, answered: 0, faults: [], transactionEvents: 0, ended: undefined }

/** The counts with one more event. */
export const note = (ledger: Ledger, event: Happening | ClientEvent | { readonly _tag: "EventsMissed" }): Ledger => {
  switch (event._tag) {
    case "CallEnded": {
      const { action, end } = event
      if (end !== "CALLRESULT") return fault(ledger, `${action}: ${end}`)
      const transactionEvents = ledger.transactionEvents + (action === "TransactionEvent" ? 1 : 0)
      return { ...ledger, sent: ledger.sent + 1, transactionEvents }
    }
    case "Answered":
      return event.with === "CALLRESULT"
        ? { ...ledger, answered: ledger.answered + 1 }
        : fault(ledger, `${event.action}: answered ${event.with}`)
    case "TransactionEnded": {
      // Its meter shows tenths of Wh.
      const { energyWh, transactionId } = event
      return { ...ledger, ended: { transactionId, energyWh: Math.round(energyWh * 10) / 10 } }
    }
    case "HandlerFailed":
      return fault(ledger, `${event.action}: ${event.message}`)
    case "MessageGivenUp":
    case "MessageDropped":
      return fault(ledger, `${event.action}: ${event._tag}`)
    case "StrayAnswer":
    case "EventsMissed":
      return fault(ledger, event._tag)
    default:
      return ledger
  }
}

const fault = (ledger: Ledger, text: string): Ledger => ({ ...ledger, faults: [...ledger.faults, text] })

/** What the station has to tell in the end. */
export const accountOf = ({ answered, ended, faults, sent, transactionEvents }: Ledger): Account => ({
  metered: ended === undefined ? [] : [{ ...ended, events: transactionEvents }],
  traffic: { sent, answered, faults }
})
