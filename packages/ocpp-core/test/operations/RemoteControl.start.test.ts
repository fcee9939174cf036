/** Operations of block F: starting a transaction. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { ChargingProfileType } from "@wattline/ocpp-v201"
import { Csms, RemoteControl } from "../../src/index.ts"
import { at, begin, booted, bootsAs, connected, settle, transactionEvent } from "../csms/support.ts"
import type { FakeStation } from "../support/FakeStation.ts"

const idToken = { idToken: "0123ABCD", type: "ISO14443" } as const

/** The remoteStartId of the last CALL. */
const remoteStartIdOf = (fake: FakeStation): number =>
  (fake.lastCall[3] as { readonly remoteStartId: number }).remoteStartId

const remotelyStarted = (remoteStartId: number, more: object = {}) =>
  transactionEvent(0, {
    triggerReason: "RemoteStart",
    transactionInfo: { transactionId: "T1", remoteStartId },
    idToken,
    ...more
  })

const profile: ChargingProfileType = {
  id: 1,
  stackLevel: 0,
  chargingProfilePurpose: "TxProfile",
  chargingProfileKind: "Relative",
  chargingSchedule: [{ id: 1, chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] }]
}

/** The rules that a charging profile breaks. */
const brokenBy = (chargingProfile: ChargingProfileType, evseId?: number) =>
  Effect.gen(function* () {
    const { fake, station } = yield* booted()
    const failure = yield* Effect.flip(
      RemoteControl.requestStartTransaction(station, {
        idToken,
        chargingProfile,
        ...(evseId !== undefined && { evseId })
      })
    )
    assert.lengthOf(fake.calls, 0)
    return failure._tag === "CheckFailed" ? failure.broken.map(({ rule }) => rule) : failure._tag
  }).pipe(Effect.provide(Csms.layer()))

