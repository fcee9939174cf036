/** The checks of block K before a charging profile is sent, one by one. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { ChargingProfileType, ChargingSchedulePeriodType, ChargingScheduleType } from "@wattline/ocpp-v201"
import { withReported } from "../../src/blocks/ReportedProfiles.ts"
import type { ProfileCarrier } from "../../src/operations/ChargingProfileRules.ts"
import { brokenByFilter, brokenByTarget, brokenByUnit } from "../../src/operations/ChargingProfileFilters.ts"
import { checkChargingProfile } from "../../src/operations/SmartChargingView.ts"
import {
  evse,
  Folding,
  maxProfile,
  schedule,
  smartChargingCtrlr,
  txDefault,
  txProfile
} from "../blocks/chargingProfiles.ts"
import { frozen, noon, property, reported, time } from "../blocks/payloads.ts"

const everything = { chargingProfile: { chargingLimitSource: ["CSO", "EMS", "SO", "Other"] } } as const

/** A station of which everything is known: two AC EVSEs, one DC; T1 runs on EVSE 1; it has no profiles. */
const known = (variables: { readonly [variable: string]: string } = {}, report = true) => {
  const folding = new Folding()
  folding.reports(
    reported("SmartChargingCtrlr", "RateUnit", "A", { dataType: "MemberList", supportsMonitoring: false }),
    ...smartChargingCtrlr({ ProfileStackLevel: "5", PeriodsPerSchedule: "3", Entries: "4", ...variables }),
    evse(1),
    evse(2, 1),
    evse(3, 0),
    ...smartChargingCtrlr({ ACPhaseSwitchingSupported: "true" }, 2)
  )
  folding.transaction()
  return report ? hasReported(folding) : folding
}

const hasReported = (folding: Folding) => {
  const state = withReported(
    folding.mirror.smartCharging,
    { chargingProfile: { chargingLimitSource: [...everything.chargingProfile.chargingLimitSource] } },
    folding.mirror.smartCharging.profiles.map(({ evseId, profile }) => ({
      evseId,
      chargingLimitSource: "CSO" as const,
      chargingProfile: [profile as ChargingProfileType]
    })),
    noon,
    () => {}
  )
  folding.mirror = frozen({ ...folding.mirror, smartCharging: state })
  return folding
}

const verdict = (folding: Folding, chargingProfile: ChargingProfileType, evseId?: number, carrier?: ProfileCarrier) =>
  checkChargingProfile(
    folding.mirror,
    { chargingProfile, ...(evseId !== undefined && { evseId }), ...(carrier !== undefined && { carrier }) },
    noon
  )

const rules = (all: ReadonlyArray<{ readonly rule: string }>) => all.map(({ rule }) => rule)
const broken = (folding: Folding, profile: ChargingProfileType, evseId = 1) =>
  rules(verdict(folding, profile, evseId).broken)
const warned = (folding: Folding, profile: ChargingProfileType, evseId = 1) =>
  rules(verdict(folding, profile, evseId).warnings)
const skipped = (folding: Folding, profile: ChargingProfileType, evseId = 1) =>
  rules(verdict(folding, profile, evseId).skipped)

const withSchedule = (more: Partial<ChargingScheduleType>, base = txDefault()): ChargingProfileType => ({
  ...base,
  chargingSchedule: [{ ...base.chargingSchedule[0], ...more } as ChargingScheduleType]
})
const withPeriods = (base: ChargingProfileType, ...all: Array<ChargingSchedulePeriodType>) =>
  withSchedule({ chargingSchedulePeriod: all }, base)
const start = (startPeriod: number, more: Partial<ChargingSchedulePeriodType> = {}) => ({
  startPeriod,
  limit: 6,
  ...more
})
const needs = (folding: Folding, maxScheduleTuples?: number) => {
  folding.with(
    "NotifyEVChargingNeeds",
    {
      evseId: 1,
      chargingNeeds: { requestedEnergyTransfer: "DC" },
      ...(maxScheduleTuples !== undefined && { maxScheduleTuples })
    },
    { status: "Accepted" }
  )
  return folding
}

