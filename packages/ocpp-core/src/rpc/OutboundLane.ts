/**
 * Our CALLs to one station: at most one outstanding, the others first in, first out behind it (R-100…R-107). Synchronous
 * bookkeeping only. The queue belongs to the station, the outstanding CALL to the connection it was sent on.
 */
import type { Expirable } from "./Deadlines.ts"

/** One CALL of ours until it has an outcome. */
export interface OutboundCall extends Expirable {
  readonly action: string
  /** Where it is: waiting for its turn, on the wire, or done. Whatever comes after `Settled` is ignored. */
  state: "Waiting" | "Sent" | "Settled"
  /** The message id it was sent with; `""` before. Every sending has its own. */
  messageId: string
  /** Whether it outlives a lost connection while it waits. */
  readonly waitForReconnect: boolean
}

/** A CALL whose answer did not come in time. */
export interface TimedOut {
  readonly messageId: string
  readonly action: string
}

/** CALLs that are remembered after their timeout, to know their late answers. */
const maxTimedOut = 8

/** See the head of the file. */
export class OutboundLane<O extends OutboundCall> {
  /** The one CALL on the wire. */
  outstanding: O | undefined = undefined
  private waiting: Array<O> | undefined = undefined
  private timedOut: Array<TimedOut> | undefined = undefined

  /** Puts a CALL at the end of the queue; `false` when the queue is full. */
  enqueue(call: O, maxWaiting: number): boolean {
    if ((this.waiting?.length ?? 0) >= maxWaiting) return false
    ;(this.waiting ??= []).push(call)
    return true
  }

  /** Takes the CALL whose turn it is, when none is outstanding. It counts as outstanding from here. */
  take(): O | undefined {
    if (this.outstanding !== undefined || this.waiting === undefined) return undefined
    const next = this.waiting.shift()
    if (this.waiting.length === 0) this.waiting = undefined
    this.outstanding = next
    return next
  }

  /** The CALL that was taken could not be sent: it is the first in the queue again. */
  putBack(): void {
    if (this.outstanding === undefined) return
    this.outstanding.messageId = ""
    this.waiting = [this.outstanding, ...(this.waiting ?? [])]
    this.outstanding = undefined
  }

  /** The outstanding CALL, when the id is its own; it is no longer outstanding then. */
  settle(messageId: string | undefined): O | undefined {
    const call = this.outstanding
    if (call === undefined || call.messageId !== messageId) return undefined
    this.outstanding = undefined
    return call
  }

  /** Like `settle`, because no answer came in time: if one still comes it is late. */
  timeOut(messageId: string): O | undefined {
    const call = this.settle(messageId)
    if (call === undefined) return undefined
    const timedOut = (this.timedOut ??= [])
    if (timedOut.length >= maxTimedOut) timedOut.shift()
    timedOut.push({ messageId, action: call.action })
    return call
  }

  /** The CALL to which an answer with this id is late. */
  lateAnswer(messageId: string | undefined): TimedOut | undefined {
    return this.timedOut?.find((call) => call.messageId === messageId)
  }

  /** Removes a CALL that still waits; `false` when it no longer does. */
  withdraw(call: O): boolean {
    const at = this.waiting?.indexOf(call) ?? -1
    if (at < 0 || this.waiting === undefined) return false
    this.waiting.splice(at, 1)
    if (this.waiting.length === 0) this.waiting = undefined
    return true
  }

  /** Takes the outstanding CALL away because its connection is gone. */
  lose(): O | undefined {
    const lost = this.outstanding
    this.outstanding = undefined
    return lost
  }

  /** Removes and gives the waiting CALLs that `drop` picks; the others keep their order. */
  drop(drop: (call: O) => boolean): ReadonlyArray<O> {
    const dropped = this.waiting?.filter(drop) ?? []
    if (dropped.length > 0) {
      this.waiting = this.waiting?.filter((call) => !dropped.includes(call))
      if (this.waiting?.length === 0) this.waiting = undefined
    }
    return dropped
  }

  /** CALLs that wait for their turn. */
  get depth(): number {
    return this.waiting?.length ?? 0
  }
}
