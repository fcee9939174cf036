/** Basic authentication, and how its password is changed: TC_A_01 to 03, 09, 10, and R-047 where the cases are silent. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Profile } from "./CsmsProcess.ts"
import { scenario, type Suite } from "./scenario.ts"
import { arrives, booted, changesPassword, isUp, losesPasswordChange } from "./steps.ts"

/** The profiles with Basic authentication. */
const profiles: ReadonlyArray<Profile> = [1, 2]

/** Defines the scenarios. */
export const basicAuth = (suite: Suite): void => {
  for (const profile of profiles) {
    logins(suite, profile)
    changes(suite, profile)
  }
}

const logins = (suite: Suite, profile: Profile): void => {
  scenario(
    suite,
    `TC_A_01_CSMS: the right credentials let a station in (profile ${profile})`,
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(profile)
      const station = yield* world.connect(device, profile)
      assert.strictEqual(station.protocol, "ocpp2.0.1")
      yield* booted(station, device)
      yield* world.told("Connected", device, { securityProfile: profile })
    })
  )

  scenario(
    suite,
    `TC_A_02_CSMS, A-2: a user name that is not the identity is refused (profile ${profile})`,
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(profile)
      const { headers, status } = yield* world.refused(device, profile, { user: `${device.identity}Invalid` })
      assert.strictEqual(status, 401)
      assert.match(headers["www-authenticate"] ?? "", /^Basic /)
      const other = yield* world.register(profile)
      const asOther = yield* world.refused(device, profile, { user: other.identity, password: other.password })
      assert.strictEqual(asOther.status, 401)
    })
  )

  scenario(
    suite,
    `TC_A_03_CSMS, A-2: a wrong password is refused (profile ${profile})`,
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(profile)
      const password = yield* world.newPassword(device.identity)
      assert.strictEqual((yield* world.refused(device, profile, { password })).status, 401)
      const swapped = device.password.replaceAll(/[a-z]/gi, (letter) =>
        letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
      )
      assert.strictEqual((yield* world.refused(device, profile, { password: swapped })).status, 401)
      yield* arrives(world, device, profile)
    })
  )

  scenario(
    suite,
    `R-042: a password with a colon, and one beyond ASCII, let a station in (profile ${profile})`,
    Effect.fnUntraced(function* (world) {
      for (const password of ["with:colons:in:it:1", "größer-als-16-Zeichen-€"]) {
        const device = { ...(yield* world.register(profile)), password }
        yield* world.add(device, profile)
        yield* isUp(yield* arrives(world, device, profile))
      }
    })
  )
}

const changes = (suite: Suite, profile: Profile): void => {
  scenario(
    suite,
    `TC_A_09_CSMS: a new password counts from the answer Accepted on (profile ${profile})`,
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(profile)
      const station = yield* arrives(world, device, profile)
      const password = yield* changesPassword(world, device, station, "Accepted")
      yield* world.told("PasswordChanged", device, { by: "Answer" })
      yield* isUp(station) // the open connection stays
      yield* station.leave
      const again = yield* world.connect(device, profile, { password })
      yield* booted(again, device)
      yield* again.leave
      assert.strictEqual((yield* world.refused(device, profile)).status, 401)
      yield* world.restart
      yield* world.add(device, profile) // with the first password, as a configuration file has it
      assert.strictEqual((yield* world.refused(device, profile)).status, 401)
      yield* isUp(yield* world.connect(device, profile, { password }))
    })
  )

  scenario(
    suite,
    `TC_A_10_CSMS: a new password that the station rejects is not used (profile ${profile})`,
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(profile)
      const station = yield* arrives(world, device, profile)
      const password = yield* changesPassword(world, device, station, "Rejected")
      yield* station.leave
      assert.strictEqual((yield* world.refused(device, profile, { password })).status, 401)
      yield* arrives(world, device, profile)
    })
  )

  scenario(
    suite,
    `R-047: both passwords are good while the answer is lost, until the new one is used (profile ${profile})`,
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(profile)
      const password = yield* losesPasswordChange(world, device, yield* arrives(world, device, profile))
      const again = yield* world.connect(device, profile, { password })
      yield* booted(again, device)
      yield* world.told("PasswordChanged", device, { by: "Login" })
      yield* again.leave
      assert.strictEqual((yield* world.refused(device, profile)).status, 401)
      yield* isUp(yield* world.connect(device, profile, { password }))
    })
  )

  scenario(
    suite,
    `R-047: both passwords are good while the answer is lost, until the old one is used (profile ${profile})`,
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(profile)
      const password = yield* losesPasswordChange(world, device, yield* arrives(world, device, profile))
      yield* world.restart // it is undecided in the store too
      yield* world.add(device, profile)
      const again = yield* world.connect(device, profile)
      yield* isUp(again)
      yield* again.leave
      assert.strictEqual((yield* world.refused(device, profile, { password })).status, 401)
      yield* arrives(world, device, profile)
    })
  )

  scenario(
    suite,
    `R-047: both passwords are good after RebootRequired, until the new one is used (profile ${profile})`,
    Effect.fnUntraced(function* (world) {
      const device = yield* world.register(profile)
      const station = yield* arrives(world, device, profile)
      const password = yield* changesPassword(world, device, station, "RebootRequired")
      yield* station.leave
      const before = yield* world.connect(device, profile) // it has not rebooted yet
      yield* isUp(before)
      yield* before.leave
      const after = yield* world.connect(device, profile, { password })
      yield* booted(after, device)
      yield* after.leave
      assert.strictEqual((yield* world.refused(device, profile)).status, 401)
    })
  )
}
