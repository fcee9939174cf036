/** What `waitFor` of a virtual station is rejected with when its time is over. */
import * as Data from "effect/Data"

/** What was waited for did not happen in time. */
export class WaitTimeout extends Data.TaggedError("WaitTimeout")<{
  /** How long it was waited. */
  readonly milliseconds: number
}> {
  override get message(): string {
    return `What was waited for did not happen within ${this.milliseconds / 1000} s`
  }
}
