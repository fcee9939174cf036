/** Fleets in memory under virtual time: repeatable, and true to what the CSMS saw. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { runVirtual } from "../../src/fleet/VirtualTime.ts"
import { toJson } from "../../src/report/json.ts"
import { Recorder } from "../../src/report/Recorder.ts"
import { readScenario } from "../../src/scenario/readScenario.ts"
import type { Scenario } from "../../src/scenario/Scenario.ts"

const site = (yaml: string): Scenario => Result.getOrThrow(readScenario({ yaml }))

const run = (scenario: Scenario) =>
  Effect.map(runVirtual({ scenario, recorder: (now) => new Recorder({ now, virtual: true }) }), (recorder) =>
    recorder.report(scenario)
  )

const busy = (more = "") =>
  site(`
name: Busy
stations: { count: 12, evses: 2, supply: DC }
duration: 3h
time: virtual
rampUp: 1m
arrivals: 2
sessions: { stay: 20m, energy: 15kWh }
tokens: { count: 20, unknown: 0.1 }
messages: { meterInterval: 1m, dataTransfer: 1, statusNotification: 1 }
${more}`)

describe("a fleet under virtual time", () => {
  it.live("the same scenario and seed give the same report, byte for byte; another seed another one", () =>
    Effect.gen(function* () {
      const one = toJson(yield* run(busy("seed: 7")))
      assert.strictEqual(toJson(yield* run(busy("seed: 7"))), one)
      assert.notStrictEqual(toJson(yield* run(busy("seed: 8"))), one)
    })
  )

  it.live("all stations are accepted, sessions start and end, and nothing fails where nothing is made to fail", () =>
    Effect.gen(function* () {
      const report = yield* run(busy())
      assert.strictEqual(report.connections.accepted, 12)
      assert.strictEqual(report.connections.attempts, 12)
      assert.include(report.messages, { callErrors: 0, invalid: 0, lost: 0, timeouts: 0 })
      assert.isAbove(report.sessions.ended, 20)
      assert.strictEqual(report.sessions.withCost, report.sessions.ended)
      assert.closeTo(report.sessions.cost, (report.sessions.energy / 1000) * 0.45, report.sessions.ended * 0.01)
      assert.isAbove(report.sessions.refused, 0)
      for (const { action, errors, invalid, timeouts } of report.actions)
        assert.deepStrictEqual([action, errors, invalid, timeouts], [action, {}, 0, 0])
    })
  )

  it.live("E13, R-189: under all faults at once every TransactionEvent gets through in the end", () =>
    Effect.gen(function* () {
      const report = yield* run(
        busy(`
faults:
  connectionDrop: 4
  halfOpen: { perHour: 1, lasting: 30s }
  offline: { perHour: 1, lasting: 3m }
  reboot: 0.5
  connectorFault: { perHour: 0.5, lasting: 2m }
  lateAnswer: { perHour: 1, lasting: 5s }`)
      )
      const faults = Object.entries(report.faults)
      assert.strictEqual(faults.length, 6, JSON.stringify(report.faults))
      assert.isAbove(report.connections.reconnects, 20)
      assert.isAbove(report.sessions.ended, 20)
      assert.strictEqual(report.offlineQueue.atEnd, 0)
      const events = report.actions.find(({ action }) => action === "TransactionEvent")
      assert.deepStrictEqual(events?.errors, {})
    })
  )

  it.live("a heartbeat interval of the scenario wins over that of the CSMS", () =>
    Effect.gen(function* () {
      const report = yield* run(
        site("{ stations: 1, duration: 10m, arrivals: 0, messages: { heartbeatInterval: 10s } }")
      )
      const heartbeats = report.actions.find(({ action }) => action === "Heartbeat")?.calls ?? 0
      assert.isTrue(heartbeats > 50 && heartbeats <= 60, `${heartbeats}`)
    })
  )

  it.live("remote starts and stops come from the CSMS", () =>
    Effect.gen(function* () {
      const scenario = busy()
      const report = yield* run({ ...scenario, sessions: { ...scenario.sessions, remoteStart: 1, remoteStop: 1 } })
      const answers = (action: string) => report.actions.find((one) => one.action === action)?.statuses["Accepted"] ?? 0
      assert.isAbove(answers("RequestStartTransaction"), 20)
      assert.isAbove(answers("RequestStopTransaction"), 20)
      assert.isAbove(report.sessions.stoppedReasons["Remote"] ?? 0, 20)
    })
  )
})
