/** Who charges when there is not enough for all: as the CSMS says (K03). */
import { assert, it } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryDialer, MemoryTransport } from "@wattline/ocpp-memory"
import { Stations } from "@wattline/ocpp-station"
import { makeEV, VirtualStations } from "@wattline/ocpp-station/virtual"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"

const handlers = {
  authorize: ({ idToken }: { readonly idToken: string }) =>
    Effect.succeed({ status: "Accepted", ...(idToken === "CARD-9" && { chargingPriority: 9 }) } as const),
  TransactionEvent: ({ idToken }: { readonly idToken?: { readonly idToken: string } }) =>
    Effect.succeed(idToken?.idToken === "EVENT-9" ? { chargingPriority: 9 } : {})
}

const site = Stations.layer.pipe(
  Layer.provide(MemoryDialer.layer),
  Layer.provide(MemoryTransport.layer),
  Layer.provideMerge(Csms.layer(handlers)),
  Layer.provide(Layer.effectDiscard(TestClock.setTime(Date.parse("2026-01-05T08:00:00Z"))))
)

it.effect.each([
  ["nobody has priority: who came first charges", "USUAL", [10, 0]],
  ["K03.FR.04, K03.FR.06: the token has priority over one without", "CARD-9", [0, 10]],
  ["K03.FR.04, K03.FR.05: the answer to a TransactionEvent gives it", "EVENT-9", [0, 10]]
] as const)("%s", ([_, second, expected]) =>
  Effect.gen(function* () {
    const identity = "CS-1"
    const inCsms = yield* (yield* Csms).addStation({ identity, securityProfile: 0 })
    const { controls } = yield* VirtualStations.start({ url: "ws://csms/ocpp", identity, evses: [{}, {}] })
    yield* TestClock.adjust("5 seconds")
    const setting = yield* Effect.forkChild(
      inCsms.call("SetChargingProfile", {
        evseId: 0,
        chargingProfile: {
          id: 1,
          stackLevel: 0,
          chargingProfilePurpose: "ChargingStationMaxProfile",
          chargingProfileKind: "Absolute",
          chargingSchedule: [
            {
              id: 1,
              startSchedule: "2026-01-05T08:00:00Z",
              chargingRateUnit: "A",
              chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }]
            }
          ]
        }
      }),
      { startImmediately: true }
    )
    yield* TestClock.adjust("5 seconds")
    assert.deepInclude(yield* Fiber.join(setting), { status: "Accepted" })
    for (const [at, idToken] of ["USUAL-1", second].entries()) {
      controls.plugIn(at + 1, makeEV("family"))
      controls.present({ idToken, type: "ISO14443" }, at + 1)
      yield* TestClock.adjust("1 minute")
    }
    const currents = controls.evses.map((evse) => Math.round(controls.power.reading(evse).current))
    assert.deepStrictEqual(currents, [...expected])
  }).pipe(Effect.provide(site))
)
