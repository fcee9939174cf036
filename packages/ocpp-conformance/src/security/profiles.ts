/** One profile per station and connection, and no way back: TC_A_19, R-030, R-032, R-033. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Profile } from "./CsmsProcess.ts"
import { scenario, type Suite } from "./scenario.ts"
import { arrives, booted, isUp, renews, sets, told } from "./steps.ts"
import type { Device, World } from "./World.ts"

const all: ReadonlyArray<Profile> = [1, 2, 3]

/** Defines the scenarios. */
export const profiles = (suite: Suite): void => {
  for (const registered of all) {
    scenario(
      suite,
      `A-1, R-030: a station registered for profile ${registered} is let in with no other`,
      Effect.fnUntraced(function* (world) {
        const device = yield* world.register(registered)
        for (const other of all.filter((profile) => profile !== registered)) {
          const { status } = yield* world.refused(device, other)
          // A certificate in the place of Basic credentials looks like profile 2 without them.
          assert.strictEqual(status, registered === 2 && other === 3 ? 401 : 403, `profile ${other}`)
        }
        const station = yield* arrives(world, device, registered)
        yield* station.leave
        for (const other of all.filter((profile) => profile !== registered)) yield* world.refused(device, other)
        yield* isUp(yield* world.connect(device, registered))
      })
    )
  }

  scenario(
    suite,
    "R-030: stations of profile 2 and of profile 3 share a listener that asks for certificates",
    Effect.fnUntraced(function* (world) {
      const [second, third] = [yield* world.register(2), yield* world.register(3)]
      yield* booted(yield* world.connect(second, 2, { at: 3 }), second)
      yield* booted(yield* world.connect(third, 3), third)
      yield* world.told("Connected", second, { securityProfile: 2 })
      yield* world.told("Connected", third, { securityProfile: 3 })
    }),
    { needs: "optionalCertificate" }
  )

  scenario(
    suite,
    "TC_A_19_CSMS: a station is raised from profile 1 to 2, and 1 is refused from then on",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(1)
      yield* told(world, device, yield* arrives(world, device, 1), 2)
      yield* hasRisen(world, device, 1, 2)
      assert.strictEqual((yield* world.refused(device, 1)).status, 403)
      yield* isUp(yield* world.connect(device, 2))
    })
  )

  scenario(
    suite,
    "TC_A_19_CSMS: a station is raised from profile 2 to 3, and 2 is refused from then on",
    Effect.fnUntraced(function* (world) {
      const old = yield* world.register(2)
      const station = yield* arrives(world, old, 2)
      const device = { ...old, certificate: yield* renews(world, old, station) }
      yield* told(world, device, station, 3)
      yield* hasRisen(world, device, 2, 3)
      assert.strictEqual((yield* world.refused(device, 2)).status, 403)
      const { status } = yield* world.refused(device, 2, { at: 3 })
      assert.strictEqual(status, suite.harness.cannot?.optionalCertificate === undefined ? 403 : 0)
      yield* isUp(yield* world.connect(device, 3))
    })
  )

  scenario(
    suite,
    "R-030: a station that was not told to is not let in with a higher profile",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(1)
      yield* arrives(world, device, 1)
      assert.strictEqual((yield* world.refused(device, 2)).status, 403)
      assert.strictEqual((yield* world.refused(device, 3)).status, 403)
    })
  )

  scenario(
    suite,
    "R-030: until it comes with the higher profile, a station may still come with the one it has",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(1)
      yield* told(world, device, yield* arrives(world, device, 1), 2)
      const station = yield* arrives(world, device, 1)
      yield* station.leave
      yield* isUp(yield* world.connect(device, 2))
      assert.strictEqual((yield* world.refused(device, 1)).status, 403)
    })
  )

  scenario(
    suite,
    "R-032: after 1 and 2, profile 1 is refused also after a restart, and when the station is added again with 1",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(1)
      yield* told(world, device, yield* arrives(world, device, 1), 2)
      yield* hasRisen(world, device, 1, 2)
      yield* world.add(device, 1)
      assert.strictEqual((yield* world.refused(device, 1)).status, 403)
      yield* world.restart
      assert.strictEqual((yield* world.refused(device, 1)).status, 403)
      yield* world.add(device, 1)
      assert.strictEqual((yield* world.refused(device, 1)).status, 403)
      yield* isUp(yield* world.connect(device, 2))
    })
  )

  scenario(
    suite,
    "R-033: a station that does not allow a downgrade stays on profile 3, whatever network profile it accepted",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(3)
      yield* told(world, device, yield* arrives(world, device, 3), 2)
      assert.strictEqual((yield* world.refused(device, 2)).status, 403)
      yield* isUp(yield* world.connect(device, 3))
    })
  )

  scenario(
    suite,
    "R-033: a station with AllowSecurityProfileDowngrade goes from 3 to 2, and never to 1",
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(3)
      const station = yield* arrives(world, device, 3)
      yield* sets(world, device, station, ["SecurityCtrlr", "AllowSecurityProfileDowngrade"], "true")
      yield* told(world, device, station, 1)
      assert.strictEqual((yield* world.refused(device, 1)).status, 403)
      yield* told(world, device, yield* arrives(world, device, 3), 2)
      yield* hasRisen(world, device, 3, 2)
      assert.strictEqual((yield* world.refused(device, 1)).status, 403)
      assert.strictEqual((yield* world.refused(device, 3)).status, 401) // it is one of profile 2 now
      yield* world.restart
      yield* isUp(yield* world.connect(device, 2))
    })
  )
}

/** CS → CSMS with the new profile; CSMS accepts it and tells; Booted. */
const hasRisen = Effect.fnUntraced(function* (world: World, device: Device, from: Profile, to: Profile) {
  const station = yield* world.connect(device, to)
  yield* world.told("SecurityProfileChanged", device, { from, to })
  yield* booted(station, device, "RemoteReset")
  yield* isUp(station)
  yield* station.leave
})
