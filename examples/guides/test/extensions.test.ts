import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryTransport } from "@wattline/ocpp-memory"
import { Effect, Layer } from "effect"
import { carAt, handlers, Parking } from "../src/extensions.ts"
import { accepted } from "./support.ts"

const log: Array<unknown> = []
const parking = Layer.succeed(Parking, {
  arrived: (_identity, { spot }) =>
    spot > 9 ? Effect.fail({ message: `there is no spot ${spot}` }) : Effect.succeed(spot === 1),
  left: (transactionId, spot, price) => Effect.sync(() => void log.push([transactionId, spot, price]))
})
const csms = Layer.provide(Csms.layer(handlers, { inventory: "off" }), parking)
const vendorId = "com.example.parking"

layer(Layer.provideMerge(MemoryTransport.layer, csms))("extensions", (it) => {
  it.effect("P-1, P-2, R-204: a vendor's message reaches its handler, typed", () =>
    Effect.gen(function* () {
      const { station } = yield* accepted("CS-1")
      const arrives = (data: unknown, messageId = "Arrival") =>
        station.call("DataTransfer", { vendorId, messageId, data })
      assert.deepStrictEqual(yield* arrives({ spot: 1, plate: "B-OC 201" }), {
        status: "Accepted",
        data: { open: true }
      })
      assert.deepStrictEqual(yield* arrives({ spot: 10 }), {
        status: "Rejected",
        statusInfo: { reasonCode: "InternalError" }
      })
      assert.deepStrictEqual(yield* arrives({ spot: "one" }), {
        status: "Rejected",
        statusInfo: { reasonCode: "InvalidValue", additionalInfo: "/spot" }
      })
      assert.deepStrictEqual(yield* arrives({}, "Departure"), { status: "UnknownMessageId" })
    })
  )

  it.effect("P-3, P01.FR.05: a message of ours, and each way a station may answer it", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-2")
      yield* station.answer("DataTransfer", ({ data }) => ({
        status: "Accepted",
        data: { ...Object(data), plate: "A" }
      }))
      assert.strictEqual(yield* carAt(inCsms, 1), "A")
      yield* station.answer("DataTransfer", { status: "Accepted", data: { plate: 1 } })
      assert.strictEqual(yield* carAt(inCsms, 1), "an answer without sense: spot is a number")
      yield* station.answer("DataTransfer", { status: "Rejected" })
      assert.strictEqual(yield* carAt(inCsms, 1), "the station does not tell")
      yield* station.answer("DataTransfer", { status: "UnknownVendorId" })
      assert.strictEqual(yield* carAt(inCsms, 1), "this station has no barrier")
    })
  )

  it.effect("P-5, R-201: customData is read by its schema, and a price to the last digit; others' is left alone", () =>
    Effect.gen(function* () {
      const { station } = yield* accepted("CS-3")
      const ended = Effect.fnUntraced(function* (id: string, customData: string) {
        const info = `{"transactionId":"${id}","customData":${customData}}`
        yield* station.sendText(
          `[2,"${id}","TransactionEvent",{"eventType":"Ended","seqNo":1,"timestamp":"2026-01-01T00:00:00Z","triggerReason":"EVDeparted","transactionInfo":${info}}]`
        )
        return yield* station.nextText
      })
      assert.strictEqual(yield* ended("T1", `{"vendorId":"${vendorId}","spot":1,"price":1.10}`), '[3,"T1",{}]')
      assert.strictEqual(yield* ended("T2", `{"vendorId":"${vendorId}","spot":"one"}`), '[3,"T2",{}]')
      assert.strictEqual(yield* ended("T3", '{"vendorId":"org.other","spot":1}'), '[3,"T3",{}]')
      assert.deepStrictEqual(log, [["T1", { spot: 1 }, "1.10"]])
    })
  )
})
