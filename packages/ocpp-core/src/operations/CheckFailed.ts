/** What an operation finds wrong before it sends anything. */
import * as Data from "effect/Data"

/** One rule that a request breaks. */
export interface BrokenRule {
  /** The statement or requirement, such as `F01.FR.11` or `K-12`. */
  readonly rule: string
  /** What is wrong, for the author of the CSMS. Holds no token. */
  readonly detail: string
}

/** Rules that may be broken, such as `["K-17"]`; `"All"` leaves it all to the station. */
export type AllowedRules = ReadonlyArray<string> | "All"

/** What is left against sending. */
export const unallowed = (broken: ReadonlyArray<BrokenRule>, allow: AllowedRules = []): ReadonlyArray<BrokenRule> =>
  allow === "All" ? [] : broken.filter(({ rule }) => !allow.includes(rule))

/**
 * Nothing was sent: what was asked for breaks rules of the standard that no schema can state, or what the station reported
 * of itself says that it cannot do it.
 */
export class CheckFailed extends Data.TaggedError("CheckFailed")<{
  readonly identity: string
  readonly action: string
  /** At least one. */
  readonly broken: ReadonlyArray<BrokenRule>
}> {
  override get message(): string {
    const rules = this.broken.map(({ detail, rule }) => `${detail} (${rule})`).join("; ")
    return `${this.action} was not sent to ${this.identity}: ${rules}`
  }
}