describe("a profile that breaks nothing", () => {
  it("passes all checks of a station of which everything is known", () => {
    const nothing = { broken: [], warnings: [], skipped: [] }
    expect(verdict(known(), txDefault(), 1)).toEqual(nothing)
    expect(verdict(known(), txDefault(), 0)).toEqual(nothing)
    expect(verdict(known(), txProfile(), 1)).toEqual(nothing)
    expect(verdict(known(), maxProfile(), 0)).toEqual(nothing)
    const { transactionId: _, ...forStart } = txProfile()
    expect(verdict(known(), forStart, undefined, "RequestStartTransaction")).toEqual(nothing)
    expect(verdict(known(), forStart, 1, "RequestStartTransaction")).toEqual(nothing)
  })

  it("K-13, K-14, K-15, K-16, K-18, K-22, K-23: what is not known of a station is skipped, and listed", () => {
    const phases = withPeriods(txDefault(), start(0, { numberPhases: 1, phaseToUse: 1 }))
    const unknown = new Folding()
    expect(broken(unknown, phases)).toEqual([])
    expect(skipped(unknown, phases)).toEqual([
      "K-13",
      "K-14",
      "K-15",
      "K-16",
      "K-22",
      "K-23",
      "K-52",
      "K-18",
      "K-20",
      "K-25"
    ])
  })

  it("K-14, K-15, K-16, K-22, K-23, DM-28: so is what may have changed since it was reported", () => {
    const { mirror } = known()
    const { provisioning } = mirror
    const folding = new Folding()
    folding.mirror = frozen({
      ...mirror,
      provisioning: { ...provisioning, deviceModel: { ...provisioning.deviceModel, stale: true } }
    })
    const wrong = withSchedule({ chargingRateUnit: "W" }, txDefault({ stackLevel: 99 }))
    expect(broken(folding, wrong, 9)).toEqual([])
    expect(skipped(folding, wrong, 9)).toEqual(["K-14", "K-15", "K-16", "K-22", "K-23"])
  })
})

