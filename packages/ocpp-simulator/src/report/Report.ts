/**
 * What a run was like, as plain data: the JSON report is this, the text and the page are made of it.
 *
 * The order of all lists and keys is fixed, and nothing but `run` depends on the machine or the wall clock: equal runs under
 * virtual time have equal reports without it. `null` is "not known" or "none". Within version 1 fields are only added.
 */
import type { FaultKind } from "../scenario/Scenario.ts"

/** Names the shape of the document. */
export const reportSchema = "wattline/ocpp-sim-report/1"

/** Counts by name, in alphabetical order. */
export type Tally = Readonly<Record<string, number>>

/** How long answers took, in milliseconds. */
export interface Latency {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** One action in one direction. */
export interface ActionReport {
  readonly action: string
  /** `toCsms`: CALLs of the stations; `fromCsms`: CALLs of the CSMS. */
  readonly direction: "toCsms" | "fromCsms"
  /** CALLs. */
  readonly calls: number
  /** CALLRESULTs. */
  readonly answered: number
  /** CALLRESULTs that carry a status, by status. */
  readonly statuses: Tally
  /** CALLERRORs by code. */
  readonly errors: Tally
  /** No answer in time. */
  readonly timeouts: number
  /** The connection was lost before the answer. */
  readonly lost: number
  /** Answers that break the schema. */
  readonly invalid: number
  /** `null` in virtual time, where an answer takes no time, and for `fromCsms`. */
  readonly latency: Latency | null
}

/** The document. */
export interface Report {
  readonly schema: typeof reportSchema
  readonly scenario: {
    readonly name: string
    readonly seed: number
    readonly stations: number
    readonly evses: number
    readonly supply: "AC" | "DC"
    /** Seconds. */
    readonly duration: number
    /** Seconds. */
    readonly rampUp: number
    readonly sessionsPerHour: number
  }
  /** Whether seconds in this report are real or simulated. */
  readonly clock: "real" | "virtual"
  /** Seconds the run took, on that clock. */
  readonly elapsed: number
  readonly messages: {
    readonly toCsms: number
    readonly fromCsms: number
    /** Both, per second of `elapsed`. */
    readonly perSecond: number
    readonly answered: number
    readonly callErrors: number
    readonly timeouts: number
    readonly lost: number
    readonly invalid: number
    /** Answers of the CSMS to all actions; `null` in virtual time. */
    readonly latency: Latency | null
  }
  /** By direction, then by action. */
  readonly actions: ReadonlyArray<ActionReport>
  readonly connections: {
    readonly attempts: number
    readonly opened: number
    /** Opened by a station that had been connected before. */
    readonly reconnects: number
    /** Attempts that failed, by HTTP status (`HTTP 401`) or reason (`Unreachable`, `Timeout`, …). */
    readonly refused: Tally
    /** Connections that ended, by WebSocket close code. */
    readonly closed: Tally
    /** Boots that were accepted. */
    readonly accepted: number
    /** Milliseconds from the attempt to the accepted boot; on `clock`, `null` when nothing was accepted. */
    readonly timeToAccept: Latency | null
    /** Open at the end, and at most. */
    readonly open: number
    readonly peak: number
  }
  readonly sessions: {
    readonly started: number
    readonly ended: number
    /** Running at the end. */
    readonly running: number
    /** At most at once. */
    readonly peak: number
    /** EVs that found all EVSEs taken. */
    readonly turnedAway: number
    /** Drivers whose token was not accepted. */
    readonly refused: number
    /** Wh of those that ended. */
    readonly energy: number
    /** Sum of what the CSMS said they cost, and how many it said it of. */
    readonly cost: number
    readonly withCost: number
    /** Seconds, mean of those that ended. */
    readonly meanDuration: number | null
    readonly stoppedReasons: Tally
  }
  readonly faults: { readonly [K in FaultKind]?: number }
  /** TransactionEvents that wait for the connection, all stations together. */
  readonly offlineQueue: { readonly peak: number; readonly atEnd: number }
  /** One entry per bucket in each list. */
  readonly series: {
    /** Seconds per bucket. */
    readonly width: number
    readonly connected: ReadonlyArray<number | null>
    readonly accepted: ReadonlyArray<number | null>
    readonly transactions: ReadonlyArray<number | null>
    /** W. */
    readonly power: ReadonlyArray<number | null>
    readonly queued: ReadonlyArray<number | null>
    /** Per second. */
    readonly toCsms: ReadonlyArray<number>
    readonly fromCsms: ReadonlyArray<number>
    readonly failures: ReadonlyArray<number>
    /** Milliseconds; `null` in virtual time. */
    readonly p50: ReadonlyArray<number | null>
    readonly p90: ReadonlyArray<number | null>
    readonly p99: ReadonlyArray<number | null>
  }
  /** What is another each time: not part of a comparison. */
  readonly run?: {
    /** RFC 3339, UTC. */
    readonly startedAt: string
    /** Seconds on the wall. */
    readonly wallSeconds: number
    /** For example `Node 24.1.0, linux, 2 cores`. */
    readonly machine?: string
  }
}
