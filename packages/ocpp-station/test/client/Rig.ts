/**
 * A client between a test and a CSMS that does anything. It looks at every frame and every event, and fails when a rule is
 * broken: one CALL at a time, answers only for CALLs, only states that the table knows, each TransactionEvent concluded once and in order.
 */
import type { TransactionEventRequest } from "@wattline/ocpp-v201"
import { Stations } from "@wattline/ocpp-station"
import { assert } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { ClientEvent } from "../../src/client/ClientEvent.ts"
import { type ClientParts, ClientProcess } from "../../src/client/ClientProcess.ts"
import { connectionOf, tableOf } from "../../src/client/Stations.ts"
import { lifecycleEvents, next } from "../../src/client/StationState.ts"
import type { StationHandlers } from "../../src/client/Client.ts"
import { connection, FakeCsms, pass, type Sent } from "./FakeCsms.ts"

const event = (seqNo: number): TransactionEventRequest => ({
  eventType: seqNo === 0 ? "Started" : "Ended", // never Updated: those may be dropped
  timestamp: "2026-01-01T00:00:00Z",
  triggerReason: "Authorized",
  seqNo,
  transactionInfo: { transactionId: "T-1" }
})

/** Answers that are right, by action. */
const goodAnswers: { readonly [action: string]: object } = {
  BootNotification: { status: "Accepted", currentTime: "1970-01-01T00:00:00Z", interval: 300 },
  Heartbeat: { currentTime: "1970-01-01T00:00:00Z" },
  TransactionEvent: {},
  StatusNotification: {},
  SecurityEventNotification: {}
}

/** See the head of the file. */
export class Rig {
  readonly events: Array<ClientEvent> = []
  /** seqNos of TransactionEvents in the order in which they were concluded, and how. */
  readonly concluded: Array<readonly [number, "Delivered" | "GivenUp"]> = []
  /** seqNos that the CSMS has received and not refused, in that order. */
  readonly received: Array<number> = []
  /** The station's CALL on the wire. */
  outstanding: Sent | undefined = undefined
  /** The last CALL that was on the wire. */
  previous: Sent | undefined = undefined
  /** Done whenever the client tells or calls back, in the very moment. */
  reaction: () => void = () => undefined
  pushed = 0
  outcomes = 0
  calls = 0
  /** How often a CALL of the CSMS with this id was said, and how often it was answered. */
  private readonly asked = new Map<string, number>()
  private readonly answered = new Map<string, number>()
  /** Attempts at each TransactionEvent that the CSMS has failed. */
  private readonly failures = new Map<number, number>()
  readonly csms: FakeCsms
  readonly client: ClientProcess

  private constructor(csms: FakeCsms, make: (tell: (event: ClientEvent) => void) => ClientProcess) {
    this.csms = csms
    this.client = make((told) => this.told(told))
  }

  /** A client that is not started yet. */
  static readonly make = (handlers: StationHandlers, parts: Partial<ClientParts> = {}) =>
    Effect.gen(function* () {
      const csms = new FakeCsms()
      const context = yield* Layer.build(Layer.provide(Stations.layer, csms.layer))
      const { host } = Context.get(context, Stations)
      const rig = new Rig(
        csms,
        (tell) =>
          new ClientProcess(host, {
            identity: connection.identity,
            connection: () => connectionOf(connection),
            chargingStation: () => connection.chargingStation,
            handlers: tableOf(handlers),
            settings: { messageAttemptInterval: 5, retryBackOffRandomRange: 0, webSocketPingInterval: 0 },
            maxQueuedMessages: 10_000,
            tell,
            ...parts
          })
      )
      yield* Effect.addFinalizer(() => Effect.sync(() => rig.client.dispose()))
      return { rig, host }
    })

  private told(told: ClientEvent): void {
    this.events.push(told)
    if (told._tag === "CallEnded" && told.action === "TransactionEvent" && told.end === "Timeout" && this.outstanding)
      this.failed(this.outstanding)
    this.reaction()
  }

  /** An attempt at a TransactionEvent has failed. */
  private failed([, , , payload]: Sent): void {
    const { seqNo } = payload as { readonly seqNo: number }
    this.failures.set(seqNo, (this.failures.get(seqNo) ?? 0) + 1)
  }

