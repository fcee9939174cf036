/** A made-up run of a fleet, for reports: the same for the same seed. */
import * as Result from "effect/Result"
import { Recorder } from "../../src/report/Recorder.ts"
import type { Report } from "../../src/report/Report.ts"
import { derive, vary } from "../../src/scenario/Arrivals.ts"
import { readScenario } from "../../src/scenario/readScenario.ts"
import type { Scenario } from "../../src/scenario/Scenario.ts"
import { connectAt } from "../../src/scenario/Stations.ts"

/** A scenario from YAML. */
export const scenario = (yaml: string): Scenario => Result.getOrThrow(readScenario({ yaml }))

/** Runs it and reports. */
export const run = (of: Scenario, machine?: NonNullable<Report["run"]>): Report => {
  let now = of.startAt
  const recorder = new Recorder({ now: () => now, virtual: of.time === "virtual" })
  const random = derive(of.seed, "made-up")
  let connected = 0
  let running = 0
  for (let second = 0; second <= of.duration; second++) {
    now = of.startAt + second * 1000
    while (connected < of.stations.count && connectAt(of, connected) <= second * 1000) {
      recorder.dialing()
      if (random() < 0.05) recorder.refused("HTTP 503")
      recorder.opened(false)
      recorder.sent("BootNotification")
      recorder.answered("BootNotification", vary(random, { mean: 12, spread: 1 }), "Accepted")
      recorder.accepted(25)
      connected++
    }
    for (let station = 0; station < connected; station++) {
      const chance = random()
      if (chance < 0.1) {
        recorder.sent("TransactionEvent")
        recorder.answered("TransactionEvent", vary(random, { mean: 6 + second / 50, spread: 1.2 }))
      } else if (chance < 0.103) {
        recorder.sent("Authorize")
        if (random() < 0.1) recorder.callError("Authorize", 5, "InternalError")
        else recorder.answered("Authorize", 4, random() < 0.1 ? "Invalid" : "Accepted")
      } else if (chance < 0.1032) {
        recorder.sent("Heartbeat")
        recorder.timedOut("Heartbeat")
      } else if (chance < 0.104) {
        recorder.received("RequestStartTransaction")
        recorder.replied("RequestStartTransaction", { status: "Accepted" })
      } else if (chance < 0.108 && running < of.stations.count) {
        recorder.sessionStarted()
        running++
      } else if (chance < 0.11 && running > 0) {
        running--
        recorder.sessionEnded({
          stoppedReason: random() < 0.8 ? "Local" : "EVDisconnected",
          energyWh: 12_345.678,
          seconds: 2400
        })
        recorder.costTold(4.2)
      } else if (chance < 0.1102) {
        recorder.fault("connectionDrop")
        recorder.closed(1006)
        recorder.dialing()
        recorder.opened(true)
      }
    }
    const power = running * 7000
    recorder.sample({
      connected,
      accepted: connected,
      transactions: running,
      power,
      queued: second > 100 && second < 140 ? second - 100 : 0
    })
  }
  return recorder.report(of, machine)
}
