/** Typed repairs of payloads that almost conform, and what holds for any payload. */
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { validators } from "@wattline/ocpp-v201"
import { repair } from "../../src/rpc/Repair.ts"
import type { PayloadValidator } from "../../src/rpc/Protocol.ts"
import { requests } from "../csms/requests.ts"

type Name = keyof typeof validators

const repaired = (name: Name, payload: unknown): unknown => repair(validators[name], payload)?.payload

const at = "2026-01-01T10:00:00Z"
const meterValues = (...timestamps: ReadonlyArray<string>) => ({
  evseId: 1,
  meterValue: timestamps.map((timestamp) => ({ timestamp, sampledValue: [{ value: 1 }] }))
})
const status = (more: object) => ({
  timestamp: at,
  connectorStatus: "Available",
  evseId: 1,
  connectorId: 1,
  ...more
})
const boot = (more: object, reason = "PowerUp") => ({
  reason,
  chargingStation: { model: "M1", vendorName: "V", ...more }
})

describe("what is repaired", () => {
  it.each([
    ["2026-01-01T10:00:00", at],
    ["2026-01-01 10:00:00Z", at],
    ["2026-01-01 10:00", at],
    ["2026-01-01T10:00:00 UTC", at],
    ["2026-01-01T10:00:00,5Z", "2026-01-01T10:00:00.5Z"],
    ["2026-01-01T10:00:00+0200", "2026-01-01T10:00:00+02:00"],
    ["2026-01-01T10:00:00-03", "2026-01-01T10:00:00-03:00"]
  ])("a time: %s", (given, wanted) => {
    assert.deepStrictEqual(repaired("MeterValuesRequest", meterValues(given)), meterValues(wanted))
  })

  it.each(["2026-02-30T10:00:00", "01.02.2026 10:00", "10:00:00", "2026-01-01", "1767261600", " ".repeat(100_000)])(
    "not a time that can be meant otherwise: %#",
    (given) => {
      assert.isUndefined(repair(validators.MeterValuesRequest, meterValues(given)))
    }
  )

  it("the same field of all elements of a list at once, and valid ones stay as they are", () => {
    const offset = "2026-01-01T11:00:00.123+01:00"
    const result = repair(
      validators.MeterValuesRequest,
      meterValues(at, "2026-01-01 10:00:00", offset, "2026-01-01 11:00")
    )
    assert.deepStrictEqual(result?.payload, meterValues(at, at, offset, "2026-01-01T11:00:00Z"))
    assert.deepStrictEqual(
      result?.violations.map(({ instancePath, keyword }) => [instancePath, keyword]),
      [["/meterValue/1/timestamp", "format"]]
    )
  })

  it("texts for people are cut, by code points (R-130)", () => {
    assert.deepStrictEqual(
      repaired("BootNotificationRequest", boot({ model: "M".repeat(21) })),
      boot({ model: "M".repeat(20) })
    )
    const long = "🔌".repeat(21)
    assert.deepStrictEqual(repaired("BootNotificationRequest", boot({ model: long })), boot({ model: "🔌".repeat(20) }))
  })

  it("identifiers are never cut", () => {
    const idToken = { idToken: "0".repeat(37), type: "ISO14443" }
    assert.isUndefined(repair(validators.AuthorizeRequest, { idToken }))
    assert.isUndefined(repair(validators.BootNotificationRequest, boot({ serialNumber: "S".repeat(26) })))
    assert.isUndefined(repair(validators.DataTransferRequest, { vendorId: "v".repeat(256) }))
    const transactionInfo = { transactionId: "T".repeat(37) }
    assert.isUndefined(repair(validators.TransactionEventRequest, { ...requests.TransactionEvent, transactionInfo }))
    const certificate = "C".repeat(5501)
    assert.isUndefined(repair(validators.AuthorizeRequest, { ...requests.Authorize, certificate }))
  })

  it.each([
    ["available", "Available"],
    ["UNAVAILABLE", "Unavailable"],
    ["Preparing", "Occupied"],
    ["SuspendedEV", "Occupied"],
    ["Suspended_EVSE", "Occupied"]
  ])("an enum value: %s", (given, wanted) => {
    assert.deepStrictEqual(
      repaired("StatusNotificationRequest", status({ connectorStatus: given })),
      status({ connectorStatus: wanted })
    )
  })

  it("no enum value is invented", () => {
    assert.isUndefined(repair(validators.StatusNotificationRequest, status({ connectorStatus: "Broken" })))
    assert.isUndefined(repair(validators.StatusNotificationRequest, status({ connectorStatus: "" })))
    assert.isUndefined(repair(validators.AuthorizeRequest, { idToken: { idToken: "A", type: "RFID" } }))
  })

  it("an alias only where it means something", () => {
    const chargingState = {
      ...requests.TransactionEvent,
      transactionInfo: { transactionId: "T", chargingState: "Preparing" }
    }
    assert.isUndefined(repair(validators.TransactionEventRequest, chargingState))
  })

  it("unknown properties are dropped, at every level; those of customData are no violation", () => {
    const customData = { vendorId: "v", anything: { null: null } }
    assert.deepStrictEqual(
      repaired("BootNotificationRequest", { ...boot({ colour: "red", customData }), uptime: 3, __extra: [] }),
      boot({ customData })
    )
    const risky = JSON.parse('{"status":"Idle","__proto__":{"polluted":true},"constructor":1}') as object
    assert.deepStrictEqual(repaired("LogStatusNotificationRequest", risky), { status: "Idle" })
    assert.isUndefined(({} as { polluted?: unknown }).polluted)
  })

  it("optional fields that are null or empty lists are left out (R-123), required ones are a violation", () => {
    assert.deepStrictEqual(repaired("BootNotificationRequest", boot({ serialNumber: null, modem: null })), boot({}))
    assert.deepStrictEqual(
      repaired("NotifyReportRequest", { requestId: 1, generatedAt: at, seqNo: 0, reportData: [] }),
      { requestId: 1, generatedAt: at, seqNo: 0 }
    )
    assert.isUndefined(repair(validators.BootNotificationRequest, boot({ model: null })))
    assert.isUndefined(repair(validators.MeterValuesRequest, { evseId: 1, meterValue: [] }))
    assert.isUndefined(repair(validators.MeterValuesRequest, { evseId: 1, meterValue: [null] }))
  })

  it("numbers that are texts", () => {
    assert.deepStrictEqual(
      repaired("StatusNotificationRequest", status({ evseId: "1", connectorId: "0" })),
      status({ connectorId: 0 })
    )
    const value = (text: unknown) => ({
      evseId: 1,
      meterValue: [{ timestamp: at, sampledValue: [{ value: text }] }]
    })
    assert.deepStrictEqual(repaired("MeterValuesRequest", value("-12.50")), value(-12.5))
    for (const text of ["", " 1", "0x10", "1,5", "NaN", "1e999", "12 Wh", true])
      assert.isUndefined(repair(validators.MeterValuesRequest, value(text)), String(text))
    assert.isUndefined(repair(validators.StatusNotificationRequest, status({ evseId: "1.5" })))
  })

  it("many violations of one message; too many are none of its kind", () => {
    const unknown = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`x${i}`, i]))
    const several = {
      ...status({ evseId: "1", connectorStatus: "occupied", timestamp: "2026-01-01 10:00:00" }),
      ...unknown(29)
    }
    assert.deepStrictEqual(repaired("StatusNotificationRequest", several), status({ connectorStatus: "Occupied" }))
    assert.strictEqual(repair(validators.StatusNotificationRequest, several)?.violations.length, 32)
    assert.isUndefined(repair(validators.StatusNotificationRequest, { ...several, ...unknown(30) }))
  })

  it("a missing field, and a number out of its range, have no repair", () => {
    assert.isUndefined(repair(validators.StatusNotificationRequest, { timestamp: at }))
    assert.isUndefined(repair(validators.HeartbeatRequest, []))
    const chargingPriority = { status: "Accepted", chargingPriority: 10 }
    const schedule = { ...requests.NotifyEVChargingNeeds, maxScheduleTuples: "many" }
    assert.isUndefined(repair(validators.NotifyEVChargingNeedsRequest, schedule))
    assert.isUndefined(repair(validators.AuthorizeResponse, { idTokenInfo: { ...chargingPriority, status: 1 } }))
  })
})

