/** What a station sends that is not as the schemas want it: judged, counted, told, and kept for whoever looks. */
import type { NonConformingMessage } from "../csms/Events.ts"
import type { ValidationPolicy } from "../csms/ValidationPolicy.ts"
import type { ActionRule, Violation } from "../rpc/Protocol.ts"
import { repair } from "../rpc/Repair.ts"
import type { StationProcess } from "./Station.ts"

/** How a station departs from the schemas, since this process knows it. Plain data, bounded, not stored. */
export interface NonConformance {
  /** Messages that did not conform, by what became of them. */
  readonly repaired: number
  readonly reported: number
  readonly refused: number
  /** The fields, most recent first; at most 32, the ones longest ago are forgotten. */
  readonly fields: ReadonlyArray<NonConformingField>
}

/** One field of one message. */
export interface NonConformingField {
  readonly action: string
  readonly direction: "request" | "response"
  /** JSON pointer with `*` for every place in a list; `""` is the payload itself. */
  readonly path: string
  /** The JSON Schema keyword that failed. */
  readonly keyword: string
  readonly count: number
  /** CSMS clock in milliseconds since 1970. */
  readonly lastAt: number
}

/** What becomes of a message that does not conform. */
export type Outcome = "repaired" | "reported" | "refused"

/** A message that was judged. `payload` is the repaired one. */
type Verdict =
  | { readonly outcome: "repaired"; readonly payload: object }
  | { readonly outcome: "reported"; readonly violation: Violation | undefined }
  | { readonly outcome: "refused"; readonly violation: Violation | undefined }

const maxFields = 32

const nothing: NonConformance = { repaired: 0, reported: 0, refused: 0, fields: [] }

/** The summary after one more message. Pure. */
export const recorded = (
  summary: NonConformance = nothing,
  { action, direction, errors }: Pick<NonConformingMessage, "action" | "direction" | "errors">,
  outcome: Outcome,
  at: number
): NonConformance => {
  const { fields } = errors.reduce<Pick<NonConformance, "fields">>((before, { keyword, path }) => {
    const place = path.replaceAll(/\/\d+(?=\/|$)/g, "/*")
    const isSame = (field: NonConformingField): boolean =>
      field.path === place && field.keyword === keyword && field.action === action && field.direction === direction
    const count = (before.fields.find(isSame)?.count ?? 0) + 1
    const others = before.fields.filter((field) => !isSame(field))
    return { fields: [{ action, direction, path: place, keyword, count, lastAt: at }, ...others].slice(0, maxFields) }
  }, summary)
  return { ...summary, [outcome]: summary[outcome] + 1, fields }
}

/**
 * Judges a payload that the validator has just refused, by the policy of the CSMS for this station and message. The
 * violation of a message that is not repaired is the first one, also when repairs were tried.
 */
export const judge = (
  station: StationProcess,
  rule: ActionRule,
  direction: "request" | "response",
  payload: object
): Verdict => {
  const validate = direction === "request" ? rule.validateRequest : rule.validateResponse
  const violation = validate.errors?.[0]
  const policy = policyFor(station, rule, direction, payload)
  const repaired = policy === "lenient" ? repair(validate, payload) : undefined
  if (repaired !== undefined) {
    tell(station, rule.action, direction, policy, "repaired", repaired.violations)
    return { outcome: "repaired", payload: repaired.payload as object }
  }
  const reports = policy === "report" && isAnswerable(rule, direction, violation)
  const outcome = reports ? "reported" : "refused"
  tell(station, rule.action, direction, policy, outcome, violation === undefined ? [] : [violation])
  return { outcome, violation }
}

/** Whether `report` may answer: a request with all top-level fields, and none that decides who the station is. */
const isAnswerable = (rule: ActionRule, direction: "request" | "response", violation: Violation | undefined): boolean =>
  direction === "request" &&
  rule.pending !== "boot" &&
  !(violation?.keyword === "required" && violation.instancePath === "")

const policyFor = (
  { engine, identity, mirror }: StationProcess,
  { action, pending }: ActionRule,
  direction: "request" | "response",
  payload: object
): ValidationPolicy => {
  // A BootNotification says what the station is now, valid or not.
  const boot = pending === "boot" && direction === "request"
  const told: unknown = boot ? (payload as Fields)["chargingStation"] : mirror.provisioning.chargingStation
  const text = (key: string): string | undefined => {
    const value = typeof told === "object" && told !== null ? (told as Fields)[key] : undefined
    return typeof value === "string" ? value : undefined
  }
  return engine.settings.validation({
    identity,
    vendorName: text("vendorName"),
    model: text("model"),
    firmwareVersion: text("firmwareVersion"),
    action,
    direction
  })
}

type Fields = Readonly<Record<string, unknown>>

const tell = (
  station: StationProcess,
  action: string,
  direction: "request" | "response",
  policy: ValidationPolicy,
  outcome: Outcome,
  violations: ReadonlyArray<Violation>
): void => {
  const errors = violations.map(({ instancePath, keyword }) => ({ path: instancePath, keyword })) // no values
  station.engine.counters.nonConforming[direction][outcome]++
  station.nonConformance = recorded(station.nonConformance, { action, direction, errors }, outcome, station.now())
  station.emit({
    _tag: "NonConformingMessage",
    action,
    direction,
    errors,
    policy,
    repaired: outcome === "repaired"
  })
}
