/** Block K, charging profiles are set: TC_K_01 to 04, 10, 15, 19, 37, 60, 70. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { RemoteControl, SmartCharging } from "@wattline/ocpp-core"
import { transactionEvent } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { profileIds, sets, txDefault, txProfile } from "./profiles.ts"
import { tokens } from "./ReferenceCsms.ts"
import { accepted, energyTransferStarted, isRunning } from "./states.ts"

const purpose = { id: 3, chargingProfilePurpose: "ChargingStationMaxProfile" } as const
const smartCharging = "M Smart Charging, M ISO 15118"

/** The cases, in the order of the standard. */
export const chargingProfiles: ReadonlyArray<OcaCase> = [
  {
    id: "TC_K_01_CSMS",
    title: "a TxDefaultProfile for one EVSE",
    certification: smartCharging,
    requirements: ["K01.FR.31", "K01.FR.35", "K01.FR.40"],
    run: Effect.fnUntraced(function* (world) {
      const [{ id }] = world.evses
      yield* accepted(world)
      const validFrom = yield* world.now
      const validTo = new Date(Date.parse(validFrom) + 600_000).toISOString()
      yield* sets(world, id, yield* txDefault(world, { validFrom, validTo }))
    })
  },
  {
    id: "TC_K_02_CSMS",
    title: "a TxProfile without a transaction",
    certification: "not for a CSMS",
    requirements: ["K01.FR.09"],
    run: Effect.fnUntraced(function* (world) {
      const [{ id: evseId }] = world.evses
      yield* accepted(world)
      const request = { evseId, chargingProfile: txProfile() }
      const refused = yield* Effect.flip(SmartCharging.setChargingProfile(world.station, request))
      assert.strictEqual(refused._tag, "CheckFailed")
      const unchecked = SmartCharging.setChargingProfile(world.station, request, { allow: ["K-2", "K-21"] })
      const outcome = yield* world.operated(unchecked, "SetChargingProfile", request, { status: "Rejected" })
      assert.strictEqual(outcome._tag, "Rejected")
      assert.deepStrictEqual(yield* profileIds(world), [])
    })
  },
  {
    id: "TC_K_03_CSMS",
    title: "a ChargingStationMaxProfile",
    certification: smartCharging,
    requirements: ["K01.FR.31", "K01.FR.38", "K01.FR.40"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* sets(world, 0, yield* txDefault(world, purpose))
    })
  },
  {
    id: "TC_K_04_CSMS",
    title: "a profile is replaced under its id",
    certification: smartCharging,
    requirements: ["K01.FR.05"],
    run: Effect.fnUntraced(function* (world) {
      const [{ id }] = world.evses
      yield* accepted(world)
      const profile = yield* txDefault(world)
      const [schedule] = profile.chargingSchedule
      assert.isDefined(schedule)
      const before = { ...schedule, chargingSchedulePeriod: [{ startPeriod: 0, limit: 8, numberPhases: 3 }] }
      yield* sets(world, id, { ...profile, chargingSchedule: [before] })
      yield* sets(world, id, profile)
      assert.deepStrictEqual(yield* profileIds(world), [profile.id])
    })
  },
  {
    id: "TC_K_10_CSMS",
    title: "a TxDefaultProfile for all EVSEs",
    certification: "C(SC-4) Smart Charging, M ISO 15118",
    requirements: ["K01.FR.14", "K01.FR.31"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* sets(world, 0, yield* txDefault(world))
    })
  },
  {
    id: "TC_K_15_CSMS",
    title: "a station without smart charging answers CALLERROR",
    certification: "M Smart Charging",
    requirements: ["K01.FR.29"],
    run: Effect.fnUntraced(function* (world) {
      const [{ id: evseId }] = world.evses
      yield* accepted(world)
      const request = { evseId, chargingProfile: yield* txDefault(world) }
      const setting = yield* world.starts(SmartCharging.setChargingProfile(world.station, request))
      const asked = yield* world.cs.asked("SetChargingProfile")
      assert.deepStrictEqual(asked.request, request)
      yield* asked.refuse("NotSupported")
      const outcome = yield* Fiber.join(setting)
      assert.deepInclude(outcome, { _tag: "NoSmartCharging", errorCode: "NotSupported" })
      assert.deepStrictEqual(yield* profileIds(world), [])
      yield* world.calls("GetLocalListVersion", {}, { versionNumber: 0 }) // it goes on working
    })
  },
  {
    id: "TC_K_19_CSMS",
    title: "recurring profiles, Daily and Weekly",
    certification: smartCharging,
    requirements: ["K01.FR.40"],
    run: Effect.fnUntraced(function* (world) {
      const [{ id }] = world.evses
      yield* accepted(world)
      for (const recurrencyKind of ["Daily", "Weekly"] as const)
        yield* sets(world, id, yield* txDefault(world, { chargingProfileKind: "Recurring", recurrencyKind }))
    })
  },
  {
    id: "TC_K_37_CSMS",
    title: "a remote start brings its charging profile along",
    certification: "M Smart Charging",
    requirements: ["K05.FR.02", "F01.FR.08", "F01.FR.09", "F01.FR.11"],
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      const wanted = { idToken: tokens.a, evseId: evse.id, chargingProfile: txProfile() }
      const start = yield* world.starts(RemoteControl.requestStartTransaction(world.station, wanted))
      const { answer, request } = yield* world.cs.asked("RequestStartTransaction")
      const { remoteStartId } = request
      assert.deepStrictEqual(request, { ...wanted, remoteStartId })
      yield* answer({ status: "Accepted" })
      yield* transactionEvent(world, evse, "RemoteStart", { remoteStartId })
      assert.strictEqual((yield* isRunning(world, evse)).remoteStartId, remoteStartId)
      assert.strictEqual((yield* Fiber.join(start))._tag, "Started")
      const { profiles } = (yield* world.view).mirror.smartCharging
      assert.deepInclude(profiles[0]?.profile, { id: 2, transactionId: evse.transactionId })
    })
  },
  {
    id: "TC_K_60_CSMS",
    title: "a TxProfile for the transaction that runs",
    certification: smartCharging,
    requirements: ["K01.FR.03", "K01.FR.31"],
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* energyTransferStarted(world)
      yield* sets(world, evse.id, txProfile({ transactionId: evse.transactionId }))
    })
  },
  {
    id: "TC_K_70_CSMS",
    title: "two profiles side by side",
    certification: "M Smart Charging",
    requirements: ["K01.FR.40"],
    run: Effect.fnUntraced(function* (world) {
      const [{ id }] = world.evses
      yield* accepted(world)
      yield* energyTransferStarted(world)
      const kind = { chargingProfileKind: "Recurring", recurrencyKind: "Daily" } as const
      yield* sets(world, id, yield* txDefault(world, kind))
      yield* sets(world, 0, yield* txDefault(world, purpose))
      assert.deepStrictEqual(yield* profileIds(world), [1, 3])
    })
  }
]
