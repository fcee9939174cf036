/** Block P: vendor messages both ways, typed by schemas. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Logger, Schema } from "effect"
import fc from "fast-check"
import { andThen, Csms, DataTransfer, type Handlers, type StandardSchema } from "../../src/index.ts"
import { begin, booted, settle } from "../csms/support.ts"
import { FakeStation } from "../support/FakeStation.ts"

const vendorId = "com.example"
const Lamp = Schema.toStandardSchemaV1(Schema.Struct({ colour: Schema.String, level: Schema.Number }))

/** A validator of another make that takes its time. */
const slowly = <A>(schema: StandardSchema<A>): StandardSchema<A> => ({
  "~standard": {
    version: 1,
    vendor: "test",
    validate: async (value) => schema["~standard"].validate(value)
  }
})

const setLamp = DataTransfer.extension({
  vendorId,
  messageId: "SetLamp",
  schema: Lamp,
  handler: ({ colour, level }, { request }) =>
    Effect.succeed(
      level > 100
        ? { status: "Rejected" as const }
        : { status: "Accepted" as const, data: [colour, level, request.messageId ?? null] }
    )
})

/** The answers to DataTransfers. */
const answers = (handlers: Handlers, ...requests: ReadonlyArray<object>) =>
  Effect.gen(function* () {
    const { fake } = yield* booted()
    const ids = requests.map((request) => fake.call("DataTransfer", request))
    yield* settle
    return ids.map((id) => fake.answerTo(id))
  }).pipe(Effect.provide(Csms.layer(handlers)))

