import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { validators } from "@wattline/ocpp-v201"
import { makeEV } from "../../src/virtual/EVModels.ts"
import { nextAligned } from "../../src/virtual/power/AlignedValues.ts"
import { shared, sharedBy } from "../../src/virtual/power/Sharing.ts"
import { ac, at, dc, profile, start, station } from "./charging.support.ts"

describe("the flow of energy", () => {
  it("charges a mid-size EV with three phases at its 16 A, for as many watt-hours as power times time", () => {
    const { charge, evseOf, pass, power, states } = station()
    charge(makeEV("family", { stateOfCharge: 0.1 }))
    pass(3_600)
    const reading = power.reading(evseOf(1))
    assert.deepStrictEqual(states, [[1, "Charging"]])
    assert.closeTo(reading.registerWh, 11_040, 1e-6)
    assert.deepInclude(reading, { power: 11_040, phases: 3, voltage: 230, stateOfCharge: undefined })
    assert.closeTo(reading.current, 16, 1e-9)
    assert.closeTo(reading.offered, 22_080, 1e-9)
  })

  it("J01: an EVSE of one phase counts and tells what flows on L1", () => {
    const { charge, evseOf, pass, power } = station([{ phases: 1, voltage: 230, maxCurrent: 16 }])
    charge(makeEV("family", { stateOfCharge: 0.1 }))
    pass(3_600)
    assert.closeTo(power.reading(evseOf(1)).registerWh, 3_680, 1e-6)
    const { sampledValue } = power.meterValue(evseOf(1), ["Current.Import"], "Sample.Periodic")
    assert.deepStrictEqual(
      sampledValue.map(({ value }) => value),
      [16]
    )
  })

  it("an eight-hour session sets a handful of timers, and ends as SuspendedEV", () => {
    const { charge, evseOf, pass, power, states, world } = station()
    const ev = charge(makeEV("family", { stateOfCharge: 0.2, target: 0.9 }))
    pass(8 * 3_600)
    assert.deepStrictEqual(states, [
      [1, "Charging"],
      [1, "SuspendedEV"]
    ])
    assert.closeTo(ev.stateOfCharge, 0.9, 1e-9)
    assert.closeTo(power.reading(evseOf(1)).registerWh, 0.7 * 58_000, 1e-3)
    assert.strictEqual(power.reading(evseOf(1)).power, 0)
    assert.isAtMost(world.timersSet, 2)
  })

  it("who came last waits, also at an EVSE that was used before", () => {
    const { charge, end, evseOf, power, smartCharging } = station([ac, ac])
    smartCharging.setExternalLimit(8 * 690)
    charge(makeEV("family"), 1)
    end(1)
    charge(makeEV("family"), 2)
    charge(makeEV("family"), 1)
    assert.strictEqual(power.reading(evseOf(1)).power, 0)
    assert.closeTo(power.reading(evseOf(2)).power, 8 * 690, 1e-6)
  })

  it("an idle station has no timer", () => {
    const { power, timers } = station([ac, ac])
    power.online()
    power.limitsChanged()
    assert.strictEqual(timers.size, 0)
  })

  it("J02.FR.16: the register goes on over sessions, unplugging and a reboot", () => {
    const { charge, end, evseOf, pass, power, states, timers } = station()
    charge(makeEV("compact"))
    pass(600)
    end()
    const before = power.reading(evseOf(1)).registerWh
    assert.closeTo(before, 7_360 / 6, 10)
    pass(600)
    charge(makeEV("family"))
    pass(600)
    power.down()
    const after = power.reading(evseOf(1)).registerWh
    assert.closeTo(after - before, 11_040 / 6, 1e-6)
    pass(600)
    assert.strictEqual(power.reading(evseOf(1)).registerWh, after)
    assert.strictEqual(timers.size, 0)
    assert.deepStrictEqual(states, [
      [1, "Charging"],
      [1, "Idle"],
      [1, "Charging"]
    ])
  })

  it("says nothing of the flow before a cable is there", () => {
    const { evseOf, power, states } = station()
    power.permit(evseOf(1), true)
    power.permit(evseOf(1), false)
    assert.deepStrictEqual(states, [])
  })

  it("suspends at a limit of 0 and below 6 A, and says which side it is", () => {
    const { ask, charge, states } = station()
    charge(makeEV("family"))
    for (const limit of [0, 5.9, 6]) ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(limit) })
    assert.deepStrictEqual(states, [
      [1, "Charging"],
      [1, "SuspendedEVSE"],
      [1, "Charging"]
    ])
  })

  it("DC: state of charge is known, and a limit of 0 W suspends", () => {
    const { ask, charge, evseOf, power, states } = station([dc])
    charge(makeEV("limousine", { stateOfCharge: 0.4 }))
    assert.deepInclude(power.reading(evseOf(1)), { power: 150_000, phases: 0, stateOfCharge: 40, current: 375 })
    ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(0, {}, "W") })
    assert.strictEqual(power.reading(evseOf(1)).power, 0)
    assert.deepStrictEqual(states.at(-1), [1, "SuspendedEVSE"])
  })

  it("K01.FR.46: phaseToUse is the phase that the register counts on", () => {
    const { ask, charge, evseOf, pass, power, set } = station()
    set("SmartChargingCtrlr", "ACPhaseSwitchingSupported", true)
    set("SampledDataCtrlr", "RegisterValuesWithoutPhases", false)
    const schedule = { id: 1, startSchedule: at(0), chargingRateUnit: "A" as const }
    const period = { startPeriod: 0, limit: 10, numberPhases: 1, phaseToUse: 2 }
    const chargingProfile = profile(10, { chargingSchedule: [{ ...schedule, chargingSchedulePeriod: [period] }] })
    assert.strictEqual(ask("SetChargingProfile", { evseId: 1, chargingProfile }).status, "Accepted")
    charge(makeEV("family"))
    pass(3_600)
    const { sampledValue } = power.meterValue(evseOf(1), ["Energy.Active.Import.Register"], "Sample.Periodic")
    assert.deepStrictEqual(
      sampledValue.map((one) => [one.phase, one.value]),
      [
        [undefined, 2_300],
        ["L1", 0],
        ["L2", 2_300],
        ["L3", 0]
      ]
    )
  })
})

