/** EVs that speak ISO 15118, on the wire: what they are answered, and the profile they are owed. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, References } from "effect"
import { TestClock } from "effect/testing"
import { andThen, Csms, type Handlers, needsOf } from "../../src/index.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { at, begin, booted, connected, Recorder, settle, transactionEvent } from "./support.ts"
import { TestStore } from "./TestStore.ts"

const csmsWith = (handlers: Handlers) =>
  Csms.layer(handlers, { inventory: "off" }).pipe(Layer.provide(Layer.succeed(References.MinimumLogLevel, "None")))

const needs = { evseId: 1, chargingNeeds: { requestedEnergyTransfer: "DC" } } as const
const schedule = (limit: number, more: object = {}) => ({
  id: 1,
  chargingRateUnit: "W" as const,
  chargingSchedulePeriod: [{ startPeriod: 0, limit }] as [{ startPeriod: number; limit: number }],
  ...more
})
const profile = (limit = 11_000) => ({
  evseId: 1,
  chargingProfile: {
    id: 1,
    stackLevel: 0,
    chargingProfilePurpose: "TxProfile" as const,
    chargingProfileKind: "Relative" as const,
    chargingSchedule: [schedule(limit)] as [ReturnType<typeof schedule>],
    transactionId: "T1"
  }
})
const asks = (fake: FakeStation, action: string, payload: object) => fake.answerTo(fake.call(action, payload))
const saysSchedule = (fake: FakeStation, limit: number, more: object = {}) =>
  asks(fake, "NotifyEVChargingSchedule", { evseId: 1, timeBase: at, chargingSchedule: schedule(limit, more) })

const accepting: Handlers = { NotifyEVChargingNeeds: () => Effect.succeed({ status: "Accepted" }) }

describe("needs of EVs", () => {
  it.effect("K-40, K15.FR.03: without a handler they are Rejected, and nothing is owed", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      assert.deepStrictEqual(asks(fake, "NotifyEVChargingNeeds", needs), [{ status: "Rejected" }])
      yield* TestClock.adjust("2 minutes")
      assert.deepInclude(recorder.of("EVChargingNeedsReceived")[0], { evseId: 1, status: "Rejected" })
      assert.strictEqual(recorder.count("ChargingProfileOverdue"), 0)
    }).pipe(Effect.provide(csmsWith({})))
  )

  it.effect("K-40, K-41, K15.FR.02: a handler answers, and the profile follows the answer", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      fake.call("TransactionEvent", transactionEvent())
      const before = fake.texts.length
      asks(fake, "NotifyEVChargingNeeds", needs)
      yield* settle
      assert.deepStrictEqual(
        fake.frames.slice(before).map(([type, , what]) => [type, what]),
        [[3, { status: "Accepted" }], [2, "SetChargingProfile"]] // prettier-ignore
      )
      fake.reply({ status: "Accepted" })
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(recorder.count("ChargingProfileOverdue"), 0)
    }).pipe(
      Effect.provide(
        csmsWith({
          NotifyEVChargingNeeds: (_request, { station }) =>
            Effect.succeed(andThen({ status: "Accepted" }, station.call("SetChargingProfile", profile())))
        })
      )
    )
  )

  it.effect("K-41, K15.FR.08: 60 seconds without an accepted TxProfile are told, once", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      fake.call("TransactionEvent", transactionEvent())
      asks(fake, "NotifyEVChargingNeeds", needs)
      const refused = yield* begin(station.call("SetChargingProfile", profile()))
      fake.reply({ status: "Rejected" })
      assert.deepStrictEqual(yield* Fiber.join(refused), { status: "Rejected" })
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(recorder.count("ChargingProfileOverdue"), 0)
      yield* TestClock.adjust("1 second")
      assert.deepInclude(recorder.of("ChargingProfileOverdue")[0], {
        evseId: 1,
        transactionId: "T1",
        status: "Accepted"
      })
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(recorder.count("ChargingProfileOverdue"), 1)
    }).pipe(Effect.provide(csmsWith(accepting)))
  )

  it.effect("K-41: every EVSE has its own 60 seconds", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      asks(fake, "NotifyEVChargingNeeds", needs)
      yield* TestClock.adjust("30 seconds")
      asks(fake, "NotifyEVChargingNeeds", { ...needs, evseId: 2 })
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(recorder.of("ChargingProfileOverdue").map(({ evseId }) => evseId), [1]) // prettier-ignore
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(recorder.of("ChargingProfileOverdue").map(({ evseId }) => evseId), [1, 2]) // prettier-ignore
    }).pipe(Effect.provide(csmsWith(accepting)))
  )

  it.effect("K-41: the end of the transaction settles it", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      fake.call("TransactionEvent", transactionEvent())
      asks(fake, "NotifyEVChargingNeeds", needs)
      fake.call("TransactionEvent", transactionEvent(1, { eventType: "Ended" }))
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(recorder.count("ChargingProfileOverdue"), 0)
    }).pipe(Effect.provide(csmsWith(accepting)))
  )

  it.effect("K-41: a restart of the CSMS changes nothing", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const answers = yield* store.csms(
        Effect.gen(function* () {
          const csms = yield* Csms
          const { fake } = yield* booted()
          yield* csms.addStation({ identity: "CS-1", securityProfile: 0, handlers: accepting })
          fake.call("TransactionEvent", transactionEvent())
          const answer = asks(fake, "NotifyEVChargingNeeds", needs)
          yield* TestClock.adjust("20 seconds")
          return answer
        }),
        { inventory: "off" }
      )
      assert.deepStrictEqual(answers, [{ status: "Accepted" }])
      yield* store.csms(
        Effect.gen(function* () {
          const { station } = yield* connected()
          const recorder = yield* Recorder.start
          assert.isDefined(needsOf((yield* station.snapshot).mirror.evCharging, "T1"))
          yield* TestClock.adjust("39 seconds")
          assert.strictEqual(recorder.count("ChargingProfileOverdue"), 0)
          yield* TestClock.adjust("1 second")
          assert.deepInclude(recorder.of("ChargingProfileOverdue")[0], { evseId: 1, transactionId: "T1" })
        }),
        { inventory: "off" }
      )
    })
  )
})

describe("schedules of EVs", () => {
  const charging = Effect.gen(function* () {
    const all = yield* booted()
    const recorder = yield* Recorder.start
    all.fake.call("TransactionEvent", transactionEvent())
    const set = yield* begin(all.station.call("SetChargingProfile", profile()))
    all.fake.reply({ status: "Accepted" })
    yield* Fiber.join(set)
    return { ...all, recorder }
  })

  it.effect("K-43, K15.FR.11, K15.FR.12, K17.FR.11, K17.FR.12: Accepted within the last profile, else Rejected", () =>
    Effect.gen(function* () {
      const { fake } = yield* charging
      assert.deepStrictEqual(saysSchedule(fake, 11_000), [{ status: "Accepted" }])
      assert.deepStrictEqual(saysSchedule(fake, 11_001), [{ status: "Rejected" }])
    }).pipe(Effect.provide(csmsWith({})))
  )

  it.effect("K-44, K15.FR.13: the event of a rejected one is what a renegotiation starts from", () =>
    Effect.gen(function* () {
      const { fake, recorder } = yield* charging
      saysSchedule(fake, 12_000)
      yield* settle
      const told = { evseId: 1, transactionId: "T1", status: "Rejected", verdict: "Exceeds" } as const
      assert.deepInclude(recorder.of("EVChargingScheduleReceived")[0], told)
    }).pipe(Effect.provide(csmsWith({})))
  )

  it.effect("K-43: what cannot be decided is Accepted and told", () =>
    Effect.gen(function* () {
      const { fake, recorder } = yield* charging
      assert.deepStrictEqual(saysSchedule(fake, 99_000, { chargingRateUnit: "A" }), [{ status: "Accepted" }])
      const elsewhere = { evseId: 2, timeBase: at, chargingSchedule: schedule(99_000) }
      assert.deepStrictEqual(asks(fake, "NotifyEVChargingSchedule", elsewhere), [{ status: "Accepted" }])
      yield* settle
      const verdicts = recorder.of("EVChargingScheduleReceived").map(({ verdict }) => verdict)
      assert.deepStrictEqual(verdicts, ["OtherUnit", "NoProfile"])
    }).pipe(Effect.provide(csmsWith({})))
  )

  it.effect("K-43: a handler wins, and is told what the library would have said", () =>
    Effect.gen(function* () {
      const { fake, recorder } = yield* charging
      assert.deepStrictEqual(saysSchedule(fake, 11_001), [{ status: "Accepted" }])
      yield* settle
      assert.deepInclude(recorder.of("EVChargingScheduleReceived")[0], { status: "Accepted", verdict: "Exceeds" })
    }).pipe(Effect.provide(csmsWith({ NotifyEVChargingSchedule: () => Effect.succeed({ status: "Accepted" }) })))
  )

  it.effect("K-55, R-125: selectedScheduleTupleId is not in the schema, chargingSchedule.id tells the chosen one", () =>
    Effect.gen(function* () {
      const { fake } = yield* charging
      const request = { evseId: 1, timeBase: at, chargingSchedule: schedule(1), selectedScheduleTupleId: 1 }
      const [code] = asks(fake, "NotifyEVChargingSchedule", request) ?? []
      assert.strictEqual(code, "ProtocolError")
      assert.deepStrictEqual(saysSchedule(fake, 11_000, { id: 1 }), [{ status: "Accepted" }])
    }).pipe(Effect.provide(csmsWith({})))
  )

  it.effect("K-54: with the transaction before the needs, the handler knows which transaction they are for", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      fake.call("TransactionEvent", transactionEvent(0, { triggerReason: "Authorized" }))
      asks(fake, "NotifyEVChargingNeeds", needs)
      assert.deepStrictEqual(seen, ["T1"])
    }).pipe(
      Effect.provide(
        csmsWith({
          NotifyEVChargingNeeds: ({ evseId }, { mirror }) =>
            Effect.sync(() => {
              const running = mirror.transactions.running.find(({ evse }) => evse?.id === evseId)
              seen.push(running?.transactionId ?? "none")
              return { status: "Accepted" } as const
            })
        })
      )
    )
  })

  it.effect("K-47, K14.FR.02: a limit of a station behind a local controller is a limit of that station", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted("CS-7")
      const limit = { evseId: 1, chargingLimit: { chargingLimitSource: "SO" } }
      assert.deepStrictEqual(asks(fake, "NotifyChargingLimit", limit), [{}])
      assert.deepInclude((yield* station.snapshot).mirror.evCharging.limits[0], { evseId: 1, source: "SO" })
      assert.deepStrictEqual(asks(fake, "ClearedChargingLimit", { chargingLimitSource: "SO", evseId: 1 }), [{}])
      assert.deepStrictEqual((yield* station.snapshot).mirror.evCharging.limits, [])
    }).pipe(Effect.provide(csmsWith({})))
  )
})