// --- any payload ------------------------------------------------------------------------------------------------------

const names = Object.keys(validators) as Array<Name>
const samples = Object.entries(requests).map(([action, payload]) => [`${action}Request` as Name, payload] as const)

/** All places in a payload. */
const places = (value: unknown, path: ReadonlyArray<string> = []): ReadonlyArray<ReadonlyArray<string>> =>
  typeof value === "object" && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, part]) => places(part, [...path, key]))]
    : [path]

const put = (value: unknown, [key, ...rest]: ReadonlyArray<string>, part: unknown): unknown => {
  if (key === undefined) return part
  if (Array.isArray(value)) return value.map((element, i) => (String(i) === key ? put(element, rest, part) : element))
  if (typeof value !== "object" || value === null) return { [key]: put(undefined, rest, part) }
  return { ...value, [key]: put((value as { readonly [k: string]: unknown })[key], rest, part) }
}

const oddity = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    null,
    [],
    {},
    "1",
    "-0",
    "accepted",
    "2026-01-01 10:00:00",
    "2026-13-01T00:00",
    "x".repeat(60),
    "🔌".repeat(60)
  ),
  fc.constantFrom("preparing", "__proto__", "constructor", 1e21, -1, true, [null], { __proto__: null, a: null })
)

/** A valid request of a station with up to four of its parts replaced, or added. */
const damaged = fc
  .record({
    sample: fc.constantFrom(...samples),
    damages: fc.array(fc.tuple(fc.nat(), oddity, fc.boolean()), { maxLength: 4 })
  })
  .map(({ damages, sample: [name, payload] }) => {
    let now: unknown = payload
    for (const [n, odd, add] of damages) {
      const all = places(now)
      const place = all[n % all.length] ?? []
      now = put(now, add ? [...place, "extra"] : place.length === 0 ? ["extra"] : place, odd)
    }
    return [name, now] as const
  })

