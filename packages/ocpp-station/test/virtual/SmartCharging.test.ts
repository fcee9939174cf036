import { assert, describe, it } from "@effect/vitest"
import type { ChargingProfileType, ChargingSchedulePeriodType } from "@wattline/ocpp-v201"
import { makeEV } from "../../src/virtual/EVModels.ts"
import { rules } from "../../src/virtual/charging/Rules.ts"
import { ac, at, dc, profile, start, station } from "./charging.support.ts"

const schedule = (
  periods: ReadonlyArray<readonly [number, number]>,
  changes: Partial<ChargingProfileType["chargingSchedule"][number]> = {}
): ChargingProfileType["chargingSchedule"][number] => ({
  id: 1,
  startSchedule: at(0),
  chargingRateUnit: "A",
  chargingSchedulePeriod: periods.map(([startPeriod, limit]) => ({ startPeriod, limit })),
  ...changes
})

const relative = (periods: ReadonlyArray<readonly [number, number]>) => {
  const { startSchedule: _, ...rest } = schedule(periods)
  return [rest]
}

const txProfile = (limit: number, changes: Partial<ChargingProfileType> = {}): ChargingProfileType =>
  profile(limit, { id: 9, chargingProfilePurpose: "TxProfile", transactionId: "tx-1", ...changes })

/** What breaks a rule, and where it is set; the EVSE 1 has the transaction tx-1, the profiles 50 to 53 are there. */
const broken: ReadonlyArray<readonly [rule: string, evseId: number, profile: ChargingProfileType]> = [
  ["K01.FR.28", 7, profile(10)],
  ["K01.FR.22", 0, profile(10, { chargingProfilePurpose: "ChargingStationExternalConstraints" })],
  ["K01.FR.05", 1, profile(10, { id: -1 })],
  ["K01.FR.16", 0, txProfile(10)],
  ["K04.FR.03", 1, profile(10, { chargingProfilePurpose: "ChargingStationMaxProfile" })],
  [
    "K01.FR.38",
    0,
    profile(10, {
      chargingProfilePurpose: "ChargingStationMaxProfile",
      chargingProfileKind: "Relative",
      chargingSchedule: relative([[0, 10]])
    })
  ],
  ["K01.FR.03", 1, profile(10, { chargingProfilePurpose: "TxProfile" })],
  ["K01.FR.03", 1, profile(10, { transactionId: "tx-1" })],
  ["K01.FR.09", 2, txProfile(10, { transactionId: "tx-2" })],
  ["K01.FR.33", 1, txProfile(10, { transactionId: "tx-2" })],
  ["K01.FR.40", 1, profile(10, { chargingSchedule: relative([[0, 10]]) })],
  ["K01.FR.41", 1, profile(10, { chargingProfileKind: "Relative" })],
  ["K-9", 1, profile(10, { chargingProfileKind: "Recurring" })],
  ["K-9", 1, profile(10, { recurrencyKind: "Daily" })],
  ["K01.FR.31", 1, profile(10, { chargingSchedule: [schedule([[5, 10]])] })],
  [
    "K01.FR.35",
    1,
    profile(10, {
      chargingSchedule: [
        schedule([
          [0, 10],
          [60, 8],
          [60, 9]
        ])
      ]
    })
  ],
  ["K01.FR.34", 1, txProfile(10, { chargingSchedule: [schedule([[0, 10]]), schedule([[0, 8]], { id: 2 })] })],
  ["K01.FR.37", 1, profile(10, { validFrom: at(60), validTo: at(60) })],
  ["K-17", 1, profile(-1)],
  [
    "K01.FR.19",
    1,
    profile(10, {
      chargingSchedule: [schedule([], { chargingSchedulePeriod: [{ startPeriod: 0, limit: 10, phaseToUse: 1 }] })]
    })
  ],
  [
    "K01.FR.48",
    1,
    profile(10, {
      chargingSchedule: [
        schedule([], { chargingSchedulePeriod: [{ startPeriod: 0, limit: 10, numberPhases: 1, phaseToUse: 2 }] })
      ]
    })
  ],
  ["K-15", 1, profile(10, { stackLevel: 11 })],
  [
    "K-16",
    1,
    profile(10, { chargingSchedule: [schedule(Array.from({ length: 25 }, (_, index) => [index * 60, 10] as const))] })
  ],
  ["K01.FR.06", 1, profile(10, { id: 60, stackLevel: 3 })],
  ["K01.FR.39", 1, txProfile(10, { id: 60, stackLevel: 4, validFrom: at(9_999) })],
  ["K01.FR.52", 2, profile(10, { id: 60, stackLevel: 5 })],
  ["K01.FR.52", 0, profile(10, { id: 60, stackLevel: 3 })]
]