describe("meter values", () => {
  const all = [
    "Energy.Active.Import.Register",
    "Energy.Active.Import.Interval",
    "Power.Active.Import",
    "Power.Offered",
    "Current.Import",
    "Current.Offered",
    "Voltage",
    "Frequency",
    "SoC",
    "Energy.Reactive.Net"
  ]

  it("J02.FR.06: have phases, units and a context, and leave out what the meter does not know", () => {
    const { charge, evseOf, pass, power } = station()
    charge(makeEV("compact"))
    pass(1_234)
    const value = power.meterValue(evseOf(1), all, "Sample.Periodic")
    assert.isTrue(validators.MeterValuesRequest({ evseId: 1, meterValue: [value] }))
    assert.deepStrictEqual(
      value.sampledValue.map((one) => [one.measurand, one.phase, one.value, one.unitOfMeasure?.unit]),
      [
        ["Energy.Active.Import.Register", undefined, 2_522.8, "Wh"],
        ["Energy.Active.Import.Interval", undefined, 2_522.8, "Wh"],
        ["Power.Active.Import", undefined, 7_360, "W"],
        ["Power.Offered", undefined, 22_080, "W"],
        ["Current.Import", "L1", 32, "A"],
        ["Current.Import", "L2", 0, "A"],
        ["Current.Import", "L3", 0, "A"],
        ["Current.Offered", undefined, 32, "A"],
        ["Voltage", "L1-N", 230, "V"],
        ["Voltage", "L2-N", 230, "V"],
        ["Voltage", "L3-N", 230, "V"],
        ["Frequency", undefined, 50, "Hz"]
      ]
    )
    assert.isTrue(value.sampledValue.every(({ context }) => context === "Sample.Periodic"))
    assert.strictEqual(value.timestamp, at(1_234))
  })

  it("an interval holds what came since the one before; a trigger takes nothing from it", () => {
    const { charge, evseOf, pass, power } = station()
    charge(makeEV("family", { stateOfCharge: 0.1 }))
    const read = (context: "Transaction.Begin" | "Sample.Periodic" | "Sample.Clock" | "Trigger") =>
      power.meterValue(evseOf(1), ["Energy.Active.Import.Interval"], context).sampledValue[0]?.value
    pass(900)
    assert.strictEqual(read("Transaction.Begin"), 0)
    pass(900)
    assert.strictEqual(read("Trigger"), 2_760)
    assert.strictEqual(read("Sample.Periodic"), 2_760)
    pass(900)
    assert.strictEqual(read("Sample.Periodic"), 2_760)
    assert.strictEqual(read("Sample.Clock"), 8_280)
  })

  it("J01.FR.14: idle EVSEs and the main meter are read at full intervals of the clock, from midnight", () => {
    const { charge, pass, power, sent, set } = station([ac, ac])
    set("AlignedDataCtrlr", "Measurands", "Energy.Active.Import.Register")
    power.online()
    set("AlignedDataCtrlr", "Interval", 900)
    pass(100)
    charge(makeEV("family"), 2)
    pass(900)
    assert.deepStrictEqual(
      sent.map(({ action, request }) => [action, request.evseId, request.meterValue[0].timestamp]),
      [
        ["MeterValues", 0, at(900)],
        ["MeterValues", 1, at(900)]
      ]
    )
    assert.strictEqual(sent[0]?.request.meterValue[0].sampledValue[0].context, "Sample.Clock")
    // J01.FR.09: it sits at the inlet of the station; a reading without a location is of an outlet.
    assert.deepStrictEqual(
      sent.map(({ request }) => request.meterValue[0].sampledValue[0].location),
      ["Inlet", undefined]
    )
    // J01.FR.04: the main meter counts what the EVSEs draw.
    assert.closeTo(sent[0]?.request.meterValue[0].sampledValue[0].value, (11_040 * 800) / 3_600, 0.1)
    set("AlignedDataCtrlr", "Interval", 0)
    pass(7_200)
    assert.strictEqual(sent.length, 2)
  })

  it("J01.FR.20: SendDuringIdle keeps all meters silent while a transaction runs", () => {
    const { charge, end, pass, power, sent, set } = station([ac, ac])
    set("AlignedDataCtrlr", "Measurands", "Voltage")
    set("AlignedDataCtrlr", "Interval", 60)
    set("AlignedDataCtrlr", "SendDuringIdle", true)
    power.online()
    charge(makeEV("family"))
    pass(600)
    assert.strictEqual(sent.length, 0)
    end()
    pass(60)
    assert.strictEqual(sent.length, 3)
    power.down()
    pass(600)
    assert.strictEqual(sent.length, 3)
  })

  it("F06.FR.06: a trigger brings all aligned measurands, of one EVSE or of all (F06.FR.11)", () => {
    const { power, sent, set } = station([ac, dc])
    assert.strictEqual(power.triggers.MeterValues?.(1), "Rejected")
    set("AlignedDataCtrlr", "Measurands", "Power.Active.Import")
    assert.strictEqual(power.triggers.MeterValues?.(3), "Rejected")
    for (const evseId of [undefined, 2]) {
      const send = power.triggers.MeterValues?.(evseId)
      assert.isFunction(send)
      if (typeof send === "function") send()
    }
    assert.deepStrictEqual(
      sent.map(({ request, triggered }) => [request.evseId, triggered]),
      [0, 1, 2, 2].map((id) => [id, true])
    )
    assert.strictEqual(sent[0]?.request.meterValue[0].sampledValue[0].context, "Trigger")
  })

  it("the clock's intervals begin anew at midnight", () => {
    const midnight = Date.parse("2026-01-02T00:00:00Z")
    assert.strictEqual(nextAligned(midnight - 1, 7_000_000), midnight)
    assert.strictEqual(nextAligned(midnight, 7_000_000), midnight + 7_000_000)
    assert.strictEqual(nextAligned(start + 1, 900_000), start + 900_000)
  })
})

