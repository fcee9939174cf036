import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { describe as inWords, outgoing, roundDecimals, unreadableNumber } from "../../src/rpc/Outbound.ts"
import { property, sent, start, withStation } from "./support.ts"

/** A payload that contains itself. */
const endless = (): object => {
  const self: Record<string, unknown> = { vendorId: "V" }
  self["data"] = { list: [self] }
  return self
}

/** Decimal places of a number as JSON writes it. */
const places = (value: number): number => /\.(\d+)$/.exec(JSON.stringify(value))?.[1]?.length ?? 0

describe("rounding decimals", () => {
  it("R-127: decimals are rounded to six places, wherever they stand", () => {
    assert.deepStrictEqual(
      roundDecimals({ limit: 0.1 + 0.2, list: [1.123_456_789, { x: -2.000_000_49 }], text: "1.123456789" }),
      { limit: 0.3, list: [1.123_457, { x: -2 }], text: "1.123456789" }
    )
    assert.deepStrictEqual([roundDecimals(1.000_000_5), roundDecimals(1e-7), roundDecimals(12.5)], [1.000_001, 0, 12.5])
  })

  it("R-127: a payload with nothing to round is given back as the same object", () => {
    for (const payload of [{}, { a: [1, 2.5, { b: 0.000_001 }], c: null, d: "x" }, [], 7, null, undefined])
      assert.strictEqual(roundDecimals(payload), payload)
  })

  it("R-201, R-204: numbers in customData and in the data of a DataTransfer are the vendor's own", () => {
    const payload = { data: { at: 1_795_000_000_000, share: 0.123_456_789 }, customData: { vendorId: "V", x: 1e15 } }
    assert.strictEqual(roundDecimals(payload), payload)
    assert.isUndefined(unreadableNumber(payload))
  })

  it("R-127: the payload itself is not changed, and its untouched parts are shared", () => {
    const payload = Object.freeze({ rounded: Object.freeze([0.123_456_78]), kept: Object.freeze({ a: 1 }) })
    const result = roundDecimals(payload) as typeof payload
    assert.deepStrictEqual(result, { rounded: [0.123_457], kept: { a: 1 } })
    assert.strictEqual(result.kept, payload.kept)
  })

  it("R-127: no number below a billion keeps more than six places; it moves by half a millionth at most", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (value) => {
        const rounded = roundDecimals(value) as number
        assert.isAtMost(places(rounded), 6)
        assert.isAtMost(Math.abs(rounded - value), 0.000_000_6)
      }),
      property
    )
  })
})

describe("a payload on its way out", () => {
  const anything = (): boolean => true

  /** Payloads full of numbers, some of which are neither plain nor readable. */
  const payloads = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(
        fc.double(),
        fc.integer(),
        fc.maxSafeInteger(),
        fc.constantFrom(-0, 0.1 + 0.2, 230.1, 1e-7, 2 ** 31, 7n)
      ),
      fc.constantFrom("text", null, true, undefined),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "data", "customData"), tie("value"), { maxKeys: 3 })
    )
  })).value

  it("R-121, R-127, R-128: one look gives what rounding and looking for the unreadable give one after the other", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), payloads, { maxKeys: 4 }), (request) => {
        const rounded = roundDecimals(request)
        const { payload, violation } = outgoing(request, anything)
        assert.deepStrictEqual(payload, rounded)
        assert.strictEqual(payload === request, rounded === request)
        assert.deepStrictEqual(violation, unreadableNumber(rounded))
      }),
      property
    )
  })

  it("R-121: what breaks the schema is told first, and a validator that gives no reason is believed", () => {
    const refuse = Object.assign(() => false, { errors: [{ instancePath: "/a", keyword: "type" }] })
    assert.deepInclude(outgoing({ a: Number.NaN }, refuse).violation, { instancePath: "/a" })
    assert.deepInclude(outgoing({ a: 1 }, refuse).violation, { instancePath: "/a" })
    assert.isDefined(outgoing({ a: 1 }, () => false).violation)
  })
})

