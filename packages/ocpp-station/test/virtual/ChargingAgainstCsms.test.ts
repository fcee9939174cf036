/** Smart charging and meter values of a whole station against the operations of our own CSMS, over ocpp-memory. */
import { assert, describe, it } from "@effect/vitest"
import { Csms, SmartCharging } from "@wattline/ocpp-core"
import { MemoryDialer, MemoryTransport } from "@wattline/ocpp-memory"
import type { ChargingProfileType } from "@wattline/ocpp-v201"
import { Clock, Effect, Layer, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { Stations } from "../../src/client/Stations.ts"
import { makeEV } from "../../src/virtual/EVModels.ts"
import { VirtualProcess } from "../../src/virtual/VirtualProcess.ts"

const layer = Stations.layer.pipe(
  Layer.provide(MemoryDialer.layer),
  Layer.provide(MemoryTransport.layer),
  Layer.provideMerge(
    Csms.layer(
      {
        Authorize: () => Effect.succeed({ idTokenInfo: { status: "Accepted" as const } }),
        NotifyEVChargingNeeds: () => Effect.succeed({ status: "Accepted" as const })
      },
      { drain: { grace: 0 } }
    )
  )
)

const run = <E>(body: Effect.Effect<void, E, Layer.Success<typeof layer> | Scope.Scope>) =>
  Effect.scoped(Effect.provide(body, layer))

const wait = (seconds: number) =>
  Effect.gen(function* () {
    for (let at = 0; at < seconds; at++) yield* TestClock.adjust("1 second")
  })

/** A station that is accepted; two AC EVSEs. */
const connected = Effect.gen(function* () {
  yield* TestClock.setTime(Date.parse("2026-01-01T10:00:00Z"))
  const csms = yield* Csms
  const mirrored = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
  const { host } = yield* Stations
  const station = new VirtualProcess(host, { identity: "CS-1", url: "ws://csms/ocpp", evses: [{}, {}] })
  station.start()
  yield* Effect.addFinalizer(() => Effect.sync(() => station.dispose()))
  yield* wait(10)
  assert.isTrue(station.client.isOnline)
  return { csms: mirrored, station }
})

const idToken = { idToken: "TAG", type: "ISO14443" as const }

const charging = (iso15118 = false) =>
  Effect.gen(function* () {
    const { csms, station } = yield* connected
    if (iso15118) station.model.set("TxCtrlr", "TxStartPoint", "EVConnected")
    station.plugIn(1, makeEV("family", iso15118 ? { iso15118: {} } : {}))
    station.present(idToken, 1)
    yield* wait(5)
    const transaction = station.evses[0]?.transaction
    assert.isDefined(transaction)
    return { csms, station, transactionId: transaction?.transactionId ?? "" }
  })

const relative = (id: number, limit: number, changes: Partial<ChargingProfileType>): ChargingProfileType => ({
  id,
  stackLevel: 0,
  chargingProfilePurpose: "TxProfile",
  chargingProfileKind: "Relative",
  chargingSchedule: [{ id: 1, chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit }] }],
  ...changes
})

describe("against our CSMS", () => {
  it.effect("K02, K08: a TxProfile is obeyed, told, and the composite schedule is the one that the CSMS foresaw", () =>
    run(
      Effect.gen(function* () {
        const { csms, station, transactionId } = yield* charging()
        const set = yield* SmartCharging.setChargingProfile(csms, {
          evseId: 1,
          chargingProfile: relative(1, 10, { transactionId })
        })
        assert.deepInclude(set, { _tag: "Accepted", broken: [] })
        yield* wait(2)
        const [evse] = station.evses
        if (evse !== undefined) assert.closeTo(station.power.reading(evse).current, 10, 1e-9)
        const request = { evseId: 1, duration: 600, chargingRateUnit: "A" } as const
        const answer = yield* SmartCharging.getCompositeSchedule(csms, request)
        const { mirror } = yield* csms.snapshot
        const preview = SmartCharging.previewCompositeSchedule(mirror, {
          ...request,
          start: yield* Clock.currentTimeMillis
        })
        assert.strictEqual(answer._tag, "Accepted")
        if (answer._tag === "Accepted")
          assert.deepStrictEqual(answer.schedule?.chargingSchedulePeriod, preview.chargingSchedulePeriod as never)
        const { nonConformance } = yield* csms.snapshot
        assert.isUndefined(nonConformance)
      })
    )
  )

  it.effect("K09, K10, K11: profiles and a limit from outside are reported complete, and cleared", () =>
    run(
      Effect.gen(function* () {
        const { csms, station } = yield* charging()
        const max: ChargingProfileType = {
          ...relative(2, 20, {}),
          chargingProfilePurpose: "ChargingStationMaxProfile",
          chargingProfileKind: "Absolute",
          chargingSchedule: [
            {
              id: 1,
              startSchedule: "2026-01-01T00:00:00Z",
              chargingRateUnit: "A",
              chargingSchedulePeriod: [{ startPeriod: 0, limit: 20 }]
            }
          ]
        }
        yield* SmartCharging.setChargingProfile(csms, { evseId: 0, chargingProfile: max })
        station.smartCharging.setExternalLimit(5_000)
        yield* wait(2)
        const { outcome } = yield* SmartCharging.getChargingProfiles(csms, {
          chargingProfile: { chargingLimitSource: ["CSO", "EMS", "SO", "Other"] }
        })
        assert.strictEqual(outcome._tag, "Complete")
        const known = SmartCharging.profilesOf((yield* csms.snapshot).mirror, yield* Clock.currentTimeMillis)
        assert.deepStrictEqual(
          known.map(({ profile, source }) => [profile.id, source]),
          [
            [2, "CSO"],
            [-1, "EMS"]
          ]
        )
        const [limit] = (yield* csms.snapshot).mirror.evCharging.limits
        assert.deepInclude(limit, { source: "EMS", isGridCritical: false })
        const cleared = yield* SmartCharging.clearChargingProfile(csms, { chargingProfileId: 2 })
        assert.strictEqual(cleared._tag, "Accepted")
        assert.deepStrictEqual(station.smartCharging.installed, [])
      })
    )
  )

  it.effect("K15: an EV tells its needs, gets a profile, and its schedule is judged to be within", () =>
    run(
      Effect.gen(function* () {
        const { csms, station, transactionId } = yield* charging(true)
        assert.strictEqual(station.evses[0]?.transaction?.chargingState, "EVConnected")
        const { mirror } = yield* csms.snapshot
        assert.strictEqual(mirror.evCharging.sessions[0]?.needs?.status, "Accepted")
        const chargingProfile = relative(1, 10, { transactionId })
        const set = yield* SmartCharging.setChargingProfile(csms, { evseId: 1, chargingProfile })
        assert.strictEqual(set._tag, "Accepted")
        yield* wait(3)
        assert.strictEqual(station.evses[0]?.transaction?.chargingState, "Charging")
        const session = (yield* csms.snapshot).mirror.evCharging.sessions[0]
        assert.deepInclude(session?.schedule, { status: "Accepted", verdict: "Within" })
      })
    )
  )
})
