/**
 * Checks a recorded log against the rules of OCPP 2.0.1: a fold over the records, with one bounded state for each station.
 * Pure: nothing here reads a file or a clock. Form is judged by `frames.ts`, what each message means by the checks below.
 */
import { decode } from "@wattline/ocpp-core/engine"
import { answered } from "./answers.ts"
import { called } from "./calls.ts"
import type { Finding, Tell } from "./Finding.ts"
import { followUps } from "./followUps.ts"
import { frameProblems } from "./frames.ts"
import { gate } from "./gate.ts"
import { guessSide } from "./guessSide.ts"
import { itemLimits } from "./limits.ts"
import { isRecord, type LogRecord, readLine, type Side, type UnreadableLine } from "./LogRecord.ts"
import { outcomes } from "./outcomes.ts"
import {
  defaultOptions,
  type LintOptions,
  type MakeCheck,
  named,
  otherSide,
  type SentCall,
  StationLog,
  type Watched
} from "./StationLog.ts"
import { timing } from "./timing.ts"
import { transactions } from "./transactions.ts"

/** Every group of rules that has a memory. */
const made: ReadonlyArray<MakeCheck> = [timing, gate, itemLimits, transactions, followUps, outcomes]

const identityString = /^[A-Za-z0-9*\-_=:+|@.]{1,48}$/

/** Reads records one after the other; `push` and `end` give what they find. */
export class Linter {
  readonly #options: LintOptions
  readonly #stations = new Map<string, Watched>()
  #findings: Array<Finding> = []

  constructor(options: Partial<LintOptions> = {}) {
    this.#options = { ...defaultOptions, ...options }
  }

  /** Stations so far. */
  get stations(): number {
    return this.#stations.size
  }

  /** Reads one more record, or a line that is none. Never throws. */
  push(record: LogRecord | UnreadableLine): ReadonlyArray<Finding> {
    if (!isRecord(record)) {
      const { line, problem } = record
      return [{ line, identity: "", severity: "warning", rules: ["log"], action: undefined, message: problem }]
    }
    const watched = this.#of(record)
    const { log } = watched
    log.line = record.line
    log.at = record.at
    log.beganAt ??= record.at
    if (record.event !== undefined) this.#event(watched, record)
    if (record.text !== undefined) this.#frame(watched, record, record.text)
    return this.#take()
  }

  /** The log is over: what is still due, and what never came. */
  end(): ReadonlyArray<Finding> {
    for (const watched of this.#stations.values()) {
      const tell = this.#tell(watched.log)
      for (const check of watched.checks) check.end?.(tell)
      this.#overdue(watched, tell)
    }
    return this.#take()
  }

  #take(): ReadonlyArray<Finding> {
    if (this.#findings.length === 0) return []
    const findings = this.#findings
    this.#findings = []
    return findings
  }

  /** Identities are compared without regard to case. */
  #of({ identity, line }: LogRecord): Watched {
    const key = identity.toLowerCase()
    const known = this.#stations.get(key)
    if (known !== undefined) return known
    const log = new StationLog(identity, this.#options)
    log.line = line
    if (identity !== "" && !identityString.test(identity))
      this.#tell(log)("warning", ["R-023"], "an identity has 1 to 48 characters out of a-z A-Z 0-9 * - _ = : + | @ .")
    const watched: Watched = { log, checks: made.map((make) => make(log)), replacedAt: undefined }
    this.#stations.set(key, watched)
    return watched
  }

