/**
 * What every `StationDirectory` must do. Admission takes the spelling of the identity from what is found, and
 * believes the rest of it: what is found must be what was added, to the letter.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { assert, describe, it } from "@effect/vitest"
import { type StationCredentials, StationDirectory } from "@wattline/ocpp-core"
import { assertSameJson, build, confusableIdentities, deepFreeze, notApplicable } from "./harness.ts"

/** What a directory gives to be put through `stationDirectorySuite`. */
export interface StationDirectoryHarness {
  /** Makes a directory; built anew for every test. Without stations, unless it is `readOnly`. */
  readonly layer: Layer.Layer<StationDirectory, unknown>
  /** Only looks up stations that are kept elsewhere: one that it has from the start. `add` and `remove` must do nothing. */
  readonly readOnly?: StationCredentials
  /**
   * A directory that keeps tenants apart: the prefix under which its stations are found, and one under which they are not.
   * Leave it out when an identity is the same station under any prefix.
   */
  readonly tenants?: { readonly own: string; readonly foreign: string }
}

/** Defines the directory contract tests under `name`, in real time. */
export const stationDirectorySuite = (name: string, harness: StationDirectoryHarness): void => {
  const { readOnly, tenants } = harness
  const prefix = tenants?.own ?? ""
  const directoryCase = (
    title: string,
    body: (directory: StationDirectory["Service"]) => Effect.Effect<void, unknown, Scope.Scope>
  ): void =>
    it.live(
      title,
      Effect.fnUntraced(function* () {
        yield* body(Context.get(yield* build(harness.layer, Context.empty()), StationDirectory))
      })
    )

  describe(`StationDirectory contract: ${name}`, () => {
    directoryCase(
      "R-027: a station nobody knows is not found, which is no failure",
      Effect.fnUntraced(function* (directory) {
        for (const identity of ["unknown", "", "__proto__", "x".repeat(200)])
          assert.isUndefined(yield* directory.find(identity, prefix))
      })
    )

    directoryCase(
      tenants === undefined
        ? "R-029: a directory without tenants finds a station under any prefix"
        : "R-029: a station is found under the prefix of its tenant only",
      Effect.fnUntraced(function* (directory) {
        yield* directory.add(open)
        const { identity } = readOnly ?? open
        for (const own of tenants === undefined ? ["", "/ocpp", "/a/b", "/tenant%20a"] : [tenants.own])
          assert.isDefined(yield* directory.find(identity, own), own)
        if (tenants !== undefined) assert.isUndefined(yield* directory.find(identity, tenants.foreign))
      })
    )

    describe("a directory kept elsewhere", () => {
      if (readOnly === undefined) {
        notApplicable("stations are added here")
        return
      }
      directoryCase(
        "R-026: the station is found without case, in its own spelling",
        Effect.fnUntraced(function* (directory) {
          const { identity } = readOnly
          for (const spelling of [identity, identity.toLowerCase(), identity.toUpperCase()])
            assertSameJson(yield* directory.find(spelling, prefix), readOnly)
        })
      )
      directoryCase(
        "add and remove do nothing, and do not fail",
        Effect.fnUntraced(function* (directory) {
          yield* directory.add({ identity: "ADDED", securityProfile: 0 })
          assert.isUndefined(yield* directory.find("ADDED", prefix))
          yield* directory.remove(readOnly.identity)
          assertSameJson(yield* directory.find(readOnly.identity, prefix), readOnly)
        })
      )
    })

    describe("stations that are added", () => {
      if (readOnly !== undefined) {
        notApplicable("stations are kept elsewhere")
        return
      }
      directoryCase(
        "a station is found as it was added, with each security profile",
        Effect.fnUntraced(function* (directory) {
          for (const station of stations) {
            yield* directory.add(station)
            assertSameJson(yield* directory.find(station.identity, prefix), station)
          }
          for (const station of stations) assertSameJson(yield* directory.find(station.identity, prefix), station)
        })
      )

      directoryCase(
        "R-026: identities are compared without case, and the spelling of the last add counts",
        Effect.fnUntraced(function* (directory) {
          yield* directory.add(basic("Rdam|123"))
          for (const spelling of ["Rdam|123", "RDAM|123", "rdam|123"])
            assertSameJson(yield* directory.find(spelling, prefix), basic("Rdam|123"))
          yield* directory.add(basic("RDAM|123"))
          assertSameJson(yield* directory.find("rdam|123", prefix), basic("RDAM|123"))
          yield* directory.remove("rDAM|123")
          for (const spelling of ["Rdam|123", "RDAM|123"]) assert.isUndefined(yield* directory.find(spelling, prefix))
        })
      )

      directoryCase(
        "adding a station again replaces all of its credentials",
        Effect.fnUntraced(function* (directory) {
          for (const next of [
            basic("CS-1"),
            { ...basic("CS-1"), passwordHash: "another" },
            { ...basic("CS-1"), securityProfile: 2 } as const,
            { identity: "CS-1", securityProfile: 3 } as const, // no password is left
            basic("CS-1")
          ]) {
            yield* directory.add(next)
            assertSameJson(yield* directory.find("CS-1", prefix), next)
          }
        })
      )

      directoryCase(
        "stations are kept apart, whatever they are called",
        Effect.fnUntraced(function* (directory) {
          for (const [index, identity] of confusableIdentities.entries()) {
            assert.isUndefined(yield* directory.find(identity, prefix), identity)
            yield* directory.add({ ...basic(identity), passwordHash: `hash ${index}` })
          }
          yield* directory.remove("CS_1")
          yield* directory.remove("CS%1")
          for (const [index, identity] of confusableIdentities.entries()) {
            const isRemoved = identity === "CS_1" || identity === "CS%1"
            const station = { ...basic(identity), passwordHash: `hash ${index}` }
            assertSameJson(yield* directory.find(identity, prefix), isRemoved ? undefined : station, identity)
          }
        })
      )

      directoryCase(
        "remove is fine when there is none",
        Effect.fnUntraced(function* (directory) {
          yield* directory.remove("CS-1")
          yield* directory.add(open)
          yield* directory.remove(open.identity)
          yield* directory.remove(open.identity)
        })
      )

      directoryCase(
        "find looks when it is run, each time anew",
        Effect.fnUntraced(function* (directory) {
          const find = directory.find(open.identity, prefix)
          assert.isUndefined(yield* find)
          yield* directory.add(open)
          assertSameJson(yield* find, open)
          yield* directory.remove(open.identity)
          assert.isUndefined(yield* find)
        })
      )

      directoryCase(
        "stations that are added at the same time are all there",
        Effect.fnUntraced(function* (directory) {
          const many = Array.from({ length: 24 }, (_, index) => basic(`CS-${index}`))
          yield* Effect.forEach(many, (station) => directory.add(station), { concurrency: "unbounded" })
          for (const station of many) assertSameJson(yield* directory.find(station.identity, prefix), station)
        })
      )
    })
  })
}

const open: StationCredentials = deepFreeze({ identity: "OPEN", securityProfile: 0 })

const basic = (identity: string): StationCredentials =>
  deepFreeze({ identity, securityProfile: 1, passwordHash: "$pbkdf2-sha256$i=600000$c2FsdA$+/aGFzaA" })

/** One of each security profile. */
const stations: ReadonlyArray<StationCredentials> = [
  open,
  basic("BASIC"),
  { ...basic("TLS"), securityProfile: 2 },
  { identity: "CERTIFICATE", securityProfile: 3 },
  { identity: "LOCKED-OUT", securityProfile: 1, passwordHash: undefined }
]
