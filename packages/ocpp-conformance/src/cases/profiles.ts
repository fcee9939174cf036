/** Charging profiles of the cases, and how an operator sets them. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { type Messages, SmartCharging } from "@wattline/ocpp-core"
import type { World } from "./World.ts"

/** What SetChargingProfile asks for. */
export type ProfileRequest = Messages["SetChargingProfile"]["request"]
/** A charging profile. */
export type Profile = ProfileRequest["chargingProfile"]

/** An Absolute TxDefaultProfile of 6 A on three phases, for five minutes from now on. */
export const txDefault = (world: World, more: Partial<Profile> = {}): Effect.Effect<Profile> =>
  Effect.map(world.now, (startSchedule) => ({
    id: 1,
    stackLevel: 0,
    chargingProfilePurpose: "TxDefaultProfile",
    chargingProfileKind: "Absolute",
    chargingSchedule: [
      {
        id: 1,
        startSchedule,
        duration: 300,
        chargingRateUnit: "A",
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 6, numberPhases: 3 }]
      }
    ],
    ...more
  }))

/** A Relative TxProfile of 7 A on three phases. */
export const txProfile = (more: Partial<Profile> = {}): Profile => ({
  id: 2,
  stackLevel: 0,
  chargingProfilePurpose: "TxProfile",
  chargingProfileKind: "Relative",
  chargingSchedule: [
    {
      id: 1,
      chargingRateUnit: "A",
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 7, numberPhases: 3 }]
    }
  ],
  ...more
})

/** The operator sets a profile; the station is asked for exactly that and accepts, and the CSMS has it on record. */
export const sets = Effect.fnUntraced(function* (world: World, evseId: number, chargingProfile: Profile) {
  const request = { evseId, chargingProfile }
  const setting = SmartCharging.setChargingProfile(world.station, request)
  const outcome = yield* world.operated(setting, "SetChargingProfile", request, { status: "Accepted" })
  assert.deepInclude(outcome, { _tag: "Accepted", broken: [] })
  const { profiles } = (yield* world.view).mirror.smartCharging
  const known = profiles.find(({ profile }) => profile.id === chargingProfile.id)
  assert.deepInclude(known, { evseId, profile: chargingProfile })
})

/** The ids of the charging profiles that the CSMS has on record. */
export const profileIds = (world: World): Effect.Effect<ReadonlyArray<number>> =>
  Effect.map(world.view, ({ mirror }) => mirror.smartCharging.profiles.map(({ profile }) => profile.id))
