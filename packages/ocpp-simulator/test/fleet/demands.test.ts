/** What `--max-failed` and `--min-sessions` make of a report. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readDemands, unmet } from "../../src/fleet/demands.ts"
import { Recorder } from "../../src/report/Recorder.ts"
import type { Report } from "../../src/report/Report.ts"
import { readScenario } from "../../src/scenario/readScenario.ts"

/** A run with 200 Heartbeats, of which some failed, and some sessions. */
const reportOf = (failed: { readonly callErrors?: number; readonly timeouts?: number }, sessions: number): Report => {
  const recorder = new Recorder({ now: () => 0, virtual: true })
  const { callErrors = 0, timeouts = 0 } = failed
  for (let call = 0; call < 200; call++) {
    recorder.sent("Heartbeat")
    if (call < callErrors) recorder.callError("Heartbeat", 1, "InternalError")
    else if (call < callErrors + timeouts) recorder.timedOut("Heartbeat")
    else recorder.answered("Heartbeat", 1, undefined)
  }
  for (let session = 0; session < sessions; session++) {
    recorder.sessionStarted()
    recorder.sessionEnded({ energyWh: 1, seconds: 1, stoppedReason: "Local" })
  }
  return recorder.report(Result.getOrThrow(readScenario({ flags: [] })))
}

const problems = (maxFailed: string | undefined, minSessions: string | undefined, report: Report) =>
  unmet(report, Result.getOrThrow(readDemands(maxFailed, minSessions)))

describe("demands", () => {
  it("as many may fail as is allowed, and no more", () => {
    const report = reportOf({ callErrors: 1, timeouts: 1 }, 0)
    assert.deepStrictEqual(problems("1", undefined, report), [])
    assert.deepStrictEqual(problems("1%", undefined, report), [])
    assert.deepStrictEqual(problems("0.9", undefined, report), ["1 % of the CALLs failed; allowed: 0.9 %."])
    assert.deepStrictEqual(problems("0", undefined, reportOf({}, 0)), [])
  })

  it("sessions that have ended are counted", () => {
    assert.deepStrictEqual(problems(undefined, "3", reportOf({}, 3)), [])
    assert.deepStrictEqual(problems("0", "3", reportOf({}, 2)), ["Sessions that ended: 2; wanted: 3."])
  })

  it("nothing is demanded without a flag", () => {
    assert.deepStrictEqual(problems(undefined, undefined, reportOf({ timeouts: 200 }, 0)), [])
  })

  for (const [maxFailed, minSessions] of [
    ["101", undefined],
    ["-1", undefined],
    ["", undefined],
    ["few", undefined],
    [undefined, "1.5"],
    [undefined, ""]
  ] as const)
    it(`${JSON.stringify(maxFailed ?? minSessions)} is refused`, () => {
      assert.isTrue(Result.isFailure(readDemands(maxFailed, minSessions)))
    })
})
