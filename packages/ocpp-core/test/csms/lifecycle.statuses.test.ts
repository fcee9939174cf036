/** The statuses a station owes once it is Accepted (LC-12), and after it was offline for long (LC-13). */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import { Csms, type CsmsOptions, type Handlers } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, bootsAs, connected, lastRequestId, Recorder, reported, reportPart, settle } from "./support.ts"
import { TestStore } from "./TestStore.ts"

const layer = (handlers: Handlers = {}, options: CsmsOptions = {}) =>
  Csms.layer(handlers, { inventory: "off", ...options })

const status = (fake: FakeStation, evseId: number, connectorId = 1, seconds = 1) =>
  fake.call("StatusNotification", {
    timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString(),
    connectorStatus: "Available",
    evseId,
    connectorId
  })

const event = (fake: FakeStation, evseId: number, connectorId = 1) =>
  fake.call("NotifyEvent", {
    generatedAt: "2026-01-01T00:00:09Z",
    seqNo: 0,
    eventData: [
      {
        eventId: 1,
        timestamp: "2026-01-01T00:00:09Z",
        trigger: "Delta",
        actualValue: "Occupied",
        component: { name: "Connector", evse: { id: evseId, connectorId } },
        variable: { name: "AvailabilityState" },
        eventNotificationType: "HardWiredNotification"
      }
    ]
  })

const connectorOf = (evseId: number, connectorId = 1) => ({
  ...reported("", "AvailabilityState", "Available"),
  component: { name: "connector", evse: { id: evseId, connectorId } }
})

/** The station is asked for its inventory, and has these variables. */
const inventoried = Effect.fnUntraced(function* (
  { fake, station }: Effect.Success<ReturnType<typeof booted>>,
  ...data: ReadonlyArray<ReturnType<typeof reported>>
) {
  yield* begin(station.getBaseReport("FullInventory"))
  const requestId = lastRequestId(fake)
  fake.reply({ status: "Accepted" })
  fake.call("NotifyReport", reportPart(requestId, 0, false, [...data]))
})

const statusesOf = (view: Effect.Success<Effect.Success<ReturnType<typeof booted>>["station"]["snapshot"]>) =>
  view.mirror.availability.connectors.map(({ connectorId, evseId, status: now }) => `${evseId}.${connectorId} ${now}`)

