/** What a station kept while it was offline, and what it says of its connectors: it may come in any order (LC-14). */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import { Csms, type StationView } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, connected, settle } from "./support.ts"
import { TestStore } from "./TestStore.ts"

const time = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString()

const transaction = (eventType: string, seqNo: number, more: object = {}) =>
  [
    "TransactionEvent",
    {
      eventType,
      timestamp: time(10 + seqNo),
      triggerReason: eventType === "Ended" ? "EVCommunicationLost" : "CablePluggedIn",
      seqNo,
      offline: true,
      transactionInfo: { transactionId: "T1", ...(eventType === "Ended" && { stoppedReason: "EVDisconnected" }) },
      evse: { id: 1, connectorId: 1 },
      ...more
    }
  ] as const

const availability = (connectorId: number, actualValue: string, seconds: number) =>
  [
    "NotifyEvent",
    {
      generatedAt: time(seconds),
      seqNo: 0,
      eventData: [
        {
          eventId: seconds,
          timestamp: time(seconds),
          trigger: "Delta",
          actualValue,
          component: { name: "Connector", evse: { id: 1, connectorId } },
          variable: { name: "AvailabilityState" },
          eventNotificationType: "HardWiredNotification"
        }
      ]
    }
  ] as const

const status = (connectorId: number, connectorStatus: string, seconds: number) =>
  ["StatusNotification", { timestamp: time(seconds), connectorStatus, evseId: 1, connectorId }] as const

/** What a station that queues everything has to say after a while. */
const queued = [
  transaction("Started", 0),
  transaction("Updated", 1),
  transaction("Updated", 2),
  transaction("Ended", 3),
  ["SecurityEventNotification", { type: "SettingSystemTime", timestamp: time(5) }],
  ["SecurityEventNotification", { type: "StartupOfTheDevice", timestamp: time(1) }],
  availability(1, "Occupied", 10),
  availability(2, "Faulted", 12),
  status(1, "Available", 20),
  status(2, "Unavailable", 21),
  [
    "MeterValues",
    { evseId: 0, meterValue: [{ timestamp: time(7), sampledValue: [{ value: 1, context: "Sample.Clock" }] }] }
  ],
  ["LogStatusNotification", { status: "Idle" }],
  ["FirmwareStatusNotification", { status: "Idle" }],
  ["NotifyReport", { requestId: 99, seqNo: 0, generatedAt: time(3) }],
  ["ReservationStatusUpdate", { reservationId: 1, reservationUpdateStatus: "Expired" }],
  ["Heartbeat", {}]
] as const

type Message = readonly [action: string, payload: object]

/** Sends them one after the other; each has its CALLRESULT at once, on the same link. */
const sendAll = (fake: FakeStation, messages: ReadonlyArray<Message>): void => {
  for (const [action, payload] of messages) {
    const id = fake.call(action, payload)
    const frame = fake.frames.find((one) => one[1] === id)
    assert.strictEqual(frame?.[0], 3, `${action}: ${JSON.stringify(frame)}`)
  }
  assert.isUndefined(fake.closed)
}

/** Where it all leads, whatever the order was. */
const outcome = ({ mirror, registration, state }: StationView) => ({
  registration,
  state,
  connectors: [1, 2].map((connectorId) => [
    connectorId,
    mirror.availability.connectors.find((one) => one.connectorId === connectorId)?.status
  ]),
  running: mirror.transactions.running.map(({ transactionId }) => transactionId),
  ended: mirror.transactions.ended.map(({ transactionId, stoppedReason }) => [transactionId, stoppedReason])
})

const expected = {
  registration: "Accepted",
  state: "Accepted",
  connectors: [
    [1, "Available"],
    [2, "Unavailable"]
  ],
  running: [],
  ended: [["T1", "EVDisconnected"]]
}

const orders = fc.shuffledSubarray([...queued] as ReadonlyArray<Message> as Array<Message>, {
  minLength: queued.length
})

const layer = Csms.layer({}, { inventory: "off" })

describe("LC-14: messages that were queued, after a reconnect", () => {
  it("LC-14, E04.FR.02, E11.FR.02, A04.FR.02, N07.FR.04: any order is accepted, and leads to the same", () =>
    fc.assert(
      fc.asyncProperty(orders, (messages) =>
        Effect.runPromise(
          Effect.gen(function* () {
            const { fake, station } = yield* booted()
            fake.vanish()
            yield* TestClock.adjust("1 hour")
            const back = yield* FakeStation.connect("CS-1")
            sendAll(back, messages)
            assert.deepStrictEqual<unknown>(outcome(yield* station.snapshot), expected)
          }).pipe(Effect.provide(layer), Effect.scoped, Effect.provide(TestClock.layer()))
        )
      ),
      { seed: 14, numRuns: 60 }
    ))

  it("LC-14, LC-18: the same after a restart of the CSMS", () =>
    fc.assert(
      fc.asyncProperty(orders, (messages) =>
        Effect.runPromise(
          Effect.gen(function* () {
            const store = new TestStore()
            yield* store.csms(booted())
            const view = yield* store.csms(
              Effect.gen(function* () {
                const { fake, station } = yield* connected()
                sendAll(fake, messages)
                return yield* station.snapshot
              }),
              { unknownRegistration: "reject" }
            )
            assert.deepStrictEqual<unknown>(outcome(view), expected)
          }).pipe(Effect.provide(TestClock.layer()))
        )
      ),
      { seed: 14, numRuns: 30 }
    ))

  it.effect("LC-14: a CALL of ours in the middle of them is sent, and its answer is found", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.vanish()
      const back = yield* FakeStation.connect("CS-1")
      sendAll(back, queued.slice(0, 5))
      const call = yield* begin(station.call("DataTransfer", { vendorId: "v" }))
      sendAll(back, queued.slice(5, 9))
      back.reply({ status: "Accepted" })
      sendAll(back, queued.slice(9))
      yield* settle
      assert.isDefined(call.pollUnsafe())
      assert.deepStrictEqual<unknown>(outcome(yield* station.snapshot), expected)
    }).pipe(Effect.provide(layer), Effect.scoped)
  )

  it.effect("LC-14: they come before the statuses that follow a boot, too", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.vanish()
      const back = yield* FakeStation.connect("CS-1")
      back.boot()
      sendAll(back, queued)
      assert.deepStrictEqual<unknown>(outcome(yield* station.snapshot), expected)
    }).pipe(Effect.provide(layer), Effect.scoped)
  )
})
