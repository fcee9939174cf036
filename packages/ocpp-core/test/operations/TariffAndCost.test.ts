/** Block I: cost by CostUpdated and by answers, texts for drivers, fallback messages, currency. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { andThen, Csms, type Handlers, type Station, TariffAndCost } from "../../src/index.ts"
import { begin, booted, Recorder, settle, token, transactionEvent } from "../csms/support.ts"
import type { FakeStation } from "../support/FakeStation.ts"

/** The station tells the value of a variable. */
const tells = Effect.fnUntraced(function* (
  { fake, station }: { readonly fake: FakeStation; readonly station: Station },
  name: string,
  attributeValue: string,
  component = "TariffCostCtrlr",
  instance?: string
) {
  const target = { component: { name: component }, variable: { name, ...(instance !== undefined && { instance }) } }
  const read = yield* begin(station.call("GetVariables", { getVariableData: [target] }))
  fake.reply({ getVariableResult: [{ ...target, attributeStatus: "Accepted", attributeValue }] })
  yield* Fiber.join(read)
})

describe("costUpdated", () => {
  it.effect(
    "I-3, I02.FR.02, TC_I_01_CSMS: tells the cost of a running transaction, with at most six decimals (I-7)",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        fake.call("TransactionEvent", transactionEvent())
        const sent = yield* begin(TariffAndCost.costUpdated(station, "T1", 0.1 + 0.2))
        assert.deepStrictEqual(fake.lastCall.slice(2), ["CostUpdated", { transactionId: "T1", totalCost: 0.3 }])
        fake.reply({})
        assert.isUndefined(yield* Fiber.join(sent))
        const { mirror } = yield* station.snapshot
        assert.strictEqual(mirror.transactions.running[0]?.totalCost, 0.3)
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("I-3, I02.FR.02: not for a transaction that does not run, unless it is wanted all the same", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const brokenFor = (transactionId: string) =>
        Effect.map(Effect.flip(TariffAndCost.costUpdated(station, transactionId, 1)), (failure) =>
          failure._tag === "CheckFailed" ? failure.broken.map(({ detail, rule }) => `${rule} ${detail}`) : failure._tag
        )
      assert.deepStrictEqual(yield* brokenFor("T1"), ["I02.FR.02 the transaction is not known"])
      fake.call("TransactionEvent", transactionEvent(0))
      fake.call("TransactionEvent", transactionEvent(1, { eventType: "Ended" }))
      assert.deepStrictEqual(yield* brokenFor("T1"), ["I02.FR.02 the transaction is over"])
      assert.lengthOf(fake.calls, 0)
      const sent = yield* begin(TariffAndCost.costUpdated(station, "T2", 1, { allow: "All" }))
      fake.reply({})
      yield* Fiber.join(sent)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("I-3: not to a station that has said that it shows no costs", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.call("TransactionEvent", transactionEvent())
      yield* tells({ fake, station }, "Available", "false", "TariffCostCtrlr", "Cost")
      const failure = yield* Effect.flip(TariffAndCost.costUpdated(station, "T1", 1))
      assert.deepStrictEqual(failure._tag === "CheckFailed" && failure.broken.map(({ rule }) => rule), ["I02.FR.01"])
    }).pipe(Effect.provide(Csms.layer()))
  )
})

/** A CSMS with a price of 0.5 for a kWh, which changes once 2 kWh were charged. */
const pricing: Handlers = {
  TransactionEvent: ({ eventType }, { transaction: { energy } }) => {
    const kWh = energy === undefined ? undefined : (energy.last.wh - energy.first.wh) / 1000
    if (kWh === undefined) return Effect.succeed({})
    if (eventType === "Ended") return Effect.succeed({ totalCost: kWh * 0.5 })
    const updatedPersonalMessage = { format: "UTF8", content: "Now 0.40 EUR/kWh" } as const
    return Effect.succeed({ totalCost: kWh * 0.5, ...(kWh > 2 && { updatedPersonalMessage }) })
  },
  authorize: () => Effect.succeed({ status: "Accepted", personalMessage: { format: "UTF8", content: "0.50 EUR/kWh" } })
}

const metered = (seqNo: number, value: number, more: object = {}) => {
  const timestamp = `2026-01-01T00:0${seqNo}:00Z`
  return transactionEvent(seqNo, { timestamp, meterValue: [{ timestamp, sampledValue: [{ value }] }], ...more })
}