describe("DataTransfer from a station", () => {
  it.effect("P-1, R-203, TC_P_02_CSMS: an unknown vendor, an unknown message of a known vendor", () =>
    Effect.gen(function* () {
      const told = yield* answers(
        { dataTransfer: [setLamp] },
        { vendorId: "com.other", messageId: "SetLamp" },
        { vendorId, messageId: "setlamp" },
        { vendorId },
        { vendorId: "COM.EXAMPLE", messageId: "SetLamp" },
        { vendorId: "__proto__", messageId: "constructor" }
      )
      assert.deepStrictEqual(told, [
        [{ status: "UnknownVendorId" }],
        [{ status: "UnknownMessageId" }],
        [{ status: "UnknownMessageId" }],
        [{ status: "UnknownVendorId" }],
        [{ status: "UnknownVendorId" }]
      ])
      assert.deepStrictEqual(yield* answers({}, { vendorId }), [[{ status: "UnknownVendorId" }]])
    })
  )

  it.effect("P-2, R-204: the handler gets data as its schema makes it, and decides", () =>
    Effect.gen(function* () {
      const told = yield* answers(
        { dataTransfer: [setLamp] },
        { vendorId, messageId: "SetLamp", data: { colour: "red", level: 5 } },
        { vendorId, messageId: "SetLamp", data: { colour: "red", level: 500 } }
      )
      assert.deepStrictEqual(told, [[{ status: "Accepted", data: ["red", 5, "SetLamp"] }], [{ status: "Rejected" }]])
    })
  )

  it.effect("P-1, P-2: data that does not fit is Rejected, says where, and never reaches the handler", () =>
    Effect.gen(function* () {
      const logged: Array<unknown> = []
      const log = Logger.layer([Logger.make(({ message }) => void logged.push(message))])
      const request = { vendorId, messageId: "SetLamp", data: { colour: "red", level: "much\n" } }
      const refused = [{ status: "Rejected", statusInfo: { reasonCode: "InvalidValue", additionalInfo: "/level" } }]
      const told = yield* answers({ dataTransfer: [setLamp] }, request).pipe(Effect.provide(log))
      assert.deepStrictEqual(told, [refused])
      assert.include(String(logged), `CS-1: data of DataTransfer ["com.example","SetLamp"] does not fit`)
      assert.notInclude(String(logged), "much")
      const none = yield* answers({ dataTransfer: [setLamp] }, { vendorId, messageId: "SetLamp" })
      assert.deepStrictEqual(none, [[{ status: "Rejected", statusInfo: { reasonCode: "InvalidValue" } }]])
    })
  )

  it.effect("R-204: a validator may be async; without one the data is raw", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const first = fake.call("DataTransfer", { vendorId, data: { colour: "red", level: 1 } })
      const second = fake.call("DataTransfer", { vendorId: "org.example", data: [null, { a: 1.5 }] })
      yield* Effect.promise(() => new Promise((done) => setTimeout(done, 5)))
      assert.deepStrictEqual(fake.answerTo(first), [{ status: "Accepted", data: "red" }])
      assert.deepStrictEqual(fake.answerTo(second), [{ status: "Accepted", data: [null, { a: 1.5 }] }])
    }).pipe(
      Effect.provide(
        Csms.layer({
          dataTransfer: [
            DataTransfer.extension({
              vendorId: "org.example",
              handler: (data) => Effect.succeed({ status: "Accepted", data })
            }),
            DataTransfer.extension({
              vendorId,
              schema: slowly(Lamp),
              handler: ({ colour }) => Effect.succeed({ status: "Accepted", data: colour })
            })
          ]
        })
      )
    )
  )

  it.effect("P-2: the handler of DataTransfer gets what no extension is for", () =>
    Effect.gen(function* () {
      const told = yield* answers(
        {
          dataTransfer: [setLamp],
          DataTransfer: ({ messageId }) => Effect.succeed({ status: "Accepted", data: messageId })
        },
        { vendorId: "com.other", messageId: "A" },
        { vendorId, messageId: "B" },
        { vendorId, messageId: "SetLamp" }
      )
      assert.deepStrictEqual(told, [
        [{ status: "Accepted", data: "A" }],
        [{ status: "Accepted", data: "B" }],
        [{ status: "Rejected", statusInfo: { reasonCode: "InvalidValue" } }]
      ])
    })
  )

  it.effect("P-2, R-111: a handler that fails is InternalError, since nobody else can decide", () =>
    Effect.gen(function* () {
      const broken = DataTransfer.extension({ vendorId, handler: () => Effect.die("no lamp") })
      const throws = DataTransfer.extension({
        vendorId: "org.example",
        schema: { "~standard": { version: 1, vendor: "test", validate: () => assert.fail("a bug") } },
        handler: () => Effect.succeed({ status: "Accepted" })
      })
      const told = yield* answers({ dataTransfer: [broken, throws] }, { vendorId }, { vendorId: "org.example" })
      assert.deepStrictEqual(
        told.map((answer) => answer?.[0]),
        ["InternalError", "InternalError"]
      )
    }).pipe(Effect.provide(Logger.layer([])))
  )

  it.effect("P-2: extensions of one station lie on top of those of the CSMS; handlers may need services", () => {
    class Colour extends Context.Service<Colour, { readonly name: string }>()("test/Colour") {}
    const by = (messageId: string) =>
      DataTransfer.extension({
        vendorId,
        messageId,
        handler: () => Effect.map(Colour, ({ name }) => ({ status: "Accepted" as const, data: name }))
      })
    const own = DataTransfer.extension({
      vendorId,
      messageId: "A",
      handler: () => Effect.succeed({ status: "Accepted", data: "its own" })
    })
    return Effect.gen(function* () {
      const csms = yield* Csms
      yield* csms.addStation({ identity: "CS-1", securityProfile: 0, handlers: { dataTransfer: [own] } })
      const fake = yield* FakeStation.connect("CS-1")
      fake.boot()
      const ids = ["A", "B"].map((messageId) => fake.call("DataTransfer", { vendorId, messageId }))
      assert.deepStrictEqual(
        ids.map((id) => fake.answerTo(id)),
        [[{ status: "Accepted", data: "its own" }], [{ status: "Accepted", data: "red" }]]
      )
    }).pipe(
      Effect.provide(
        Csms.layer({ dataTransfer: [by("A"), by("B")] }).pipe(Layer.provide(Layer.succeed(Colour)({ name: "red" })))
      )
    )
  })

  it.effect("P-2: an answer may have a follow-up", () =>
    Effect.gen(function* () {
      let followed = false
      const later = DataTransfer.extension({
        vendorId,
        handler: () =>
          Effect.succeed(
            andThen(
              { status: "Accepted" },
              Effect.sync(() => (followed = true))
            )
          )
      })
      assert.deepStrictEqual(yield* answers({ dataTransfer: [later] }, { vendorId }), [[{ status: "Accepted" }]])
      assert.isTrue(followed)
    })
  )

  it.effect("R-202: a vendorId that is not in reversed DNS form works, and is warned of", () =>
    Effect.gen(function* () {
      const logged: Array<unknown> = []
      const log = Logger.layer([Logger.make(({ message }) => void logged.push(message))])
      const of = (id: string) =>
        DataTransfer.extension({ vendorId: id, handler: () => Effect.succeed({ status: "Accepted" }) })
      const handlers = { dataTransfer: [of("Lamps Inc"), of("com.example")] }
      const told = yield* answers(handlers, { vendorId: "Lamps Inc" }).pipe(Effect.provide(log))
      assert.deepStrictEqual(told, [[{ status: "Accepted" }]])
      assert.include(String(logged), "reversed DNS form, such as com.example (R-202): Lamps Inc")
      assert.deepStrictEqual(
        ["com.example", "de.e-mobility.x1", "example", "com.", ".com", "com.-x", "https://example.com", ""].map(
          DataTransfer.isReversedDns
        ),
        [true, true, false, false, false, false, false, false]
      )
    })
  )

  it("ids longer than the standard allows are refused at once", () => {
    const of = (id: string, messageId: string) => () =>
      DataTransfer.extension({ vendorId: id, messageId, handler: () => Effect.succeed({ status: "Accepted" }) })
    assert.throws(of("v".repeat(256), "m"), RangeError)
    assert.throws(of("v", "m".repeat(51)), RangeError)
    assert.doesNotThrow(of("v".repeat(255), "m".repeat(50)))
  })
})

