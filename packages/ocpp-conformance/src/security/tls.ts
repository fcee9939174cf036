/** The TLS below profiles 2 and 3: TC_A_04 and TC_A_06. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { bareHello } from "../tls/station.ts"
import { type Profile, serverName } from "./CsmsProcess.ts"
import { scenario, type Suite } from "./scenario.ts"
import type { ScriptedStation } from "./ScriptedStation.ts"
import { arrives, booted } from "./steps.ts"

/** The suites of R-051 by their OpenSSL names, and the kind of certificate they need. */
const suites = {
  "ECDHE-ECDSA-AES128-GCM-SHA256": "EC",
  "ECDHE-ECDSA-AES256-GCM-SHA384": "EC",
  "AES128-GCM-SHA256": "RSA",
  "AES256-GCM-SHA384": "RSA"
} as const

const rsaGcm = 0x009c // TLS_RSA_WITH_AES_128_GCM_SHA256

/** The profiles over TLS. */
const profiles: ReadonlyArray<Profile> = [2, 3]

/** Defines the scenarios. */
export const tls = (suite: Suite): void => {
  for (const profile of profiles) {
    for (const [name, serverKey] of Object.entries(suites)) {
      scenario(
        suite,
        `TC_A_04_CSMS, A-3: a station that knows only ${name} connects with TLS 1.2 (profile ${profile})`,
        Effect.fnUntraced(function* (world) {
          const device = yield* world.register(profile)
          const station = yield* world.connect(device, profile, {
            serverKey,
            tls: { ciphers: name, maxVersion: "TLSv1.2" }
          })
          assert.strictEqual(station.tls?.getProtocol(), "TLSv1.2")
          assert.strictEqual(station.tls?.getCipher().name, name)
          isGood(station, serverKey)
          yield* booted(station, device)
        })
      )
    }

    scenario(
      suite,
      `TC_A_04_CSMS: TLS compression is not used (profile ${profile})`,
      Effect.fnUntraced(function* (world) {
        const port = yield* world.listen(profile, "RSA")
        const answer = yield* bareHello(port, { version: [3, 3], suites: [rsaGcm], compression: [1, 0] })
        assert.deepStrictEqual(answer, { _tag: "ServerHello", suite: rsaGcm, compression: 0 })
      })
    )

    scenario(
      suite,
      `TC_A_06_CSMS, A-3: TLS below 1.2 is refused, and what comes next is served (profile ${profile})`,
      Effect.fnUntraced(function* (world) {
        const device = yield* world.register(profile)
        for (const version of ["TLSv1", "TLSv1.1"] as const) {
          const { problem, status } = yield* world.refused(device, profile, {
            tls: { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" }
          })
          assert.strictEqual(status, 0)
          assert.match(problem ?? "", /alert protocol version/i) // said by the server, not by ourselves
        }
        const station = yield* world.connect(device, profile, { tls: { maxVersion: "TLSv1.2" } })
        yield* booted(station, device)
        yield* station.leave
        const newer = yield* arrives(world, device, profile)
        assert.strictEqual(newer.tls?.getProtocol(), "TLSv1.3")
      })
    )
  }

  scenario(
    suite,
    "TC_A_04_CSMS, R-051: one listener serves stations that know only EC and stations that know only RSA",
    Effect.fnUntraced(function* (world) {
      for (const [ciphers, key] of Object.entries(suites)) {
        const device = yield* world.register(2)
        const station = yield* world.connect(device, 2, { tls: { ciphers, maxVersion: "TLSv1.2" } })
        isGood(station, key)
      }
    }),
    { needs: "twoCertificates" }
  )
}

/** A00.FR.501–.510: of the test PKI, so this looks at whether the right certificate of the two came. */
const isGood = (station: ScriptedStation, key: "EC" | "RSA"): void => {
  const { publicKey, serialNumber, subject } =
    station.tls?.getPeerX509Certificate() ?? assert.fail("the CSMS showed no certificate")
  assert.include(subject.split("\n"), `CN=${serverName}`)
  assert.isAbove(serialNumber.length, 1)
  assert.strictEqual(publicKey.asymmetricKeyType, key.toLowerCase())
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {}
  if (key === "RSA") assert.isAtLeast(modulusLength ?? 0, 2048)
  else assert.strictEqual(namedCurve, "prime256v1")
}