  /** Looks at what the station has sent. */
  look(): void {
    for (const frame of this.csms.sent()) {
      if (frame[0] === 2) {
        const isSecond = this.outstanding !== undefined && this.csms.areTogether(this.outstanding, frame)
        assert.isFalse(isSecond, "R-100: a second CALL while one is outstanding")
        this.outstanding = frame
        this.previous = frame
      } else {
        const count = (this.answered.get(frame[1]) ?? 0) + 1
        this.answered.set(frame[1], count)
        assert.isAtMost(
          count,
          this.asked.get(frame[1]) ?? 0,
          `R-147: an answer without a CALL: ${JSON.stringify(frame)}`
        )
      }
    }
    if (this.outstanding !== undefined && !this.csms.isCurrent(this.outstanding)) this.outstanding = undefined
  }

  /** The CSMS says something. `answerable`: what it may be answered under. */
  say(frame: unknown, answerable?: string): void {
    if (!this.csms.isConnected) return
    if (answerable !== undefined) this.asked.set(answerable, (this.asked.get(answerable) ?? 0) + 1)
    this.csms.say(frame)
    this.look()
  }

  /** The CSMS answers the outstanding CALL: well, or with anything. */
  answer(how: "well" | "CALLERROR" | object): void {
    const { outstanding } = this
    if (outstanding === undefined) return
    const [, id, action, payload] = outstanding
    this.outstanding = undefined
    if (action === "TransactionEvent") {
      if (how === "well") this.received.push((payload as { readonly seqNo: number }).seqNo)
      else this.failed(outstanding)
    }
    if (how === "CALLERROR") this.say([4, id, "InternalError", "", {}])
    else this.say([3, id, how === "well" ? (goodAnswers[String(action)] ?? {}) : how])
  }

  push(): void {
    const seqNo = this.pushed++
    this.client.transactionEvent(event(seqNo), (response) => {
      this.concluded.push([seqNo, response === undefined ? "GivenUp" : "Delivered"])
      this.reaction()
    })
    this.look()
  }

  call(): void {
    this.calls += 1
    this.client.call("Heartbeat", {}, () => {
      this.outcomes += 1
      this.reaction()
    })
    this.look()
  }

  hangUp(): void {
    this.csms.hangUp()
    this.look()
  }

  /** Seconds go by. */
  readonly pass = (seconds: number) =>
    Effect.gen({ self: this }, function* () {
      for (let left = seconds; left > 0; left -= 5) {
        yield* pass(Math.min(5, left))
        this.look()
      }
    })

  /** From here on the CSMS behaves: the station comes back and delivers everything. */
  readonly recover = Effect.gen({ self: this }, function* () {
    this.csms.failures.length = 0
    for (let round = 0; round < 400; round++) {
      while (this.outstanding !== undefined) this.answer("well")
      const { inbound, isOnline } = this.client
      if (isOnline && this.client.undelivered() === 0 && this.outcomes === this.calls && inbound.depth === 0) return
      yield* this.pass(5)
    }
  })

  /** What must hold once the CSMS has behaved for a while. */
  check(): void {
    assert.strictEqual(this.client.state, "Accepted", "R-189: the station comes back")
    assert.strictEqual(this.outcomes, this.calls, "every CALL has one outcome")
    assert.deepStrictEqual(
      this.concluded.map(([seqNo]) => seqNo),
      Array.from({ length: this.pushed }, (_, seqNo) => seqNo),
      "R-190: each TransactionEvent is concluded once, in order"
    )
    assert.deepStrictEqual(
      this.received,
      this.concluded.filter(([, how]) => how === "Delivered").map(([seqNo]) => seqNo),
      "what is delivered was received"
    )
    for (const [seqNo, how] of this.concluded)
      if (how === "GivenUp") assert.strictEqual(this.failures.get(seqNo), 3, "E13.FR.04: only after the last attempt")
      else assert.isBelow(this.failures.get(seqNo) ?? 0, 3, "E13.FR.04: not after it")
    for (const told of this.events)
      if (told._tag === "StateChanged")
        assert.isTrue(
          lifecycleEvents.some((by) => next(told.previous, by) === told.state),
          `${told.previous} → ${told.state} is not in the table`
        )
    assert.strictEqual(this.csms.doubled, 0, "never two connections")
    const { inbound, outbound } = this.client
    assert.deepStrictEqual([inbound.depth, outbound.depth], [0, 0], "nothing is left in the lanes")
  }
}
