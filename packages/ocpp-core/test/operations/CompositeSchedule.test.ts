import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { ChargingProfileType, ChargingSchedulePeriodType } from "@wattline/ocpp-v201"
import {
  type CompositePeriod,
  evseSchedule,
  type EvseContext,
  type PlacedProfile,
  type ScheduleWindow,
  stationSchedule
} from "../../src/operations/CompositeSchedule.ts"
import { previewCompositeSchedule, profilesOf } from "../../src/operations/SmartChargingView.ts"
import { evse, Folding, maxProfile, schedule, txDefault, txProfile } from "../blocks/chargingProfiles.ts"
import { noon, property, time } from "../blocks/payloads.ts"

const hour: ScheduleWindow = { start: noon, duration: 3600, unit: "A" }
const charging: EvseContext = { evseId: 1, transaction: { transactionId: "T1", energyFrom: noon } }
const on = (evseId: number, profile: ChargingProfileType): PlacedProfile => ({ evseId, profile })
const steps = (...limits: ReadonlyArray<readonly [startPeriod: number, limit: number]>) =>
  limits.map(([startPeriod, limit]) => ({ startPeriod, limit }))
const lasting = (duration: number, ...chargingSchedulePeriod: Array<ChargingSchedulePeriodType>) => ({
  chargingSchedule: [schedule({ duration, chargingSchedulePeriod })]
})
/** startPeriod and limit; undefined is no limit. */
const told = (periods: ReadonlyArray<CompositePeriod>) => periods.map(({ limit, startPeriod }) => [startPeriod, limit])
const foreseen = (profiles: ReadonlyArray<PlacedProfile>, context = charging, window = hour) =>
  told(evseSchedule(profiles, [], context, window))

