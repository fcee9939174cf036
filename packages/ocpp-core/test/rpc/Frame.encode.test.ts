import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import {
  decode,
  encodeCall,
  encodeCallError,
  encodeCallResult,
  maxErrorDescriptionLength
} from "../../src/rpc/Frame.ts"
import { errorCodes } from "../../src/rpc/ErrorCode.ts"
import { property } from "./support.ts"

/** Any string at all: half surrogate pairs, quotes, control characters. */
const anyText = (lengths: { readonly minLength: number; readonly maxLength: number }): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string(lengths),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), lengths)
      .map((units) => units.map((unit) => String.fromCharCode(unit)).join(""))
  )

const anyId = anyText({ minLength: 1, maxLength: 36 })
const anyPayload = fc.dictionary(fc.string(), fc.jsonValue())
const anyCode = fc.constantFrom(...errorCodes)

/** A value as JSON has it: `-0` is `0`. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const descriptionOf = (description: string): string => {
  const frame = JSON.parse(encodeCallError("a", "InternalError", description)) as ReadonlyArray<unknown>
  return String(frame[3])
}

describe("encode", () => {
  it("R-071…R-073: the three frames, written without white space", () => {
    assert.strictEqual(encodeCall("a", "Reset", { type: "Immediate" }), '[2,"a","Reset",{"type":"Immediate"}]')
    assert.strictEqual(encodeCallResult("a", { status: "Accepted" }), '[3,"a",{"status":"Accepted"}]')
    assert.strictEqual(encodeCallError("a", "NotSupported", "no", { x: 1 }), '[4,"a","NotSupported","no",{"x":1}]')
  })

  it("R-074: a CALLERROR with nothing to say has an empty description and empty details", () => {
    assert.strictEqual(encodeCallError("a", "GenericError", ""), '[4,"a","GenericError","",{}]')
  })

  it("R-076: an empty payload is written as {}", () => {
    assert.strictEqual(encodeCallResult("a", {}), '[3,"a",{}]')
    assert.strictEqual(encodeCall("a", "ClearCache", {}), '[2,"a","ClearCache",{}]')
  })

  it("R-074: a description of 255 characters is sent whole, a longer one is cut to 255", () => {
    assert.strictEqual(descriptionOf("x".repeat(255)), "x".repeat(255))
    assert.strictEqual(descriptionOf("x".repeat(256)), "x".repeat(255))
  })

  it("R-074, R-130: characters are code points, so no surrogate pair is split", () => {
    assert.strictEqual(descriptionOf("😀".repeat(255)), "😀".repeat(255))
    assert.strictEqual(descriptionOf("😀".repeat(256)), "😀".repeat(255))
    assert.strictEqual(descriptionOf(`${"x".repeat(254)}😀😀`), `${"x".repeat(254)}😀`)
  })

  it("R-074: every description is cut to a beginning of itself with at most 255 code points", () => {
    fc.assert(
      fc.property(anyText({ minLength: 0, maxLength: 600 }), (description) => {
        const written = descriptionOf(description)
        assert.isTrue(description.startsWith(written))
        assert.strictEqual(
          Array.from(written).length,
          Math.min(Array.from(description).length, maxErrorDescriptionLength)
        )
      }),
      property
    )
  })

  it("R-092: an id with quotes, control characters and half surrogate pairs comes back as it was", () => {
    const id = '"\\\n\u0000\ud800é'
    assert.strictEqual(encodeCallResult(id, {}), '[3,"\\"\\\\\\n\\u0000\\ud800é",{}]')
    assert.deepInclude(decode(encodeCallResult(id, {})), { messageId: id })
  })

  it("R-079: whatever is written is valid UTF-8", () => {
    fc.assert(
      fc.property(anyId, anyText({ minLength: 0, maxLength: 300 }), anyCode, (id, text, code) => {
        for (const frame of [
          encodeCall(id, text, { [text]: text }),
          encodeCallResult(id, { [text]: text }),
          encodeCallError(id, code, text, { [text]: text })
        ])
          assert.strictEqual(new TextDecoder("utf-8", { fatal: true }).decode(new TextEncoder().encode(frame)), frame)
      }),
      property
    )
  })
})

describe("decode after encode", () => {
  it("R-071, R-092: a CALL comes back with the same id, action and payload", () => {
    fc.assert(
      fc.property(anyId, fc.string(), anyPayload, (messageId, action, payload) => {
        const expected = { _tag: "Call", messageId, action, payload: asJson(payload) } as const
        assert.deepStrictEqual(decode(encodeCall(messageId, action, payload)), expected)
      }),
      property
    )
  })

  it("R-072, R-092: a CALLRESULT comes back with the same id and payload", () => {
    fc.assert(
      fc.property(anyId, anyPayload, (messageId, payload) => {
        const expected = { _tag: "CallResult", messageId, payload: asJson(payload), malformed: undefined } as const
        assert.deepStrictEqual(decode(encodeCallResult(messageId, payload)), expected)
      }),
      property
    )
  })

  it("R-073, R-092: a CALLERROR comes back with the same id, code, description and details", () => {
    fc.assert(
      fc.property(
        anyId,
        anyCode,
        fc.string({ maxLength: 255 }),
        anyPayload,
        (messageId, code, description, details) => {
          assert.deepStrictEqual(decode(encodeCallError(messageId, code, description, details)), {
            _tag: "CallError",
            messageId,
            errorCode: code,
            rawErrorCode: code,
            errorDescription: description,
            errorDetails: asJson(details) as Readonly<Record<string, unknown>>
          })
        }
      ),
      property
    )
  })
})