/** Two EVSEs with some profiles on them, and a limit from outside. */
const furnished = () => {
  const all = station([ac, ac])
  all.charge(makeEV("family", { stateOfCharge: 0.1 }))
  const set = (evseId: number, chargingProfile: ChargingProfileType) =>
    assert.strictEqual(all.ask("SetChargingProfile", { evseId, chargingProfile }).status, "Accepted")
  set(1, profile(30, { id: 50, stackLevel: 3 }))
  set(1, txProfile(28, { id: 51, stackLevel: 4 }))
  set(0, profile(31, { id: 52, stackLevel: 5 }))
  set(0, profile(60, { id: 53, chargingProfilePurpose: "ChargingStationMaxProfile" }))
  all.smartCharging.setExternalLimit(40_000)
  return all
}

describe("SetChargingProfile", () => {
  for (const [rule, evseId, chargingProfile] of broken)
    it(`${rule}: Rejected, for ${chargingProfile.chargingProfilePurpose} ${chargingProfile.id} on EVSE ${evseId}`, () => {
      const { ask, smartCharging } = furnished()
      const before = smartCharging.installed
      const { status, statusInfo } = ask("SetChargingProfile", { evseId, chargingProfile })
      assert.deepStrictEqual([status, statusInfo?.additionalInfo], ["Rejected", rule])
      assert.strictEqual(smartCharging.installed, before)
    })

  it("each rule has a case here, but those of other messages and settings that have a test of their own", () => {
    const elsewhere = ["F01.FR.09", "F01.FR.11", "K15.FR.17", "K01.FR.26", "K-22", "K-25"]
    const shown = new Set([...broken.map(([rule]) => rule), ...elsewhere])
    assert.deepStrictEqual([...new Set(rules.map(({ id }) => id))].toSorted(), [...shown].toSorted())
  })

  it("K01.FR.26: a unit that RateUnit does not have is Rejected", () => {
    const { ask, set } = station()
    set("SmartChargingCtrlr", "RateUnit", "A")
    const answer = ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(7_000, {}, "W") })
    assert.deepStrictEqual([answer.status, answer.statusInfo.reasonCode], ["Rejected", "UnsupportedRateUnit"])
  })

  it("K-22: a full station takes no more, but replaces (K01.FR.05), also on another EVSE", () => {
    const { ask, smartCharging, it: inside } = station([ac, ac], { maxProfiles: 1 })
    const set = (evseId: number, chargingProfile: ChargingProfileType) =>
      ask("SetChargingProfile", { evseId, chargingProfile }).status
    assert.strictEqual(set(1, profile(10)), "Accepted")
    assert.strictEqual(set(1, profile(10, { id: 2, stackLevel: 1 })), "Rejected")
    assert.strictEqual(set(2, profile(12)), "Accepted")
    assert.deepStrictEqual(
      smartCharging.installed.map((one) => [one.evseId, one.profile.id]),
      [[2, 1]]
    )
    assert.strictEqual(inside.model.number("SmartChargingCtrlr", "Entries", "ChargingProfiles"), 1)
  })

  it("K-25: a phase that contradicts the one of the station is Rejected", () => {
    const { ask, set } = station()
    set("SmartChargingCtrlr", "ACPhaseSwitchingSupported", true)
    const onPhase = (phaseToUse: number, changes: Partial<ChargingProfileType>) => {
      const chargingSchedulePeriod = [{ startPeriod: 0, limit: 10, numberPhases: 1, phaseToUse }]
      return profile(10, { chargingSchedule: [schedule([], { chargingSchedulePeriod })], ...changes })
    }
    const max = onPhase(1, { id: 2, chargingProfilePurpose: "ChargingStationMaxProfile" })
    assert.strictEqual(ask("SetChargingProfile", { evseId: 0, chargingProfile: max }).status, "Accepted")
    assert.strictEqual(ask("SetChargingProfile", { evseId: 1, chargingProfile: onPhase(2, {}) }).status, "Rejected")
    assert.strictEqual(ask("SetChargingProfile", { evseId: 1, chargingProfile: onPhase(1, {}) }).status, "Accepted")
    // One that names no phase contradicts none.
    assert.strictEqual(ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(8) }).status, "Accepted")
  })

  it("K01.FR.48: on DC a phase says nothing", () => {
    const { ask } = station([dc])
    const chargingSchedulePeriod = [{ startPeriod: 0, limit: 10, numberPhases: 1, phaseToUse: 2 }]
    const chargingProfile = profile(10, { chargingSchedule: [schedule([], { chargingSchedulePeriod })] })
    assert.strictEqual(ask("SetChargingProfile", { evseId: 1, chargingProfile }).status, "Accepted")
  })

  it("K01.FR.29: a station without smart charging answers CALLERROR NotSupported, and limits nothing", () => {
    const { ask, charge, evseOf, power, set, smartCharging } = station()
    ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(8) })
    set("SmartChargingCtrlr", "Enabled", false)
    assert.deepStrictEqual(ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(9) }), {
      errorCode: "NotSupported"
    })
    charge(makeEV("family"))
    assert.strictEqual(power.reading(evseOf(1)).power, 11_040)
    // F01.FR.12
    assert.isUndefined(smartCharging.refusalOfStart(profile(10), 1))
  })

  it("K01.FR.32: a new TxDefaultProfile changes the running transaction, which the CSMS is told", () => {
    const { ask, charge, evseOf, limited, power } = station()
    charge(makeEV("family"))
    ask("SetChargingProfile", { evseId: 0, chargingProfile: profile(8) })
    assert.closeTo(power.reading(evseOf(1)).current, 8, 1e-9)
    assert.deepStrictEqual(limited, [1])
  })

  it("K02.FR.04: a TxProfile overrules the TxDefaultProfile, until the transaction is over (K02.FR.05)", () => {
    const { ask, charge, end, evseOf, power, smartCharging } = station()
    ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(8) })
    charge(makeEV("family"))
    ask("SetChargingProfile", { evseId: 1, chargingProfile: txProfile(12) })
    assert.closeTo(power.reading(evseOf(1)).current, 12, 1e-9)
    end()
    assert.deepStrictEqual(
      smartCharging.installed.map((one) => one.profile.id),
      [1]
    )
    charge(makeEV("family"))
    assert.closeTo(power.reading(evseOf(1)).current, 8, 1e-9)
  })

  it("K02.FR.08: after the duration of the TxProfile the station falls back, and tells so", () => {
    const { ask, charge, evseOf, limited, pass, power } = station()
    ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(8) })
    charge(makeEV("family", { stateOfCharge: 0.1 }))
    const chargingSchedule = [schedule([[0, 12]], { duration: 600 })]
    ask("SetChargingProfile", { evseId: 1, chargingProfile: txProfile(12, { chargingSchedule }) })
    pass(599)
    assert.closeTo(power.reading(evseOf(1)).current, 12, 1e-9)
    pass(1)
    assert.closeTo(power.reading(evseOf(1)).current, 8, 1e-9)
    assert.deepStrictEqual(limited, [1, 1])
  })

  it("K01.FR.42: a Relative schedule counts from when energy could flow", () => {
    const { ask, charge, evseOf, pass, power } = station()
    const chargingSchedule = relative([
      [0, 10],
      [300, 7]
    ])
    ask("SetChargingProfile", {
      evseId: 0,
      chargingProfile: profile(10, { chargingProfileKind: "Relative", chargingSchedule })
    })
    pass(1_000)
    charge(makeEV("family"))
    pass(299)
    assert.closeTo(power.reading(evseOf(1)).current, 10, 1e-9)
    pass(1)
    assert.closeTo(power.reading(evseOf(1)).current, 7, 1e-9)
  })

  it("K01.FR.36, K01.FR.37: validFrom and validTo are when a profile begins and ends to count", () => {
    const { ask, charge, evseOf, pass, power } = station()
    ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(8, { validFrom: at(100), validTo: at(200) }) })
    charge(makeEV("family"))
    const currents = [50, 50, 100].map((seconds) => {
      pass(seconds)
      return Math.round(power.reading(evseOf(1)).current)
    })
    assert.deepStrictEqual(currents, [16, 8, 16])
  })

  it("K01.FR.13: a Recurring profile comes again each day", () => {
    const { ask, charge, evseOf, pass, power } = station()
    const chargingSchedule = [schedule([[0, 9]], { duration: 3_600, startSchedule: at(-86_400) })]
    ask("SetChargingProfile", {
      evseId: 1,
      chargingProfile: profile(9, { chargingProfileKind: "Recurring", recurrencyKind: "Daily", chargingSchedule })
    })
    charge(makeEV("limousine", { stateOfCharge: 0 }))
    assert.closeTo(power.reading(evseOf(1)).current, 9, 1e-9)
    pass(3_600)
    assert.closeTo(power.reading(evseOf(1)).current, 32, 1e-9)
    pass(23 * 3_600 - 1)
    charge(makeEV("limousine", { stateOfCharge: 0 }))
    assert.closeTo(power.reading(evseOf(1)).current, 32, 1e-9)
    pass(1)
    assert.closeTo(power.reading(evseOf(1)).current, 9, 1e-9)
  })

  it("K01.FR.27: profiles outlive a reboot, and a restart of the process", () => {
    const { ask, power, smartCharging } = station()
    ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(8) })
    power.down()
    smartCharging.down()
    const again = station([ac], { installed: smartCharging.installed })
    again.charge(makeEV("family"))
    assert.closeTo(again.power.reading(again.evseOf(1)).current, 8, 1e-9)
  })

  it("a change of no more than LimitChangeSignificance is not told", () => {
    const { ask, charge, limited, set } = station()
    set("SmartChargingCtrlr", "LimitChangeSignificance", "10")
    ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(10) })
    charge(makeEV("family"))
    ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(11) })
    assert.deepStrictEqual(limited, [])
    ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(11.1) })
    assert.deepStrictEqual(limited, [1])
  })
})