describe("evseSchedule", () => {
  it("K08: without a profile there is no limit", () => {
    expect(evseSchedule([], [], charging, hour)).toEqual([{ startPeriod: 0 }])
  })

  it("K01.FR.17: the highest stackLevel counts for as long as it has a period, then the next one", () => {
    const low = txDefault(lasting(400, ...steps([0, 6], [100, 8], [200, 10])))
    const high = txDefault({ id: 2, stackLevel: 1, ...lasting(150, ...steps([0, 7], [100, 9])) })
    expect(foreseen([on(1, low), on(1, high)])).toEqual([
      [0, 7],
      [100, 9],
      [150, 8],
      [200, 10],
      [400, undefined]
    ])
  })

  it("SC.01, K08.FR.04: of the purposes the lowest holds; a TxProfile takes the place of the default while it has a period", () => {
    const profiles = [
      on(0, maxProfile(lasting(86_400, ...steps([0, 10])))),
      on(1, txDefault(lasting(300, ...steps([0, 6], [120, 8])))),
      on(1, txProfile(lasting(260, ...steps([0, 8], [50, 12], [200, 5]))))
    ]
    expect(foreseen(profiles)).toEqual([
      [0, 8],
      [50, 10],
      [200, 5],
      [260, 8],
      [300, 10]
    ])
  })

  it("K08.FR.06: without a transaction it is as if one began that uses the TxDefaultProfile", () => {
    const relative = txDefault({ chargingProfileKind: "Relative", ...lasting(60, ...steps([0, 9], [30, 7])) })
    expect(foreseen([on(0, relative), on(1, txProfile())], { evseId: 1 })).toEqual([
      [0, 9],
      [30, 7],
      [60, undefined]
    ])
  })

  it("takes no TxProfile of another transaction, and no profile of another EVSE", () => {
    expect(foreseen([on(1, txProfile({ transactionId: "T2" })), on(2, txDefault())])).toEqual([[0, undefined]])
  })

  it("K01.FR.42: Relative counts from where energy could flow", () => {
    const context = { evseId: 1, transaction: { transactionId: "T1", energyFrom: noon - 40_000 } }
    expect(foreseen([on(1, txProfile(lasting(100, ...steps([0, 6], [60, 9]))))], context)).toEqual([
      [0, 6],
      [20, 9],
      [60, undefined]
    ])
  })

  it("K01.FR.10, K01.FR.36, K01.FR.37: counts from validFrom up to before validTo", () => {
    expect(foreseen([on(1, txDefault({ validFrom: time(10), validTo: time(20) }))])).toEqual([
      [0, undefined],
      [10, 16],
      [20, undefined]
    ])
  })

  it("K01.FR.30: counts not before its startSchedule, and with a fraction of a second where that has one", () => {
    expect(foreseen([on(1, txDefault({ chargingSchedule: [schedule({ startSchedule: time(1.5) })] }))])).toEqual([
      [0, undefined],
      [1.5, 16]
    ])
  })

  it("K01.FR.13: Daily begins again each day, and a duration shorter than that leaves a gap", () => {
    const daily = txDefault({
      chargingProfileKind: "Recurring",
      recurrencyKind: "Daily",
      ...lasting(3600, ...steps([0, 8]))
    })
    const window = { start: noon + 3 * 86_400_000 - 60_000, duration: 7200, unit: "A" } as const
    expect(foreseen([on(1, daily)], charging, window)).toEqual([
      [0, undefined],
      [60, 8],
      [3660, undefined]
    ])
  })

  it("Weekly begins again with its first period, also when its duration is longer than a week", () => {
    const weekly = txDefault({
      chargingProfileKind: "Recurring",
      recurrencyKind: "Weekly",
      ...lasting(10 * 86_400, ...steps([0, 8], [86_400, 6]))
    })
    const window = { start: noon + 7 * 86_400_000 - 60_000, duration: 120, unit: "A" } as const
    expect(foreseen([on(1, weekly)], charging, window)).toEqual([
      [0, 6],
      [60, 8]
    ])
  })

  it("K01.FR.50, K01.FR.51, K-48: W is shared out over the phases of its period, 3 where it names none", () => {
    const watts = (more: object) =>
      txDefault({
        chargingSchedule: [
          schedule({ chargingRateUnit: "W", chargingSchedulePeriod: [{ startPeriod: 0, limit: 6900, ...more }] })
        ]
      })
    expect(foreseen([on(1, watts({}))])).toEqual([[0, 10]])
    expect(foreseen([on(1, watts({ numberPhases: 1 }))])).toEqual([[0, 30]])
    expect(foreseen([on(1, watts({}))], { ...charging, voltage: 115 })).toEqual([[0, 20]])
    expect(foreseen([on(1, watts({}))], charging, { ...hour, unit: "W" })).toEqual([[0, 6900]])
  })

  it("A counts on no more phases than the EVSE has", () => {
    const watts = { ...hour, unit: "W" } as const
    const dc = { ...charging, phases: 0, voltage: 400 }
    expect(foreseen([on(1, txDefault())], charging, watts)).toEqual([[0, 16 * 230 * 3]])
    expect(foreseen([on(1, txDefault())], { ...charging, phases: 1 }, watts)).toEqual([[0, 16 * 230]])
    expect(evseSchedule([on(1, txDefault())], [], dc, watts)).toEqual([{ startPeriod: 0, limit: 6400 }])
  })

  it("E25 2.36, K-25: the lowest numberPhases holds, and a phaseToUse that contradicts another is told", () => {
    const period = (more: Partial<ChargingSchedulePeriodType>) => lasting(3600, { startPeriod: 0, limit: 16, ...more })
    const one = on(1, txDefault(period({ numberPhases: 1, phaseToUse: 2 })))
    const held = (more: Partial<ChargingSchedulePeriodType>) =>
      evseSchedule([one, on(0, maxProfile(period(more)))], [], charging, hour)[0]
    expect(held({ numberPhases: 3 })).toEqual({ startPeriod: 0, limit: 16, numberPhases: 1, phaseToUse: 2 })
    expect(held({ numberPhases: 1, phaseToUse: 3 })).toEqual({
      startPeriod: 0,
      limit: 16,
      numberPhases: 1,
      phaseConflict: true
    })
  })

  it("K-29, K02.FR.01: limits by others hold besides, of every source", () => {
    const limit = (evseId: number | undefined, rate: number) => ({
      ...(evseId !== undefined && { evseId }),
      from: noon + 60_000,
      schedules: [{ id: 1, chargingRateUnit: "A" as const, chargingSchedulePeriod: steps([0, rate]) }]
    })
    const limits = [limit(undefined, 12), limit(1, 10), limit(2, 1)]
    expect(told(evseSchedule([on(1, txDefault())], limits, charging, hour))).toEqual([
      [0, 16],
      [60, 10]
    ])
  })

  it("K15.FR.22: of several schedules the first are combined, or the second ones", () => {
    const two = txProfile({
      chargingSchedule: [8, 12].map((limit, id) => schedule({ id, chargingSchedulePeriod: steps([0, limit]) }))
    })
    const profiles = [
      on(1, two),
      on(0, maxProfile({ chargingSchedule: [schedule({ chargingSchedulePeriod: steps([0, 10]) })] }))
    ]
    expect(foreseen(profiles)).toEqual([[0, 8]])
    expect(foreseen(profiles, charging, { ...hour, scheduleIndex: 1 })).toEqual([[0, 10]])
  })
})

