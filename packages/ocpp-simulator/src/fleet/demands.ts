/** What a run must have shown, for CI: read from flags, and held against the report. Pure. */
import * as Result from "effect/Result"
import { failedOf } from "../report/counts.ts"
import { figureText, shareText } from "../report/numbers.ts"
import type { Report } from "../report/Report.ts"
import { ScenarioInvalid } from "../scenario/Given.ts"

/** What must be so in the end; what is left out may be as it likes. */
export interface Demands {
  /** Percent of the CALLs to the CSMS that may fail: CALLERROR, timeout, lost, invalid. */
  readonly maxFailed: number | undefined
  /** Sessions that must have ended. */
  readonly minSessions: number | undefined
}

const invalid = (flag: string, text: string, allowed: string) =>
  Result.fail(new ScenarioInvalid({ place: { flag }, path: "", problem: `cannot be ${JSON.stringify(text)}`, allowed }))

/** Reads the values of `--max-failed` and `--min-sessions`. */
export const readDemands = (
  maxFailed: string | undefined,
  minSessions: string | undefined
): Result.Result<Demands, ScenarioInvalid> => {
  const percent =
    maxFailed === undefined ? undefined : /^\d+(?:\.\d+)?%?$/u.test(maxFailed) ? parseFloat(maxFailed) : 101
  if (maxFailed !== undefined && percent !== undefined && percent > 100)
    return invalid("--max-failed", maxFailed, "a percentage from 0 to 100, like 0 or 0.5")
  if (minSessions !== undefined && !/^\d+$/u.test(minSessions))
    return invalid("--min-sessions", minSessions, "a whole number")
  return Result.succeed({
    maxFailed: percent,
    minSessions: minSessions === undefined ? undefined : Number(minSessions)
  })
}

/** What is not as it must be, a sentence each. */
export const unmet = (
  { messages, sessions }: Report,
  { maxFailed = 100, minSessions = 0 }: Demands
): ReadonlyArray<string> => {
  const failed = failedOf(messages)
  return [
    ...(failed * 100 > maxFailed * messages.toCsms
      ? [`${shareText(failed, messages.toCsms)} of the CALLs failed; allowed: ${figureText(maxFailed)} %.`]
      : []),
    ...(sessions.ended < minSessions ? [`Sessions that ended: ${sessions.ended}; wanted: ${minSessions}.`] : [])
  ]
}
