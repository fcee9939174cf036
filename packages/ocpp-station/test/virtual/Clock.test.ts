/** A virtual station whose CSMS has a mad clock. */
import { assert, describe, it } from "@effect/vitest"
import type { TransactionEventRequest } from "@wattline/ocpp-v201"
import { Stations } from "@wattline/ocpp-station"
import { makeEV } from "@wattline/ocpp-station/virtual"
import { Context, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { VirtualProcess } from "../../src/virtual/VirtualProcess.ts"
import { FakeCsms, pass } from "../client/FakeCsms.ts"

const times = ["1970-01-01T00:00:00Z", "2026-01-05T08:00:00Z", "9998-12-31T23:00:00Z", "2020-02-29T00:00:00Z"]

describe("a clock that the CSMS sets to anything", () => {
  it.effect("G02.FR.05, R-190: energy only grows, no event is lost, and all of them can be read", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-01-05T08:00:00Z"))
      const csms = new FakeCsms()
      const seqNos: Array<number> = []
      const registers: Array<number> = []
      let currentTime = "2026-01-05T08:00:00Z"
      for (const action of ["StatusNotification", "MeterValues", "NotifyEvent", "SecurityEventNotification"])
        csms.answers.set(action, () => ({}))
      csms.answers.set("BootNotification", () => ({ status: "Accepted", currentTime, interval: 60 }))
      csms.answers.set("Heartbeat", () => ({ currentTime }))
      csms.answers.set("Authorize", () => ({ idTokenInfo: { status: "Accepted" } }))
      csms.answers.set(
        "TransactionEvent",
        ({ eventType, idToken, meterValue = [], seqNo }: TransactionEventRequest) => {
          seqNos.push(seqNo)
          if (eventType === "Ended") return {} // which tells of the begin once more
          for (const { sampledValue } of meterValue)
            for (const { measurand = "Energy.Active.Import.Register", phase, value } of sampledValue)
              if (measurand === "Energy.Active.Import.Register" && phase === undefined) registers.push(value)
          return idToken === undefined ? {} : { idTokenInfo: { status: "Accepted" } }
        }
      )
      const context = yield* Layer.build(Layer.provide(Stations.layer, csms.layer))
      const faults: Array<unknown> = []
      const station = new VirtualProcess(
        Context.get(context, Stations).host,
        { identity: "CS-1", url: "ws://csms/ocpp" },
        {
          event: (event) =>
            (event._tag === "MessageGivenUp" || (event._tag === "CallEnded" && event.end !== "CALLRESULT")) &&
            faults.push(event)
        }
      )
      station.start()
      yield* pass(5)
      station.plugIn(1, makeEV("family", { stateOfCharge: 0.2 }))
      station.present({ idToken: "04A2E8B1C39D80", type: "ISO14443" }, 1)
      for (const time of [...times, ...times]) {
        currentTime = time
        station.client.heartbeat()
        yield* pass(900)
      }
      station.present({ idToken: "04A2E8B1C39D80", type: "ISO14443" }, 1)
      yield* pass(5)
      station.unplug(1)
      yield* pass(5)
      assert.deepStrictEqual(faults, [])
      assert.strictEqual(station.client.undelivered(), 0)
      assert.deepStrictEqual(
        seqNos,
        Array.from(seqNos, (_, index) => index)
      )
      assert.isAbove(registers.length, 8)
      assert.deepStrictEqual(
        registers,
        registers.toSorted((a, b) => a - b)
      )
      station.dispose()
    })
  )
})
