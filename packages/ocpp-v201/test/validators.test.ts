/** The payload rules that the schemas decide, one by one. */
import { describe, expect, it } from "vitest"
import { actions, validators, type Messages } from "../src/index.ts"
import { schemaFiles } from "./reference.ts"

const boot = (members: object = {}): unknown => ({
  reason: "PowerUp",
  chargingStation: { model: "M", vendorName: "V" },
  ...members
})

const station = (members: object): unknown => boot({ chargingStation: { model: "M", vendorName: "V", ...members } })

/** Keyword and path of the refusal, or `undefined`. */
const refusal = (payload: unknown): string | undefined => {
  const { BootNotificationRequest: validate } = validators
  if (validate(payload)) return undefined
  const [first, ...more] = validate.errors!
  expect(more).toEqual([])
  return `${first!.keyword} at ${first!.instancePath}`
}

/** A BootNotificationResponse with this interval, written as it would be on the wire. */
const answer = (interval: string): unknown =>
  JSON.parse(`{"currentTime":"2026-01-01T00:00:00Z","interval":${interval},"status":"Accepted"}`)

describe("validators", () => {
  it("R-120: there is one for the request and the response of each of the 64 actions", () => {
    const names = Object.keys(actions).flatMap((action) => [`${action}Request`, `${action}Response`])
    expect(Object.keys(validators).toSorted()).toEqual(names.toSorted())
    expect([...schemaFiles.keys()].toSorted()).toEqual(names.toSorted())
  })

  it("narrow to the payload type and leave no errors after a success", () => {
    const validate = validators.BootNotificationResponse
    const statusOf = (payload: unknown): Messages["BootNotification"]["response"]["status"] | undefined =>
      validate(payload) ? payload.status : undefined
    expect(statusOf({})).toBeUndefined()
    expect(validate.errors).toHaveLength(1)
    expect(statusOf(answer("300"))).toBe("Accepted")
    expect(validate.errors).toBeNull()
  })

  it("report the first failure like ajv, with a pointer into the schema file of the payload", () => {
    const validate = validators.BootNotificationRequest
    expect(validate(station({ modem: { iccid: "x".repeat(21) } }))).toBe(false)
    expect(validate.errors).toEqual([
      {
        instancePath: "/chargingStation/modem/iccid",
        schemaPath: "#/definitions/ModemType/properties/iccid/maxLength",
        keyword: "maxLength",
        params: { limit: 20 },
        message: "must NOT have more than 20 characters"
      }
    ])
  })

  it("refuse what is no object, at the root", () => {
    for (const payload of [null, undefined, [], "{}", 1, true]) expect(refusal(payload)).toBe("type at ")
  })

  it("R-122: refuse a missing field before a wrong type, and a wrong type before an unknown value", () => {
    expect(refusal({ reason: 1 })).toBe("required at ")
    expect(refusal(boot({ reason: 1 }))).toBe("type at /reason")
    expect(refusal(boot({ reason: "Boredom" }))).toBe("enum at /reason")
  })

  it("R-123: refuse null in an optional field", () => {
    expect(refusal(station({ serialNumber: null }))).toBe("type at /chargingStation/serialNumber")
  })

  it("R-124, R-131: refuse a list that is no list, or is empty", () => {
    const validate = validators.MeterValuesRequest
    for (const [meterValue, keyword] of [
      [{}, "type"],
      [[], "minItems"]
    ] as const) {
      expect(validate({ evseId: 1, meterValue })).toBe(false)
      expect(validate.errors?.[0]).toMatchObject({ keyword, instancePath: "/meterValue" })
    }
  })

  it("R-125: refuse an unknown property anywhere but in customData", () => {
    expect(refusal(boot({ extra: 1 }))).toBe("additionalProperties at ")
    expect(refusal(station({ extra: 1 }))).toBe("additionalProperties at /chargingStation")
    expect(refusal(station({ customData: { vendorId: "V", extra: { deep: [] } } }))).toBeUndefined()
    expect(refusal(boot({ customData: { extra: 1 } }))).toBe("required at /customData")
    expect(
      refusal(JSON.parse('{"__proto__":{},"reason":"PowerUp","chargingStation":{"model":"M","vendorName":"V"}}'))
    ).toBe("additionalProperties at ")
  })

  it("R-125: refuse an unknown property in a ChargingProfileCriterionType, as edition 3 does", () => {
    const validate = validators.GetChargingProfilesRequest
    expect(validate({ requestId: 1, chargingProfile: { stackLevel: 0 } })).toBe(true)
    expect(validate({ requestId: 1, chargingProfile: { extra: 0 } })).toBe(false)
  })

  it("R-128: take 1.0 for an integer, refuse 1.5, and judge no other width than the schema's", () => {
    const validate = validators.BootNotificationResponse
    expect(validate(answer("1.0"))).toBe(true)
    expect(validate(answer("4294967296"))).toBe(true)
    expect(validate(answer("1.5"))).toBe(false)
  })

  it("R-130: count code points, not UTF-16 units", () => {
    expect(refusal(station({ model: "😀".repeat(20) }))).toBeUndefined()
    expect(refusal(station({ model: "😀".repeat(21) }))).toBe("maxLength at /chargingStation/model")
    expect(refusal(station({ model: "é".repeat(20) }))).toBeUndefined()
  })
})
