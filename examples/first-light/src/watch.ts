/** Prints what happens at all stations, from the events of the CSMS. */
import {
  Csms,
  type CsmsEvent,
  findTransaction,
  type Messages,
  type StationEvent,
  type Transaction
} from "@wattline/ocpp-core"
import { Effect, Layer, Stream } from "effect"
import { colours, type Entry, Log, printable } from "./Log.ts"
import { costOf, tariff } from "./tariff.ts"
import { Traffic } from "./Traffic.ts"

type Of<Tag extends CsmsEvent["_tag"]> = Extract<CsmsEvent, { readonly _tag: Tag }>
type Notification = Of<"NotificationReceived">["action"]
type Progress = Of<"TransactionStarted" | "TransactionUpdated" | "TransactionEnded">

/** Prints from before the first station connects until the CSMS closes. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const csms = yield* Csms
    yield* Effect.forkScoped(Stream.runForEach(yield* csms.subscribe, show))
  })
)

const show = Effect.fnUntraced(function* (event: CsmsEvent) {
  const { line } = yield* Log
  const traffic = yield* Traffic
  switch (event._tag) {
    case "Connected":
      return yield* line(entry("note", event, "connected", `from ${event.remoteAddress}, ${event.protocol}`))
    case "Disconnected":
      return yield* line(entry("note", event, "disconnected", `${event.code} ${printable(event.reason)}`))
    case "StateChanged":
      return yield* line(entry("state", event, "station", colours.bold(`${event.from} ▸ ${event.to}`)))
    case "Booted":
      return yield* booted(event)
    case "NotificationReceived":
      traffic.received++
      if (event.action === "NotifyReport") traffic.reportParts++
      return yield* line(entry("in", event, event.action, textOf(event)))
    case "TransactionStarted":
    case "TransactionUpdated":
    case "TransactionEnded":
      return yield* progress(event)
    case "MessageRefused":
      traffic.refused++
      return yield* line(
        entry(
          "problem",
          event,
          event.action ?? "no frame",
          printable(`${event.errorCode}: ${event.errorDescription}`, 120)
        )
      )
    case "AdmissionRefused":
      return yield* line({
        mark: "problem",
        who: "CSMS",
        what: "not let in",
        text: `${printable(event.target)} from ${event.remoteAddress}: ${event.status}, ${event.reason}`
      })
    case "LimitReached":
      return yield* line({
        mark: "problem",
        who: event.identity ?? "CSMS",
        what: "limit reached",
        text: `${event.limit}, from ${event.remoteAddress}${event.leftOut > 0 ? `, ${event.leftOut} more` : ""}`
      })
    case "DrainStarted":
      return yield* line({ mark: "note", who: "CSMS", what: "drains", text: `${event.connections} connections` })
    case "DrainEnded":
      return yield* line({
        mark: event.unfinished === 0 ? "done" : "problem",
        who: "CSMS",
        what: "drained",
        text: event.unfinished === 0 ? "nothing is in flight" : `${event.unfinished} connections had CALLs in flight`
      })
    case "EventsMissed":
      traffic.failed++
      return yield* line({ mark: "problem", who: "CSMS", what: "too slow", text: `${event.missed} events not shown` })
    case "HandlerFailed":
    case "LateAnswer":
    case "StoreFailed":
      traffic.failed++
      return yield* line(
        entry("problem", event, event._tag, printable("message" in event ? event.message : event.action, 120))
      )
    case "Replaced":
    case "Fenced":
    case "ReportFailed":
    case "AnswerDropped":
    case "ResetLapsed":
    case "FirmwareChanged":
    case "StationReplaced":
    case "RebootRequired":
      return yield* line(entry("note", event, event._tag, ""))
    default:
      return undefined // told by the message that it came with
  }
})

const entry = (mark: Entry["mark"], { identity }: StationEvent, what: string, text: string): Entry => ({
  mark,
  who: identity,
  what: printable(what, 36),
  text
})

const booted = Effect.fnUntraced(function* (event: Of<"Booted">) {
  const { line } = yield* Log
  const traffic = yield* Traffic
  traffic.received++
  const { vendorName, model, firmwareVersion = "unknown" } = event.chargingStation
  const what = printable(`${vendorName} ${model}, firmware ${firmwareVersion}`)
  yield* line(entry("in", event, "BootNotification", `${event.reason}: ${what}`))
  yield* line(entry("out", event, "  answer", `${good(event.status)}, interval ${event.interval} s`))
})

/** What a notification says. One that is not here is shown by its name. */
const texts: { readonly [A in Notification]?: (request: Messages[A]["request"]) => string } = {
  Heartbeat: () => "",
  StatusNotification: ({ evseId, connectorId, connectorStatus }) =>
    `EVSE ${evseId} connector ${connectorId}: ${good(connectorStatus)}`,
  NotifyReport: ({ seqNo, reportData = [], tbc = false }) =>
    `part ${seqNo + 1}: ${reportData.length} variables${tbc ? "" : ", the last part"}`,
  NotifyEvent: ({ eventData }) => `${eventData.length} events`,
  MeterValues: ({ evseId, meterValue }) => `EVSE ${evseId}: ${meterValue.length} meter values`,
  SecurityEventNotification: ({ type }) => printable(type),
  FirmwareStatusNotification: ({ status }) => status,
  LogStatusNotification: ({ status }) => status
}

