/** TransactionEvents on the wire: resends under a new message id, what handlers see, questions the CSMS asks by itself. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, References } from "effect"
import { TestClock } from "effect/testing"
import { Csms, type CsmsOptions, type Handlers, type Transaction } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, Recorder, settle, statusNotification, token, transactionEvent } from "./support.ts"
import { TestStore } from "./TestStore.ts"

const csmsWith = (handlers: Handlers, options: CsmsOptions = {}) =>
  Csms.layer(handlers, options).pipe(Layer.provide(Layer.succeed(References.MinimumLogLevel, "None")))

/** Answers with how often it was asked. */
const counting = () => {
  let asked = 0
  const handlers: Handlers = {
    TransactionEvent: () => Effect.sync(() => ({ totalCost: ++asked, idTokenInfo: { status: "Accepted" } }) as const)
  }
  return { handlers, asked: () => asked }
}

const ask = (fake: FakeStation, seqNo: number, more: object = {}) =>
  fake.answerTo(fake.call("TransactionEvent", transactionEvent(seqNo, more)))

describe("R-191: the same event under a new message id", () => {
  it.effect("E-5, R-191, E13.FR.02: gets the earlier answer, and the app is not asked again", () => {
    const { asked, handlers } = counting()
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      const first = ask(fake, 0, token)
      assert.deepStrictEqual(first, [{ totalCost: 1, idTokenInfo: { status: "Accepted" } }])
      assert.deepStrictEqual(ask(fake, 0, token), first)
      yield* settle
      assert.deepStrictEqual([asked(), recorder.tags], [1, ["TransactionStarted"]])
      assert.deepStrictEqual(ask(fake, 1), [{ totalCost: 2 }])
    }).pipe(Effect.provide(csmsWith(handlers)))
  })

  it.effect("E-5: also when the members come in another order, and on the next connection", () => {
    const { asked, handlers } = counting()
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      ask(fake, 0)
      fake.vanish()
      const newer = yield* FakeStation.connect("CS-1")
      const turned = Object.fromEntries(Object.entries(transactionEvent(0)).toReversed())
      const id = newer.call("TransactionEvent", turned)
      assert.deepStrictEqual([newer.answerTo(id), asked()], [[{ totalCost: 1 }], 1])
    }).pipe(Effect.provide(csmsWith(handlers)))
  })

  it.effect(
    "E-5, E-22, E11.FR.07: also when the station says offline of it now, under the same message id or a new one",
    () => {
      const { asked, handlers } = counting()
      return Effect.gen(function* () {
        const { fake } = yield* booted()
        const id = fake.call("TransactionEvent", transactionEvent(0))
        const first = fake.answerTo(id)
        fake.vanish()
        const newer = yield* FakeStation.connect("CS-1")
        const offline = transactionEvent(0, { offline: true })
        newer.say(JSON.stringify([2, id, "TransactionEvent", offline]))
        assert.deepStrictEqual(newer.answerTo(id), first)
        assert.deepStrictEqual(newer.answerTo(newer.call("TransactionEvent", offline)), first)
        assert.strictEqual(asked(), 1)
      }).pipe(Effect.provide(csmsWith(handlers)))
    }
  )

  it.effect("E-5: while the first is still with the app, it waits for that answer", () => {
    const resumes: Array<() => void> = []
    let asked = 0
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const ids = [0, 0].map((seqNo) => fake.call("TransactionEvent", transactionEvent(seqNo)))
      assert.deepStrictEqual([asked, resumes.length], [1, 1])
      resumes.shift()?.()
      yield* settle
      assert.deepStrictEqual([ids.map((id) => fake.answerTo(id)), asked], [[[{ totalCost: 1 }], [{ totalCost: 1 }]], 1])
    }).pipe(
      Effect.provide(
        csmsWith({
          TransactionEvent: () => {
            const totalCost = ++asked
            return Effect.callback((resume) => void resumes.push(() => resume(Effect.succeed({ totalCost }))))
          }
        })
      )
    )
  })

  it.effect("E-5: an answer no longer kept is decided again, and the event counts once", () => {
    const { asked, handlers } = counting()
    return Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      ask(fake, 0)
      yield* TestClock.adjust("6 minutes")
      assert.deepStrictEqual(ask(fake, 0), [{ totalCost: 2 }])
      yield* settle
      assert.deepStrictEqual([asked(), recorder.count("TransactionStarted")], [2, 1])
      assert.deepStrictEqual((yield* station.snapshot).mirror.transactions.running[0]?.received, [0, 0])
    }).pipe(Effect.provide(csmsWith(handlers)))
  })

  it.effect("E-6: another event under the same number is decided, and told as a conflict", () => {
    const { asked, handlers } = counting()
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      ask(fake, 0)
      assert.deepStrictEqual(ask(fake, 0, { triggerReason: "Authorized", ...token }), [
        { totalCost: 2, idTokenInfo: { status: "Accepted" } }
      ])
      yield* settle
      assert.strictEqual(asked(), 2)
      const [conflict] = recorder.of("TransactionConflict")
      assert.deepInclude(conflict, { transactionId: "T1", seqNo: 0, durable: true })
      assert.notInclude(JSON.stringify(recorder.events), token.idToken.idToken)
    }).pipe(Effect.provide(csmsWith(handlers)))
  })
})

