/** How a replayed station answers the CSMS: as it did in the recording. */
import { encodeCallError, encodeCallResult, ocpp201 } from "@wattline/ocpp-core/engine"
import type { Asked, RecordedAnswer } from "./Recording.ts"

/** Answers CALLs of the CSMS from a recording; each answer serves once, an equal request always gets the equal answer. */
export class RecordedAnswers {
  readonly #unused: Array<Asked>
  readonly #equal = new Map<string, RecordedAnswer>()
  /** CALLs so far, and those that the recording has nothing for. */
  asked = 0
  refused = 0

  constructor(asked: ReadonlyArray<Asked>) {
    this.#unused = asked.filter(({ answer }) => answer !== undefined)
  }

  /** The text of the answer. An action that the recording lacks is refused: NotSupported, or NotImplemented if nobody knows it. */
  answer(messageId: string, action: string, payload: unknown): string {
    this.asked++
    const recorded = this.#find(action, payload)
    if (recorded === undefined) {
      this.refused++
      return ocpp201.actions.has(action)
        ? encodeCallError(messageId, "NotSupported", "The recording has no answer to this")
        : encodeCallError(messageId, "NotImplemented", "The action is not known")
    }
    return recorded._tag === "Result"
      ? encodeCallResult(messageId, recorded.payload)
      : encodeCallError(messageId, recorded.errorCode, recorded.errorDescription, recorded.errorDetails)
  }

  #find(action: string, payload: unknown): RecordedAnswer | undefined {
    const request = `${action} ${JSON.stringify(payload)}`
    const equal = this.#unused.findIndex(
      (asked) => asked.action === action && JSON.stringify(asked.payload) === request.slice(action.length + 1)
    )
    const at = equal >= 0 ? equal : this.#unused.findIndex((asked) => asked.action === action)
    if (equal < 0 && this.#equal.has(request)) return this.#equal.get(request)
    const answer = at < 0 ? undefined : this.#unused.splice(at, 1)[0]?.answer
    if (answer !== undefined) this.#equal.set(request, answer)
    return answer
  }
}
