import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { chargedAfter, intakeOf, isSatisfied, powerTaken, secondsToTarget } from "../../src/virtual/EV.ts"
import { type EVModelName, evModels, makeEV } from "../../src/virtual/EVModels.ts"
import { evsesOf } from "../../src/virtual/VirtualStationOptions.ts"

const names = Object.keys(evModels) as Array<EVModelName>

/** An EV, W offered and phases; DC is 0. */
const charging = fc.record({
  name: fc.constantFrom(...names),
  stateOfCharge: fc.double({ min: 0, max: 1, noNaN: true }),
  target: fc.double({ min: 0, max: 1, noNaN: true }),
  offered: fc.double({ min: 0, max: 300_000, noNaN: true }),
  lines: fc.constantFrom(0, 1, 2, 3)
})

describe("an EV that is made", () => {
  it.each([{ stateOfCharge: 20 }, { stateOfCharge: Number.NaN }, { target: 80 }, { target: -0.1 }])(
    "a share that is not from 0 to 1 is a RangeError: %o",
    (options) => {
      assert.throws(() => makeEV("compact", options), RangeError, "from 0 to 1")
    }
  )
})

describe("an EVSE that is built without connectors", () => {
  it("has a socket for AC, and a cable for DC", () => {
    const dc = { phases: 0, voltage: 400, maxCurrent: 375 } as const
    assert.deepStrictEqual(
      evsesOf([{}, { supply: dc }]).map(({ connectors, id }) => [id, connectors]),
      [
        [1, [{ id: 1, type: "sType2" }]],
        [2, [{ id: 1, type: "cCCS2" }]]
      ]
    )
  })
})

describe("an EV that is charged", () => {
  it("takes what it is offered until the battery tapers, and a tenth of its most when full", () => {
    const ev = makeEV("family", { stateOfCharge: 0.5 })
    assert.strictEqual(powerTaken(ev, 11_040, intakeOf(ev.model, 3)), 11_040)
    assert.strictEqual(powerTaken(ev, 11_040, intakeOf(ev.model, 1)), 3_680)
    ev.stateOfCharge = 0.999999
    assert.closeTo(powerTaken(ev, 11_040, intakeOf(ev.model, 3)), 1_104, 1)
    assert.isFalse(isSatisfied(ev))
    ev.stateOfCharge = 1
    assert.strictEqual(powerTaken(ev, 11_040, intakeOf(ev.model, 3)), 0)
  })

  it("a level charge takes energy divided by power", () => {
    const ev = makeEV("family", { stateOfCharge: 0.1, target: 0.6 })
    assert.closeTo(secondsToTarget(ev, 11_040, intakeOf(ev.model, 3)), (0.5 * 58_000 * 3600) / 11_040, 1e-6)
  })

  it("takes nothing beyond its target, and a hybrid nothing over DC", () => {
    const sated = makeEV("compact", { stateOfCharge: 0.9, target: 0.8 })
    assert.strictEqual(chargedAfter(sated, 7_000, intakeOf(sated.model, 1), 3_600), 0.9)
    const hybrid = makeEV("hybrid")
    assert.strictEqual(chargedAfter(hybrid, 50_000, intakeOf(hybrid.model, 0), 3_600), 0.3)
    assert.strictEqual(secondsToTarget(hybrid, 50_000, intakeOf(hybrid.model, 0)), Infinity)
  })

  it("one step is many small steps, and neither is over full", () => {
    fc.assert(
      fc.property(charging, fc.array(fc.integer({ min: 1, max: 7_200 }), { maxLength: 30 }), (given, steps) => {
        const ev = makeEV(given.name, given)
        const intake = intakeOf(ev.model, given.lines)
        const whole = chargedAfter(
          ev,
          given.offered,
          intake,
          steps.reduce((sum, step) => sum + step, 0)
        )
        for (const step of steps) {
          const before = ev.stateOfCharge
          ev.stateOfCharge = chargedAfter(ev, given.offered, intake, step)
          assert.isAtLeast(ev.stateOfCharge, before)
          const energy = (ev.stateOfCharge - before) * ev.model.capacityWh
          assert.isAtMost(energy, (Math.min(given.offered, intake) * step) / 3600 + 1e-6)
        }
        assert.closeTo(ev.stateOfCharge, whole, 1e-9)
        assert.isAtMost(whole, Math.max(given.stateOfCharge, given.target))
      })
    )
  })

  it("is satisfied when it was said to be, and not before", () => {
    fc.assert(
      fc.property(charging, (given) => {
        const ev = makeEV(given.name, given)
        const intake = intakeOf(ev.model, given.lines)
        const seconds = secondsToTarget(ev, given.offered, intake)
        if (seconds === 0 || seconds > 1e9) return
        assert.isTrue(isSatisfied({ ...ev, stateOfCharge: chargedAfter(ev, given.offered, intake, seconds + 0.001) }))
        const before = chargedAfter(ev, given.offered, intake, seconds * 0.99)
        if (given.target - given.stateOfCharge > 1e-3) assert.isBelow(before, given.target)
      })
    )
  })
})
