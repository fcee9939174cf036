/** Guide "Display messages": what a station shows while it is idle, what it tells a driver, and what is left over. */
import { DisplayMessage, displayMessagesAt, type Station } from "@wattline/ocpp-core"
import { Clock, type DateTime, Effect } from "effect"

/** The CSMS's own number for the advertisement: setting it again replaces it. */
export const advertisement = 1

export const advertise = (station: Station, content: string, until: DateTime.Utc) =>
  DisplayMessage.setDisplayMessage(station, {
    id: advertisement,
    priority: "NormalCycle",
    state: "Idle", // while nobody charges
    endDateTime: until, // the station removes it by itself
    message: { format: "UTF8", language: "en", content }
  }).pipe(
    Effect.retry({ times: 2, while: (failure) => failure._tag === "OutcomeUnknown" }), // the same id: no second message
    Effect.map(({ _tag }) => (_tag === "Accepted" ? "shown" : `refused: ${_tag}`)),
    Effect.catchTags({
      CheckFailed: ({ broken }) => Effect.succeed(`cannot be shown: ${broken.map(({ detail }) => detail).join(", ")}`),
      NotSent: () => Effect.succeed("the station is offline")
    })
  )

export const tellDriver = (station: Station, transactionId: string, content: string) =>
  DisplayMessage.setDisplayMessage(station, {
    priority: "InFront",
    transactionId, // it goes when the transaction ends
    message: { format: "UTF8", content }
  })

/** Clears what other systems have left behind; gives how many. */
export const tidyUp = (station: Station) =>
  Effect.gen(function* () {
    const { messages, outcome } = yield* DisplayMessage.getDisplayMessages(station)
    if (outcome._tag !== "Complete") return 0
    const strange = messages.filter(({ id, transactionId }) => id !== advertisement && transactionId === undefined)
    yield* Effect.forEach(strange, ({ id }) => DisplayMessage.clearDisplayMessage(station, id))
    return strange.length
  })

export const onDisplay = (station: Station) =>
  Effect.gen(function* () {
    const { mirror } = yield* station.snapshot
    const messages = displayMessagesAt(mirror, yield* Clock.currentTimeMillis)
    return messages.map(({ message }) => message.content)
  })
