/** What the upgrade request itself decides: TC_B_58 with both options of R-007, and the order of R-015. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { scenario, type Suite } from "./scenario.ts"
import { booted } from "./steps.ts"
import type { Approach, World } from "./World.ts"

/** Defines the scenarios. */
export const upgrade = (suite: Suite): void => {
  scenario(
    suite,
    "TC_B_58_CSMS: without a common subprotocol the upgrade is refused (R-007, default)",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(1)
      for (const protocols of [["ocpp0.1"], []]) {
        assert.strictEqual((yield* world.refused(device, 1, { protocols })).status, 400)
      }
      yield* picks201(world)
    })
  )

  scenario(
    suite,
    "TC_B_58_CSMS: without a common subprotocol the connection is closed behind the upgrade (R-007, closeAfterUpgrade)",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(1)
      for (const approach of [{ unheeded: "ocpp0.1" }, { protocols: [] }]) {
        const station = yield* world.connect(device, 1, approach)
        assert.strictEqual(station.protocol, "")
        assert.strictEqual((yield* station.closed).code, 1002)
        assert.deepStrictEqual(station.heard, [])
      }
      yield* picks201(world)
    }),
    { noCommonProtocol: "closeAfterUpgrade" }
  )

  scenario(
    suite,
    "R-015: of several things that are wrong with a request, the first in the order decides",
    Effect.fnUntraced(function* (world) {
      const first = yield* world.register(1)
      const second = yield* world.register(2)
      const password = yield* world.newPassword(first.identity)
      const protocols = ["ocpp0.1"]
      const expectations: ReadonlyArray<readonly [status: number, body: RegExp, device: typeof first, Approach]> = [
        [400, /URL|path|identity|percent/i, second, { segment: "%ZZ", password, protocols }],
        [404, /known/, second, { segment: "nobody", password, protocols }],
        [403, /profile/, second, { password, protocols }],
        [401, /password/, first, { password, protocols }],
        [400, /subprotocol/, first, { protocols }]
      ]
      for (const [status, body, device, approach] of expectations) {
        const refusal = yield* world.refused(device, 1, approach)
        assert.strictEqual(refusal.status, status)
        assert.match(refusal.body, body)
      }
      yield* booted(yield* world.connect(first, 1), first)
    })
  )

  scenario(
    suite,
    "R-015: whether a certificate belongs to the station counts before the subprotocol",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(3)
      const certificate = yield* world.issue({ commonName: "SN.0" })
      const protocols = ["ocpp0.1"]
      assert.strictEqual((yield* world.refused(device, 3, { certificate, protocols })).status, 403)
      assert.strictEqual((yield* world.refused(device, 3, { protocols })).status, 400)
    })
  )
}

const picks201 = Effect.fnUntraced(function* (world: World) {
  const device = yield* world.register(1)
  const station = yield* world.connect(device, 1, { protocols: ["ocpp0.1", "ocpp2.0.1"] })
  assert.strictEqual(station.protocol, "ocpp2.0.1")
  yield* booted(station, device)
})
