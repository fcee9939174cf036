/**
 * The operator of the demo: what somebody at the desk of a CSMS does with a station that has just booted. Reads what the
 * station is, sets two variables, starts a session remotely, watches it, stops it, and waits until the station has left.
 */
import { energyWh, findTransaction, type Station, type StationView, type Transaction } from "@wattline/ocpp-core"
import { Data, Duration, Effect, Option, Stream } from "effect"
import { colours, Log, type Mark } from "./Log.ts"
import { Traffic } from "./Traffic.ts"

/** A step of the session did not end as it should. */
export class StepFailed extends Data.TaggedError("StepFailed")<{ readonly step: string; readonly detail: string }> {
  override get message(): string {
    return `The session stopped at "${this.step}": ${this.detail}`
  }
}

/** What the session is about. */
export interface Plan {
  readonly evseId: number
  readonly idToken: { readonly idToken: string; readonly type: "eMAID" }
  /** The session is stopped when this much energy has flowed. */
  readonly enoughWh: number
}

/** What came of the session. */
export interface Outcome {
  readonly view: StationView
  readonly transaction: Transaction
  readonly variables: number
}

/** Holds one session with a station that has booted. */
export const session = Effect.fn("session")(function* (station: Station, plan: Plan) {
  yield* step("connectors are reported", until(station, connectorsReported))

  const variables = yield* inventory(station)
  yield* readFromModel(station)
  yield* setVariables(station)

  const { transactionId } = yield* startRemotely(station, plan)
  yield* step(
    `${plan.enoughWh} Wh have flowed`,
    until(station, ({ mirror }) => {
      const transaction = findTransaction(mirror.transactions, transactionId)
      return transaction !== undefined && (energyWh(transaction) ?? 0) >= plan.enoughWh ? true : undefined
    }),
    "30 seconds"
  )
  yield* stopRemotely(station, transactionId)

  const view = yield* step(
    "the station takes leave",
    until(station, (now) => (now.connected ? undefined : now))
  )
  const transaction = findTransaction(view.mirror.transactions, transactionId)
  if (transaction === undefined)
    return yield* new StepFailed({ step: "the transaction is known", detail: "the CSMS has no record of it" })
  return { view, transaction, variables } satisfies Outcome
})

/** Asks for everything the station has and waits for the last part; its notifications are printed as they come. */
const inventory = Effect.fnUntraced(function* (station: Station) {
  yield* say(station, "out", "GetBaseReport", "FullInventory")
  const { variables } = yield* step("the base report is complete", station.getBaseReport("FullInventory"))
  yield* say(station, "done", "report complete", `${variables} variables are in the device model`)
  return variables
})

/** The device model is there to be read; no message is sent for it. */
const readFromModel = Effect.fnUntraced(function* (station: Station) {
  const availability = yield* station.variable("EVSE", "AvailabilityState", { evseId: 1 })
  const interval = yield* station.variable("OCPPCommCtrlr", "HeartbeatInterval")
  yield* say(
    station,
    "done",
    "device model",
    `EVSE 1 is ${availability?.raw ?? "unknown"}, HeartbeatInterval is ${interval?.raw ?? "unknown"} s`
  )
})

/** A heartbeat every two seconds and a meter value every second: so that there is something to see. */
const setVariables = Effect.fnUntraced(function* (station: Station) {
  const component = { name: "OCPPCommCtrlr" }
  const variable = { name: "HeartbeatInterval" }
  const set = yield* call(
    station,
    "SetVariables",
    "HeartbeatInterval = 2 s, TxUpdatedInterval = 1 s",
    station.call("SetVariables", {
      setVariableData: [
        { component, variable, attributeValue: "2" },
        { component: { name: "SampledDataCtrlr" }, variable: { name: "TxUpdatedInterval" }, attributeValue: "1" }
      ]
    }),
    ({ setVariableResult }) => setVariableResult.map(({ attributeStatus }) => attributeStatus).join(", ")
  )
  if (set.setVariableResult.some(({ attributeStatus }) => attributeStatus !== "Accepted"))
    return yield* new StepFailed({ step: "variables are set", detail: "the station did not accept them" })
  yield* call(
    station,
    "GetVariables",
    "HeartbeatInterval",
    station.call("GetVariables", { getVariableData: [{ component, variable }] }),
    ({ getVariableResult }) => getVariableResult.map(({ attributeValue }) => `${attributeValue} s`).join(", ")
  )
})

