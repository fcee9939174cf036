import { assert, describe, it } from "@effect/vitest"
import type { ChargingProfileType } from "@wattline/ocpp-v201"
import { scheduleVerdict } from "../../../ocpp-core/src/blocks/EVSchedule.ts"
import { makeEV } from "../../src/virtual/EVModels.ts"
import { ac, at, type CsmsAnswers, dc, profile, station } from "./charging.support.ts"

const txProfile = (limit: number, changes: Partial<ChargingProfileType> = {}): ChargingProfileType =>
  profile(limit, { id: 9, chargingProfilePurpose: "TxProfile", transactionId: "tx-1", ...changes })

const speaking = (answers: CsmsAnswers, supply = ac) => {
  const all = station([supply])
  all.world.answers = answers
  all.charge(makeEV("family", { iso15118: { maxScheduleTuples: 12, departureIn: 3_600 } }))
  return all
}

const accepted: CsmsAnswers = { NotifyEVChargingNeeds: { status: "Accepted" } }

describe("an EV that speaks ISO 15118", () => {
  it("K15.FR.01, K15.FR.06: tells its needs and waits for its profile (TC_K_53)", () => {
    const { ask, evseOf, pass, power, sent, states } = speaking(accepted)
    pass(10)
    assert.deepStrictEqual(states, [])
    assert.strictEqual(power.reading(evseOf(1)).power, 0)
    assert.deepStrictEqual(sent[0]?.request, {
      evseId: 1,
      maxScheduleTuples: 12,
      chargingNeeds: {
        requestedEnergyTransfer: "AC_three_phase",
        departureTime: at(3_601),
        acChargingParameters: { energyAmount: 40_600, evMinCurrent: 6, evMaxCurrent: 16, evMaxVoltage: 230 }
      }
    })
    assert.strictEqual(ask("SetChargingProfile", { evseId: 1, chargingProfile: txProfile(10) }).status, "Accepted")
    assert.deepStrictEqual(states, [[1, "Charging"]])
    assert.closeTo(power.reading(evseOf(1)).current, 10, 1e-9)
  })

  it("K11.FR.04: the first offer after the wait is no change of the rate", () => {
    const { ask, limited, pass } = speaking(accepted)
    pass(10)
    ask("SetChargingProfile", { evseId: 1, chargingProfile: txProfile(10) })
    assert.deepStrictEqual(limited, [])
    ask("SetChargingProfile", { evseId: 1, chargingProfile: txProfile(8) })
    assert.deepStrictEqual(limited, [1])
  })

  it("K15.FR.10: the schedule it tells is within the profile, by the judgement of our CSMS", () => {
    const { ask, pass, sent } = speaking(accepted)
    pass(10)
    const chargingProfile = txProfile(10)
    ask("SetChargingProfile", { evseId: 1, chargingProfile })
    const told = sent.find(({ action }) => action === "NotifyEVChargingSchedule")?.request
    assert.strictEqual(scheduleVerdict(told.chargingSchedule, told.timeBase, chargingProfile, undefined), "Within")
    assert.strictEqual(told.chargingSchedule.id, 1)
  })

  it("K16.FR.02, K16.FR.05: an EV whose composite schedule changes otherwise chooses anew, and only then", () => {
    const { ask, pass, sent, smartCharging } = speaking(accepted)
    pass(10)
    ask("SetChargingProfile", { evseId: 1, chargingProfile: txProfile(10) })
    pass(60)
    sent.splice(0)
    const limits = () =>
      sent
        .splice(0)
        .flatMap(({ action, request }) =>
          action === "NotifyEVChargingSchedule" ? [request.chargingSchedule.chargingSchedulePeriod[0].limit] : []
        )
    const max = (limit: number) => profile(limit, { id: 5, chargingProfilePurpose: "ChargingStationMaxProfile" })
    ask("SetChargingProfile", { evseId: 0, chargingProfile: max(20) })
    assert.deepStrictEqual(limits(), [])
    ask("SetChargingProfile", { evseId: 0, chargingProfile: max(8) })
    assert.deepStrictEqual(limits(), [8])
    ask("ClearChargingProfile", { chargingProfileId: 5 })
    assert.deepStrictEqual(limits(), [10])
    smartCharging.setExternalLimit(6 * 690)
    assert.deepStrictEqual(limits(), [6])
    smartCharging.setExternalLimit(undefined)
    ask("ClearChargingProfile", { chargingProfileId: 9 })
    assert.deepStrictEqual(limits(), [10, 22_080])
  })

  it("K15.FR.17: a TxProfile before the needs is Rejected with InvalidMessageSeq", () => {
    const { ask } = speaking(accepted)
    const answer = ask("SetChargingProfile", { evseId: 1, chargingProfile: txProfile(10) })
    assert.strictEqual(answer.statusInfo.reasonCode, "InvalidMessageSeq")
  })

  it("K01.FR.34, K15.FR.07: after the needs a profile may have three schedules, with no more periods than the EV takes", () => {
    const { ask, pass } = speaking(accepted)
    pass(10)
    const of = (id: number, count: number) => ({
      id,
      startSchedule: at(0),
      chargingRateUnit: "A" as const,
      chargingSchedulePeriod: Array.from({ length: count }, (_, index) => ({ startPeriod: index * 60, limit: 10 }))
    })
    const set = (count: number) =>
      ask("SetChargingProfile", {
        evseId: 1,
        chargingProfile: txProfile(1, { chargingSchedule: [of(1, 1), of(2, count)] })
      })
    assert.strictEqual(set(13).status, "Rejected")
    assert.strictEqual(set(12).status, "Accepted")
  })

  it("K15.FR.05, K15.FR.04: Processing, Rejected and no answer within a minute do not keep it waiting", () => {
    for (const [status, seconds] of [
      ["Processing", 2],
      ["Rejected", 2],
      ["Accepted", 61]
    ] as const) {
      const { pass, states } = speaking({ NotifyEVChargingNeeds: { status } })
      pass(seconds - 1)
      assert.strictEqual(states.length, seconds === 2 ? 1 : 0)
      pass(1)
      assert.deepStrictEqual(states, [[1, "Charging"]])
    }
  })

  it("K15.FR.15: offline it charges with what profiles there are", () => {
    const away = station([ac])
    away.world.online = false
    away.charge(makeEV("family", { iso15118: {} }))
    assert.deepStrictEqual(away.states, [[1, "Charging"]])
    const cut = speaking(accepted)
    cut.pass(10)
    cut.smartCharging.offline()
    assert.deepStrictEqual(cut.states, [[1, "Charging"]])
  })

  it("K16.FR.05: each new TxProfile is answered with a schedule (TC_K_58); K17.FR.01: the EV may ask again (TC_K_57)", () => {
    const { ask, pass, sent, smartCharging } = speaking(accepted)
    pass(10)
    for (const limit of [10, 12]) ask("SetChargingProfile", { evseId: 1, chargingProfile: txProfile(limit) })
    smartCharging.renegotiate(1)
    assert.deepStrictEqual(
      sent.map(({ action }) => action),
      ["NotifyEVChargingNeeds", "NotifyEVChargingSchedule", "NotifyEVChargingSchedule", "NotifyEVChargingNeeds"]
    )
  })

  it("K15.FR.06: over DC it tells of its battery", () => {
    const { pass, sent } = speaking(accepted, dc)
    pass(10)
    assert.deepInclude(sent[0]?.request.chargingNeeds.dcChargingParameters, {
      evMaxCurrent: 300,
      evMaxPower: 120_000,
      stateOfCharge: 30,
      bulkSoC: 65
    })
  })

  it("leaves no timer behind when its transaction ends or the station goes down", () => {
    const ended = speaking(accepted)
    ended.pass(10)
    ended.end()
    assert.strictEqual(ended.timers.size, 0)
    const down = speaking(accepted)
    down.smartCharging.down()
    down.power.down()
    assert.strictEqual(down.timers.size, 0)
  })
})
