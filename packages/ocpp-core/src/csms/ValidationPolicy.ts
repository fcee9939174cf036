/** What is done with a message of a station that is not as the schemas want it: a table, the first row that fits decides. */
import { type Action, actions } from "@wattline/ocpp-v201"
import { identityKey } from "../transport/Handshake.ts"

/**
 * - `strict`: it is refused.
 * - `lenient`: what has an obvious repair is repaired, and the message handled as if it had come so; else it is refused.
 * - `report`: a request is answered by default, as if its handler had failed, and what it says goes nowhere. Not for
 *   BootNotification and not for responses: there it is the same as `strict`.
 */
export type ValidationPolicy = "strict" | "lenient" | "report"

/** One row. What is left out fits everything; texts compare without case, and may end with `*` but for the identity. */
export interface ValidationRule {
  readonly identity?: string
  /** `chargingStation.vendorName` of the last BootNotification. */
  readonly vendorName?: string
  /** `chargingStation.model` of the last BootNotification. */
  readonly model?: string
  /** `chargingStation.firmwareVersion` of the last BootNotification. */
  readonly firmwareVersion?: string
  readonly action?: Action
  /** `request`: CALLs of the station. `response`: its answers to our CALLs. */
  readonly direction?: "request" | "response"
  readonly policy: ValidationPolicy
}

/** The message that is judged. */
export interface Judged {
  readonly identity: string
  readonly vendorName: string | undefined
  readonly model: string | undefined
  readonly firmwareVersion: string | undefined
  readonly action: string
  readonly direction: "request" | "response"
}

/** The compiled table. */
export type PolicyOf = (message: Judged) => ValidationPolicy

type Test = (message: Judged) => boolean

const columns = ["identity", "vendorName", "model", "firmwareVersion", "action", "direction"] as const
const policies: ReadonlyArray<unknown> = ["strict", "lenient", "report"]
const directions: ReadonlyArray<unknown> = ["request", "response"]

/** Compiles the rows; `strict` where none fits. Throws a `RangeError` that names the row that makes no sense. */
export const compileValidation = (rules: ReadonlyArray<ValidationRule> = []): PolicyOf => {
  const rows = rules.map((rule, i) => {
    const problem = problemOf(rule)
    if (problem !== undefined) throw new RangeError(`Csms option validation, rule ${i + 1}: ${problem}`)
    return { policy: rule.policy, tests: columns.flatMap((column): Array<Test> => testOf(column, rule[column])) }
  })
  return (message) => rows.find(({ tests }) => tests.every((fits) => fits(message)))?.policy ?? "strict"
}

const problemOf = (rule: ValidationRule): string | undefined => {
  const unknown = Object.keys(rule).find((key) => key !== "policy" && !(columns as ReadonlyArray<string>).includes(key))
  if (unknown !== undefined) return `there is no column ${unknown}`
  if (!policies.includes(rule.policy)) return `policy is one of ${policies.join(", ")}, not ${rule.policy}`
  if (rule.direction !== undefined && !directions.includes(rule.direction))
    return `direction is one of ${directions.join(", ")}, not ${rule.direction}`
  if (rule.action !== undefined && !Object.hasOwn(actions, rule.action)) return `there is no action ${rule.action}`
  const empty = columns.find((column) => rule[column] === "")
  return empty === undefined ? undefined : `${empty} is empty`
}

const testOf = (column: (typeof columns)[number], wanted: string | undefined): Array<Test> => {
  if (wanted === undefined) return []
  if (column === "action" || column === "direction") return [(message) => message[column] === wanted]
  if (column === "identity") {
    const key = identityKey(wanted)
    return [({ identity }) => identityKey(identity) === key]
  }
  const text = wanted.toLowerCase()
  if (!text.endsWith("*")) return [(message) => message[column]?.toLowerCase() === text]
  const start = text.slice(0, -1)
  return [(message) => message[column]?.toLowerCase().startsWith(start) === true]
}
