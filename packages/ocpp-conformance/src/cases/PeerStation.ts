/**
 * The charging station of a case: it says what the case tells it to, over the `Peer` of any adapter, and keeps nothing but
 * the rules of the wire: answers belong to CALLs, message ids are new, one CALL of the CSMS is outstanding, payloads fit the
 * schemas. What broke one of them is in `breaches`.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { assert } from "@effect/vitest"
import type { CsmsAction, Messages, StationAction } from "@wattline/ocpp-core"
import { type DialRefused, type Peer, PeerClosed } from "../Peer.ts"
import { CallErrorReceived } from "../security/ScriptedStation.ts"
import { soon } from "./soon.ts"
import { violation } from "./wire.ts"

/** One CALL of the CSMS. */
export interface AskedCall<A extends CsmsAction> {
  readonly messageId: string
  readonly request: Messages[A]["request"]
  /** Sends the CALLRESULT. */
  readonly answer: (response: Messages[A]["response"]) => Effect.Effect<void>
  /** Sends a CALLERROR. */
  readonly refuse: (errorCode: string) => Effect.Effect<void>
}

interface Waiting {
  readonly action: string
  readonly reply: Deferred.Deferred<unknown, CallErrorReceived | PeerClosed>
}
interface Inbound {
  readonly messageId: string
  readonly action: string
  readonly payload: unknown
}

/** See the head of the file. */
export class PeerStation {
  /** Every frame so far, both ways. */
  readonly transcript: Array<string> = []
  /** What the CSMS did against the rules of the wire. */
  readonly breaches: Array<string> = []
  /** What arrived so far, in short: `CALL TriggerMessage`, `CALLRESULT SignCertificate`, `CALLERROR Heartbeat`. */
  readonly heard: Array<string> = []
  private readonly dial: Effect.Effect<Peer, DialRefused, Scope.Scope>
  private readonly calls = Effect.runSync(Queue.unbounded<Inbound>())
  private readonly waiting = new Map<string, Waiting>()
  private readonly ids = new Set<string>()
  private unanswered: string | undefined
  private peer: Peer | undefined
  private lastId = 0
  /** Whether it has said anything on this connection. */
  hasSpoken = false

  constructor(dial: Effect.Effect<Peer, DialRefused, Scope.Scope>) {
    this.dial = dial
  }

  /** Connects, with no BootNotification; again after `leave` or `cut`. */
  get connect(): Effect.Effect<void, DialRefused, Scope.Scope> {
    return Effect.gen({ self: this }, function* () {
      const peer = yield* this.dial
      this.peer = peer
      this.hasSpoken = false
      this.transcript.push("(connected)")
      const read = Effect.forever(Effect.map(peer.receive, (text) => this.onText(text)))
      yield* Effect.forkScoped(Effect.catch(read, (closed) => Effect.sync(() => this.onClose(peer, closed))))
    })
  }

