import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryTransport } from "@wattline/ocpp-memory"
import { Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { costs, sessions } from "../src/transactions.ts"
import { accepted, transactionEvent } from "./support.ts"

const csms = Csms.layer(costs, { inventory: "off" })

layer(Layer.provideMerge(MemoryTransport.layer, csms))("transactions", (it) => {
  it.effect("a session has its energy, its time and its cost", () =>
    Effect.gen(function* () {
      const { station } = yield* accepted("CS-1")
      const ended = yield* Effect.forkChild(Stream.runHead(yield* sessions))
      yield* transactionEvent(station, "Started", 0, { triggerReason: "Authorized", wh: 1000 })
      yield* TestClock.adjust("30 minutes")
      const updated = yield* transactionEvent(station, "Updated", 1, { triggerReason: "MeterValuePeriodic", wh: 6000 })
      assert.strictEqual(updated.totalCost, 2.95)
      yield* transactionEvent(station, "Ended", 2, { triggerReason: "EVDeparted", wh: 11_000 })
      assert.deepStrictEqual((yield* Fiber.join(ended)).valueOrUndefined, {
        station: "CS-1",
        transactionId: "T1",
        wh: 10_000,
        seconds: 1800,
        doubtful: false
      })
    })
  )

  it.effect("a session of which events are missing is told as doubtful", () =>
    Effect.gen(function* () {
      const { station } = yield* accepted("CS-2")
      const ended = yield* Effect.forkChild(Stream.runHead(yield* sessions))
      yield* transactionEvent(station, "Started", 0, { triggerReason: "Authorized", wh: 0 })
      yield* transactionEvent(station, "Ended", 5, { triggerReason: "EVDeparted", wh: 900 })
      assert.strictEqual((yield* Fiber.join(ended)).valueOrUndefined?.doubtful, true)
    })
  )
})
