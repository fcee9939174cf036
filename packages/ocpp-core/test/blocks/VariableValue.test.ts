import type { DataEnumType, VariableCharacteristicsType } from "@wattline/ocpp-v201"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { maximum, maxLength, parse } from "../../src/blocks/VariableValue.ts"
import { property } from "./payloads.ts"

const of = (dataType: DataEnumType, more: Partial<VariableCharacteristicsType> = {}): VariableCharacteristicsType => ({
  dataType,
  supportsMonitoring: false,
  ...more
})

describe("VariableValue", () => {
  it("DM-14: parses booleans, integers, decimals, dates and texts", () => {
    expect(parse("true", of("boolean"))).toEqual({ _tag: "boolean", value: true, raw: "true" })
    expect(parse("false", of("boolean"))).toEqual({ _tag: "boolean", value: false, raw: "false" })
    expect(parse("0", of("integer"))).toEqual({ _tag: "integer", value: 0, raw: "0" })
    expect(parse("-12", of("integer"))).toEqual({ _tag: "integer", value: -12, raw: "-12" })
    expect(parse("0.5", of("decimal"))).toEqual({ _tag: "decimal", value: 0.5, raw: "0.5" })
    expect(parse("230", of("decimal"))).toEqual({ _tag: "decimal", value: 230, raw: "230" })
    const raw = "2024-05-01T12:00:00Z"
    expect(parse(raw, of("dateTime"))).toEqual({ _tag: "dateTime", value: Date.UTC(2024, 4, 1, 12), raw })
    expect(parse("12", of("string"))).toEqual({ _tag: "string", value: "12", raw: "12" })
  })

  it.each([
    ["boolean", "True"],
    ["boolean", "1"],
    ["integer", "+1"],
    ["integer", "007"],
    ["integer", "1.0"],
    ["integer", "null"],
    ["integer", "99999999999999999999"],
    ["decimal", "1,5"],
    ["decimal", ".5"],
    ["decimal", "NaN"],
    ["dateTime", "2024-05-01"],
    ["dateTime", "2024-13-01T00:00:00Z"]
  ] as const)("DM-14: a %s of %j is kept raw and flagged", (dataType, raw) => {
    expect(parse(raw, of(dataType))).toEqual({ _tag: "Unparsable", dataType, raw })
  })

  it("DM-11: an empty value is unset, but empty texts and lists are values", () => {
    expect(parse("", of("integer"))).toEqual({ _tag: "Unset", dataType: "integer", raw: "" })
    expect(parse("", of("OptionList", { valuesList: "A,B" }))).toEqual({
      _tag: "Unset",
      dataType: "OptionList",
      raw: ""
    })
    expect(parse("", of("string"))).toEqual({ _tag: "string", value: "", raw: "" })
    expect(parse("", of("MemberList", { valuesList: "A" }))).toEqual({ _tag: "MemberList", value: [], raw: "" })
  })

  it("DM-12: without characteristics the data type is not known", () => {
    expect(parse("300", undefined)).toEqual({ _tag: "Untyped", raw: "300" })
  })

  it("DM-15: an OptionList is one of its values, a SequenceList and a MemberList only of its values", () => {
    const valuesList = "A, B,C"
    expect(parse("B", of("OptionList", { valuesList }))).toMatchObject({ _tag: "OptionList", value: "B" })
    expect(parse("D", of("OptionList", { valuesList }))).toMatchObject({ _tag: "Unparsable", raw: "D" })
    expect(parse("C,A", of("SequenceList", { valuesList }))).toMatchObject({ value: ["C", "A"] })
    expect(parse("A, B", of("MemberList", { valuesList }))).toMatchObject({ value: ["A", "B"] })
    expect(parse("A,D", of("MemberList", { valuesList }))).toMatchObject({ _tag: "Unparsable", raw: "A,D" })
    expect(parse("A,D", of("MemberList"))).toMatchObject({ _tag: "MemberList", value: ["A", "D"] })
  })

  it("DM-13: maxLimit is a length for texts and lists, a maximum for numbers", () => {
    expect([maxLength(of("string", { maxLimit: 40 })), maximum(of("string", { maxLimit: 40 }))]).toEqual([
      40,
      undefined
    ])
    expect([maxLength(of("MemberList", { maxLimit: 9 })), maximum(of("integer", { maxLimit: 9 }))]).toEqual([9, 9])
    expect([maxLength(of("integer", { maxLimit: 9 })), maximum(of("integer"))]).toEqual([undefined, undefined])
  })

  it("DM-14: whatever the value, it is never dropped", () => {
    const dataTypes = fc.constantFrom<DataEnumType>(
      "string",
      "decimal",
      "integer",
      "dateTime",
      "boolean",
      "OptionList",
      "SequenceList",
      "MemberList"
    )
    fc.assert(
      fc.property(fc.string(), dataTypes, (raw, dataType) => {
        expect(parse(raw, of(dataType, { valuesList: "A,B" })).raw).toBe(raw)
      }),
      property
    )
  })
})
