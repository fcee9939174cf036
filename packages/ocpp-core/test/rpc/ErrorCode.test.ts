import { assert, describe, it } from "@effect/vitest"
import { codeOfKeyword, errorCodes, readErrorCode } from "../../src/rpc/ErrorCode.ts"

/** rpc.md §10, last column. */
const byKeyword = {
  additionalProperties: "ProtocolError",
  enum: "PropertyConstraintViolation",
  format: "FormatViolation",
  maxItems: "OccurrenceConstraintViolation",
  maxLength: "PropertyConstraintViolation",
  maximum: "PropertyConstraintViolation",
  minItems: "OccurrenceConstraintViolation",
  minimum: "PropertyConstraintViolation",
  required: "OccurrenceConstraintViolation",
  type: "TypeConstraintViolation"
} as const

describe("error codes", () => {
  it("R-143: there are twelve, spelled as in 2.0.1", () => {
    assert.deepStrictEqual(Array.from<string>(errorCodes), [
      "FormatViolation",
      "GenericError",
      "InternalError",
      "MessageTypeNotSupported",
      "NotImplemented",
      "NotSupported",
      "OccurrenceConstraintViolation",
      "PropertyConstraintViolation",
      "ProtocolError",
      "RpcFrameworkError",
      "SecurityError",
      "TypeConstraintViolation"
    ])
  })

  it("§10: each of the ten schema keywords has its code", () => {
    assert.deepInclude(codeOfKeyword, byKeyword)
  })

  it("§10: GenericError is never the code of a violation", () => {
    assert.notInclude(Object.values(codeOfKeyword), "GenericError")
  })
})

describe("reading the code of a CALLERROR", () => {
  it("§10: each of the twelve is read as itself", () => {
    for (const code of errorCodes) assert.strictEqual(readErrorCode(code), code)
  })

  it("§10: the spellings of 1.6 are read", () => {
    assert.strictEqual(readErrorCode("FormationViolation"), "FormatViolation")
    assert.strictEqual(readErrorCode("OccurenceConstraintViolation"), "OccurrenceConstraintViolation")
  })

  it("§10: the spellings of 1.6 are never sent", () => {
    const sendable: ReadonlyArray<string> = [...errorCodes, ...Object.values(codeOfKeyword)]
    assert.notInclude(sendable, "FormationViolation")
    assert.notInclude(sendable, "OccurenceConstraintViolation")
  })

  it("§10: whatever else a station says is a GenericError", () => {
    const others = [
      "",
      "formatViolation",
      " FormatViolation",
      "Blocked",
      "toString",
      "__proto__",
      7,
      null,
      undefined,
      {}
    ]
    for (const other of others) assert.strictEqual(readErrorCode(other), "GenericError")
  })
})
