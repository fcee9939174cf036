/** What our own CSMS says and hears keeps every rule that the lint knows. */
import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryTransport, TestStation } from "@wattline/ocpp-memory"
import { Clock, DateTime, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { lint } from "../../src/lint/Lint.ts"
import type { LogRecord } from "../../src/lint/LogRecord.ts"

const network = Layer.provideMerge(
  MemoryTransport.layer,
  Csms.layer({
    BootNotification: (_request, { station }) =>
      Effect.map(DateTime.now, (now) => ({
        currentTime: DateTime.formatIso(now),
        interval: 60,
        status: station.identity === "NEW" ? ("Pending" as const) : ("Accepted" as const)
      }))
  })
)

const records = (station: TestStation, opened: number): ReadonlyArray<LogRecord> => {
  const record = {
    identity: station.identity,
    event: undefined,
    code: undefined,
    action: undefined,
    from: undefined,
    text: undefined
  }
  return [
    { ...record, line: 1, at: opened, event: "open" },
    ...station.log.map(({ at, direction, text }, n) => ({
      ...record,
      line: n + 2,
      at,
      from: direction === "sent" ? ("station" as const) : ("csms" as const),
      text
    }))
  ]
}

const now = Effect.map(DateTime.now, DateTime.formatIso)

layer(network)((it) => {
  it.effect("a session with transaction, report, remote start and heartbeats has neither error nor warning", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-01-01T00:00:00Z"))
      const inCsms = yield* (yield* Csms).addStation({ identity: "CS-1", securityProfile: 0 })
      const station = yield* TestStation.connect({ identity: "CS-1" })
      const opened = yield* Clock.currentTimeMillis
      yield* station.answer("GetBaseReport", { status: "Rejected" })
      yield* station.answer("RequestStartTransaction", { status: "Accepted" })
      yield* station.answer("ClearCache", { status: "Accepted" })
      yield* station.boot()
      yield* station.call("StatusNotification", {
        timestamp: yield* now,
        connectorStatus: "Available",
        evseId: 1,
        connectorId: 1
      })
      const starting = yield* Effect.forkChild(
        inCsms.call("RequestStartTransaction", {
          remoteStartId: 7,
          idToken: { idToken: "A", type: "Central" },
          evseId: 1
        })
      )
      yield* Fiber.join(starting)
      yield* station.call("TransactionEvent", {
        eventType: "Started",
        timestamp: yield* now,
        seqNo: 0,
        triggerReason: "RemoteStart",
        evse: { id: 1, connectorId: 1 },
        idToken: { idToken: "A", type: "Central" },
        transactionInfo: { transactionId: "t", chargingState: "Charging", remoteStartId: 7 }
      })
      for (let seqNo = 1; seqNo <= 3; seqNo++) {
        yield* TestClock.adjust("50 seconds")
        yield* station.call("TransactionEvent", {
          eventType: "Updated",
          timestamp: yield* now,
          seqNo,
          triggerReason: "MeterValuePeriodic",
          transactionInfo: { transactionId: "t" },
          meterValue: [{ timestamp: yield* now, sampledValue: [{ value: seqNo * 100 }] }]
        })
      }
      assert.deepStrictEqual(yield* inCsms.call("ClearCache", {}), { status: "Accepted" })
      yield* station.call("TransactionEvent", {
        eventType: "Ended",
        timestamp: yield* now,
        seqNo: 4,
        triggerReason: "StopAuthorized",
        idToken: { idToken: "", type: "NoAuthorization" },
        transactionInfo: { transactionId: "t", stoppedReason: "Local" }
      })
      yield* TestClock.adjust("55 seconds")
      yield* station.call("Heartbeat", {})
      assert.isAbove(station.log.length, 16)
      assert.deepStrictEqual(
        lint(records(station, opened)).filter(({ severity }) => severity !== "note"),
        []
      )
    })
  )

  it.effect("B02: a Pending station that talks is refused as the standard says: only the station is wrong", () =>
    Effect.gen(function* () {
      yield* (yield* Csms).addStation({ identity: "NEW", securityProfile: 0 })
      const station = yield* TestStation.connect({ identity: "NEW" })
      const opened = yield* Clock.currentTimeMillis
      yield* station.boot()
      const refusal = yield* Effect.flip(station.call("Heartbeat", {}))
      assert.strictEqual(refusal._tag, "StationCallError")
      yield* Effect.flip(station.call("Heartbeat", { nonsense: true } as never))
      assert.deepStrictEqual(
        lint(records(station, opened)).map(({ rules }) => rules[0]),
        ["B02.FR.02", "R-120", "B02.FR.02"]
      )
    })
  )
})
