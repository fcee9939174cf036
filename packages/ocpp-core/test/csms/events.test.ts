/** What a CSMS tells: numbered, serialisable, complete for whoever is fast enough. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Csms, type CsmsEvent, findTransaction, runningTransactionAt, type StationEvent } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { requests, stationActions } from "./requests.ts"
import {
  basic,
  begin,
  booted,
  connected,
  failureOf,
  Recorder,
  settle,
  statusNotification,
  transactionEvent,
  upgrade
} from "./support.ts"

const isNumbered = (event: CsmsEvent): event is StationEvent => "seq" in event

/** A life with a bit of everything. */
const busyLife = Effect.gen(function* () {
  const { csms, fake, station } = yield* booted()
  for (const action of stationActions) fake.call(action, requests[action])
  fake.call("Nonsense", {})
  fake.say("not even JSON")
  fake.say('[3,"nobodys",{}]')
  yield* begin(Effect.exit(station.call("Reset", { type: "OnIdle" })))
  fake.reply({ status: "Scheduled" })
  yield* begin(Effect.exit(station.call("ClearCache", {})))
  yield* TestClock.adjust("31 seconds")
  fake.reply({ status: "Accepted" })
  fake.vanish()
  yield* FakeStation.connect("CS-1")
  const newer = yield* FakeStation.connect("CS-1")
  newer.boot("ScheduledReset")
  newer.vanish()
  yield* csms.removeStation("CS-1")
})

