/** What the lint remembers of one station while it reads its log. Bounded: old ids, transactions and jobs are forgotten. */
import { type ActionRule, type Expectations, ocpp201 } from "@wattline/ocpp-core/engine"
import { Bounded } from "./Bounded.ts"
import type { Tell } from "./Finding.ts"
import type { Side } from "./LogRecord.ts"

/** What the lint goes by where the log itself does not tell. */
export interface LintOptions {
  /** Milliseconds after which a CALL without an answer has failed; default 30 000. */
  readonly callTimeout: number
  /** Milliseconds between the clocks of station, CSMS and recorder that mean nothing; default 2 000. */
  readonly tolerance: number
  /** Milliseconds in which a first or next part of a report, or a triggered message, is due (CE-4); default 60 000. */
  readonly followUpTimeout: number
}

/** What is assumed where nothing else is said. */
export const defaultOptions: LintOptions = { callTimeout: 30_000, tolerance: 2_000, followUpTimeout: 60_000 }

/** The registration that counts for the boot gate; `undefined`: none in the log so far. */
export type Registration = "Accepted" | "Pending" | "Rejected" | undefined

/** A CALL in the log. */
export interface SentCall {
  readonly line: number
  readonly at: number | undefined
  readonly from: Side
  readonly messageId: string
  readonly action: string
  readonly payload: unknown
  /** `undefined` for an action that 2.0.1 does not know. */
  readonly rule: ActionRule | undefined
  /** Whether this side may send it, and the payload fits the schema. */
  readonly isValid: boolean
  /** The keyword of the schema that failed. */
  readonly brokenKeyword: string | undefined
  /** A signed CALL: its payload is not looked into. */
  readonly isSigned: boolean
  /** Whether the boot gate was closed for it: it must be answered with SecurityError. */
  isGated: boolean
  /** The registration when it was sent. */
  readonly registration: Registration
  /** Number of the connection it was sent on. */
  readonly connection: number
}

/** A CALL and its answer. */
export interface Exchange {
  readonly call: SentCall
  /** The answer's payload, for a CALLRESULT that fits the schema of a valid CALL. */
  readonly response: unknown
  /** For a CALLERROR. */
  readonly errorCode: string | undefined
}

/** One group of rules: what it does with each thing that it sees. State lies in the closure of `make`, per station. */
export interface Check {
  /** Any CALL, before `call`; its payload may be anything. */
  readonly arrived?: (call: SentCall, tell: Tell) => void
  /** A CALL that its schema allows. */
  readonly call?: (call: SentCall, tell: Tell) => void
  /** An answer that its schema allows, or a CALLERROR, to such a CALL. */
  readonly answer?: (exchange: Exchange, tell: Tell) => void
  /** Any frame or event, before it is looked at. */
  readonly seen?: (from: Side | undefined, tell: Tell) => void
  /** A connection was opened. */
  readonly open?: (tell: Tell) => void
  /** The connection is gone. */
  readonly close?: (tell: Tell) => void
  /** Such a CALL will not be answered any more: it timed out, or its connection is gone. */
  readonly lost?: (call: SentCall, tell: Tell) => void
  /** The log is at its end. */
  readonly end?: (tell: Tell) => void
}

/** Makes the check of one station. */
export type MakeCheck = (station: StationLog) => Check

/** What becomes of the ids of one side. */
export interface SideLog {
  outstanding: SentCall | undefined
  /** CALLs that were given up; an answer to one is late. */
  readonly lost: Bounded<string, SentCall>
  /** Ids that were answered, and the lines of their CALLs. */
  readonly answered: Bounded<string, number>
  /** Every id, with a hash of what its CALL says and the connection. */
  readonly ids: Bounded<string, { readonly content: number; readonly connection: number; readonly line: number }>
  /** The connection on which an id came back from an earlier one: who counts anew does it with every CALL; it is told once. */
  toldConnection: number | undefined
  /** Ids of frames that could not be read, which a CALLERROR may answer. */
  readonly unreadable: Bounded<string, { readonly line: number; readonly code: string }>
}

const sideLog = (): SideLog => ({
  outstanding: undefined,
  lost: new Bounded(64),
  answered: new Bounded(256),
  ids: new Bounded(256),
  toldConnection: undefined,
  unreadable: new Bounded(16)
})

/** See the head of the file. */
export class StationLog {
  readonly identity: string
  readonly options: LintOptions
  readonly station: SideLog = sideLog()
  readonly csms: SideLog = sideLog()
  /** Line and time of the record being read. */
  line = 0
  at: number | undefined = undefined
  /** Frames so far. */
  frames = 0
  /** Connections so far; 0 until the first `open`. */
  connection = 0
  openedAt: number | undefined = undefined
  closedAt: number | undefined = undefined
  isOpen = true
  /** Whether the log has the line about this connection: then every frame of it follows. */
  isOpenLogged = false
  /** Of the first record. */
  beganAt: number | undefined = undefined
  registration: Registration = undefined
  /** Whether the log has a BootNotification of this station: what began later is all in the log. */
  hasBooted = false
  /** What TriggerMessage asked for (LC-6). */
  expectations: Expectations.Expectations = []
  /** Values of variables that rules depend on, by `Component.Variable[Instance]`. */
  readonly variables = new Map<string, string>()
  /** RequestStartTransaction: the remoteStartIds so far. */
  readonly remoteStarts = new Bounded<number, number>(256)
  /** requestIds of reports that GetBaseReport and GetReport asked for. */
  readonly reports = new Bounded<number, number>(256)
  /** Whether the station waits for a certificate that it sent a CSR for. */
  awaitsCertificate = false

  constructor(identity: string, options: LintOptions) {
    this.identity = identity
    this.options = options
  }

  side(side: Side): SideLog {
    return side === "station" ? this.station : this.csms
  }

  /** Whether a side waits for an answer to this id, or has given it up. */
  awaits(side: Side, messageId: string): boolean {
    const { lost, outstanding } = this.side(side)
    return outstanding?.messageId === messageId || lost.has(messageId)
  }

  /** Milliseconds after which a CALL without an answer is given up: the station's own, where the log tells and it is shorter. */
  get callTimeout(): number {
    return Math.min(
      this.options.callTimeout,
      (this.number("OCPPCommCtrlr.MessageTimeout[Default]") ?? Infinity) * 1_000
    )
  }

  /** Milliseconds that this CALL has waited, when that is longer than one waits for an answer. */
  overdue({ at }: SentCall): number | undefined {
    const waited = this.since(at)
    return waited !== undefined && waited > this.callTimeout + this.options.tolerance ? waited : undefined
  }

  /** Milliseconds since `then`; `undefined` when one of the two is not known. */
  since(then: number | undefined): number | undefined {
    return this.at === undefined || then === undefined ? undefined : this.at - then
  }

  /** A variable that is a number, in seconds or pieces. */
  number(name: string): number | undefined {
    const value = Number(this.variables.get(name) ?? Number.NaN)
    return Number.isFinite(value) ? value : undefined
  }
}

/** The other end. */
export const otherSide = (side: Side): Side => (side === "station" ? "csms" : "station")

/** What the sides are called in a sentence. */
export const named = { station: "the station", csms: "the CSMS" } as const

/** The rule of an action, if 2.0.1 knows it. */
export const ruleOf = (action: string): ActionRule | undefined => ocpp201.actions.get(action)

/** A station's log and what looks at it. */
export interface Watched {
  readonly log: StationLog
  readonly checks: ReadonlyArray<Check>
  /** When this connection replaced an open one, whose end may still be to come. */
  replacedAt: number | undefined
}