describe("SetChargingProfile", () => {
  const two = (base: ChargingProfileType, ...ids: ReadonlyArray<number>): ChargingProfileType => ({
    ...base,
    chargingSchedule: ids.map((id) => Object.assign({}, base.chargingSchedule[0] ?? schedule(), { id }))
  })
  const { transactionId: _id, ...nameless } = txProfile()
  const table: ReadonlyArray<
    readonly [title: string, profile: ChargingProfileType, evseId: number, rules: ReadonlyArray<string>]
  > = [
    [
      "K-1, K01.FR.22: not ExternalConstraints",
      txDefault({ chargingProfilePurpose: "ChargingStationExternalConstraints" }),
      1,
      ["K-1"]
    ],
    ["K-2, K01.FR.03: a TxProfile names its transaction", nameless, 1, ["K-2"]],
    ["K-3: only a TxProfile does", txDefault({ transactionId: "T1" }), 1, ["K-3"]],
    ["K-4, K01.FR.16: a TxProfile is for one EVSE", txProfile(), 0, ["K-4", "K-21"]],
    ["K-5, K04.FR.03: a ChargingStationMaxProfile is for evseId 0", maxProfile(), 1, ["K-5"]],
    [
      "K-6, K01.FR.38: and not Relative",
      { ...nameless, chargingProfilePurpose: "ChargingStationMaxProfile" },
      0,
      ["K-6"]
    ],
    ["K-7, K01.FR.40: Absolute has a startSchedule", { ...txProfile(), chargingProfileKind: "Absolute" }, 1, ["K-7"]],
    [
      "K-7, K01.FR.40: so has Recurring",
      { ...txProfile(), chargingProfileKind: "Recurring", recurrencyKind: "Daily" },
      1,
      ["K-7"]
    ],
    ["K-8, K01.FR.41: Relative has none", txDefault({ chargingProfileKind: "Relative" }), 1, ["K-8"]],
    ["K-9: Recurring needs a recurrencyKind", txDefault({ chargingProfileKind: "Recurring" }), 1, ["K-9"]],
    ["K-9: and no other kind has one", txDefault({ recurrencyKind: "Daily" }), 1, ["K-9"]],
    ["K-10, K01.FR.31: the first period starts at 0", withPeriods(txDefault(), start(1)), 1, ["K-10"]],
    ["K-10, K01.FR.35: periods rise strictly", withPeriods(txDefault(), start(0), start(9), start(9)), 1, ["K-10"]],
    ["K-11, K01.FR.34: one schedule for a TxDefaultProfile", two(txDefault(), 1, 2), 1, ["K-11"]],
    ["K-11, K01.FR.34: one for an EV that sent no needs", two(txProfile(), 1, 2), 1, ["K-11"]],
    [
      "K-12, K01.FR.19: phaseToUse needs numberPhases 1",
      withPeriods(txDefault(), start(0, { phaseToUse: 1 })),
      2,
      ["K-12"]
    ],
    ["K-12: phaseToUse is 1 to 3", withPeriods(txDefault(), start(0, { numberPhases: 1, phaseToUse: 4 })), 2, ["K-12"]],
    ["K-12, K01.FR.49: so is numberPhases", withPeriods(txDefault(), start(0, { numberPhases: 0 })), 1, ["K-12"]],
    [
      "K-13, K01.FR.20: the EVSE can switch phases",
      withPeriods(txDefault(), start(0, { numberPhases: 1, phaseToUse: 1 })),
      1,
      ["K-13"]
    ],
    [
      "K-13: for evseId 0 every EVSE can",
      withPeriods(txDefault(), start(0, { numberPhases: 1, phaseToUse: 1 })),
      0,
      ["K-13"]
    ],
    ["K-14, K01.FR.26: in a unit of the station", withSchedule({ chargingRateUnit: "W" }), 1, ["K-14"]],
    ["K-15: stackLevel is not below 0", txDefault({ stackLevel: -1 }), 1, ["K-15"]],
    ["K-15: nor above ProfileStackLevel", txDefault({ stackLevel: 6 }), 1, ["K-15"]],
    [
      "K-16: no more periods than PeriodsPerSchedule",
      withPeriods(txDefault(), start(0), start(1), start(2), start(3)),
      1,
      ["K-16"]
    ],
    ["K-17: a limit has one decimal", withPeriods(txDefault(), start(0, { limit: 6.05 })), 1, ["K-17"]],
    ["K-17: and is not negative", withPeriods(txDefault(), start(0, { limit: -1 })), 1, ["K-17"]],
    ["K-17: so has minChargingRate", withSchedule({ minChargingRate: 6.25 }), 1, ["K-17"]],
    ["K-21, K01.FR.09: the transaction runs", txProfile({ transactionId: "T0" }), 1, ["K-21"]],
    ["K-21, K01.FR.33: on that EVSE", txProfile(), 2, ["K-21"]],
    ["K-23, K01.FR.28: the station has that EVSE", txDefault(), 4, ["K-23"]],
    ["K-24: validFrom is before validTo", txDefault({ validFrom: time(9), validTo: time(9) }), 1, ["K-24"]]
  ]
  it.each(table)("%s", (_title, profile, evseId, expected) => {
    expect(broken(known(), profile, evseId)).toEqual(expected)
  })

  it("K-13, K01.FR.46: an EVSE that reported it may be given a phase", () => {
    const phases = withPeriods(txDefault(), start(0, { numberPhases: 1, phaseToUse: 1 }))
    expect(broken(known(), phases, 2)).toEqual([])
  })

  it("K-11, K-16, K15.FR.07: after the EV's needs up to three schedules, with as many periods as the EV takes", () => {
    const folding = needs(known(), 2)
    expect(broken(folding, two(txProfile(), 1, 2, 3))).toEqual([])
    expect(warned(folding, two(txProfile(), 1, 2, 3))).toEqual(["K-11"])
    expect(broken(folding, two(txProfile(), 1, 1))).toEqual(["K-11"])
    expect(broken(folding, withPeriods(txProfile(), start(0), start(1), start(2)))).toEqual(["K-16"])
    expect(broken(folding, withPeriods(txDefault(), start(0), start(1), start(2)))).toEqual([])
  })

  it("K-11, K-16: of a transaction whose beginning was not heard the needs are unknown", () => {
    const folding = known()
    folding.transaction({ transactionInfo: { transactionId: "T7" }, eventType: "Updated", seqNo: 5, evse: { id: 2 } })
    const late = txProfile({ transactionId: "T7" })
    expect(broken(folding, two(late, 1, 2), 2)).toEqual([])
    expect(skipped(folding, two(late, 1, 2), 2)).toEqual(["K-11", "K-16"])
  })

  it("K-18, K01.FR.06: not twice the same stackLevel, purpose and EVSE at one time", () => {
    const folding = known()
    folding.sets(txDefault({ id: 10, validTo: time(600) }))
    expect(broken(folding, txDefault())).toEqual(["K-18"])
    expect(broken(folding, txDefault({ id: 10 }))).toEqual([])
    expect(broken(folding, txDefault({ stackLevel: 1 }))).toEqual([])
    expect(broken(folding, txDefault(), 2)).toEqual([])
    expect(broken(folding, txDefault({ validFrom: time(600) }))).toEqual([])
    expect(broken(folding, txDefault({ validFrom: time(599) }))).toEqual(["K-18"])
  })

  it("ST-3, K-18, K-20: while it is uncertain what profiles there are, what would be found with them is skipped", () => {
    const folding = known()
    folding.loses("SetChargingProfile", { evseId: 1, chargingProfile: txDefault({ id: 10 }) })
    expect([broken(folding, txDefault()), skipped(folding, txDefault())]).toEqual([[], ["K-18", "K-20"]])
    expect(verdict(folding, txDefault(), 1).skipped[0]?.lacks).toContain("profile 10")
    expect(skipped(folding, txDefault({ id: 10 }))).toEqual([])
    folding.sets(txDefault({ id: 11 }))
    expect([broken(folding, txDefault()), skipped(folding, txDefault())]).toEqual([["K-18"], ["K-20"]])
    const certain = hasReported(folding)
    expect([broken(certain, txDefault()), skipped(certain, txDefault())]).toEqual([["K-18"], []])
  })

  it("ST-3, K-22: an uncertain profile does not fill the station, and leaves the check open", () => {
    const folding = known({ Entries: "1" })
    folding.loses("SetChargingProfile", { evseId: 2, chargingProfile: txDefault({ id: 10, stackLevel: 4 }) })
    expect([broken(folding, txDefault()), skipped(folding, txDefault())]).toEqual([[], ["K-22", "K-18", "K-20"]])
    folding.sets(txDefault({ id: 10, stackLevel: 4 }), 2)
    expect([broken(folding, txDefault()), skipped(folding, txDefault())]).toEqual([["K-22"], []])
  })

  it("K-18: an expired profile that is still there collides with nothing, one that is only reported with everything before validTo", () => {
    const folding = known()
    folding.sets(txDefault({ id: 10, validTo: time(0) }))
    expect(broken(folding, txDefault())).toEqual([])
    const state = folding.mirror.smartCharging
    const profile = { ...txDefault({ id: 11 }), validTo: time(60) }
    folding.mirror = frozen({ ...folding.mirror, smartCharging: { ...state, profiles: [{ evseId: 1, profile }] } })
    expect(broken(folding, txDefault())).toEqual(["K-18"])
    expect(broken(folding, txDefault({ validFrom: time(60) }))).toEqual([])
  })

  it("K-18, K-22: without a complete report, others may have set profiles: finding none is no proof", () => {
    const folding = known({}, false)
    expect(skipped(folding, txDefault())).toEqual(["K-22", "K-18", "K-20"])
    folding.sets(txDefault({ id: 10 }))
    expect(broken(folding, txDefault())).toEqual(["K-18"])
  })

  it("K-18: is the same as a comparison of every second", () => {
    const at = fc.integer({ min: -10, max: 10 })
    const times = fc.record({ from: fc.option(at, { nil: undefined }), to: fc.option(at, { nil: undefined }) })
    const valid = (
      { from = -Infinity, to = Infinity }: { readonly from?: number | undefined; readonly to?: number | undefined },
      second: number
    ) => second >= from && second < to
    fc.assert(
      fc.property(times, times, (a, b) => {
        const folding = known()
        const dated = ({ from, to }: typeof a) => ({
          ...(from !== undefined && { validFrom: time(from) }),
          ...(to !== undefined && { validTo: time(to) })
        })
        folding.sets(txDefault({ id: 10, ...dated(a) }))
        const seconds = Array.from({ length: 21 }, (_one, second) => second)
        const expected = seconds.some((second) => valid(a, second) && valid(b, second))
        expect(broken(folding, txDefault(dated(b))).includes("K-18")).toBe(expected)
      }),
      property
    )
  })

  it("K-19, K01.FR.39: not twice the same stackLevel for one transaction, whatever their validity", () => {
    const folding = known()
    folding.sets(txProfile({ id: 10, validTo: time(1) }))
    expect(broken(folding, txProfile({ validFrom: time(9) }))).toEqual(["K-19"])
    expect(broken(folding, txProfile({ id: 10 }))).toEqual([])
    expect(broken(folding, txProfile({ stackLevel: 1 }))).toEqual([])
  })

  it("K-20, K01.FR.52, K01.FR.53: a TxDefaultProfile for all EVSEs and one for one EVSE share no stackLevel", () => {
    const one = known()
    one.sets(txDefault({ id: 10, validTo: time(1) }), 2)
    expect(broken(one, txDefault({ validFrom: time(9) }), 0)).toEqual(["K-20"])
    expect(broken(one, txDefault({ validFrom: time(9) }), 1)).toEqual([])
    const all = known()
    all.sets(txDefault({ id: 10 }), 0)
    expect(broken(all, txDefault(), 2)).toEqual(["K-20"])
    expect(broken(all, txDefault({ stackLevel: 1 }), 2)).toEqual([])
  })

  it("K-21: a transaction whose EVSE is not known passes; one that may not have outlived a restart is skipped", () => {
    const folding = known()
    folding.with(
      "TransactionEvent",
      {
        eventType: "Started",
        timestamp: time(),
        triggerReason: "Authorized",
        seqNo: 0,
        transactionInfo: { transactionId: "T8" }
      },
      {}
    )
    expect(broken(folding, txProfile({ transactionId: "T8" }), 2)).toEqual([])
    const boot = { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V" } } as const
    folding.with("BootNotification", boot, { status: "Accepted", interval: 1, currentTime: time() }, noon, true)
    expect(broken(folding, txProfile())).toEqual([])
    expect(skipped(folding, txProfile())).toContain("K-21")
  })

  it("K-21: a transaction that has ended does not run", () => {
    const folding = known()
    folding.ends()
    expect(broken(folding, txProfile())).toEqual(["K-21"])
  })

  it("K-22: no more profiles than the station holds; a replacement adds none", () => {
    const folding = known({ Entries: "2" })
    folding.sets(txDefault({ id: 10 }))
    folding.sets(txDefault({ id: 11, stackLevel: 1 }))
    expect(broken(folding, txDefault({ id: 12, stackLevel: 2 }))).toEqual(["K-22"])
    expect(broken(folding, txDefault({ id: 11, stackLevel: 2 }))).toEqual([])
  })

  it("K-9, K-24, K-26, K-51, K-52, K-56: warnings never keep a profile back", () => {
    const salesTariff: NonNullable<ChargingScheduleType["salesTariff"]> = {
      id: 1,
      salesTariffEntry: [{ relativeTimeInterval: { start: 0 } }]
    }
    const recurring = {
      ...txProfile(),
      chargingProfileKind: "Recurring",
      recurrencyKind: "Daily",
      chargingSchedule: [schedule()]
    } as const
    const warnings: ReadonlyArray<readonly [string, ChargingProfileType, number]> = [
      ["K-9", { ...recurring, chargingSchedule: [schedule()] }, 1],
      ["K-24", txDefault({ validTo: time(0) }), 1],
      ["K-26", withSchedule({ salesTariff }), 1],
      ["K-26", withSchedule({ salesTariff }, txProfile()), 1],
      ["K-51", withSchedule({ duration: 6, chargingSchedulePeriod: [start(0), start(6)] }), 1],
      ["K-52", withPeriods(txDefault(), start(0, { numberPhases: 3 })), 3],
      ["K-56", withSchedule({ duration: 60 }, txProfile()), 1]
    ]
    for (const [rule, profile, evseId] of warnings) {
      expect(warned(known(), profile, evseId), rule).toEqual([rule])
      expect(broken(known(), profile, evseId), rule).toEqual([])
    }
    expect(warned(needs(known()), withSchedule({ salesTariff }, txProfile()))).toEqual([])
    expect(warned(known(), txDefault({ validFrom: time(60) }))).toEqual([])
  })

  it("K-56, K02: events that happened offline do not show that the transaction still runs", () => {
    const folding = known()
    folding.transaction({ eventType: "Updated", seqNo: 1, offline: true })
    expect(warned(folding, txProfile())).toEqual(["K-56"])
  })

  it("K-25: another phaseToUse where profiles combine is a warning, also against limits by others", () => {
    const phase = (base: ChargingProfileType, phaseToUse: number) =>
      withPeriods(base, start(0, { numberPhases: 1, phaseToUse }))
    const folding = known({ ACPhaseSwitchingSupported: "true" })
    folding.sets(phase(maxProfile(), 1), 0)
    expect(warned(folding, phase(txDefault(), 2))).toEqual(["K-25"])
    expect(warned(folding, phase(txDefault(), 1))).toEqual([])
    expect(warned(folding, txDefault())).toEqual([])
    const limited = known({ ACPhaseSwitchingSupported: "true" })
    limited.with(
      "NotifyChargingLimit",
      { chargingLimit: { chargingLimitSource: "EMS" }, chargingSchedule: phase(maxProfile(), 3).chargingSchedule },
      {}
    )
    expect(warned(limited, phase(txProfile(), 2))).toEqual(["K-25"])
  })

  it("K-27, K01.FR.29, DM-18: the station does smart charging, as far as it said", () => {
    const none = new Folding()
    none.reports(evse(1))
    expect(broken(none, txDefault())).toEqual(["K-27"])
    expect(broken(known({ Available: "false" }), txDefault())).toEqual(["K-27"])
    expect(broken(known({ Enabled: "false" }), txDefault())).toEqual(["K-27"])
    expect(broken(new Folding(), txDefault())).toEqual([])
  })

  it("K-50, K01.FR.05: the id is not that of a constraint by others", () => {
    const folding = known()
    const constraint = txDefault({ id: 10, chargingProfilePurpose: "ChargingStationExternalConstraints" })
    const state = withReported(
      folding.mirror.smartCharging,
      { chargingProfile: { chargingLimitSource: ["EMS"] } },
      [{ evseId: 0, chargingLimitSource: "EMS", chargingProfile: [constraint] }],
      noon,
      () => {}
    )
    folding.mirror = frozen({ ...folding.mirror, smartCharging: state })
    expect(broken(folding, txDefault({ id: 10 }))).toEqual(["K-50"])
    expect(broken(folding, txDefault({ id: 11 }))).toEqual([])
  })
})

describe("RequestStartTransaction", () => {
  const { transactionId: _id, ...profile } = txProfile()
  const found = (folding: Folding, chargingProfile: ChargingProfileType, evseId?: number) =>
    verdict(folding, chargingProfile, evseId, "RequestStartTransaction")

  it("F-3, F01.FR.09, F01.FR.11: is a TxProfile without transaction", () => {
    expect(rules(found(known(), txDefault({ transactionId: "T1" })).broken)).toEqual(["F01.FR.09", "F01.FR.11"])
  })

  it("K-13, K-23, K-52: are checked when the EVSE is named", () => {
    const phases = withPeriods(profile, start(0, { numberPhases: 1, phaseToUse: 1 }))
    expect(rules(found(known(), phases).broken)).toEqual([])
    expect(rules(found(known(), phases, 1).broken)).toEqual(["K-13"])
    expect(rules(found(known(), profile, 9).broken)).toEqual(["K-23"])
    expect(rules(found(known(), withPeriods(profile, start(0, { numberPhases: 1 })), 3).warnings)).toEqual(["K-52"])
  })

  it("K-27, F01.FR.12, K05.FR.04: a station without smart charging ignores it, which is a warning", () => {
    const { broken: none, warnings } = found(known({ Available: "false" }), profile)
    expect([rules(none), rules(warnings)]).toEqual([[], ["K-27"]])
  })

  it("K-11, K-16, K-22: one schedule, of the size and number that the station takes", () => {
    const folding = known({ Entries: "1" })
    folding.sets(txDefault({ id: 10 }))
    const long = withPeriods(profile, start(0), start(1), start(2), start(3))
    const twice = { ...long, chargingSchedule: [...long.chargingSchedule, ...long.chargingSchedule] }
    expect(rules(found(folding, twice).broken)).toEqual(["K-11", "K-16", "K-22"])
  })
})

describe("requests that name profiles", () => {
  it("K-36, K10.FR.02, K10.FR.06, ST-7: to clear, name an id or criteria, 0 included, and nothing that others constrain", () => {
    const fine = [
      { chargingProfileId: 0 },
      { evseId: 0 },
      { stackLevel: 0 },
      { chargingProfilePurpose: "TxProfile" }
    ] as const
    for (const target of fine) expect(brokenByTarget(target)).toEqual([])
    const external = { chargingProfilePurpose: "ChargingStationExternalConstraints" } as object
    for (const target of [{}, { chargingProfileId: 1, evseId: 1 } as object, external])
      expect(rules(brokenByTarget(target))).toEqual(["K-36"])
  })

  it("K-33, K09.FR.03: to get, name ids, not too many, or criteria; the EVSE alone is none", () => {
    const { deviceModel } = known().mirror.provisioning
    const filter = (chargingProfile: object, evseId?: number) =>
      rules(brokenByFilter({ chargingProfile, ...(evseId !== undefined && { evseId }) }, deviceModel))
    expect(filter({ chargingProfileId: [1, 2, 3, 4] })).toEqual([])
    expect(filter({ stackLevel: 0 }, 0)).toEqual([])
    expect(filter({ chargingLimitSource: ["EMS"], chargingProfilePurpose: "TxProfile" })).toEqual([])
    expect(filter({}, 1)).toEqual(["K-33"])
    expect(filter({ chargingProfileId: [1], stackLevel: 0 })).toEqual(["K-33"])
    expect(filter({ chargingProfileId: [1, 2, 3, 4, 5] })).toEqual(["K-33"])
    expect(
      rules(
        brokenByFilter(
          { chargingProfile: { chargingProfileId: [1, 2, 3, 4, 5] } },
          new Folding().mirror.provisioning.deviceModel
        )
      )
    ).toEqual([])
  })

  it("K-32, K08.FR.07: a unit that the station does not take is not asked for", () => {
    const { deviceModel } = known().mirror.provisioning
    expect(rules(brokenByUnit("W", deviceModel))).toEqual(["K-32"])
    expect(brokenByUnit("A", deviceModel)).toEqual([])
    expect(brokenByUnit(undefined, deviceModel)).toEqual([])
    expect(brokenByUnit("W", new Folding().mirror.provisioning.deviceModel)).toEqual([])
  })
})