describe("events", () => {
  it.effect("habit 6: numbered by (epoch, seq) without gaps", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      yield* busyLife
      yield* settle
      const events = recorder.events.filter(isNumbered)
      assert.isAbove(events.length, 50)
      const epochs = new Map<number, Array<number>>()
      for (const { epoch, seq } of events) epochs.set(epoch, [...(epochs.get(epoch) ?? []), seq])
      assert.deepStrictEqual([...epochs.keys()], [0, 1, 2, 3])
      for (const seqs of epochs.values())
        assert.deepStrictEqual(
          seqs,
          seqs.map((_, i) => i + 1)
        )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("habit 6: plain data: JSON and back gives the same", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      yield* busyLife
      yield* settle
      const present = (value: unknown): unknown =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined))
          : value
      assert.deepStrictEqual(JSON.parse(JSON.stringify(recorder.events)), recorder.events.map(present))
      for (const event of recorder.events.filter(isNumbered))
        assert.deepInclude(event, { identity: "CS-1", durable: durable.has(event._tag) })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-188: a life, told in order", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { csms, fake } = yield* booted()
      fake.call("FirmwareStatusNotification", { status: "Idle" })
      fake.vanish(1001, "bye")
      yield* csms.removeStation("CS-1")
      yield* settle
      assert.deepStrictEqual(
        recorder.events.map((event) => (event._tag === "StateChanged" ? `→ ${event.to}` : event._tag)),
        [
          "Added",
          "Connected",
          "→ Connected",
          "→ Booting",
          "Booted",
          "→ Accepted",
          "Ready",
          "NotificationReceived",
          "Disconnected",
          "→ Offline",
          "Removed"
        ]
      )
      assert.deepInclude(recorder.of("NotificationReceived")[0], {
        action: "FirmwareStatusNotification",
        request: { status: "Idle" }
      })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("subscribe misses nothing, although its stream is run later", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      const stream = yield* csms.subscribe
      yield* booted()
      const events = yield* Stream.runCollect(Stream.take(stream, 6))
      assert.deepStrictEqual(
        events.map(({ _tag }) => _tag),
        ["Added", "Connected", "StateChanged", "StateChanged", "Booted", "StateChanged"]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("a subscriber that is too slow is told how many events it missed, and goes on", () =>
    Effect.gen(function* () {
      const { csms, fake } = yield* booted()
      const stream = yield* csms.subscribe
      const heartbeat = (n: number) => {
        for (let i = 0; i < n; i++) fake.call("Heartbeat", {})
      }
      heartbeat(10) // five fit
      const got: Array<CsmsEvent> = []
      const reading = yield* begin(
        Stream.runForEach(Stream.take(stream, 8), (event) => Effect.sync(() => void got.push(event)))
      )
      yield* settle
      assert.deepStrictEqual(
        got.map(({ _tag }) => _tag),
        [...Array.from({ length: 5 }, () => "NotificationReceived"), "EventsMissed"],
        "told although no event followed"
      )
      assert.deepStrictEqual(got[5], { _tag: "EventsMissed", missed: 5 })
      heartbeat(2)
      yield* Fiber.join(reading)
      const [last, next] = [got[4], got[6]]
      if (last === undefined || next === undefined || !isNumbered(last) || !isNumbered(next))
        return assert.fail("events are numbered")
      assert.strictEqual(next.seq, last.seq + 5 + 1)
    }).pipe(Effect.provide(Csms.layer({}, { eventBuffer: 5 })))
  )

  it.effect("one slow subscriber does not hold up the others", () =>
    Effect.gen(function* () {
      const { csms, fake } = yield* booted()
      yield* csms.subscribe
      const recorder = yield* Recorder.start
      for (let i = 0; i < 20; i++) {
        fake.call("Heartbeat", {})
        yield* settle
      }
      assert.strictEqual(recorder.count("NotificationReceived"), 20)
    }).pipe(Effect.provide(Csms.layer({}, { eventBuffer: 4 })))
  )

  it.effect("a subscription ends with the CSMS", () =>
    Effect.gen(function* () {
      const stream = yield* Effect.provide(
        Effect.flatMap(Csms, (csms) => csms.subscribe),
        Csms.layer()
      )
      assert.deepStrictEqual(yield* Stream.runCollect(stream), [])
    })
  )

  it.effect("station.events tells of one station, station.changes of what is known then", () =>
    Effect.gen(function* () {
      const one = yield* connected("CS-1")
      const two = yield* connected("CS-2")
      const events = yield* begin(Stream.runCollect(Stream.take(one.station.events, 4)))
      const states = yield* begin(
        one.station.changes.pipe(
          Stream.map(({ state }) => state),
          Stream.changes,
          Stream.take(3),
          Stream.runCollect
        )
      )
      yield* settle
      two.fake.boot()
      one.fake.boot()
      yield* settle
      one.fake.vanish()
      yield* settle
      const told = events.pollUnsafe()
      assert.isTrue(told !== undefined && Exit.isSuccess(told))
      if (told !== undefined && Exit.isSuccess(told))
        assert.isTrue(told.value.every((event) => isNumbered(event) && event.identity === "CS-1"))
      const seen = states.pollUnsafe()
      if (seen === undefined || Exit.isFailure(seen)) return assert.fail("no states")
      assert.deepStrictEqual(seen.value, ["Connected", "Accepted", "Offline"])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("nobody listens: the numbers go on, so that a gap can be seen", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      fake.call("StatusNotification", statusNotification())
      yield* settle
      const [event] = recorder.events
      assert.isTrue(event !== undefined && isNumbered(event) && event.seq > 4)
    }).pipe(Effect.provide(Csms.layer()))
  )
})

const durable = new Set(["Booted", "TransactionStarted", "TransactionUpdated", "TransactionEnded"])

describe("who is not let in", () => {
  it.effect("R-015: is told as an event, with the status and without the password", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      const recorder = yield* Recorder.start
      yield* csms.addStation({ identity: "CS-1", securityProfile: 1, password: "a long enough password" })
      yield* upgrade("/CS-1", basic("CS-1", "some other long password"))
      yield* upgrade("/CS-2")
      yield* settle
      const refused = recorder.of("AdmissionRefused")
      assert.deepStrictEqual(
        refused.map(({ status, target }) => [target, status]),
        [
          ["/CS-1", 401],
          ["/CS-2", 404]
        ]
      )
      assert.notInclude(JSON.stringify(refused), "long password")
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("waitFor", () => {
  it.effect("gives the snapshot as soon as the station is as wanted", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
      const accepted = yield* begin(station.waitFor((view) => view.state === "Accepted"))
      const fake = yield* FakeStation.connect("CS-1")
      assert.isUndefined(accepted.pollUnsafe())
      fake.boot()
      assert.strictEqual((yield* Fiber.join(accepted)).registration, "Accepted")
      assert.strictEqual((yield* station.waitFor((view) => view.connected)).state, "Accepted")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("gives what was looked up, once it is there", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const lookUp = station.waitFor(({ mirror }) => findTransaction(mirror.transactions, "T1"))
      const waiting = yield* begin(lookUp)
      assert.isUndefined(waiting.pollUnsafe())
      fake.call("TransactionEvent", transactionEvent(0))
      assert.strictEqual((yield* Fiber.join(waiting)).transactionId, "T1")
      assert.strictEqual((yield* lookUp).transactionId, "T1")
      const at = (evseId: number) => station.waitFor(({ mirror }) => runningTransactionAt(mirror.transactions, evseId))
      assert.strictEqual((yield* at(1)).transactionId, "T1")
      assert.isUndefined((yield* begin(at(2))).pollUnsafe())
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("fails with StationRemoved when the station goes for good, and when it is gone already", () =>
    Effect.gen(function* () {
      const { csms, station } = yield* booted()
      const forNever = station.waitFor((view) => view.state === "Pending")
      const waiting = yield* begin(forNever)
      yield* csms.removeStation("CS-1")
      const failure = yield* failureOf(waiting)
      assert.deepStrictEqual([failure._tag, failure.identity], ["StationRemoved", "CS-1"])
      assert.strictEqual((yield* Effect.flip(forNever))._tag, "StationRemoved")
    }).pipe(Effect.provide(Csms.layer()))
  )
})
