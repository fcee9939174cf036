/** Chaos with real processes and sockets: the CSMS dies in the middle of sessions, and so do stations with durable queues. */
import { assert, describe, it } from "@effect/vitest"
import { killCsms, killStations } from "@wattline/ocpp-simulator/chaos"
import { Effect } from "effect"

const pace = { kills: 2, seed: "test", between: [2, 2], away: [0.2, 1] } as const

// Both wait most of the time.
describe.concurrent("chaos", () => {
  it.live("R-190, R-191, R-232: the CSMS is killed twice; every TransactionEvent of 200 stations counts once", () =>
    Effect.gen(function* () {
      const { counts, ...report } = yield* killCsms({ stations: 200, ...pace })
      assert.deepStrictEqual(report.findings, [])
      assert.deepStrictEqual(report.leftovers, [])
      assert.isAtLeast(report.transactions, 200)
      assert.strictEqual(report.cutOff, 0)
      // Each was acknowledged in the end, and what was sent and not answered went out again.
      assert.strictEqual(counts.acknowledged, report.events)
      assert.strictEqual(counts.sent, report.events + counts.lostOnTheWire)
      assert.isAbove(counts.connections, 400)
      // Something was at stake: events that were stored and not answered, and events that were not even stored.
      assert.isAbove(report.handledAgain, 0)
      assert.isAbove(counts.lostOnTheWire, report.handledAgain)
      assert.closeTo(report.countedWh, report.meteredWh, report.transactions * 0.1)
    })
  )

  it.live(
    "E04, R-191: 20 stations are killed twice; the next process delivers their queues, ends what ran, and nothing counts twice",
    () =>
      Effect.gen(function* () {
        const report = yield* killStations({ stations: 20, ...pace })
        assert.deepStrictEqual(report.findings, [])
        assert.deepStrictEqual(report.leftovers, [])
        assert.isAbove(report.resent, 0)
        // Those that ran at the kills were ended by the station that came back.
        assert.isAbove(report.cutOff, 0)
        assert.isAbove(report.transactions, report.cutOff)
      })
  )
})
