/** Reading and writing variables: split as the station needs it, matched by name, told item by item (B05, B06). */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type {
  GetVariableResultType,
  GetVariableStatusEnumType,
  SetVariableDataType,
  SetVariableResultType,
  SetVariableStatusEnumType,
  StatusInfoType
} from "@wattline/ocpp-v201"
import { type DeviceModel, isSecret, value, type VariableQuery } from "../blocks/DeviceModel.ts"
import { parsed } from "../blocks/DeviceModelAccess.ts"
import { attributeKey, type AttributeTarget } from "../blocks/DeviceModelChanges.ts"
import type { VariableValue } from "../blocks/VariableValue.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import {
  batches,
  callBytes,
  limitVariables,
  type RequestLimits,
  requestLimits,
  targetOf
} from "./ProvisioningBatches.ts"
import { type AllowedProblems, prepare, type SetVariableItem, type SetVariableProblem } from "./ProvisioningChecks.ts"

export type { AllowedProblems, SetVariableItem, SetVariableProblem } from "./ProvisioningChecks.ts"

/** How variables are read or written; the rest holds for each request. */
export interface VariablesOptions extends CallOptions {
  /** Items in one request as long as the station has not told its limit, and reported nothing. Default 1 (B-6, DM-16). */
  readonly itemsPerMessage?: number
  /** Reads the limits of the station first, if they are not known (B-6). Default false. */
  readonly readLimits?: boolean
}

/** How variables are written. */
export interface SetVariablesOptions extends VariablesOptions {
  /**
   * What a value may be all the same, by what the device model knows of its variable, such as `["NotListed"]`; `"All"` leaves it
   * all to the station (B-5). Default: nothing.
   */
  readonly allow?: AllowedProblems
}

/** What became of one variable that was asked for; `Missing`: the station left it out of its answer (B-3, B-10). */
export type GetVariableOutcome = { readonly item: VariableQuery } & (
  | { readonly status: "Accepted"; readonly value: VariableValue }
  | {
      readonly status: Exclude<GetVariableStatusEnumType, "Accepted"> | "Missing"
      readonly statusInfo?: StatusInfoType
    }
)

/** What became of one variable that was to be set; `Missing`: the station left it out of its answer (B-3, B-4). */
export interface SetVariableOutcome {
  /** As it was asked for, without the value. */
  readonly item: VariableQuery
  readonly status: SetVariableStatusEnumType | "Missing"
  readonly statusInfo?: StatusInfoType
}

/** What became of all items. */
export interface VariablesResult<Outcome> {
  /** One for each item, in the order they were asked for. */
  readonly outcomes: ReadonlyArray<Outcome>
  /** Results for what nobody asked for (B-3). */
  readonly unexpected: ReadonlyArray<AttributeTarget>
}

interface PartialResult<Outcome> extends VariablesResult<Outcome> {
  readonly identity: string
  /** Items of the request that failed: it depends on `failure` whether the station knows of them. */
  readonly unanswered: ReadonlyArray<VariableQuery>
  /** Items of which the station knows nothing. */
  readonly notAttempted: ReadonlyArray<VariableQuery>
  readonly failure: CallFailure
}

/** One of several requests failed; `outcomes` holds what was read before (B-7). */
export class PartlyRead extends Data.TaggedError("PartlyRead")<PartialResult<GetVariableOutcome>> {
  override get message(): string {
    return `${this.identity}: ${this.outcomes.length} variables were read, then: ${this.failure.message}`
  }
}

/** One of several requests failed; `outcomes` holds what was set before (B-7). Holds no values. */
export class PartlySet extends Data.TaggedError("PartlySet")<PartialResult<SetVariableOutcome>> {
  override get message(): string {
    return `${this.identity}: ${this.outcomes.length} variables were told, then: ${this.failure.message}`
  }
}

/** Some items cannot be set as they are; nothing was sent (B-2, B-5). Holds no values. */
export class InvalidVariables extends Data.TaggedError("InvalidVariables")<{
  readonly identity: string
  readonly problems: ReadonlyArray<{ readonly item: VariableQuery; readonly problem: SetVariableProblem }>
}> {
  override get message(): string {
    const tags = this.problems.map(({ problem }) => problem._tag)
    return `SetVariables was not sent to ${this.identity}: ${[...new Set(tags)].join(", ")}`
  }
}