const textOf = ({ action, request }: Of<"NotificationReceived">): string => texts[action]?.(request as never) ?? ""

const good = (status: string): string => {
  if (status === "Available" || status === "Accepted") return colours.green(status)
  return status === "Occupied" || status === "Pending" ? colours.yellow(status) : colours.red(status)
}

// --- transactions -------------------------------------------------------------------------------------------------------

const progress = Effect.fnUntraced(function* (event: Progress) {
  const { line, live } = yield* Log
  const traffic = yield* Traffic
  const csms = yield* Csms
  traffic.received++
  const station = yield* Effect.orDie(csms.station(event.identity))
  const { mirror } = yield* station.snapshot
  const transaction = findTransaction(mirror.transactions, event.transactionId)
  const kind = event._tag.slice("Transaction".length)
  const text = [
    `${colours.bold(kind)} #${event.seqNo} ${event.triggerReason}`,
    ...(event.chargingState === undefined ? [] : [stateColour(event.chargingState)]),
    ...readings(event, transaction)
  ].join("  ")
  yield* line(entry("in", event, "TransactionEvent", text))
  const key = `${event.identity} ${event.transactionId}`
  if (event._tag !== "TransactionEnded") traffic.running.add(key)
  else {
    traffic.running.delete(key)
    traffic.ended++
    const cost = transaction?.totalCost
    if (cost !== undefined)
      yield* line(entry("out", event, "  answer", `total cost ${cost.toFixed(2)} ${tariff.currency}`))
    curves.delete(event.transactionId)
    return yield* live(undefined)
  }
  yield* live(`  ⚡ ${event.identity}  ${readings(event, transaction).join("  ")}  ${powerCurve(event, transaction)}`)
})

const stateColour = (chargingState: string): string =>
  (chargingState === "Charging" ? colours.green : colours.yellow)(colours.bold(chargingState))

/** The power, the energy and the cost as far as they are known. */
const readings = ({ energyWh }: Progress, transaction: Transaction | undefined): ReadonlyArray<string> => {
  const power = powerKw(transaction)
  return [
    ...(power === undefined ? [] : [`${power.toFixed(1)} kW`]),
    ...(energyWh === undefined
      ? []
      : [`${(energyWh / 1000).toFixed(3)} kWh`, `${costOf(energyWh).toFixed(2)} ${tariff.currency}`])
  ]
}

const powerKw = (transaction: Transaction | undefined): number | undefined => {
  const sample = transaction?.latest?.sampledValue.find(({ measurand }) => measurand === "Power.Active.Import")
  return sample === undefined ? undefined : sample.unitOfMeasure?.unit === "kW" ? sample.value : sample.value / 1000
}

const bars = "▁▂▃▄▅▆▇█"
const curves = new Map<string, string>()

/** One bar per reading, against the 300 kW that a fast charger has. */
const powerCurve = (event: Progress, transaction: Transaction | undefined): string => {
  const { transactionId } = event
  const power = powerKw(transaction) ?? 0
  const bar = bars[Math.min(bars.length - 1, Math.floor((power / 300) * bars.length))] ?? ""
  const curve = `${curves.get(transactionId) ?? ""}${bar}`.slice(-40)
  curves.set(transactionId, curve)
  return curve
}