describe("LC-12: after Accepted", () => {
  it.effect("B01.FR.05, LC-12: what is not told in time is Unknown, and one event names it", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const world = yield* booted()
      yield* inventoried(world, connectorOf(1), connectorOf(2), connectorOf(2, 2), connectorOf(3))
      status(world.fake, 1)
      event(world.fake, 3)
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(recorder.count("ConnectorsUnreported"), 0)
      yield* TestClock.adjust("1250 millis")
      const [told, ...more] = recorder.of("ConnectorsUnreported")
      assert.deepStrictEqual(told?.connectors, [
        { evseId: 2, connectorId: 1 },
        { evseId: 2, connectorId: 2 }
      ])
      assert.lengthOf(more, 0)
      assert.sameMembers(statusesOf(yield* world.station.snapshot), [
        "1.1 Available",
        "3.1 Occupied",
        "2.1 Unknown",
        "2.2 Unknown"
      ])
      status(world.fake, 2)
      yield* settle
      assert.deepInclude(recorder.of("ConnectorStatusChanged").at(-1), { evseId: 2, from: "Unknown", to: "Available" })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(recorder.count("ConnectorsUnreported"), 1)
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  it.effect("LC-12: nothing is told of a station whose connectors are all reported, or not known", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake } = yield* booted()
      yield* booted("CS-2")
      status(fake, 1)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(recorder.count("ConnectorsUnreported"), 0)
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  it.effect("LC-12, ST-4: with each reboot anew, for the connectors known from before", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake } = yield* booted()
      status(fake, 1)
      status(fake, 2)
      fake.vanish()
      const back = yield* FakeStation.connect("CS-1")
      back.boot("PowerUp")
      status(back, 2, 1, 2)
      yield* TestClock.adjust("11 seconds")
      assert.deepStrictEqual(
        recorder.of("ConnectorsUnreported").map(({ connectors }) => connectors),
        [[{ evseId: 1, connectorId: 1 }]]
      )
    }).pipe(Effect.provide(layer({}, { statusTimeout: "10 seconds" })), Effect.scoped)
  )

  it.effect("LC-12, LC-16: counts from Accepted, not from Pending, and a retry starts nothing", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const world = yield* booted()
      yield* inventoried(world, connectorOf(1))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(recorder.count("ConnectorsUnreported"), 0)
      world.fake.boot("Triggered")
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(recorder.count("ConnectorsUnreported"), 1)
      world.fake.boot("PowerUp")
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(recorder.count("ConnectorsUnreported"), 1)
    }).pipe(Effect.provide(layer({ BootNotification: bootsAs("Pending", "Accepted") })), Effect.scoped)
  )

  it.effect("LC-12: a station that leaves before has the whole time once it is back", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const world = yield* booted()
      yield* inventoried(world, connectorOf(1))
      yield* TestClock.adjust("50 seconds")
      world.fake.vanish()
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(recorder.count("ConnectorsUnreported"), 0)
      yield* FakeStation.connect("CS-1")
      yield* TestClock.adjust("50 seconds")
      assert.strictEqual(recorder.count("ConnectorsUnreported"), 0)
      yield* TestClock.adjust("11 seconds")
      assert.strictEqual(recorder.count("ConnectorsUnreported"), 1)
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  it("LC-12: exactly what was not reported is named, whatever was known and came", () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 6 })),
        fc.uniqueArray(fc.integer({ min: 0, max: 6 })),
        fc.array(fc.record({ evseId: fc.integer({ min: 0, max: 6 }), isEvent: fc.boolean(), after: fc.nat(59) })),
        (modelled, before, messages) =>
          Effect.runPromise(
            Effect.gen(function* () {
              const recorder = yield* Recorder.start
              const world = yield* booted()
              yield* inventoried(world, ...modelled.map((evseId) => connectorOf(evseId)))
              for (const evseId of before) status(world.fake, evseId)
              world.fake.vanish()
              const fake = yield* FakeStation.connect("CS-1")
              fake.boot()
              let time = 0
              for (const { after, evseId, isEvent } of messages.toSorted((a, b) => a.after - b.after)) {
                yield* TestClock.adjust((after - time) * 1000)
                time = after
                if (isEvent) event(fake, evseId)
                else status(fake, evseId, 1, after + 2)
              }
              yield* TestClock.adjust((61 - time) * 1000)
              const known = new Set([...modelled, ...before])
              for (const { evseId } of messages) known.delete(evseId)
              assert.sameMembers(
                recorder.of("ConnectorsUnreported").flatMap(({ connectors }) => connectors.map(({ evseId }) => evseId)),
                [...known]
              )
            }).pipe(Effect.provide(layer()), Effect.scoped, Effect.provide(TestClock.layer()))
          )
      ),
      { seed: 12, numRuns: 60 }
    ))
})

describe("LC-13: offline for longer than OfflineThreshold", () => {
  const long = Effect.fnUntraced(function* (offline: `${number} seconds`) {
    const recorder = yield* Recorder.start
    const world = yield* booted()
    yield* inventoried(world, connectorOf(1), reported("OCPPCommCtrlr", "OfflineThreshold", "60"))
    status(world.fake, 1)
    world.fake.vanish()
    yield* TestClock.adjust(offline)
    yield* FakeStation.connect("CS-1")
    const [now] = statusesOf(yield* world.station.snapshot)
    yield* TestClock.adjust("61 seconds")
    return [now, recorder.count("ConnectorsUnreported")]
  })

  it.effect.each([
    ["60 seconds", "1.1 Available", 0],
    ["61 seconds", "1.1 Unknown", 1]
  ] as const)("LC-13, B04.FR.01, B04.FR.02: %s of 60: %s, and then %i event", ([offline, ...expected]) =>
    Effect.map(long(offline), (is) => assert.deepStrictEqual<unknown>(is, expected)).pipe(
      Effect.provide(layer()),
      Effect.scoped
    )
  )

  it.effect("LC-13: with a threshold that is not known statuses stay", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      status(fake, 1)
      fake.vanish()
      yield* TestClock.adjust("10 hours")
      yield* FakeStation.connect("CS-1")
      assert.deepStrictEqual(statusesOf(yield* station.snapshot), ["1.1 Available"])
    }).pipe(Effect.provide(layer()), Effect.scoped)
  )

  it.effect("LC-18: what was Unknown stays so over a restart of the CSMS", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(Effect.flatMap(booted(), (world) => inventoried(world, connectorOf(1))))
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* connected()
          fake.boot()
          yield* TestClock.adjust("61 seconds")
          assert.deepStrictEqual(statusesOf(yield* station.snapshot), ["1.1 Unknown"])
        })
      )
    })
  )
})
