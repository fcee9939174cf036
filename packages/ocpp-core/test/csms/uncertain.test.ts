/** What a CALL whose outcome is not known leaves in the mirror of a station (ST-3). */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Availability, Csms, LocalAuthorizationList, StationStore } from "../../src/index.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, Recorder, settle, statusNotification } from "./support.ts"

const quiet = Csms.layer({}, { inventory: "off" })

const reservation = {
  id: 7,
  idToken: { idToken: "0123ABCD", type: "ISO14443" },
  expiryDateTime: "2026-01-01T01:00:00Z"
} as const

/** Ways in which an answer does not come, and what is known then. */
const ends: ReadonlyArray<readonly [string, (fake: FakeStation) => Effect.Effect<void>, true | undefined]> = [
  ["a timeout", () => TestClock.adjust("30 seconds"), true],
  ["a lost connection", (fake) => Effect.sync(() => fake.vanish()), true],
  ["an invalid response", (fake) => Effect.sync(() => fake.reply({ status: "Perhaps" })), true],
  ["a CALLERROR, which is an answer,", (fake) => Effect.sync(() => fake.fail("InternalError")), undefined],
  ["a negative status", (fake) => Effect.sync(() => fake.reply({ status: "Rejected" })), undefined]
]

describe("a CALL that changes something", () => {
  it.effect.each(ends)(
    "ST-3, ST-2: after %s its entry is uncertain or as before, which is told once",
    ([, end, uncertain]) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const reserving = yield* begin(station.call("ReserveNow", reservation))
        fake.reply({ status: "Accepted" })
        yield* Fiber.join(reserving)
        const recorder = yield* Recorder.start
        const second = yield* begin(Effect.exit(station.call("ReserveNow", { ...reservation, id: 8 })))
        yield* end(fake)
        yield* Fiber.join(second)
        yield* settle
        const { open } = (yield* station.snapshot).mirror.reservations
        assert.deepStrictEqual(
          open.map((known) => [known.reservationId, known.uncertain]),
          uncertain === true
            ? [
                [7, undefined],
                [8, true]
              ]
            : [[7, undefined]]
        )
        const told = recorder.of("EntriesUncertain").map(({ action, block, durable }) => ({ action, block, durable }))
        const expected = [{ action: "ReserveNow", block: "reservations", durable: false }] as const
        assert.deepStrictEqual(told, uncertain === true ? [...expected] : [])
      }).pipe(Effect.provide(quiet))
  )

  it.effect("ST-3: with a CALL that was never sent there is no doubt", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* begin(Effect.exit(station.call("ClearCache", {})))
      const waiting = yield* begin(Effect.exit(station.call("ReserveNow", reservation, { waitForReconnect: false })))
      fake.vanish()
      yield* Fiber.join(waiting)
      assert.deepStrictEqual((yield* station.snapshot).mirror.reservations.open, [])
    }).pipe(Effect.provide(quiet))
  )

  it.effect("ST-3, LC-18: the doubt is stored", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* begin(Effect.exit(station.call("ReserveNow", reservation)))
      fake.vanish()
      yield* settle
      const store = yield* StationStore
      const stored = yield* store.load("CS-1")
      assert.strictEqual(stored?.mirror.reservations.open[0]?.uncertain, true)
    }).pipe(Effect.provide(quiet), Effect.provide(StationStore.layerMemory))
  )
})

describe("what is done about it", () => {
  it.effect("ST-3, D-7: after an update without an answer the next one asks for the version first", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const read = yield* begin(LocalAuthorizationList.getListVersion(station))
      fake.reply({ versionNumber: 4 })
      yield* Fiber.join(read)
      const updates = [{ idToken: reservation.idToken }]
      yield* begin(Effect.exit(LocalAuthorizationList.sendUpdates(station, updates)))
      assert.strictEqual(fake.lastCall[2], "SendLocalList")
      yield* TestClock.adjust("30 seconds") // and the question that follows is not answered either
      yield* settle
      yield* TestClock.adjust("30 seconds")
      yield* settle
      const again = yield* begin(LocalAuthorizationList.sendUpdates(station, updates))
      assert.strictEqual(fake.lastCall[2], "GetLocalListVersion")
      fake.reply({ versionNumber: 5 })
      yield* settle
      assert.deepStrictEqual(fake.lastCall.slice(2, 4), [
        "SendLocalList",
        { versionNumber: 6, updateType: "Differential", localAuthorizationList: updates }
      ])
      fake.reply({ status: "Accepted" })
      assert.strictEqual((yield* Fiber.join(again))._tag, "Accepted")
      const now = yield* Clock.currentTimeMillis
      assert.deepInclude((yield* station.snapshot).mirror.localAuthorizationList, { versionNumber: 6, at: now })
      assert.notProperty((yield* station.snapshot).mirror.localAuthorizationList, "uncertain")
    }).pipe(Effect.provide(quiet))
  )

  it.effect("ST-3, G-6: followAvailability waits for what is uncertain, until the station reports it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.call("StatusNotification", statusNotification())
      const change = { operationalStatus: "Inoperative", evse: { id: 1 } } as const
      yield* begin(Effect.exit(Availability.changeAvailability(station, change)))
      yield* TestClock.adjust("30 seconds")
      const following = yield* begin(Availability.followAvailability(station, change))
      yield* settle
      assert.isUndefined(following.pollUnsafe())
      fake.call("StatusNotification", {
        ...statusNotification(),
        connectorStatus: "Unavailable",
        timestamp: "2026-01-01T00:01:00Z"
      })
      assert.strictEqual((yield* Fiber.join(following))._tag, "Reached")
    }).pipe(Effect.provide(quiet))
  )
})
