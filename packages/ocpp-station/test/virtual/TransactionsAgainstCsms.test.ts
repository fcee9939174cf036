/** Transactions of a virtual station, all parts of it, with our own CSMS over ocpp-memory. */
import { assert, describe, it } from "@effect/vitest"
import { Csms, type CsmsEvent, RemoteControl, TariffAndCost } from "@wattline/ocpp-core"
import { MemoryDialer, MemoryTransport } from "@wattline/ocpp-memory"
import { Effect, Fiber, Layer, type Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { ClientSettings } from "../../src/client/Client.ts"
import { Stations } from "../../src/client/Stations.ts"
import { makeEV } from "../../src/virtual/EVModels.ts"
import type { Happening } from "../../src/virtual/Happening.ts"
import { VirtualProcess } from "../../src/virtual/VirtualProcess.ts"

/** The CSMS knows one bad token, and the costs of everything. */
const statusOf = (idToken: string) => ({ status: idToken === "BAD" ? "Invalid" : "Accepted" }) as const

const layer = Stations.layer.pipe(
  Layer.provide(MemoryDialer.layer),
  Layer.provide(MemoryTransport.layer),
  Layer.provideMerge(
    Csms.layer(
      {
        Authorize: ({ idToken }) => Effect.succeed({ idTokenInfo: statusOf(idToken.idToken) }),
        TransactionEvent: ({ eventType, idToken }) =>
          Effect.succeed({
            ...(idToken && { idTokenInfo: statusOf(idToken.idToken) }),
            ...(eventType === "Ended" && { totalCost: 2.5 })
          })
      },
      { drain: { grace: 0 }, inventory: "off" }
    )
  )
)

const run = <E>(body: Effect.Effect<void, E, Layer.Success<typeof layer> | Scope.Scope>) =>
  Effect.scoped(Effect.provide(body, layer))

/** Virtual seconds, in steps that give everybody a turn. */
const pass = (seconds: number) =>
  Effect.gen(function* () {
    const step = Math.max(0.25, seconds / 40)
    for (let left = seconds; left > 0; left -= step) yield* TestClock.adjust(Math.min(step, left) * 1000)
  })

const accepted = (model: Readonly<Record<string, string>> = {}, settings: Partial<ClientSettings> = {}) =>
  Effect.gen(function* () {
    const csms = yield* Csms
    const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
    const events: Array<CsmsEvent> = []
    const stream = yield* csms.subscribe
    yield* Effect.forkScoped(Stream.runForEach(stream, (event) => Effect.sync(() => void events.push(event))))
    const { host } = yield* Stations
    const happenings: Array<Happening> = []
    const controls = new VirtualProcess(
      host,
      { identity: "CS-1", url: "ws://csms/ocpp", securityProfile: 0, model: { values: model }, settings },
      { happening: (happening) => void happenings.push(happening) }
    )
    yield* Effect.addFinalizer(() => Effect.sync(() => controls.dispose()))
    controls.start()
    yield* pass(2)
    assert.strictEqual(controls.client.state, "Accepted")
    return { controls, events, happenings, station }
  })

/** What a CSMS has to say of a station that does something wrong. */
const doubts = (events: ReadonlyArray<CsmsEvent>): ReadonlyArray<CsmsEvent> =>
  events.filter(
    (event) =>
      event._tag === "TransactionConflict" ||
      event._tag === "TransactionsOverlap" ||
      event._tag === "TransactionEventsLost" ||
      event._tag === "TransactionGivenUp" ||
      event._tag === "NonConformingMessage" ||
      ("missing" in event && event.missing.length > 0) ||
      ("clock" in event && event.clock !== undefined)
  )

const rfid = { idToken: "A", type: "ISO14443" } as const

describe("transactions against our CSMS", () => {
  it.effect("E02, E07, I03.FR.03: a session from cable to cable", () =>
    run(
      Effect.gen(function* () {
        const { controls, events, happenings, station } = yield* accepted({ "TxCtrlr.TxStartPoint": "EVConnected" })
        controls.plugIn(1, makeEV("family", { stateOfCharge: 0.2 }))
        yield* pass(5)
        controls.present(rfid)
        yield* pass(3600)
        controls.present(rfid)
        yield* pass(5)
        assert.strictEqual(controls.unplug(1), "Unplugged")
        yield* pass(5)
        const { transactions } = (yield* station.snapshot).mirror
        assert.isAbove(events.length, 10)
        assert.strictEqual(transactions.running.length, 0)
        const [known] = transactions.ended
        assert.strictEqual(known?.stoppedReason, "Local")
        assert.strictEqual(known?.idToken?.idToken, "A")
        assert.strictEqual(known?.evse?.connectorId, 1)
        const told = happenings.find((one) => one._tag === "TransactionEnded")
        const measured = (known?.energy?.last.wh ?? 0) - (known?.energy?.first.wh ?? 0)
        assert.isAbove(measured, 1000)
        assert.approximately(told?.energyWh ?? 0, measured, 1)
        assert.deepInclude(
          happenings.filter((one) => one._tag === "CostUpdated").map(({ totalCost }) => totalCost),
          2.5
        )
        assert.deepStrictEqual(doubts(events), [])
      })
    )
  )

  it.effect("F01, F03, E14, I02: the CSMS starts, asks, tells the cost, and stops", () =>
    run(
      Effect.gen(function* () {
        const { controls, events, happenings, station } = yield* accepted()
        const starting = yield* Effect.forkChild(
          RemoteControl.requestStartTransaction(station, { evseId: 1, idToken: "app-1" })
        )
        yield* pass(5)
        controls.plugIn(1, makeEV("family", { stateOfCharge: 0.2 }))
        yield* pass(5)
        const started = yield* Fiber.join(starting)
        assert.strictEqual(started._tag, "Started")
        if (started._tag !== "Started") return
        const { transactionId } = started.transaction
        const asking = yield* Effect.forkChild(RemoteControl.getTransactionStatus(station, transactionId))
        yield* pass(1)
        assert.deepStrictEqual(yield* Fiber.join(asking), { ongoing: true, messagesInQueue: false })
        const telling = yield* Effect.forkChild(TariffAndCost.costUpdated(station, transactionId, 1.25))
        yield* pass(1)
        yield* Fiber.join(telling)
        assert.deepInclude(happenings, { _tag: "CostUpdated", transactionId, totalCost: 1.25 })
        const triggering = yield* Effect.forkChild(RemoteControl.triggerMessage(station, "TransactionEvent", { id: 1 }))
        yield* pass(5)
        assert.strictEqual((yield* Fiber.join(triggering))._tag, "Received")
        const stopping = yield* Effect.forkChild(RemoteControl.requestStopTransaction(station, transactionId))
        yield* pass(5)
        const stopped = yield* Fiber.join(stopping)
        assert.strictEqual(stopped._tag, "Ended")
        assert.deepStrictEqual(doubts(events), [])
      })
    )
  )

  it.effect("E05.FR.10: a token that only the TransactionEvent reveals ends the transaction", () =>
    run(
      Effect.gen(function* () {
        const { controls, events, station } = yield* accepted({ "AuthCtrlr.AuthorizeRemoteStart": "false" })
        controls.plugIn(1, makeEV("family", { stateOfCharge: 0.2 }))
        yield* pass(1)
        const start = { evseId: 1, idToken: { idToken: "BAD", type: "ISO14443" } } as const
        const starting = yield* Effect.forkChild(RemoteControl.requestStartTransaction(station, start))
        yield* pass(5)
        yield* Fiber.join(starting)
        const { ended } = (yield* station.snapshot).mirror.transactions
        assert.deepStrictEqual(
          ended.map(({ stoppedReason }) => stoppedReason),
          ["DeAuthorized"]
        )
        assert.deepStrictEqual(doubts(events), [])
      })
    )
  )

  it.effect("E04, E08, E12: a whole transaction while the link is lost", () =>
    run(
      Effect.gen(function* () {
        const { controls, events, station } = yield* accepted(
          { "AuthCtrlr.OfflineTxForUnknownIdEnabled": "true" },
          { retryBackOffWaitMinimum: 3600 }
        )
        yield* station.disconnect()
        yield* pass(1)
        assert.isFalse(controls.client.isOnline)
        controls.plugIn(1, makeEV("family", { stateOfCharge: 0.2 }))
        controls.present(rfid)
        yield* pass(1800)
        controls.present(rfid)
        assert.isAbove(controls.client.undelivered(), 3)
        yield* pass(2400)
        assert.isTrue(controls.client.isOnline)
        assert.strictEqual(controls.client.undelivered(), 0)
        const { ended, running } = (yield* station.snapshot).mirror.transactions
        assert.deepStrictEqual([ended.length, running.length], [1, 0])
        assert.isTrue(ended[0]?.offline)
        assert.deepStrictEqual(doubts(events), [])
      })
    )
  )

  it.effect("F01.FR.24: a second remote start is Rejected", () =>
    run(
      Effect.gen(function* () {
        const { controls, station } = yield* accepted()
        controls.plugIn(1, makeEV("family", { stateOfCharge: 0.2 }))
        controls.present(rfid, 1)
        yield* pass(5)
        const starting = yield* Effect.forkChild(
          RemoteControl.requestStartTransaction(station, { evseId: 1, idToken: "app-2" })
        )
        yield* pass(5)
        assert.strictEqual((yield* Fiber.join(starting))._tag, "Rejected")
      })
    )
  )
})
