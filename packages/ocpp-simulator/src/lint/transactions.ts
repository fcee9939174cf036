/**
 * Transactions of a recorded station: numbering and order of their events (E01.FR.07, E-10 to E-15), one at a time on an EVSE
 * (E01.FR.14), the offline flag (E04.FR.03), retries (E13), and what an event must carry for its reason.
 */
import type { Messages, MeterValueType } from "@wattline/ocpp-v201"
import { Bounded } from "./Bounded.ts"
import type { Tell } from "./Finding.ts"
import { hash } from "./hash.ts"
import { energyRegister } from "./meterValues.ts"
import type { Check, Exchange, MakeCheck, SentCall, StationLog } from "./StationLog.ts"
import { eventProblems } from "./transactionEvent.ts"

type Event = Messages["TransactionEvent"]["request"]

/** How often one event was sent, and what became of the last time. */
interface Attempt {
  /** A hash of what it says. */
  readonly content: number
  line: number
  at: number | undefined
  connection: number
  count: number
  outcome: "waiting" | "answered" | "failed"
}

/** What is remembered of a transaction. */
interface Recorded {
  readonly line: number
  readonly attempts: Bounded<number, Attempt>
  isStarted: boolean
  isEnded: boolean
  lastSeqNo: number
  lastTimestamp: string
  wasOffline: boolean
  connection: number
  evseId: number | undefined
  /** Wh: the last register value. */
  register: number | undefined
}

class TransactionLog implements Check {
  readonly #log: StationLog
  readonly #transactions = new Bounded<string, Recorded>(128)
  /** EVSE → its running transaction. */
  readonly #running = new Map<number, string>()
  /** How far the station's clock is behind that of the log, in milliseconds: now, and on the connection before. */
  #behind: number | undefined
  #wasBehind = 0

  constructor(log: StationLog) {
    this.#log = log
  }

