import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryTransport } from "@wattline/ocpp-memory"
import { DateTime, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { advertise, advertisement, onDisplay, tellDriver, tidyUp } from "../src/display-messages.ts"
import { accepted, settle, transactionEvent } from "./support.ts"

const inAnHour = Effect.map(DateTime.now, (now) => DateTime.add(now, { hours: 1 }))

layer(Layer.provideMerge(MemoryTransport.layer, Csms.layer()))("display messages", (it) => {
  it.effect("a new advertisement takes the place of the last one, and is over by itself", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-1")
      const until = yield* inAnHour
      yield* station.answer("SetDisplayMessage", { status: "Accepted" })
      assert.strictEqual(yield* advertise(inCsms, "0.49 EUR/kWh", until), "shown")
      assert.strictEqual(yield* advertise(inCsms, "0.39 EUR/kWh", until), "shown")
      assert.deepStrictEqual(yield* onDisplay(inCsms), ["0.39 EUR/kWh"])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* onDisplay(inCsms), [])
    })
  )

  it.effect("what the station refuses, cannot show, or does not hear is told", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-2")
      const until = yield* inAnHour
      yield* station.answer("SetDisplayMessage", { status: "NotSupportedState" })
      assert.strictEqual(yield* advertise(inCsms, "0.49 EUR/kWh", until), "refused: NotSupportedState")
      assert.match(yield* advertise(inCsms, "0.49 EUR/kWh ".repeat(50), until), /^cannot be shown: .*512/)
      yield* station.close()
      yield* station.closed
      yield* settle
      assert.strictEqual(yield* advertise(inCsms, "0.49 EUR/kWh", until), "the station is offline")
    })
  )

  it.effect("after no answer it is set again, as the same message", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-5")
      const showing = yield* Effect.forkChild(advertise(inCsms, "0.49 EUR/kWh", yield* inAnHour))
      const { request } = yield* station.expectCall("SetDisplayMessage")
      yield* TestClock.adjust("30 seconds")
      const again = yield* station.expectCall("SetDisplayMessage")
      assert.deepStrictEqual(again.request, request)
      yield* again.reply({ status: "Accepted" })
      assert.strictEqual(yield* Fiber.join(showing), "shown")
    })
  )

  it.effect("what is told to a driver goes with the transaction", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-3")
      yield* station.answer("SetDisplayMessage", { status: "Accepted" })
      yield* transactionEvent(station, "Started", 0, { triggerReason: "Authorized", wh: 0 })
      assert.strictEqual((yield* tellDriver(inCsms, "T1", "Please move on by 6 pm"))._tag, "Accepted")
      assert.deepStrictEqual(yield* onDisplay(inCsms), ["Please move on by 6 pm"])
      yield* transactionEvent(station, "Ended", 1, { triggerReason: "EVDeparted", wh: 100 })
      assert.deepStrictEqual(yield* onDisplay(inCsms), [])
    })
  )

  it.effect("messages of other systems are cleared, ours and those of drivers stay", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-4")
      const priority = "NormalCycle"
      const text = (content: string) => ({ format: "UTF8", content }) as const
      const tidying = yield* Effect.forkChild(tidyUp(inCsms))
      const asked = yield* station.expectCall("GetDisplayMessages")
      yield* asked.reply({ status: "Accepted" })
      const { requestId } = asked.request
      const ours = { id: advertisement, priority, message: text("ours") } as const
      const driver = { id: 7, priority, transactionId: "T1", message: text("for a driver") } as const
      const old = { id: 8, priority, message: text("of 2019") } as const
      yield* station.call("NotifyDisplayMessages", { requestId, tbc: true, messageInfo: [ours, driver] })
      yield* station.call("NotifyDisplayMessages", { requestId, messageInfo: [old] })
      const clear = yield* station.expectCall("ClearDisplayMessage")
      assert.deepStrictEqual(clear.request, { id: 8 })
      yield* clear.reply({ status: "Accepted" })
      assert.strictEqual(yield* Fiber.join(tidying), 1)
      assert.deepStrictEqual(yield* onDisplay(inCsms), ["ours", "for a driver"])
    })
  )
})
