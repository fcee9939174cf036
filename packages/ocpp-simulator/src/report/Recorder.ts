/**
 * Counts what a fleet does, cheap enough for every message.
 *
 * To drive it: one `Recorder` per run, with the clock of the run. Tell it of each message (`sent`, then one of `answered`,
 * `callError`, `timedOut`, `lost`, `invalid`; `received` and `replied` for CALLs of the CSMS), connection (`dialing`, then
 * `opened` or `refused`, `accepted`, `closed`), session and fault, and `sample` the fleet about once a second of the run's
 * clock. `totals()` is for the live view (cheap); `report(scenario)` gives the `Report` that `toJson`, `toText` and `toHtml`
 * render, also in the middle of a run.
 */
import type { FaultKind, Scenario } from "../scenario/Scenario.ts"
import {
  type ActionCounts,
  actionOf,
  actionsOf,
  headOf,
  increment,
  latencyOf,
  messagesOf,
  round,
  seriesOf,
  tally
} from "./counts.ts"
import { Histogram } from "./Histogram.ts"
import { type Report, reportSchema } from "./Report.ts"
import { TimeSeries } from "./TimeSeries.ts"
import type { FleetSample, Totals } from "./Totals.ts"

/** How a run is recorded. */
export interface RecorderOptions {
  /** Milliseconds, of the run's clock. */
  readonly now: () => number
  /** Virtual time: answers take none, so no latencies are kept. */
  readonly virtual: boolean
}

/** See the head of the file. */
export class Recorder {
  private readonly now: () => number
  private readonly virtual: boolean
  private readonly startedAt: number
  private readonly series: TimeSeries
  private readonly toCsms = new Map<string, ActionCounts>()
  private readonly fromCsms = new Map<string, ActionCounts>()
  private readonly latency = new Histogram()
  private readonly timeToAccept = new Histogram()
  private readonly refusals = new Map<string, number>()
  private readonly closes = new Map<string, number>()
  private readonly stoppedReasons = new Map<string, number>()
  private readonly faults = new Map<string, number>()
  private fleet: FleetSample = { connected: 0, accepted: 0, transactions: 0, power: 0, queued: 0 }
  private readonly connections = { attempts: 0, opened: 0, reconnects: 0, accepted: 0, open: 0, peak: 0 }
  private readonly sessions = {
    started: 0,
    ended: 0,
    peak: 0,
    turnedAway: 0,
    refused: 0,
    energy: 0,
    cost: 0,
    withCost: 0,
    duration: 0
  }
  private counts = { toCsms: 0, fromCsms: 0, failures: 0, faults: 0, queuedPeak: 0 }

  constructor(options: RecorderOptions) {
    this.now = options.now
    this.virtual = options.virtual
    this.startedAt = options.now()
    this.series = new TimeSeries(240, 1000)
  }

  /** A CALL of a station goes out. */
  sent(action: string): void {
    actionOf(this.toCsms, action).calls++
    this.counts.toCsms++
    this.series.add("toCsms", this.elapsed)
  }

  /** The CSMS answered; `status` is that of the answer, where it has one. */
  answered(action: string, milliseconds: number, status?: string): void {
    const entry = actionOf(this.toCsms, action)
    entry.answered++
    if (status !== undefined) increment(entry.statuses, status)
    this.took(entry, milliseconds)
  }

  /** The CSMS answered with a CALLERROR. */
  callError(action: string, milliseconds: number, code: string): void {
    const entry = actionOf(this.toCsms, action)
    increment(entry.errors, code)
    this.took(entry, milliseconds)
    this.failed()
  }

  /** The CSMS did not answer in time. */
  timedOut(action: string): void {
    actionOf(this.toCsms, action).timeouts++
    this.failed()
  }

  /** The connection was lost before the answer. */
  lost(action: string): void {
    actionOf(this.toCsms, action).lost++
    this.failed()
  }

  /** The answer breaks the schema or the frame. */
  invalid(action: string): void {
    actionOf(this.toCsms, action).invalid++
    this.failed()
  }

  /** A CALL of the CSMS came in. */
  received(action: string): void {
    actionOf(this.fromCsms, action).calls++
    this.counts.fromCsms++
    this.series.add("fromCsms", this.elapsed)
  }

  /** A station answered it: with a status, where the answer has one, or with a CALLERROR. */
  replied(
    action: string,
    reply: { readonly status?: string | undefined; readonly errorCode?: string | undefined }
  ): void {
    const entry = actionOf(this.fromCsms, action)
    if (reply.errorCode !== undefined) return increment(entry.errors, reply.errorCode)
    entry.answered++
    if (reply.status !== undefined) increment(entry.statuses, reply.status)
  }