/**
 * Reads any number of variables: one request after the other, each as large as the station takes it (B-8, B06.FR.05,
 * TC_B_08), results in the order asked and parsed by data type (B-9). A negative status is a value. Where the station says
 * that a request was too large, the rest goes one by one, once (B-11). Works while Pending.
 *
 * Fails as `station.call` does; with `PartlyRead` when there are several requests and one of them fails.
 *
 * @example
 * const { outcomes } = yield* Provisioning.getVariables(station, [
 *   { component: "OCPPCommCtrlr", variable: "OfflineThreshold" },
 *   { component: "EVSE", variable: "Power", evseId: 1, attribute: "MaxSet" }
 * ])
 */
export const getVariables: (
  station: Station,
  items: ReadonlyArray<VariableQuery>,
  options?: VariablesOptions
) => Effect.Effect<VariablesResult<GetVariableOutcome>, CallFailure | PartlyRead> = Effect.fn(
  "Provisioning.getVariables"
)(function* (station, items, options = {}) {
  const limits = yield* limitsOf(station, "GetVariables", options)
  const { deviceModel } = (yield* station.snapshot).mirror.provisioning
  const asked = items.map((item): Asked<AttributeTarget> => askedFor(item, targetOf(deviceModel, item)))
  const distinct = asked.filter(({ key }, at) => asked.findIndex((other) => other.key === key) === at)
  const run = yield* inBatches(distinct, limits, callBytes("GetVariables", "getVariableData", []), true, (batch) =>
    Effect.map(
      station.call("GetVariables", { getVariableData: batch.map(({ data }) => ({ ...data })) }, options),
      ({ getVariableResult }) => getVariableResult
    )
  )
  const result = joined(asked, run, (item, told) => readOutcome(deviceModel, item, told))
  if (run.failure === undefined) return result
  if (run.isOnly) return yield* Effect.fail(run.failure)
  return yield* new PartlyRead({ identity: station.identity, ...result, ...run.rest, failure: run.failure })
})

/**
 * Sets any number of variables: one request after the other, each as large as the station takes it (B-1, B05.FR.11), results
 * in the order asked (B-4). A negative status is a value, `RebootRequired` among them. Works while Pending. Values are
 * encoded as the standard wants them (DM-14) and checked first against characteristics, mutability and size limits (B-5).
 *
 * Fails as `station.call` does; with `InvalidVariables` before anything is sent, also for a variable that is there twice
 * (B-2, B05.FR.13); with `PartlySet` when there are several requests and one of them fails (B-7).
 *
 * @example
 * const { outcomes } = yield* Provisioning.setVariables(station, [
 *   { component: "OCPPCommCtrlr", variable: "HeartbeatInterval", value: 300 },
 *   { component: "AuthCtrlr", variable: "AuthorizeRemoteStart", value: false }
 * ])
 */
export const setVariables: (
  station: Station,
  items: ReadonlyArray<SetVariableItem>,
  options?: SetVariablesOptions
) => Effect.Effect<VariablesResult<SetVariableOutcome>, CallFailure | InvalidVariables | PartlySet> = Effect.fn(
  "Provisioning.setVariables"
)(function* (station, items, options = {}) {
  const limits = yield* limitsOf(station, "SetVariables", options)
  const { deviceModel } = (yield* station.snapshot).mirror.provisioning
  const { data, problems } = prepare(deviceModel, items, options.allow, limits)
  if (problems.length > 0) return yield* new InvalidVariables({ identity: station.identity, problems })
  const asked = data.map(({ data: sent, item }): Asked<SetVariableDataType> => askedFor(item, sent))
  const run = yield* inBatches(asked, limits, callBytes("SetVariables", "setVariableData", []), false, (batch) =>
    Effect.map(
      station.call("SetVariables", { setVariableData: batch.map(({ data: sent }) => sent) }, options),
      ({ setVariableResult }) => setVariableResult
    )
  )
  const result = joined(asked, run, setOutcome)
  if (run.failure === undefined) return result
  if (run.isOnly) return yield* Effect.fail(run.failure)
  return yield* new PartlySet({ identity: station.identity, ...result, ...run.rest, failure: run.failure })
})

