/** Block K, charging with ISO 15118: TC_K_53, 55, 57 to 59. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { andThen, type Handlers, judgeSchedule, type Messages, needsOf, type Station } from "@wattline/ocpp-core"
import { transactionEvent } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { accepted, authorized, evConnectedPreSession } from "./states.ts"
import type { Evse, World } from "./World.ts"

type NeedsStatus = Messages["NotifyEVChargingNeeds"]["response"]["status"]
type Profile = Messages["SetChargingProfile"]["request"]["chargingProfile"]
type Schedule = Messages["NotifyEVChargingSchedule"]["request"]["chargingSchedule"]

/** The cases, in the order of the standard. */
export const evCharging: ReadonlyArray<OcaCase> = [
  {
    id: "TC_K_53_CSMS",
    title: "load levelling with ISO 15118",
    certification: "M ISO 15118",
    requirements: ["K15.FR.02", "K15.FR.03", "K15.FR.05", "K15.FR.07", "K15.FR.08", "K15.FR.11"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* plugsIn(world)
      yield* smartCharging(world, evse)
      yield* world.passes("2 minutes") // no further SetChargingProfile
    })
  },
  {
    id: "TC_K_55_CSMS",
    title: "the EV's schedule exceeds the limits",
    certification: "M ISO 15118",
    requirements: ["K15.FR.12", "K15.FR.13", "K16.FR.07", "K16.FR.08", "K17.FR.12", "K17.FR.13"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* plugsIn(world)
      yield* needs(world, evse)
      const [sent = assert.fail("a profile without a schedule")] = (yield* takesProfile(world, evse)).chargingSchedule
      yield* chooses(world, evse, { ...sent, chargingSchedulePeriod: [{ startPeriod: 0, limit: 22_000 }] }, "Rejected")
      yield* transactionEvent(world, evse, "ChargingStateChanged", { state: "Charging" })
      const [newer = assert.fail("a profile without a schedule")] = (yield* takesProfile(world, evse)).chargingSchedule
      yield* chooses(world, evse, newer, "Accepted")
    })
  },
  {
    id: "TC_K_57_CSMS",
    title: "the EV renegotiates",
    certification: "M ISO 15118",
    requirements: ["K17.FR.02", "K17.FR.03", "K17.FR.05", "K17.FR.07", "K17.FR.08", "K17.FR.11"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* plugsIn(world)
      yield* smartCharging(world, evse)
      yield* world.handles(iso15118("Processing"))
      yield* needs(world, evse, "Processing")
      yield* world.passes("1 second")
      yield* agrees(world, evse)
    })
  },
  {
    id: "TC_K_58_CSMS",
    title: "the CSMS renegotiates",
    certification: "M ISO 15118",
    requirements: ["K16.FR.01", "K16.FR.02", "K16.FR.06"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* plugsIn(world)
      yield* smartCharging(world, evse)
      yield* world.starts(sendProfile(world.station, evse.id))
      yield* agrees(world, evse)
    })
  },
  {
    id: "TC_K_59_CSMS",
    title: "the CSMS renegotiates, and the station sends the needs again",
    certification: "M ISO 15118",
    requirements: ["K16.FR.09", "K16.FR.12"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* plugsIn(world)
      yield* smartCharging(world, evse)
      yield* world.starts(sendProfile(world.station, evse.id))
      yield* takesProfile(world, evse)
      yield* needs(world, evse)
      yield* agrees(world, evse)
    })
  }
]

/**
 * What the application does: every EV gets 11 kW, after `status` at once or a moment later; a schedule above it is
 * rejected, and the same profile sent once more.
 */
const iso15118 = (status: NeedsStatus): Handlers => ({
  NotifyEVChargingNeeds: ({ evseId }, { station }) =>
    Effect.succeed(
      andThen({ status }, Effect.delay(sendProfile(station, evseId), status === "Processing" ? "200 millis" : 0))
    ),
  NotifyEVChargingSchedule: (request, { mirror, station }) =>
    Effect.succeed(
      judgeSchedule(mirror, request) === "Exceeds"
        ? andThen({ status: "Rejected" }, sendProfile(station, request.evseId))
        : { status: "Accepted" }
    )
})