describe("K04.FR.05: what is set for the station is shared", () => {
  it("equally, and what one does not take goes to the others", () => {
    const claim = (draws: number) => ({ draws, least: 6 })
    assert.deepStrictEqual(shared(60, [claim(16), claim(32), claim(32)]), [22, 22, 22])
    assert.deepStrictEqual(shared(90, [claim(16), claim(32), claim(32)]), [Infinity, Infinity, Infinity])
  })

  it("and who came last waits where the parts are too small", () => {
    const claims = [16, 16, 16].map((draws) => ({ draws, least: 6 }))
    assert.deepStrictEqual(shared(14, claims), [7, 7, 0])
    assert.deepStrictEqual(shared(7, claims), [7, 0, 0])
    assert.deepStrictEqual(shared(5, claims), [0, 0, 0])
  })

  it("a part is never more than there is, nor less for one than for another that it would do good", () => {
    const claims = fc.array(fc.record({ draws: fc.double({ min: 0, max: 64, noNaN: true }), least: fc.constant(6) }), {
      maxLength: 12
    })
    fc.assert(
      fc.property(fc.double({ min: 0, max: 200, noNaN: true }), claims, (total, wanted) => {
        const parts = shared(total, wanted)
        const taken = parts.map((part, index) => Math.min(part, wanted[index]?.draws ?? 0))
        assert.isAtMost(
          taken.reduce((sum, one) => sum + one, 0),
          total + 1e-9
        )
        assert.isAtMost(new Set(parts.filter((part) => part > 0)).size, 1)
        const waiting = parts.indexOf(0)
        if (waiting >= 0) assert.isTrue(parts.slice(waiting).every((part) => part === 0))
      })
    )
  })

  it("K03.FR.04: a higher priority is served first, in full", () => {
    const claims = [16, 16, 16].map((draws) => ({ draws, least: 6 }))
    assert.deepStrictEqual(sharedBy([0, 0, 1], 24, claims), [8, 0, Infinity])
    assert.deepStrictEqual(sharedBy([0, -1, 9], 48, claims), [Infinity, Infinity, Infinity])
    assert.deepStrictEqual(sharedBy([0, 0, 0], 14, claims), shared(14, claims))
  })

  it("K03.FR.05: the priority that the CSMS gives a transaction suspends those of lower priority", () => {
    const { ask, charge, evseOf, power, states } = station([ac, ac, ac])
    const max = profile(14, { chargingProfilePurpose: "ChargingStationMaxProfile" })
    ask("SetChargingProfile", { evseId: 0, chargingProfile: max })
    for (const id of [1, 2, 3]) charge(makeEV("family"), id)
    const { transaction } = evseOf(3)
    if (transaction !== undefined) evseOf(3).transaction = { ...transaction, chargingPriority: 1 }
    power.limitsChanged()
    const currents = [1, 2, 3].map((id) => Math.round(power.reading(evseOf(id)).current * 10) / 10)
    assert.deepStrictEqual(currents, [0, 0, 14])
    assert.deepStrictEqual(states.slice(-3), [
      [1, "SuspendedEVSE"],
      [2, "SuspendedEVSE"],
      [3, "Charging"]
    ])
  })

  it("three EVs on 14 A: two charge, the third begins when one leaves", () => {
    const { ask, charge, end, evseOf, pass, power, states } = station([ac, ac, ac])
    const max = profile(14, { chargingProfilePurpose: "ChargingStationMaxProfile" })
    ask("SetChargingProfile", { evseId: 0, chargingProfile: max })
    for (const id of [1, 2, 3]) charge(makeEV("family"), id)
    const currents = () => [1, 2, 3].map((id) => Math.round(power.reading(evseOf(id)).current * 10) / 10)
    assert.deepStrictEqual(currents(), [7, 7, 0])
    assert.deepStrictEqual(states.at(-1), [3, "SuspendedEVSE"])
    pass(60)
    end(1)
    assert.deepStrictEqual(currents(), [0, 7, 7])
    assert.deepStrictEqual(states.at(-1), [3, "Charging"])
  })
})
