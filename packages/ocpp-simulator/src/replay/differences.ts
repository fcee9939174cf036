/** In what the answers of a CSMS differ from those in the recording. Only what decides is compared: codes and statuses. Pure. */
import type { RecordedAnswer } from "./Recording.ts"

/** How a CALL fared: answered, or not; `not sent`: there was no connection. */
export type Outcome = RecordedAnswer | { readonly _tag: "NoAnswer"; readonly reason: "timeout" | "closed" | "not sent" }

/** One difference. */
export interface Difference {
  /** The line of the recording that holds the CALL. */
  readonly line: number
  readonly action: string
  /** Where: `idTokenInfo.status`, or `answer` for the kind of answer. */
  readonly path: string
  readonly recorded: string
  readonly replayed: string
}

const isStatus = (name: string): boolean => name === "status" || name.endsWith("Status")

/** Every status in a payload, by path. */
const statuses = (payload: unknown, path = "", found = new Map<string, string>()): ReadonlyMap<string, string> => {
  if (Array.isArray(payload)) payload.forEach((item, at) => statuses(item, `${path}[${at}]`, found))
  else if (typeof payload === "object" && payload !== null)
    for (const [name, value] of Object.entries(payload)) {
      const inside = path === "" ? name : `${path}.${name}`
      if (isStatus(name) && typeof value === "string") found.set(inside, value)
      else if (name !== "customData") statuses(value, inside, found)
    }
  return found
}

const kindOf = (outcome: Outcome): string =>
  outcome._tag === "Result"
    ? "CALLRESULT"
    : outcome._tag === "Error"
      ? `CALLERROR ${outcome.errorCode}`
      : outcome.reason

/** The differences between an answer then and now; none when there was no answer then. */
export const differences = (
  {
    action,
    answer,
    line
  }: { readonly line: number; readonly action: string; readonly answer: RecordedAnswer | undefined },
  replayed: Outcome
): ReadonlyArray<Difference> => {
  if (answer === undefined) return []
  const [before, now] = [kindOf(answer), kindOf(replayed)]
  if (before !== now) return [{ line, action, path: "answer", recorded: before, replayed: now }]
  if (answer._tag !== "Result" || replayed._tag !== "Result") return []
  const then = statuses(answer.payload)
  const since = statuses(replayed.payload)
  return Array.from(new Set([...then.keys(), ...since.keys()])).flatMap((path) =>
    then.get(path) === since.get(path)
      ? []
      : [{ line, action, path, recorded: then.get(path) ?? "absent", replayed: since.get(path) ?? "absent" }]
  )
}