/** What the station takes in one request; asks it when that is wanted and not known. */
const limitsOf = Effect.fnUntraced(function* (
  station: Station,
  action: "GetVariables" | "SetVariables",
  { itemsPerMessage = 1, readLimits = false, ...options }: VariablesOptions
) {
  const model = Effect.map(station.snapshot, ({ mirror }) => mirror.provisioning.deviceModel)
  if (readLimits) {
    const before = yield* model
    const unknown = limitVariables(action).filter((query) => value(before, query) === undefined)
    // One that cannot be read is one that is not known; what is wrong with the link shows in the request itself.
    if (before.reportedAt === undefined && unknown.length > 0)
      yield* Effect.ignore(getVariables(station, unknown, options))
  }
  return requestLimits(yield* model, action, itemsPerMessage)
})

interface Asked<Data> {
  readonly item: VariableQuery
  readonly key: string
  readonly data: Data
}

const askedFor = <Data extends AttributeTarget>(item: VariableQuery, data: Data): Asked<Data> => ({
  item,
  key: attributeKey(data),
  data
})

/** How far it came. */
interface Run<Told> {
  readonly told: ReadonlyMap<string, Told>
  readonly answered: ReadonlySet<string>
  readonly unexpected: ReadonlyArray<AttributeTarget>
  readonly failure: CallFailure | undefined
  /** Whether there was one request. */
  readonly isOnly: boolean
  readonly rest: Pick<PartialResult<never>, "unanswered" | "notAttempted">
}

const inBatches = Effect.fnUntraced(function* <Data, Told extends AttributeTarget>(
  asked: ReadonlyArray<Asked<Data>>,
  limits: RequestLimits,
  overhead: number,
  mayShrink: boolean,
  send: (batch: ReadonlyArray<Asked<Data>>) => Effect.Effect<ReadonlyArray<Told>, CallFailure>
) {
  const told = new Map<string, Told>()
  const answered = new Set<string>()
  const unexpected: Array<AttributeTarget> = []
  let left = batches(asked, limits, overhead, ({ data }) => data)
  let isOnly = left.length <= 1
  let failure: CallFailure | undefined
  while (left[0] !== undefined) {
    const [batch, ...behind] = left as [Array<Asked<Data>>, ...Array<Array<Asked<Data>>>]
    const answer = yield* Effect.result(send(batch))
    if (answer._tag === "Success") {
      for (const { key } of batch) answered.add(key)
      for (const one of answer.success) {
        const key = attributeKey(one)
        if (!answered.has(key) || told.has(key)) unexpected.push(nameOf(one))
        else told.set(key, one)
      }
      left = behind
    } else if (mayShrink && batch.length > 1 && isTooLarge(answer.failure)) {
      left = left.flat().map((one) => [one])
      isOnly = false
    } else {
      failure = answer.failure
      break
    }
  }
  const rest = {
    unanswered: (left[0] ?? []).map(({ item }) => item),
    notAttempted: left
      .slice(1)
      .flat()
      .map(({ item }) => item)
  }
  return { told, answered, unexpected, failure, isOnly, rest } satisfies Run<Told>
})

/** B06.FR.16, B06.FR.17. */
const isTooLarge = (failure: CallFailure): boolean =>
  failure._tag === "CallError" &&
  (failure.errorCode === "OccurrenceConstraintViolation" || failure.errorCode === "FormatViolation")

const nameOf = ({ attributeType, component, variable }: AttributeTarget): AttributeTarget => ({
  component,
  variable,
  ...(attributeType !== undefined && { attributeType })
})

const joined = <Told, Outcome>(
  asked: ReadonlyArray<Asked<unknown>>,
  { answered, told, unexpected }: Run<Told>,
  outcomeOf: (item: VariableQuery, told: Told | undefined) => Outcome
): VariablesResult<Outcome> => ({
  outcomes: asked.filter(({ key }) => answered.has(key)).map(({ item, key }) => outcomeOf(item, told.get(key))),
  unexpected
})

const readOutcome = (
  model: DeviceModel,
  item: VariableQuery,
  told: GetVariableResultType | undefined
): GetVariableOutcome => {
  if (told === undefined) return { item, status: "Missing" }
  const { attributeStatus: status, attributeStatusInfo: statusInfo, attributeValue, variable } = told
  if (status !== "Accepted") return { item, status, ...(statusInfo && { statusInfo }) }
  // What must not be held is not handed on either.
  return { item, status, value: parsed(model, item, isSecret(variable) ? "" : (attributeValue ?? "")) }
}

const setOutcome = (item: VariableQuery, told: SetVariableResultType | undefined): SetVariableOutcome => {
  if (told === undefined) return { item, status: "Missing" }
  const { attributeStatus: status, attributeStatusInfo: statusInfo } = told
  return { item, status, ...(statusInfo && { statusInfo }) }
}
