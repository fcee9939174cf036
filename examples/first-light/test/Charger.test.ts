import { assert, it } from "vitest"
import { Charger } from "../src/station/Charger.ts"

it("draws nothing until the contactor closes, and nothing after it opened", () => {
  const charger = new Charger(1000, 0)
  assert.deepInclude(charger.read(5000), { registerWh: 1000, powerW: 0 })
  charger.switch(true, 5000)
  const { registerWh } = charger.read(10_000)
  charger.switch(false, 10_000)
  assert.deepInclude(charger.read(60_000), { registerWh, powerW: 0 })
})

it("integrates the power it shows: a ramp to 247 kW, then 247 kW", () => {
  const charger = new Charger(0, 0)
  charger.switch(true, 0)
  // 247 kW are reached after 247/300 s, so ten seconds are worth 10 - 247/600 s of full power.
  assert.closeTo(charger.read(10_000).registerWh, (247_000 * (10 - 247 / 600)) / 3600, 1)
  assert.strictEqual(charger.read(10_000).powerW, 247_000)
})

it("gives the same meter reading however often one looks", () => {
  const seldom = new Charger(0, 0)
  const often = new Charger(0, 0)
  seldom.switch(true, 0)
  often.switch(true, 0)
  for (let now = 0; now < 20_000; now += 37.3) often.read(now)
  assert.closeTo(often.read(20_000).registerWh, seldom.read(20_000).registerWh, 1)
})

it("gives less to a battery that is more than half full, and stops when it is full", () => {
  const charger = new Charger(0, 0)
  charger.switch(true, 0)
  assert.isBelow(charger.read(15 * 60_000).powerW, 247_000)
  const full = charger.read(10 * 3_600_000)
  assert.deepInclude(full, { stateOfChargePercent: 100 })
  assert.closeTo(full.registerWh, 77_000 * (1 - 0.412), 50)
})