describe("requestStartTransaction", () => {
  it.effect("TC_F_03_CSMS, F-1, F-2: gives the transaction with the remoteStartId it made", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const start = yield* begin(RemoteControl.requestStartTransaction(station, { idToken, evseId: 1 }))
      const remoteStartId = remoteStartIdOf(fake)
      assert.deepStrictEqual(fake.lastCall.slice(2), ["RequestStartTransaction", { idToken, evseId: 1, remoteStartId }])
      fake.reply({ status: "Accepted" })
      yield* settle
      assert.isUndefined(start.pollUnsafe())
      fake.call("TransactionEvent", remotelyStarted(remoteStartId))
      const outcome = yield* Fiber.join(start)
      assert.strictEqual(outcome._tag, "Started")
      if (outcome._tag === "Started") assert.strictEqual(outcome.transaction.transactionId, "T1")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_F_01_CSMS, F01.FR.13: links the transaction that had begun before by the id in the answer", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.call("TransactionEvent", transactionEvent())
      const start = yield* begin(RemoteControl.requestStartTransaction(station, { idToken }))
      fake.reply({ status: "Accepted", transactionId: "T1" })
      const outcome = yield* Fiber.join(start)
      assert.strictEqual(outcome._tag === "Started" && outcome.transaction.transactionId, "T1")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_F_02_CSMS, F-5: an Authorize in between changes nothing, another transaction is not taken for it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const start = yield* begin(RemoteControl.requestStartTransaction(station, { idToken }))
      const remoteStartId = remoteStartIdOf(fake)
      fake.reply({ status: "Accepted" })
      fake.call("Authorize", { idToken })
      fake.call(
        "TransactionEvent",
        remotelyStarted(0, { transactionInfo: { transactionId: "other" }, evse: { id: 2 } })
      )
      yield* settle
      assert.isUndefined(start.pollUnsafe())
      fake.call("TransactionEvent", remotelyStarted(remoteStartId))
      const outcome = yield* Fiber.join(start)
      assert.strictEqual(outcome._tag === "Started" && outcome.transaction.transactionId, "T1")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-165, CE-1: a TransactionEvent that overtakes the answer is found", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const start = yield* begin(RemoteControl.requestStartTransaction(station, { idToken }))
      fake.call("TransactionEvent", remotelyStarted(remoteStartIdOf(fake)))
      fake.reply({ status: "Accepted" })
      assert.strictEqual((yield* Fiber.join(start))._tag, "Started")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-141: Rejected is a value", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const start = yield* begin(RemoteControl.requestStartTransaction(station, { idToken }))
      const remoteStartId = remoteStartIdOf(fake)
      fake.reply({ status: "Rejected", statusInfo: { reasonCode: "NoEVSE" } })
      assert.deepStrictEqual(yield* Fiber.join(start), {
        _tag: "Rejected",
        remoteStartId,
        statusInfo: { reasonCode: "NoEVSE" }
      })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("F-1, F02.FR.07: lapses after EVConnectionTimeOut and 30 seconds", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const read = yield* begin(
        station.call("GetVariables", {
          getVariableData: [{ component: { name: "TxCtrlr" }, variable: { name: "EVConnectionTimeOut" } }]
        })
      )
      fake.reply({
        getVariableResult: [
          {
            attributeStatus: "Accepted",
            attributeValue: "45",
            component: { name: "TxCtrlr" },
            variable: { name: "EVConnectionTimeOut" }
          }
        ]
      })
      yield* Fiber.join(read)
      const start = yield* begin(RemoteControl.requestStartTransaction(station, { idToken }))
      const remoteStartId = remoteStartIdOf(fake)
      fake.reply({ status: "Accepted" })
      yield* settle
      yield* TestClock.adjust("74 seconds")
      assert.isUndefined(start.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(start), { _tag: "Lapsed", remoteStartId })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("CE-4: the deadline starts anew when the station was offline at its end", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const start = yield* begin(
        RemoteControl.requestStartTransaction(station, { idToken }, { startTimeout: "10 seconds" })
      )
      const remoteStartId = remoteStartIdOf(fake)
      fake.reply({ status: "Accepted" })
      yield* settle
      fake.vanish()
      yield* TestClock.adjust("1 hour")
      assert.isUndefined(start.pollUnsafe())
      const again = (yield* connected()).fake
      yield* settle
      again.call("TransactionEvent", remotelyStarted(remoteStartId, { offline: true }))
      assert.strictEqual((yield* Fiber.join(start))._tag, "Started")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("lapses at once when the station is removed", () =>
    Effect.gen(function* () {
      const { csms, fake, station } = yield* booted()
      const start = yield* begin(RemoteControl.requestStartTransaction(station, { idToken }))
      fake.reply({ status: "Accepted" })
      yield* settle
      yield* csms.removeStation("CS-1")
      assert.strictEqual((yield* Fiber.join(start))._tag, "Lapsed")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("F01.FR.25: each remoteStartId is new, and one that is not followed is given at once", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const ids: Array<number> = []
      for (let n = 0; n < 3; n++) {
        const start = yield* begin(RemoteControl.requestStartTransaction(station, { idToken }, { follow: false }))
        fake.reply({ status: "Accepted" })
        const outcome = yield* Fiber.join(start)
        assert.strictEqual(outcome._tag, "Accepted")
        ids.push(outcome.remoteStartId)
      }
      assert.strictEqual(new Set(ids).size, 3)
      fake.call("TransactionEvent", remotelyStarted(ids[1] ?? 0))
      const outcome = yield* RemoteControl.followRemoteStart(station, { remoteStartId: ids[1] ?? 0 })
      assert.strictEqual(outcome._tag, "Started")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("LC-10, B02.FR.05: is not sent to a station that is Pending", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const start = yield* Effect.flip(RemoteControl.requestStartTransaction(station, { idToken }))
      const stop = yield* Effect.flip(RemoteControl.requestStopTransaction(station, "T1"))
      assert.deepStrictEqual([start._tag, stop._tag], ["NotSent", "NotSent"])
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") })))
  )

  it.effect("F-4, F01.FR.06: evseId 0 is refused before sending", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const failure = yield* Effect.flip(RemoteControl.requestStartTransaction(station, { idToken, evseId: 0 }))
      assert.strictEqual(failure._tag, "CheckFailed")
      assert.include(failure.message, "F01.FR.06")
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("F-3, F01.FR.09, F01.FR.11: the profile is a TxProfile without a transactionId", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* brokenBy({ ...profile, chargingProfilePurpose: "TxDefaultProfile", transactionId: "T1" }),
        ["F01.FR.09", "F01.FR.11"]
      )
    })
  )

  const [schedule] = profile.chargingSchedule
  const of = (more: object) => ({ ...profile, chargingSchedule: [{ ...schedule, ...more }] }) as ChargingProfileType
  const periods = (...chargingSchedulePeriod: ReadonlyArray<object>) => of({ chargingSchedulePeriod })
  const table: ReadonlyArray<readonly [string, ChargingProfileType]> = [
    ["K-7", { ...profile, chargingProfileKind: "Absolute" }],
    ["K-8", of({ startSchedule: at })],
    ["K-9", { ...profile, recurrencyKind: "Daily" }],
    ["K-10", periods({ startPeriod: 1, limit: 1 })],
    ["K-10", periods({ startPeriod: 0, limit: 1 }, { startPeriod: 0, limit: 2 })],
    ["K-11", { ...profile, chargingSchedule: [...profile.chargingSchedule, ...profile.chargingSchedule] }],
    ["K-12", periods({ startPeriod: 0, limit: 1, phaseToUse: 1 })],
    ["K-12", periods({ startPeriod: 0, limit: 1, numberPhases: 4 })],
    ["K-15", { ...profile, stackLevel: -1 }],
    ["K-17", periods({ startPeriod: 0, limit: 16.25 })],
    ["K-17", of({ minChargingRate: 6.05 })],
    ["K-24", { ...profile, validFrom: at, validTo: at }]
  ]
  it.effect.each(table)("F-3, %s: is checked before sending", ([rule, broken]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* brokenBy(broken), [rule])
    })
  )

  it.effect("F-3: a profile that breaks no rule goes along", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const chargingProfile = periods(
        { startPeriod: 0, limit: 8.1 },
        { startPeriod: 60, limit: 16, numberPhases: 1, phaseToUse: 2 }
      )
      const start = yield* begin(RemoteControl.requestStartTransaction(station, { idToken, chargingProfile }))
      assert.deepStrictEqual(
        (fake.lastCall[3] as { readonly chargingProfile: unknown }).chargingProfile,
        chargingProfile
      )
      fake.reply({ status: "Rejected" })
      yield* Fiber.join(start)
    }).pipe(Effect.provide(Csms.layer()))
  )
})