  /** Closes the connection with 1000 and waits for its end. */
  get leave(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { peer } = this
      if (peer === undefined) return Effect.void
      return soon("the end of the connection", Effect.andThen(peer.close(1000, ""), peer.closed)).pipe(Effect.asVoid)
    })
  }

  /** Sends a CALL and waits for its answer. */
  call<A extends StationAction>(
    action: A,
    request: Messages[A]["request"]
  ): Effect.Effect<Messages[A]["response"], CallErrorReceived | PeerClosed> {
    return Effect.gen({ self: this }, function* () {
      const messageId = `${action}-${++this.lastId}`
      const reply = Deferred.makeUnsafe<unknown, CallErrorReceived | PeerClosed>()
      this.waiting.set(messageId, { action, reply })
      assert.strictEqual(violation(action, "request", request), undefined, "what the script says")
      yield* this.send([2, messageId, action, request])
      return yield* soon(`the answer to ${action}`, Deferred.await(reply))
    }) as Effect.Effect<Messages[A]["response"], CallErrorReceived | PeerClosed>
  }

  /** Takes the next CALL of the CSMS, which must be of this action. */
  asked<A extends CsmsAction>(action: A): Effect.Effect<AskedCall<A>> {
    return Effect.map(soon(`CALL ${action}`, Queue.take(this.calls)), ({ action: actual, messageId, payload }) => {
      assert.strictEqual<string>(actual, action, "the CALL of the CSMS")
      return {
        messageId,
        request: payload as Messages[A]["request"],
        answer: (response) =>
          Effect.suspend(() => {
            assert.strictEqual(violation(action, "response", response), undefined, "what the script answers")
            if (this.unanswered === messageId) this.unanswered = undefined
            return this.send([3, messageId, response])
          }),
        refuse: (errorCode) =>
          Effect.suspend(() => {
            if (this.unanswered === messageId) this.unanswered = undefined
            return this.send([4, messageId, errorCode, "", {}])
          })
      }
    })
  }

  /** Takes the next CALL of the CSMS, which must be exactly this one, and answers it. */
  answers<A extends CsmsAction>(
    action: A,
    request: Messages[A]["request"],
    response: Messages[A]["response"]
  ): Effect.Effect<void> {
    return Effect.flatMap(this.asked(action), (asked) => {
      assert.deepStrictEqual(asked.request, request)
      return asked.answer(response)
    })
  }

  /** CALLs of the CSMS that nobody has asked for so far. */
  get unexpected(): Effect.Effect<ReadonlyArray<Inbound>> {
    return Queue.clear(this.calls)
  }

  private send(frame: ReadonlyArray<unknown>): Effect.Effect<void> {
    return Effect.suspend(() => {
      const text = JSON.stringify(frame)
      this.transcript.push(`CS → CSMS ${text}`)
      this.hasSpoken = true
      return this.peer?.send(text) ?? Effect.die(new Error("the station is not connected"))
    })
  }

  private onText(text: string): void {
    this.transcript.push(`CSMS → CS ${text}`)
    const [type, messageId, ...rest] = JSON.parse(text) as [number, string, ...ReadonlyArray<unknown>]
    if (type === 2) return this.onCall({ messageId, action: String(rest[0]), payload: rest[1] })
    const waiting = this.waiting.get(messageId)
    this.waiting.delete(messageId)
    if (waiting === undefined) return this.breaks(`an answer to no CALL: ${text}`)
    const { action, reply } = waiting
    this.heard.push(`${type === 3 ? "CALLRESULT" : "CALLERROR"} ${action}`)
    if (type === 3) {
      this.checks(violation(action, "response", rest[0]))
      return void Deferred.doneUnsafe(reply, Exit.succeed(rest[0]))
    }
    const [errorCode, errorDescription, details] = rest
    if (type !== 4 || rest.length !== 3 || typeof details !== "object") this.breaks(`no CALLERROR: ${text}`)
    const error = new CallErrorReceived({ errorCode: String(errorCode), errorDescription: String(errorDescription) })
    Deferred.doneUnsafe(reply, Exit.fail(error))
  }

  private onCall(call: Inbound): void {
    this.heard.push(`CALL ${call.action}`)
    if (this.ids.has(call.messageId)) this.breaks(`the message id ${call.messageId} for the second time`)
    if (this.unanswered !== undefined) this.breaks(`CALL ${call.action} while another is outstanding`)
    this.checks(violation(call.action, "request", call.payload))
    this.ids.add(call.messageId)
    this.unanswered = call.messageId
    Queue.offerUnsafe(this.calls, call)
  }

  private onClose(peer: Peer, closed: PeerClosed): void {
    this.transcript.push(`(closed: ${closed.code})`)
    if (this.peer !== peer) return
    this.peer = undefined
    this.unanswered = undefined
    for (const { reply } of this.waiting.values()) Deferred.doneUnsafe(reply, Exit.fail(closed))
    this.waiting.clear()
  }

  private breaks(rule: string): void {
    this.breaches.push(rule)
  }

  private checks(problem: string | undefined): void {
    if (problem !== undefined) this.breaks(problem)
  }
}
