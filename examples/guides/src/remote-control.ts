/** Guide "Remote control": start, follow and stop a transaction from the driver's app. */
import { energyWh, RemoteControl, type Station } from "@wattline/ocpp-core"
import { Effect } from "effect"

/** What the driver's app shows. */
export type Shown =
  | { readonly text: "charging"; readonly transactionId: string }
  | { readonly text: "refused" | "not plugged in" | "the station is offline" | "try again" }

export const startCharging = (station: Station, evseId: number, account: string) =>
  RemoteControl.requestStartTransaction(station, { evseId, idToken: account }).pipe(
    Effect.map((outcome): Shown => {
      switch (outcome._tag) {
        case "Started":
          return { text: "charging", transactionId: outcome.transaction.transactionId }
        case "Lapsed": // it said yes, and nobody plugged in
          return { text: "not plugged in" }
        default:
          return { text: "refused" }
      }
    }),
    Effect.catchTags({
      NotSent: () => Effect.succeed<Shown>({ text: "the station is offline" }),
      OutcomeUnknown: () => Effect.succeed<Shown>({ text: "try again" }), // it may have begun all the same: its TransactionStarted tells
      CallError: () => Effect.succeed<Shown>({ text: "refused" })
    })
  )

export const stopCharging = (station: Station, transactionId: string) =>
  Effect.gen(function* () {
    const outcome = yield* RemoteControl.requestStopTransaction(station, transactionId, { stopTimeout: "2 minutes" })
    return outcome._tag === "Ended" ? energyWh(outcome.transaction) : undefined
  })

export const freeConnector = (station: Station, evseId: number, connectorId: number) =>
  Effect.gen(function* () {
    const { status } = yield* RemoteControl.unlockConnector(station, evseId, connectorId)
    if (status === "Unlocked") return "the cable is free"
    if (status === "OngoingAuthorizedTransaction") return "stop charging first"
    // Ask for the status as it is now; when the message is there, the mirror has it.
    yield* RemoteControl.triggerMessage(station, "StatusNotification", { id: evseId, connectorId })
    const { connectors } = (yield* station.snapshot).mirror.availability
    const found = connectors.find((connector) => connector.evseId === evseId && connector.connectorId === connectorId)
    return found?.status === "Faulted" ? "call a technician" : "pull gently and try again"
  })
