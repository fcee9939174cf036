/** The queue of transaction messages: order, retries, offline, shortage of space. */
import { assert, describe, it } from "@effect/vitest"
import type { ClientEvent } from "@wattline/ocpp-station"
import type { TransactionEventRequest } from "@wattline/ocpp-v201"
import { Effect, Fiber, Stream } from "effect"
import fc from "fast-check"
import { MessageQueue } from "../../src/queue/MessageQueue.ts"
import { accepted, pass, setup } from "./FakeCsms.ts"
import { Rig } from "./Rig.ts"

const event = (
  seqNo: number,
  eventType: TransactionEventRequest["eventType"] = "Updated"
): TransactionEventRequest => ({
  eventType,
  timestamp: "1970-01-01T00:00:00Z",
  triggerReason: "MeterValuePeriodic",
  seqNo,
  transactionInfo: { transactionId: "T1" }
})

const settings = {
  retryBackOffWaitMinimum: 5,
  retryBackOffRandomRange: 0,
  messageAttemptInterval: 60,
  messageAttempts: 3
}

describe("delivery", () => {
  it.effect("R-232, E04.FR.01: offline messages are queued, marked offline, and go out in order", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted({ settings })
      csms.hangUp()
      const waiting = yield* Effect.forEach([0, 1, 2], (seqNo) =>
        Effect.forkChild(client.transactionEvent(event(seqNo)))
      )
      yield* pass(0)
      assert.strictEqual(yield* client.undelivered, 3)
      const seen: Array<TransactionEventRequest> = []
      csms.answers.set("TransactionEvent", (request) => {
        seen.push(request)
        return {}
      })
      yield* pass(5.25)
      yield* Fiber.joinAll(waiting)
      assert.deepStrictEqual(
        seen.map(({ offline, seqNo }) => [seqNo, offline]),
        [
          [0, true],
          [1, true],
          [2, true]
        ]
      )
      yield* client.transactionEvent(event(3))
      assert.isUndefined(seen[3]?.offline)
      assert.strictEqual(yield* client.undelivered, 0)
    })
  )

  it.effect("R-232: a station that is not accepted yet queues too", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* setup()
      yield* Effect.forkChild(client.transactionEvent(event(0)))
      yield* pass(0)
      csms.call("BootNotification").reply({ status: "Pending", interval: 10, currentTime: "1970-01-01T00:00:00Z" })
      assert.deepStrictEqual(csms.sent(), [])
      yield* pass(10.25)
      csms.accept()
      assert.strictEqual(csms.call("TransactionEvent").request["offline"], true)
    })
  )

  it.effect("R-190, E13.FR.02, E13.FR.03: a message that is refused is sent again after interval × attempts", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted({ settings })
      const sending = yield* Effect.forkChild(client.transactionEvent(event(0)))
      yield* Effect.forkChild(client.transactionEvent(event(1)))
      yield* pass(0)
      csms.call("TransactionEvent").refuse()
      yield* pass(59)
      assert.deepStrictEqual(csms.sent(), [])
      yield* pass(1.25)
      csms.call("TransactionEvent").refuse()
      yield* pass(119)
      assert.deepStrictEqual(csms.sent(), [])
      yield* pass(1.25)
      const third = csms.call("TransactionEvent")
      assert.strictEqual(third.request["seqNo"], 0)
      third.reply({ totalCost: 3 })
      assert.deepStrictEqual(yield* Fiber.join(sending), { totalCost: 3 })
      assert.strictEqual(csms.call("TransactionEvent").request["seqNo"], 1)
    })
  )

  it.effect("E13.FR.04: after the last attempt it is given up, told, and the next one follows", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted({ settings: { ...settings, messageAttempts: 1 } })
      const told = yield* Effect.forkChild(
        client.events.pipe(
          Stream.filter(
            (one): one is Extract<ClientEvent, { _tag: "MessageGivenUp" }> => one._tag === "MessageGivenUp"
          ),
          Stream.runHead
        )
      )
      const sending = yield* Effect.forkChild(client.transactionEvent(event(0)))
      yield* Effect.forkChild(client.transactionEvent(event(1)))
      yield* pass(0)
      csms.call("TransactionEvent").refuse()
      assert.isUndefined(yield* Fiber.join(sending))
      assert.strictEqual(csms.call("TransactionEvent").request["seqNo"], 1)
      assert.deepStrictEqual((yield* Fiber.join(told))._tag, "Some")
    })
  )

  it.effect(
    "R-190, E11.FR.07: a lost link is no attempt; the message is the first on the next link, and of the time offline",
    () =>
      Effect.gen(function* () {
        const { client, csms } = yield* accepted({ settings: { ...settings, messageAttempts: 1 } })
        yield* Effect.forkChild(client.transactionEvent(event(0)))
        yield* pass(0)
        csms.call("TransactionEvent")
        csms.hangUp()
        yield* pass(5.25)
        const again = csms.call("TransactionEvent")
        assert.deepStrictEqual([again.request["seqNo"], again.request["offline"]], [0, true])
      })
  )

  it.effect("other CALLs go on while a message waits for its next attempt", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted({ settings })
      yield* Effect.forkChild(client.transactionEvent(event(0)))
      yield* Effect.forkChild(client.call("Heartbeat", {}))
      yield* pass(0)
      csms.call("TransactionEvent").refuse()
      csms.call("Heartbeat")
    })
  )

  it.effect("A04.FR.02: security events are delivered as surely", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted({ settings })
      csms.hangUp()
      yield* client.securityEvent({ type: "StartupOfTheDevice", timestamp: "1970-01-01T00:00:00Z" })
      yield* pass(5.25)
      csms.call("SecurityEventNotification")
    })
  )

  it.effect(
    "A04.FR.02, E11.FR.07: a security event comes again as it was when its link is lost or no answer comes",
    () =>
      Effect.gen(function* () {
        const { client, csms } = yield* accepted({ settings: { ...settings, messageTimeout: 30 } })
        const made = { type: "StartupOfTheDevice", timestamp: "1970-01-01T00:00:00Z" }
        yield* client.securityEvent(made)
        csms.call("SecurityEventNotification")
        csms.hangUp()
        yield* pass(5.25)
        assert.deepStrictEqual(csms.call("SecurityEventNotification").request, made)
        yield* pass(30 + 60.25)
        assert.deepStrictEqual(csms.call("SecurityEventNotification").request, made)
      })
  )

  it.effect("E13.FR.04: an attempt without an answer counts", () =>
    Effect.gen(function* () {
      const { rig } = yield* Rig.make({}, { settings: { ...settings, messageAttempts: 1, messageTimeout: 30 } })
      rig.client.start()
      rig.look()
      rig.answer("well")
      rig.push()
      yield* rig.pass(31)
      assert.deepStrictEqual(rig.concluded, [[0, "GivenUp"]])
      assert.deepInclude(rig.events, {
        _tag: "MessageGivenUp",
        action: "TransactionEvent",
        attempts: 1,
        end: "Timeout"
      })
    })
  )

  it.effect("a security event that the CSMS refuses is given up at once: TransactionEvents stand behind it", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted({ settings })
      yield* client.securityEvent({ type: "StartupOfTheDevice", timestamp: "1970-01-01T00:00:00Z" })
      yield* Effect.forkChild(client.transactionEvent(event(0)))
      yield* pass(0)
      csms.call("SecurityEventNotification").refuse()
      csms.call("TransactionEvent")
    })
  )

  it.effect("QueueAllMessages: notifications wait for the link too; what is worth nothing later does not", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted({
        settings: { ...settings, queueAllMessages: true, messageAttempts: 1 }
      })
      csms.hangUp()
      const status = yield* Effect.forkChild(
        client.call("StatusNotification", {
          timestamp: "1970-01-01T00:00:00Z",
          connectorStatus: "Available",
          evseId: 1,
          connectorId: 1
        })
      )
      yield* pass(0)
      const refused = yield* Effect.forkChild(Effect.flip(client.call("LogStatusNotification", { status: "Idle" })))
      yield* pass(0)
      const idToken = { idToken: "A", type: "Central" } as const
      assert.strictEqual((yield* Effect.flip(client.call("Heartbeat", {})))._tag, "NotSent")
      assert.strictEqual((yield* Effect.flip(client.call("Authorize", { idToken })))._tag, "NotSent")
      assert.strictEqual((yield* Effect.flip(client.call("SignCertificate", { csr: "A" })))._tag, "NotSent")
      csms.answers.set("StatusNotification", () => ({}))
      yield* pass(5.25)
      assert.deepStrictEqual(yield* Fiber.join(status), {})
      csms.call("LogStatusNotification").refuse()
      assert.strictEqual((yield* Fiber.join(refused))._tag, "NotSent")
    })
  )
})

