import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Action } from "@wattline/ocpp-v201"
import type { JobEnd } from "../../src/blocks/Job.ts"
import { askedBy, jobActions, type JobKind, maxStagedItems } from "../../src/blocks/JobKinds.ts"
import { maxFinishedJobs, maxOpenJobs, restored } from "../../src/blocks/Jobs.ts"
import { JobsDriver } from "./jobsDriver.ts"
import { frozen, part, property, reported, stored } from "./payloads.ts"

const id = fc.constantFrom(0, 1, 2)
const ask = fc.constantFrom(...jobActions.asks)
const answer = fc.constantFrom(
  "Accepted",
  "AcceptedCanceled",
  "Rejected",
  "EmptyResultSet",
  "NoProfiles",
  "Unknown",
  "__proto__"
)
const status = fc.constantFrom(
  "Idle",
  "Uploading",
  "Uploaded",
  "AcceptedCanceled",
  "Installed",
  "Downloading",
  "Published",
  "x"
)

type Step = (driver: JobsDriver) => unknown

/** A message that follows, valid for any kind. */
const message = fc
  .record({ requestId: id, seqNo: fc.constantFrom(0, 1, 2, 3), tbc: fc.boolean(), status })
  .map((fields) => Object.assign({ chargingProfile: [], data: "x", generatedAt: "2024-05-01T12:00:00Z" }, fields))

