/** What the processes of a chaos run say to each other. Plain data. */

/** What the CSMS process is started with. */
export interface CsmsArguments {
  /** 0 takes a free port. */
  readonly port: number
  /** The database that outlives the process. */
  readonly database: string
  readonly identities: ReadonlyArray<string>
  /**
   * Milliseconds that a handler, and the store before and after it has written, take at most. The longer, the more often a
   * kill comes between two of these.
   */
  readonly latency: number
}

/** What the process of stations is started with. */
export interface StationsArguments {
  /** Of the CSMS, without the identity. */
  readonly url: string
  /** The folder of the durable queues. */
  readonly queues: string
  /** The database with the book of what the stations made. */
  readonly book: string
  readonly identities: ReadonlyArray<string>
  readonly seed: string
}

/** What a process is asked. It answers each with one message. */
export type Question =
  | "ledger" // CSMS: what it knows of transactions
  | "present" // CSMS: who is connected
  | "finish" // stations: no more sessions; answered when all is delivered
  | "stop" // either: close everything; the process ends by itself after the answer

/** A process is ready. */
export interface Ready {
  /** Of the CSMS, without the identity; `""` from a process of stations. */
  readonly url: string
  readonly port: number
}

/** Who is connected to the CSMS. */
export interface Present {
  /** Stations that the CSMS says are connected. */
  readonly connected: number
  /** Links that the adapter says are open. */
  readonly links: number
}

/** What is left in a process when it has closed everything. */
export interface Stopped {
  /** Fibers that have not ended. */
  readonly fibers: number
}

/** A transaction as the mirror of the CSMS holds it. */
export interface MirroredTransaction {
  readonly isRunning: boolean
  /** The seqNos that were received, as flat ranges: first, last, first, last … */
  readonly received: ReadonlyArray<number>
  /** Whether Started, Ended and everything between are there. */
  readonly isComplete: boolean
  /** seqNos under which two different events came. */
  readonly conflicts: number
  readonly energyWh?: number
  readonly givenUp?: string
}

/** What the CSMS knows of one transaction. */
export interface KnownTransaction {
  readonly identity: string
  readonly transactionId: string
  /** Its durable events as they lie in the store, oldest first: `S`tarted, `U`pdated, `E`nded. */
  readonly stored: ReadonlyArray<readonly [kind: string, seqNo: number]>
  /** Imported by the durable TransactionEnded. */
  readonly energyWh?: number
  /** seqNos that the handler was asked about, in that order; a resend may be asked about again. */
  readonly handled: ReadonlyArray<number>
  /** Of these, how many the CSMS knew already. */
  readonly handledAgain: number
  /** Absent when the CSMS has let go of it, because others ended since. */
  readonly mirrored?: MirroredTransaction
}

/** What the CSMS knows of all transactions, across all its lives. */
export interface Ledger {
  readonly transactions: ReadonlyArray<KnownTransaction>
  /** Events that tell of something wrong, by tag. */
  readonly anomalies: Readonly<Record<string, number>>
}

/** One TransactionEvent that a station made. */
export interface MadeEvent {
  readonly kind: string
  readonly seqNo: number
  /** The process that made it was killed right after: it may not have come into the queue. */
  readonly isCut?: boolean
}

/** A transaction as its station has made it. */
export interface MadeTransaction {
  readonly identity: string
  readonly transactionId: string
  readonly events: ReadonlyArray<MadeEvent>
  /** What the meter says was delivered in it; absent when its end was that of its process. */
  readonly energyWh?: number
}

/** What became of the messages of stations in one process. */
export interface FleetCounts {
  /** TransactionEvents put on the wire, resends included. */
  sent: number
  /** TransactionEvents that were answered. */
  acknowledged: number
  /** Sent TransactionEvents whose link was lost before the answer came. */
  lostOnTheWire: number
  /** Links that opened. */
  connections: number
  /** Messages that were given up, dropped, or not stored: none should be. */
  givenUp: number
}