describe("shortage of space (E04.FR.07)", () => {
  it.effect("E04.FR.07: Updated events go first, every second one; Started and Ended stay", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted({ settings, maxQueuedMessages: 6 })
      csms.hangUp()
      yield* Effect.forkChild(client.transactionEvent(event(0, "Started")))
      yield* Effect.forEach([1, 2, 3, 4, 5], (seqNo) => Effect.forkChild(client.transactionEvent(event(seqNo))))
      yield* Effect.forkChild(client.transactionEvent(event(6, "Ended")))
      yield* pass(0)
      const seen: Array<number> = []
      csms.answers.set("TransactionEvent", ({ seqNo }: TransactionEventRequest) => {
        seen.push(seqNo)
        return {}
      })
      yield* pass(5.25)
      assert.deepStrictEqual(seen, [0, 2, 4, 6])
    })
  )

  it.effect("E04.FR.07: what is dropped is told, and who waits for it hears that", () =>
    Effect.gen(function* () {
      const { rig } = yield* Rig.make({}, { maxQueuedMessages: 1 })
      const outcomes: Array<unknown> = []
      for (const seqNo of [0, 1])
        rig.client.transactionEvent(event(seqNo), (response) => outcomes.push([seqNo, response]))
      assert.deepStrictEqual(outcomes, [[0, undefined]])
      assert.deepStrictEqual(rig.events, [{ _tag: "MessageDropped", action: "TransactionEvent" }])
    })
  )

  it.effect("E04.FR.07: what is on the wire stays until it is answered", () =>
    Effect.gen(function* () {
      const { rig } = yield* Rig.make({}, { maxQueuedMessages: 1 })
      rig.client.start()
      rig.look()
      rig.answer("well")
      const outcomes: Array<unknown> = []
      for (const seqNo of [0, 1])
        rig.client.transactionEvent(event(seqNo), (response) => outcomes.push([seqNo, response]))
      rig.look()
      rig.answer("well")
      assert.deepStrictEqual(outcomes, [
        [1, undefined],
        [0, {}]
      ])
    })
  )

  it("E04.FR.07: where there is no Updated, the oldest other notification goes, and nothing that is on the wire", () => {
    const queue = new MessageQueue(2)
    const first = queue.push("SecurityEventNotification", {}, undefined)
    const second = queue.push("SecurityEventNotification", {}, undefined)
    queue.push("TransactionEvent", event(0, "Started"), undefined)
    assert.deepStrictEqual(queue.shrink(first), [second])
    queue.push("SecurityEventNotification", {}, undefined)
    queue.push("SecurityEventNotification", {}, undefined)
    assert.deepStrictEqual(queue.shrink(undefined), [first])
  })

  it("E14: what is not delivered is counted by transaction", () => {
    const queue = new MessageQueue(9)
    queue.push("SecurityEventNotification", {}, undefined)
    for (const transactionId of ["T1", "T2", "T2"])
      queue.push("TransactionEvent", { ...event(0), transactionInfo: { transactionId } }, undefined)
    assert.deepStrictEqual([queue.count("T1"), queue.count("T2"), queue.count(undefined)], [1, 2, 3])
  })

  it("E04.FR.07: keeps the order and loses neither Started, Ended nor what is on the wire", () => {
    const types = fc.array(fc.constantFrom("Started" as const, "Updated" as const, "Ended" as const), { maxLength: 60 })
    fc.assert(
      fc.property(types, fc.integer({ min: 1, max: 10 }), (eventTypes, most) => {
        const queue = new MessageQueue(most)
        const dropped = new Set<number>()
        eventTypes.forEach((eventType, seqNo) => {
          queue.push("TransactionEvent", event(seqNo, eventType), undefined)
          for (const { request } of queue.shrink(queue.head)) dropped.add((request as TransactionEventRequest).seqNo)
        })
        const left: Array<number> = []
        for (let { head } = queue; head !== undefined; { head } = queue) {
          left.push((head.request as TransactionEventRequest).seqNo)
          queue.shift()
        }
        assert.deepStrictEqual(
          left,
          eventTypes.map((_, seqNo) => seqNo).filter((seqNo) => !dropped.has(seqNo))
        )
        for (const seqNo of dropped) assert.strictEqual(eventTypes[seqNo], "Updated")
        if (eventTypes.length > 0) assert.isFalse(dropped.has(0))
      })
    )
  })
})