describe("DataTransfer.send", () => {
  it.effect("P-3: the four statuses are values", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const status of ["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"] as const) {
        const sent = yield* begin(DataTransfer.send(station, { vendorId, messageId: "GetLamp", data: [1] }))
        assert.deepStrictEqual(fake.lastCall.slice(2), ["DataTransfer", { vendorId, messageId: "GetLamp", data: [1] }])
        fake.reply({ status, data: 7, statusInfo: { reasonCode: "Unspecified" } })
        assert.deepStrictEqual<unknown>(yield* Fiber.join(sent), {
          _tag: status,
          data: 7,
          statusInfo: { reasonCode: "Unspecified" }
        })
      }
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "P-3, R-204: the data of an Accepted answer is typed by a schema; what does not fit it is a value too",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        for (const schema of [Lamp, slowly(Lamp)]) {
          const send = DataTransfer.send(station, { vendorId }, { schema, timeout: "10 seconds" })
          const good = yield* begin(send)
          fake.reply({ status: "Accepted", data: { colour: "red", level: 1 } })
          const outcome = yield* Fiber.join(good)
          assert.strictEqual(outcome._tag === "Accepted" && outcome.data.colour, "red")
          const bad = yield* begin(send)
          fake.reply({ status: "Accepted", data: { colour: "red" } })
          const misfit = yield* Fiber.join(bad)
          assert.deepStrictEqual(misfit._tag === "Misfit" && misfit.data, { colour: "red" })
          const refused = yield* begin(send)
          fake.reply({ status: "Rejected", data: "why" })
          assert.deepStrictEqual<unknown>(yield* Fiber.join(refused), { _tag: "Rejected", data: "why" })
        }
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("P-4: data is any JSON value, both ways, of any length", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const values = [
        ...fc.sample(fc.jsonValue(), { seed: 20_240_501, numRuns: 40 }),
        null,
        "x".repeat(100_000),
        { __proto__: null }
      ].map((value) => JSON.parse(JSON.stringify(value)) as unknown)
      for (const data of values) {
        const sent = yield* begin(DataTransfer.send(station, { vendorId, data }))
        assert.deepStrictEqual(fake.lastCall[3], { vendorId, data })
        fake.reply({ status: "Accepted", data })
        const outcome = yield* Fiber.join(sent)
        assert.deepStrictEqual(outcome._tag === "Accepted" && [outcome.data], [data])
        const id = fake.call("DataTransfer", { vendorId, data })
        assert.deepStrictEqual(fake.answerTo(id), [{ status: "Accepted", data }])
      }
    }).pipe(
      Effect.provide(
        Csms.layer({
          dataTransfer: [
            DataTransfer.extension({ vendorId, handler: (data) => Effect.succeed({ status: "Accepted", data }) })
          ]
        })
      )
    )
  )
})