describe("what the handler of a TransactionEvent sees", () => {
  it.effect("the transaction with this event in it; the mirror has it once that is answered", () => {
    const seen: Array<readonly [Transaction, ReadonlyArray<Transaction>]> = []
    return Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const [seqNo, more] of [
        [0, {}],
        [2, { transactionInfo: { transactionId: "T1", chargingState: "Charging" } }],
        [3, { eventType: "Ended" }]
      ] as const)
        ask(fake, seqNo, more)
      assert.deepStrictEqual(
        seen.map(([{ received, chargingState, endedAt }, running]) => [
          received,
          chargingState,
          endedAt !== undefined,
          running.map((known) => known.received)
        ]),
        [
          [[0, 0], undefined, false, []],
          [[0, 0, 2, 2], "Charging", false, [[0, 0]]],
          [[0, 0, 2, 3], "Charging", true, [[0, 0, 2, 2]]]
        ]
      )
      assert.strictEqual((yield* station.snapshot).mirror.transactions.ended.length, 1)
    }).pipe(
      Effect.provide(
        csmsWith({
          TransactionEvent: (_request, { mirror, transaction }) =>
            Effect.sync(() => {
              seen.push([transaction, mirror.transactions.running])
              return {}
            })
        })
      )
    )
  })

  it.effect("E-3: `authorize` sees it too", () => {
    const seen: Array<unknown> = []
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      ask(fake, 0, { evse: { id: 2 } })
      ask(fake, 1, { ...token, evse: undefined })
      assert.deepStrictEqual(seen, [[[0, 1], 2, "0123ABCD"]])
    }).pipe(
      Effect.provide(
        csmsWith({
          authorize: (_idToken, { evse, transaction }) =>
            Effect.sync(() => {
              seen.push([transaction?.received, evse?.id, transaction?.idToken?.idToken])
              return { status: "Accepted" }
            })
        })
      )
    )
  })
})

describe("what is answered", () => {
  it.effect("E-25: a verdict that is not Accepted reaches the station and the mirror", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      assert.deepStrictEqual(ask(fake, 0, token), [{ idTokenInfo: { status: "Blocked" } }])
      assert.strictEqual((yield* station.snapshot).mirror.transactions.running[0]?.verdict, "Blocked")
    }).pipe(
      Effect.provide(csmsWith({ TransactionEvent: () => Effect.succeed({ idTokenInfo: { status: "Blocked" } }) }))
    )
  )

  it.effect("E-4, C-2: what is said of a token that nobody decided on can be set", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const status = (seqNo: number, more: object) => ask(fake, seqNo, { ...token, ...more })
      assert.deepStrictEqual(
        [
          status(0, {}),
          status(1, { eventType: "Ended" }),
          fake.answerTo(fake.call("Authorize", token)),
          status(2, { idToken: { idToken: "", type: "NoAuthorization" } })
        ],
        ["NotAtThisTime", "Invalid", "Blocked", "Accepted"].map((told) => [{ idTokenInfo: { status: told } }])
      )
    }).pipe(
      Effect.provide(
        csmsWith(
          { TransactionEvent: () => Effect.fail("no database"), Authorize: () => Effect.fail("no database") },
          { undecidedToken: { TransactionEvent: "NotAtThisTime", Ended: "Invalid", Authorize: "Blocked" } }
        )
      )
    )
  )

  it.effect("E-4: the event of a handler that fails is stored before it is answered", () => {
    const store = new TestStore()
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      store.isSlow = true
      const id = fake.call("TransactionEvent", transactionEvent(0, token))
      yield* settle
      assert.deepStrictEqual([fake.answerTo(id), store.log.at(-1)], [undefined, "save TransactionStarted"])
      yield* store.release
      assert.deepStrictEqual(fake.answerTo(id), [{ idTokenInfo: { status: "Unknown" } }])
      store.isSlow = false
    }).pipe(
      Effect.provide(csmsWith({ TransactionEvent: () => Effect.fail("no database") }).pipe(Layer.provide(store.layer)))
    )
  })

  it.effect("E-8: a priority out of range is not sent, a cost of 0 and a message are", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      const said = { totalCost: 0, updatedPersonalMessage: { format: "UTF8", content: "Hello" }, chargingPriority: -9 }
      assert.deepStrictEqual(ask(fake, 0), [said])
      assert.deepStrictEqual(ask(fake, 1), [{}])
      yield* settle
      assert.deepInclude(recorder.of("HandlerFailed")[0], { why: "InvalidAnswer" })
    }).pipe(
      Effect.provide(
        csmsWith({
          TransactionEvent: ({ seqNo }) =>
            Effect.succeed({
              totalCost: 0,
              updatedPersonalMessage: { format: "UTF8", content: "Hello" },
              chargingPriority: seqNo === 0 ? -9 : -10
            })
        })
      )
    )
  )

  it.effect("E-21: a transaction says nothing of its connector", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.call("StatusNotification", statusNotification())
      ask(fake, 0, { transactionInfo: { transactionId: "T1", chargingState: "Charging" } })
      const { availability } = (yield* station.snapshot).mirror
      assert.deepStrictEqual(
        availability.connectors.map(({ status }) => status),
        ["Available"]
      )
    }).pipe(Effect.provide(csmsWith({})))
  )
})

