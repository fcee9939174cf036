import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { decode, encodeCall, encodeCallError, encodeCallResult } from "../../src/rpc/Frame.ts"
import { property } from "./support.ts"

const parse = (text: string): { readonly json: unknown } | undefined => {
  try {
    return { json: JSON.parse(text) }
  } catch {
    return undefined
  }
}

const idIn = (json: unknown): string | undefined =>
  Array.isArray(json) && typeof json[1] === "string" && json[1] !== "" ? json[1] : undefined

/**
 * The id of a text as §9 defines it, found the slow way: in JSON it is element 1; in anything else it is element 1 of the
 * first beginning that an added `]` completes to an array of an integer and an id (row 3).
 */
const idOf = (text: string): string | undefined => {
  const whole = parse(text)
  if (whole !== undefined) return idIn(whole.json)
  for (let end = 1; end <= text.length; end++) {
    const array = parse(`${text.slice(0, end)}]`)?.json
    if (Array.isArray(array) && array.length === 2) return Number.isInteger(array[0]) ? idIn(array) : undefined
  }
  return undefined
}

/** What is wrong with the verdict on a text, checked against the slow reading; `undefined`: nothing. */
const faultOf = (text: string): string | undefined => {
  const frame = decode(text)
  const id = idOf(text)
  switch (frame._tag) {
    case "Empty":
      return text === "" ? undefined : "not empty"
    case "Malformed":
      if (frame.messageId !== (id ?? "-1")) return `${frame.messageId} instead of ${id ?? "-1"}`
      return ["RpcFrameworkError", "MessageTypeNotSupported"].includes(frame.errorCode) ? undefined : frame.errorCode
    case "Call":
      return id === frame.messageId && id.length <= 36 ? undefined : `a CALL under ${frame.messageId}`
    case "CallResult":
    case "CallError":
      return id === frame.messageId ? undefined : `an answer to ${frame.messageId} instead of ${id}`
  }
}

const anyId = fc.oneof(fc.constantFrom("a", "-1", "", "[2,", '"', "\\"), fc.string({ maxLength: 40 }))
const anyObject = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 })

const validFrame = fc.oneof(
  fc.tuple(anyId, fc.constantFrom("Heartbeat", "X", ""), anyObject).map((parts) => encodeCall(...parts)),
  fc.tuple(anyId, anyObject).map((parts) => encodeCallResult(...parts)),
  fc.tuple(anyId, fc.string(), anyObject).map(([id, text, more]) => encodeCallError(id, "GenericError", text, more))
)

/** One injury of a text: a piece of it is cut out, doubled or replaced, or everything behind it is lost. */
const injure = (text: string, at: number, length: number, how: "cut" | "double" | "replace" | "truncate"): string => {
  const from = at % (text.length + 1)
  const piece = text.slice(from, from + length)
  const tail = text.slice(from + piece.length)
  switch (how) {
    case "cut":
      return text.slice(0, from) + tail
    case "double":
      return text.slice(0, from) + piece + piece + tail
    case "replace":
      return `${text.slice(0, from)}${'"'.repeat(piece.length)}${tail}`
    case "truncate":
      return text.slice(0, from)
  }
}

const injury = fc.tuple(
  fc.nat(200),
  fc.integer({ min: 1, max: 12 }),
  fc.constantFrom("cut" as const, "double" as const, "replace" as const, "truncate" as const)
)

const injuredFrame = fc
  .tuple(validFrame, fc.array(injury, { minLength: 1, maxLength: 3 }))
  .map(([text, injuries]) => injuries.reduce((injured, [at, length, how]) => injure(injured, at, length, how), text))

/** Something that looks like a frame from afar. */
const nearFrame = fc
  .array(fc.oneof(fc.constantFrom<unknown>(2, 3, 4, 5, 2.5, "2", null, "", "a"), fc.jsonValue()), { maxLength: 6 })
  .map((parts) => JSON.stringify(parts))

describe("decode, whatever comes", () => {
  it("R-145: any text gives a verdict; -1 only where the id cannot be read", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => assert.isUndefined(faultOf(text))),
      property
    )
  })

  it("R-145: any JSON gives a verdict; -1 only where the id cannot be read", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), nearFrame), (text) => assert.isUndefined(faultOf(text))),
      { ...property, numRuns: 1500 }
    )
  })

  it("R-145: any injured frame gives a verdict; -1 only where the id cannot be read", () => {
    fc.assert(
      fc.property(injuredFrame, (text) => assert.isUndefined(faultOf(text))),
      { ...property, numRuns: 3000 }
    )
  })

  it("R-145: a CALL that is cut off anywhere behind its id is refused under that id", () => {
    const text = encodeCall("an-id", "DataTransfer", { vendorId: "V", data: { a: [1, "]", null] } })
    const idEnd = '[2,"an-id"'.length
    for (let end = 1; end < text.length; end++) {
      const messageId = end < idEnd ? "-1" : "an-id"
      assert.deepInclude(decode(text.slice(0, end)), { _tag: "Malformed", messageId })
    }
  })

  it("R-147: an answer that is cut off anywhere behind its type is never answered", () => {
    for (const text of [encodeCallResult("an-id", { a: 1 }), encodeCallError("an-id", "GenericError", "", {})])
      for (let end = "[3,".length; end < text.length; end++)
        assert.deepInclude(decode(text.slice(0, end)), { _tag: "CallResult", malformed: "The answer is not JSON" })
  })

  it("a text that is nested a hundred thousand deep is a text like any other", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
    assert.deepInclude(decode(deep), { _tag: "Malformed", messageId: "-1" })
    assert.deepInclude(decode(`[2,"a","DataTransfer",{"vendorId":"V","data":${deep}}]`), { _tag: "Call" })
    assert.deepInclude(decode(deep.slice(0, 150_000)), { _tag: "Malformed", messageId: "-1" })
  })
})