describe("the id of a transaction", () => {
  it("R-129: compares without case", () => {
    const { ask, charge, evseOf, power } = station()
    charge(makeEV("family"))
    const chargingProfile = txProfile(10, { transactionId: "TX-1" })
    assert.strictEqual(ask("SetChargingProfile", { evseId: 1, chargingProfile }).status, "Accepted")
    assert.closeTo(power.reading(evseOf(1)).current, 10, 1e-9)
  })
})

describe("a second TxProfile", () => {
  it("K01.FR.39: is taken for the same transaction on another stack level", () => {
    const { ask, charge } = station()
    charge(makeEV("family"))
    const set = (chargingProfile: ChargingProfileType) =>
      ask("SetChargingProfile", { evseId: 1, chargingProfile }).status
    assert.strictEqual(set(txProfile(10)), "Accepted")
    assert.strictEqual(set(txProfile(8, { id: 60, stackLevel: 9 })), "Accepted")
  })
})

describe("a profile of a remote start", () => {
  const given = profile(10, { chargingProfilePurpose: "TxProfile" })

  it("F01.FR.09, F01.FR.11: is a TxProfile without a transactionId", () => {
    const { smartCharging } = station()
    assert.strictEqual(smartCharging.refusalOfStart(profile(10), 1), "InvalidProfile")
    assert.strictEqual(smartCharging.refusalOfStart(txProfile(10), 1), "InvalidProfile")
    assert.isUndefined(smartCharging.refusalOfStart(given, 1))
    assert.isUndefined(smartCharging.refusalOfStart(given, undefined))
    // K01.FR.19: without an EVSE too.
    const chargingSchedulePeriod = [
      { startPeriod: 0, limit: 10 },
      { startPeriod: 60, limit: 10, numberPhases: 4 }
    ]
    const wrong = { ...given, chargingSchedule: [schedule([], { chargingSchedulePeriod })] }
    assert.strictEqual(smartCharging.refusalOfStart(wrong, undefined), "InvalidSchedule")
  })

  it("F01.FR.10: holds from when its transaction has started", () => {
    const { charge, evseOf, power, smartCharging } = station()
    smartCharging.startedWith(given, 1, "tx-1")
    charge(makeEV("family"))
    assert.closeTo(power.reading(evseOf(1)).current, 10, 1e-9)
    assert.strictEqual(smartCharging.installed[0]?.profile.transactionId, "tx-1")
  })
})