describe("questions the CSMS asks by itself", () => {
  it.effect("E-19: the older of two transactions on one EVSE is asked about, once its event is answered", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      ask(fake, 0)
      const id = fake.call("TransactionEvent", transactionEvent(0, { transactionInfo: { transactionId: "T2" } }))
      yield* settle
      assert.deepStrictEqual(fake.answerTo(id), [{}])
      const [, , action, request] = fake.lastCall
      assert.deepStrictEqual([action, request], ["GetTransactionStatus", { transactionId: "T1" }])
      assert.deepInclude(recorder.of("TransactionsOverlap")[0], { evseId: 1, older: "T1", newer: "T2" })
      fake.reply({ ongoingIndicator: false, messagesInQueue: false })
      yield* settle
      assert.deepInclude(recorder.of("TransactionGivenUp")[0], { transactionId: "T1", why: "NotOngoing" })
      assert.deepStrictEqual(
        (yield* station.snapshot).mirror.transactions.running.map(({ transactionId }) => transactionId),
        ["T2"]
      )
    }).pipe(Effect.provide(csmsWith({})))
  )

  it.effect("E-29: a transaction not mentioned in time after a restart is told", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      ask(fake, 0)
      ask(fake, 0, { transactionInfo: { transactionId: "T2" }, evse: { id: 2 } })
      fake.vanish()
      const newer = yield* FakeStation.connect("CS-1")
      newer.boot()
      newer.call("TransactionEvent", transactionEvent(1))
      yield* TestClock.adjust("9 seconds")
      yield* settle
      assert.strictEqual(recorder.count("TransactionUnconfirmed"), 0)
      yield* TestClock.adjust("2 seconds")
      yield* settle
      assert.deepStrictEqual(
        recorder.of("TransactionUnconfirmed").map(({ evseId, transactionId }) => [transactionId, evseId]),
        [["T2", 2]]
      )
    }).pipe(Effect.provide(csmsWith({}, { unconfirmedTimeout: "10 seconds" })))
  )
})

describe("start and stop points", () => {
  const set = (variable: string, attributeValue: string) => ({
    setVariableData: [{ component: { name: "TxCtrlr" }, variable: { name: variable }, attributeValue }]
  })

  it.effect("E-30: points that do not fit are told before they are set, with what is known of the other", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      for (const [variable, value] of [
        ["TxStartPoint", "ParkingBayOccupancy"],
        ["TxStopPoint", "EVConnected"]
      ] as const) {
        yield* begin(station.call("SetVariables", set(variable, value)))
        const setVariableResult = [
          { component: { name: "TxCtrlr" }, variable: { name: variable }, attributeStatus: "Accepted" }
        ]
        yield* settle
        fake.reply({ setVariableResult })
        yield* settle
      }
      assert.deepStrictEqual(
        recorder.of("TxPointsDoubtful").map(({ problems, txStartPoint, txStopPoint }) => ({
          problems,
          txStartPoint,
          txStopPoint
        })),
        [{ problems: ["NoStopAtParkingBay"], txStartPoint: "ParkingBayOccupancy", txStopPoint: "EVConnected" }]
      )
      assert.strictEqual(fake.calls.length, 2)
    }).pipe(Effect.provide(csmsWith({})))
  )
})

describe("options", () => {
  it.effect("maxEndedTransactions and transactionTimeline bound what is held of a station", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const reading = (seqNo: number) => ({
        meterValue: [{ timestamp: `2026-01-01T00:0${seqNo}:00Z`, sampledValue: [{ value: seqNo }] }]
      })
      for (const id of ["A", "B", "C"])
        ask(fake, 1, { transactionInfo: { transactionId: id }, eventType: "Ended", evse: { id: 2 } })
      for (const seqNo of [0, 1, 2, 3]) ask(fake, seqNo, reading(seqNo))
      const { ended, running } = (yield* station.snapshot).mirror.transactions
      assert.deepStrictEqual(
        [ended.map(({ transactionId }) => transactionId), running[0]?.timeline?.map(({ wh }) => wh)],
        [["C"], [2, 3]]
      )
    }).pipe(Effect.provide(csmsWith({}, { maxEndedTransactions: 1, transactionTimeline: 2 })))
  )

  it("what makes no sense is refused", () => {
    for (const options of [{ maxEndedTransactions: -1 }, { maxRunningTransactions: 0 }, { transactionTimeline: 1.5 }])
      assert.throws(() => Effect.runSync(Effect.scoped(Layer.build(Csms.layer({}, options)))), /Csms option/)
  })
})
