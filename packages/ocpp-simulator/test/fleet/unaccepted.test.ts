/** What is said when no station of a fleet was accepted. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { unaccepted, withAdvice } from "../../src/fleet/unaccepted.ts"
import { Recorder } from "../../src/report/Recorder.ts"
import { readScenario } from "../../src/scenario/readScenario.ts"

/** The sentence, after a run in which this happened. */
const said = (happened: (recorder: Recorder) => void, refusal?: string): string => {
  const recorder = new Recorder({ now: () => 0, virtual: false })
  recorder.dialing()
  happened(recorder)
  return unaccepted(recorder.report(Result.getOrThrow(readScenario({ flags: [] }))), refusal).replace(
    "No station was accepted by the CSMS: ",
    ""
  )
}

describe("no station was accepted", () => {
  it("nothing was connected: the refusal says why, or nobody answered", () => {
    assert.strictEqual(
      said(() => undefined, "Nobody listens at 127.0.0.1:9000."),
      "Nobody listens at 127.0.0.1:9000."
    )
    assert.strictEqual(
      said(() => undefined),
      "no attempt to connect was answered before the end."
    )
  })

  it("once connected, the sentence is about BootNotification", () => {
    const booting = (answer: (recorder: Recorder) => void) => (recorder: Recorder) => {
      recorder.opened(false)
      recorder.sent("BootNotification")
      answer(recorder)
    }
    for (const [answer, words] of [
      [(recorder: Recorder) => recorder.answered("BootNotification", 1, "Rejected"), "was answered with Rejected."],
      [
        (recorder: Recorder) => recorder.callError("BootNotification", 1, "InternalError"),
        "was answered with CALLERROR InternalError."
      ],
      [
        (recorder: Recorder) => recorder.invalid("BootNotification"),
        "was answered with something the schema does not allow (ocpp-sim station shows what)."
      ],
      [(recorder: Recorder) => recorder.timedOut("BootNotification"), "was not answered in time."],
      [(recorder: Recorder) => recorder.lost("BootNotification"), "was not answered before the connection was lost."]
    ] as const)
      assert.strictEqual(said(booting(answer)), `BootNotification ${words}`)
    assert.strictEqual(
      said((recorder) => recorder.opened(false)),
      "BootNotification was not answered before the end."
    )
  })

  it("an HTTP status has an advice where it says too little", () => {
    assert.match(withAdvice("HTTP 401: no", 401), /^HTTP 401: no\. Does the CSMS .*--password/u)
    assert.match(withAdvice("HTTP 404.", 404), /^HTTP 404\. Does the CSMS .*appended to --url/u)
    assert.include(withAdvice("HTTP 200.", 200), "web page")
    assert.strictEqual(withAdvice("HTTP 503: later", 503), "HTTP 503: later.")
    assert.strictEqual(withAdvice("HTTP 503.", 503), "HTTP 503.")
    assert.strictEqual(withAdvice("Nobody listens.", undefined), "Nobody listens.")
  })
})