  #tell(log: StationLog, action?: string): Tell {
    return (severity, rules, message, at) => {
      this.#findings.push({
        line: at?.line ?? log.line,
        identity: log.identity,
        severity,
        rules,
        action: at === undefined ? action : at.action,
        message
      })
    }
  }

  #event(watched: Watched, { code, event, protocol }: LogRecord): void {
    const { log } = watched
    const tell = this.#tell(log)
    if (event === "binary") tell("error", ["R-014", "R-079"], "a binary message; OCPP-J has text messages only")
    else if (event === "open") {
      this.#opened(watched, tell)
      log.isOpenLogged = true
      if (protocol !== undefined && protocol !== "ocpp2.0.1")
        tell(
          "error",
          ["R-006", "R-230"],
          `the subprotocol is ${JSON.stringify(protocol)}; that of OCPP 2.0.1 is "ocpp2.0.1"`
        )
    } else if (this.#isOfReplaced(watched)) watched.replacedAt = undefined
    else this.#closed(watched, tell)
    if (code === 1002 || code === 1003 || code === 1007 || code === 1009)
      tell("warning", ["R-014"], `the connection was closed with ${code}: a message could not be taken`)
  }

  #opened(watched: Watched, tell: Tell): void {
    const { checks, log } = watched
    for (const check of checks) check.seen?.(undefined, tell)
    // A second connection replaces the first.
    const isReplaced = log.connection > 0 && log.isOpen
    if (isReplaced) this.#closed(watched, tell)
    watched.replacedAt = isReplaced ? (log.at ?? -Infinity) : undefined
    log.connection++
    log.isOpenLogged = false
    log.openedAt = log.at
    log.isOpen = true
    for (const check of checks) check.open?.(tell)
  }

  /** A CSMS closes the first connection after it has taken the second: that end is not the end of the second. */
  #isOfReplaced({ log, replacedAt }: Watched): boolean {
    const since = log.since(replacedAt)
    return replacedAt !== undefined && (since === undefined || since < log.callTimeout)
  }

  #closed({ checks, log }: Watched, tell: Tell): void {
    for (const check of checks) check.close?.(tell)
    for (const side of [log.station, log.csms]) {
      const call = side.outstanding
      side.outstanding = undefined
      side.unreadable.clear()
      if (call === undefined) continue
      this.#unanswered(log, call, tell)
      side.lost.set(call.messageId, call)
      if (call.isValid) for (const check of checks) check.lost?.(call, tell)
    }
    log.closedAt = log.at
    log.isOpen = false
  }

  /** A CALL that waits when the log ends, and has waited too long. */
  #overdue({ log }: Watched, tell: Tell): void {
    for (const { outstanding: call } of [log.station, log.csms])
      if (call !== undefined) this.#unanswered(log, call, tell)
  }

  #unanswered(log: StationLog, call: SentCall, tell: Tell): void {
    const waited = log.overdue(call)
    if (waited !== undefined)
      tell(
        "warning",
        ["R-104", "R-140"],
        `${named[otherSide(call.from)]} did not answer within ${Math.round(waited / 1_000)} s`,
        call
      )
  }

  #frame(watched: Watched, record: LogRecord, text: string): void {
    const { checks, log } = watched
    // A log may lack the line about the new connection.
    if (!log.isOpen) this.#opened(watched, this.#tell(log))
    const frame = decode(text)
    const from: Side = record.from ?? guessSide((side, id) => log.awaits(side, id), frame, record.action)
    const tell = this.#tell(log, frame._tag === "Call" ? frame.action : record.action)
    log.frames++
    for (const check of checks) check.seen?.(from, tell)
    for (const { message, rules, severity } of frameProblems(text)) tell(severity, rules, message)
    switch (frame._tag) {
      case "Empty":
        return
      case "Malformed":
        // The other side may answer with a CALLERROR.
        log.side(from).unreadable.set(frame.messageId, { line: log.line, code: frame.errorCode })
        return
      case "Call":
        return called(watched, from, frame, tell)
      default:
        return answered(watched, otherSide(from), frame, record.action, (action) => this.#tell(log, action))
    }
  }
}

/** Everything that is wrong in a log. */
export const lint = (
  records: Iterable<LogRecord | UnreadableLine>,
  options: Partial<LintOptions> = {}
): ReadonlyArray<Finding> => {
  const linter = new Linter(options)
  const findings: Array<Finding> = []
  for (const record of records) findings.push(...linter.push(record))
  return findings.concat(linter.end())
}

/** The same for lines of text. */
export const lintLines = (lines: Iterable<string>, options: Partial<LintOptions> = {}): ReadonlyArray<Finding> =>
  lint(recordsOf(lines), options)

function* recordsOf(lines: Iterable<string>): Generator<LogRecord | UnreadableLine> {
  let line = 0
  for (const text of lines) {
    const record = readLine(text, ++line)
    if (record !== undefined) yield record
  }
}