/** CSMS → CS SetChargingProfile for the transaction that runs at the EVSE. */
const sendProfile = (station: Station, evseId: number) =>
  Effect.flatMap(station.snapshot, ({ mirror }) => {
    const transaction = mirror.transactions.running.find(({ evse }) => evse?.id === evseId)
    if (transaction === undefined) return Effect.void
    assert.isDefined(needsOf(mirror.evCharging, transaction.transactionId))
    return station.call("SetChargingProfile", {
      evseId,
      chargingProfile: {
        id: 1,
        stackLevel: 0,
        chargingProfilePurpose: "TxProfile",
        chargingProfileKind: "Relative",
        transactionId: transaction.transactionId,
        chargingSchedule: [
          { id: 1, chargingRateUnit: "W", chargingSchedulePeriod: [{ startPeriod: 0, limit: 11_000 }] }
        ]
      }
    })
  })

/** The driver is authorized, then plugs in. */
const plugsIn = Effect.fnUntraced(function* (world: World) {
  yield* accepted(world)
  yield* world.handles(iso15118("Accepted"))
  yield* authorized(world)
  yield* evConnectedPreSession(world)
})

/** ISO15118SmartCharging: needs, profile, schedule; energy flows. */
const smartCharging = Effect.fnUntraced(function* (world: World, evse: Evse) {
  yield* needs(world, evse)
  yield* agrees(world, evse)
  yield* transactionEvent(world, evse, "ChargingStateChanged", { state: "Charging" })
  evse.charging = true
})

/** CS → CSMS NotifyEVChargingNeeds, and what it is answered. */
const needs = Effect.fnUntraced(function* (world: World, evse: Evse, expected: NeedsStatus = "Accepted") {
  const { status } = yield* world.cs.call("NotifyEVChargingNeeds", {
    evseId: evse.id,
    maxScheduleTuples: 3,
    chargingNeeds: {
      requestedEnergyTransfer: "DC",
      dcChargingParameters: { evMaxCurrent: 200, evMaxVoltage: 800, energyAmount: 40_000 }
    }
  })
  assert.strictEqual(status, expected)
})

/** The profile comes, is accepted, and the EV chooses just that. */
const agrees = Effect.fnUntraced(function* (world: World, evse: Evse) {
  const [schedule = assert.fail("a profile without a schedule")] = (yield* takesProfile(world, evse)).chargingSchedule
  yield* chooses(world, evse, schedule, "Accepted")
})

/** CSMS → CS SetChargingProfile, a TxProfile for the transaction on this EVSE that the EV can take; Accepted. */
const takesProfile = Effect.fnUntraced(function* (world: World, evse: Evse) {
  const { answer, request } = yield* world.cs.asked("SetChargingProfile")
  const { chargingProfile: profile, evseId } = request
  assert.deepStrictEqual(
    [evseId, profile.chargingProfilePurpose, profile.transactionId],
    [evse.id, "TxProfile", evse.transactionId]
  )
  assert.isTrue(fits(profile), "schedules that the EV can take")
  yield* answer({ status: "Accepted" })
  return profile
})

const fits = ({ chargingSchedule }: Profile): boolean =>
  chargingSchedule.length <= 3 && chargingSchedule.every((one) => one.chargingSchedulePeriod.length <= 3)

/** CS → CSMS NotifyEVChargingSchedule with the schedule of the EV, and what it is answered. */
const chooses = Effect.fnUntraced(function* (
  world: World,
  evse: Evse,
  chargingSchedule: Schedule,
  expected: "Accepted" | "Rejected"
) {
  const { status } = yield* world.cs.call("NotifyEVChargingSchedule", {
    evseId: evse.id,
    timeBase: yield* world.now,
    chargingSchedule
  })
  assert.strictEqual(status, expected)
})
