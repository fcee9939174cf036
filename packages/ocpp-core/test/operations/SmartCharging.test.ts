/** Operations of block K that the CSMS drives. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { ChargingProfileType } from "@wattline/ocpp-v201"
import { Csms, RemoteControl, SmartCharging, type Station } from "../../src/index.ts"
import { maxProfile, schedule, txDefault, txProfile } from "../blocks/chargingProfiles.ts"
import { begin, booted, lastRequestId, settle, transactionEvent } from "../csms/support.ts"
import type { FakeStation } from "../support/FakeStation.ts"

/** Sets a profile, and the station answers. */
const set = (
  fake: FakeStation,
  station: Station,
  chargingProfile: ChargingProfileType,
  evseId: number,
  answer: object = { status: "Accepted" },
  options: SmartCharging.SetChargingProfileOptions = {}
) =>
  Effect.gen(function* () {
    const setting = yield* begin(SmartCharging.setChargingProfile(station, { evseId, chargingProfile }, options))
    fake.reply(answer)
    return yield* Fiber.join(setting)
  })

const installed = (station: Station) =>
  Effect.map(station.snapshot, ({ mirror }) => mirror.smartCharging.profiles.map(({ profile }) => profile.id))

const read = (fake: FakeStation, station: Station, name: string, attributeValue: string) =>
  Effect.gen(function* () {
    const item = { component: { name: "SmartChargingCtrlr" }, variable: { name } }
    const reading = yield* begin(station.call("GetVariables", { getVariableData: [item] }))
    fake.reply({ getVariableResult: [{ ...item, attributeStatus: "Accepted", attributeValue }] })
    yield* Fiber.join(reading)
  })

