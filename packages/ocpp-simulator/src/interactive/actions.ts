/** What commands do with a station. */
import { actions, type StationAction } from "@wattline/ocpp-v201"
import { makeEV } from "@wattline/ocpp-station/virtual"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { durationText } from "../report/numbers.ts"
import { similar } from "../scenario/Similar.ts"
import type { Awaited } from "./Argument.ts"
import type { Play } from "./Play.ts"
import { type Outcome, Refused } from "./StationCommand.ts"
import { type VariableName, variableText } from "./VariableName.ts"

/** Seconds that `wait until` has when it does not say. */
export const patience = 60

/** The command cannot be carried out, because of this. */
export const refuse = (message: string): Effect.Effect<never, Refused> => Effect.fail(new Refused({ message }))

/** Acts when its turn comes; what it returns is said. */
export const act = (action: () => Outcome | string | void): Outcome =>
  Effect.suspend(() => {
    const result = action()
    return Effect.isEffect(result) ? result : Effect.succeed(result)
  })

/** Actions whose CALLs a station sends. */
export const stationActions = Object.entries(actions)
  .filter(([, { direction }]) => direction !== "csms-to-station")
  .map(([name]) => name as StationAction)

/** Puts the cable of an EV in. */
export const plug = (
  play: Play,
  where: { readonly evseId: number; readonly connectorId?: number },
  [model, stateOfCharge, target]: readonly [Play["defaults"]["ev"], number, number]
): Outcome =>
  act(() => {
    const done = play.controls.plugIn(where.evseId, makeEV(model, { stateOfCharge, target }), where.connectorId)
    if (done === "Refused") return refuse(`There is a cable at EVSE ${where.evseId} already: unplug it first`)
  })

/** Takes the cable out. */
export const unplug = (play: Play, evseId: number): Outcome =>
  act(() => {
    const done = play.controls.unplug(evseId)
    if (done === "Empty") return refuse(`There is no cable at EVSE ${evseId}`)
    if (done === "Locked") return refuse(`EVSE ${evseId} holds the cable: swipe the token that started, or unlock it`)
  })

/** Whether an EVSE is broken. */
export const isFaulted = (play: Play, evseId: number): boolean =>
  play.evse(evseId).connectors.some(({ id }) => play.controls.availability.statusOf(evseId, id) === "Faulted")

/** Takes the network away; Infinity: until `goOnline`. */
export const goOffline = (play: Play, seconds: number): Outcome =>
  act(() => {
    play.controls.client.outage(seconds)
    play.away(seconds * 1000)
    return Number.isFinite(seconds) ? `Offline for ${durationText(seconds)}` : "Offline until online"
  })

/** Ends an outage, or the wait for the next attempt. */
export const goOnline = (play: Play): Outcome =>
  act(() => {
    const { client } = play.controls
    if (client.state !== "Waiting") return refuse(`The station is ${client.state}: it is not offline`)
    client.reconnect()
  })

/** Succeeds when there is such a variable. */
export const known = (play: Play, name: VariableName): Outcome =>
  act(() => {
    const { inventory } = play.controls.model
    if (inventory.find(name.component, name.variable, name.instance) !== undefined) return
    const near = similar(variableText(name), play.vocabulary.variables())
    return refuse(`There is no ${variableText(name)}${near === undefined ? "" : `; did you mean ${near}?`}`)
  })

/** Sends a CALL, and waits for the answer; anything but a CALLRESULT is a refusal. */
export const send = (play: Play, action: StationAction, json: string | undefined): Outcome =>
  Effect.suspend(() => {
    let payload: unknown
    try {
      payload = JSON.parse(json ?? "{}")
    } catch {
      return refuse(`This is no JSON: ${json}`)
    }
    return Effect.callback<string | void, Refused>((resume) => {
      play.controls.client.call(action, payload as never, (exit) => {
        if (Exit.isSuccess(exit)) return resume(Effect.void)
        const [reason] = exit.cause.reasons
        const error = reason?._tag === "Fail" ? reason.error : undefined
        resume(refuse(error?.message ?? `${action} was interrupted`))
      })
    })
  })

/** Fails when the condition does not hold, or not in time. */
export const expect = (play: Play, { condition, within }: Awaited): Outcome => {
  const unmet = act(() => {
    const facts = play.facts()
    return condition.holds(facts) ? undefined : refuse(`Expected ${condition.text}, but ${condition.found(facts)}`)
  })
  if (within === undefined) return unmet
  return Effect.timeoutOrElse(play.until(condition), { duration: within * 1000, orElse: () => unmet })
}