describe("ClearChargingProfile", () => {
  const left = (request: object): string => {
    const { ask, smartCharging } = furnished()
    const { status } = ask("ClearChargingProfile", request)
    return `${status} ${smartCharging.installed.map((one) => one.profile.id).join()}`
  }

  it("K10.FR.03, K10.FR.04: clears an id, or all that meet every criterion", () => {
    assert.strictEqual(left({ chargingProfileId: 52 }), "Accepted 50,51,53")
    assert.strictEqual(left({ chargingProfileCriteria: { evseId: 0 } }), "Accepted 50,51")
    assert.strictEqual(
      left({ chargingProfileCriteria: { evseId: 0, chargingProfilePurpose: "TxDefaultProfile" } }),
      "Accepted 50,51,53"
    )
    assert.strictEqual(left({ chargingProfileCriteria: { stackLevel: 0 } }), "Accepted 50,51,52")
  })

  it("K10.FR.01, K10.FR.09: Unknown when nothing matches, and for constraints by others", () => {
    for (const request of [
      { chargingProfileId: 4 },
      { chargingProfileId: -1 },
      { chargingProfileCriteria: { chargingProfilePurpose: "ChargingStationExternalConstraints" } }
    ])
      assert.strictEqual(left(request), "Unknown 50,51,52,53")
  })

  it("K10.FR.05: the transaction goes on with what is left", () => {
    const { ask, charge, evseOf, power } = station()
    ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(8) })
    charge(makeEV("family"))
    ask("ClearChargingProfile", { chargingProfileId: 1 })
    assert.strictEqual(power.reading(evseOf(1)).power, 11_040)
  })
})

