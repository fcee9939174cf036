import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { encode, misfit, parse } from "../../src/blocks/VariableValue.ts"
import { noon, property } from "./payloads.ts"

const of = (dataType: Parameters<typeof encode>[1] & string) => ({ dataType, supportsMonitoring: false }) as const

describe("encode", () => {
  it.each([
    [true, "true"],
    [false, "false"],
    [0, "0"],
    [-0, "0"],
    [300, "300"],
    [-1.5, "-1.5"],
    [1e21, "1000000000000000000000"],
    [0.0000001, "0.0000001"],
    ["as it is", "as it is"],
    [["A", "B"], "A,B"],
    [[], ""]
  ] as const)("DM-14: %j travels as %j", (value, raw) => {
    expect(encode(value)).toBe(raw)
  })

  it("DM-14: a time is given in milliseconds and travels as text; what is no number has no form", () => {
    expect(encode(noon, "dateTime")).toBe("2024-05-01T12:00:00.000Z")
    expect([encode(Number.NaN), encode(Infinity), encode(9e15, "dateTime")]).toEqual([undefined, undefined, undefined])
  })

  it("DM-14: every number that is written is read again as a decimal", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), (value) => {
        const raw = encode(value) ?? ""
        expect(raw).not.toContain("e")
        const back = parse(raw, of("decimal"))
        expect(back._tag).toBe("decimal")
        expect(back._tag === "decimal" && Math.abs(back.value - value)).toBeLessThanOrEqual(1e-20)
      }),
      property
    )
  })
})

describe("misfit", () => {
  it("DM-12: the limits themselves fit, and a value without limits does", () => {
    const limited = { ...of("integer"), minLimit: 1, maxLimit: 3 }
    expect([1, 3].map((value) => misfit(`${value}`, limited))).toEqual([undefined, undefined])
    expect(misfit("0", limited)).toEqual({ _tag: "BelowMinimum", minLimit: 1 })
    expect(misfit("9", of("integer"))).toBeUndefined()
  })

  it("DM-13: maxLimit of a list is the length of its text", () => {
    expect(misfit("A,B", { ...of("MemberList"), maxLimit: 3 })).toBeUndefined()
    expect(misfit("A,B,", { ...of("MemberList"), maxLimit: 3 })).toEqual({ _tag: "TooLong", maxLength: 3 })
  })

  it("DM-11: unsetting a variable is no misfit", () => {
    expect(misfit("", { ...of("integer"), minLimit: 1 })).toBeUndefined()
    expect(misfit("", { ...of("MemberList"), valuesList: "A" })).toBeUndefined()
  })
})
