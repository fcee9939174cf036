/** Block K, charging profiles are cleared and composite schedules asked for: TC_K_05, 06, 08, 43, 44. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { SmartCharging } from "@wattline/ocpp-core"
import type { OcaCase } from "./OcaCase.ts"
import { profileIds, sets, txDefault } from "./profiles.ts"
import { accepted } from "./states.ts"
import type { World } from "./World.ts"

const certification = "M Smart Charging, M ISO 15118"

/** The cases, in the order of the standard. */
export const profileRequests: ReadonlyArray<OcaCase> = [
  {
    id: "TC_K_05_CSMS",
    title: "a profile is cleared by its id",
    certification,
    requirements: ["K10.FR.02"],
    run: Effect.fnUntraced(function* (world) {
      const [{ id: evseId }] = world.evses
      yield* accepted(world)
      const profile = yield* txDefault(world)
      yield* sets(world, evseId, profile)
      const requestId = yield* world.station.nextRequestId
      const asked = { requestId, evseId, chargingProfile: { chargingProfilePurpose: "TxDefaultProfile" } } as const
      yield* world.calls("GetChargingProfiles", asked, { status: "Accepted" })
      const report = { requestId, evseId, chargingLimitSource: "CSO" as const, chargingProfile: [profile] }
      assert.deepStrictEqual<unknown>(yield* world.cs.call("ReportChargingProfiles", report), {})
      const target = { chargingProfileId: profile.id }
      const clearing = SmartCharging.clearChargingProfile(world.station, target)
      const outcome = yield* world.operated(clearing, "ClearChargingProfile", target, { status: "Accepted" })
      assert.deepStrictEqual(outcome, { _tag: "Accepted" })
      assert.deepStrictEqual(yield* profileIds(world), [])
    })
  },
  {
    id: "TC_K_06_CSMS",
    title: "profiles are cleared by purpose, stackLevel and EVSE",
    certification,
    requirements: ["K10.FR.02"],
    run: Effect.fnUntraced(function* (world) {
      const [{ id }, other] = world.evses
      yield* accepted(world)
      yield* sets(world, id, yield* txDefault(world))
      yield* sets(world, other.id, yield* txDefault(world, { id: 4 }))
      assert.deepStrictEqual(yield* clears(world, "Accepted"), { _tag: "Accepted" })
      assert.deepStrictEqual(yield* profileIds(world), [4])
    })
  },
  {
    id: "TC_K_08_CSMS",
    title: "nothing matches what is to be cleared",
    certification,
    requirements: ["K10.FR.01"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      assert.deepStrictEqual(yield* clears(world, "Unknown"), { _tag: "Unknown" })
    })
  },
  {
    id: "TC_K_43_CSMS",
    title: "the composite schedule of one EVSE",
    certification,
    requirements: ["K08.FR.01"],
    run: (world) => asksForSchedule(world, 1)
  },
  {
    id: "TC_K_44_CSMS",
    title: "the composite schedule of the station",
    certification,
    requirements: ["K08.FR.01", "K08.FR.03"],
    run: (world) => asksForSchedule(world, 0)
  }
]

/** CSMS → CS ClearChargingProfile for the TxDefaultProfiles of level 0 on the first EVSE. */
const clears = (world: World, status: "Accepted" | "Unknown") => {
  const [{ id: evseId }] = world.evses
  const criteria = { chargingProfilePurpose: "TxDefaultProfile", stackLevel: 0, evseId } as const
  return world.operated(
    SmartCharging.clearChargingProfile(world.station, criteria),
    "ClearChargingProfile",
    { chargingProfileCriteria: criteria },
    { status }
  )
}

/** CSMS → CS GetCompositeSchedule for 300 seconds, in A; the operator gets what the station calculated. */
const asksForSchedule = Effect.fnUntraced(function* (world: World, evseId: number) {
  yield* accepted(world)
  const request = { evseId, duration: 300, chargingRateUnit: "A" } as const
  const scheduleStart = yield* world.now
  const schedule = { ...request, scheduleStart, chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] }
  const asking = SmartCharging.getCompositeSchedule(world.station, request)
  const outcome = yield* world.operated(asking, "GetCompositeSchedule", request, { status: "Accepted", schedule })
  assert.deepStrictEqual(outcome, { _tag: "Accepted", schedule })
})
