/** Operations of block G. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Availability, Csms, operationalStatus } from "../../src/index.ts"
import { at, begin, booted, bootsAs, connected, Recorder, settle } from "../csms/support.ts"
import { TestStore } from "../csms/TestStore.ts"

type Change = Availability.AvailabilityChange

const inoperative = { operationalStatus: "Inoperative", evse: { id: 1 } } as const

const report = (connectorStatus: string, connectorId = 1, evseId = 1, timestamp = at) => ({
  timestamp,
  connectorStatus,
  evseId,
  connectorId
})

describe("changeAvailability", () => {
  const targets: ReadonlyArray<readonly [string, Change]> = [
    ["TC_G_03_CSMS, G03.FR.01: an EVSE", inoperative],
    ["TC_G_04_CSMS: an EVSE, back", { operationalStatus: "Operative", evse: { id: 1 } }],
    ["TC_G_05_CSMS, G04.FR.01: the station", { operationalStatus: "Inoperative" }],
    ["TC_G_06_CSMS: the station, back", { operationalStatus: "Operative" }],
    ["TC_G_07_CSMS: a connector", { operationalStatus: "Inoperative", evse: { id: 1, connectorId: 2 } }],
    ["TC_G_08_CSMS: a connector, back", { operationalStatus: "Operative", evse: { id: 1, connectorId: 2 } }]
  ]
  it.effect.each(targets)("G-6, G-8, %s: is done when the station accepts, with no report", ([, change]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const changing = yield* begin(Availability.changeAvailability(station, change))
      assert.deepStrictEqual(fake.lastCall.slice(2), ["ChangeAvailability", change])
      fake.reply({ status: "Accepted" })
      assert.deepStrictEqual(yield* Fiber.join(changing), { _tag: "Accepted" })
      const { availability } = (yield* station.snapshot).mirror
      const { evse, operationalStatus: asked } = change
      const place = { ...(evse && { evseId: evse.id }), ...(evse?.connectorId && { connectorId: evse.connectorId }) }
      assert.deepInclude(operationalStatus(availability, place), { requested: asked, scheduled: false })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("G-6: Rejected is a value, and changes nothing", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const changing = yield* begin(Availability.changeAvailability(station, inoperative))
      fake.reply({ status: "Rejected", statusInfo: { reasonCode: "UnknownEvse" } })
      assert.deepStrictEqual(yield* Fiber.join(changing), {
        _tag: "Rejected",
        statusInfo: { reasonCode: "UnknownEvse" }
      })
      assert.isUndefined((yield* station.snapshot).mirror.availability.requested)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_G_11_CSMS, G03.FR.05: Scheduled is followed until the EVSE is out of use", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      fake.call("StatusNotification", report("Occupied"))
      const changing = yield* begin(Availability.changeAvailability(station, inoperative))
      fake.reply({ status: "Scheduled" })
      yield* settle
      yield* TestClock.adjust("3 hours")
      fake.call("StatusNotification", report("Available"))
      yield* settle
      assert.isUndefined(changing.pollUnsafe())
      fake.call("StatusNotification", report("Unavailable"))
      assert.deepStrictEqual(yield* Fiber.join(changing), { _tag: "Reached" })
      yield* settle
      assert.strictEqual(recorder.count("ScheduledAvailabilityReached"), 1)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-165: a report that overtakes the answer ends it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const changing = yield* begin(Availability.changeAvailability(station, inoperative))
      fake.call("StatusNotification", report("Unavailable"))
      fake.reply({ status: "Scheduled" })
      assert.deepStrictEqual(yield* Fiber.join(changing), { _tag: "Reached" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("G-6: not followed, it is Scheduled at once", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const changing = yield* begin(Availability.changeAvailability(station, inoperative, { follow: false }))
      fake.reply({ status: "Scheduled" })
      assert.deepStrictEqual(yield* Fiber.join(changing), { _tag: "Scheduled" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("G-6: another change of the same place takes its place; one of the station does not", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const changing = yield* begin(Availability.changeAvailability(station, inoperative))
      fake.reply({ status: "Scheduled" })
      yield* settle
      for (const change of [
        { operationalStatus: "Operative" },
        { ...inoperative, operationalStatus: "Operative" }
      ] as const) {
        assert.isUndefined(changing.pollUnsafe())
        const other = yield* begin(Availability.changeAvailability(station, change))
        fake.reply({ status: "Accepted" })
        yield* Fiber.join(other)
        yield* settle
      }
      assert.deepStrictEqual(yield* Fiber.join(changing), { _tag: "Replaced", by: "Operative" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("G-6, CE-4: lapses at its deadline, which starts anew when the station was offline then", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const changing = yield* begin(Availability.changeAvailability(station, inoperative, { changeTimeout: "1 hour" }))
      fake.reply({ status: "Scheduled" })
      yield* settle
      fake.vanish()
      yield* TestClock.adjust("5 hours")
      assert.isUndefined(changing.pollUnsafe())
      yield* connected()
      yield* settle
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* Fiber.join(changing), { _tag: "Lapsed" })
      assert.isTrue(operationalStatus((yield* station.snapshot).mirror.availability, { evseId: 1 }).scheduled)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("G-6: lapses when the station is removed", () =>
    Effect.gen(function* () {
      const { csms, fake, station } = yield* booted()
      const changing = yield* begin(Availability.changeAvailability(station, inoperative))
      fake.reply({ status: "Scheduled" })
      yield* settle
      yield* csms.removeStation("CS-1")
      assert.deepStrictEqual(yield* Fiber.join(changing), { _tag: "Lapsed" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "G-6, B-30: what is scheduled outlives a restart of the CSMS and a reboot, and can be followed further",
    () =>
      Effect.gen(function* () {
        const store = new TestStore()
        yield* store.csms(
          Effect.gen(function* () {
            const { fake, station } = yield* booted()
            const changing = yield* begin(Availability.changeAvailability(station, inoperative, { follow: false }))
            fake.reply({ status: "Scheduled" })
            yield* Fiber.join(changing)
          })
        )
        yield* store.csms(
          Effect.gen(function* () {
            const { fake, station } = yield* booted()
            const following = yield* begin(Availability.followAvailability(station, inoperative))
            const [known] = (yield* station.snapshot).mirror.availability.requested ?? []
            const fromMirror = yield* begin(Availability.followAvailability(station, known ?? assert.fail()))
            yield* settle
            assert.isUndefined(following.pollUnsafe() ?? fromMirror.pollUnsafe())
            fake.call("StatusNotification", report("Unavailable"))
            assert.deepStrictEqual(yield* Fiber.join(following), { _tag: "Reached" })
            assert.deepStrictEqual(yield* Fiber.join(fromMirror), { _tag: "Reached" })
          })
        )
      })
  )

  const wrong: ReadonlyArray<readonly [string, Change]> = [
    ["G04.FR.01", { operationalStatus: "Inoperative", evse: { id: 0 } }],
    ["G03.FR.01", { operationalStatus: "Inoperative", evse: { id: 1, connectorId: 0 } }]
  ]
  it.effect.each(wrong)("G-6, TC_G_05_CSMS: an id of 0 is refused before sending (%s)", ([rule, change]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const failure = yield* Effect.flip(Availability.changeAvailability(station, change))
      assert.deepStrictEqual(failure._tag === "CheckFailed" && failure.broken.map((one) => one.rule), [rule])
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("is not sent to a station that is Pending", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const failure = yield* Effect.flip(Availability.changeAvailability(station, inoperative))
      assert.strictEqual(failure._tag, "NotSent")
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") })))
  )
})

describe("What a station says of its availability", () => {
  it.effect("TC_G_20_CSMS, G-9, G05.FR.03: a lock failure is answered and told", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      const id = fake.call("NotifyEvent", {
        generatedAt: at,
        seqNo: 0,
        eventData: [
          {
            eventId: 1,
            timestamp: at,
            trigger: "Delta",
            actualValue: "true",
            eventNotificationType: "HardWiredNotification",
            component: { name: "ConnectorPlugRetentionLock", evse: { id: 1, connectorId: 1 } },
            variable: { name: "Problem" }
          }
        ]
      })
      assert.deepStrictEqual(fake.answerTo(id), [{}])
      yield* settle
      const [failed] = recorder.of("ConnectorLockFailed")
      assert.deepInclude(failed, { identity: "CS-1", evseId: 1, connectorId: 1, timestamp: at })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("G-5, G02.FR.04: any message shows that the station is alive, a refused one too", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const seen = Effect.map(station.snapshot, ({ lastSeen }) => lastSeen)
      for (const say of [
        () => void fake.call("StatusNotification", report("Available")),
        () => void fake.call("NoSuchAction", {}),
        () => void fake.call("Heartbeat", {})
      ]) {
        const before = (yield* seen) ?? assert.fail("never seen")
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(yield* seen, before)
        say()
        assert.strictEqual(yield* seen, before + 60_000)
      }
    }).pipe(Effect.provide(Csms.layer()))
  )
})