describe("tariff and cost in answers", () => {
  it.effect("I-1, I01.FR.01: the tariff of a driver goes out with the verdict on the token", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const idTokenInfo = { status: "Accepted", personalMessage: { format: "UTF8", content: "0.50 EUR/kWh" } }
      assert.deepStrictEqual(fake.answerTo(fake.call("Authorize", token)), [{ idTokenInfo }])
    }).pipe(Effect.provide(Csms.layer(pricing)))
  )

  it.effect("I-1, I01.FR.02: and is told as doubtful where the station shows no such texts", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      yield* tells({ fake, station }, "Enabled", "false", "TariffCostCtrlr", "Tariff")
      fake.call("Authorize", token)
      yield* tells({ fake, station }, "Available", "false", "DisplayMessageCtrlr")
      fake.call("Authorize", token)
      yield* settle
      assert.deepStrictEqual(
        recorder.of("AuthorizationDoubtful").map(({ action, problems }) => [action, problems]),
        [["Authorize", ["PersonalMessageNotSupported"]]]
      )
    }).pipe(Effect.provide(Csms.layer(pricing)))
  )

  it.effect("I-2, I-4, I-5, I03.FR.02, I06.FR.01, TC_I_02_CSMS: running cost, changed tariff, final cost", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      const answers = [
        metered(0, 1000),
        metered(1, 2500),
        metered(2, 5000),
        metered(3, 6000, { eventType: "Ended" })
      ].map((event) => fake.answerTo(fake.call("TransactionEvent", event))?.[0])
      yield* settle
      assert.deepStrictEqual(answers, [
        { totalCost: 0 },
        { totalCost: 0.75 },
        { totalCost: 2, updatedPersonalMessage: { format: "UTF8", content: "Now 0.40 EUR/kWh" } },
        { totalCost: 2.5 }
      ])
      const { mirror } = yield* station.snapshot
      assert.strictEqual(mirror.transactions.ended[0]?.totalCost, 2.5)
      assert.strictEqual(recorder.count("RunningCostToldTwice"), 0)
    }).pipe(Effect.provide(Csms.layer(pricing)))
  )

  it.effect("I-4, I03.FR.04: a transaction that was free costs 0, which is not left out", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      fake.call("TransactionEvent", metered(0, 1000))
      const ended = fake.call("TransactionEvent", metered(1, 1000, { eventType: "Ended" }))
      assert.deepStrictEqual(fake.answerTo(ended), [{ totalCost: 0 }])
    }).pipe(Effect.provide(Csms.layer(pricing)))
  )

  it.effect("I-2, TC_I_01_CSMS: CostUpdated follows the answer; in both ways for one transaction is told", () => {
    let answers = false
    const handlers: Handlers = {
      TransactionEvent: (_, { station }) =>
        Effect.succeed(
          andThen(answers ? { totalCost: 2 } : {}, Effect.ignore(TariffAndCost.costUpdated(station, "T1", 1)))
        )
    }
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      const first = fake.call("TransactionEvent", metered(0, 1000))
      yield* settle
      const order = fake.frames.map(([type, id, action]) => (type === 2 ? action : id)).slice(-2)
      assert.deepStrictEqual(order, [first, "CostUpdated"])
      fake.reply({})
      yield* settle
      assert.strictEqual(recorder.count("RunningCostToldTwice"), 0)
      answers = true
      for (const seqNo of [1, 2]) {
        fake.call("TransactionEvent", metered(seqNo, 1000 + seqNo))
        yield* settle
        fake.reply({})
        yield* settle
      }
      assert.deepStrictEqual(
        recorder.of("RunningCostToldTwice").map(({ transactionId }) => transactionId),
        ["T1"]
      )
    }).pipe(Effect.provide(Csms.layer(handlers)))
  })

  it.effect("I-7, R-127: amounts in answers have at most six decimals, in the currency of the station", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      assert.isUndefined(yield* TariffAndCost.currency(station))
      yield* tells({ fake, station }, "Currency", "CHF")
      assert.strictEqual(yield* TariffAndCost.currency(station), "CHF")
      fake.call("TransactionEvent", metered(0, 0))
      const third = fake.call("TransactionEvent", metered(1, 1234.5678901))
      assert.deepStrictEqual(fake.answerTo(third), [{ totalCost: 0.617_284 }])
    }).pipe(Effect.provide(Csms.layer(pricing)))
  )
})

describe("fallback messages", () => {
  it.effect("I-6, I04.FR.02, I05.FR.01: are set as variables; a negative status is a value", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const cases = [
        [TariffAndCost.setTariffFallbackMessage, "TariffFallbackMessage", "Accepted"],
        [TariffAndCost.setTotalCostFallbackMessage, "TotalCostFallbackMessage", "UnknownVariable"]
      ] as const
      for (const [set, variable, attributeStatus] of cases) {
        const message = "€".repeat(255)
        const running = yield* begin(set(station, message))
        const target = { component: { name: "TariffCostCtrlr" }, variable: { name: variable } }
        assert.deepStrictEqual(fake.lastCall.slice(2), [
          "SetVariables",
          { setVariableData: [{ ...target, attributeValue: message }] }
        ])
        fake.reply({ setVariableResult: [{ ...target, attributeStatus }] })
        assert.deepStrictEqual<unknown>(yield* Fiber.join(running), {
          item: { component: "TariffCostCtrlr", variable },
          status: attributeStatus
        })
      }
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("I-6: with more than 255 characters they are not sent", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const cases = [
        [TariffAndCost.setTariffFallbackMessage, "I04.FR.02"],
        [TariffAndCost.setTotalCostFallbackMessage, "I05.FR.01"]
      ] as const
      for (const [set, rule] of cases) {
        const failure = yield* Effect.flip(set(station, "x".repeat(256)))
        assert.deepStrictEqual(failure._tag === "CheckFailed" && failure.broken.map((one) => one.rule), [rule])
      }
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )
})