describe("stationSchedule", () => {
  it("K08.FR.03: the EVSEs together, and never more than what is set for the station", () => {
    const profiles = [
      on(1, txDefault(lasting(60, ...steps([0, 8])))),
      on(2, txDefault(lasting(120, ...steps([0, 10]))))
    ]
    const evses = [{ evseId: 1 }, { evseId: 2 }]
    expect(told(stationSchedule(profiles, [], evses, hour))).toEqual([
      [0, 18],
      [60, undefined]
    ])
    const max = on(0, maxProfile({ chargingSchedule: [schedule({ chargingSchedulePeriod: steps([0, 9]) })] }))
    expect(told(stationSchedule([...profiles, max], [], evses, hour))).toEqual([[0, 9]])
    expect(told(stationSchedule([max], [], [], hour))).toEqual([[0, 9]])
  })

  it("K08.FR.03: counts what a DC output draws from each phase of the grid connection, whichever EVSE comes first", () => {
    const profiles = [
      on(1, txDefault({ chargingSchedule: [schedule({ chargingSchedulePeriod: steps([0, 16]) })] })),
      on(2, txDefault({ id: 9, chargingSchedule: [schedule({ chargingSchedulePeriod: steps([0, 69]) })] }))
    ]
    const evses = [
      { evseId: 1, phases: 3, voltage: 230 },
      { evseId: 2, phases: 0, voltage: 400 }
    ]
    for (const all of [evses, evses.toReversed()])
      expect(stationSchedule(profiles, [], all, hour)).toEqual([{ startPeriod: 0, limit: 16 + 40, numberPhases: 3 }])
    expect(told(stationSchedule(profiles, [], [{ evseId: 2, phases: 0, voltage: 400 }], hour))).toEqual([[0, 69]])
  })
})

describe("previewCompositeSchedule", () => {
  it("K-29, K08: looks at the profiles, limits, transactions and phases that are known of the station", () => {
    const folding = new Folding()
    folding.reports(evse(1, 1), evse(2))
    folding.transaction()
    folding.sets(txProfile())
    folding.sets(txDefault({ id: 9 }), 0)
    folding.with(
      "NotifyChargingLimit",
      {
        chargingLimit: { chargingLimitSource: "EMS" },
        chargingSchedule: [schedule({ chargingSchedulePeriod: steps([0, 20], [60, 10]) })]
      },
      {}
    )
    const ask = { start: noon, duration: 3600, chargingRateUnit: "W" } as const
    expect(previewCompositeSchedule(folding.mirror, { ...ask, evseId: 1 })).toEqual({
      evseId: 1,
      scheduleStart: time(),
      duration: 3600,
      chargingRateUnit: "W",
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: 16 * 230, numberPhases: 1 },
        { startPeriod: 60, limit: 10 * 230, numberPhases: 1 }
      ]
    })
    expect(told(previewCompositeSchedule(folding.mirror, { ...ask, evseId: 0 }).chargingSchedulePeriod)).toEqual([
      [0, 20 * 230 * 3],
      [60, 10 * 230 * 3]
    ])
  })
})

// --- properties: any set of profiles against an evaluator that knows nothing but one second

const period = fc.record({
  limit: fc.integer({ min: 0, max: 320 }).map((tenths) => tenths / 10),
  length: fc.integer({ min: 1, max: 12 }),
  numberPhases: fc.option(fc.constantFrom(1, 2, 3), { nil: undefined })
})
const periods = fc.array(period, { minLength: 1, maxLength: 4 }).map((all) => {
  let startPeriod = 0
  return all.map(({ length, limit, numberPhases }) => {
    const made = { startPeriod, limit, ...(numberPhases !== undefined && { numberPhases }) }
    startPeriod += length
    return made
  })
})
const moment = fc.integer({ min: -30, max: 60 })
const maybe = <A>(one: fc.Arbitrary<A>) => fc.option(one, { nil: undefined })
const placed: fc.Arbitrary<PlacedProfile> = fc
  .record({
    purpose: fc.constantFrom(
      "TxDefaultProfile" as const,
      "TxProfile" as const,
      "ChargingStationMaxProfile" as const,
      "ChargingStationExternalConstraints" as const
    ),
    kind: fc.constantFrom("Absolute" as const, "Relative" as const, "Daily" as const),
    evseId: fc.integer({ min: 0, max: 2 }),
    stackLevel: fc.integer({ min: 0, max: 2 }),
    from: maybe(moment),
    to: maybe(moment),
    start: moment,
    days: fc.integer({ min: 0, max: 2 }),
    duration: maybe(fc.integer({ min: 1, max: 40 })),
    unit: fc.constantFrom("A" as const, "W" as const),
    periods
  })
  .map(({ days, duration, evseId, from, kind, periods: all, purpose, stackLevel, start, to, unit }) => ({
    evseId: purpose === "ChargingStationMaxProfile" ? 0 : purpose === "TxProfile" ? Math.max(1, evseId) : evseId,
    profile: {
      id: 1,
      stackLevel,
      chargingProfilePurpose: purpose,
      chargingProfileKind: kind === "Daily" ? ("Recurring" as const) : kind,
      ...(kind === "Daily" && { recurrencyKind: kind }),
      ...(purpose === "TxProfile" && { transactionId: "T1" }),
      ...(from !== undefined && { validFrom: time(from) }),
      ...(to !== undefined && { validTo: time(to) }),
      chargingSchedule: [
        {
          id: 1,
          ...(kind !== "Relative" && { startSchedule: time(start - days * 86_400) }),
          ...(duration !== undefined && { duration }),
          chargingRateUnit: unit,
          chargingSchedulePeriod: all
        }
      ]
    }
  }))
