/** Guide "Misbehaving stations": what is forgiven and to whom, what is not, and who is told. */
import { Csms, type CsmsEvent, type CsmsOptions } from "@wattline/ocpp-core"
import { Context, Effect, Stream } from "effect"

/** For `Csms.layer(handlers, options)`. The first rule that fits decides; where none does, it is `strict`. */
export const options: CsmsOptions = {
  validation: [
    // Reports events with an empty list. Nobody here needs them, and it gives up when they are refused.
    { vendorName: "Acme", firmwareVersion: "1.2.*", action: "NotifyEvent", policy: "report" },
    // Money: better refused than guessed.
    { vendorName: "Acme", action: "TransactionEvent", policy: "strict" },
    { vendorName: "Acme", firmwareVersion: "1.*", policy: "lenient" }
  ],
  messagesPerSecond: 20, // of one connection; 200 may come at once after it was offline
  invalidMessagesPerMinute: 10
}

/** Where somebody reads it. */
export class Alerts extends Context.Service<
  Alerts,
  { readonly raise: (what: string) => Effect.Effect<void, { readonly message: string }> }
>()("csms/Alerts") {}

/** What is worth a look; `undefined` for what healthy stations do. Holds no token and no value of a message. */
const alertOf = (event: CsmsEvent): string | undefined => {
  switch (event._tag) {
    case "NonConformingMessage": {
      const where = event.errors.map(({ keyword, path }) => `${path || "the message"} (${keyword})`)
      return event.repaired ? undefined : `${event.identity} ${event.action}: ${where.join(", ")}, ${event.policy}`
    }
    case "Replaced":
      return `${event.identity} connected twice: two devices with one identity?`
    case "TransactionConflict":
    case "TransactionEventsLost":
    case "TransactionsOverlap":
      return `${event.identity}: ${event._tag}, its bills may be wrong`
    case "MeterRegisterFell":
      return `${event.identity}: the meter of EVSE ${event.evseId} fell from ${event.fromWh} to ${event.toWh} Wh`
    case "LimitReached":
      return `${event.identity ?? event.remoteAddress ?? "somebody"}: limit ${event.limit}`
    case "HandlerFailed": // this one is ours
      return `the handler of ${event.action} failed: ${event.message}`
    case "EventsMissed":
      return `${event.missed} events were not looked at`
    default:
      return undefined
  }
}

export const watch = Effect.gen(function* () {
  const alerts = yield* Alerts
  yield* Stream.runForEach(yield* (yield* Csms).subscribe, (event) => {
    const what = alertOf(event)
    if (what === undefined) return Effect.void
    return Effect.catch(alerts.raise(what), ({ message }) => Effect.logError(`not told: ${message}`, what))
  })
})

/** For the vendor: which firmware breaks which field, how often, since this process began. */
export const complaints = Effect.gen(function* () {
  const views = yield* Effect.forEach(yield* (yield* Csms).stations, ({ snapshot }) => snapshot)
  const counts = new Map<string, number>()
  for (const { mirror, nonConformance } of views) {
    const { firmwareVersion = "?", model, vendorName } = mirror.provisioning.chargingStation ?? {}
    for (const { action, count, keyword, path } of nonConformance?.fields ?? []) {
      const line = `${vendorName ?? "?"} ${model ?? "?"} ${firmwareVersion}: ${action}${path} ${keyword}`
      counts.set(line, (counts.get(line) ?? 0) + count)
    }
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([line, count]) => `${count} × ${line}`)
})
