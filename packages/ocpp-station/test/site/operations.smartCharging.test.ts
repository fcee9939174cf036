/** Block K: charging profiles and schedules. */
import { assert } from "@effect/vitest"
import { type ChargingProfileType, SmartCharging } from "@wattline/ocpp-core"
import { Effect } from "effect"
import { at, card, charging, failure, type Observed, pass, within } from "./Observed.ts"
import { tryOperations } from "./tryOperations.ts"

const two = { evses: [{}, {}] }

const profile = (id: number, limit: number, more: Partial<ChargingProfileType> = {}): ChargingProfileType => ({
  id,
  stackLevel: 0,
  chargingProfilePurpose: "TxDefaultProfile",
  chargingProfileKind: "Absolute",
  chargingSchedule: [
    { id: 1, startSchedule: at(-60), chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit }] }
  ],
  ...more
})

const max = (id: number, limit: number) => profile(id, limit, { chargingProfilePurpose: "ChargingStationMaxProfile" })
const tx = (id: number, limit: number, transactionId: string) =>
  profile(id, limit, { chargingProfilePurpose: "TxProfile", transactionId })

const set = ({ station }: Observed, evseId: number, chargingProfile: ChargingProfileType) =>
  within(SmartCharging.setChargingProfile(station, { evseId, chargingProfile }))

/** A that the EV on EVSE 1 draws per phase. */
const drawn = ({ controls }: Observed) => controls.power.reading(controls.evses[0] as never).current

const composite = (site: Observed, evseId: number) =>
  Effect.gen(function* () {
    const request = { evseId, duration: 600, chargingRateUnit: "A" } as const
    const answer = yield* within(SmartCharging.getCompositeSchedule(site.station, request))
    return answer._tag === "Accepted" ? answer.schedule : undefined
  })