const contexts = fc.record({
  evseId: fc.constant(1),
  phases: fc.constantFrom(0, 1, 3),
  transaction: fc.option(
    moment.map((at) => ({ transactionId: "T1", energyFrom: noon + at * 1000 })),
    { nil: undefined }
  )
}) as fc.Arbitrary<EvseContext>
const windows = fc.record({
  start: fc.integer({ min: -20, max: 40 }).map((at) => noon + at * 1000),
  duration: fc.integer({ min: 1, max: 60 }),
  unit: fc.constantFrom("A" as const, "W" as const)
})

/** Limit in `unit` of one profile in one second, straight from its fields. */
const naive = ({ profile }: PlacedProfile, second: number, context: EvseContext, window: ScheduleWindow) => {
  const { chargingProfileKind: kind, chargingSchedule, validFrom, validTo } = profile
  const [{ chargingRateUnit, chargingSchedulePeriod, duration, startSchedule } = schedule()] = chargingSchedule
  if (validFrom !== undefined && second < Date.parse(validFrom)) return undefined
  if (validTo !== undefined && second >= Date.parse(validTo)) return undefined
  const begin =
    kind === "Relative" ? (context.transaction?.energyFrom ?? window.start) : Date.parse(startSchedule ?? "")
  let elapsed = (second - begin) / 1000
  if (elapsed < 0) return undefined
  if (kind === "Recurring") elapsed %= 86_400
  if (duration !== undefined && elapsed >= duration) return undefined
  const { limit, numberPhases = 3 } = chargingSchedulePeriod.findLast(({ startPeriod }) => startPeriod <= elapsed) ?? {
    limit: 0
  }
  if (chargingRateUnit === window.unit) return limit
  const phases = context.phases ?? 3
  if (window.unit === "W") return limit * 230 * (phases === 0 ? 1 : Math.min(phases, numberPhases))
  return limit / (230 * (phases === 0 ? 1 : numberPhases))
}

/** The limit in one second, or undefined. */
const naiveComposite = (
  profiles: ReadonlyArray<PlacedProfile>,
  second: number,
  context: EvseContext,
  window: ScheduleWindow
) => {
  const leading = (purpose: string, evses: ReadonlyArray<number>): number | undefined => {
    const active = profiles.flatMap((one) => {
      const limit = naive(one, second, context, window)
      const concerns = one.profile.chargingProfilePurpose === purpose && evses.includes(one.evseId)
      return concerns && limit !== undefined ? [{ limit, level: one.profile.stackLevel }] : []
    })
    const top = Math.max(...active.map(({ level }) => level))
    const limits = active.filter(({ level }) => level === top).map(({ limit }) => limit)
    return limits.length === 0 ? undefined : Math.min(...limits)
  }
  const tx = context.transaction === undefined ? undefined : leading("TxProfile", [1])
  const limits = [
    tx ?? leading("TxDefaultProfile", [0, 1]),
    leading("ChargingStationMaxProfile", [0]),
    leading("ChargingStationExternalConstraints", [0]),
    leading("ChargingStationExternalConstraints", [1])
  ].filter((limit) => limit !== undefined)
  return limits.length === 0 ? undefined : Math.min(...limits)
}

const limitAt = (composite: ReadonlyArray<CompositePeriod>, second: number) =>
  composite.findLast(({ startPeriod }) => startPeriod <= second)?.limit

