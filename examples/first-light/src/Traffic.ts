/** How many CALLs went to and fro, and what went wrong with them, as the CSMS saw it. */
import { Context, Layer } from "effect"

/** Counts; changed by whoever prints the message. */
export class Traffic extends Context.Service<
  Traffic,
  {
    /** CALLs of stations. */
    received: number
    /** Of these the parts of reports. */
    reportParts: number
    /** CALLs of ours. */
    sent: number
    /** CALLs of stations that we answered with a CALLERROR. */
    refused: number
    /** Handlers that failed, answers that came late, events that were missed. */
    failed: number
    /** Transactions that run, by station and id, and how many have ended. */
    readonly running: Set<string>
    ended: number
  }
>()("first-light/Traffic") {
  static readonly layer = Layer.sync(Traffic, () => ({
    received: 0,
    reportParts: 0,
    sent: 0,
    refused: 0,
    failed: 0,
    running: new Set<string>(),
    ended: 0
  }))
}
