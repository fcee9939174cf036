import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import type { ChargingProfileType, ChargingSchedulePeriodType } from "@wattline/ocpp-v201"
import { type EVModelName, evModels, makeEV } from "../../src/virtual/EVModels.ts"
import type { Supply } from "../../src/virtual/EVSE.ts"
import { ac, at, dc, station } from "./charging.support.ts"

const single: Supply = { phases: 1, voltage: 230, maxCurrent: 32 }

const periods = (unit: "A" | "W") =>
  fc
    .array(
      fc.record({
        gap: fc.integer({ min: 1, max: 1_200 }),
        limit: fc.integer({ min: 0, max: unit === "A" ? 400 : 300_000 }),
        numberPhases: fc.option(fc.constantFrom(1, 2, 3), { nil: undefined })
      }),
      { minLength: 1, maxLength: 4 }
    )
    .map((rows) => {
      let startPeriod = 0
      return rows.map(({ gap, limit, numberPhases }, index): ChargingSchedulePeriodType => {
        if (index > 0) startPeriod += gap
        return { startPeriod, limit: limit / 10, ...(numberPhases !== undefined && { numberPhases }) }
      })
    })

const schedule = fc.constantFrom("A" as const, "W" as const).chain((chargingRateUnit) =>
  fc.record(
    {
      id: fc.constant(1),
      chargingRateUnit: fc.constant(chargingRateUnit),
      chargingSchedulePeriod: periods(chargingRateUnit),
      duration: fc.integer({ min: 1, max: 3_600 })
    },
    { requiredKeys: ["id", "chargingRateUnit", "chargingSchedulePeriod"] }
  )
)

/** Any profile, most of them such that a station takes them. */
const placed = fc
  .record({
    evse: fc.integer({ min: 1, max: 3 }),
    id: fc.integer({ min: 1, max: 6 }),
    stackLevel: fc.integer({ min: 0, max: 3 }),
    purpose: fc.constantFrom("ChargingStationMaxProfile", "TxDefaultProfile", "TxProfile"),
    kind: fc.constantFrom("Absolute", "Relative", "Recurring"),
    from: fc.integer({ min: -3_600, max: 3_600 }),
    forAll: fc.boolean(),
    schedule
  })
  .map(({ evse, forAll, from, id, kind, purpose, schedule: one, stackLevel }) => {
    const isMax = purpose === "ChargingStationMaxProfile"
    const evseId = isMax || (forAll && purpose === "TxDefaultProfile") ? 0 : evse
    const chargingProfileKind = isMax && kind === "Relative" ? "Absolute" : kind
    const profile = {
      id,
      stackLevel,
      chargingProfilePurpose: purpose,
      chargingProfileKind,
      ...(chargingProfileKind === "Recurring" && { recurrencyKind: "Daily" as const }),
      ...(purpose === "TxProfile" && { transactionId: `tx-${evse}` }),
      chargingSchedule: [{ ...one, ...(chargingProfileKind !== "Relative" && { startSchedule: at(from) }) }]
    } as ChargingProfileType
    return { evseId, profile }
  })

const ev = fc.record({
  name: fc.constantFrom(...(Object.keys(evModels) as Array<EVModelName>)),
  stateOfCharge: fc.double({ min: 0, max: 1, noNaN: true })
})

const scenario = fc.record({
  supplies: fc.constantFrom([ac, ac, ac], [ac, single, ac], [dc, dc, dc], [ac, dc, single]),
  evs: fc.array(ev, { minLength: 3, maxLength: 3 }),
  profiles: fc.array(placed, { maxLength: 6 }),
  external: fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined }),
  steps: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 8 })
})

const limitAt = (rows: ReadonlyArray<ChargingSchedulePeriodType>, second: number): number =>
  rows.findLast(({ startPeriod }) => startPeriod <= second)?.limit ?? Infinity