describe("GetChargingProfiles", () => {
  const reported = (criteria: object, evseId?: number) => {
    const { ask, sent } = furnished()
    const { status } = ask("GetChargingProfiles", {
      requestId: 7,
      chargingProfile: criteria,
      ...(evseId !== undefined && { evseId })
    })
    const reports = sent.filter(({ action }) => action === "ReportChargingProfiles").map(({ request }) => request)
    assert.isTrue(
      reports.every(({ requestId, tbc = false }, index) => requestId === 7 && tbc === index < reports.length - 1)
    )
    return [
      status,
      ...reports.map(
        ({ chargingLimitSource, chargingProfile, evseId: id }) =>
          `${id} ${chargingLimitSource} ${chargingProfile.map((one: ChargingProfileType) => one.id).join()}`
      )
    ]
  }

  it("K09.FR.01, K09.FR.02: reports by EVSE and source, all of one request, with tbc up to the last", () => {
    assert.deepStrictEqual(reported({ chargingLimitSource: ["CSO", "EMS", "SO", "Other"] }), [
      "Accepted",
      "1 CSO 50,51",
      "0 CSO 52,53",
      "0 EMS -1"
    ])
  })

  it("R-126: times that the CSMS writes with microseconds are reported with milliseconds", () => {
    const { ask, sent } = station()
    const exact = { validFrom: "2026-01-01T10:00:00.123456Z", validTo: "2026-02-01T10:00:00.5+00:00" }
    const startSchedule = "2026-01-01T10:00:00.000001+00:00"
    ask("SetChargingProfile", {
      evseId: 1,
      chargingProfile: profile(8, { ...exact, chargingSchedule: [schedule([[0, 8]], { startSchedule })] })
    })
    ask("GetChargingProfiles", { requestId: 7, chargingProfile: {}, evseId: 1 })
    const [one] = sent.find(({ action }) => action === "ReportChargingProfiles")?.request.chargingProfile ?? []
    assert.deepStrictEqual(
      [one.validFrom, one.validTo, one.chargingSchedule[0].startSchedule],
      ["2026-01-01T10:00:00.123Z", "2026-02-01T10:00:00.5+00:00", "2026-01-01T10:00:00.000+00:00"]
    )
  })

  it("K09.FR.04 to K09.FR.06: what matches every criterion, on the EVSE that is asked", () => {
    assert.deepStrictEqual(reported({ chargingProfilePurpose: "TxDefaultProfile" }, 1), ["Accepted", "1 CSO 50"])
    assert.deepStrictEqual(reported({ stackLevel: 0 }, 0), ["Accepted", "0 CSO 53", "0 EMS -1"])
    assert.deepStrictEqual(reported({ chargingProfileId: [51, 52] }), ["Accepted", "1 CSO 51", "0 CSO 52"])
    assert.deepStrictEqual(reported({ stackLevel: 7 }), ["NoProfiles"])
  })
})

