/** Block I, tariff and cost: TC_I_01, 02. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { andThen, energyWh, type Handlers, TariffAndCost } from "@wattline/ocpp-core"
import { authorizes, isVerdict, reading, reports, transactionEvent } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { tokens } from "./ReferenceCsms.ts"
import {
  accepted,
  authorized,
  ends,
  energyTransferStarted,
  evConnectedPostSession,
  evConnectedPreSession,
  stopAuthorized
} from "./states.ts"

/** Currency units for one Wh. */
const price = 0.0004

/** The cost of each transaction by its energy: while it runs in one of the two ways, at its end in the answer. */
const costs = (running: "Answers" | "CostUpdated", answered: Array<number>): Handlers => ({
  TransactionEvent: ({ eventType, meterValue }, { station, transaction }) => {
    const totalCost = (energyWh(transaction) ?? 0) * price
    if (eventType === "Started" || meterValue === undefined) return Effect.succeed({})
    if (eventType === "Ended" || running === "Answers")
      return Effect.sync(() => (answered.push(totalCost), { totalCost }))
    return Effect.succeed(
      andThen({}, Effect.ignore(TariffAndCost.costUpdated(station, transaction.transactionId, totalCost)))
    )
  }
})

/** The cases, in the order of the standard. */
export const tariffAndCost: ReadonlyArray<OcaCase> = [
  {
    id: "TC_I_01_CSMS",
    title: "running total cost during charging",
    certification: "Advanced UI M",
    requirements: ["I02.FR.01", "I02.FR.02"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      for (const [at, running] of (["CostUpdated", "Answers"] as const).entries()) {
        const evse = world.evses[at] ?? assert.fail()
        const answered: Array<number> = []
        yield* world.handles(costs(running, answered))
        if (at === 0) yield* accepted(world)
        isVerdict(yield* authorizes(world, tokens.a), "Accepted")
        evse.begin()
        const verdict = yield* transactionEvent(world, evse, "Authorized", { type: "Updated", idToken: tokens.a })
        isVerdict(verdict, "Accepted")
        evse.authorized = true
        yield* evConnectedPreSession(world, evse)
        yield* energyTransferStarted(world, evse)
        for (const i of [0, 1, 2]) {
          yield* world.passes("1 minute")
          const meterValue = yield* reading(world, "Sample.Periodic", i * 1000)
          yield* transactionEvent(world, evse, "MeterValuePeriodic", { meterValue })
          if (running === "CostUpdated")
            yield* world.cs.answers(
              "CostUpdated",
              { totalCost: [0, 0.4, 0.8][i] ?? assert.fail(), transactionId: evse.transactionId },
              {}
            )
        }
        assert.deepStrictEqual(answered, running === "Answers" ? [0, 0.4, 0.8] : [])
        const { tariffAndCost: known } = (yield* world.view).mirror
        assert.deepStrictEqual(known.running.at(-1), { transactionId: evse.transactionId, by: running })
      }
    })
  },
  {
    id: "TC_I_02_CSMS",
    title: "final total cost at the end",
    certification: "Advanced UI M",
    requirements: ["I03.FR.02", "I03.FR.04"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      const answered: Array<number> = []
      yield* world.handles(costs("Answers", answered))
      yield* accepted(world)
      yield* evConnectedPreSession(world, evse, { meterValue: yield* reading(world, "Transaction.Begin", 1000) })
      yield* authorized(world)
      yield* energyTransferStarted(world)
      yield* stopAuthorized(world)
      yield* evConnectedPostSession(world)
      yield* reports(world, "Available", evse)
      yield* world.passes("1 minute")
      const { transactionId } = evse
      const meterValue = yield* reading(world, "Transaction.End", 6000)
      yield* ends(world, evse, "EVCommunicationLost", { state: "Idle", stop: "EVDisconnected", meterValue })
      assert.deepStrictEqual(answered, [2])
      const answer = world.cs.transcript.findLast((line) => line.startsWith("CSMS → CS [3,"))
      assert.include(answer, '{"totalCost":2}')
      const ended = (yield* world.view).mirror.transactions.ended.at(-1)
      assert.deepInclude(ended, { transactionId, totalCost: 2 })
    })
  }
]