describe("what no station can read", () => {
  it("R-128: integers up to 32 bits with a sign pass", () => {
    for (const value of [0, -1, 2_147_483_647, -2_147_483_648, 2_147_483_647.5])
      assert.isUndefined(unreadableNumber({ value }))
  })

  it("R-128: a larger integer is found, and where it stands", () => {
    for (const value of [2_147_483_648, -2_147_483_649, Number.MAX_SAFE_INTEGER, 1e21])
      assert.deepInclude(unreadableNumber({ a: [{ b: 1 }, { b: value }] }), {
        instancePath: "/a/1/b",
        keyword: "maximum"
      })
  })

  it("R-128: NaN and infinities are found: JSON would turn them into null", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      assert.deepInclude(unreadableNumber({ value }), { instancePath: "/value", keyword: "type" })
  })

  it("R-121: a bigint is found: JSON cannot write it", () => {
    assert.deepInclude(unreadableNumber({ data: { value: 7n } }), { instancePath: "/data/value", keyword: "type" })
  })

  it("R-121: a payload that contains itself is found: JSON cannot write it", () => {
    assert.deepInclude(unreadableNumber(endless()), { keyword: "type" })
    const payload = endless()
    assert.strictEqual(roundDecimals(payload), payload)
  })

  it("R-121: the same object in two places is fine", () => {
    const part = { a: 1 }
    assert.isUndefined(unreadableNumber({ list: [part, part], part }))
  })

  it("R-121: a violation is told by its path, its reason and its keyword", () => {
    assert.strictEqual(
      inWords({ instancePath: "/a/b", keyword: "maximum", message: "must be less" }),
      "/a/b must be less (maximum)"
    )
    assert.strictEqual(inWords({ instancePath: "", keyword: "type" }), "the payload is invalid (type)")
  })
})

describe("what is sent", () => {
  it.effect("R-127: a CALL goes out with its decimals rounded", () =>
    withStation(({ station, fake }) =>
      Effect.gen(function* () {
        yield* start(station.call("CostUpdated", { totalCost: 1.234_567_89, transactionId: "t" }))
        assert.deepStrictEqual(sent(fake)[0]?.[3], { totalCost: 1.234_568, transactionId: "t" })
      })
    )
  )

  it.effect("R-128: a CALL with a larger integer is refused here, and nothing goes out", () =>
    withStation(({ station, fake }) =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(station.call("CancelReservation", { reservationId: 2_147_483_648 }))
        assert.deepInclude(failure, { _tag: "NotSent", reason: "InvalidRequest", action: "CancelReservation" })
        assert.deepStrictEqual(sent(fake), [])
      })
    )
  )

  it.effect("R-121: a CALL that JSON cannot write is refused here, and the next one goes out", () =>
    withStation(({ station, fake }) =>
      Effect.gen(function* () {
        for (const data of [{ value: 7n }, { self: endless() }, { value: Number.NaN }]) {
          const failure = yield* Effect.flip(station.call("DataTransfer", { vendorId: "V", data }))
          assert.deepInclude(failure, { _tag: "NotSent", reason: "InvalidRequest" })
        }
        yield* start(station.call("ClearCache", {}))
        assert.deepStrictEqual(
          sent(fake).map(([, , action]) => action),
          ["ClearCache"]
        )
      })
    )
  )

  it.effect("R-111, R-204: vendor data goes out as it is; an answer that JSON cannot write is replaced", () => {
    const data = [{ value: 1 / 3 }, { value: 7n }, { self: endless() }]
    return withStation(
      ({ fake }) =>
        Effect.sync(() => {
          const ids = data.map(() => fake.call("DataTransfer", { vendorId: "V" }))
          assert.deepStrictEqual(
            ids.map((id) => fake.answerTo(id)?.[0]),
            [{ status: "Accepted", data: { value: 1 / 3 } }, "InternalError", "InternalError"]
          )
        }),
      {
        DataTransfer: (_request, { messageId }) =>
          Effect.succeed({ status: "Accepted", data: data[Number(messageId.slice(1)) - 2] ?? {} })
      }
    )
  })
})