describe("GetCompositeSchedule", () => {
  const periods = (answer: any): ReadonlyArray<ChargingSchedulePeriodType> => answer.schedule.chargingSchedulePeriod

  it("K08.FR.02, K08.FR.06: as if a transaction began now; without profiles it is what the EVSE can give", () => {
    const { ask } = station([ac, dc])
    assert.deepStrictEqual(ask("GetCompositeSchedule", { evseId: 1, duration: 600, chargingRateUnit: "A" }).schedule, {
      evseId: 1,
      duration: 600,
      scheduleStart: at(0),
      chargingRateUnit: "A",
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 32, numberPhases: 3 }]
    })
    const ofDc = ask("GetCompositeSchedule", { evseId: 2, duration: 600, chargingRateUnit: "W" })
    assert.deepStrictEqual(periods(ofDc), [{ startPeriod: 0, limit: 150_000 }])
  })

  it("K08.FR.04: the lowest of what counts, in either unit", () => {
    const { ask } = station()
    const chargingSchedule = [
      schedule([
        [0, 10],
        [60, 20]
      ])
    ]
    ask("SetChargingProfile", { evseId: 1, chargingProfile: profile(10, { chargingSchedule }) })
    const max = profile(11_040, { id: 2, chargingProfilePurpose: "ChargingStationMaxProfile" }, "W")
    ask("SetChargingProfile", { evseId: 0, chargingProfile: max })
    assert.deepStrictEqual(periods(ask("GetCompositeSchedule", { evseId: 1, duration: 600 })), [
      { startPeriod: 0, limit: 10, numberPhases: 3 },
      { startPeriod: 60, limit: 16, numberPhases: 3 }
    ])
    assert.deepStrictEqual(
      periods(ask("GetCompositeSchedule", { evseId: 1, duration: 600, chargingRateUnit: "W" })).map(
        ({ limit }) => limit
      ),
      [6_900, 11_040]
    )
  })

  it("K08.FR.03: EVSE 0 is what all EVSEs may draw together, within the limit of the station", () => {
    const { ask } = station([ac, ac])
    const total = (): ReadonlyArray<number> =>
      periods(ask("GetCompositeSchedule", { evseId: 0, duration: 60, chargingRateUnit: "A" })).map(({ limit }) => limit)
    assert.deepStrictEqual(total(), [64])
    const max = profile(50, { chargingProfilePurpose: "ChargingStationMaxProfile" })
    ask("SetChargingProfile", { evseId: 0, chargingProfile: max })
    assert.deepStrictEqual(total(), [50])
  })

  it("K08.FR.04: within a second the lower limit holds, also while it is told in full seconds", () => {
    const { ask, charge, evseOf, world } = station()
    world.now = start + 400
    charge(makeEV("family"))
    const chargingSchedule = relative([
      [0, 10],
      [60, 7],
      [120, 9]
    ])
    const chargingProfile = profile(10, { chargingProfileKind: "Relative", chargingSchedule })
    ask("SetChargingProfile", { evseId: 1, chargingProfile })
    assert.strictEqual(evseOf(1).transaction?.energyFrom, start + 400)
    const told = periods(ask("GetCompositeSchedule", { evseId: 1, duration: 300 }))
    assert.deepStrictEqual(
      told.map(({ limit, startPeriod }) => [startPeriod, limit]),
      [
        [0, 10],
        [60, 7],
        [121, 9]
      ]
    )
  })

  it("K08.FR.05, K08.FR.07: Rejected for an EVSE or a unit that it does not have", () => {
    const { ask, set } = station()
    assert.strictEqual(ask("GetCompositeSchedule", { evseId: 4, duration: 60 }).status, "Rejected")
    set("SmartChargingCtrlr", "RateUnit", "W")
    assert.strictEqual(
      ask("GetCompositeSchedule", { evseId: 1, duration: 60, chargingRateUnit: "A" }).status,
      "Rejected"
    )
    assert.strictEqual(ask("GetCompositeSchedule", { evseId: 1, duration: 60 }).schedule.chargingRateUnit, "W")
  })
})