describe("evseSchedule, whatever the profiles", () => {
  const cases = [fc.array(placed, { maxLength: 8 }), contexts, windows] as const

  it("is in every second what an evaluator of single seconds says", () => {
    fc.assert(
      fc.property(...cases, (profiles, context, window) => {
        const composite = evseSchedule(profiles, [], context, window)
        for (let second = 0; second < window.duration; second++)
          expect(limitAt(composite, second)).toBe(
            naiveComposite(profiles, window.start + second * 1000, context, window)
          )
      }),
      { ...property, numRuns: 500 }
    )
  })

  it("SC.01: is never above a valid ChargingStationMaxProfile that leads", () => {
    fc.assert(
      fc.property(...cases, (profiles, context, window) => {
        const max = profiles.filter(({ profile }) => profile.chargingProfilePurpose === "ChargingStationMaxProfile")
        const composite = evseSchedule(profiles, [], context, window)
        for (let second = 0; second < window.duration; second++) {
          const most = naiveComposite(max, window.start + second * 1000, context, window) ?? Infinity
          expect(limitAt(composite, second) ?? Infinity).toBeLessThanOrEqual(most)
        }
      }),
      property
    )
  })

  it("begins at 0, rises strictly, stays inside the window, and says nothing twice", () => {
    fc.assert(
      fc.property(...cases, (profiles, context, window) => {
        const composite = evseSchedule(profiles, [], context, window)
        expect(composite[0]?.startPeriod).toBe(0)
        composite.slice(1).forEach((one, at) => {
          const { startPeriod: before, ...held } = composite[at] ?? { startPeriod: Infinity }
          const { startPeriod, ...next } = one
          expect(startPeriod).toBeGreaterThan(before)
          expect(startPeriod).toBeLessThan(window.duration)
          expect(next).not.toEqual(held)
        })
      }),
      property
    )
  })

  it("does not depend on the order of the profiles", () => {
    fc.assert(
      fc.property(...cases, (profiles, context, window) => {
        expect(evseSchedule(profiles.toReversed(), [], context, window)).toEqual(
          evseSchedule(profiles, [], context, window)
        )
      }),
      property
    )
  })

  it("is the same when the window is split, for a transaction that runs", () => {
    fc.assert(
      fc.property(...cases, fc.integer({ min: 1, max: 59 }), (profiles, context, window, cut) => {
        const running = { ...context, transaction: context.transaction ?? { transactionId: "T1", energyFrom: noon } }
        const first = Math.min(cut, window.duration)
        const whole = evseSchedule(profiles, [], running, window)
        const head = evseSchedule(profiles, [], running, { ...window, duration: first })
        const rest = { ...window, start: window.start + first * 1000, duration: window.duration - first }
        const tail = evseSchedule(profiles, [], running, rest)
        for (let second = 0; second < window.duration; second++)
          expect(limitAt(whole, second)).toBe(second < first ? limitAt(head, second) : limitAt(tail, second - first))
      }),
      property
    )
  })

  it("K08.FR.03: the station never has more than its EVSEs together, nor than its own limit", () => {
    fc.assert(
      fc.property(fc.array(placed, { maxLength: 8 }), windows, (profiles, window) => {
        const evses = [{ evseId: 1 }, { evseId: 2 }]
        const station = stationSchedule(profiles, [], evses, window)
        const each = evses.map((one) => evseSchedule(profiles, [], one, window))
        const max = profiles.filter(({ profile }) => profile.chargingProfilePurpose === "ChargingStationMaxProfile")
        for (let second = 0; second < window.duration; second++) {
          const limit = limitAt(station, second) ?? Infinity
          const sum = each.reduce((total, one) => total + (limitAt(one, second) ?? Infinity), 0)
          expect(limit).toBeLessThanOrEqual(sum)
          const own = naiveComposite(max, window.start + second * 1000, { evseId: 1 }, window)
          expect(limit).toBeLessThanOrEqual(own ?? Infinity)
        }
      }),
      property
    )
  })
  it("ST-3: says when it counts in what the station may not have", () => {
    const folding = new Folding()
    folding.reports(evse(1))
    folding.sets(txDefault({ id: 9 }), 1)
    const preview = () => {
      const ask = { evseId: 1, start: noon, duration: 3600, chargingRateUnit: "A" } as const
      return previewCompositeSchedule(folding.mirror, ask)
    }
    const before = preview()
    expect(before).not.toHaveProperty("uncertain")
    folding.loses("ClearChargingProfile", { chargingProfileId: 9 })
    expect(preview()).toEqual({ ...before, uncertain: true })
    expect(profilesOf(folding.mirror, noon)).toMatchObject([{ state: "Valid", uncertain: true }])
  })
})