describe("setChargingProfile", () => {
  it.effect("TC_K_01_CSMS, K-28: sends the profile as it is, and has it on record when it is accepted", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const outcome = yield* set(fake, station, txDefault(), 1)
      assert.deepStrictEqual(fake.lastCall.slice(2), [
        "SetChargingProfile",
        { evseId: 1, chargingProfile: txDefault() }
      ])
      assert.strictEqual(outcome._tag, "Accepted")
      assert.deepStrictEqual([outcome.broken, outcome.warnings], [[], []])
      assert.include(
        outcome.skipped.map(({ rule }) => rule),
        "K-14"
      )
      assert.deepStrictEqual(yield* installed(station), [1])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("K-28, R-141: Rejected is a value with its reason, and changes nothing", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const statusInfo = { reasonCode: "DuplicateProfile" }
      const outcome = yield* set(fake, station, txDefault(), 1, { status: "Rejected", statusInfo })
      assert.strictEqual(outcome._tag, "Rejected")
      assert.deepStrictEqual(outcome._tag === "Rejected" && outcome.statusInfo, statusInfo)
      assert.deepStrictEqual(yield* installed(station), [])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["NotSupported", "NotImplemented"] as const)(
    "TC_K_15_CSMS, K-28, K01.FR.29: CALLERROR %s is no smart charging",
    (code) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const setting = yield* begin(
          SmartCharging.setChargingProfile(station, { evseId: 1, chargingProfile: txDefault() })
        )
        fake.fail(code)
        const outcome = yield* Fiber.join(setting)
        assert.strictEqual(outcome._tag, "NoSmartCharging")
        assert.strictEqual(outcome._tag === "NoSmartCharging" && outcome.errorCode, code)
        const other = yield* begin(
          Effect.flip(SmartCharging.setChargingProfile(station, { evseId: 1, chargingProfile: txDefault() }))
        )
        fake.fail("InternalError")
        assert.strictEqual((yield* Fiber.join(other))._tag, "CallError")
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("K-1, K-2, K-4: what breaks rules is not sent, and each rule is named", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const { transactionId: _, ...nameless } = txProfile()
      const failure = yield* Effect.flip(
        SmartCharging.setChargingProfile(station, { evseId: 0, chargingProfile: nameless })
      )
      assert.deepStrictEqual(failure._tag === "CheckFailed" && failure.broken.map(({ rule }) => rule), ["K-2", "K-4"])
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_K_02_CSMS, K-21: is sent all the same when the rules are allowed, and the outcome names them", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const refused = yield* Effect.flip(
        SmartCharging.setChargingProfile(station, { evseId: 1, chargingProfile: txProfile() }, { allow: ["K-2"] })
      )
      assert.strictEqual(refused._tag, "CheckFailed")
      for (const allow of [["K-21"], "All"] as const) {
        const outcome = yield* set(fake, station, txProfile(), 1, { status: "Rejected" }, { allow })
        assert.strictEqual(outcome._tag, "Rejected")
        assert.deepStrictEqual(
          outcome.broken.map(({ rule }) => rule),
          ["K-21"]
        )
      }
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "TC_K_60_CSMS, K-31, K-46, TC_K_59_CSMS: a running transaction is changed by the same id again, also unchanged",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        fake.call("TransactionEvent", transactionEvent())
        for (let n = 1; n <= 2; n++) {
          assert.strictEqual((yield* set(fake, station, txProfile(), 1))._tag, "Accepted")
          assert.lengthOf(fake.calls, n)
        }
        const slower = { id: 1, chargingRateUnit: "A" as const, chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] }
        yield* set(fake, station, txProfile({ chargingSchedule: [slower] }), 1)
        const { mirror } = yield* station.snapshot
        assert.lengthOf(mirror.smartCharging.profiles, 1)
        const composite = SmartCharging.previewCompositeSchedule(mirror, {
          evseId: 1,
          start: Date.UTC(2026, 0, 2),
          duration: 60,
          chargingRateUnit: "A"
        })
        assert.deepStrictEqual(composite.chargingSchedulePeriod, [{ startPeriod: 0, limit: 6, numberPhases: 3 }])
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_K_04_CSMS, TC_K_70_CSMS: the same id replaces, another id stands beside it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* set(fake, station, txDefault(), 1)
      assert.strictEqual((yield* set(fake, station, txDefault(), 1))._tag, "Accepted")
      yield* set(fake, station, maxProfile(), 0)
      assert.deepStrictEqual(yield* installed(station), [1, 3])
      const failure = yield* Effect.flip(
        SmartCharging.setChargingProfile(station, { evseId: 1, chargingProfile: txDefault({ id: 9 }) })
      )
      assert.include(failure.message, "K-18")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("K-49, ST-1: nothing changes while the station is offline; its profiles stay in force", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* set(fake, station, txDefault(), 1)
      fake.vanish()
      const failure = yield* Effect.flip(
        SmartCharging.setChargingProfile(station, { evseId: 2, chargingProfile: txDefault({ id: 9 }) })
      )
      assert.strictEqual(failure._tag === "NotSent" && failure.reason, "Offline")
      const queued = yield* begin(
        SmartCharging.setChargingProfile(
          station,
          { evseId: 2, chargingProfile: txDefault({ id: 9 }) },
          { waitForReconnect: true }
        )
      )
      yield* settle
      assert.deepStrictEqual(yield* installed(station), [1])
      const again = (yield* booted()).fake
      yield* settle
      again.reply({ status: "Accepted" })
      assert.strictEqual((yield* Fiber.join(queued))._tag, "Accepted")
      assert.deepStrictEqual(yield* installed(station), [1, 9])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("K-48, K01.FR.49: one phase has to be said; left out it counts as three", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const one = txDefault({
        chargingSchedule: [schedule({ chargingSchedulePeriod: [{ startPeriod: 0, limit: 16, numberPhases: 1 }] })]
      })
      const watts = function* (profile: ChargingProfileType) {
        yield* set(fake, station, profile, 1)
        const { mirror } = yield* station.snapshot
        const ask = { evseId: 1, start: Date.UTC(2026, 0, 2), duration: 60, chargingRateUnit: "W" } as const
        return SmartCharging.previewCompositeSchedule(mirror, ask).chargingSchedulePeriod[0]?.limit
      }
      assert.strictEqual(yield* watts(one), 16 * 230)
      assert.strictEqual(yield* watts(txDefault()), 16 * 230 * 3)
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("K-45: a station that wants the EV's needs first", () => {
  const first = { status: "Rejected", statusInfo: { reasonCode: "InvalidMessageSeq" } }
  const needs = { evseId: 1, chargingNeeds: { requestedEnergyTransfer: "DC" } }
  const setup = Effect.gen(function* () {
    const { fake, station } = yield* booted()
    fake.call("TransactionEvent", transactionEvent())
    return { fake, station }
  })

  it.effect("K-45, K15.FR.17: says so", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* setup
      assert.strictEqual((yield* set(fake, station, txProfile(), 1, first))._tag, "NeedsFirst")
      assert.strictEqual((yield* set(fake, station, txDefault(), 1, first))._tag, "Rejected")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("K-45: gets the profile again after them, once", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* setup
      const request = { evseId: 1, chargingProfile: txProfile() }
      const setting = yield* begin(SmartCharging.setChargingProfile(station, request, { awaitNeeds: "5 minutes" }))
      fake.reply(first)
      yield* settle
      assert.lengthOf(fake.calls, 1)
      fake.call("NotifyEVChargingNeeds", needs)
      yield* settle
      assert.lengthOf(fake.calls, 2)
      assert.deepStrictEqual(fake.lastCall[3], request)
      fake.reply({ status: "Accepted" })
      assert.strictEqual((yield* Fiber.join(setting))._tag, "Accepted")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("K-45: does not get it again when they do not come", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* setup
      const setting = yield* begin(
        SmartCharging.setChargingProfile(
          station,
          { evseId: 1, chargingProfile: txProfile() },
          { awaitNeeds: "10 seconds" }
        )
      )
      fake.reply(first)
      yield* settle
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(setting))._tag, "NeedsFirst")
      assert.lengthOf(fake.calls, 1)
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("clearChargingProfile", () => {
  it.effect("TC_K_05_CSMS, TC_K_06_CSMS, K-36, K-37: by id, or by criteria", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* set(fake, station, txDefault(), 1)
      yield* set(fake, station, maxProfile(), 0)
      const byId = yield* begin(SmartCharging.clearChargingProfile(station, { chargingProfileId: 1 }))
      assert.deepStrictEqual(fake.lastCall[3], { chargingProfileId: 1 })
      fake.reply({ status: "Accepted" })
      assert.deepStrictEqual(yield* Fiber.join(byId), { _tag: "Accepted" })
      assert.deepStrictEqual(yield* installed(station), [3])
      const byCriteria = yield* begin(SmartCharging.clearChargingProfile(station, { evseId: 0, stackLevel: 0 }))
      assert.deepStrictEqual(fake.lastCall[3], { chargingProfileCriteria: { evseId: 0, stackLevel: 0 } })
      fake.reply({ status: "Accepted" })
      yield* Fiber.join(byCriteria)
      assert.deepStrictEqual(yield* installed(station), [])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_K_08_CSMS, K-37: is asked also when nothing is known to match, and Unknown is a value", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const clearing = yield* begin(
        SmartCharging.clearChargingProfile(station, { chargingProfilePurpose: "TxDefaultProfile" })
      )
      fake.reply({ status: "Unknown" })
      assert.deepStrictEqual(yield* Fiber.join(clearing), { _tag: "Unknown" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("K-36: neither id nor criteria is refused before sending", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const failure = yield* Effect.flip(SmartCharging.clearChargingProfile(station, {}))
      assert.include(failure.message, "K-36")
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("getCompositeSchedule", () => {
  it.effect("TC_K_43_CSMS, TC_K_44_CSMS, K-32: gives the schedule, of an EVSE or of the station", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const evseId of [1, 0]) {
        const ask = { evseId, duration: 300, chargingRateUnit: "A" } as const
        const asking = yield* begin(SmartCharging.getCompositeSchedule(station, ask))
        assert.deepStrictEqual(fake.lastCall.slice(2), ["GetCompositeSchedule", ask])
        const composite = {
          evseId,
          duration: 300,
          scheduleStart: "2026-01-01T00:00:00Z",
          chargingRateUnit: "A",
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }]
        }
        fake.reply({ status: "Accepted", schedule: composite })
        assert.deepStrictEqual<unknown>(yield* Fiber.join(asking), { _tag: "Accepted", schedule: composite })
      }
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "K-32, K08.FR.05, K08.FR.07: Rejected is a value; a unit that the station does not take is not asked for",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const asking = yield* begin(SmartCharging.getCompositeSchedule(station, { evseId: 9, duration: 300 }))
        fake.reply({ status: "Rejected" })
        assert.deepStrictEqual(yield* Fiber.join(asking), { _tag: "Rejected" })
        yield* read(fake, station, "RateUnit", "A")
        const failure = yield* Effect.flip(
          SmartCharging.getCompositeSchedule(station, { evseId: 1, duration: 300, chargingRateUnit: "W" })
        )
        assert.include(failure.message, "K-32")
      }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("getChargingProfiles", () => {
  const everything: SmartCharging.ProfileFilter = {
    chargingProfile: { chargingLimitSource: ["CSO", "EMS", "SO", "Other"] }
  }
  const external = txDefault({ id: -5, chargingProfilePurpose: "ChargingStationExternalConstraints" })

  it.effect("TC_K_31_CSMS, TC_K_52_CSMS, K-34, K-35, K09.FR.02: collects all parts, and takes them over", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* set(fake, station, txDefault({ id: 9 }), 1)
      const getting = yield* begin(SmartCharging.getChargingProfiles(station, everything))
      const requestId = lastRequestId(fake)
      assert.deepStrictEqual(fake.lastCall.slice(2), ["GetChargingProfiles", { requestId, ...everything }])
      fake.reply({ status: "Accepted" })
      const report = (evseId: number, source: string, chargingProfile: ChargingProfileType, tbc: boolean) =>
        fake.call("ReportChargingProfiles", {
          requestId,
          chargingLimitSource: source,
          evseId,
          chargingProfile: [chargingProfile],
          tbc
        })
      assert.deepStrictEqual(fake.answerTo(report(0, "EMS", external, true)), [{}])
      yield* settle
      assert.deepStrictEqual(yield* installed(station), [9])
      report(2, "CSO", txDefault({ id: 4 }), false)
      const { outcome } = yield* Fiber.join(getting)
      assert.strictEqual(outcome._tag === "Complete" && outcome.parts.length, 2)
      assert.deepStrictEqual(yield* installed(station), [4])
      const { smartCharging } = (yield* station.snapshot).mirror
      assert.deepStrictEqual(smartCharging.external, [{ evseId: 0, profile: external, source: "EMS" }])
      const failure = yield* Effect.flip(
        SmartCharging.setChargingProfile(station, { evseId: 1, chargingProfile: txDefault({ id: -5 }) })
      )
      assert.include(failure.message, "K-50")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("K-34, K-35: NoProfiles is complete and empty, also for the mirror", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* set(fake, station, txDefault(), 1)
      const filter = { evseId: 1, chargingProfile: { stackLevel: 0 } }
      const getting = yield* begin(SmartCharging.getChargingProfiles(station, filter))
      fake.reply({ status: "NoProfiles" })
      const { outcome } = yield* Fiber.join(getting)
      assert.deepStrictEqual(outcome, { _tag: "Complete", parts: [] })
      assert.deepStrictEqual(yield* installed(station), [])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("K-33, K09.FR.03: a filter without criteria is refused before sending", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const failure = yield* Effect.flip(SmartCharging.getChargingProfiles(station, { evseId: 1, chargingProfile: {} }))
      assert.include(failure.message, "K-33")
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("a profile that goes along with a remote start", () => {
  it.effect("TC_K_37_CSMS, K-57: is pending, then installed for its transaction, and gone with it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const { transactionId: _, ...chargingProfile } = txProfile()
      const idToken = { idToken: "0123ABCD", type: "ISO14443" } as const
      const start = yield* begin(
        RemoteControl.requestStartTransaction(station, { idToken, evseId: 1, chargingProfile })
      )
      const { remoteStartId } = fake.lastCall[3] as { readonly remoteStartId: number }
      fake.reply({ status: "Accepted" })
      yield* settle
      assert.lengthOf((yield* station.snapshot).mirror.smartCharging.pending, 1)
      const transactionInfo = { transactionId: "T1", remoteStartId }
      fake.call("TransactionEvent", transactionEvent(0, { triggerReason: "RemoteStart", transactionInfo }))
      yield* Fiber.join(start)
      assert.deepStrictEqual(yield* installed(station), [2])
      fake.call("TransactionEvent", transactionEvent(1, { eventType: "Ended" }))
      assert.deepStrictEqual(yield* installed(station), [])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("F-3: goes out against a rule that is allowed", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const { transactionId: _, ...profile } = txProfile({ stackLevel: -1 })
      const request = { idToken: { idToken: "0123ABCD", type: "ISO14443" }, chargingProfile: profile } as const
      const options = { allow: ["K-15"], follow: false } as const
      const start = yield* begin(RemoteControl.requestStartTransaction(station, request, options))
      fake.reply({ status: "Rejected" })
      assert.strictEqual((yield* Fiber.join(start))._tag, "Rejected")
    }).pipe(Effect.provide(Csms.layer()))
  )
})
