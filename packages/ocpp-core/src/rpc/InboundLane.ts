/**
 * The CALLs of one station on their way to a handler: one at a time, in the order of the wire, repeats
 * recognised (R-093…R-096). The lane belongs to the station, not to the connection, because a repeat may come on the next
 * one. Synchronous bookkeeping only: it decides, its owner acts.
 */
import type { Expirable } from "./Deadlines.ts"

/** One inbound CALL on its way to an answer. `C` is the connection that gets the answer. */
export interface InboundCall<C> extends Expirable {
  /** The connection of its last copy. */
  connection: C
  readonly messageId: string
  readonly action: string
  readonly payload: unknown
  /** The frame as received: equal texts are equal CALLs. */
  readonly text: string
  /** CSMS clock in milliseconds. */
  readonly receivedAt: number
}

/** What to do with a CALL that has just arrived. */
export type Offer =
  | { readonly _tag: "Handle" } // now
  | { readonly _tag: "Wait" } // queued behind the running one
  | { readonly _tag: "Attach" } // the same CALL is being handled; its one answer will do
  | { readonly _tag: "Repeat"; readonly answer: string } // answered before: send this again
  | { readonly _tag: "Conflict" } // its id is taken by another CALL of this connection
  | { readonly _tag: "Overflow" } // more unanswered CALLs than the lane holds

interface Answered {
  readonly messageId: string
  readonly text: string
  readonly answer: string
  readonly at: number
}

/** How much one lane keeps. */
export interface InboundLimits {
  /** CALLs that may wait behind the running one. */
  readonly maxWaiting: number
  /** Answers kept for repeats, per station. */
  readonly maxAnswers: number
  /** How long an answer is kept for repeats, in milliseconds. */
  readonly answerWindow: number
}

/** Answers to frames longer than this are not kept: a report part is cheaper to handle again than to remember. */
const maxKeptText = 4096

const handle: Offer = { _tag: "Handle" }
const wait: Offer = { _tag: "Wait" }
const attach: Offer = { _tag: "Attach" }
const conflict: Offer = { _tag: "Conflict" }
const overflow: Offer = { _tag: "Overflow" }

/** See the head of the file. */
export class InboundLane<C, I extends InboundCall<C> = InboundCall<C>> {
  /** The CALL being handled. */
  running: I | undefined = undefined
  private waiting: Array<I> | undefined = undefined
  private answers: Array<Answered> | undefined = undefined

  /** Takes a CALL in. `repeatable` is false for actions whose answer carries the time or the present decision. */
  offer(call: I, repeatable: boolean, limits: InboundLimits): Offer {
    const { running } = this
    if (running !== undefined) {
      const twin = this.twinOf(call, repeatable)
      if (twin !== undefined) {
        if (twin === "Conflict") return conflict
        twin.connection = call.connection
        return attach
      }
    }
    if (repeatable && this.answers !== undefined) {
      const answer = this.answerTo(call, limits)
      if (answer !== undefined) return { _tag: "Repeat", answer }
    }
    if (running === undefined) {
      this.running = call
      return handle
    }
    if ((this.waiting?.length ?? 0) >= limits.maxWaiting) return overflow
    ;(this.waiting ??= []).push(call)
    return wait
  }

  /** The running CALL has its answer; `keep` holds what is sent again to a repeat. Gives the next CALL to handle. */
  finish(keep: { readonly answer: string; readonly at: number } | undefined, limits: InboundLimits): I | undefined {
    const done = this.running
    if (done !== undefined && keep !== undefined && done.text.length <= maxKeptText && limits.maxAnswers > 0) {
      const answers = (this.answers ??= [])
      if (answers.length >= limits.maxAnswers) answers.shift()
      answers.push({ messageId: done.messageId, text: done.text, answer: keep.answer, at: keep.at })
    }
    const next = this.waiting?.shift()
    if (this.waiting?.length === 0) this.waiting = undefined
    this.running = next
    return next
  }

  /** Whether a CALL like this waits behind the running one. */
  hasWaiting(like: (call: I) => boolean): boolean {
    return this.waiting?.some(like) ?? false
  }

  /**
   * The payload of the answer kept for a CALL of this action with the same payload, whatever its message id; `undefined`
   * when there is none. Slow: only for actions whose content identifies them, and only once that is known.
   */
  answerLike(action: string, text: string, now: number, limits: InboundLimits): unknown {
    for (const answered of (this.answers ?? []).toReversed())
      if (now - answered.at < limits.answerWindow && sameContent(answered.text, text, action))
        return (JSON.parse(answered.answer) as ReadonlyArray<unknown>)[2]
    return undefined
  }

  /** A station that boots has forgotten its ids. */
  forgetAnswers(): void {
    this.answers = undefined
  }

  /**
   * Drops the answers that are older than the window; called now and then, so that idle stations cost nothing. Whether there are
   * others.
   */
  sweep(now: number, limits: InboundLimits): boolean {
    if (this.answers === undefined) return false
    this.answers = this.answers.filter((answered) => now - answered.at < limits.answerWindow)
    if (this.answers.length > 0) return true
    this.answers = undefined
    return false
  }

  /** CALLs without an answer yet. */
  get depth(): number {
    return (this.running === undefined ? 0 : 1) + (this.waiting?.length ?? 0)
  }

  private twinOf(call: I, repeatable: boolean): I | "Conflict" | undefined {
    for (const other of this.running === undefined ? [] : [this.running, ...(this.waiting ?? [])]) {
      if (other.messageId !== call.messageId) continue
      const sameConnection = other.connection === call.connection
      if (sameCall(other.text, call.text)) {
        if (repeatable || sameConnection) return other
      } else if (sameConnection) return "Conflict"
    }
    return undefined
  }

  private answerTo(call: I, limits: InboundLimits): string | undefined {
    const answers = this.answers ?? []
    for (let i = answers.length - 1; i >= 0; i--) {
      const answered = answers[i]
      if (answered === undefined || answered.messageId !== call.messageId) continue
      if (call.receivedAt - answered.at >= limits.answerWindow) return undefined
      if (sameCall(answered.text, call.text)) return answered.answer
    }
    return undefined
  }
}

/** Whether two frames under one id are the same CALL. Only reached for a repeated id, so it may take its time. */
const sameCall = (one: string, other: string): boolean => {
  if (one === other) return true
  try {
    return canonical(JSON.parse(one)) === canonical(JSON.parse(other))
  } catch {
    return false // nested so deeply that it can be read, but not written
  }
}

/** Whether two frames that were read before are CALLs of this action with the same payload. */
const sameContent = (one: string, other: string, action: string): boolean => {
  const [, , sent, payload] = JSON.parse(one) as ReadonlyArray<unknown>
  if (sent !== action) return false
  const [, , , asked] = JSON.parse(other) as ReadonlyArray<unknown>
  try {
    return canonical(payload) === canonical(asked)
  } catch {
    return false // see above
  }
}

/** Without `offline`: what was sent before the link broke says that when it is sent again (E11.FR.07). */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (key, part: unknown) => {
    if (key === "offline") return undefined
    return typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part
  })
