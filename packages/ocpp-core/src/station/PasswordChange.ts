/**
 * One SetVariables with SecurityCtrlr.BasicAuthPassword on its way: the new password is checked, hashed and stored as one
 * that is accepted too before the CALL leaves, and the outcome decides which one stays.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { SetVariablesRequest, SetVariablesResponse, VariableType } from "@wattline/ocpp-v201"
import * as DeviceModel from "../blocks/DeviceModel.ts"
import { maxLength } from "../blocks/VariableValue.ts"
import type { CallRequest } from "../csms/Cluster.ts"
import type { NotSent } from "../rpc/CallFailure.ts"
import * as Password from "../transport/Password.ts"
import { type CallChange, notSent, type Outcome, type PendingCall } from "./OutboundCalls.ts"
import * as PasswordRecord from "./PasswordRecord.ts"
import * as SecurityRecord from "./SecurityRecord.ts"
import type { StationProcess } from "./Station.ts"

/** Where a station keeps the password it logs in with. */
export const controller = "SecurityCtrlr"
/** See `controller`. */
export const variableName = "BasicAuthPassword"

/** Whether an item of SetVariables, or its result, is about the password a station logs in with. */
export const isPassword = (item: {
  readonly component: { readonly name: string }
  readonly variable: VariableType
  readonly attributeType?: string
}): boolean =>
  item.component.name.toLowerCase() === controller.toLowerCase() &&
  DeviceModel.isSecret(item.variable) &&
  (item.attributeType ?? "Actual") === "Actual"

/** The new passwords in a valid request; empty for all but a change. */
export const passwordsIn = (action: string, payload: unknown): ReadonlyArray<string> =>
  action === "SetVariables"
    ? (payload as SetVariablesRequest).setVariableData.filter(isPassword).map(({ attributeValue }) => attributeValue)
    : []

/** See the head of the file. */
export class PasswordChange implements CallChange {
  /** The CALL, once it is in the queue. */
  pending: PendingCall | undefined = undefined
  private readonly station: StationProcess
  private readonly password: string
  private readonly number: number

  constructor(station: StationProcess, password: string, number: number) {
    this.station = station
    this.password = password
    this.number = number
  }

  /** Called once with what became of the CALL, before its caller knows. */
  concluded(outcome: Outcome): void {
    this.conclude(outcomeOf(outcome))
  }

  /** The caller waits no more: a CALL that was not sent never will be, one that was sent keeps its say. */
  givenUp(): void {
    if (this.pending === undefined || this.pending.state === "Waiting") this.conclude("Refused")
  }

  private conclude(outcome: PasswordRecord.ChangeOutcome): void {
    const { station } = this
    const { password } = station.security
    if (password === undefined) return
    const after = PasswordRecord.conclude(password, this.number, outcome)
    if (after === password) return
    const security = SecurityRecord.withPassword(station.security, after)
    station.learn(security, outcome === "Accepted" ? [{ _tag: "PasswordChanged", by: "Answer" }] : [])
  }

  /** A text of the station that may quote the password, without it. */
  hide(text: string): string {
    return text.replaceAll(this.password, "[password]")
  }

  /** The same for the details of a CALLERROR: all of them go when they quote it. */
  hideIn(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const quoted = JSON.stringify(this.password).slice(1, -1)
    return JSON.stringify(details).includes(quoted) ? {} : details
  }
}

const outcomeOf = (outcome: Outcome): PasswordRecord.ChangeOutcome => {
  if (Exit.isSuccess(outcome)) {
    const results = (outcome.value as SetVariablesResponse).setVariableResult.filter(isPassword)
    const [result] = results
    // An answer that leaves the item out, or has it twice, says nothing.
    if (result === undefined || results.length > 1) return "Unknown"
    const status = result.attributeStatus
    return status === "Accepted" || status === "RebootRequired" ? status : "Refused"
  }
  const error = Exit.findErrorOption(outcome)
  return error._tag === "Some" && error.value._tag !== "OutcomeUnknown" ? "Refused" : "Unknown"
}

/**
 * Gets ready to send a new password: when this is done, both are accepted, and the store knows. Nothing has changed when it
 * fails.
 */
export const prepare = (
  station: StationProcess,
  request: CallRequest,
  passwords: ReadonlyArray<string>
): Effect.Effect<PasswordChange, NotSent> =>
  Effect.gen(function* () {
    const [password = ""] = passwords
    const problem = passwords.length > 1 ? "more than one new password" : Password.violation(password, longest(station))
    if (problem !== undefined)
      return yield* notSent(request, "InvalidRequest", `${controller}.${variableName}: ${problem}`)
    const { directory, passwords: checks } = station.engine
    const found = yield* Effect.exit(directory.find(station.identity, station.prefix))
    const credentials = Exit.isSuccess(found) ? found.value : undefined
    if (credentials === undefined)
      return yield* notSent(request, "NotStored", "the directory does not say which password the station has now")
    const hash = yield* checks.hash(password)
    const record = PasswordRecord.begin(station.security.password, credentials.passwordHash, hash)
    if (record === undefined)
      return yield* notSent(
        request,
        "NotStored",
        `${PasswordRecord.maxOpen} password changes are undecided; the station must log in before the next one`
      )
    const change = new PasswordChange(station, password, record.last)
    const security = SecurityRecord.withPassword(station.security, record)
    const isStored = yield* Effect.onInterrupt(
      Effect.callback<boolean>((resume) => station.learn(security, [], (ok) => resume(Effect.succeed(ok)))),
      () => Effect.sync(() => change.givenUp())
    )
    if (isStored) return change
    change.givenUp()
    return yield* notSent(request, "NotStored", "the new password could not be stored before it is sent")
  })

const longest = (station: StationProcess): number => longestPassword(station.mirror.provisioning.deviceModel)

/** Most characters of a password: what the station told of the variable, or 40, which every station takes. */
export const longestPassword = (deviceModel: DeviceModel.DeviceModel): number => {
  const known = DeviceModel.find(deviceModel, controller, variableName)?.characteristics
  return Math.min((known && maxLength(known)) ?? 40, 64)
}