/** The text of a value, and a check that nobody writes to it. */
const frozen = <A>(value: A): A => {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) frozen(part)
  }
  return value
}

const holds = (validate: PayloadValidator, payload: unknown): void => {
  const valid = validate(payload)
  const result = repair(validate, frozen(payload))
  if (valid) {
    assert.strictEqual(result?.payload, payload, "a valid payload is the same object")
    assert.deepStrictEqual(result?.violations, [])
  } else if (result !== undefined) {
    assert.isTrue(validate(result.payload), "what was repaired is valid")
    assert.isNotEmpty(result.violations)
    assert.strictEqual(repair(validate, result.payload)?.payload, result.payload, "repaired once")
  }
}

describe("any payload", () => {
  it("a damaged request is repaired to a valid one or not at all; the given one is not written to; nothing throws", () => {
    let repairs = 0
    fc.assert(
      fc.property(damaged, ([name, payload]) => {
        holds(validators[name], payload)
        if (!validators[name](payload) && repair(validators[name], payload) !== undefined) repairs++
      }),
      { numRuns: 3_000 }
    )
    assert.isAbove(repairs, 100)
  })

  it("the same for any JSON under any of the 128 schemas", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 4 }), (name, payload) => {
        holds(validators[name], payload)
      }),
      { numRuns: 3_000 }
    )
  })

  it("a valid request of every action is the same object", () => {
    for (const [name, payload] of samples) assert.strictEqual(repair(validators[name], payload)?.payload, payload, name)
  })
})