describe("what flows and what was announced", () => {
  it("K08.FR.04, K04.FR.05: power and current are never above the composite schedule, of an EVSE or of the station", () => {
    let accepted = 0
    fc.assert(
      fc.property(scenario, ({ evs, external, profiles, steps, supplies }) => {
        const { ask, charge, evseOf, pass, power, smartCharging } = station(supplies)
        for (const [index, { name, ...options }] of evs.entries()) charge(makeEV(name, options), index + 1)
        for (const { evseId, profile } of profiles)
          if (ask("SetChargingProfile", { evseId, chargingProfile: profile }).status === "Accepted") accepted++
        smartCharging.setExternalLimit(external)
        const announced = (evseId: number, chargingRateUnit: "A" | "W"): ReadonlyArray<ChargingSchedulePeriodType> =>
          ask("GetCompositeSchedule", { evseId, duration: 7_200, chargingRateUnit }).schedule.chargingSchedulePeriod
        const whole = announced(0, "W")
        const each = [1, 2, 3].map((id) => ({ id, watts: announced(id, "W"), amperes: announced(id, "A") }))
        let second = 0
        for (const step of [0, ...steps]) {
          pass(step)
          second += step
          let sum = 0
          for (const { amperes, id, watts } of each) {
            const reading = power.reading(evseOf(id))
            sum += reading.power
            assert.isAtMost(reading.power, reading.offered + 1e-6)
            assert.isAtMost(reading.offered, limitAt(watts, second) + 1e-6)
            assert.isAtMost(reading.current, limitAt(amperes, second) + 1e-6)
          }
          assert.isAtMost(sum, limitAt(whole, second) + 1e-6)
        }
      }),
      { numRuns: 300 }
    )
    assert.isAbove(accepted, 300)
  })

  it("J02.FR.16: registers only rise, by no more than the offer times the time, and batteries are never over full", () => {
    fc.assert(
      fc.property(scenario, ({ evs, profiles, steps, supplies }) => {
        const { ask, charge, evseOf, pass, power } = station(supplies)
        const charged = evs.map(({ name, ...options }, index) => charge(makeEV(name, options), index + 1))
        for (const { evseId, profile } of profiles) ask("SetChargingProfile", { evseId, chargingProfile: profile })
        const most = (id: number): number => {
          const { maxCurrent, phases, voltage } = evseOf(id).supply
          return maxCurrent * voltage * Math.max(1, phases)
        }
        const before = [0, 0, 0]
        for (const step of steps) {
          pass(step)
          for (const [index, one] of charged.entries()) {
            const { registerWh } = power.reading(evseOf(index + 1))
            assert.isAtLeast(registerWh, before[index] ?? 0)
            assert.isAtMost(registerWh - (before[index] ?? 0), (most(index + 1) * step) / 3_600 + 1e-6)
            assert.isAtMost(one.stateOfCharge, 1)
            before[index] = registerWh
          }
        }
      })
    )
  })

  it("reading the meter all the time changes nothing: one look at the end is as good", () => {
    fc.assert(
      fc.property(scenario, ({ evs, profiles, steps, supplies }) => {
        const run = (looks: boolean) => {
          const { ask, charge, evseOf, pass, power } = station(supplies)
          for (const [index, { name, ...options }] of evs.entries()) charge(makeEV(name, options), index + 1)
          for (const { evseId, profile } of profiles) ask("SetChargingProfile", { evseId, chargingProfile: profile })
          for (const step of steps) {
            const stride = looks ? 60 : step
            for (let second = 0; second < step; second += stride) {
              pass(Math.min(stride, step - second))
              if (looks) power.reading(evseOf(1))
            }
          }
          return [1, 2, 3].map((id) => power.reading(evseOf(id)).registerWh)
        }
        const [often, once] = [run(true), run(false)]
        for (const [index, registerWh] of often.entries()) assert.closeTo(registerWh, once[index] ?? 0, 1e-4)
      })
    )
  })
})
