/** How the operations of a test station fail, apart from `PeerClosed`. */
import * as Schema from "effect/Schema"

/** The CSMS answered a CALL of the station with CALLERROR. */
export class StationCallError extends Schema.TaggedError<StationCallError>()("StationCallError", {
  action: Schema.String,
  messageId: Schema.String,
  /** As received, also when it is none of the 12 codes. */
  code: Schema.String,
  description: Schema.String,
  details: Schema.Unknown
}) {
  override get message(): string {
    return `${this.action} (${this.messageId}) was answered ${this.code}: ${this.description}`
  }
}

/** The CSMS did not answer a CALL of the station in time. */
export class CallTimeout extends Schema.TaggedError<CallTimeout>()("CallTimeout", {
  action: Schema.String,
  messageId: Schema.String,
  /** How long the station waited, in milliseconds. */
  millis: Schema.Number
}) {
  override get message(): string {
    return `${this.action} (${this.messageId}) was not answered within ${this.millis} ms`
  }
}

/** The CSMS did not do what the script expects. */
export class ExpectationFailed extends Schema.TaggedError<ExpectationFailed>()("ExpectationFailed", {
  /** What came and what should have come, line by line, with the last frames of the connection. */
  message: Schema.String
}) {}
