import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type ComparedProfile, scheduleVerdict } from "../../src/blocks/EVSchedule.ts"
import type { HeldSchedule } from "../../src/blocks/HeldSchedule.ts"
import { property, time } from "./payloads.ts"

type Period = HeldSchedule["chargingSchedulePeriod"][number]

const schedule = (id: number, limits: ReadonlyArray<readonly [number, number]>, more: Partial<HeldSchedule> = {}) => ({
  id,
  chargingRateUnit: "W" as const,
  chargingSchedulePeriod: limits.map(([startPeriod, limit]): Period => ({ startPeriod, limit })),
  ...more
})

const absolute = (...schedules: ReadonlyArray<HeldSchedule>): ComparedProfile => ({
  chargingProfileKind: "Absolute",
  chargingSchedule: schedules.map((one) => Object.assign({ startSchedule: time() }, one))
})

const relative = (...schedules: ReadonlyArray<HeldSchedule>): ComparedProfile => ({
  chargingProfileKind: "Relative",
  chargingSchedule: schedules
})

describe("scheduleVerdict", () => {
  it("K-43, K15.FR.11, K15.FR.12: the same schedule is within, a higher one exceeds", () => {
    const ours = absolute(schedule(1, [[0, 11_000], [600, 7_000]])) // prettier-ignore
    expect(scheduleVerdict(schedule(1, [[0, 11_000], [600, 7_000]]), time(), ours, undefined)).toBe("Within") // prettier-ignore
    expect(scheduleVerdict(schedule(1, [[0, 11_000], [599, 7_000]]), time(), ours, undefined)).toBe("Within") // prettier-ignore
    expect(scheduleVerdict(schedule(1, [[0, 11_000], [601, 7_000]]), time(), ours, undefined)).toBe("Exceeds") // prettier-ignore
  })

  it("K-43: the EV's periods count from timeBase, those of an absolute schedule from startSchedule", () => {
    const ours = absolute(schedule(1, [[0, 3_000], [600, 11_000]])) // prettier-ignore
    expect(scheduleVerdict(schedule(1, [[0, 11_000]]), time(600), ours, undefined)).toBe("Within")
    expect(scheduleVerdict(schedule(1, [[0, 11_000]]), time(599), ours, undefined)).toBe("Exceeds")
  })

  it("K-43: those of a relative schedule count from the start of power delivery", () => {
    const ours = relative(schedule(1, [[0, 3_000], [600, 11_000]])) // prettier-ignore
    expect(scheduleVerdict(schedule(1, [[0, 11_000]]), time(1_000), ours, time(400))).toBe("Within")
    expect(scheduleVerdict(schedule(1, [[0, 11_000]]), time(1_000), ours, time(401))).toBe("Exceeds")
  })

  it("K-43: without a known start only what holds at any start is decided", () => {
    const ours = relative(schedule(1, [[0, 3_000], [600, 11_000]])) // prettier-ignore
    expect(scheduleVerdict(schedule(1, [[0, 3_000]]), time(), ours, undefined)).toBe("Within")
    expect(scheduleVerdict(schedule(1, [[0, 3_001]]), time(), ours, undefined)).toBe("UnknownStart")
    expect(scheduleVerdict(schedule(1, [[0, 11_001]]), time(), ours, undefined)).toBe("Exceeds")
    const recurring = { ...ours, chargingProfileKind: "Recurring" } as const
    expect(scheduleVerdict(schedule(1, [[0, 9_000]]), time(), recurring, time())).toBe("UnknownStart")
  })

  it("K-43, K15.FR.19: compared with the schedule of the same id; with none, any that it keeps within will do", () => {
    const ours = absolute(schedule(1, [[0, 3_000]]), schedule(2, [[0, 11_000]]))
    expect(scheduleVerdict(schedule(1, [[0, 11_000]]), time(), ours, undefined)).toBe("Exceeds")
    expect(scheduleVerdict(schedule(2, [[0, 11_000]]), time(), ours, undefined)).toBe("Within")
    expect(scheduleVerdict(schedule(7, [[0, 11_000]]), time(), ours, undefined)).toBe("Within")
    expect(scheduleVerdict(schedule(7, [[0, 11_001]]), time(), ours, undefined)).toBe("Exceeds")
  })

  it("K-43: no profile of ours, or another unit, is not decidable", () => {
    expect(scheduleVerdict(schedule(1, [[0, 1]]), time(), undefined, time())).toBe("NoProfile")
    const inAmperes = schedule(1, [[0, 16]], { chargingRateUnit: "A" })
    expect(scheduleVerdict(inAmperes, time(), absolute(schedule(1, [[0, 11_000]])), time())).toBe("OtherUnit")
  })

  it("K-43: in A more phases are more, in W they are not", () => {
    const phased = (unit: "A" | "W", numberPhases: number): HeldSchedule => ({
      id: 1,
      chargingRateUnit: unit,
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 16, numberPhases }]
    })
    expect(scheduleVerdict(phased("A", 3), time(), absolute(phased("A", 1)), undefined)).toBe("Exceeds")
    expect(scheduleVerdict(phased("A", 1), time(), absolute(phased("A", 3)), undefined)).toBe("Within")
    expect(scheduleVerdict(phased("W", 3), time(), absolute(phased("W", 1)), undefined)).toBe("Within")
  })

  it("K-43: agrees with asking at every half second", () => {
    const periods = fc
      .uniqueArray(fc.tuple(fc.nat(12), fc.integer({ min: 0, max: 5 })), {
        minLength: 1,
        maxLength: 5,
        selector: ([s]) => s
      })
      .map((all) =>
        all.toSorted(([a], [b]) => a - b).map(([start, limit], at) => [at === 0 ? 0 : start, limit] as const)
      )
    const any = fc.record({ limits: periods, duration: fc.option(fc.integer({ min: 1, max: 15 }), { nil: undefined }) })
    fc.assert(
      fc.property(any, any, fc.integer({ min: -8, max: 8 }), (ev, ours, offset) => {
        const of = ({ duration, limits }: typeof ev) => schedule(1, limits, duration === undefined ? {} : { duration })
        const isAbove = Array.from({ length: 120 }, (_, n) => n / 2 - 20 + 0.25).some((second) => {
          const wanted = limitAt(of(ev), second - offset)
          const allowed = limitAt(of(ours), second)
          return wanted !== undefined && allowed !== undefined && wanted > allowed
        })
        const verdict = scheduleVerdict(of(ev), time(offset), absolute(of(ours)), undefined)
        expect(verdict).toBe(isAbove ? "Exceeds" : "Within")
      }),
      property
    )
  })
})

const limitAt = ({ chargingSchedulePeriod, duration = Infinity }: HeldSchedule, second: number): number | undefined =>
  second < 0 || second >= duration
    ? undefined
    : chargingSchedulePeriod.findLast(({ startPeriod }) => startPeriod <= second)?.limit