/** Whatever can happen to the jobs of a station. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(ask, id).map(
    ([action, requestId]): Step =>
      (driver) =>
        driver.asks(action, requestId)
  ),
  fc.tuple(ask, id, answer).map(
    ([action, requestId, given]): Step =>
      (driver) =>
        driver.answers(action, requestId, given)
  ),
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom(...jobActions.followUps), message).map(
      ([action, request]): Step =>
        (driver) =>
          driver.hears(action, request)
    )
  },
  fc.tuple(ask, id).map(
    ([action, requestId]): Step =>
      (driver) =>
        driver.withdraws(action, requestId)
  ),
  fc.tuple(ask, id).map(
    ([action, requestId]): Step =>
      (driver) =>
        driver.losesAnswer(action, requestId)
  ),
  fc.tuple(fc.constantFrom("Report", "DisplayMessages"), id).map(
    ([kind, requestId]): Step =>
      (driver) =>
        driver.cancels(kind, requestId)
  ),
  fc.tuple(ask, id).map(
    ([action, requestId]): Step =>
      (driver) =>
        driver.givesUp(kindOf(action), requestId)
  )
)

const kindOf = (action: Action): JobKind => (askedBy as { readonly [action: string]: JobKind })[action] ?? "Report"

const run = (steps: ReadonlyArray<Step>, driver = new JobsDriver()): JobsDriver => {
  for (const one of steps) {
    one(driver)
    frozen(driver.state)
  }
  return driver
}

describe("Jobs, whatever happens", () => {
  it("total, deterministic, plain data, bounded, and nothing is written into", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { ends, state, told } = run(steps)
        const again = run(steps)
        expect([again.state, again.ends, again.told]).toEqual([state, ends, told])
        expect(stored(state)).toStrictEqual(state)
        expect(stored(ends)).toStrictEqual(ends)
        expect(state.open.length).toBeLessThanOrEqual(maxOpenJobs)
        expect(state.finished.length).toBeLessThanOrEqual(maxFinishedJobs)
        const keys = state.open.map(({ kind, requestId }) => `${kind} ${requestId}`)
        expect(new Set(keys).size).toBe(keys.length)
      }),
      property
    )
  })

  it("CE-5: every job that began ends exactly once, or is open", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { ends, state, told } = run(steps)
        // A job is told by its opening: two with one id cannot be open at a time.
        const began = new Map<string, number>()
        const count = (key: string, by: number) => began.set(key, (began.get(key) ?? 0) + by)
        for (const event of told) if (event._tag === "JobStarted") count(`${event.kind} ${event.requestId}`, 1)
        for (const { job } of ends) if (job.standing === "Accepted") count(`${job.kind} ${job.requestId}`, -1)
        for (const { kind, requestId, standing } of state.open)
          if (standing === "Accepted") count(`${kind} ${requestId}`, -1)
        expect([...began.values()].filter((left) => left !== 0)).toEqual([])
      }),
      property
    )
  })

  it("CE-8: stored half-way and restored, the rest goes the same, apart from an answer that cannot come", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.array(step, { maxLength: 40 }), (before, after) => {
        const half = run(before)
        half.state = restored(half.state)
        const other = new JobsDriver()
        other.state = restored(stored(half.state) as typeof half.state)
        const from = half.ends.length
        expect(run(after, other).state).toEqual(run(after, half).state)
        expect(other.ends).toEqual(half.ends.slice(from))
      }),
      property
    )
  })
})

describe("Jobs: numbered parts", () => {
  const parts = [0, 1, 2, 3].map((seqNo) => part(1, seqNo, [reported("A", `v${seqNo}`)], { tbc: seqNo < 3 }))
  const ended = (events: ReadonlyArray<JobEnd>) => events.map(({ outcome }) => outcome)

  it("CE-3, B-14: in any order, with duplicates, before or after the answer, they end the same", () => {
    const inOrder = run([
      (driver) => driver.starts("GetReport", 1),
      ...parts.map(
        (one): Step =>
          (driver) =>
            driver.hears("NotifyReport", one)
      )
    ])
    fc.assert(
      fc.property(
        fc.shuffledSubarray(parts, { minLength: 4 }),
        fc.array(fc.tuple(fc.nat({ max: 4 }), fc.constantFrom(...parts)), { maxLength: 6 }),
        fc.nat({ max: 4 }),
        (shuffled, repeats, answered) => {
          const driver = new JobsDriver().asks("GetReport", 1)
          for (const [i, one] of shuffled.entries()) {
            if (i === answered) driver.answers("GetReport", 1)
            driver.hears("NotifyReport", one)
            for (const [when, repeated] of repeats)
              if (when === i && shuffled.indexOf(repeated) <= i) driver.hears("NotifyReport", repeated)
          }
          if (answered === 4) driver.answers("GetReport", 1)
          expect(ended(driver.ends)).toEqual(ended(inOrder.ends))
          expect(driver.state.open).toEqual([])
        }
      ),
      property
    )
  })

  it("CE-3: it is complete when the part without tbc and all before it are there, and not before", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(parts, { minLength: 1 }), (some) => {
        const driver = new JobsDriver().starts("GetReport", 1)
        for (const one of some) driver.hears("NotifyReport", one)
        expect(driver.ends.length).toBe(some.length === 4 ? 1 : 0)
      }),
      property
    )
  })

  it("B-14: a station cannot make a job hold more than its bound", () => {
    const flood = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.nat({ max: 20 }), fc.constantFrom(0, 1, 3_000, 20_000)), {
      minLength: 5,
      maxLength: 20
    })
    const one = reported("A", "x")
    fc.assert(
      fc.property(flood, (messages) => {
        const driver = new JobsDriver().starts("GetReport", 1).starts("GetMonitoringReport", 2)
        for (const [requestId, seqNo, length] of messages) {
          driver.hears("NotifyReport", part(requestId, seqNo, Array(length).fill(one), { tbc: true }))
          const monitor = Array.from({ length }, () => ({ variableMonitoring: [] }))
          driver.hears("NotifyMonitoringReport", { requestId, seqNo, generatedAt: "", monitor, tbc: true })
        }
        const items = driver.state.open.reduce((sum, job) => sum + job.items, 0)
        expect(items).toBeLessThanOrEqual(maxStagedItems)
      }),
      { ...property, numRuns: 30 }
    )
  })
})
