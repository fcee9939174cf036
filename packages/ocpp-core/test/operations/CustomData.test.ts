/** Block P: customData of vendors, typed or byte for byte. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import fc from "fast-check"
import { Csms, CustomData, DataTransfer, type Handlers, type NotificationAction } from "../../src/index.ts"
import { at, begin, booted, Recorder, settle, statusNotification, transactionEvent } from "../csms/support.ts"

const Spot = Schema.toStandardSchemaV1(Schema.Struct({ parkingSpot: Schema.Number }))
const vendorId = "com.example"

/** A CSMS that keeps what its handlers are told. */
const listening = () => {
  const requests: Array<unknown> = []
  const texts: Array<string | undefined> = []
  const handlers: Handlers = {
    StatusNotification: (request, context) =>
      Effect.sync(() => {
        requests.push(request.customData)
        texts.push(CustomData.textOf(context, "customData"))
      }),
    TransactionEvent: (request, context) =>
      Effect.sync(() => {
        requests.push(request.transactionInfo.customData)
        texts.push(CustomData.textOf(context, "transactionInfo", "customData"))
        return {}
      })
  }
  return { handlers, requests, texts }
}

describe("customData", () => {
  it.effect("P-5, R-200, R-201: any fields reach handlers and events as parsed: same keys, same values", () => {
    const { handlers, requests } = listening()
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      const sent = fc
        .sample(fc.dictionary(fc.string(), fc.jsonValue()), { seed: 20_240_501, numRuns: 50 })
        .map((fields) => JSON.parse(JSON.stringify({ ...fields, vendorId })) as unknown)
      for (const customData of sent) {
        const id = fake.call("StatusNotification", { ...statusNotification(), customData })
        assert.deepStrictEqual(fake.answerTo(id), [{}])
      }
      yield* settle
      assert.deepStrictEqual(requests, sent)
      const told = recorder
        .of("NotificationReceived")
        .map(({ request }) => (request as { customData: unknown }).customData)
      assert.deepStrictEqual(told, sent)
    }).pipe(Effect.provide(Csms.layer(handlers)))
  })

  it.effect("P-5, TC_P_03_CSMS: at every level of a message, byte for byte where that is wanted", () => {
    const { handlers, texts } = listening()
    const exact =
      '{ "vendorId" : "com.example","price":1.10,"serial":12345678901234567890, "2":0, "1":-0.0e0,"ü":"\\u00fc"}'
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      const status = JSON.stringify(statusNotification()).replace(/}$/, `,"customData":${exact}}`)
      fake.say(`[2,"a","StatusNotification",${status}]`)
      const event = JSON.stringify(transactionEvent(0)).replace('"T1"', `"T1","customData":${exact}`)
      fake.say(`[2,"b","TransactionEvent",${event}]`)
      assert.deepStrictEqual(fake.answerTo("a"), [{}])
      assert.deepStrictEqual(fake.answerTo("b"), [{}])
      assert.deepStrictEqual(texts, [exact, exact])
    }).pipe(Effect.provide(Csms.layer(handlers)))
  })

  it.effect("P-5, R-204: what we send keeps numbers as they are, and all digits by JSON.rawJSON", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }
      const data = {
        share: 0.123_456_789,
        at: 1_795_000_000_000,
        price: rawJSON("1.10"),
        serial: rawJSON("12345678901234567890")
      }
      const exact = '{"share":0.123456789,"at":1795000000000,"price":1.10,"serial":12345678901234567890}'
      const sent = yield* begin(DataTransfer.send(station, { vendorId, data, customData: { vendorId, ...data } }))
      assert.include(fake.texts.at(-1), `"data":${exact}`)
      assert.include(fake.texts.at(-1), `"customData":{"vendorId":"com.example",${exact.slice(1)}`)
      fake.reply({ status: "Accepted" })
      yield* Fiber.join(sent)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it("R-204: of a known vendor it is typed by a schema, of others it is no error", () => {
    const owner = { customData: { vendorId, parkingSpot: 7, more: true } }
    assert.deepStrictEqual(CustomData.read(owner, vendorId, Spot), { _tag: "Valid", value: { parkingSpot: 7 } })
    assert.deepStrictEqual(CustomData.read(owner, "COM.EXAMPLE", Spot), { _tag: "Absent" })
    assert.deepStrictEqual(CustomData.read({}, vendorId, Spot), { _tag: "Absent" })
    const wrong = { customData: { vendorId, parkingSpot: "7" } }
    const invalid = CustomData.read(wrong, vendorId, Spot)
    assert.strictEqual(invalid._tag === "Invalid" && invalid.customData, wrong.customData)
    assert.deepStrictEqual(invalid._tag === "Invalid" && invalid.issues[0]?.path, ["parkingSpot"])
  })

  it("a validator that is async cannot be used for customData", () => {
    const schema = {
      "~standard": { version: 1, vendor: "test", validate: async (value: unknown) => ({ value }) }
    } as const
    assert.throws(() => CustomData.read({ customData: { vendorId } }, vendorId, schema), TypeError)
  })

  it.effect("P-5: customData is never sent back unasked", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const customData = { vendorId }
      const messages: ReadonlyArray<readonly [NotificationAction | "TransactionEvent", object]> = [
        ["Heartbeat", { customData }],
        [
          "MeterValues",
          { evseId: 0, customData, meterValue: [{ timestamp: at, sampledValue: [{ value: 1, customData }] }] }
        ],
        ["TransactionEvent", transactionEvent(0, { customData })]
      ]
      for (const [action, request] of messages) {
        const id = fake.call(action, request)
        assert.notInclude(JSON.stringify(fake.answerTo(id)), "customData")
      }
    }).pipe(Effect.provide(Csms.layer()))
  )
})