  call(call: SentCall, tell: Tell): void {
    if (call.action === "RequestStartTransaction")
      this.#log.remoteStarts.set(
        (call.payload as Messages["RequestStartTransaction"]["request"]).remoteStartId,
        call.line
      )
    if (call.action !== "TransactionEvent") return
    const event = call.payload as Event
    for (const { message, rules, severity } of eventProblems(event)) tell(severity, rules, message)
    this.#remoteStart(event, tell)
    const known = this.#transactions.get(key(event))
    const before = known?.attempts.get(event.seqNo)
    if (before?.content === content(event)) this.#resent(before, event, tell)
    else this.#offline(event, tell)
    if (known === undefined) this.#first(call, event, tell)
    else this.#next(call, event, known, tell)
  }

  open(): void {
    this.#wasBehind = this.#behind ?? this.#wasBehind
    this.#behind = undefined
  }

  answer({ call, errorCode }: Exchange, tell: Tell): void {
    if (call.action !== "TransactionEvent") return
    const attempt = this.#attempt(call)
    if (attempt !== undefined) attempt.outcome = errorCode === undefined ? "answered" : "failed"
    if (errorCode !== undefined && !call.isGated)
      tell(
        "warning",
        ["R-191", "E-1"],
        `a valid TransactionEvent is answered with ${errorCode}; the station will send it again`
      )
  }

  lost(call: SentCall): void {
    const attempt = call.action === "TransactionEvent" ? this.#attempt(call) : undefined
    if (attempt !== undefined) attempt.outcome = "failed"
  }

  #attempt({ payload }: SentCall): Attempt | undefined {
    return this.#transactions.get(key(payload as Event))?.attempts.get((payload as Event).seqNo)
  }

  #first(call: SentCall, event: Event, tell: Tell): void {
    const recorded: Recorded = {
      line: call.line,
      attempts: new Bounded(64),
      isStarted: event.eventType === "Started",
      isEnded: false,
      lastSeqNo: event.seqNo,
      lastTimestamp: event.timestamp,
      wasOffline: event.offline === true,
      connection: call.connection,
      evseId: undefined,
      register: undefined
    }
    this.#transactions.set(key(event), recorded)
    if (!recorded.isStarted)
      tell(
        this.#log.hasBooted && event.offline !== true && !endedByReboot.has(event.transactionInfo.stoppedReason)
          ? "warning"
          : "note",
        ["E-13", "E01.FR.07"],
        `the first event of this transaction in the log is ${event.eventType} with seqNo ${event.seqNo}; a transaction begins with Started`
      )
    this.#take(call, event, recorded, tell)
  }

  #next(call: SentCall, event: Event, recorded: Recorded, tell: Tell): void {
    const attempt = recorded.attempts.get(event.seqNo)
    if (attempt !== undefined && attempt.content === content(event)) return this.#again(call, attempt, tell)
    if (recorded.isEnded && event.eventType === "Started")
      tell(
        "error",
        ["E01.FR.08", "E-9"],
        "this transactionId was used for an earlier transaction; a station never uses one twice"
      )
    else this.#order(event, recorded, attempt !== undefined, tell)
    this.#take(call, event, recorded, tell)
  }

  #order(
    { eventType, offline = false, seqNo, timestamp }: Event,
    recorded: Recorded,
    isTaken: boolean,
    tell: Tell
  ): void {
    const { isEnded, isStarted, lastSeqNo, lastTimestamp, line } = recorded
    if (eventType === "Started" && isStarted)
      tell("error", ["E01.FR.07", "E-10"], `the transaction has started already, on line ${line}`)
    if (isTaken)
      return tell(
        "error",
        ["E01.FR.07", "E-6"],
        `seqNo ${seqNo} was used for another event of this transaction already`
      )
    if (seqNo < lastSeqNo)
      return tell(
        "error",
        ["E01.FR.07", "R-232"],
        `seqNo is ${seqNo} after ${lastSeqNo}; events are sent in their order`
      )
    if (isEnded) tell("error", ["E-10", "E01.FR.07"], "the transaction has ended; no event comes after Ended")
    if (seqNo > lastSeqNo + 1) {
      const wasAway = offline || recorded.wasOffline || recorded.connection !== this.#log.connection
      const missing =
        seqNo === lastSeqNo + 2 ? `seqNo ${lastSeqNo + 1} is` : `seqNo ${lastSeqNo + 1} to ${seqNo - 1} are`
      tell(
        wasAway ? "note" : "error",
        wasAway ? ["E-14", "E04.FR.07"] : ["E01.FR.07", "E-12"],
        `${missing} missing before this event${wasAway ? ", perhaps dropped while the station was offline" : ""}`
      )
    }
    if (Date.parse(timestamp) < Date.parse(lastTimestamp))
      tell("warning", ["E-10", "E04.FR.02"], `the timestamp is before that of the event before, ${lastTimestamp}`)
  }

  #take(call: SentCall, event: Event, recorded: Recorded, tell: Tell): void {
    if (event.eventType === "Ended") recorded.attempts.clear() // what came before is answered or given up
    recorded.attempts.set(event.seqNo, {
      content: content(event),
      line: call.line,
      at: call.at,
      connection: call.connection,
      count: 1,
      outcome: "waiting"
    })
    recorded.lastSeqNo = Math.max(recorded.lastSeqNo, event.seqNo)
    recorded.lastTimestamp = event.timestamp
    recorded.wasOffline = event.offline === true
    recorded.connection = call.connection
    recorded.isStarted ||= event.eventType === "Started"
    this.#place(event, recorded, tell)
    this.#meter(event.meterValue ?? [], recorded, tell)
    if (event.eventType !== "Ended") return
    recorded.isEnded = true
    if (recorded.evseId !== undefined && this.#running.get(recorded.evseId) === key(event))
      this.#running.delete(recorded.evseId)
  }

  /** On which EVSE it runs, and whether another one does. */
  #place(event: Event, recorded: Recorded, tell: Tell): void {
    const { evse } = event
    if (evse === undefined || recorded.isEnded) return
    if (recorded.evseId !== undefined && recorded.evseId !== evse.id)
      tell("error", ["E-16", "E01.FR.16"], `the transaction moves from EVSE ${recorded.evseId} to EVSE ${evse.id}`)
    recorded.evseId = evse.id
    const other = this.#running.get(evse.id)
    if (other !== undefined && other !== key(event) && this.#transactions.get(other)?.isEnded === false)
      tell("warning", ["E01.FR.14", "E-19"], `another transaction on EVSE ${evse.id} has not ended`)
    this.#running.set(evse.id, key(event))
  }

  /** Registers only rise (J02.FR.16). An Ended may bring all readings again, from the first. */
  #meter(values: ReadonlyArray<MeterValueType>, recorded: Recorded, tell: Tell): void {
    let last = values.length > 1 ? undefined : recorded.register
    for (const value of values) {
      const register = energyRegister(value)
      if (register === undefined) continue
      if (last !== undefined && register < last - 0.5)
        return tell("error", ["J02.FR.16", "J-5"], `the energy register falls from ${last} Wh to ${register} Wh`)
      last = register
    }
    recorded.register = last ?? recorded.register
  }

  /** The same event once more: after a failure, after a wait. */
  #again(call: SentCall, attempt: Attempt, tell: Tell): void {
    const log = this.#log
    const interval = log.number("OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]")
    const attempts = log.number("OCPPCommCtrlr.MessageAttempts[TransactionEvent]")
    const waited = log.since(attempt.at)
    if (attempt.outcome === "answered" && attempt.connection === log.connection)
      tell("warning", ["E13.FR.02", "E-5"], `this event was answered already; it was sent on line ${attempt.line}`)
    else if (
      interval !== undefined &&
      waited !== undefined &&
      attempt.connection === log.connection &&
      waited < interval * 1_000 * attempt.count - log.options.tolerance
    )
      tell(
        "error",
        ["E13.FR.03", "R-190"],
        `attempt ${attempt.count + 1} comes after ${Math.round(waited / 1_000)} s; after ${attempt.count} it is ${interval * attempt.count} s`
      )
    if (attempts !== undefined && attempts > 0 && attempt.count >= attempts)
      tell(
        "error",
        ["E13.FR.04", "R-190"],
        `attempt ${attempt.count + 1} of an event; ${attempts} are allowed, then it is dropped`
      )
    attempt.count++
    attempt.line = call.line
    attempt.at = call.at
    attempt.connection = call.connection
    attempt.outcome = "waiting"
  }

  #remoteStart({ transactionInfo: { remoteStartId } }: Event, tell: Tell): void {
    if (remoteStartId === undefined || this.#log.remoteStarts.has(remoteStartId)) return
    tell("warning", ["F02.FR.01", "F-2"], `no RequestStartTransaction in this log has remoteStartId ${remoteStartId}`)
  }

  /** What happened before this connection was in the queue while there was none, and must say so. */
  #offline({ offline = false, timestamp }: Event, tell: Tell): void {
    const { at, beganAt, closedAt, openedAt, options } = this.#log
    if (offline) return
    if (at !== undefined) this.#behind = at - Date.parse(timestamp)
    if (beganAt === undefined || closedAt === undefined || openedAt === undefined) return
    // The clock that the station had before counts: this event may have waited.
    const happened = Date.parse(timestamp) + this.#wasBehind
    if (happened < beganAt || happened >= openedAt - options.tolerance) return
    if (happened > closedAt + options.tolerance)
      tell("error", ["E04.FR.03", "E-22"], "this happened while the station was offline, so offline must be true")
    else
      tell(
        "error",
        ["E11.FR.07", "E-22"],
        "this happened before the connection was lost and was not sent on it; what is in the queue then gets offline true"
      )
  }

  /** What was sent before on a connection that is gone stayed in the queue. */
  #resent(attempt: Attempt, { offline = false }: Event, tell: Tell): void {
    if (!offline && attempt.connection !== this.#log.connection)
      tell(
        "error",
        ["E11.FR.07", "E-22"],
        `this was sent on line ${attempt.line}, before the connection was lost; what is still in the queue then gets offline true`
      )
  }
}

/** A transaction that a reboot ends was perhaps begun before the log. */
const endedByReboot: ReadonlySet<string | undefined> = new Set(["ImmediateReset", "PowerLoss", "Reboot"])

/** transactionIds are compared without regard to case. */
const key = ({ transactionInfo }: Event): string => transactionInfo.transactionId.toLowerCase()

/** What makes two events the same; the flag may be set between two attempts (E11.FR.07). */
const content = (event: Event): number => hash(JSON.stringify({ ...event, offline: undefined }))

/** Transactions. */
export const transactions: MakeCheck = (log) => new TransactionLog(log)