  /** A station tries to connect. */
  dialing(): void {
    this.connections.attempts++
  }

  /** It is connected; `again` when it had been before. */
  opened(again: boolean): void {
    const { connections } = this
    connections.opened++
    if (again) connections.reconnects++
    connections.peak = Math.max(connections.peak, ++connections.open)
  }

  /** It is not: `HTTP 401`, or the reason of `DialFailed`. */
  refused(why: string): void {
    increment(this.refusals, why)
  }

  /** Its boot is accepted, so many milliseconds after it tried to connect. */
  accepted(milliseconds: number): void {
    this.connections.accepted++
    this.timeToAccept.add(milliseconds)
  }

  /** Its connection is gone, with this WebSocket close code. */
  closed(code: number): void {
    this.connections.open--
    increment(this.closes, String(code))
  }

  /** A transaction started. */
  sessionStarted(): void {
    const { sessions } = this
    sessions.started++
    sessions.peak = Math.max(sessions.peak, sessions.started - sessions.ended)
  }

  /** It ended, after `seconds`. */
  sessionEnded(end: { readonly stoppedReason: string; readonly energyWh: number; readonly seconds: number }): void {
    const { sessions } = this
    sessions.ended++
    sessions.energy += end.energyWh
    sessions.duration += end.seconds
    increment(this.stoppedReasons, end.stoppedReason)
  }

  /** The CSMS has said what an ended transaction costs. */
  costTold(totalCost: number): void {
    this.sessions.cost += totalCost
    this.sessions.withCost++
  }

  /** An EV came and found no free EVSE. */
  turnedAway(): void {
    this.sessions.turnedAway++
  }

  /** A token was not accepted. */
  tokenRefused(): void {
    this.sessions.refused++
  }

  /** Something was made to go wrong. */
  fault(kind: FaultKind): void {
    increment(this.faults, kind)
    this.counts.faults++
  }

  /** Looks at the fleet. */
  sample(fleet: FleetSample): void {
    this.fleet = fleet
    this.counts.queuedPeak = Math.max(this.counts.queuedPeak, fleet.queued)
    this.series.sample(this.elapsed, fleet)
  }

  /** Where the run stands. */
  totals(): Totals {
    const { connections, counts, sessions } = this
    return {
      elapsed: this.elapsed,
      toCsms: counts.toCsms,
      fromCsms: counts.fromCsms,
      failures: counts.failures,
      open: connections.open,
      reconnects: connections.reconnects,
      started: sessions.started,
      ended: sessions.ended,
      faults: counts.faults,
      energyWh: sessions.energy,
      latency: latencyOf(this.latency) ?? undefined,
      fleet: this.fleet
    }
  }

  /** All that was recorded. `run` is what tells one run from an equal one; without it equal runs have equal reports. */
  report(scenario: Scenario, run?: NonNullable<Report["run"]>): Report {
    const { connections, counts, sessions } = this
    const elapsed = this.elapsed / 1000
    const actions = [...actionsOf(this.toCsms, "toCsms"), ...actionsOf(this.fromCsms, "fromCsms")]
    return {
      schema: reportSchema,
      scenario: headOf(scenario),
      clock: this.virtual ? "virtual" : "real",
      elapsed: round(elapsed),
      messages: messagesOf(actions, counts, elapsed, this.latency),
      actions,
      connections: {
        attempts: connections.attempts,
        opened: connections.opened,
        reconnects: connections.reconnects,
        refused: tally(this.refusals),
        closed: tally(this.closes),
        accepted: connections.accepted,
        timeToAccept: latencyOf(this.timeToAccept),
        open: connections.open,
        peak: connections.peak
      },
      sessions: {
        started: sessions.started,
        ended: sessions.ended,
        running: sessions.started - sessions.ended,
        peak: sessions.peak,
        turnedAway: sessions.turnedAway,
        refused: sessions.refused,
        energy: round(sessions.energy),
        cost: round(sessions.cost),
        withCost: sessions.withCost,
        meanDuration: sessions.ended === 0 ? null : round(sessions.duration / sessions.ended),
        stoppedReasons: tally(this.stoppedReasons)
      },
      faults: tally(this.faults),
      offlineQueue: { peak: counts.queuedPeak, atEnd: this.fleet.queued },
      series: seriesOf(this.series, this.elapsed),
      ...(run === undefined ? {} : { run })
    }
  }

  private get elapsed(): number {
    return this.now() - this.startedAt
  }

  private took(entry: ActionCounts, milliseconds: number): void {
    if (this.virtual) return
    entry.latency.add(milliseconds)
    this.latency.add(milliseconds)
    this.series.latency(this.elapsed, milliseconds)
  }

  private failed(): void {
    this.counts.failures++
    this.series.add("failures", this.elapsed)
  }
}