tryOperations("SmartCharging", SmartCharging, {
  setChargingProfile: {
    "K01.FR.01, K01.FR.05: obeyed at once, replaced by the same id, kept over a reboot": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls } = site
          assert.strictEqual((yield* set(site, 1, profile(1, 10)))._tag, "Accepted")
          yield* charging(site)
          yield* pass(5)
          assert.closeTo(drawn(site), 10, 0.01)
          assert.strictEqual((yield* set(site, 1, profile(1, 8)))._tag, "Accepted")
          yield* pass(5)
          assert.closeTo(drawn(site), 8, 0.01)
          controls.present(card(), 1)
          yield* pass(5)
          controls.unplug(1)
          controls.powerCycle()
          yield* pass(30)
          assert.lengthOf(controls.smartCharging.installed, 1)
        })
    },
    "K02.FR.05, K01.FR.31: a TxProfile goes with its transaction": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls } = site
          const transactionId = yield* charging(site)
          assert.strictEqual((yield* set(site, 1, tx(3, 12, transactionId)))._tag, "Accepted")
          yield* pass(5)
          assert.closeTo(drawn(site), 12, 0.01)
          controls.present(card(), 1)
          yield* pass(5)
          controls.unplug(1)
          assert.deepStrictEqual(controls.smartCharging.installed, [])
        })
    },
    "K01.FR.33, K03: what contradicts is not sent, and Rejected when it is": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          const wrong = { evseId: 1, chargingProfile: tx(3, 12, "nothing") }
          assert.strictEqual((yield* failure(SmartCharging.setChargingProfile(station, wrong)))?._tag, "CheckFailed")
          const sent = yield* within(SmartCharging.setChargingProfile(station, wrong, { allow: "All" }))
          assert.strictEqual(sent._tag, "Rejected")
          const nowhere = { evseId: 9, chargingProfile: profile(1, 10) }
          const elsewhere = yield* within(SmartCharging.setChargingProfile(station, nowhere, { allow: "All" }))
          assert.strictEqual(elsewhere._tag, "Rejected")
          const misplaced = { evseId: 1, chargingProfile: max(1, 10) }
          const other = yield* within(SmartCharging.setChargingProfile(station, misplaced, { allow: "All" }))
          assert.strictEqual(other._tag, "Rejected")
          assert.deepStrictEqual(controls.smartCharging.installed, [])
        })
    }
  },
  clearChargingProfile: {
    "K10.FR.01 to K10.FR.04: by id, by criteria, and Unknown": {
      station: two,
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          for (const [id, evseId] of [
            [1, 1],
            [2, 2]
          ] as const)
            assert.strictEqual((yield* set(site, evseId, profile(id, 10)))._tag, "Accepted")
          assert.strictEqual((yield* set(site, 0, max(3, 20)))._tag, "Accepted")
          const clear = (target: Parameters<typeof SmartCharging.clearChargingProfile>[1]) =>
            Effect.map(within(SmartCharging.clearChargingProfile(station, target)), ({ _tag }) => _tag)
          assert.strictEqual(yield* clear({ chargingProfileId: 9 }), "Unknown")
          assert.strictEqual(yield* clear({ chargingProfileId: 3 }), "Accepted")
          assert.strictEqual(yield* clear({ chargingProfilePurpose: "TxDefaultProfile", evseId: 1 }), "Accepted")
          assert.deepStrictEqual(
            controls.smartCharging.installed.map((one) => one.profile.id),
            [2]
          )
        })
    }
  },
  getCompositeSchedule: {
    "K08.FR.02, K08.FR.04: the lowest of all that holds; Rejected for an EVSE that there is not": {
      run: (site) =>
        Effect.gen(function* () {
          yield* set(site, 0, max(1, 20))
          yield* set(site, 1, profile(2, 14))
          const transactionId = yield* charging(site)
          yield* set(site, 1, tx(3, 16, transactionId))
          assert.deepInclude((yield* composite(site, 1))?.chargingSchedulePeriod[0], { startPeriod: 0, limit: 16 })
          assert.deepInclude((yield* composite(site, 0))?.chargingSchedulePeriod[0], { startPeriod: 0 })
          assert.isUndefined(yield* composite(site, 9))
        })
    }
  },
  getChargingProfiles: {
    "K09.FR.01 to K09.FR.04: all, by purpose, from outside, none": {
      station: two,
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          yield* set(site, 0, max(1, 20))
          yield* set(site, 1, profile(2, 14))
          controls.smartCharging.setExternalLimit(9_000)
          yield* pass(5)
          const ask = (chargingProfile: object, evseId?: number) =>
            Effect.map(
              within(
                SmartCharging.getChargingProfiles(station, {
                  ...(evseId !== undefined && { evseId }),
                  chargingProfile
                })
              ),
              ({ outcome }) =>
                outcome._tag === "Complete"
                  ? outcome.parts
                      .flatMap(({ message }) => message.chargingProfile.map(({ id }) => id))
                      .toSorted((one, other) => one - other)
                  : outcome._tag
            )
          assert.deepStrictEqual(yield* ask({ chargingProfilePurpose: "TxDefaultProfile" }), [2])
          assert.deepStrictEqual(yield* ask({ chargingProfilePurpose: "TxProfile" }), [])
          const sources = ["CSO", "EMS", "SO", "Other"]
          assert.lengthOf((yield* ask({ chargingLimitSource: sources })) as ReadonlyArray<number>, 3)
          controls.smartCharging.setExternalLimit(undefined)
          yield* pass(5)
          assert.deepStrictEqual(yield* ask({ chargingLimitSource: sources }), [1, 2])
        })
    }
  },
  evseSchedule: {
    "K08: the station calculates the same": {
      run: (site) =>
        Effect.gen(function* () {
          const installed = profile(2, 14, { stackLevel: 1 })
          yield* set(site, 1, installed)
          const told = yield* composite(site, 1)
          const window = { start: Date.parse(told?.scheduleStart ?? ""), duration: 600, unit: "A" } as const
          const calculated = SmartCharging.evseSchedule([{ evseId: 1, profile: installed }], [], { evseId: 1 }, window)
          assert.deepStrictEqual(
            told?.chargingSchedulePeriod.map(({ limit, startPeriod }) => [startPeriod, limit]),
            calculated.map(({ limit, startPeriod }) => [startPeriod, limit ?? 0])
          )
        })
    }
  },
  stationSchedule: {
    "K08.FR.03: and so it does for the grid connection": {
      station: two,
      run: (site) =>
        Effect.gen(function* () {
          const installed = max(1, 20)
          yield* set(site, 0, installed)
          const told = yield* composite(site, 0)
          const window = { start: Date.parse(told?.scheduleStart ?? ""), duration: 600, unit: "A" } as const
          const evses = [{ evseId: 1 }, { evseId: 2 }]
          const calculated = SmartCharging.stationSchedule([{ evseId: 0, profile: installed }], [], evses, window)
          assert.deepStrictEqual(
            told?.chargingSchedulePeriod.map(({ limit, startPeriod }) => [startPeriod, limit]),
            calculated.map(({ limit, startPeriod }) => [startPeriod, limit ?? 0])
          )
        })
    }
  },
  profilesOf: {
    "K-28: what the mirror has the station has": {
      run: (site) =>
        Effect.gen(function* () {
          yield* set(site, 1, profile(2, 14))
          const known = SmartCharging.profilesOf((yield* site.view).mirror, site.controls.now())
          assert.deepStrictEqual(
            known.map(({ evseId, profile: { id }, state }) => `${evseId} ${id} ${state}`),
            site.controls.smartCharging.installed.map(({ evseId, profile: { id } }) => `${evseId} ${id} Valid`)
          )
        })
    }
  },
  checkChargingProfile: {
    "K-1: what it lets pass the station takes, what it finds the station refuses": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station, view } = site
          const wanted = [
            [1, profile(2, 14)],
            [0, max(3, 20)],
            [1, max(4, 20)],
            [1, tx(5, 20, "nothing")],
            [9, profile(6, 20)]
          ] as const
          for (const [evseId, chargingProfile] of wanted) {
            const request = { evseId, chargingProfile }
            const { broken } = SmartCharging.checkChargingProfile((yield* view).mirror, request, controls.now())
            const { _tag } = yield* within(SmartCharging.setChargingProfile(station, request, { allow: "All" }))
            assert.strictEqual(_tag, broken.length === 0 ? "Accepted" : "Rejected", `${chargingProfile.id}`)
          }
        })
    }
  },
  previewCompositeSchedule: {
    "K08, SC.01, K12.FR.04: foreseen without asking, also with a limit from outside": {
      station: { model: { values: { "SmartChargingCtrlr.NotifyChargingLimitWithSchedules": "true" } } },
      run: (site) =>
        Effect.gen(function* () {
          const { controls, view } = site
          yield* set(site, 1, profile(2, 14))
          const transactionId = yield* charging(site)
          yield* set(site, 1, tx(3, 12, transactionId))
          controls.smartCharging.setExternalLimit(6_900)
          yield* pass(5)
          for (const evseId of [0, 1]) {
            const told = yield* composite(site, evseId)
            const preview = SmartCharging.previewCompositeSchedule((yield* view).mirror, {
              evseId,
              start: Date.parse(told?.scheduleStart ?? ""),
              duration: 600,
              chargingRateUnit: "A"
            })
            assert.deepStrictEqual(
              told?.chargingSchedulePeriod.map(({ limit, startPeriod }) => [startPeriod, limit]),
              preview.chargingSchedulePeriod.map(({ limit, startPeriod }) => [startPeriod, limit ?? 0]),
              `EVSE ${evseId}`
            )
          }
        })
    }
  }
})
