import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { ChargingProfileCriterionType, ReportChargingProfilesRequest } from "@wattline/ocpp-v201"
import { maxReportedPeriods, type ProfileFilter, withReported } from "../../src/blocks/ReportedProfiles.ts"
import {
  type ChargingProfilesReported,
  smartCharging,
  type SmartChargingState
} from "../../src/blocks/SmartCharging.ts"
import { Folding, maxProfile, schedule, txDefault } from "./chargingProfiles.ts"
import { frozen, noon, property, recorder, stored } from "./payloads.ts"

const all: ProfileFilter = { chargingProfile: { chargingLimitSource: ["CSO", "EMS", "SO", "Other"] } }
const external = txDefault({ id: -5, chargingProfilePurpose: "ChargingStationExternalConstraints" })

const part = (
  evseId: number,
  chargingProfile: ReportChargingProfilesRequest["chargingProfile"],
  chargingLimitSource: ReportChargingProfilesRequest["chargingLimitSource"] = "CSO"
) => ({ evseId, chargingProfile, chargingLimitSource })

const ids = ({ profiles }: SmartChargingState) => profiles.map(({ profile }) => profile.id)

/** 1 and 2 on EVSE 1, 3 on the station. */
const full = (): SmartChargingState => {
  const folding = new Folding()
  folding.sets(txDefault({ id: 1 }))
  folding.sets(txDefault({ id: 2, stackLevel: 1 }))
  folding.sets(maxProfile({ id: 3 }), 0)
  return folding.mirror.smartCharging
}

describe("withReported", () => {
  const { emit, events } = recorder<ChargingProfilesReported>()

  it("K-35, K09.FR.06: a complete report without filters replaces the mirror", () => {
    const next = withReported(
      full(),
      all,
      [part(1, [txDefault({ id: 2 })]), part(2, [txDefault({ id: 8 })])],
      noon + 5,
      emit
    )
    expect(next).toEqual({
      profiles: [
        { evseId: 1, profile: txDefault({ id: 2 }), acceptedAt: noon },
        { evseId: 2, profile: txDefault({ id: 8 }) }
      ],
      external: [],
      pending: [],
      reportedAt: noon + 5
    })
    expect(events.at(-1)).toEqual({ _tag: "ChargingProfilesReported", added: [8], removed: [1, 3] })
    expect(stored(next)).toEqual(next)
  })

  const table: ReadonlyArray<readonly [string, ProfileFilter, ReadonlyArray<number>]> = [
    ["an EVSE", { evseId: 1, chargingProfile: { chargingLimitSource: ["CSO"] } }, [3]],
    ["the station, EVSE 0", { evseId: 0, chargingProfile: { chargingLimitSource: ["CSO"] } }, [1, 2]],
    ["ids", { chargingProfile: { chargingProfileId: [2, 9] } }, [1, 3]],
    ["a purpose", { chargingProfile: { chargingProfilePurpose: "ChargingStationMaxProfile" } }, [1, 2]],
    ["stackLevel 0", { chargingProfile: { stackLevel: 0 } }, [2]],
    ["EVSE and stackLevel", { evseId: 1, chargingProfile: { stackLevel: 0 } }, [2, 3]],
    ["a source of others", { chargingProfile: { chargingLimitSource: ["EMS"] } }, [1, 2, 3]]
  ]
  it.each(table)(
    "K-35, K09.FR.04, K09.FR.05: NoProfiles for %s leaves what that does not cover",
    (_what, filter, left) => {
      const next = withReported(full(), filter, [], noon, emit)
      expect(ids(next)).toEqual(left)
      expect(next.reportedAt).toBeUndefined()
    }
  )

  it("K-34, K-39: profiles of others are kept apart, with who set them", () => {
    const next = withReported(
      full(),
      all,
      [part(0, [external], "EMS"), part(1, [txDefault({ id: 7 })], "SO")],
      noon,
      emit
    )
    expect(ids(next)).toEqual([])
    expect(next.external).toEqual([
      { evseId: 0, profile: external, source: "EMS" },
      { evseId: 1, profile: txDefault({ id: 7 }), source: "SO" }
    ])
    const folding = new Folding()
    folding.mirror = frozen({ ...folding.mirror, smartCharging: next })
    folding.with("ClearChargingProfile", { chargingProfileCriteria: { stackLevel: 0 } }, { status: "Accepted" })
    expect(folding.mirror.smartCharging.external).toEqual([{ evseId: 0, profile: external, source: "EMS" }])
  })

  it("K-39: a constraint is kept apart even when the station says CSO; a filter by source knows it by that", () => {
    const next = withReported(
      full(),
      { chargingProfile: { chargingLimitSource: ["CSO"] } },
      [part(0, [external])],
      noon,
      emit
    )
    expect(next.external).toHaveLength(1)
    expect(next.profiles).toEqual([])
  })

  it("does not hold more than there is room for", () => {
    const chargingSchedulePeriod = Array.from({ length: 1024 }, (_one, startPeriod) => ({ startPeriod, limit: 1 }))
    const profiles = Array.from({ length: 50 }, (_one, id) =>
      txDefault({ id, chargingSchedule: [schedule({ chargingSchedulePeriod })] })
    )
    const next = withReported(
      smartCharging.initial,
      all,
      profiles.map((one) => part(1, [one])),
      noon,
      emit
    )
    expect(next.profiles.length * 1024).toBeLessThanOrEqual(maxReportedPeriods)
    expect(next.isTruncated).toBe(true)
    expect(withReported(next, all, [], noon, emit).isTruncated).toBeUndefined()
  })

  it("K-35: what a filter does not cover stays as it was, whatever is reported", () => {
    const purposes = ["TxDefaultProfile", "ChargingStationMaxProfile"] as const
    const profile = fc.record({
      id: fc.integer({ min: 1, max: 6 }),
      evseId: fc.integer({ min: 0, max: 2 }),
      stackLevel: fc.integer({ min: 0, max: 1 }),
      chargingProfilePurpose: fc.constantFrom(...purposes)
    })
    const filter = fc.record({
      evseId: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
      stackLevel: fc.option(fc.integer({ min: 0, max: 1 }), { nil: undefined }),
      chargingProfilePurpose: fc.option(fc.constantFrom(...purposes), { nil: undefined })
    })
    fc.assert(
      fc.property(fc.array(profile, { maxLength: 6 }), filter, (had, { evseId, ...criterion }) => {
        const folding = new Folding()
        for (const { evseId: at, ...more } of had) folding.sets(txDefault(more), at)
        const before = folding.mirror.smartCharging
        const given = Object.fromEntries(Object.entries(criterion).filter(([, value]) => value !== undefined))
        const asked = {
          ...(evseId !== undefined && { evseId }),
          chargingProfile: given as ChargingProfileCriterionType
        }
        const next = withReported(before, asked, [], noon, emit)
        const stays = before.profiles.filter(
          ({ evseId: at, profile: known }) =>
            (evseId !== undefined && at !== evseId) ||
            (criterion.stackLevel !== undefined && known.stackLevel !== criterion.stackLevel) ||
            (criterion.chargingProfilePurpose !== undefined &&
              known.chargingProfilePurpose !== criterion.chargingProfilePurpose)
        )
        expect(next.profiles).toEqual(stays)
      }),
      property
    )
  })
})
