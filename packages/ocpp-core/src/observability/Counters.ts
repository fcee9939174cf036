/**
 * What one CSMS has counted since it was made: plain fields, because a frame may cost nothing here. `Metrics` reads them
 * when somebody looks.
 */
import { type ErrorCode, errorCodes } from "../rpc/ErrorCode.ts"
import { Durations } from "./Durations.ts"

/** Counts by key; every key is there from the beginning. */
type Tally<K extends string> = Record<K, number>

const tally = <K extends string>(keys: ReadonlyArray<K>): Tally<K> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Tally<K>

/** The close codes that are counted by themselves; a station could make up any other, so those are one. */
const closeCodes = [
  "1000",
  "1001",
  "1002",
  "1003",
  "1005",
  "1006",
  "1007",
  "1008",
  "1009",
  "1010",
  "1011",
  "1012",
  "1013",
  "other"
] as const

/** How an upgrade request can end: HTTP status, or the close code where the upgrade was finished and closed. */
const admissionStatuses = ["101", "400", "401", "403", "404", "429", "503", "1002"] as const

/** Every limit that can be reached: of a connection, of an adapter, of admission. */
export const limits = [
  "messagesPerSecond",
  "bytesPerSecond",
  "invalidMessagesPerMinute",
  "maxUnansweredCalls",
  "maxEarlyFrames",
  "messageBytes",
  "sendBuffer",
  "pendingSockets",
  "handshakeTime",
  "silence",
  "connectionAttemptsPerAddress",
  "failedAttemptsPerAddress",
  "connectionAttemptsPerIdentity",
  "maxConnections",
  "maxPendingAdmissions"
] as const

/** What can become of a message that does not conform. */
const outcomes = ["repaired", "reported", "refused"] as const

/** See the head of the file. One per CSMS. */
export class Counters {
  /** Links open now. */
  open = 0
  /** Links that were ever opened. */
  opened = 0
  callsIn = 0
  callResultsIn = 0
  callErrorsIn = 0
  /** Binary messages, and texts that are no frame. */
  unreadableIn = 0
  /** UTF-16 code units of the texts. */
  bytesIn = 0
  callsOut = 0
  callResultsOut = 0
  callErrorsOut = 0
  bytesOut = 0
  readonly closed = tally(closeCodes)
  readonly admissions = tally(admissionStatuses)
  readonly errorsIn: Tally<ErrorCode> = tally(errorCodes)
  readonly errorsOut: Tally<ErrorCode> = tally(errorCodes)
  readonly limits = tally(limits)
  /** Payloads of stations that break a schema, by what became of them. */
  readonly nonConforming = { request: tally(outcomes), response: tally(outcomes) }
  /** From the sending of a CALL to its answer. */
  readonly calls = new Durations()
  /** From the start of a handler to its end. */
  readonly handlers = new Durations()

  /** A link is open. */
  linkOpened(): void {
    this.open++
    this.opened++
  }

  /** A link is gone. */
  linkClosed(code: number): void {
    this.open--
    const { closed } = this
    const key = String(code)
    closed[key in closed ? (key as keyof typeof closed) : "other"]++
  }

  /** An upgrade request was decided on. */
  admitted(status: number): void {
    const { admissions } = this
    const key = String(status)
    if (key in admissions) admissions[key as keyof typeof admissions]++
  }
}