const startRemotely = Effect.fnUntraced(function* (station: Station, { evseId, idToken }: Plan) {
  const remoteStartId = yield* station.nextRequestId
  const { status } = yield* call(
    station,
    "RequestStartTransaction",
    `EVSE ${evseId} for ${idToken.idToken}, remoteStartId ${remoteStartId}`,
    station.call("RequestStartTransaction", { evseId, remoteStartId, idToken }),
    (answer) => answer.status
  )
  if (status !== "Accepted")
    return yield* new StepFailed({ step: "the session is started remotely", detail: `the station answered ${status}` })
  return yield* step(
    "the transaction has started",
    until(station, ({ mirror }) => mirror.transactions.running.find((one) => one.remoteStartId === remoteStartId))
  )
})

const stopRemotely = Effect.fnUntraced(function* (station: Station, transactionId: string) {
  const { status } = yield* call(
    station,
    "RequestStopTransaction",
    transactionId,
    station.call("RequestStopTransaction", { transactionId }),
    (answer) => answer.status
  )
  if (status !== "Accepted")
    return yield* new StepFailed({ step: "the session is stopped remotely", detail: `the station answered ${status}` })
  yield* step(
    "the transaction has ended",
    until(station, ({ mirror }) => mirror.transactions.ended.find((one) => one.transactionId === transactionId))
  )
})

const connectorsReported = ({ mirror: { availability } }: StationView): true | undefined =>
  availability.connectors.length >= 2 ? true : undefined

// --- how the operator works ---------------------------------------------------------------------------------------------

/** Waits until `look` finds something in what is known of the station. */
const until = <A>(station: Station, look: (view: StationView) => A | undefined): Effect.Effect<A, StationLeft> =>
  station.changes.pipe(
    Stream.mapEffect((view) => {
      const found = look(view)
      if (found === undefined && !view.connected) return Effect.fail(new StationLeft())
      return Effect.succeed(found)
    }),
    Stream.filter((found) => found !== undefined),
    Stream.runHead,
    Effect.flatMap(Option.match({ onNone: () => Effect.fail(new StationLeft()), onSome: Effect.succeed }))
  )

class StationLeft extends Data.TaggedError("StationLeft") {
  override get message(): string {
    return "the station is no longer connected"
  }
}

/** Names what is being waited for, and waits no longer than `within`. */
const step = <A, E extends Error, R>(
  name: string,
  effect: Effect.Effect<A, E, R>,
  within: Duration.Input = "10 seconds"
): Effect.Effect<A, StepFailed, R> =>
  effect.pipe(
    Effect.mapError(({ message }) => new StepFailed({ step: name, detail: message })),
    Effect.timeoutOrElse({
      duration: within,
      orElse: () =>
        Effect.fail(
          new StepFailed({ step: name, detail: `nothing within ${Duration.format(Duration.fromInputUnsafe(within))}` })
        )
    })
  )

/** Makes a CALL, and prints it with its answer. */
const call = Effect.fnUntraced(function* <A, E extends Error, R>(
  station: Station,
  action: string,
  request: string,
  made: Effect.Effect<A, E, R>,
  answer: (response: A) => string
) {
  yield* say(station, "out", action, request)
  const response = yield* step(`${action} is answered`, made)
  yield* say(station, "in", "  answer", colours.green(answer(response)))
  return response
})

const say = Effect.fnUntraced(function* (station: Station, mark: Mark, what: string, text: string) {
  const { line } = yield* Log
  const traffic = yield* Traffic
  if (mark === "out") traffic.sent++
  yield* line({ mark, who: station.identity, what, text })
})