describe("limits from outside", () => {
  it("TC_K_48, TC_K_50, K11.FR.05: set and cleared, told with their source", () => {
    const { sent, set, smartCharging } = station()
    smartCharging.setExternalLimit(5_000)
    set("SmartChargingCtrlr", "NotifyChargingLimitWithSchedules", true)
    smartCharging.setExternalLimit(4_000, { source: "SO", isGridCritical: true })
    smartCharging.setExternalLimit(undefined)
    assert.deepStrictEqual(
      sent.map(({ action, request }) => [action, request]),
      [
        ["NotifyChargingLimit", { chargingLimit: { chargingLimitSource: "EMS", isGridCritical: false } }],
        [
          "NotifyChargingLimit",
          {
            chargingLimit: { chargingLimitSource: "SO", isGridCritical: true },
            chargingSchedule: [
              {
                id: -2,
                startSchedule: at(0),
                chargingRateUnit: "W",
                chargingSchedulePeriod: [{ startPeriod: 0, limit: 4_000, numberPhases: 3 }]
              }
            ]
          }
        ],
        ["ClearedChargingLimit", { chargingLimitSource: "EMS" }]
      ]
    )
  })

  it("K11.FR.01, K11.FR.04, TC_K_51: bind the running transaction, which tells of it, and K13.FR.01 let go", () => {
    const { charge, evseOf, limited, power, smartCharging } = station()
    charge(makeEV("family"))
    smartCharging.setExternalLimit(6_900)
    assert.closeTo(power.reading(evseOf(1)).power, 6_900, 1e-6)
    smartCharging.setExternalLimit(undefined)
    assert.closeTo(power.reading(evseOf(1)).power, 11_040, 1e-6)
    assert.deepStrictEqual(limited, [1, 1])
  })

  it("K11.FR.02: changes within LimitChangeSignificance are not told; what was not heard is told again", () => {
    const { sent, set, smartCharging, world } = station()
    set("SmartChargingCtrlr", "LimitChangeSignificance", "10")
    smartCharging.setExternalLimit(5_000)
    smartCharging.setExternalLimit(5_400)
    assert.strictEqual(sent.length, 1)
    world.online = false
    smartCharging.setExternalLimit(9_000)
    world.online = true
    smartCharging.online()
    smartCharging.online()
    assert.strictEqual(sent.length, 3)
  })

  it("K11.FR.02: small changes add up until they are worth telling", () => {
    const { sent, set, smartCharging } = station()
    set("SmartChargingCtrlr", "LimitChangeSignificance", "10")
    for (const watts of [5_000, 5_400, 5_800]) smartCharging.setExternalLimit(watts)
    assert.strictEqual(sent.length, 2)
  })

  it("K12: the same limit is told again when it has become critical for the grid, else not", () => {
    const { sent, smartCharging } = station()
    smartCharging.setExternalLimit(undefined)
    assert.strictEqual(sent.length, 0)
    smartCharging.setExternalLimit(5_000)
    smartCharging.setExternalLimit(5_000)
    smartCharging.setExternalLimit(5_000, { isGridCritical: true })
    assert.deepStrictEqual(
      sent.map(({ request }) => request.chargingLimit.isGridCritical),
      [false, true]
    )
  })

  it("ExternalControlSignalsEnabled false: nobody from outside is heard", () => {
    const { sent, set, smartCharging } = station()
    set("SmartChargingCtrlr", "ExternalControlSignalsEnabled", false)
    smartCharging.setExternalLimit(5_000)
    assert.strictEqual(sent.length, 0)
    assert.isUndefined(smartCharging.stationLimit().power)
  })
})
