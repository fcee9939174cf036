/** Block K, charging profiles are asked for: TC_K_29 to 36, 52. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { type Messages, SmartCharging } from "@wattline/ocpp-core"
import type { CaseId, OcaCase } from "./OcaCase.ts"
import { type Profile, txDefault } from "./profiles.ts"
import { accepted, energyTransferStarted } from "./states.ts"
import type { World } from "./World.ts"

type Part = Omit<Messages["ReportChargingProfiles"]["request"], "requestId" | "tbc">

const purpose = { chargingProfilePurpose: "TxDefaultProfile" } as const
const external = { id: -1, chargingProfilePurpose: "ChargingStationExternalConstraints" } as const

const own = (evseId: number, profile: Profile): Part => ({
  evseId,
  chargingLimitSource: "CSO",
  chargingProfile: [profile]
})

/** CSMS → CS GetChargingProfiles with just this filter; the parts are reported, each answered, and the operator gets them all. */
const collects = Effect.fnUntraced(function* (
  world: World,
  filter: SmartCharging.ProfileFilter,
  ...parts: ReadonlyArray<Part>
) {
  const getting = yield* world.starts(SmartCharging.getChargingProfiles(world.station, filter))
  const { answer, request } = yield* world.cs.asked("GetChargingProfiles")
  const { requestId } = request
  assert.deepStrictEqual(request, { requestId, ...filter })
  yield* answer({ status: "Accepted" })
  for (const [at, part] of parts.entries()) {
    const report = { ...part, requestId, ...(at < parts.length - 1 && { tbc: true }) }
    assert.deepStrictEqual<unknown>(yield* world.cs.call("ReportChargingProfiles", report), {})
  }
  const { outcome } = yield* Fiber.join(getting)
  assert.strictEqual(outcome._tag, "Complete")
  assert.strictEqual("parts" in outcome && outcome.parts.length, parts.length)
  const { external: others, profiles } = (yield* world.view).mirror.smartCharging
  const reported = parts.flatMap(({ chargingProfile }) => chargingProfile.map(({ id }) => id))
  assert.sameMembers(
    [...profiles, ...others].map(({ profile }) => profile.id),
    reported
  )
})

/** A case in which an idle station reports one profile of ours. */
const filtered = (
  number: number,
  title: string,
  filterOf: (evseId: number) => SmartCharging.ProfileFilter
): OcaCase => ({
  id: `TC_K_${number}_CSMS` satisfies CaseId,
  title: `profiles are asked for: ${title}`,
  certification: "M Smart Charging, M ISO 15118",
  requirements: ["K09.FR.01", "K09.FR.02", "K09.FR.03"],
  run: Effect.fnUntraced(function* (world) {
    const [{ id }] = world.evses
    yield* accepted(world)
    yield* collects(world, filterOf(id), own(id, yield* txDefault(world)))
  })
})

/** The cases, in the order of the standard. */
export const profileReports: ReadonlyArray<OcaCase> = [
  {
    ...filtered(29, "EVSE 0", () => ({ evseId: 0, chargingProfile: purpose })),
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* energyTransferStarted(world)
      yield* collects(world, { evseId: 0, chargingProfile: purpose }, own(0, yield* txDefault(world)))
    })
  },
  filtered(30, "one EVSE", (evseId) => ({ evseId, chargingProfile: purpose })),
  {
    ...filtered(31, "no EVSE", () => ({ chargingProfile: purpose })),
    run: Effect.fnUntraced(function* (world) {
      const [one, two] = world.evses
      yield* accepted(world)
      const second = yield* txDefault(world, { id: 2 })
      yield* collects(world, { chargingProfile: purpose }, own(one.id, yield* txDefault(world)), own(two.id, second))
    })
  },
  filtered(32, "by id", () => ({ chargingProfile: { chargingProfileId: [1] } })),
  filtered(33, "EVSE and stackLevel", (evseId) => ({ evseId, chargingProfile: { stackLevel: 0 } })),
  filtered(34, "EVSE and source", (evseId) => ({ evseId, chargingProfile: { chargingLimitSource: ["CSO"] } })),
  filtered(35, "EVSE and purpose", (evseId) => ({ evseId, chargingProfile: purpose })),
  filtered(36, "EVSE, purpose and stackLevel", (evseId) => ({
    evseId,
    chargingProfile: { ...purpose, stackLevel: 0 }
  })),
  {
    id: "TC_K_52_CSMS",
    title: "a limit by others shows up in the report",
    certification: "not in part 5",
    requirements: ["K12.FR.05"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const chargingProfile: [Profile] = [yield* txDefault(world, external)]
      const filter: SmartCharging.ProfileFilter = { chargingProfile: { chargingLimitSource: ["EMS"] } }
      yield* collects(world, filter, { evseId: 0, chargingLimitSource: "EMS", chargingProfile })
    })
  }
]
