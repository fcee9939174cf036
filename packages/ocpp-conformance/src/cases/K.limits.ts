/** Block K, limits by others than the CSMS: TC_K_48, 50, 51. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { transactionEvent } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { accepted, energyTransferStarted } from "./states.ts"
import type { World } from "./World.ts"

/** The cases, in the order of the standard. */
export const externalLimits: ReadonlyArray<OcaCase> = [
  {
    id: "TC_K_48_CSMS",
    title: "an external limit, without a transaction",
    certification: "not in the Part 5 list",
    requirements: ["K12.FR.02", "K12.FR.04"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      assert.deepStrictEqual<unknown>(yield* limited(world), {})
      assert.deepStrictEqual(yield* sources(world), ["EMS"])
    })
  },
  {
    id: "TC_K_50_CSMS",
    title: "an external limit is released, without a transaction",
    certification: "not in the Part 5 list",
    requirements: ["K13.FR.02"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* limited(world)
      yield* released(world)
    })
  },
  {
    id: "TC_K_51_CSMS",
    title: "an external limit is released during a transaction",
    certification: "not in the Part 5 list",
    requirements: ["K13.FR.02", "K13.FR.03"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* energyTransferStarted(world)
      yield* released(world)
      assert.isUndefined(yield* transactionEvent(world, evse, "ChargingRateChanged", {}))
    })
  }
]

/** CS → CSMS NotifyChargingLimit, of the energy management system on site. */
const limited = (world: World) =>
  world.cs.call("NotifyChargingLimit", { chargingLimit: { chargingLimitSource: "EMS", isGridCritical: false } })

/** CS → CSMS ClearedChargingLimit; answered, and no limit is left. */
const released = Effect.fnUntraced(function* (world: World) {
  assert.deepStrictEqual<unknown>(yield* world.cs.call("ClearedChargingLimit", { chargingLimitSource: "EMS" }), {})
  assert.deepStrictEqual(yield* sources(world), [])
})

/** Who limits the station, as the CSMS knows it. */
const sources = (world: World) =>
  Effect.map(world.view, ({ mirror }) => mirror.evCharging.limits.map(({ source }) => source))
